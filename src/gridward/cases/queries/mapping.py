"""Open cases on a map: one by one where few lie, counted by area where many do; never cut short."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from gridward.access.rules import Viewer
from gridward.cases.models import CHAIN, Assignment, Case
from gridward.cases.queries.narrowing import Narrowing, wanted
from gridward.cases.queries.pages import _narrowed
from gridward.cases.queries.reading import not_hidden
from gridward.cases.rules import clocks as clock_rules
from gridward.cases.rules import process as process_rules
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.territory import queries as territory

MOST_POINTS = 800  # more than that nobody can tell apart on one screen
MOST_AREAS = 120
NEAR_AREAS = 40
EDGE_DEGREES = 0.0005  # some 50 m: a point may lie just outside the cell that it was given to
UNPLACED_SHOWN = 1000
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One open case where it lies (WGS84); light: green, yellow, orange, red or empty."""

    id: UUID
    number: str
    lng: float
    lat: float
    light: str
    urgent: bool
    matter_title: object
    state_title: object
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class MapCount:
    """How many open cases an area holds, by light; lng, lat: where its name stands."""

    area: int
    lng: float
    lat: float
    total: int
    red: int
    orange: int
    yellow: int


@dataclass(frozen=True, slots=True)
class CaseMap:
    """Either every open case in view or the counts of every area in view.

    level: of the counted areas, 0 where points are shown; unplaced: open cases without a point
    (none of them is among the points; counts hold those whose area is known), `UNPLACED_SHOWN` at
    most.
    """

    points: list[MapPoint]
    counts: list[MapCount]
    level: int
    unplaced: int


def case_map(
    viewer: Viewer,
    box: Box,
    *,
    area: int | None = None,
    state: str = "",
    mine: bool = False,
    only: Narrowing | None = None,
) -> CaseMap:
    """The viewer's open cases inside west, south, east, north; two or three statements.

    Restricted cases are left out unless the viewer may see restricted ones.
    """
    now = wall.now()
    cases = _open_cases(viewer, area, mine).filter(wanted(only, now) if only else Q())
    if state:
        cases = cases.filter(state=state)
    cases = cases.order_by()
    unplaced = cases.filter(lng__isnull=True)[:UNPLACED_SHOWN].count()
    points = list(_inside(cases, box)[: MOST_POINTS + 1])
    if len(points) <= MOST_POINTS:
        return CaseMap([_point(each, now) for each in points], [], 0, unplaced)
    level, ids = _areas_in(box, MOST_AREAS)
    return CaseMap([], _counted(cases, level, ids, now), level, unplaced)


def _open_cases(viewer: Viewer, area: int | None, mine: bool) -> QuerySet[Case]:
    if viewer.scope == "organisation" and not mine:
        own = Assignment.objects.filter(organisation=viewer.organisation_id, active=True)
        cases = Case.objects.filter(not_hidden(viewer), id__in=own.values("case"))
        if area is not None:
            cases = cases.filter(**{CHAIN[territory.area(area).level - 1]: area})
    else:
        cases = _narrowed(viewer, area)
    if mine:
        cases = cases.filter(holder=viewer.organisation_id)
    return cases.filter(is_open=True)


def _inside(cases: QuerySet[Case], box: Box) -> QuerySet[Case]:
    west, south, east, north = box
    cases = cases.filter(lng__gte=west, lng__lte=east, lat__gte=south, lat__lte=north)
    level, ids = _areas_in(box, NEAR_AREAS)
    if level > 1:  # the chain's index finds what no index on coordinates would
        cases = cases.filter(**{f"{CHAIN[level - 1]}__in": ids})
    return cases


def _areas_in(box: Box, most: int) -> tuple[int, list[int]]:
    """The deepest level of which at most `most` areas touch the box, and their ids.

    It goes only as deep as all of the ground in the box is cut: a case outside every grid still
    has its community.
    """
    west, south, east, north = box
    ground = territory.ground()
    found: tuple[int, list[int]] = (1, [])
    for part in ground.scheme.levels if ground.scheme else ():
        ids: list[int] = []
        parents: set[int | None] = set()
        for each in ground.of_level(part.number):
            left, bottom, right, top = ground.boundary(each.id).bounds
            if (
                right >= west - EDGE_DEGREES
                and left <= east + EDGE_DEGREES
                and top >= south - EDGE_DEGREES
                and bottom <= north + EDGE_DEGREES
            ):
                ids.append(each.id)
                parents.add(each.parent_id)
                if len(ids) > most:
                    return found
        if not ids or (part.number > 1 and not parents.issuperset(found[1])):
            return found
        found = (part.number, ids)
    return found


def _point(case: Case, now: datetime) -> MapPoint:
    book = catalogue(case.edition)
    matter = book.matters.get(case.matter)
    light = ""
    if case.due_at is not None:
        warn, urgent = case.due_warn_at or case.due_at, case.due_urgent_at or case.due_at
        light = clock_rules.light(case.opened_at, warn, urgent, case.due_at, now)
    return MapPoint(
        id=case.id,
        number=case.number,
        lng=case.lng or 0.0,
        lat=case.lat or 0.0,
        light=light,
        urgent=case.urgent,
        matter_title=matter.title if matter else None,
        state_title=process_rules.state_of(book.process(case.process), case.state).title,
        due_at=case.due_at,
    )


def _counted(cases: QuerySet[Case], level: int, ids: list[int], now: datetime) -> list[MapCount]:
    column = CHAIN[level - 1]
    late = Q(due_at__lt=now)
    pressed = Q(due_at__gte=now, due_urgent_at__lte=now)
    warned = Q(due_at__gte=now, due_urgent_at__gt=now, due_warn_at__lte=now)
    rows = (
        cases.filter(**{f"{column}__in": ids})
        .values_list(column)
        .annotate(
            total=Count("id"),
            red=Count("id", filter=late),
            orange=Count("id", filter=pressed),
            yellow=Count("id", filter=warned),
        )
    )
    areas = territory.ground().areas
    return [
        MapCount(row[0], areas[row[0]].lng, areas[row[0]].lat, row[1], row[2], row[3], row[4])
        for row in sorted(rows)
    ]
