"""The thin walk: from a resident's words to a closed case, each step as its people take it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.cases.walking import HERE, MONDAY, WORDS, CaseTown, case_of, submit, walk

from gridward.cases import actions, errors, queries
from gridward.cases.models import Assignment, Clock
from gridward.core.ids import is_receipt


def test_a_report_becomes_a_submission_a_report_a_case_and_its_clocks(town: CaseTown) -> None:
    receipt = submit()

    case = case_of(receipt)
    assert is_receipt(receipt.number)
    assert (case.state, case.holder_id) == ("submitted", town.org("street-1"))
    assert case.a2 == town.town.streets[0]
    clocks = {c.milestone: c for c in Clock.objects.filter(case=case)}
    assert set(clocks) == {"accept", "total"}
    assert clocks["accept"].due_at == MONDAY + timedelta(minutes=30)
    assert (clocks["total"].basis, clocks["total"].due_at) == ("pending", None)


def test_the_walk_ends_closed_with_every_clock_stopped(town: CaseTown) -> None:
    case = walk(town, "closed")

    assert (case.state, case.close_type, case.is_open) == ("closed", "resolved", False)
    assert not Clock.objects.filter(case=case, stopped_at__isnull=True).exists()
    assert set(Clock.objects.filter(case=case).values_list("outcome", flat=True)) == {"met"}


@pytest.mark.parametrize(
    "state",
    ["submitted", "dispatched", "handling", "returned", "disposed", "closure_checking"],
)
def test_every_state_of_the_walk_can_be_reached_and_has_a_holder(
    town: CaseTown, state: str
) -> None:
    case = walk(town, state)

    assert case.state == state
    assert case.holder_id is not None


def test_an_outdated_form_changes_nothing(town: CaseTown) -> None:
    case = walk(town, "dispatched")

    with pytest.raises(errors.CaseChanged):
        actions.acknowledge_case(case.id, by=town.viewer("M001"), version=case.version - 1)

    again = queries.case_for(town.viewer("S001"), case.id)
    assert (again.state, again.version) == ("dispatched", case.version)


def test_the_reporter_is_told_each_stage(town: CaseTown) -> None:
    receipt = submit()
    case = case_of(receipt)
    before = queries.track(receipt.number, receipt.code).reports[0]
    actions.accept_and_dispatch(
        case.id,
        by=town.viewer("S001"),
        version=case.version,
        condition="manhole.rattling",
        lead=town.org("mun"),
        at=MONDAY + timedelta(minutes=5),
    )

    after = queries.track(receipt.number, receipt.code).reports[0]

    assert (before.stage, before.words) == ("submitted", WORDS)
    assert after.stage == "assigned"
    assert after.lead is not None and after.lead.title_en == "Municipal works"
    assert after.promised_at is not None
    assert [t.verb for t in after.told] == [
        "report.submitted",
        "case.accepted",
        "case.dispatched",
    ]


def test_the_same_client_id_and_body_give_the_same_receipt(town: CaseTown) -> None:
    first = submit(client_id="phone-1")

    second = submit(client_id="phone-1")

    assert (second.number, second.code, second.again) == (first.number, first.code, True)


def test_the_same_client_id_with_another_body_is_refused(town: CaseTown) -> None:
    submit(client_id="phone-1")

    with pytest.raises(errors.ClientIdTaken):
        submit(client_id="phone-1", words="另一件事")


def test_one_lead_at_a_time(town: CaseTown) -> None:
    case = walk(town, "dispatched")

    leads = Assignment.objects.filter(case=case, role="lead", active=True)
    assert [a.organisation_id for a in leads] == [town.org("mun")]


def test_the_case_page_and_the_lists_show_it_to_its_desk(town: CaseTown) -> None:
    case = walk(town, "handling")

    page = queries.case_page(town.viewer("S001"), case.id)
    listed = queries.list_page(town.viewer("S001"))
    found = queries.list_page(town.viewer("S001"), query="井盖")
    elsewhere = queries.list_page(town.viewer("S002"))

    assert page.reports[0].words == WORDS
    assert [c.id for c in listed.items] == [case.id]
    assert [c.id for c in found.items] == [case.id]
    assert elsewhere.items == []
    assert HERE.lng == page.lng
