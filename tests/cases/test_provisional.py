"""Deadlines in a year whose calendar is not decided: counted, marked, and worked out again by an
entry that says so once it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from tests.cases.stepping import One, at, local, one
from tests.cases.walking import CaseTown
from tests.town import ACTOR

from gridward.cases import actions, queries
from gridward.cases.models import Case, Clock
from gridward.catalog import actions as catalog
from gridward.catalog.queries import catalogue
from gridward.core import ticks
from gridward.journal import queries as journal

YEAR: dict[str, Any] = {
    "calendar": "cn-mainland",
    "year": 2027,
    "holidays": ["2027-01-01..2027-01-03"],
    "workdays": [],
    "source": "notice 1 of 2026",
}
LATER = at("12-30 09:00")


@pytest.fixture
def case(town: CaseTown) -> One:
    """Dispatched on 28 December 2026; due on the fifth working day, promised for the eighth."""
    made = one(town, "12-28 09:00").dispatch("12-28 09:05", condition="manhole.sunken")
    return made.acknowledge("12-28 09:20")


def decide(payload: dict[str, Any] = YEAR) -> None:
    catalog.decide("calendar_year", payload, actor=ACTOR, at=LATER)


def dues(case: One) -> dict[str, tuple[str, bool]]:
    """Running clocks: when they are due and whether that is provisional."""
    rows = Clock.objects.filter(case=case.id, stopped_at=None)
    return {c.milestone: (local(c.due_at), c.provisional) for c in rows}


def moves(case: One, milestone: str) -> list[tuple[str, str]]:
    lines = journal.timeline([case.clock(milestone).id])
    return [
        (line.details["cause"], line.actor_kind)
        for line in lines
        if line.verb == "clock.recomputed" and line.details["cause"] == "calendar"
    ]


def test_a_year_without_a_calendar_stops_nothing_and_is_marked(case: One) -> None:
    assert dues(case) == {
        "disposal": ("2027-01-04 17:30", True),
        "total": ("2027-01-07 17:30", True),
    }
    assert case.case.promise_provisional
    assert case.last("case.dispatched").details["provisional"] is True
    assert case.last("case.accepted").details["provisional"] is True


def test_every_screen_says_that_it_is_provisional(case: One) -> None:
    with translation.override("en"):
        page = queries.case_page(case.viewer("S001"), case.id)
    (seen,) = queries.track(case.receipt.number, case.receipt.code).reports

    assert page.promise_provisional
    assert all(clock.provisional for clock in page.clocks if clock.stopped_at is None)
    assert seen.provisional
    assert sum("Provisional" in why.answer for why in page.why) == 2


def test_a_report_on_the_last_evening_of_the_year_is_taken(town: CaseTown) -> None:
    case = one(town, "12-31 17:20")

    assert dues(case)["accept"] == ("2027-01-01 08:50", True)


def test_nothing_is_worked_out_again_before_the_year_is_decided(case: One) -> None:
    before = dues(case)

    assert actions.recompute_provisional(now=LATER) == 0
    catalog.decide("setting", {"photos_max": 5}, actor=ACTOR, at=LATER)
    assert actions.recompute_provisional(now=LATER) == 0

    assert dues(case) == before
    assert moves(case, "disposal") == []
    assert actions.audit_clocks().ok


def test_the_decided_year_moves_its_clocks_by_an_entry_each(case: One) -> None:
    version = case.case.version
    assert actions.audit_clocks().ok
    decide()

    assert actions.recompute_provisional(now=LATER) == 2

    assert dues(case) == {
        "disposal": ("2027-01-05 17:30", False),
        "total": ("2027-01-08 17:30", False),
    }
    assert moves(case, "disposal") == moves(case, "total") == [("calendar", "system")]
    now = case.case
    assert (local(now.promised_at), now.promise_provisional) == ("2027-01-08 17:30", False)
    assert (local(now.due_at), now.version) == ("2027-01-05 17:30", version + 1)
    assert actions.audit_clocks().ok
    assert [i.key for i in queries.broken_invariants() if i.cases] == []


def test_working_out_again_twice_changes_nothing(case: One) -> None:
    decide()
    actions.recompute_provisional(now=LATER)
    version = Case.objects.get(id=case.id).version

    assert actions.recompute_provisional(now=LATER) == 0
    assert Case.objects.get(id=case.id).version == version


def test_a_calendar_for_another_year_moves_nothing(case: One) -> None:
    decide(YEAR | {"year": 2028, "holidays": ["2028-01-01"]})

    assert actions.recompute_provisional(now=LATER) == 0
    assert dues(case)["disposal"] == ("2027-01-04 17:30", True)
    assert actions.audit_clocks().ok


def test_clocks_that_end_in_a_decided_year_stay_as_they_are(town: CaseTown) -> None:
    sure = one(town, "12-28 09:00").dispatch("12-28 09:05")
    decide()

    assert dues(sure)["disposal"] == ("12-30 17:30", False)
    actions.recompute_provisional(now=LATER)
    assert dues(sure)["disposal"] == ("12-30 17:30", False)
    assert moves(sure, "disposal") == []
    assert actions.audit_clocks().ok


def test_a_stopped_clock_keeps_what_it_was_counted_with(case: One) -> None:
    case.dispose("12-29 10:00")
    decide()
    actions.recompute_provisional(now=LATER)

    assert case.clock("disposal").provisional
    assert moves(case, "disposal") == []
    assert actions.audit_clocks().ok


def test_a_limit_changed_meanwhile_does_not_reach_the_running_case(case: One) -> None:
    """The clock keeps its own edition's limit; of the later edition it has the calendar alone."""
    found = catalogue().condition("manhole.sunken").model_dump(mode="json", by_alias=True)
    found["limit"] = {"amount": 9, "unit": "working_day"}
    changed = {k: v for k, v in found.items() if v not in (None, [], ())}
    catalog.decide("filing_condition", changed, actor=ACTOR, at=LATER)
    decide()
    actions.recompute_provisional(now=LATER)

    assert catalogue().condition("manhole.sunken").limit.amount == 9
    assert dues(case)["disposal"] == ("2027-01-05 17:30", False)
    assert case.clock("disposal").edition < catalogue().number
    assert actions.audit_clocks().ok


def test_what_follows_is_counted_with_the_decided_year(case: One) -> None:
    """A late decision after the year was decided: the day given back is one of the new calendar."""
    case.give_back("12-28 10:00")
    decide()
    actions.recompute_provisional(now=LATER)
    actions.refuse_return(case.id, **case.by("S001"), words="维持", at=at("12-31 10:00"))

    assert case.due("decision") == "12-28 16:30"
    assert dues(case)["disposal"] == ("2027-01-08 17:30", False)
    assert actions.audit_clocks().ok
    assert [i.key for i in queries.broken_invariants() if i.cases] == []


def test_a_rework_begun_before_the_year_was_decided_is_right_after_it(case: One) -> None:
    case.dispose("12-29 10:00")
    actions.ask_rework(case.id, **case.by("S001"), words="还没平", at=at("12-30 16:00"))
    assert dues(case)["disposal"] == ("2027-01-04 17:30", True)
    decide()
    actions.recompute_provisional(now=LATER)

    # half of five days from the thirtieth: Thursday and Monday; never before what was agreed
    assert dues(case)["disposal"] == ("2027-01-04 17:30", False)
    assert actions.audit_clocks().ok


def test_a_clock_begun_on_an_older_case_is_put_right_at_the_next_tick(case: One) -> None:
    decide()
    actions.recompute_provisional(now=LATER)
    case.dispose("12-31 16:00")
    actions.recompute_provisional(now=at("12-31 16:05"))

    assert dues(case)["check"] == ("2027-01-04 11:00", False)
    assert actions.audit_clocks().ok


def test_an_overdue_clock_that_moves_is_called_overdue_again(town: CaseTown) -> None:
    case = one(town, "12-31 17:20")
    assert dues(case)["accept"] == ("2027-01-01 08:50", True)
    for moment in ("2027-01-01 08:40", "2027-01-01 08:46", "2027-01-01 08:51"):
        actions.sweep_clocks(now=at(moment))
    decide()
    actions.recompute_provisional(now=at("2027-01-01 09:00"))
    assert dues(case)["accept"] == ("2027-01-04 08:50", False)
    actions.sweep_clocks(now=at("2027-01-04 08:51"))

    verbs = [line.verb for line in journal.timeline([case.clock("accept").id])]
    assert verbs.count("clock.overdue") == 2


def test_the_ticker_looks_for_decided_years(case: One) -> None:
    assert "cases.recompute_provisional" in {tick.name for tick in ticks.registered()}
