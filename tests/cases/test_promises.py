"""Who was promised another call, and by when: the shift that takes over reads it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from tests.cases.stepping import One, at, one, refused
from tests.cases.walking import CaseTown

from gridward.cases import actions, errors, queries

NOON = "11-09 11:30"


@pytest.fixture
def case(town: CaseTown) -> One:
    return one(town).dispatch("11-09 09:10")


def rings(case: One, when: str, by: str = "S001", *, reached: bool = True, **more: Any) -> None:
    words = "答应再打电话" if reached else ""
    actions.log_contact_with(
        case.id, **case.by(by), call="out", reached=reached, words=words, at=at(when), **more
    )


def promised(case: One, now: str = NOON) -> list[datetime | None]:
    """What the desk's hand-over page says of calls that were promised."""
    page = queries.shift_page(case.viewer("S001"), at(now))
    assert page.counts.promises == len(page.promises)
    return [each.word_by for each in page.promises]


def test_a_promised_call_stands_on_the_page_of_the_shift(case: One) -> None:
    assert promised(case) == []

    rings(case, "11-09 10:00", promised=at("11-10 09:00"))

    assert promised(case) == [at("11-10 09:00")]
    assert case.last("case.contact_logged").details["promised"] == "2026-11-10T01:00:00.000000Z"
    later = one(case.town, "11-09 09:30")
    rings(later, "11-09 10:05", promised=at("11-09 16:00"))
    assert promised(case) == [at("11-09 16:00"), at("11-10 09:00")]  # the soonest first


def test_a_call_that_reaches_somebody_keeps_the_word_and_one_that_does_not_leaves_it(
    case: One,
) -> None:
    rings(case, "11-09 10:00", promised=at("11-10 09:00"))
    rings(case, "11-09 10:30", reached=False)
    assert promised(case) == [at("11-10 09:00")]

    rings(case, "11-09 11:00", promised=at("11-11 09:00"))
    assert promised(case) == [at("11-11 09:00")]
    rings(case, "11-09 11:10")

    assert promised(case) == []


def test_the_organisation_s_word_counts_too_and_what_is_far_off_waits(case: One) -> None:
    rings(case, "11-09 10:00", by="M001", promised=at("11-20 09:00"))

    assert promised(case) == []
    assert promised(case, "11-17 10:00") == [at("11-20 09:00")]


def test_joined_cases_keep_the_sooner_word_and_an_ended_one_none(case: One) -> None:
    master = one(case.town, "11-09 09:05")
    rings(case, "11-09 10:00", promised=at("11-10 09:00"))
    rings(master, "11-09 10:00", promised=at("11-11 09:00"))

    actions.merge_case(case.id, **case.by("S001"), master=master.id, at=at("11-09 10:30"))

    assert (case.case.word_by, master.case.word_by) == (None, at("11-10 09:00"))
    actions.void_case(master.id, **master.by("D002"), reason="test", at=at("11-09 11:00"))
    assert master.case.word_by is None


@pytest.mark.parametrize("when", ["11-09 10:00", "11-09 09:00"])
def test_a_word_is_given_for_a_time_to_come(case: One, when: str) -> None:
    with refused(errors.PromiseUnfit):
        rings(case, "11-09 10:00", promised=at(when))
    with refused(errors.PromiseUnfit):
        rings(case, "11-09 10:00", promised=at(when).replace(year=2028))
