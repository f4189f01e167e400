"""Who is asked to look on site."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from gridward.tasks import rules
from gridward.tasks.rules import Candidate


def candidate(number: str, kind: str = "full_time") -> Candidate:
    return Candidate(uuid.uuid4(), uuid.uuid4(), number, kind)


ANNA, BO, CY = candidate("G1"), candidate("G2"), candidate("G0", "part_time")


def test_the_one_with_the_fewest_open_tasks_is_asked() -> None:
    load = {ANNA.post_id: 3, BO.post_id: 2}

    assert rules.choose_checker([ANNA, BO], open_tasks=load, handlers=()) is BO
    assert rules.choose_checker([ANNA, BO], open_tasks={}, handlers=()) is ANNA


def test_full_time_workers_are_asked_before_part_time_ones() -> None:
    assert rules.choose_checker([CY, ANNA], open_tasks={ANNA.post_id: 9}, handlers=()) is ANNA
    assert rules.choose_checker([CY], open_tasks={}, handlers=()) is CY


def test_nobody_checks_their_own_work_in_whatever_post() -> None:
    other_post = Candidate(uuid.uuid4(), ANNA.person_id, "G1", "full_time")

    chosen = rules.choose_checker(
        [ANNA, other_post, BO], open_tasks={BO.post_id: 50}, handlers={ANNA.person_id}
    )

    assert chosen is BO
    assert rules.choose_checker([ANNA], open_tasks={}, handlers={ANNA.person_id}) is None
    assert rules.choose_checker([], open_tasks={}, handlers=()) is None


@given(st.permutations([ANNA, BO, CY]), st.lists(st.integers(0, 5), min_size=3, max_size=3))
def test_the_choice_does_not_hang_on_the_order_of_the_candidates(
    order: list[Candidate], loads: list[int]
) -> None:
    load = {one.post_id: many for one, many in zip((ANNA, BO, CY), loads, strict=True)}

    first = rules.choose_checker([ANNA, BO, CY], open_tasks=load, handlers=())

    assert rules.choose_checker(order, open_tasks=load, handlers=()) is first


def test_every_kind_has_results_and_the_first_is_the_good_one() -> None:
    assert set(rules.RESULTS) == set(rules.KINDS)
    for results in rules.RESULTS.values():
        assert results[0] not in rules.NEEDS_WORDS
        assert set(results[1:]) <= rules.NEEDS_WORDS
