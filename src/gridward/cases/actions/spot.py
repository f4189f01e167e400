"""Settled on the spot: by one grid worker, or by the people of the village or community."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import queries
from gridward.cases.actions.effects import EFFECTS, add_photos, effect
from gridward.cases.actions.given import Given, clean
from gridward.cases.actions.steps import take_step
from gridward.cases.actions.submit import Channel, Receipt, Told, submit_report
from gridward.cases.actions.work import Work, acting_post, add_assignment
from gridward.cases.models import Case
from gridward.core.action import action

CLOSE_TYPE = "self_handled"


@dataclass(frozen=True)
class Settled:
    """What was done on the spot. photos: from after the work; before: from before it."""

    condition: str
    internal: str
    reply: str
    photos: Sequence[UUID] = ()
    before: Sequence[UUID] = ()

    def given(self, matter: str = "", staged_by: str | None = None) -> Given:
        """The same as what comes with a step."""
        return Given(
            matter=matter,
            condition=self.condition,
            internal=clean(self.internal),
            reply=clean(self.reply),
            close_type=CLOSE_TYPE,
            photos=tuple(self.photos),
            before=tuple(self.before),
            staged_by=staged_by,
        )


@effect
def record_self_handling(work: Work, given: Given) -> None:
    """The community's own organisation led and has done it; the result stands like any other's.

    So rework, a “not solved” and a redo find somebody to go back to.
    """
    case = work.case
    own = queries.own_station(case, work.actor.facts.organisation)
    part = add_assignment(work, own, "lead", edition=work.catalogue.number)
    part.return_until = None
    part.acknowledged_at = work.at
    part.acknowledged_by = work.actor.post
    part.handler_person = work.actor.facts.person
    EFFECTS["record_disposal"](work, replace(given, close_type=CLOSE_TYPE))
    add_photos(work, replace(given, photos=given.before), "before")


@action
def settle_on_spot(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    settled: Settled,
    matter: str = "",
    at: datetime | None = None,
) -> Case:
    """A reported case was settled on the spot; it goes on to be checked like any result.

    Raises MayNotSettle, SpotPhotosMissing, SpotPhotoMissing, ReplyMissing, ConditionMissing,
    NotPlaced, StaysWithFew, StepNotOpen.
    """
    return take_step(
        case_id,
        "self_handle",
        actor=acting_post(by),
        given=settled.given(matter),
        version=version,
        at=at,
    )


def report_and_settle(
    told: Told,
    settled: Settled,
    *,
    by: Viewer,
    channel: Channel | None = None,
    client_id: str | None = None,
    staged_by: str | None = None,
    at: datetime | None = None,
) -> Receipt:
    """Report what one saw and has settled already, in one act: both stand, or neither does.

    The report's own photos are those from before the work. The same client_id gives the same
    receipt again and settles nothing twice. Raises what `submit_report` and `settle_on_spot` do.
    """
    actor = replace(acting_post(by), viewer=None)  # whoever opened it in this act knows of it

    def settle(receipt: Receipt) -> None:
        (case_id,) = receipt.cases
        given = settled.given(told.matter, staged_by)
        take_step(case_id, "self_handle", actor=actor, given=given, version=None, at=at)

    return submit_report(
        [told],
        channel=channel,
        client_id=client_id,
        staged_by=staged_by,
        by=by,
        at=at,
        then=settle,
    )
