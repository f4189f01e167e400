"""What holds for every limit, calendar and moment, and equals a walk minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gridward.catalog.worktime import (
    Calendar,
    Convention,
    Limit,
    Unit,
    add,
    add_worktime,
    between,
    point_between,
    resume,
    working_days_between,
)

MINUTE = timedelta(minutes=1)
FIRST = datetime(2026, 9, 1, tzinfo=UTC)

moments = st.integers(0, 150 * 24 * 60).map(lambda minutes: FIRST + minutes * MINUTE)
units = st.sampled_from(list(Unit))
working_units = st.sampled_from([unit for unit in Unit if unit.is_working])
limits = st.builds(Limit, st.integers(1, 40), units)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    edges = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=6)))
    windows = tuple(
        (opens * 15, closes * 15)
        for opens, closes in zip(edges[::2], edges[1::2], strict=len(edges) % 2 == 0)
    )
    days = draw(
        st.dictionaries(st.dates(date(2026, 9, 1), date(2027, 2, 28)), st.booleans(), max_size=25)
    )
    return Calendar(
        key="drawn",
        zone=draw(st.sampled_from(["Asia/Shanghai", "America/New_York", "UTC"])),
        windows=windows,
        weekdays=frozenset(draw(st.sets(st.integers(1, 7), min_size=2))),
        convention=draw(st.sampled_from(list(Convention))),
        years=frozenset({2026}),
        days=days,
    )


def is_open(calendar: Calendar, minute: datetime) -> bool:
    """Whether the desk is open in the minute that begins here, by looking at the wall clock."""
    local = minute.astimezone(ZoneInfo(calendar.zone))
    day = calendar.days.get(local.date(), local.isoweekday() in calendar.weekdays)
    past = local.hour * 60 + local.minute
    return day and any(opens <= past < closes for opens, closes in calendar.windows)


def comes_twice(moment: datetime, calendar: Calendar) -> bool:
    """Whether the local time of this moment exists twice, as when the clock is put back."""
    local = moment.astimezone(ZoneInfo(calendar.zone))
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


@given(calendars(), moments, st.integers(1, 900))
def test_minutes_end_where_a_walk_minute_by_minute_ends(
    calendar: Calendar, start: datetime, amount: int
) -> None:
    reached = add(start, Limit(amount, Unit.WORKING_MINUTE), calendar).at

    minute, left = start, amount
    while left:
        left -= is_open(calendar, minute)
        minute += MINUTE
    assert reached == minute


@given(calendars(), moments, st.integers(0, 9 * 24 * 60))
def test_working_time_is_the_number_of_open_minutes(
    calendar: Calendar, start: datetime, length: int
) -> None:
    end = start + length * MINUTE

    walked = sum(is_open(calendar, start + i * MINUTE) for i in range(length))

    assert between(start, end, Unit.WORKING_HOUR, calendar) == walked * MINUTE


@given(calendars(), moments, st.integers(1, 12))
def test_working_days_end_where_a_walk_day_by_day_ends(
    calendar: Calendar, start: datetime, amount: int
) -> None:
    if calendar.convention is not Convention.END_OF_LAST_WINDOW:
        return
    day, left = start.astimezone(ZoneInfo(calendar.zone)).date(), amount
    while left:
        day += timedelta(days=1)
        left -= calendar.is_working_day(day)

    reached = add(start, Limit(amount, Unit.WORKING_DAY), calendar).at

    last = reached.astimezone(ZoneInfo(calendar.zone))
    minutes = last.hour * 60 + last.minute or 1440
    assert (last - MINUTE).date() == day
    assert minutes == calendar.windows[-1][1]
    assert working_days_between(start, reached - MINUTE, calendar) == amount


@given(calendars(), moments, moments, limits)
def test_a_later_start_is_never_due_earlier(
    calendar: Calendar, one: datetime, other: datetime, limit: Limit
) -> None:
    first, second = min(one, other), max(one, other)
    if limit.unit is Unit.NATURAL_DAY and comes_twice(second, calendar):
        return  # the same local time comes twice: its first pass is what is promised
    if limit.unit is Unit.NATURAL_DAY and comes_twice(first, calendar):
        return

    assert add(first, limit, calendar).at <= add(second, limit, calendar).at


@given(calendars(), moments, limits, st.integers(1, 40))
def test_a_longer_limit_is_never_due_earlier(
    calendar: Calendar, start: datetime, limit: Limit, more: int
) -> None:
    longer = Limit(limit.amount + more, limit.unit)

    assert start < add(start, limit, calendar).at <= add(start, longer, calendar).at


@given(calendars(), moments, st.integers(1, 60), st.integers(1, 60), working_units)
def test_limits_in_hours_add_up(
    calendar: Calendar, start: datetime, one: int, other: int, unit: Unit
) -> None:
    if unit is Unit.WORKING_DAY:
        return

    stepwise = add(add(start, Limit(one, unit), calendar).at, Limit(other, unit), calendar)

    assert add(start, Limit(one + other, unit), calendar).at == stepwise.at


@given(calendars(), moments, st.integers(1, 40), working_units)
def test_no_working_limit_ends_on_a_day_off_or_outside_the_windows(
    calendar: Calendar, start: datetime, amount: int, unit: Unit
) -> None:
    reached = add(start, Limit(amount, unit), calendar).at

    inside = calendar.is_open(reached) or is_open(calendar, reached - MINUTE)
    assert inside


@given(calendars(), moments, limits, st.floats(0, 1), st.floats(0, 1))
def test_marks_on_the_way_keep_their_order_between_start_and_due(
    calendar: Calendar, start: datetime, limit: Limit, one: float, other: float
) -> None:
    due = add(start, limit, calendar).at

    early, late = (
        point_between(start, due, fraction, limit.unit, calendar)
        for fraction in sorted((one, other))
    )

    assert start <= early <= late <= due


@given(calendars(), moments, limits, st.integers(0, 5000), st.integers(0, 5000))
def test_a_pause_never_moves_a_due_time_earlier_and_costs_no_working_time(
    calendar: Calendar, start: datetime, limit: Limit, before: int, length: int
) -> None:
    due = add(start, limit, calendar).at
    paused = start + before * MINUTE
    resumed = paused + length * MINUTE

    moved = resume(due, paused, resumed, limit.unit, calendar).at

    assert moved >= due
    if paused >= due:
        assert moved == due
    elif limit.unit is Unit.WORKING_DAY:
        assert moved >= calendar.next_opening(resumed) or moved > resumed
    else:
        left = between(paused, due, limit.unit, calendar)
        assert between(resumed, moved, limit.unit, calendar) == left


@given(calendars(), moments, st.integers(1, 5000))
def test_working_time_added_is_the_working_time_between(
    calendar: Calendar, start: datetime, minutes: int
) -> None:
    due = add_worktime(start, minutes * MINUTE, calendar).at

    assert between(start, due, Unit.WORKING_MINUTE, calendar) == minutes * MINUTE


@given(calendars(), moments, limits)
def test_a_result_is_provisional_exactly_when_an_unknown_year_was_looked_at(
    calendar: Calendar, start: datetime, limit: Limit
) -> None:
    reached = add(start, limit, calendar)

    assert reached.provisional == bool(set(reached.years) - {2026})
    assert limit.unit.is_working or not reached.provisional
