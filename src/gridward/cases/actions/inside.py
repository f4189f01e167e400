"""What happens within a step's state: calls that are not the call-back, a helper's part done, a
visit together, work handed to a colleague."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors
from gridward.cases.actions.effects import add_photos, effect
from gridward.cases.actions.given import Given, clean
from gridward.cases.actions.steps import DETAILS, take_step
from gridward.cases.actions.work import Work, acting_post, running, stop_clock
from gridward.cases.models import Assignment, Case, Report
from gridward.core.action import action
from gridward.core.errors import NotFound
from gridward.directory import queries as directory

PROMISED_AT_MOST = timedelta(days=60)
FIRST_CONTACT = "contact"  # the milestone of that name, which a filing condition may add


@effect
def log_contact(work: Work, given: Given) -> None:
    """A telephone call with a reporter of this case or somebody else; its words go to the vault.

    A reporter who was spoken to has been contacted: the limit for that, where there is one, is met.
    Somebody who was reached has the word that was promised, or is promised another.
    """
    if given.promised is not None:
        if not work.at < given.promised <= work.at + PROMISED_AT_MOST:
            raise errors.PromiseUnfit()
        work.case.word_by = given.promised
    elif given.reached:
        work.case.word_by = None
    if given.report is None:
        return
    if not Report.objects.filter(id=given.report, case=work.case).exists():
        raise NotFound()
    for clock in running(work, FIRST_CONTACT) if given.reached else []:
        stop_clock(work, clock)


@action
def log_contact_with(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    call: str,
    reached: bool,
    words: str = "",
    report: UUID | None = None,
    promised: datetime | None = None,
    at: datetime | None = None,
) -> Case:
    """Log a telephone call in any open state; not the call-back.

    call: out (we called) or in (we were called); words: what was said, needed when reached
    report: the reporter who was spoken to, if it was one
    promised: by when another call was promised; who takes the shift over reads it
    Raises CallMissing, PromiseUnfit.
    """
    given = Given(call=call, reached=reached, words=clean(words), report=report, promised=promised)
    return take_step(case_id, "contact", actor=acting_post(by), given=given, version=version, at=at)


@effect
def end_help(work: Work, given: Given) -> None:
    """The actor's organisation has done its part as a helper; its name stays on the case."""
    for part in work.assignments:
        is_theirs = part.organisation_id == work.actor.facts.organisation
        if part.role == "co" and part.active and part.done_at is None and is_theirs:
            part.done_at = work.at
            _handled_by(work, part, work.actor.facts.person)


@action
def end_help_on(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    words: str = "",
    at: datetime | None = None,
) -> Case:
    """A co-handling organisation says that its part is done. Raises NotAHelper."""
    given = Given(words=clean(words))
    return take_step(
        case_id, "help_done", actor=acting_post(by), given=given, version=version, at=at
    )


@effect
def change_handler(work: Work, given: Given) -> None:
    """A colleague handles it from now on; whoever did before still counts as having handled it."""
    lead = work.lead
    if lead is None or given.colleague is None:
        raise errors.ColleagueMissing()
    if lead.handler_person is None and work.actor.facts.person is not None:
        lead.handler_person = work.actor.facts.person
    _handled_by(work, lead, directory.holder(given.colleague).person_id)


@action
def hand_to_colleague(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    colleague: UUID,
    words: str = "",
    at: datetime | None = None,
) -> Case:
    """Hand a case to a colleague of the leading organisation; no clock moves.

    colleague: the post of somebody who may report a result. Raises ColleagueMissing.
    """
    given = Given(colleague=colleague, words=clean(words))
    return take_step(
        case_id, "hand_inside", actor=acting_post(by), given=given, version=version, at=at
    )


@effect
def record_joint_visit(work: Work, given: Given) -> None:
    """Photos of a visit together; who came stands in the entry, and nobody's position anywhere."""
    add_photos(work, given, "site")


@action
def join_on_site(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    came: Sequence[UUID],
    words: str = "",
    photos: Sequence[UUID] = (),
    at: datetime | None = None,
) -> Case:
    """Say who came to the place, with a word and photos; nothing of the case moves.

    came: organisations that lead or help now. Raises NotTakingPart, VisitMissing, StaysWithFew.
    """
    given = Given(came=tuple(came), words=clean(words), photos=tuple(photos))
    return take_step(
        case_id, "join_site", actor=acting_post(by), given=given, version=version, at=at
    )


def _handled_by(work: Work, part: Assignment, person: UUID | None) -> None:
    """`person` handles this part; whoever did before is remembered."""
    if part.handler_person is not None and part.handler_person != person:
        earlier = [*part.earlier_handlers, str(part.handler_person)]
        part.earlier_handlers = list(dict.fromkeys(earlier))
    part.handler_person = person or part.handler_person
    part.version += 1
    if not part._state.adding:
        work.changed_assignments[part.id] = part


DETAILS.update(
    {
        "case.contact_logged": lambda w, g, s: {
            "direction": g.call,
            "reached": g.reached,
            "report": g.report,
            "promised": g.promised,
            "words": g.memo.get("words"),
        },
        "case.help_done": lambda w, g, s: {
            "organisation": w.actor.facts.organisation,
            "words": g.memo.get("words"),
        },
        "case.joined_on_site": lambda w, g, s: {
            "came": sorted({a.organisation_id for a in w.assignments if a.active} & set(g.came)),
            "photos": len(g.photos),
            "words": g.memo.get("words"),
        },
        "case.handed_inside": lambda w, g, s: {
            "organisation": w.actor.facts.organisation,
            "post": g.colleague,
            "words": g.memo.get("words"),
        },
    }
)
