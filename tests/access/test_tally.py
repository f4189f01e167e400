"""How often something happened, counted for every process alike."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from tests.cases.walking import MONDAY
from tests.databases import Space

from gridward.access import actions
from gridward.access.models import Tally
from gridward.access.queries import tallied
from gridward.core import clock, db

MINUTE = timedelta(minutes=1)


def test_a_window_opens_with_the_first_and_counts_until_it_closes(db: None) -> None:
    with clock.frozen(MONDAY):
        first = actions.count_up({"a": MINUTE, "b": 2 * MINUTE})
    with clock.frozen(MONDAY + timedelta(seconds=59)):
        again = actions.count_up({"a": MINUTE})
        seen = tallied("a")
    with clock.frozen(MONDAY + MINUTE):
        closed = tallied("a")
        anew = actions.count_up({"a": MINUTE, "b": 2 * MINUTE})

    assert (first["a"].count, first["b"].count) == (1, 1)
    assert (again["a"].count, again["a"].ends) == (2, MONDAY + MINUTE)
    assert seen == again["a"]
    assert closed.count == 0
    assert (anew["a"].count, anew["a"].ends) == (1, MONDAY + 2 * MINUTE)
    assert anew["b"].count == 2


def test_the_minutes_left_are_whole_and_at_least_one(db: None) -> None:
    with clock.frozen(MONDAY):
        counted = actions.count_up({"a": 10 * MINUTE})["a"]

    assert counted.minutes_left(MONDAY) == 10
    assert counted.minutes_left(MONDAY + timedelta(seconds=30)) == 10
    assert counted.minutes_left(MONDAY + timedelta(minutes=9, seconds=30)) == 1
    assert counted.minutes_left(MONDAY + timedelta(minutes=20)) == 1


def test_two_at_once_are_counted_as_two(space: Space) -> None:
    counts: list[int] = []

    def count() -> None:
        with space.entered():
            for _n in range(10):
                counts.append(actions.count_up({"a": MINUTE, "b": MINUTE})["a"].count)
            db.connection().close()

    crowd = [threading.Thread(target=count) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()

    assert sorted(counts) == list(range(1, 41))


def test_closed_windows_are_taken_away(db: None) -> None:
    with clock.frozen(MONDAY):
        actions.count_up({"short": MINUTE, "long": timedelta(hours=2)})
    with clock.frozen(MONDAY + timedelta(hours=1)):
        actions.tidy()

    assert list(Tally.objects.values_list("key", flat=True)) == ["long"]


@pytest.mark.parametrize("secret", ["one", "another"])
def test_a_key_gives_nothing_away_and_is_the_same_in_every_process(
    settings: object, secret: str
) -> None:
    from gridward.web import limits

    settings.SECRET_KEY = secret  # type: ignore[attr-defined]

    key = limits.crowd.key("203.0.113.9")

    assert len(key) == 32 and "203" not in key
    assert key == limits.crowd.key("203.0.113.9") != limits.links.key("203.0.113.9")
