"""Deadlines, case by case, with exact values."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.catalog.calendars import mainland, plain

from gridward.catalog.loader import packs_root
from gridward.catalog.worktime import (
    Calendar,
    Convention,
    Limit,
    Unit,
    add,
    add_all,
    add_worktime,
    between,
    fraction_point,
    parse_minutes,
    point_between,
    resume,
    working_days_between,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(start: str, amount: int, unit: Unit, calendar: Calendar | None = None) -> str:
    calendar = calendar or mainland()
    zone = ZoneInfo(calendar.zone)
    reached = add(at(start, zone), Limit(amount, unit), calendar).at
    assert reached.tzinfo is UTC
    return reached.astimezone(zone).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected"),
    [
        # elapsed: the calendar says nothing
        ("2026-10-01 23:00", 2, Unit.URGENT_HOUR, "2026-10-02 01:00"),
        ("2026-10-01 23:50", 15, Unit.URGENT_MINUTE, "2026-10-02 00:05"),
        ("2026-02-14 09:00", 24, Unit.NATURAL_HOUR, "2026-02-15 09:00"),
        ("2026-02-14 09:00", 7, Unit.NATURAL_DAY, "2026-02-21 09:00"),
        # hours: inside the windows, lunch left out
        ("2026-11-20 09:00", 2, Unit.WORKING_HOUR, "2026-11-20 11:00"),
        ("2026-11-20 11:00", 2, Unit.WORKING_HOUR, "2026-11-20 15:30"),
        ("2026-11-20 10:00", 2, Unit.WORKING_HOUR, "2026-11-20 12:00"),
        ("2026-11-20 16:30", 2, Unit.WORKING_HOUR, "2026-11-23 09:30"),
        ("2026-11-20 16:50", 30, Unit.WORKING_MINUTE, "2026-11-20 17:20"),
        ("2026-11-20 17:10", 30, Unit.WORKING_MINUTE, "2026-11-23 08:40"),
        # begun outside the hours: from the next opening
        ("2026-11-20 22:00", 30, Unit.WORKING_MINUTE, "2026-11-23 09:00"),
        ("2026-11-20 12:30", 30, Unit.WORKING_MINUTE, "2026-11-20 15:00"),
        ("2026-11-20 06:00", 30, Unit.WORKING_MINUTE, "2026-11-20 09:00"),
        # days: the day of the start not counted, due at the end of the last window
        ("2026-11-20 09:00", 2, Unit.WORKING_DAY, "2026-11-24 17:30"),
        ("2026-11-20 23:59", 2, Unit.WORKING_DAY, "2026-11-24 17:30"),
        ("2026-11-21 00:00", 2, Unit.WORKING_DAY, "2026-11-24 17:30"),
        ("2026-11-19 09:00", 1, Unit.WORKING_DAY, "2026-11-20 17:30"),
        # the spring festival with its make-up Saturdays
        ("2026-02-13 10:00", 1, Unit.WORKING_DAY, "2026-02-14 17:30"),
        ("2026-02-13 10:00", 2, Unit.WORKING_DAY, "2026-02-24 17:30"),
        ("2026-02-14 17:00", 1, Unit.WORKING_HOUR, "2026-02-24 09:00"),
        ("2026-02-27 10:00", 1, Unit.WORKING_DAY, "2026-02-28 17:30"),
        # the national day: a Sunday before and a Saturday after work
        ("2026-09-18 10:00", 1, Unit.WORKING_DAY, "2026-09-20 17:30"),
        ("2026-09-30 16:30", 2, Unit.WORKING_HOUR, "2026-10-08 09:30"),
        ("2026-10-09 10:00", 1, Unit.WORKING_DAY, "2026-10-10 17:30"),
    ],
)
def test_a_limit_runs_out_when_the_calendar_says(
    start: str, amount: int, unit: Unit, expected: str
) -> None:
    assert due(start, amount, unit) == expected


@pytest.mark.parametrize(
    ("year", "weekdays_off", "weekends_worked"), [(2024, 19, 8), (2025, 18, 5), (2026, 19, 6)]
)
def test_the_shipped_years_have_as_many_days_off_and_made_up_as_announced(
    year: int, weekdays_off: int, weekends_worked: int
) -> None:
    days = {day: works for day, works in mainland().days.items() if day.year == year}

    assert sum(not works and day.isoweekday() < 6 for day, works in days.items()) == weekdays_off
    assert sum(works for works in days.values()) == weekends_worked
    assert all(day.isoweekday() > 5 for day, works in days.items() if works)


def test_a_year_without_data_is_counted_on_weekdays_and_marked_provisional() -> None:
    last_of_2026 = add(at("2026-12-30 10:00"), Limit(1, Unit.WORKING_DAY), mainland())
    into_2027 = add(at("2026-12-30 10:00"), Limit(2, Unit.WORKING_DAY), mainland())

    assert (last_of_2026.provisional, last_of_2026.years) == (False, (2026,))
    assert (into_2027.provisional, into_2027.years) == (True, (2026, 2027))
    assert into_2027.at == at("2027-01-01 17:30")


def test_elapsed_limits_are_never_provisional() -> None:
    reached = add(at("2029-01-01 10:00"), Limit(7, Unit.NATURAL_DAY), mainland())

    assert (reached.provisional, reached.years) == (False, ())


def test_a_natural_day_ends_at_the_same_local_time_across_a_change_of_the_clock() -> None:
    calendar = plain("America/New_York")

    assert due("2026-03-07 10:00", 1, Unit.NATURAL_DAY, calendar) == "2026-03-08 10:00"
    assert due("2026-10-31 10:00", 1, Unit.NATURAL_DAY, calendar) == "2026-11-01 10:00"
    start = at("2026-03-07 10:00", NEW_YORK)
    assert add(start, Limit(1, Unit.NATURAL_DAY), calendar).at - start == timedelta(hours=23)


def test_a_due_time_that_the_clock_skips_is_the_end_of_the_gap() -> None:
    calendar = plain("America/New_York")

    assert due("2026-03-07 02:30", 1, Unit.NATURAL_DAY, calendar) == "2026-03-08 03:00"
    assert due("2026-03-07 02:59", 1, Unit.NATURAL_DAY, calendar) == "2026-03-08 03:00"
    assert due("2026-03-07 03:00", 1, Unit.NATURAL_DAY, calendar) == "2026-03-08 03:00"


def test_a_due_time_that_comes_twice_is_the_first() -> None:
    calendar = plain("America/New_York")

    reached = add(at("2026-10-31 01:30", NEW_YORK), Limit(1, Unit.NATURAL_DAY), calendar).at

    assert reached == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_a_window_across_a_change_of_the_clock_has_its_real_length() -> None:
    nights = Calendar(
        key="nights",
        zone="America/New_York",
        windows=((0, 480),),
        weekdays=frozenset(range(1, 8)),
        convention=Convention.END_OF_LAST_WINDOW,
        years=frozenset({2026}),
        days={},
    )
    spring, autumn = at("2026-03-08 00:00", NEW_YORK), at("2026-11-01 00:00", NEW_YORK)

    def length(midnight: datetime) -> timedelta:
        return between(midnight, midnight + timedelta(hours=12), Unit.WORKING_HOUR, nights)

    assert (length(spring), length(autumn)) == (timedelta(hours=7), timedelta(hours=9))


def test_the_other_convention_keeps_the_time_of_day() -> None:
    calendar = mainland(Convention.SAME_TIME_OF_DAY)

    assert due("2026-11-20 10:15", 1, Unit.WORKING_DAY, calendar) == "2026-11-23 10:15"
    assert due("2026-11-20 12:30", 1, Unit.WORKING_DAY, calendar) == "2026-11-23 14:30"
    assert due("2026-11-20 20:00", 1, Unit.WORKING_DAY, calendar) == "2026-11-24 08:30"
    assert due("2026-11-21 10:00", 1, Unit.WORKING_DAY, calendar) == "2026-11-24 08:30"


def test_half_and_four_fifths_of_a_limit_lie_in_working_time() -> None:
    start, limit = at("2026-11-20 09:00"), Limit(2, Unit.WORKING_DAY)

    # 6 h are left today, then 6.5 h on Monday and 6.5 h on Tuesday: 19 h in all
    assert fraction_point(start, limit, 0.5, mainland()) == at("2026-11-23 12:00")
    assert fraction_point(start, limit, 0.8, mainland()) == at("2026-11-24 11:12")
    assert fraction_point(start, limit, 1, mainland()) == at("2026-11-24 17:30")


def test_half_of_an_urgent_limit_is_half_of_the_time() -> None:
    start = at("2026-11-20 23:00")

    assert fraction_point(start, Limit(2, Unit.URGENT_HOUR), 0.5, mainland()) == at(
        "2026-11-21 00:00"
    )


def test_a_point_after_its_due_time_is_the_due_time() -> None:
    start, due_at = at("2026-11-20 09:00"), at("2026-11-19 09:00")

    assert point_between(start, due_at, 0.5, Unit.WORKING_HOUR, mainland()) == due_at


def test_limits_follow_each_other() -> None:
    limits = [
        Limit(30, Unit.WORKING_MINUTE),
        Limit(2, Unit.WORKING_DAY),
        Limit(1, Unit.URGENT_HOUR),
    ]

    assert add_all(at("2026-11-20 17:10"), limits, mainland()).at == at("2026-11-25 18:30")


def test_working_time_between_two_moments_leaves_nights_and_holidays_out() -> None:
    calendar = mainland()

    def hours(start: str, end: str) -> float:
        return between(at(start), at(end), Unit.WORKING_HOUR, calendar) / timedelta(hours=1)

    assert hours("2026-09-30 16:30", "2026-10-08 09:30") == 2
    assert hours("2026-12-31 16:30", "2027-01-01 09:30") == 2
    assert hours("2026-11-20 12:10", "2026-11-20 14:20") == 0
    assert hours("2026-11-20 12:10", "2026-11-20 09:00") == 0


def test_working_days_between_two_moments_do_not_count_the_first() -> None:
    assert working_days_between(at("2026-09-30 23:00"), at("2026-10-10 01:00"), mainland()) == 3


@pytest.mark.parametrize(
    ("paused", "resumed", "unit", "before", "after"),
    [
        # elapsed: by the time paused
        ("2026-11-20 10:00", "2026-11-20 13:00", Unit.URGENT_HOUR, "2026-11-20 11:00",
         "2026-11-20 14:00"),
        # hours: what was left goes on
        ("2026-11-20 11:00", "2026-11-20 16:00", Unit.WORKING_HOUR, "2026-11-20 15:30",
         "2026-11-23 09:00"),
        ("2026-11-20 12:10", "2026-11-20 14:20", Unit.WORKING_HOUR, "2026-11-20 15:30",
         "2026-11-20 15:30"),
        # days: whole ones
        ("2026-11-20 10:00", "2026-11-20 16:00", Unit.WORKING_DAY, "2026-11-24 17:30",
         "2026-11-24 17:30"),
        ("2026-11-20 10:00", "2026-11-23 09:00", Unit.WORKING_DAY, "2026-11-24 17:30",
         "2026-11-25 17:30"),
        ("2026-11-20 18:00", "2026-11-22 09:00", Unit.WORKING_DAY, "2026-11-24 17:30",
         "2026-11-24 17:30"),
        # the last day, resumed on a Saturday: there is still a working day to go
        ("2026-11-20 10:00", "2026-11-21 10:00", Unit.WORKING_DAY, "2026-11-20 17:30",
         "2026-11-23 17:30"),
        # already overdue: a pause heals nothing
        ("2026-11-20 18:00", "2026-11-27 10:00", Unit.WORKING_DAY, "2026-11-20 17:30",
         "2026-11-20 17:30"),
    ],
)  # fmt: skip
def test_a_pause_moves_the_due_time_by_what_it_took(
    paused: str, resumed: str, unit: Unit, before: str, after: str
) -> None:
    moved = resume(at(before), at(paused), at(resumed), unit, mainland())

    assert moved.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") == after


def test_a_pause_into_an_unknown_year_makes_the_due_time_provisional() -> None:
    moved = resume(
        at("2026-12-30 17:30"), at("2026-12-30 10:00"), at("2027-01-05 10:00"),
        Unit.WORKING_DAY, mainland(),
    )  # fmt: skip

    assert (moved.provisional, moved.years) == (True, (2026, 2027))


def test_a_changed_day_changes_the_digest_and_nothing_else_does() -> None:
    calendar, same = mainland(), mainland()
    changed = Calendar(
        key=calendar.key,
        zone=calendar.zone,
        windows=calendar.windows,
        weekdays=calendar.weekdays,
        convention=calendar.convention,
        years=calendar.years,
        days={**calendar.days, date(2026, 11, 23): False},
    )

    assert calendar.digest == same.digest
    assert calendar.digest != changed.digest
    assert due("2026-11-20 09:00", 2, Unit.WORKING_DAY, changed) == "2026-11-25 17:30"


def test_a_calendar_that_never_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one window"):
        Calendar("none", "UTC", (), frozenset({1}), Convention.END_OF_LAST_WINDOW, frozenset(), {})
    with pytest.raises(ValueError, match="ascend"):
        plain("UTC", windows=((600, 700), (650, 800)))


@pytest.mark.parametrize("text", ["8", "08:60", "24:01", "x:10", "08:3"])
def test_what_is_not_a_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time"):
        parse_minutes(text)


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="between 1 and"):
        Limit(0, Unit.WORKING_DAY)


def test_no_working_time_is_due_at_once() -> None:
    assert add_worktime(at("2026-11-21 09:00"), timedelta(0), mainland()).at == at(
        "2026-11-21 09:00"
    )


def test_the_desk_is_open_from_its_opening_to_before_its_closing() -> None:
    calendar = mainland()

    times = ["08:29", "08:30", "11:59", "12:00"]
    open_at = [calendar.is_open(at(f"2026-11-20 {time}")) for time in times]
    assert open_at == [False, True, True, False]
    assert calendar.next_opening(at("2026-11-20 09:10")) == at("2026-11-20 09:10")
    assert calendar.next_opening(at("2026-11-20 17:30")) == at("2026-11-23 08:30")


def test_the_shipped_calendar_is_where_it_is_looked_for() -> None:
    assert (packs_root() / "base" / "calendars" / "cn-mainland.yaml").is_file()
