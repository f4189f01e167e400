"""What stands at a desk when one shift ends and the next begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from gridward.access.rules import Viewer
from gridward.cases.models import Case, DeskHandover, Report
from gridward.cases.queries.pages import CaseCard, cards_of
from gridward.cases.queries.reading import not_hidden, visible_cases
from gridward.directory import queries as directory
from gridward.vault import queries as vault

AHEAD = timedelta(hours=4)
PROMISES_AHEAD = timedelta(days=3)
ROWS = 30
HISTORY = 10


@dataclass(frozen=True)
class ShiftCounts:
    """How much a desk holds. promises: open ones on its ground with an outside date, hurried, or
    with another call promised."""

    open: int
    urgent: int
    late: int
    promises: int


@dataclass(frozen=True)
class Promise:
    """Somebody waits for word of this case: an outside system by a date, somebody who was promised
    a call, or a reporter who asked.

    source: key of the outside source, empty for a reporter; asks: how often the reporter hurried;
    word_by: when a call was promised.
    """

    case: CaseCard
    source: str
    due_at: datetime | None
    asks: int
    word_by: datetime | None = None


@dataclass(frozen=True)
class HandoverCard:
    """A shift that was handed over; taken_at None: nobody has taken it yet."""

    id: UUID
    given_by: UUID
    giver: str
    given_at: datetime
    open: int
    urgent: int
    late: int
    promises: int
    words: str
    taker: str
    taken_at: datetime | None


@dataclass(frozen=True)
class ShiftPage:
    """What is open, what falls due within AHEAD, who waits for word, and the shifts before."""

    counts: ShiftCounts
    due: list[CaseCard]
    promises: list[Promise]
    waiting: HandoverCard | None
    history: list[HandoverCard]


def _held(viewer: Viewer) -> QuerySet[Case]:
    return Case.objects.filter(not_hidden(viewer), holder=viewer.organisation_id, is_open=True)


def _awaited(viewer: Viewer, until: datetime) -> Q:
    """Open cases of the viewer's ground of which somebody outside waits for word."""
    told = Report.objects.filter(case=OuterRef("pk"), submission__outside_due_at__lte=until)
    return Q(hurries__gt=0) | Q(word_by__lte=until) | Q(Exists(told))


def _outside_date() -> Subquery:
    """The nearest date that an outside source gave for the case around."""
    reports = Report.objects.filter(case=OuterRef("pk")).order_by().values("case")
    return Subquery(reports.annotate(first=Min("submission__outside_due_at")).values("first"))


def shift_counts(viewer: Viewer, now: datetime) -> ShiftCounts:
    """How much stands at the viewer's desk now; two statements."""
    row = _held(viewer).aggregate(
        open=Count("id"),
        urgent=Count("id", filter=Q(urgent=True)),
        late=Count("id", filter=Q(due_order__lt=now)),
    )
    ground = visible_cases(viewer).filter(is_open=True)
    promises = ground.filter(_awaited(viewer, now + PROMISES_AHEAD)).count()
    return ShiftCounts(row["open"], row["urgent"], row["late"], promises)


def shift_page(viewer: Viewer, now: datetime) -> ShiftPage:
    """Everything of the hand-over page; the same statements for any number of cases."""
    due = list(_held(viewer).filter(due_order__lte=now + AHEAD).order_by("due_order", "id")[:ROWS])
    until = now + PROMISES_AHEAD
    waiting = list(
        visible_cases(viewer)
        .filter(_awaited(viewer, until), is_open=True)
        .annotate(outside=_outside_date())
        .annotate(soonest=Coalesce(Least("outside", "word_by"), "outside", "word_by"))
        .order_by(F("soonest").asc(nulls_last=True), "due_order", "id")[:ROWS]
    )
    sources = dict(
        Report.objects.filter(case__in=waiting, submission__outside_due_at__isnull=False)
        .order_by("-submission__outside_due_at")
        .values_list("case", "submission__source")
    )
    cards = {
        card.id: card for card in cards_of([*due, *(c for c in waiting if c not in due)], viewer)
    }
    handovers = _history(viewer.organisation_id)
    return ShiftPage(
        counts=shift_counts(viewer, now),
        due=[cards[c.id] for c in due],
        promises=[
            Promise(cards[c.id], sources.get(c.id, ""), c.outside, c.hurries, c.word_by)
            for c in waiting
        ],
        waiting=next((h for h in handovers if h.taken_at is None), None),
        history=[h for h in handovers if h.taken_at is not None],
    )


def _history(desk: UUID) -> list[HandoverCard]:
    rows: Sequence[DeskHandover] = list(
        DeskHandover.objects.filter(desk=desk).order_by("-given_at")[:HISTORY]
    )
    words = vault.open_texts([row.words for row in rows])
    posts = [row.given_by for row in rows] + [row.taken_by for row in rows if row.taken_by]
    names = {post: holder.name for post, holder in directory.holders(posts).items()}
    return [
        HandoverCard(
            id=row.id,
            given_by=row.given_by,
            giver=names.get(row.given_by, ""),
            given_at=row.given_at,
            open=row.open_cases,
            urgent=row.urgent_cases,
            late=row.late_cases,
            promises=row.promises,
            words=(words.get(row.words) if row.words else "") or "",
            taker=names.get(row.taken_by, "") if row.taken_by else "",
            taken_at=row.taken_at,
        )
        for row in rows
    ]
