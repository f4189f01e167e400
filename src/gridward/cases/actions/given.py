"""What people hand in with a step, and what the rules need to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from gridward.cases import queries
from gridward.cases.actions.work import Work
from gridward.cases.models import Case
from gridward.cases.rules.facts import Inputs
from gridward.cases.rules.joining import is_another_working_day
from gridward.catalog.definitions import SelfHandle, Settings
from gridward.catalog.queries import catalogue
from gridward.core.text import without_controls

WORDS_MAX = 2000


@dataclass(frozen=True)
class Given:
    """Everything that can come with a step; each verb asks for its own part.

    words: grounds, decision, reason in words or progress note, as the step has it; photos: ids of
    staged files; desk: level word or id of the desk it goes to; master: the case to join; report:
    the one of the case's reports that it is about; colleague: the post it is handed to; call: in or
    out, with reached, and when the next is promised; staged_by: the token the photos were staged
    with, where the door knows it; before: staged photos from before the work; assignee: the post
    that is to look; keep_lead:
    whether the lead goes on after a correction; proposal: the one that is confirmed or refused;
    came: organisations that came to the place.
    """

    matter: str = ""
    condition: str = ""
    area: int | None = None
    pin: tuple[float, float] | None = None
    lead: UUID | None = None
    leads: int | None = None
    helpers: Sequence[UUID] = ()
    informed: Sequence[UUID] = ()
    reason: str = ""
    words: str = ""
    suggested: UUID | None = None
    after_look: bool = False
    internal: str = ""
    reply: str = ""
    close_type: str = ""
    photos: Sequence[UUID] = ()
    desk: UUID | None = None
    master: UUID | None = None
    task: UUID | None = None
    result: str = ""
    receipt_fits: bool = False
    report: UUID | None = None
    colleague: UUID | None = None
    call: str = ""
    promised: datetime | None = None
    reached: bool = False
    staged_by: str | None = None
    before: Sequence[UUID] = ()
    assignee: UUID | None = None
    urgent: bool | None = None
    sensitivity: int | None = None
    keep_lead: bool | None = None
    proposal: UUID | None = None
    came: Sequence[UUID] = ()
    memo: dict[str, object] = field(default_factory=dict, compare=False)


def clean(text: str) -> str:
    """Typed words without control characters and outer space; at most WORDS_MAX characters."""
    from gridward.cases.errors import WordsTooLong

    plain = without_controls(text).strip()
    if len(plain) > WORDS_MAX:
        raise WordsTooLong(count=len(plain), max=WORDS_MAX)
    return plain


def inputs_of(work: Work, given: Given) -> Inputs:
    """The step's inputs as the guards see them."""
    case, book = work.case, work.catalogue
    settings = book.settings
    listed = {r.key for r in (*settings.decline_reasons, *settings.void_reasons)}
    master = queries.case_for_merge(given.master) if given.master else None
    agreed = book.conditions.get(given.condition or case.condition)
    spot = agreed.self_handle if agreed is not None else SelfHandle()
    return Inputs(
        matter=given.matter,
        condition=given.condition,
        reason=given.reason or given.words,
        reason_listed=given.reason in listed,
        lead=given.lead,
        lead_open=given.lead is None or queries.may_dispatch_to(case, book, given.lead),
        leads=given.leads if given.leads is not None else (1 if given.lead else 0),
        grounds=bool(given.words),
        suggested=given.suggested,
        decision=bool(given.words),
        internal=bool(given.internal),
        reply=bool(given.reply),
        photos=len(given.photos),
        words=bool(given.words),
        master_open=master is not None and master.is_open and master.master_id is None,
        master_same=master is not None and _may_join(case, master),
        within_reopen=within(case.closed_at, work.at, settings.reopen_days),
        receipt_fits=given.receipt_fits,
        within_object=within(case.closed_at, work.at, settings.object_days),
        may_part=case.master_id is not None and queries.may_part(case),
        may_hurry=given.report is None or _may_hurry(work, given.report),
        join_proposed=given.report is not None and queries.is_proposed(case.id, given.report),
        after_look=given.after_look,
        call=given.call,
        reached=given.reached,
        colleague=given.colleague is not None and _is_colleague(work, given.colleague),
        settled_by=frozenset(spot.by),
        spot_proof=spot.proof,
        before=_before(work, given) if spot.proof == "before_after" and given.photos else 0,
        changes=_changes(case, given),
        second_person=_second_person(work, given),
        came=_came(work, given),
        archive_due=not case.is_open
        and not within(case.closed_at, work.at, days_until_archived(catalogue().settings)),
        pending=work.actor.facts.kind == "system" and queries.is_pending(case),
    )


def _before(work: Work, given: Given) -> int:
    """Photos that show it as it was: those that came with the report count too."""
    if given.before or work.lead is not None:
        return len(given.before)
    return queries.report_photos(work.case.id)


def _changes(case: Case, given: Given) -> bool:
    """Whether a correction would change anything."""
    deepest = next((area for area in reversed(case.chain) if area is not None), None)
    return any(
        (
            given.matter and given.matter != case.matter,
            given.condition and given.condition != case.condition,
            given.area is not None and given.area != deepest,
            given.pin is not None and given.pin != (case.lng, case.lat),
            given.urgent is not None and given.urgent != case.urgent,
            given.sensitivity is not None and given.sensitivity != case.sensitivity,
        )
    )


def _came(work: Work, given: Given) -> int:
    """How many of those who are said to have come take part in the case now."""
    part = {each.organisation_id for each in work.assignments if each.active}
    return len(part.intersection(given.came))


def _second_person(work: Work, given: Given) -> str:
    """Whether the proposal that is decided on holds, and was somebody else's."""
    found = queries.proposal_for(work.case, given.proposal, work.at) if given.proposal else None
    if found is None:
        return ""
    return "same" if found.proposed_person == work.actor.facts.person else "other"


def days_until_archived(settings: Settings) -> int:
    """As long as anything can still be asked for; never less."""
    return max(
        settings.archive_days, settings.reopen_days, settings.rating_days, settings.object_days
    )


def _is_colleague(work: Work, post: UUID) -> bool:
    facts = work.actor.facts
    return queries.is_colleague(facts.organisation, facts.person, post)


def _may_hurry(work: Work, report: UUID) -> bool:
    last = queries.last_hurry(report)
    return last is None or is_another_working_day(last, work.at, work.catalogue.hours("desk"))


def _may_join(case: Case, master: Case) -> bool:
    same = not case.matter or not master.matter or case.matter == master.matter
    return master.id != case.id and same and case.sensitivity == master.sensitivity


def within(since: datetime | None, at: datetime, days: int) -> bool:
    """Whether `at` lies within so many natural days after `since`."""
    return since is not None and at <= since + timedelta(days=days)
