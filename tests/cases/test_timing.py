"""A corrected limit by hand and by property: from its own start, else from the correction on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gridward.cases.rules.clocks import Earlier, Pause, timing
from gridward.catalog.worktime import Calendar, Convention, Limit, Unit, parse_windows

ZONE = "Asia/Shanghai"
DESK = Calendar(
    key="desk",
    zone=ZONE,
    windows=parse_windows([("08:30", "12:00"), ("14:30", "17:30")]),
    weekdays=frozenset({1, 2, 3, 4, 5}),
    convention=Convention.END_OF_LAST_WINDOW,
    years=frozenset({2026}),
    days={},
)
START = datetime(2026, 11, 9, 1, 0, tzinfo=UTC)
LIMITS = st.builds(
    Limit,
    st.integers(1, 12),
    st.sampled_from([Unit.WORKING_HOUR, Unit.WORKING_DAY, Unit.URGENT_HOUR]),
)
MINUTES = st.integers(0, 6 * 24 * 60)


@given(first=LIMITS, second=LIMITS, when=MINUTES)
def test_a_correction_never_gives_less_than_its_limit_from_then_on_or_than_there_was(
    first: Limit, second: Limit, when: int
) -> None:
    at = START + timedelta(minutes=when)
    was = timing(START, [first], DESK).due

    now = timing(START, [second], DESK, earlier=[Earlier((first,), at)]).due

    fresh, rest = timing(START, [second], DESK).due, timing(at, [second], DESK).due
    assert now >= min(was, rest)
    assert fresh <= now <= max(fresh, was)


@given(first=LIMITS, second=LIMITS, when=MINUTES, since=MINUTES, long=MINUTES)
def test_a_pause_never_makes_a_corrected_clock_due_earlier(
    first: Limit, second: Limit, when: int, since: int, long: int
) -> None:
    earlier = [Earlier((first,), START + timedelta(minutes=when))]
    begin = START + timedelta(minutes=since)
    pause = Pause(begin, begin + timedelta(minutes=long))

    plain = timing(START, [second], DESK, earlier=earlier).due
    paused = timing(START, [second], DESK, earlier=earlier, pauses=[pause]).due

    assert paused >= plain


@given(limit=LIMITS, when=MINUTES)
def test_a_correction_to_the_same_limit_moves_nothing(limit: Limit, when: int) -> None:
    at = START + timedelta(minutes=when)

    assert timing(START, [limit], DESK, earlier=[Earlier((limit,), at)]) == timing(
        START, [limit], DESK
    )
