"""When a clock is due, worked out from its start, its limit, its calendar and its pauses alone.

The same function makes a deadline when a step is taken and proves it in `gridward clocks audit`,
so that a stored due time is never an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridward.catalog.worktime import (
    Calendar,
    Limit,
    Unit,
    add,
    between,
    point_after,
    point_between,
    resume,
)

WARN_FRACTION = 0.5
URGENT_FRACTION = 0.8


@dataclass(frozen=True)
class Pause:
    """Time that does not count. `until` None: the clock stands still now."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Earlier:
    """What a clock was given before a correction, and until when that held."""

    limits: tuple[Limit, ...]
    until: datetime


@dataclass(frozen=True)
class Timing:
    """A clock's times: due, the moments when 50 % and 80 % are used, and whether provisional."""

    due: datetime
    warn: datetime
    urgent: datetime
    provisional: bool


def timing(
    start: datetime,
    limits: Sequence[Limit],
    calendar: Calendar,
    *,
    pauses: Sequence[Pause] = (),
    not_before: datetime | None = None,
    earlier: Sequence[Earlier] = (),
) -> Timing:
    """When `limits`, one after another from `start`, are used up.

    pauses: in order of time; an open one moves nothing yet
    not_before: a rework is never due earlier than the time it had left
    earlier: what held before each correction, in order. A corrected limit counts from the clock's
    own start; where that would be sooner than what held before, it counts from the correction, and
    never ends later than what held before would have.
    """
    chain = [*[each.limits for each in earlier], tuple(limits)]
    at, provisional = _used_up(start, chain[0], pauses, calendar)
    for before, following in zip(earlier, chain[1:], strict=True):
        fresh, unsure = _used_up(start, following, pauses, calendar)
        rest, unsure_too = _used_up(before.until, following, pauses, calendar)
        at = max(fresh, min(at, rest))
        provisional = provisional or unsure or unsure_too
    unit = limits[-1].unit
    if not_before is not None and not_before > at:
        at = not_before
    warn = _mark(start, at, WARN_FRACTION, pauses, unit, calendar)
    urgent = _mark(start, at, URGENT_FRACTION, pauses, unit, calendar)
    return Timing(due=at, warn=warn, urgent=max(warn, urgent), provisional=provisional)


def _used_up(
    start: datetime, limits: Sequence[Limit], pauses: Sequence[Pause], calendar: Calendar
) -> tuple[datetime, bool]:
    """When the limits are used up from `start` on, and whether a calendar's year is missing."""
    at, provisional = start, False
    for limit in limits:
        step = add(at, limit, calendar)
        at, provisional = step.at, provisional or step.provisional
    unit = limits[-1].unit
    for pause in pauses:
        since = max(pause.since, start)
        if pause.until is None or since >= at or pause.until <= since:
            continue
        moved = resume(at, since, pause.until, unit, calendar)
        at, provisional = moved.at, provisional or moved.provisional
    return at, provisional


def _mark(
    start: datetime,
    due: datetime,
    fraction: float,
    pauses: Sequence[Pause],
    unit: Unit,
    calendar: Calendar,
) -> datetime:
    """When `fraction` of the time that counts is used: while a clock is paused nothing is."""
    still = [
        (max(pause.since, start), min(pause.until, due))
        for pause in pauses
        if pause.until is not None and pause.since < due and pause.until > start
    ]
    if not still:
        return point_between(start, due, fraction, unit, calendar)
    # of working days too, what is used is working time
    exact = Unit.WORKING_MINUTE if unit is Unit.WORKING_DAY else unit
    counted = between(start, due, exact, calendar)
    for since, until in still:
        counted -= between(since, until, exact, calendar)
    at = point_after(start, max(counted, timedelta(0)) * fraction, exact, calendar)
    for since, until in still:
        at = resume(at, since, until, exact, calendar).at
    return min(at, due)


def marks_of_given(start: datetime, due: datetime, calendar: Calendar) -> tuple[datetime, datetime]:
    """When 50 % and 80 % of the time to an outside target are used, in the calendar's hours."""
    warn = point_between(start, due, WARN_FRACTION, Unit.WORKING_MINUTE, calendar)
    urgent = point_between(start, due, URGENT_FRACTION, Unit.WORKING_MINUTE, calendar)
    return warn, max(warn, urgent)


def light(start: datetime, warn: datetime, urgent: datetime, due: datetime, at: datetime) -> str:
    """The traffic light at `at`: green under 50 %, yellow, orange from 80 %, red when overdue."""
    if at > due:
        return "red"
    if at >= urgent:
        return "orange"
    return "yellow" if at >= warn else "green"


def next_look(warn: datetime, urgent: datetime, due: datetime, swept: int) -> datetime | None:
    """When the sweeper looks next at a clock that it has looked at `swept` times (0 to 3)."""
    return (warn, urgent, due, None)[min(swept, 3)]


def passed(warn: datetime, urgent: datetime, due: datetime, at: datetime) -> int:
    """How many of a clock's three marks lie behind `at`."""
    return sum(mark <= at for mark in (warn, urgent, due))


def given_back(
    decide_by: datetime | None, asked_at: datetime, decided_at: datetime
) -> tuple[datetime, datetime] | None:
    """The span of a late decision, which the lead gets back: from the decision's due time on."""
    if decide_by is None or decided_at <= decide_by:
        return None
    return max(asked_at, decide_by), decided_at


def half(limit: Limit, fraction: float, minimum: Limit) -> Limit:
    """`fraction` of a limit, in its own unit, at least one, and `minimum` when it comes to less.

    A limit of one working day halves to the minimum: days cannot be split by rule (WH and WD
    never convert).
    """
    amount = int(limit.amount * fraction)
    if amount < 1 or (limit.unit == minimum.unit and amount < minimum.amount):
        return minimum
    return Limit(amount, limit.unit)


def return_until(
    dispatched_at: datetime,
    disposal: Limit,
    window: Limit,
    fraction: float,
    calendar: Calendar,
) -> datetime:
    """Until when the lead may return: the window or a part of the limit, the shorter of the two."""
    whole = add(dispatched_at, disposal, calendar).at
    quarter = point_between(dispatched_at, whole, fraction, disposal.unit, calendar)
    return min(add(dispatched_at, window, calendar).at, max(quarter, dispatched_at + timedelta(0)))
