"""A grid worker's own ground: what came up there, what may be joined, what they helped solve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef

from gridward.access.rules import Viewer
from gridward.cases.models import Assignment, Case
from gridward.cases.queries.pages import CaseCard, cards_of
from gridward.cases.queries.reading import visible_cases
from gridward.cases.rules import process as process_rules
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall

NEW_FOR = timedelta(days=2)
CLOSED_FOR = timedelta(days=14)
LOOKED_BACK = timedelta(days=180)
JOIN = "join_site"


@dataclass(frozen=True, slots=True)
class Ground:
    """What is in hand on a worker's ground and what ended there lately."""

    open: list[CaseCard]
    closed: list[CaseCard]


def to_join(viewer: Viewer, *, limit: int = 20) -> list[CaseCard]:
    """Open cases of the viewer's ground in which its organisation has a part now."""
    if not viewer.may("case.join_site"):
        return []
    part = Assignment.objects.filter(
        case=OuterRef("pk"),
        organisation=viewer.organisation_id,
        active=True,
        role__in=("lead", "co"),
        done_at=None,
    )
    rows = (
        visible_cases(viewer)
        .filter(Exists(part), is_open=True, sensitivity__lt=Sensitivity.RESTRICTED)
        .order_by("due_order", "id")[:limit]
    )
    return cards_of([case for case in rows if _offers(case, JOIN)], viewer)


def _offers(case: Case, key: str) -> bool:
    process = catalogue(case.edition).process(case.process)
    return process_rules.offers(process, case.state, key)


def new_on_ground(viewer: Viewer, *, limit: int = 5) -> list[CaseCard]:
    """What came up on the viewer's ground within two days and is open, the newest first."""
    since = wall.now() - NEW_FOR
    rows = visible_cases(viewer).filter(is_open=True, opened_at__gte=since)
    return cards_of(list(rows.order_by("-opened_at", "-id")[:limit]), viewer)


def ground_of(viewer: Viewer, *, limit: int = 20) -> Ground:
    """The open cases of the viewer's ground, the earliest due first, and what closed lately."""
    open_ = list(visible_cases(viewer).filter(is_open=True).order_by("due_order", "id")[:limit])
    since = wall.now() - CLOSED_FOR
    closed = list(
        visible_cases(viewer)
        .filter(
            is_open=False, master=None, opened_at__gte=since - LOOKED_BACK, closed_at__gte=since
        )
        .order_by("-closed_at", "-id")[:limit]
    )
    cards = {card.id: card for card in cards_of([*open_, *closed], viewer)}
    return Ground([cards[case.id] for case in open_], [cards[case.id] for case in closed])


def open_on_ground(viewer: Viewer) -> int:
    """How many open cases lie on the viewer's ground."""
    return visible_cases(viewer).filter(is_open=True).count()


def solved_with(viewer: Viewer, *, limit: int = 20) -> list[CaseCard]:
    """Closed cases of half a year that the viewer's post had a hand in, the newest first.

    Only what came to a good end; it is a list for whoever did it, and counted for nobody.
    """
    rows = (
        Case.objects.filter(
            hands__post__in=viewer.posts,
            hands__acted_at__gte=wall.now() - LOOKED_BACK,
            is_open=False,
            sensitivity__lt=Sensitivity.RESTRICTED,
            close_type__in=("resolved", "partly", "self_handled", "self_governed"),
        )
        .order_by("-closed_at", "-id")
        .distinct()[:limit]
    )
    return cards_of(list(rows), viewer)
