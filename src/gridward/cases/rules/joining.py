"""Which case a new report may join, and how coarsely a neighbour is told where it is."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

from gridward.catalog.definitions import Matter, Settings
from gridward.catalog.worktime import Calendar
from gridward.core.geodesy import metres_per_degree

# a result that is being checked is not joined: what a neighbour sees now is something new
JOINABLE_STAGES = frozenset({"submitted", "accepted", "assigned", "handling"})


def may_still_join(stage: str) -> bool:
    """Whether a case at this stage still takes neighbours' reports."""
    return stage in JOINABLE_STAGES


def reach_of(matter: Matter, settings: Settings) -> tuple[int, int]:
    """How near (metres) and how recent (days) a case of this matter is offered as the same."""
    return (
        matter.radius_m or settings.nearby_radius_m,
        matter.window_days or settings.nearby_window_days,
    )


def blurred(lng: float, lat: float, metres: int) -> tuple[float, float]:
    """The middle of the square of a grid of `metres` that holds the point; 0 leaves it."""
    if metres < 1:
        return lng, lat
    _, per_lat = metres_per_degree(lat)
    row = math.floor(lat * per_lat / metres)
    shown_lat = (row + 0.5) * metres / per_lat
    per_lng, _ = metres_per_degree(shown_lat)
    column = math.floor(lng * per_lng / metres)
    return round((column + 0.5) * metres / per_lng, 6), round(shown_lat, 6)


def rounded_up(metres: float, step: int) -> int:
    """A distance told no finer than `step` metres, never 0."""
    step = max(step, 1)
    return max(step, math.ceil(metres / step) * step)


def is_another_working_day(before: datetime, now: datetime, calendar: Calendar) -> bool:
    """Whether a working day has begun after the day of `before`, up to the day of `now`."""
    first = before.astimezone(calendar.tz).date()
    last = now.astimezone(calendar.tz).date()
    day: date = first + timedelta(days=1)
    while day <= last:
        if calendar.is_working_day(day):
            return True
        if (day - first).days > 31:  # a calendar without working days never holds a reminder back
            return True
        day += timedelta(days=1)
    return False
