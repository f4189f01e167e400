"""What happens while a case stays where it is: calls, helpers, colleagues, a return after a look;
and what a post passed on.

2026-11-09 is a Monday.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from benchmarks.wire import statements
from tests.cases.stepping import One, at, join_staff, one, refused
from tests.cases.walking import CaseTown, staged

from gridward.cases import actions, errors, queries
from gridward.cases.models import Case, CaseFile, Hand
from gridward.cases.queries.invariants import broken_invariants
from gridward.core import clock as wall
from gridward.core.errors import BadInput, NotAllowed, NotFound
from gridward.journal.queries import remembered_generations


@pytest.fixture
def case(town: CaseTown) -> One:
    """Reported on Monday at nine, with a telephone number."""
    return one(town)


# --- calls ----------------------------------------------------------------------------------------


def test_a_call_is_logged_in_any_open_state_and_moves_nothing(case: One) -> None:
    def call(when: str, number: str = "S001", **more: object) -> None:
        given = {"call": "out", "reached": True, "words": "说下午还在家", **more}
        actions.log_contact_with(case.id, **case.by(number), at=at(when), **given)  # type: ignore[arg-type]

    call("11-09 09:02", report=case.report.id)
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20")
    before, running = case.where(), case.running()
    call("11-09 09:30", "M001", call="in")
    call("11-09 09:40", reached=False, words="")

    assert (case.where(), case.running()) == (before, running)
    line = case.last("case.contact_logged")
    assert (line.details["direction"], line.details["reached"]) == ("out", False)
    assert "words" not in line.details
    page = queries.case_page(case.viewer("S001"), case.id)
    assert ["说下午还在家"] in [item.words for item in page.timeline]
    told = queries.track(case.receipt.number, case.receipt.code).reports[0]
    assert "说下午还在家" not in [word for each in told.told for word in each.words]


def test_a_call_says_who_called_and_what_was_said(case: One) -> None:
    other = one(case.town)
    for given in (
        {"call": "", "reached": False},
        {"call": "up", "reached": False},
        {"call": "out", "reached": True, "words": " "},
    ):
        with refused(errors.CallMissing):
            actions.log_contact_with(case.id, **case.by("S001"), **given)
    fine = {"call": "out", "reached": False}
    with refused(NotFound):
        actions.log_contact_with(case.id, **case.by("S001"), **fine, report=other.report.id)
    with refused(NotAllowed):
        actions.log_contact_with(case.id, **case.by("D003"), **fine)
    with refused(NotFound):
        actions.log_contact_with(case.id, **case.by("S002"), **fine)
    case.closed()
    with refused(errors.StepNotOpen):
        actions.log_contact_with(case.id, **case.by("S001"), **fine)


def test_being_able_to_log_calls_shows_nobody_the_number(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20")

    page = queries.case_page(case.viewer("S001"), case.id)

    assert "contact" in {step.key for step in page.steps}
    assert page.reports[0].phone is None


# --- helpers --------------------------------------------------------------------------------------


def helped(case: One) -> One:
    actions.accept_and_dispatch(
        case.id,
        **case.by("S001"),
        condition="manhole.rattling",
        lead=case.town.org("mun"),
        helpers=[case.town.org("urb")],
        at=at("11-09 09:05"),
    )
    return case


def test_a_helper_says_its_part_is_done_and_the_lead_goes_on(case: One) -> None:
    helped(case).acknowledge("11-09 09:20")
    assert [c.id for c in queries.list_page(case.viewer("U001")).items] == [case.id]

    actions.end_help_on(case.id, **case.by("U001"), words="已围挡", at=at("11-09 09:30"))

    part = case.case.assignments.get(role="co")
    assert (part.active, part.done_at) == (True, at("11-09 09:30"))
    assert part.handler_person == case.viewer("U001").person_id
    assert case.where()[0] == "handling"
    assert case.said("case.help_done") == {"step.help_done": "已围挡"}
    assert queries.list_page(case.viewer("U001")).items == []
    assert [c.id for c in queries.list_page(case.viewer("U001"), order="newest").items] == [case.id]


def test_only_a_helper_whose_part_is_open_ends_it(case: One) -> None:
    helped(case)
    with refused(errors.NotInYourHands):
        actions.end_help_on(case.id, **case.by("M001"))  # leads
    with refused(NotAllowed):
        actions.end_help_on(case.id, **case.by("S001"))
    actions.end_help_on(case.id, **case.by("U001"), at=at("11-09 09:30"))
    with refused(errors.NotInYourHands):
        actions.end_help_on(case.id, **case.by("U001"))


# --- colleagues -----------------------------------------------------------------------------------


def test_a_colleague_takes_over_and_both_have_handled_it(case: One) -> None:
    number = join_staff(case.town, "M002", "department_handler", "mun")
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20")
    running = case.running()
    page = queries.case_page(case.viewer("M001"), case.id)
    assert [each.post_id for each in page.colleagues] == [case.town.town.posts[number]]

    actions.hand_to_colleague(
        case.id,
        **case.by("M001"),
        colleague=case.town.town.posts[number],
        words="我去开会",
        at=at("11-09 09:30"),
    )

    lead = case.lead()
    assert lead.handler_person == case.viewer(number).person_id
    assert lead.earlier_handlers == [str(case.viewer("M001").person_id)]
    assert (case.where()[0], case.running()) == ("handling", running)
    facts = queries.facts_of(case.case, [lead], queries_book(case))
    assert facts.acted == {case.viewer("M001").person_id, case.viewer(number).person_id}


def queries_book(case: One) -> object:
    from gridward.catalog.queries import catalogue

    return catalogue(case.case.edition)


def test_only_a_colleague_who_may_report_results_can_take_over(case: One) -> None:
    posts = case.town.town.posts
    join_staff(case.town, "M003", "department_liaison", "mun")
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20")
    for post in (posts["U001"], posts["M001"], posts["M003"]):
        with refused(errors.ColleagueMissing):
            actions.hand_to_colleague(case.id, **case.by("M001"), colleague=post)
    with refused(NotAllowed):
        actions.hand_to_colleague(case.id, **case.by("S001"), colleague=posts["M001"])


# --- a return after a look ------------------------------------------------------------------------


def test_a_return_after_a_look_shows_what_was_seen(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20")
    given = {"words": "井盖上是污水公司的字", "after_look": True, "at": at("11-09 10:00")}

    with refused(errors.LookPhotoMissing):
        actions.return_case(case.id, **case.by("M001"), **given)  # type: ignore[arg-type]
    actions.return_case(case.id, **case.by("M001"), **given, photos=[staged()])  # type: ignore[arg-type]

    assert CaseFile.objects.get(case=case.id).kind == "look"


# --- what a post passed on ------------------------------------------------------------------------


def passed_on(case: One, number: str = "S001", **more: object) -> list[object]:
    found = queries.passed_on_page(case.viewer(number), **more)  # type: ignore[arg-type]
    return [card.id for card in found.items]


def test_what_was_passed_on_is_listed_while_others_hold_it(case: One) -> None:
    with wall.frozen(at("11-09 12:00")):
        assert passed_on(case) == []
        case.dispatch("11-09 09:05")
        assert (passed_on(case), passed_on(case, "M001")) == ([case.id], [])
        case.acknowledge("11-09 09:20").dispose("11-09 10:00")
        assert (passed_on(case), passed_on(case, "M001")) == ([], [case.id])
        case.passed("11-09 10:15").call("11-09 10:30", "solved")
        assert passed_on(case) == [case.id]  # ended a while ago
    with wall.frozen(at("11-17 09:00")):
        assert passed_on(case) == []


def test_the_newest_act_stands_first_and_pages_follow_each_other(town: CaseTown) -> None:
    cases = [one(town, f"11-09 09:0{n}") for n in range(5)]
    for n in (3, 1, 4, 0, 2):
        cases[n].dispatch(f"11-09 1{n}:00")
    order = [cases[n].id for n in (4, 3, 2, 1, 0)]
    viewer = town.viewer("S001")

    with wall.frozen(at("11-09 16:00")):
        first = queries.passed_on_page(viewer, size=2)
        second = queries.passed_on_page(viewer, size=2, cursor=first.cursor)
        third = queries.passed_on_page(viewer, size=2, cursor=second.cursor)
        with pytest.raises(BadInput):
            queries.passed_on_page(viewer, cursor="nonsense")

    assert [c.id for page in (first, second, third) for c in page.items] == order
    assert third.cursor == ""


def test_what_was_passed_on_costs_the_same_for_two_and_for_fifty(town: CaseTown) -> None:
    def listed(many: int) -> int:
        for _ in range(many):
            one(town).dispatch("11-09 09:05")
        with wall.frozen(at("11-09 12:00")):
            queries.passed_on_page(town.viewer("S001"))
            viewer = town.viewer("S001")
            with remembered_generations(), statements() as found:  # as within one request
                page = queries.passed_on_page(viewer)
        assert len(page.items) == Case.objects.count()
        return len(found)

    few = listed(2)

    assert listed(48) == few <= 8


def test_a_restricted_case_is_not_listed_for_whoever_may_not_see_it(case: One) -> None:
    case.dispatch("11-09 09:05")
    Case.objects.filter(id=case.id).update(sensitivity=2)

    with wall.frozen(at("11-09 12:00")):
        assert passed_on(case) == []
    assert Hand.objects.filter(case=case.id).count() == 1


def test_acts_of_half_a_year_ago_are_not_looked_for(case: One) -> None:
    case.dispatch("11-09 09:05")

    with wall.frozen(at("11-09 12:00") + timedelta(days=181)):
        assert passed_on(case) == []


def test_nothing_is_broken_after_all_of_it(case: One) -> None:
    helped(case).acknowledge("11-09 09:20")
    actions.end_help_on(case.id, **case.by("U001"), at=at("11-09 09:30"))
    actions.log_contact_with(
        case.id, **case.by("S001"), call="in", reached=True, words="问进度", at=at("11-09 09:40")
    )

    assert {i.key: i.cases for i in broken_invariants() if i.cases} == {}
