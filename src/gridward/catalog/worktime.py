"""Calendar arithmetic: when a limit that starts now runs out.

Pure: no database, no clock, no Django. The rules in words: docs/explanation/clocks.md.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
LAST_YEAR: Final = 9000  # beyond this a calendar that never opens is a mistake, not a limit


class Unit(StrEnum):
    """What a limit counts."""

    URGENT_MINUTE = "urgent_minute"
    URGENT_HOUR = "urgent_hour"
    NATURAL_HOUR = "natural_hour"
    NATURAL_DAY = "natural_day"
    WORKING_MINUTE = "working_minute"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"

    @property
    def is_working(self) -> bool:
        """Whether the unit looks at the calendar at all."""
        return self in _WORKING


_WORKING: Final = frozenset({Unit.WORKING_MINUTE, Unit.WORKING_HOUR, Unit.WORKING_DAY})
_LENGTH: Final[dict[Unit, timedelta]] = {
    Unit.URGENT_MINUTE: timedelta(minutes=1),
    Unit.URGENT_HOUR: timedelta(hours=1),
    Unit.NATURAL_HOUR: timedelta(hours=1),
    Unit.WORKING_MINUTE: timedelta(minutes=1),
    Unit.WORKING_HOUR: timedelta(hours=1),
}


class Convention(StrEnum):
    """Where in its last day a limit in working days ends."""

    END_OF_LAST_WINDOW = "end_of_last_window"
    SAME_TIME_OF_DAY = "same_time_of_day"


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of time of one kind, such as two working days."""

    amount: int
    unit: Unit

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= 100_000:
            raise ValueError("amount must lie between 1 and 100000")

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit runs out, and how sure the calendar is of it.

    at: aware, UTC
    provisional: a year that mattered has no data, so it was counted on plain weekdays
    years: the local years that were looked at, in order
    """

    at: datetime
    provisional: bool
    years: tuple[int, ...]


class _Year:
    """The openings of one local year, ready for bisection. Times are microseconds since 1970."""

    __slots__ = ("before", "day_ends", "days", "ends", "starts", "total")

    def __init__(self, calendar: Calendar, year: int) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.before: list[int] = []  # working time of the year before opening i
        self.days: list[int] = []  # ordinals of the working days
        self.day_ends: list[int] = []  # end of the last window of working day i
        self.total = 0
        for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
            day = date.fromordinal(ordinal)
            if not calendar.is_working_day(day):
                continue
            for opens, closes in calendar.windows:
                start, end = calendar.moment(day, opens), calendar.moment(day, closes)
                if start >= end:  # swallowed by a change of the clock
                    continue
                self.starts.append(start)
                self.ends.append(end)
                self.before.append(self.total)
                self.total += end - start
                if self.days and self.days[-1] == ordinal:
                    self.day_ends[-1] = end
                else:
                    self.days.append(ordinal)
                    self.day_ends.append(end)

    def worked_before(self, at: int) -> int:
        """Working time of this year that has passed at `at`."""
        i = bisect_right(self.starts, at) - 1
        if i < 0:
            return 0
        return self.before[i] + min(at, self.ends[i]) - self.starts[i]


@dataclass(frozen=True, eq=False)
class Calendar:
    """The openings of one organisation's desk, day by day.

    zone: IANA name
    windows: (from, to) in minutes after local midnight, ascending, not overlapping; to <= 1440
    weekdays: ISO numbers (1 = Monday) that work when the year says nothing else
    years: the years whose holidays are known; any other counts plain weekdays, provisionally
    days: exceptions; True works, False does not
    """

    key: str
    zone: str
    windows: tuple[tuple[int, int], ...]
    weekdays: frozenset[int]
    convention: Convention
    years: frozenset[int]
    days: Mapping[date, bool]
    digest: str = ""
    _zone: ZoneInfo = field(init=False, repr=False)
    _years: dict[int, _Year] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.windows or not self.weekdays:
            raise ValueError("a calendar needs at least one window and one weekday")
        last = 0
        for opens, closes in self.windows:
            if not last <= opens < closes <= 1440:
                raise ValueError("windows must ascend, must not overlap and must end by 24:00")
            last = closes
        object.__setattr__(self, "_zone", ZoneInfo(self.zone))
        object.__setattr__(self, "_years", {})
        if not self.digest:
            object.__setattr__(self, "digest", _digest(self))

    @property
    def tz(self) -> ZoneInfo:
        """The calendar's time zone, to show a moment on its wall clock."""
        return self._zone

    def is_working_day(self, day: date) -> bool:
        """Whether the desk opens at all on this local day."""
        known = self.days.get(day)
        return day.isoweekday() in self.weekdays if known is None else known

    def is_open(self, at: datetime) -> bool:
        """Whether `at` lies inside a window. The opening belongs to it, the closing does not."""
        stamp = _stamp(at)
        year = self._year(self._local(at).year)
        i = bisect_right(year.starts, stamp) - 1
        return i >= 0 and stamp < year.ends[i]

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself while the desk is open, otherwise the next moment when it opens."""
        return _moment(self._next_opening(_stamp(at), self._local(at).year))

    def moment(self, day: date, minutes: int) -> int:
        """Microseconds since 1970 of a local wall time; a missing one is the end of its gap."""
        if minutes == 1440:
            day, minutes = day + timedelta(days=1), 0
        return self._wall(datetime.combine(day, time(minutes // 60, minutes % 60)))

    def _wall(self, naive: datetime) -> int:
        aware = naive.replace(tzinfo=self._zone)
        stamp = _stamp(aware)
        shown = _moment(stamp).astimezone(self._zone).replace(tzinfo=None)
        if shown == naive.replace(fold=0):
            return stamp
        # inside a gap: both readings of the wall time straddle it; search its end
        low = min(stamp, _stamp(aware.replace(fold=1)))
        high = max(stamp, _stamp(aware.replace(fold=1)))
        offset = _moment(low).astimezone(self._zone).utcoffset()
        while high - low > 1:
            middle = (low + high) // 2
            if _moment(middle).astimezone(self._zone).utcoffset() == offset:
                low = middle
            else:
                high = middle
        return high

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def _year(self, year: int) -> _Year:
        found = self._years.get(year)
        if found is None:
            if year > LAST_YEAR:
                raise OverflowError(f"the calendar {self.key} has no opening left to count")
            # two threads may build the same year; both results are equal
            found = self._years[year] = _Year(self, year)
        return found

    def _next_opening(self, stamp: int, year: int) -> int:
        while True:
            openings = self._year(year)
            i = bisect_right(openings.ends, stamp)
            if i < len(openings.ends):
                return max(stamp, openings.starts[i])
            year += 1

    def _work_on(self, stamp: int, year: int, amount: int) -> int:
        """The earliest moment at which `amount` > 0 of working time has passed since `stamp`."""
        openings = self._year(year)
        amount += openings.worked_before(stamp)
        while amount > openings.total:
            amount -= openings.total
            year += 1
            openings = self._year(year)
        i = bisect_left(openings.before, amount) - 1
        return openings.starts[i] + amount - openings.before[i]

    def _worked(self, start: datetime, end: datetime) -> int:
        """Working time between two moments, `start` <= `end`."""
        first, last = self._local(start).year, self._local(end).year
        worked = self._year(last).worked_before(_stamp(end))
        worked -= self._year(first).worked_before(_stamp(start))
        for year in range(first, last):
            worked += self._year(year).total
        return worked

    def _nth_working_day(self, ordinal: int, amount: int) -> tuple[_Year, int]:
        """The year and index of the `amount`-th working day after the day `ordinal`."""
        year = date.fromordinal(ordinal).year
        openings = self._year(year)
        i = bisect_right(openings.days, ordinal) + amount - 1
        while i >= len(openings.days):
            i -= len(openings.days)
            year += 1
            openings = self._year(year)
        return openings, i

    def _working_days(self, after: int, until: int) -> int:
        """How many working days lie in (after, until]; both are ordinals."""
        first, last = date.fromordinal(after).year, date.fromordinal(until).year
        count = bisect_right(self._year(last).days, until)
        count -= bisect_right(self._year(first).days, after)
        for year in range(first, last):
            count += len(self._year(year).days)
        return count


def _digest(calendar: Calendar) -> str:
    shape = {
        "key": calendar.key,
        "zone": calendar.zone,
        "windows": [list(window) for window in calendar.windows],
        "weekdays": sorted(calendar.weekdays),
        "convention": str(calendar.convention),
        "years": sorted(calendar.years),
        "days": {day.isoformat(): works for day, works in sorted(calendar.days.items())},
    }
    text = json.dumps(shape, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _stamp(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _moment(stamp: int) -> datetime:
    return EPOCH + timedelta(microseconds=stamp)


def _years(start: datetime, end: datetime, calendar: Calendar) -> tuple[int, ...]:
    return tuple(range(calendar._local(start).year, calendar._local(end).year + 1))


def _due(start: datetime, at: datetime, unit: Unit, calendar: Calendar) -> Due:
    if not unit.is_working:
        return Due(at=at, provisional=False, years=())
    years = _years(start, at, calendar)
    return Due(at=at, provisional=not calendar.years.issuperset(years), years=years)


def add(start: datetime, limit: Limit, calendar: Calendar) -> Due:
    """When `limit`, begun at `start`, runs out.

    start: aware; may fall outside the hours, counting then begins at the next opening. For
        working days the day of the start is never counted.
    calendar: only looked at for working units and, for natural days, for its zone
    A year without data is counted on plain weekdays and marks the result provisional.
    Source: docs/explanation/clocks.md
    """
    unit = limit.unit
    if unit is Unit.WORKING_DAY:
        at = _add_working_days(start, limit.amount, calendar)
    elif unit is Unit.NATURAL_DAY:
        local = calendar._local(start).replace(tzinfo=None, fold=0)
        at = _moment(calendar._wall(local + timedelta(days=limit.amount)))
    elif unit in _WORKING:
        return add_worktime(start, _LENGTH[unit] * limit.amount, calendar)
    else:
        at = start.astimezone(UTC) + _LENGTH[unit] * limit.amount
    return _due(start, at, unit, calendar)


def add_worktime(start: datetime, amount: timedelta, calendar: Calendar) -> Due:
    """When `amount` of working time has passed since `start`; `start` itself for nothing."""
    length = amount // MICROSECOND
    if length <= 0:
        at = start.astimezone(UTC)
    else:
        at = _moment(calendar._work_on(_stamp(start), calendar._local(start).year, length))
    return _due(start, at, Unit.WORKING_HOUR, calendar)


def add_all(start: datetime, limits: Sequence[Limit], calendar: Calendar) -> Due:
    """When several limits, one begun where the one before runs out, have all run out."""
    at, provisional, years = start.astimezone(UTC), False, set[int]()
    for limit in limits:
        due = add(at, limit, calendar)
        at, provisional = due.at, provisional or due.provisional
        years.update(due.years)
    return Due(at=at, provisional=provisional, years=tuple(sorted(years)))


def _add_working_days(start: datetime, amount: int, calendar: Calendar) -> datetime:
    if calendar.convention is Convention.SAME_TIME_OF_DAY:
        # a start outside the hours counts as the next opening: a later start is never due earlier
        start = calendar.next_opening(start)
        return _same_time(start, amount, calendar)
    openings, i = calendar._nth_working_day(calendar._local(start).toordinal(), amount)
    return _moment(openings.day_ends[i])


def _same_time(at: datetime, amount: int, calendar: Calendar) -> datetime:
    local = calendar._local(at)
    openings, i = calendar._nth_working_day(local.toordinal(), amount)
    day = date.fromordinal(openings.days[i])
    return _moment(calendar._wall(datetime.combine(day, local.time().replace(fold=0))))


def between(start: datetime, end: datetime, unit: Unit, calendar: Calendar) -> timedelta:
    """How much time of the kind that `unit` counts lies between two moments, never negative.

    For working units (days included) that is the time inside the windows, else the elapsed time.
    """
    if end <= start:
        return timedelta(0)
    if unit in _WORKING:
        return timedelta(microseconds=calendar._worked(start, end))
    return end.astimezone(UTC) - start.astimezone(UTC)


def working_days_between(start: datetime, end: datetime, calendar: Calendar) -> int:
    """How many working days begin after the day of `start` and not after the day of `end`."""
    if end <= start:
        return 0
    return calendar._working_days(
        calendar._local(start).toordinal(), calendar._local(end).toordinal()
    )


def point_between(
    start: datetime, due: datetime, fraction: float, unit: Unit, calendar: Calendar
) -> datetime:
    """The moment when `fraction` (0 to 1) of the time from `start` to `due` has been used."""
    if fraction >= 1 or due <= start:
        return due
    used = between(start, due, unit, calendar) * fraction
    return min(due, point_after(start, used, unit, calendar))


def point_after(start: datetime, used: timedelta, unit: Unit, calendar: Calendar) -> datetime:
    """The moment when `used` of the unit's kind of time has passed since `start`."""
    if unit in _WORKING:
        return add_worktime(start, used, calendar).at
    return start.astimezone(UTC) + used


def fraction_point(start: datetime, limit: Limit, fraction: float, calendar: Calendar) -> datetime:
    """The moment when `fraction` (0 to 1) of a limit begun at `start` has been used."""
    return point_between(start, add(start, limit, calendar).at, fraction, limit.unit, calendar)


def resume(
    due: datetime, paused_at: datetime, resumed_at: datetime, unit: Unit, calendar: Calendar
) -> Due:
    """Where `due` moves when the clock stood still from `paused_at` to `resumed_at`.

    Elapsed units: later by the time paused. Working hours and minutes: what was left at the pause
    is counted on from the resumption. Working days: later by as many working days as lie between
    the working day of the pause and that of the resumption, where a moment outside the hours
    belongs to the next opening. A clock that was already due when it paused stays due.
    """
    if paused_at >= due or resumed_at <= paused_at:
        return _due(paused_at, due.astimezone(UTC), unit, calendar)
    if unit is Unit.WORKING_DAY:
        paused = calendar._local(calendar.next_opening(paused_at)).toordinal()
        resumed = calendar._local(calendar.next_opening(resumed_at)).toordinal()
        moved = calendar._working_days(paused, resumed)
        at = due.astimezone(UTC)
        if moved and calendar.convention is Convention.SAME_TIME_OF_DAY:
            at = _same_time(due, moved, calendar)
        elif moved:
            openings, i = calendar._nth_working_day(calendar._local(due).toordinal(), moved)
            at = _moment(openings.day_ends[i])
    elif unit in _WORKING:
        left = between(paused_at, due, unit, calendar)
        at = add_worktime(resumed_at, left, calendar).at if left else due.astimezone(UTC)
    else:
        at = due.astimezone(UTC) + (resumed_at - paused_at)
    return _due(paused_at, max(at, due.astimezone(UTC)), unit, calendar)


def parse_windows(windows: Iterable[tuple[str, str]]) -> tuple[tuple[int, int], ...]:
    """Windows given as ("08:30", "12:00") in minutes after midnight; raises ValueError."""
    return tuple((parse_minutes(opens), parse_minutes(closes)) for opens, closes in windows)


def parse_minutes(text: str) -> int:
    """Minutes after midnight of "08:30"; "24:00" is the end of the day. Raises ValueError."""
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdigit() and len(minutes) == 2 and minutes.isdigit()):
        raise ValueError(f"{text!r} is not a time such as 08:30")
    total = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or total > 1440:
        raise ValueError(f"{text!r} is not a time of day")
    return total
