"""Simple counts for whoever answers for a ground: what is open, late and closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from gridward.access.rules import Viewer
from gridward.cases.models import CHAIN, Case
from gridward.cases.queries.reading import visible_by_time, visible_cases
from gridward.territory import queries as territory

PERIOD = timedelta(days=30)
FORCED = Q(close_type="forced")  # apart from every rate
NO_RESULT = ("", "withdrawn")  # void, joined, declined, or taken back by who reported it


@dataclass(frozen=True)
class AreaFigures:
    """Counts of one area. closed, closed_on_time and forced within PERIOD; open and late are now.

    late: open and past the promised date; forced: closed by special approval, which counts
    neither as closed nor as on time.
    """

    area_id: int | None
    name: str
    open: int
    late: int
    closed: int
    closed_on_time: int
    forced: int = 0

    @property
    def on_time_percent(self) -> int | None:
        """Closed on time ÷ (closed + open overdue); None when there is nothing to divide by."""
        base = self.closed + self.late
        return round(100 * self.closed_on_time / base) if base else None


@dataclass(frozen=True)
class Figures:
    """The viewer's ground as a whole, and area by area in reading order."""

    total: AreaFigures
    areas: tuple[AreaFigures, ...]


def figures(viewer: Viewer, now: datetime) -> Figures:
    """Counts over the cases that the viewer may see; two statements at any size."""
    cases = visible_cases(viewer).order_by()
    ended = visible_by_time(viewer).order_by().filter(closed_at__lte=now)
    level = (viewer.area_level or 1) + 1
    column = CHAIN[min(level, len(CHAIN)) - 1]
    open_by = _by(
        cases.filter(is_open=True), column, late=Count("id", filter=Q(promised_at__lt=now))
    )
    closed_by = _by(
        ended.filter(is_open=False, closed_at__gte=now - PERIOD).exclude(close_type__in=NO_RESULT),
        column,
        on_time=Count("id", filter=Q(closed_at__lte=F("promised_at")) & ~FORCED),
        forced=Count("id", filter=FORCED),
    )
    below = [
        area
        for area in (territory.areas_of_level(level) if territory.ground().scheme else ())
        if viewer.area_id is None or viewer.area_id in area.chain
    ]
    lines = [
        _line(area.id, territory.chain_names([area.id])[0], open_by, closed_by) for area in below
    ]
    total = AreaFigures(
        area_id=viewer.area_id,
        name="",
        open=sum(row["many"] for row in open_by.values()),
        late=sum(row["late"] for row in open_by.values()),
        closed=sum(row["many"] - row["forced"] for row in closed_by.values()),
        closed_on_time=sum(row["on_time"] for row in closed_by.values()),
        forced=sum(row["forced"] for row in closed_by.values()),
    )
    return Figures(
        total=total,
        areas=tuple(lines),
    )


def _by(cases: QuerySet[Case], column: str, **counts: Count) -> dict[int | None, dict[str, int]]:
    rows = cases.values(column).annotate(many=Count("id"), **counts)
    return {row.pop(column): row for row in rows}


def _line(
    area_id: int,
    name: str,
    open_by: dict[int | None, dict[str, int]],
    closed_by: dict[int | None, dict[str, int]],
) -> AreaFigures:
    nothing = {"many": 0, "late": 0, "on_time": 0, "forced": 0}
    now_open, gone = open_by.get(area_id, nothing), closed_by.get(area_id, nothing)
    return AreaFigures(
        area_id=area_id,
        name=name,
        open=now_open["many"],
        late=now_open["late"],
        closed=gone["many"] - gone["forced"],
        closed_on_time=gone["on_time"],
        forced=gone["forced"],
    )
