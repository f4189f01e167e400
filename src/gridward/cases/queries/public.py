"""What everybody may know of what is in hand: what, in which community, since which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Q, QuerySet

from gridward.cases.models import CHAIN, Case
from gridward.cases.rules.joining import blurred
from gridward.catalog.definitions import Matter, Sensitivity
from gridward.catalog.queries import catalogue
from gridward.territory import queries as territory

T = TypeVar("T")
PER_PAGE = 30
PUBLIC_PAGES = 10
POINTS = 500
COMMUNITY = 3  # no place is told finer than this
# taken up and not ended: what nobody has looked at yet is nobody's business
SHOWN_STAGES = frozenset({"accepted", "assigned", "handling", "checking"})


@dataclass(frozen=True)
class PublicCase:
    """A public-space case as everybody may know of it. area: of the community, or wider."""

    title: object
    area: int | None
    since: datetime
    stage: str


@dataclass(frozen=True)
class PublicList:
    """One page of them. more: whether an older page follows."""

    lines: list[PublicCase]
    page: int
    more: bool


@dataclass(frozen=True)
class PublicPoint:
    """The middle of a coarse square with what is in hand there. title: of the most frequent
    matter; area: the community where most of it lies."""

    lng: float
    lat: float
    title: object
    area: int | None
    total: int


def public_groups() -> dict[str, object]:
    """Groups that have public-space matters, with their titles."""
    book = catalogue()
    shown = {matter.group for matter in _matters().values()}
    return {key: group.title for key, group in book.groups.items() if key in shown}


def in_public(*, area: int | None = None, group: str = "", page: int = 1) -> PublicList:
    """Public-space cases in hand, newest first; one statement. area: only those in it."""
    matters = _matters()
    rows = _shown([key for key, each in matters.items() if group in ("", each.group)])
    if area is not None:
        rows = rows.filter(**{CHAIN[territory.area(area).level - 1]: area})
    first = (page - 1) * PER_PAGE
    found = list(rows.order_by("-opened_at", "-id")[first : first + PER_PAGE + 1])
    stages = _stages()
    return PublicList(
        [
            PublicCase(
                title=matters[case.matter].title,
                area=next((a for a in reversed(case.chain[:COMMUNITY]) if a is not None), None),
                since=case.opened_at,
                stage=stages.get((case.process, case.state), ""),
            )
            for case in found[:PER_PAGE]
        ],
        page,
        more=len(found) > PER_PAGE and page < PUBLIC_PAGES,
    )


def public_points(box: tuple[float, float, float, float]) -> list[PublicPoint]:
    """The same inside a box (west, south, east, north) as squares of a coarse grid."""
    west, south, east, north = box
    blur = catalogue().settings.nearby_blur_m
    matters = _matters()
    rows = _shown(list(matters)).filter(
        lat__range=(min(south, north), max(south, north)),
        lng__range=(min(west, east), max(west, east)),
    )
    squares: dict[tuple[float, float], list[Case]] = {}
    for case in rows.order_by("-opened_at", "-id")[:POINTS]:
        if case.lng is not None and case.lat is not None:
            squares.setdefault(blurred(case.lng, case.lat, blur), []).append(case)
    return [
        PublicPoint(
            lng,
            lat,
            title=matters[_most(case.matter for case in found)].title,
            area=_most(case.chain[COMMUNITY - 1] for case in found),
            total=len(found),
        )
        for (lng, lat), found in squares.items()
    ]


def _most(each: Iterable[T]) -> T:
    """The most frequent one."""
    return Counter(each).most_common(1)[0][0]


def _matters() -> dict[str, Matter]:
    """Matters of public space, without the discreet ones."""
    book = catalogue()
    return {
        key: matter
        for key, matter in book.matters.items()
        if matter.public_space and not book.is_discreet(key)
    }


def _stages() -> dict[tuple[str, str], str]:
    return {
        (process.key, state.key): state.stage
        for process in catalogue().processes.values()
        for state in process.states
    }


def _shown(matters: list[str]) -> QuerySet[Case]:
    wanted = Q(pk__in=[])
    for process in catalogue().processes.values():
        states = [state.key for state in process.states if state.stage in SHOWN_STAGES]
        wanted |= Q(process=process.key, state__in=states)
    return Case.objects.filter(
        wanted, matter__in=matters, is_open=True, sensitivity=int(Sensitivity.NORMAL)
    )
