"""What a firm asks for: contact within the hour, a plan within the day, an answer within the week.

All three run day and night, as the pages that the product was born from say.
"""

from __future__ import annotations

import pytest
from tests.cases.stepping import One, at, one, refused
from tests.cases.walking import CaseTown

from gridward.cases import actions, errors, queries
from gridward.cases.queries.invariants import broken_invariants
from gridward.core.errors import NotFound

ASK = "enterprise_request.ask"


@pytest.fixture
def case(town: CaseTown) -> One:
    """Dispatched on Friday in the evening, and taken up."""
    found = one(town, "11-13 17:00", matter="enterprise_request")
    return found.dispatch("11-13 17:10", condition=ASK).acknowledge("11-13 17:20")


def plan(case: One, when: str, by: str = "M001", words: str = "下周三前组织专场招聘") -> None:
    actions.give_plan(case.id, **case.by(by), words=words, at=at(when))


def whole() -> None:
    assert {i.key: i.cases for i in broken_invariants() if i.cases} == {}
    assert actions.audit_clocks().faults == []


def test_three_clocks_run_from_the_dispatch_over_night_and_weekend(case: One) -> None:
    assert [case.due(key) for key in ("contact", "plan", "disposal")] == [
        "11-13 18:10",
        "11-14 17:10",
        "11-20 17:10",
    ]
    whole()


def test_a_plan_stops_its_clock_the_firm_reads_it_and_the_rest_runs_on(case: One) -> None:
    plan(case, "11-14 10:00")

    assert case.clock("plan").outcome == "met"
    assert case.clock("contact").outcome == "late"  # nobody had rung before
    assert case.running() == {"disposal", "total"}
    assert case.case.due_milestone == "disposal"
    told = queries.track(case.receipt.number, case.receipt.code).reports[0].told[-1]
    assert (told.verb, told.words) == ("case.plan_given", ["下周三前组织专场招聘"])
    whole()


def test_a_plan_that_comes_late_is_late(case: One) -> None:
    plan(case, "11-14 17:11")

    assert case.clock("plan").outcome == "late"


def test_a_call_that_reached_the_firm_is_the_contact_and_one_that_did_not_is_none(
    case: One,
) -> None:
    def rings(when: str, *, reached: bool) -> None:
        actions.log_contact_with(
            case.id,
            **case.by("M001"),
            call="out",
            reached=reached,
            words="约了周一上门" if reached else "",
            report=case.report.id,
            at=at(when),
        )

    assert case.case.due_milestone == "contact"
    rings("11-13 17:30", reached=False)
    assert "contact" in case.running()
    rings("11-13 17:40", reached=True)

    assert case.clock("contact").outcome == "met"
    assert case.running() == {"plan", "disposal", "total"}
    assert case.case.due_milestone == "plan"
    whole()


def test_after_a_return_that_holds_the_new_lead_has_its_full_day(case: One) -> None:
    case.give_back("11-13 17:30")
    actions.redispatch_case(
        case.id, **case.by("S001"), lead=case.town.org("urb"), words="归城管", at=at("11-13 18:00")
    )

    assert case.due("plan") == "11-14 18:00"
    assert case.running() >= {"plan", "contact"}
    whole()


def test_no_plan_where_none_is_asked_for_and_none_by_others(town: CaseTown, case: One) -> None:
    covers = one(town).dispatch("11-09 09:05").acknowledge("11-09 09:20")
    with refused(errors.NoPlanAsked):
        plan(covers, "11-09 09:30")
    with refused(errors.ReasonMissing):
        plan(case, "11-13 17:30", words=" ")
    with refused(NotFound):
        plan(case, "11-13 17:30", by="U001")

    def offered(one: One) -> set[str]:
        page = queries.case_page(town.viewer("M001"), one.id)
        return {step.key for step in page.steps}

    assert "give_plan" in offered(case)
    assert "give_plan" not in offered(covers)
