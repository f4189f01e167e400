"""Call-backs in person: who may be asked, and what waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from gridward.access.rules import Viewer
from gridward.cases import errors
from gridward.cases.models import Answer, Case
from gridward.cases.queries.pages import CaseCard, cards_of
from gridward.cases.rules import process as process_rules
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core.errors import NotFound
from gridward.directory import queries as directory
from gridward.directory.rules import Holder
from gridward.journal import queries as journal

SHOWN = 50


@dataclass(frozen=True, slots=True)
class CallView:
    """A reporter to call on. attempts: how often they were tried, by anybody."""

    id: UUID
    case: CaseCard
    handed_at: datetime
    attempts: int


def callers_in_person(case: Case) -> list[Holder]:
    """The grid workers of the smallest area around the place that has any.

    None for a restricted case or a complaint about a person or a firm: there nobody but the caller
    learns a reporter's number.
    """
    matter = catalogue(case.edition).matters.get(case.matter)
    if case.sensitivity >= Sensitivity.RESTRICTED or (matter is not None and matter.about_party):
        return []
    for area in reversed(case.chain):
        found = directory.workers_of_grid(area) if area is not None else []
        if found:
            return found
    return []


def _handed(viewer: Viewer) -> QuerySet[Answer]:
    return Answer.objects.filter(
        handed_to__in=viewer.posts,
        answer="",
        report__case__is_open=True,
        report__case__sensitivity__lt=Sensitivity.RESTRICTED,
        report__withdrawn_at=None,
        case=F("report__case"),
        round=F("report__case__round"),
    )


def _is_asked(case: Case) -> bool:
    process = catalogue(case.edition).process(case.process)
    return process_rules.holder_kind(process, case.state) == "caller"


def calls_of(viewer: Viewer) -> list[CallView]:
    """Whom the viewer was asked to call on, the longest asked first; the same statements for any
    number."""
    rows = _handed(viewer).select_related("report__case").order_by("handed_at", "id")[:SHOWN]
    return _views([each for each in rows if _is_asked(each.report.case)], viewer)


def call_for(viewer: Viewer, answer_id: UUID) -> CallView:
    """One call-back that is the viewer's. Raises NotFound, CallGone when it was his and is not."""
    found = _handed(viewer).select_related("report__case").filter(id=answer_id).first()
    if found is not None and _is_asked(found.report.case):
        return _views([found], viewer)[0]
    if _was_asked(viewer, answer_id):
        raise errors.CallGone()
    raise NotFound()


def _was_asked(viewer: Viewer, answer_id: UUID) -> bool:
    """Whether the viewer was asked to call on this reporter at some time."""
    report = Answer.objects.filter(id=answer_id).values_list("report", flat=True).first()
    if report is None:
        return False
    posts = {str(post) for post in viewer.posts}
    lines = journal.happened("report.call_handed", [report])
    return any(str(line.details["post"]) in posts for line in lines)


def lock_call(viewer: Viewer, answer_id: UUID) -> Answer:
    """The same, locked until the action ends. Raises NotFound, CallGone."""
    call_for(viewer, answer_id)
    found = (
        Answer.objects.select_for_update(of=("self",))
        .select_related("report__submission")
        .filter(id=answer_id, handed_to__in=viewer.posts, answer="")
        .first()
    )
    if found is None:
        raise errors.CallGone()
    return found


def _views(rows: Sequence[Answer], viewer: Viewer) -> list[CallView]:
    cards = {card.id: card for card in cards_of([each.report.case for each in rows], viewer)}
    return [
        CallView(
            each.id, cards[each.report.case_id], each.handed_at or each.asked_at, each.attempts
        )
        for each in rows
    ]
