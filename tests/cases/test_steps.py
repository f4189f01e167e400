"""Each step exactly: where the case goes, whose it is, which clocks turn, what is kept and told,
who may not, and that a refusal leaves no trace.

The town works 08:30–12:00 and 14:30–17:30; 2026-11-09 is a Monday, 2026-10-01 … 07 are days off,
Saturday 2026-10-10 is worked.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from tests.cases.stepping import One, at, local, one, refused
from tests.cases.walking import HERE, CaseTown, check, staged

from gridward.cases import actions, errors, queries
from gridward.cases.actions import Given, Place, Told, acting_post, acting_reporter
from gridward.cases.models import (
    Answer,
    Assignment,
    Case,
    CaseFile,
    Clock,
    Report,
    Return,
    Round,
    SearchDoc,
)
from gridward.core.errors import NotAllowed, NotFound
from gridward.journal.rules import ActorRef
from gridward.tasks import queries as tasks
from gridward.tasks.errors import NoSuchTask
from gridward.vault import actions as vault

NO_CONTACT = ""


@pytest.fixture
def case(town: CaseTown) -> One:
    """Reported on Monday at nine, with a telephone number."""
    return one(town)


# --- 1 submit -------------------------------------------------------------------------------------


def test_a_report_stands_with_the_street_and_its_clocks_begin(case: One) -> None:
    assert case.where() == ("submitted", "desk", case.town.org("street-1"))
    assert case.running() == {"accept", "total"}
    assert case.due("accept") == "11-09 09:30"
    assert (case.clock("total").basis, case.due("total")) == ("pending", "")
    line = case.last("report.submitted")
    assert (line.actor_kind, line.occurred_at) == ("reporter", at("11-09 09:00"))
    assert set(line.details) >= {"case", "channel", "words", "photos", "contact"}


@pytest.mark.parametrize(
    ("when", "due"),
    [
        ("11-09 11:45", "11-09 14:45"),  # over lunch
        ("11-09 12:30", "11-09 15:00"),  # at lunch
        ("11-13 17:20", "11-16 08:50"),  # over a weekend
        ("11-14 10:00", "11-16 09:00"),  # on a Saturday
        ("09-30 17:20", "10-08 08:50"),  # over the days off
        ("10-09 17:20", "10-10 08:50"),  # into a Saturday that is worked
    ],
)
def test_thirty_minutes_to_accept_are_minutes_of_the_desk(
    town: CaseTown, when: str, due: str
) -> None:
    assert one(town, when).due("accept") == due


def test_a_report_without_place_or_matter_stands_with_the_district(town: CaseTown) -> None:
    case = one(town, place=Place(words="菜市场后门"), matter="")

    assert case.where() == ("submitted", "desk", town.org("district"))


def test_nothing_said_is_no_report(case: One) -> None:
    with refused(errors.NothingSaid):
        actions.submit_report([Told(words="  ", place=HERE)])


# --- 7 accept, 8 dispatch, and both in one act ----------------------------------------------------


def test_accepting_stops_its_clock_and_fixes_the_promise(case: One) -> None:
    actions.accept_case(
        case.id, **case.by("S001"), condition="manhole.rattling", at=at("11-09 09:10")
    )

    assert case.where() == ("accepted", "desk", case.town.org("street-1"))
    assert (case.clock("accept").outcome, case.running()) == ("met", {"total", "dispatch"})
    assert (case.due("total"), case.due("dispatch")) == ("11-16 17:30", "11-09 09:40")
    assert local(case.case.promised_at) == "11-16 17:30"
    assert case.last("case.accepted").details["condition"] == "manhole.rattling"


def test_dispatching_starts_the_clocks_of_the_lead(case: One) -> None:
    actions.accept_case(
        case.id, **case.by("S001"), condition="manhole.rattling", at=at("11-09 09:10")
    )
    actions.dispatch_case(
        case.id, **case.by("S001"), lead=case.town.org("mun"), at=at("11-09 11:00")
    )

    assert case.where() == ("dispatched", "organisation", case.town.org("mun"))
    assert case.clock("dispatch").outcome == "late"
    assert case.running() == {"total", "acknowledge", "disposal"}
    assert (case.due("acknowledge"), case.due("disposal")) == ("11-09 15:30", "11-11 17:30")


def test_accept_and_dispatch_is_one_act_with_two_entries(case: One) -> None:
    case.dispatch("11-09 09:05")

    assert case.where() == ("dispatched", "organisation", case.town.org("mun"))
    assert (case.clock("accept").outcome, case.clock("accept").stopped_at) == (
        "met",
        at("11-09 09:05"),
    )
    accepted, dispatched = case.last("case.accepted"), case.last("case.dispatched")
    assert accepted.cause == dispatched.cause
    assert dispatched.details["due"] is not None
    assert (case.lead().organisation_id, case.lead().by_rule) == (case.town.org("mun"), True)


@pytest.mark.parametrize(
    ("when", "condition", "due"),
    [
        ("11-09 09:05", "manhole.broken", "11-09 15:35"),  # 4 h over lunch
        ("11-13 15:00", "manhole.broken", "11-16 10:00"),  # 4 h over a weekend
        ("11-13 15:00", "manhole.rattling", "11-17 17:30"),  # 2 days over a weekend
        ("11-14 23:00", "manhole.missing", "11-15 01:00"),  # 2 h by day and night
        ("09-30 15:00", "manhole.rattling", "10-09 17:30"),  # 2 days over the days off
        ("10-09 15:00", "manhole.rattling", "10-12 17:30"),  # a worked Saturday counts
    ],
)
def test_the_limit_of_the_condition_is_counted_in_its_own_hours(
    town: CaseTown, when: str, condition: str, due: str
) -> None:
    case = one(town, when).dispatch(when, condition=condition)

    assert case.due("disposal") == due


def test_helpers_and_informed_stand_beside_one_lead(case: One) -> None:
    org = case.town.org
    actions.accept_and_dispatch(
        case.id,
        **case.by("S001"),
        condition="manhole.rattling",
        lead=org("mun"),
        helpers=[org("urb"), org("mun")],
        informed=[org("station-1"), org("urb")],
        at=at("11-09 09:05"),
    )

    rows = Assignment.objects.filter(case=case.id).values_list("role", "organisation")
    assert sorted(rows, key=str) == sorted(
        [("lead", org("mun")), ("co", org("urb")), ("informed", org("station-1"))], key=str
    )


def test_who_may_not_accept_and_dispatch(case: One) -> None:
    def by(number: str, **changed: object) -> None:
        given = {"condition": "manhole.rattling", "lead": case.town.org("mun"), **changed}
        actions.accept_and_dispatch(case.id, **case.by(number), **given)  # type: ignore[arg-type]

    for number in ("D002", "D003", "C001", "G001"):  # they see it, it is not theirs
        if case.town.viewer(number).area_id in case.case.chain:
            with refused(
                errors.NotInYourHands if case.viewer(number).may("case.dispatch") else NotAllowed
            ):
                by(number)
    with refused(errors.NotInYourHands):
        by("D001")
    for number in ("S002", "M001"):  # they do not know of it
        with refused(NotFound):
            by(number)
    with refused(errors.ConditionMissing):
        by("S001", condition="")
    with refused(errors.ConditionMissing):
        by("S001", condition="noise.day")
    with refused(errors.LeadMissing):
        by("S001", lead=None)
    with refused(errors.LeadNotOpen):
        by("S001", lead=case.town.org("street-2"))
    with refused(errors.LeadNotOpen):
        by("S001", lead=case.town.org("street-1"))  # nobody at a desk could acknowledge it
    with refused(errors.LeadNotOpen):
        by("S001", lead=case.town.org("district"))
    for part in ("helpers", "informed"):  # an organisation that there is not
        with refused(errors.HelperGone):
            by("S001", **{part: [UUID(int=7)]})
    with refused(errors.CaseChanged):
        actions.accept_case(case.id, by=case.viewer("S001"), version=case.case.version - 1)


def test_a_case_without_a_place_is_dispatched_once_it_has_one(town: CaseTown) -> None:
    case = one(town, place=Place(words="菜市场后门"))
    given = {"condition": "manhole.rattling", "lead": town.org("mun"), "at": at("11-09 09:05")}

    with refused(errors.NotPlaced):
        actions.accept_and_dispatch(case.id, **case.by("D001"), **given)  # type: ignore[arg-type]
    actions.accept_and_dispatch(
        case.id,
        **case.by("D001"),
        area=town.town.grids[0],
        **given,  # type: ignore[arg-type]
    )

    assert case.case.a4 == town.town.grids[0]


# --- 3 details ------------------------------------------------------------------------------------


def test_asking_for_details_pauses_the_clock_until_they_come(case: One) -> None:
    actions.ask_for_info(case.id, **case.by("S001"), words="哪个路口？", at=at("11-09 09:20"))

    assert case.where() == ("need_info", "desk", case.town.org("street-1"))
    assert case.clock("accept").paused_at == at("11-09 09:20")
    assert case.due("need_info") == "11-12 17:30"
    assert case.said("case.info_asked") == {"step.ask_info": "哪个路口？"}

    actions.give_info(
        case.receipt.submission, case.id, words="胜利路与江北路", at=at("11-10 10:00")
    )

    assert case.where()[0] == "submitted"
    assert case.running() == {"accept", "total"}
    assert case.due("accept") == "11-10 10:10"
    assert case.said("case.info_given") == {"step.answer_info": "胜利路与江北路"}
    assert case.last("case.info_given").actor_kind == "reporter"
    assert local(case.clock("accept").due_at) == "11-10 10:10"


def test_details_that_never_come_give_the_case_back_to_the_desk(case: One) -> None:
    actions.ask_for_info(case.id, **case.by("S001"), words="哪个路口？", at=at("11-09 09:20"))

    actions.sweep_clocks(now=at("11-12 17:29"))
    assert case.where()[0] == "need_info"
    actions.sweep_clocks(now=at("11-12 17:31"))

    assert case.where()[0] == "submitted"
    assert case.last("case.info_lapsed").actor_kind == "system"
    assert case.due("accept") == "11-13 08:40"


def test_who_may_not_ask_for_or_give_details(case: One) -> None:
    other = one(case.town)
    with refused(errors.ReasonMissing):
        actions.ask_for_info(case.id, **case.by("S001"), words=" ")
    with refused(errors.NotInYourHands):
        actions.ask_for_info(case.id, **case.by("D001"), words="哪里？")
    with refused(errors.StepNotOpen):
        actions.give_info(case.receipt.submission, case.id, words="没有人问")
    actions.ask_for_info(case.id, **case.by("S001"), words="哪个路口？", at=at("11-09 09:20"))
    with refused(NotFound):
        actions.give_info(other.receipt.submission, case.id, words="不是我的")
    with refused(errors.NothingSaid):
        actions.give_info(case.receipt.submission, case.id, words=" ")


# --- 5 decline ------------------------------------------------------------------------------------


def test_declining_ends_it_with_a_reason_from_the_list(case: One) -> None:
    actions.decline_case(
        case.id, **case.by("S001"), reason="police", words="请拨打110", at=at("11-09 09:10")
    )

    assert case.where() == ("declined", "none", None)
    assert (case.case.is_open, case.case.closed_at) == (False, at("11-09 09:10"))
    assert case.running() == set()
    assert case.said("case.declined") == {"step.decline": "请拨打110"}
    assert case.last("case.declined").details["reason"] == "police"
    told = queries.track(case.receipt.number, case.receipt.code).reports[0]
    assert (told.side, told.told[-1].words) == ("declined", ["请拨打110"])


def test_declining_without_a_listed_reason_is_refused(case: One) -> None:
    with refused(errors.ReasonUnknown):
        actions.decline_case(case.id, **case.by("S001"), reason="nolike")
    with refused(errors.ReasonMissing):
        actions.decline_case(case.id, **case.by("S001"), reason="")
    with refused(NotAllowed):
        actions.decline_case(case.id, **case.by("D002"), reason="police")


# --- 6 merge --------------------------------------------------------------------------------------


def test_a_merged_case_hands_its_reports_to_the_master(case: One) -> None:
    master = one(case.town, "11-09 09:02", phone="13900139000")

    actions.merge_case(case.id, **case.by("S001"), master=master.id, at=at("11-09 09:10"))

    joined = case.case
    assert (joined.state, joined.is_open, joined.master_id) == ("merged", False, master.id)
    assert set(Clock.objects.filter(case=case.id).values_list("outcome", flat=True)) == {"void"}
    assert (master.case.reports_count, master.case.contactable) == (2, 2)
    assert case.report.case_id == master.id
    assert master.last("case.joined").details["reports"] == 1
    seen = queries.track(case.receipt.number, case.receipt.code).reports[0]
    assert (seen.case_number, seen.side) == (master.case.number, "merged")


def test_merging_makes_no_chain(case: One) -> None:
    second, last = one(case.town), one(case.town)
    actions.merge_case(case.id, **case.by("S001"), master=second.id, at=at("11-09 09:10"))

    with refused(errors.CannotJoin):
        actions.merge_case(last.id, **last.by("S001"), master=case.id)
    actions.merge_case(second.id, **second.by("S001"), master=last.id, at=at("11-09 09:12"))

    masters = Case.objects.filter(id__in=[case.id, second.id]).values_list("master", flat=True)
    assert set(masters) == {last.id}
    assert last.case.reports_count == Report.objects.filter(case=last.id).count() == 3


def test_what_cannot_be_joined(case: One) -> None:
    litter, closed = one(case.town, matter="litter"), one(case.town).closed()

    for master in (case.id, litter.id, closed.id):
        with refused(errors.CannotJoin):
            actions.merge_case(case.id, **case.by("S001"), master=master)
    open_one = one(case.town)
    with refused(NotAllowed):
        actions.merge_case(case.id, **case.by("D002"), master=open_one.id)


def test_merging_voids_the_clocks_of_the_lead(case: One) -> None:
    master = one(case.town)
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20")
    actions.merge_case(case.id, **case.by("S001"), master=master.id, at=at("11-09 10:00"))

    assert (case.clock("disposal").outcome, case.clock("acknowledge").outcome) == ("void", "met")
    assert not Assignment.objects.filter(case=case.id, active=True).exists()


def test_who_joins_while_reporters_are_called_is_called_too(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 10:00")
    case.passed("11-09 10:15")
    late = one(case.town, "11-09 10:20", phone="13900139000")
    actions.merge_case(late.id, **late.by("S001"), master=case.id, at=at("11-09 10:30"))

    case.call("11-09 10:40", "solved")
    assert case.where()[0] == "callback_pending"
    case.call("11-09 10:50", "solved", late.report.id)
    assert case.where()[0] == "closed"


# --- 8b hand over ---------------------------------------------------------------------------------


def test_a_desk_hands_a_case_down_up_and_aside(case: One) -> None:
    station = next(
        case.town.org(f"station-{n}")
        for n, area in enumerate(case.town.town.communities, 1)
        if area in case.case.chain
    )
    actions.hand_over(
        case.id, **case.by("S001"), level="community", words="请社区处理", at=at("11-09 09:10")
    )

    assert case.where() == ("submitted", "desk", station)
    first, second = Clock.objects.filter(case=case.id, milestone="accept").order_by("start_at")
    assert (first.outcome, local(second.due_at)) == ("met", "11-09 09:40")
    assert case.said("case.handed_over") == {"step.hand_over": "请社区处理"}

    cadre = next(n for n in ("C001", "C002") if case.viewer(n).organisation_id == station)
    actions.hand_over(
        case.id, **case.by(cadre), level="district", words="跨街道", at=at("11-09 09:20")
    )
    assert case.where() == ("submitted", "desk", case.town.org("district"))
    actions.hand_over(
        case.id,
        **case.by("D001"),
        desk=case.town.org("street-2"),
        words="属第二街道",
        at=at("11-09 09:25"),
    )
    assert case.where() == ("submitted", "desk", case.town.org("street-2"))
    assert (case.clock("total").start_at, case.case.version) == (at("11-09 09:00"), 4)


def test_a_desk_sees_what_was_handed_to_it_from_elsewhere_while_it_stands_there(case: One) -> None:
    there = case.viewer("S002")
    with pytest.raises(NotFound):
        queries.case_for(there, case.id)

    actions.hand_over(
        case.id,
        **case.by("S001"),
        desk=there.organisation_id,
        words="属第二街道",
        at=at("11-09 09:05"),
    )

    assert [card.id for card in queries.list_page(there, mine=True).items] == [case.id]
    assert queries.case_for(there, case.id).id == case.id
    actions.hand_over(
        case.id, **case.by("S002"), level="street", words="不在本街道", at=at("11-09 09:10")
    )
    assert queries.list_page(there, mine=True).items == []
    with pytest.raises(NotFound):
        queries.case_for(there, case.id)


def test_what_cannot_be_handed_over(case: One) -> None:
    with refused(errors.NoDesk):
        actions.hand_over(case.id, **case.by("S001"), level="street", words="自己")
    with refused(errors.NoDesk):
        actions.hand_over(case.id, **case.by("S001"), desk=case.town.org("mun"), words="部门")
    with refused(errors.ReasonMissing):
        actions.hand_over(case.id, **case.by("S001"), level="district", words="")
    with refused(errors.NotInYourHands):
        actions.hand_over(case.id, **case.by("D001"), level="community", words="x")


# --- 9 acknowledge --------------------------------------------------------------------------------


def test_acknowledging_stops_its_clock_and_leaves_the_disposal_running(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 11:05")

    assert case.where() == ("handling", "organisation", case.town.org("mun"))
    assert (case.clock("acknowledge").outcome, case.due("disposal")) == ("met", "11-11 17:30")
    lead = case.lead()
    assert (lead.acknowledged_at, lead.handler_person) == (
        at("11-09 11:05"),
        case.viewer("M001").person_id,
    )


def test_who_may_not_acknowledge(case: One) -> None:
    case.dispatch("11-09 09:05")
    with refused(NotFound):
        actions.acknowledge_case(case.id, **case.by("U001"))
    with refused(NotAllowed):
        actions.acknowledge_case(case.id, **case.by("S001"))
    case.acknowledge("11-09 09:10")
    with refused(errors.StepNotOpen):
        actions.acknowledge_case(case.id, **case.by("M001"))


# --- 10 return ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "until"),
    [
        ("illegal_building.standing", "11-10 17:30"),  # 15 days: one working day is shorter
        ("manhole.rattling", "11-09 16:18:45"),  # 2 days: a quarter of 18:55 is shorter
        ("manhole.broken", "11-09 10:05"),  # 4 hours: one hour
        ("manhole.missing", "11-09 09:35"),  # 2 hours by day and night: half an hour
        ("illegal_building.ongoing", "11-09 10:05"),  # urgent: one hour, not twelve
    ],
)
def test_the_window_for_returns(town: CaseTown, condition: str, until: str) -> None:
    case = one(town, matter="").dispatch("11-09 09:05", condition=condition)

    assert local(case.lead().return_until) == until


def test_a_return_after_a_look_keeps_the_disposal_running_and_starts_the_decision(
    case: One,
) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20")
    actions.return_case(
        case.id,
        **case.by("M001"),
        words="井盖上是污水公司的字",
        suggested=case.town.org("urb"),
        after_look=True,
        photos=[staged()],
        at=at("11-09 16:18"),
    )

    assert case.where() == ("returned", "desk", case.town.org("street-1"))
    assert case.running() == {"total", "disposal", "decision"}
    assert (case.due("decision"), case.due("disposal")) == ("11-10 11:18", "11-11 17:30")
    asked = Return.objects.get(case=case.id)
    assert (asked.count, asked.after_look, asked.suggested_id) == (1, True, case.town.org("urb"))
    assert CaseFile.objects.get(case=case.id).kind == "look"
    assert case.said("case.return_asked") == {"return.grounds": "井盖上是污水公司的字"}


def test_a_return_too_late_without_grounds_or_by_another_is_refused(case: One) -> None:
    case.dispatch("11-09 09:05")
    with refused(errors.ReturnTooLate):
        case.give_back("11-09 16:19")
    with refused(errors.GroundsMissing):
        case.give_back("11-09 09:30", words=" ")
    with refused(NotFound):
        case.give_back("11-09 09:30", by="U001")
    case.acknowledge("11-09 10:00")
    with refused(errors.ReturnTooLate):
        case.give_back("11-10 08:30")


def test_each_organisation_returns_once(case: One) -> None:
    case.dispatch("11-09 09:05").give_back("11-09 09:15")
    actions.refuse_return(case.id, **case.by("S001"), words="是你们的", at=at("11-09 09:30"))

    with refused(errors.ReturnedBefore):
        case.give_back("11-09 09:40")


# --- 11 decision ----------------------------------------------------------------------------------


def test_a_right_return_gives_the_new_lead_its_full_time(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20").give_back("11-09 10:00")
    before = case.lead()
    actions.redispatch_case(
        case.id,
        **case.by("S001"),
        lead=case.town.org("urb"),
        words="改由城管处理",
        at=at("11-09 16:30"),
    )

    assert case.where() == ("dispatched", "organisation", case.town.org("urb"))
    assert (case.due("disposal"), case.due("acknowledge")) == ("11-11 17:30", "11-10 09:30")
    assert case.clock("disposal", owner=before.id).outcome == "void"
    assert case.clock("decision").outcome == "met"
    before.refresh_from_db()
    assert (before.active, before.end_reason) == (False, "returned")
    assert Return.objects.get(case=case.id).decision == "redispatched"
    assert case.said("case.redispatched") == {"return.decision": "改由城管处理"}


def test_upholding_in_time_moves_nothing(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20").give_back("11-09 10:00")
    actions.refuse_return(case.id, **case.by("S001"), words="维持", at=at("11-09 11:00"))

    assert case.where() == ("handling", "organisation", case.town.org("mun"))
    assert (case.clock("decision").outcome, case.due("disposal")) == ("met", "11-11 17:30")
    assert case.last("case.return_refused").details["given_back_s"] == 0
    assert Return.objects.get(case=case.id).decision == "upheld"


def test_upholding_late_gives_the_time_back(case: One) -> None:
    """Decision due Monday 15:30, decided Tuesday 15:30: one working day is given back."""
    case.dispatch("11-09 09:00").acknowledge("11-09 09:20").give_back("11-09 09:00")
    assert case.due("decision") == "11-09 15:30"
    actions.refuse_return(case.id, **case.by("S001"), words="维持", at=at("11-10 15:30"))

    assert (case.clock("decision").outcome, case.due("disposal")) == ("late", "11-12 17:30")
    assert case.last("case.return_refused").details["given_back_s"] == 24 * 3600
    moved = case.clock("disposal")
    assert [(p.reason, p.since, p.until) for p in moved.pauses.all()] == [
        ("given_back", at("11-09 15:30"), at("11-10 15:30"))
    ]
    assert actions.audit_clocks().ok


def test_upholding_late_gives_hours_back_to_an_urgent_limit(town: CaseTown) -> None:
    """Decision due 09:40, decided 10:40: the forty-eight hours end an hour later."""
    case = one(town, matter="").dispatch("11-09 09:00", condition="illegal_building.ongoing")
    assert case.due("disposal") == "11-11 09:00"
    case.give_back("11-09 09:10")
    actions.refuse_return(case.id, **case.by("S001"), words="维持", at=at("11-09 10:40"))

    assert case.due("disposal") == "11-11 10:00"
    assert actions.audit_clocks().ok


def test_the_second_return_goes_to_the_duty_chief_whose_word_binds(case: One) -> None:
    org = case.town.org
    case.dispatch("11-09 09:05").give_back("11-09 09:15")
    with refused(errors.DeskDecides):
        actions.rule_case(case.id, **case.by("D002"), lead=org("mun"), words="我定")
    actions.redispatch_case(
        case.id, **case.by("S001"), lead=org("urb"), words="改派", at=at("11-09 09:30")
    )
    case.give_back("11-09 09:40", by="U001", words="也不是我们的")

    assert case.where() == ("returned", "chief", org("district"))
    assert "returned" in queries.waiting_counts(case.viewer("D002"))
    assert queries.waiting_counts(case.viewer("S001")) == {}
    for decide in (
        lambda: actions.refuse_return(case.id, **case.by("S001"), words="维持"),
        lambda: actions.redispatch_case(
            case.id, **case.by("S001"), lead=org("station-1"), words="再派"
        ),
    ):
        with refused(errors.ChiefDecides):
            decide()
    with refused(NotAllowed):
        actions.rule_case(case.id, **case.by("S001"), lead=org("mun"), words="我定")
    with refused(errors.DecisionMissing):
        actions.rule_case(case.id, **case.by("D002"), lead=org("mun"), words="")
    actions.rule_case(
        case.id, **case.by("D002"), lead=org("mun"), words="权属在市政", at=at("11-09 10:00")
    )

    assert case.where() == ("dispatched", "organisation", org("mun"))
    assert (case.lead().binding, case.lead().return_until) == (True, None)
    assert (case.due("disposal"), case.due("acknowledge")) == ("11-11 17:30", "11-09 12:00")
    assert case.said("case.ruled") == {"return.decision": "权属在市政"}
    with refused(errors.RulingBinds):
        case.give_back("11-09 10:10")


# --- 12 progress ----------------------------------------------------------------------------------


def test_a_progress_note_changes_no_state_and_is_told(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20")
    actions.add_progress(case.id, **case.by("M001"), words="已到现场", at=at("11-09 09:40"))

    assert case.where()[0] == "handling"
    assert case.said("case.progress_noted") == {"step.progress": "已到现场"}
    told = queries.track(case.receipt.number, case.receipt.code).reports[0].told[-1]
    assert (told.verb, told.words) == ("case.progress_noted", ["已到现场"])
    with refused(NotFound):
        actions.add_progress(case.id, **case.by("U001"), words="我也看看")


def test_a_progress_note_without_words_is_refused(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20")

    with refused(errors.ReasonMissing):
        actions.add_progress(case.id, **case.by("M001"), words=" ")


def test_any_step_of_the_process_can_be_taken_by_its_key(case: One) -> None:
    case.dispatch("11-09 09:05")
    by = acting_post(case.viewer("M001"))
    actions.take_step(
        case.id, "acknowledge", actor=by, version=case.case.version, at=at("11-09 09:20")
    )
    actions.take_step(
        case.id,
        "progress",
        actor=by,
        given=Given(words=" 已到\x07现场 "),
        version=case.case.version,
        at=at("11-09 09:40"),
    )

    assert case.said("case.progress_noted") == {"step.progress": "已到现场"}
    with refused(errors.UnknownStep):
        actions.take_step(case.id, "applaud", actor=by, version=None)
    with refused(errors.StepNotOpen):
        actions.take_step(case.id, "acknowledge", actor=by, version=None)
    with refused(errors.WordsTooLong):
        actions.take_step(
            case.id, "progress", actor=by, given=Given(words="长" * 2001), version=None
        )


# --- 20 dispose -----------------------------------------------------------------------------------


def test_a_result_stops_the_disposal_and_goes_to_the_desk(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-11 17:30")

    assert case.where() == ("disposed", "desk", case.town.org("street-1"))
    assert case.clock("disposal").outcome == "met"
    assert (case.running(), case.due("check")) == ({"total", "check"}, "11-12 15:00")
    assert case.said("case.disposed") == {
        "case.internal": "更换胶垫三个",
        "case.reply": "三个井盖已更换胶垫",
    }
    record = Round.objects.get(case=case.id)
    assert (record.close_type, record.disposed_organisation) == ("resolved", case.town.org("mun"))


def test_a_result_without_proof_or_reply_or_by_another_is_refused(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20")
    with refused(errors.ProofMissing):
        case.dispose("11-09 10:00", photo=False)
    with refused(errors.ReplyMissing):
        actions.dispose_case(
            case.id, **case.by("M001"), internal="修了", reply="", photos=[staged()]
        )
    with refused(NotFound):
        case.dispose("11-09 10:00", by="U001", photo=False)
    with refused(NotAllowed):
        actions.dispose_case(case.id, **case.by("S001"), internal="修了", reply="修了")


# --- 21 send to check -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "photo", "drawn", "on_site"),
    [
        ("manhole.rattling", True, False, False),  # the desk looks at the photos
        ("manhole.rattling", True, True, True),  # drawn by lot
        ("manhole.missing", True, False, True),  # the condition asks for it
        ("noise.day", False, False, False),  # no photo is asked for
    ],
)
def test_who_is_checked_on_site(
    town: CaseTown, condition: str, photo: bool, drawn: bool, on_site: bool
) -> None:
    case = one(town, matter="", drawn=drawn)
    case.dispatch("11-09 09:05", condition=condition).acknowledge("11-09 09:06")
    case.dispose("11-09 10:00", photo=photo)

    assert case.case.check_on_site is on_site
    if on_site:
        with refused(errors.CheckNeeded):
            case.passed("11-09 10:10")
    else:
        assert case.passed("11-09 10:10").where()[0] == "callback_pending"


def test_a_check_on_site_is_a_task_with_a_clock_of_its_own(town: CaseTown) -> None:
    case = one(town, drawn=True).dispatch("11-09 09:05").acknowledge("11-09 09:20")
    case.dispose("11-09 10:00")
    actions.send_to_check(case.id, **case.by("S001"), at=at("11-09 10:30"))

    assert case.where() == ("closure_checking", "worker", town.org("street-1"))
    assert (case.due("check"), case.due("site_check")) == ("11-09 16:30", "11-09 17:00")
    check(town, case.case, at=at("11-09 11:00"))
    assert case.where() == ("disposed", "desk", town.org("street-1"))
    assert case.clock("site_check").outcome == "met"
    assert case.last("case.checked").details["result"] == "passed"
    assert case.passed("11-09 11:10").where()[0] == "callback_pending"


def test_what_the_checker_saw_is_kept_in_the_vault(town: CaseTown) -> None:
    case = one(town, drawn=True).dispatch("11-09 09:05").acknowledge("11-09 09:20")
    case.dispose("11-09 10:00")
    actions.send_to_check(case.id, **case.by("S001"), at=at("11-09 10:30"))
    check(town, case.case, at=at("11-09 11:00"), result="not_passed")

    assert case.said("case.checked") == {"check.words": "还在响"}
    assert Round.objects.get(case=case.id).check_result == "not_passed"


def test_nobody_else_hands_in_the_check(town: CaseTown) -> None:
    case = one(town, drawn=True).dispatch("11-09 09:05").acknowledge("11-09 09:20")
    case.dispose("11-09 10:00")
    actions.send_to_check(case.id, **case.by("S001"), at=at("11-09 10:30"))
    card = tasks.open_task_about(case.id, "closure_check")
    assert card is not None
    for number in ("M001", "S002", "G008", "C004"):
        with refused(NoSuchTask):
            actions.answer_check(
                card.id, by=town.viewer(number), version=card.version, result="passed"
            )


def test_the_handler_does_not_check(town: CaseTown) -> None:
    """A station's cadre handles it and stands at its desk: a colleague has to check."""
    case = one(town, matter="")
    station = next(n for n, area in enumerate(town.town.communities, 1) if area in case.case.chain)
    cadre, org = f"C00{station}", town.org(f"station-{station}")
    actions.hand_over(
        case.id, **case.by("S001"), level="community", words="请处理", at=at("11-09 09:02")
    )
    actions.accept_and_dispatch(
        case.id,
        **case.by(cadre),
        matter="noise",
        condition="noise.day",
        lead=org,
        at=at("11-09 09:05"),
    )
    case.acknowledge("11-09 09:06", by=cadre).dispose("11-09 09:30", by=cadre, photo=False)

    with refused(errors.SamePerson):
        actions.pass_check(case.id, **case.by(cadre))


# --- 22 rework ------------------------------------------------------------------------------------


def test_rework_gives_the_later_of_the_old_due_and_half_the_limit(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 10:00")
    actions.ask_rework(case.id, **case.by("S001"), words="还在响", at=at("11-09 11:00"))

    assert case.where() == ("handling", "organisation", case.town.org("mun"))
    assert case.due("disposal") == "11-11 17:30"  # half is one day, Tuesday; the old one stays
    assert case.said("case.rework_asked") == {"step.rework": "还在响"}
    case.dispose("11-11 16:00")
    actions.ask_rework(case.id, **case.by("S001"), words="又响了", at=at("11-11 16:30"))
    assert case.due("disposal") == "11-12 17:30"  # half of the first limit, not a quarter
    assert case.clock("disposal").limits == [[1, "working_day"]]
    assert (case.case.reworks, actions.audit_clocks().ok) == (2, True)


def test_rework_of_a_short_limit_gives_two_working_hours(case: One) -> None:
    case.dispatch("11-09 09:00", condition="manhole.broken").acknowledge("11-09 09:20")
    case.dispose("11-09 15:20")
    actions.ask_rework(case.id, **case.by("S001"), words="歪了", at=at("11-09 17:00"))

    assert case.clock("disposal").limits == [[2, "working_hour"]]
    assert case.due("disposal") == "11-10 10:00"


def test_rework_needs_a_reason_and_the_desk(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 10:00")
    with refused(errors.ReasonMissing):
        actions.ask_rework(case.id, **case.by("S001"), words="")
    with refused(NotAllowed):
        actions.ask_rework(case.id, **case.by("M001"), words="自己退")


# --- 23 and 23b pass ------------------------------------------------------------------------------


def test_passing_starts_a_callback_for_every_report_that_can_be_reached(case: One) -> None:
    silent = one(case.town, phone=NO_CONTACT)
    actions.merge_case(silent.id, **silent.by("S001"), master=case.id, at=at("11-09 09:02"))
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 10:00")
    case.passed("11-09 10:15")

    assert case.where() == ("callback_pending", "caller", case.town.org("street-1"))
    assert (case.clock("check").outcome, case.due("callback")) == ("met", "11-12 17:30")
    assert case.clock("callback").owner_id == case.report.id
    assert Answer.objects.get().report_id == case.report.id


def test_a_case_that_nobody_can_be_asked_about_closes_when_it_passes(town: CaseTown) -> None:
    case = one(town, phone=NO_CONTACT).dispatch("11-09 09:05").acknowledge("11-09 09:20")
    case.dispose("11-09 10:00")
    with refused(errors.NobodyToCall):
        actions.take_step(
            case.id, "pass_to_callback", actor=acting_post(town.viewer("S001")), version=None
        )
    case.passed("11-09 10:15")

    assert case.where() == ("closed", "none", None)
    assert (case.case.close_type, case.clock("total").outcome) == ("resolved", "met")
    assert queries.track(case.receipt.number, case.receipt.code).reports[0].reply == (
        "三个井盖已更换胶垫"
    )


def test_a_case_whose_reporter_waits_is_not_closed_past_them(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 10:00")

    with refused(errors.ReporterWaits):
        actions.take_step(
            case.id, "pass_close", actor=acting_post(case.viewer("S001")), version=None
        )


# --- 24 not solved, 25 close ----------------------------------------------------------------------


def called(case: One) -> One:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 10:00")
    return case.passed("11-09 10:15")


def test_not_solved_begins_a_new_round_with_the_same_lead(case: One) -> None:
    called(case)
    first = case.lead()
    case.call("11-10 09:00", "no")

    assert case.where() == ("dispatched", "organisation", case.town.org("mun"))
    assert (case.case.round, case.case.unsolved, case.lead().round) == (2, 1, 2)
    assert (case.due("disposal"), case.due("acknowledge")) == ("11-12 17:30", "11-10 11:00")
    assert case.clock("total").start_at == at("11-09 09:00")
    assert "total" in case.running()
    first.refresh_from_db()
    assert (first.active, first.end_reason) == (False, "done")
    assert case.last("case.not_solved").details["round"] == 2
    assert Answer.objects.get(report=case.report, round=1).answer == "no"


def test_not_solved_again_goes_up_to_the_duty_chief(case: One) -> None:
    called(case).call("11-10 09:00", "no")
    case.acknowledge("11-10 09:10").dispose("11-10 10:00").passed("11-10 10:10")
    case.call("11-10 10:30", "no")

    assert case.where() == ("to_rule", "chief", case.town.org("district"))
    assert (case.case.round, case.case.unsolved) == (3, 2)
    assert (case.running(), case.due("decision")) == ({"total", "decision"}, "11-10 17:00")
    assert queries.waiting_counts(case.viewer("D002")) == {"to_rule": 1}
    seen = queries.track(case.receipt.number, case.receipt.code).reports[0]
    assert (seen.stage, seen.side) == ("assigned", "returned")
    for number in ("S001", "M001"):
        with refused(NotAllowed):
            actions.rule_case(case.id, **case.by(number), lead=case.town.org("urb"), words="改派")
    actions.rule_case(
        case.id, **case.by("D002"), lead=case.town.org("urb"), words="城管办", at=at("11-10 11:00")
    )

    assert case.where() == ("dispatched", "organisation", case.town.org("urb"))
    assert (case.lead().binding, case.lead().round) == (True, 3)
    assert (case.due("disposal"), case.due("acknowledge")) == ("11-12 17:30", "11-10 15:30")
    reasons = Assignment.objects.filter(case=case.id).order_by("dispatched_at", "id")
    assert [a.end_reason for a in reasons] == ["done", "done", "replaced", ""]
    assert [i.key for i in queries.broken_invariants() if i.cases] == []
    assert actions.audit_clocks().ok


def test_the_reporter_answers_on_their_own_page(case: One) -> None:
    called(case)
    actions.answer_as_reporter(
        case.receipt.submission, case.id, answer="solved", rating=5, at=at("11-09 11:00")
    )

    assert case.where()[0] == "closed"
    answer = Answer.objects.get()
    assert (answer.answer, answer.via, answer.rating, answer.attempts) == ("solved", "page", 5, 0)
    with refused(errors.StepNotOpen):
        actions.answer_as_reporter(case.receipt.submission, case.id, answer="no")


def test_three_attempts_on_two_days_are_enough_and_not_reached_is_a_fact(case: One) -> None:
    called(case)
    case.call("11-09 10:30").call("11-09 15:00").call("11-09 17:00")
    assert case.where()[0] == "callback_pending"
    with refused(errors.CallbacksOpen):
        actions.take_step(
            case.id, "callback_close", actor=acting_post(case.viewer("S001")), version=None
        )
    case.call("11-10 09:00")

    assert case.where() == ("closed", "none", None)
    assert (case.case.close_type, case.last("case.closed").details["unreached"]) == ("resolved", 1)
    answer = Answer.objects.get()
    assert (answer.answer, answer.attempts, answer.attempt_days) == ("", 4, 2)


def test_two_days_are_days_of_the_town(case: One) -> None:
    """07:50 and 08:10 lie on one morning here, though midnight passes between them elsewhere."""
    called(case)
    case.call("11-10 07:50").call("11-10 08:10").call("11-10 08:20")

    assert Answer.objects.get().attempt_days == 1
    assert case.where()[0] == "callback_pending"


def test_who_has_answered_is_not_waited_for_while_another_is(case: One) -> None:
    other = one(case.town, phone="13900139000")
    actions.merge_case(other.id, **other.by("S001"), master=case.id, at=at("11-09 09:02"))
    called(case).call("11-09 10:30", "solved")

    mine = case.clock("callback", owner=case.report.id)
    theirs = case.clock("callback", owner=other.report.id)
    assert (mine.outcome, mine.stopped_at, theirs.stopped_at) == ("met", at("11-09 10:30"), None)
    case.call("11-09 10:40", "partly", other.report.id)
    assert case.where()[0] == "closed"


def test_who_may_not_log_a_call(case: One) -> None:
    stranger = one(case.town)
    with refused(errors.StepNotOpen):
        case.call("11-09 09:10", "solved")
    called(case)
    with refused(NotAllowed):
        actions.log_call(case.id, case.report.id, **case.by("M001"), reached=False)
    with refused(NotFound):
        case.call("11-09 10:30", "solved", stranger.report.id)
    with refused(errors.ReasonUnknown):
        case.call("11-09 10:30", "maybe")


def test_a_case_whose_reporter_was_erased_can_still_close(case: One) -> None:
    called(case)
    subject = case.report.submission.vault_subject
    assert subject is not None
    vault.erase_subjects([subject], actor=ActorRef("system", "test"), grounds_code="request")

    assert (case.case.contactable, case.where()[0]) == (0, "callback_pending")
    actions.take_step(
        case.id,
        "callback_close",
        actor=acting_post(case.viewer("S001")),
        version=case.case.version,
        at=at("11-09 11:00"),
    )
    assert case.where()[0] == "closed"


def test_a_case_whose_reporter_was_erased_before_the_check_closes_when_it_passes(case: One) -> None:
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 10:00")
    subject = case.report.submission.vault_subject
    assert subject is not None
    vault.erase_subjects([subject], actor=ActorRef("system", "test"), grounds_code="request")

    assert case.passed("11-09 10:15").where()[0] == "closed"


def test_a_rating_is_given_once_within_seven_days(case: One) -> None:
    case.closed("11-09 10:30")
    actions.rate_as_reporter(case.receipt.submission, case.id, rating=4, at=at("11-16 10:30"))

    assert Answer.objects.get().rating == 4
    with refused(errors.StepNotOpen):
        actions.rate_as_reporter(case.receipt.submission, case.id, rating=1, at=at("11-16 10:31"))
    with refused(errors.ReasonUnknown):
        actions.rate_as_reporter(case.receipt.submission, case.id, rating=6, at=at("11-10 10:00"))


# --- 26 reopen ------------------------------------------------------------------------------------


def test_the_reporter_asks_once_within_fifteen_days_for_a_redo(case: One) -> None:
    case.closed("11-09 10:30")
    with refused(errors.ReopenTooLate):
        actions.reopen_as_reporter(
            case.receipt.submission, case.id, words="又响了", at=at("11-24 10:31")
        )
    actions.reopen_as_reporter(
        case.receipt.submission, case.id, words="又响了", at=at("11-24 10:30")
    )

    assert case.where() == ("dispatched", "organisation", case.town.org("mun"))
    assert (case.case.round, case.case.reopened, case.case.closed_at) == (2, 1, None)
    assert (case.due("disposal"), case.due("total")) == ("11-26 17:30", "12-01 17:30")
    assert Clock.objects.filter(case=case.id, milestone="total").count() == 2
    assert case.said("case.reopened") == {"step.reopen": "又响了"}
    case.acknowledge("11-24 11:00").dispose("11-24 11:30").passed("11-24 11:40")
    case.call("11-24 11:50", "solved")
    assert [r.number for r in Round.objects.filter(case=case.id).order_by("number")] == [1, 2]
    with refused(errors.ReopenedBefore):
        actions.reopen_as_reporter(
            case.receipt.submission, case.id, words="还响", at=at("11-25 09:00")
        )


def test_a_supervisor_reopens_with_grounds_and_leaves_the_reporter_their_turn(case: One) -> None:
    case.closed()
    with refused(errors.ReasonMissing):
        actions.reopen_case(case.id, **case.by("D002"), words=" ")
    with refused(NotAllowed):
        actions.reopen_case(case.id, **case.by("S001"), words="督查发现")
    actions.reopen_case(case.id, **case.by("D002"), words="督查发现未修好", at=at("12-14 09:00"))

    assert (case.where()[0], case.case.round, case.case.reopened) == ("dispatched", 2, 0)
    assert case.said("case.reopened") == {"step.reopen": "督查发现未修好"}


def test_an_open_case_is_not_reopened(case: One) -> None:
    with refused(errors.StepNotOpen):
        actions.reopen_as_reporter(case.receipt.submission, case.id, words="快点")


# --- 26b withdraw ---------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["submitted", "dispatched", "returned", "handling"])
def test_the_only_reporter_takes_the_report_back(town: CaseTown, state: str) -> None:
    case = one(town, matter="noise")
    if state != "submitted":
        case.dispatch("11-09 09:05", condition="noise.day")
    if state == "returned":
        case.give_back("11-09 09:06")
    if state == "handling":
        case.acknowledge("11-09 09:06")
    actions.withdraw_as_reporter(case.receipt.submission, case.id, at=at("11-09 09:30"))

    assert case.where() == ("closed", "none", None)
    assert (case.case.close_type, case.running()) == ("withdrawn", set())
    assert case.report.withdrawn_at == at("11-09 09:30")
    assert case.clock("total").outcome == "void"
    assert not Assignment.objects.filter(case=case.id, active=True).exists()
    assert "returned" not in Assignment.objects.values_list("end_reason", flat=True)
    assert not Return.objects.filter(decided_at=None).exists()
    assert case.last("case.withdrawn").actor_kind == "reporter"
    seen = queries.track(case.receipt.number, case.receipt.code).reports[0]
    assert (seen.side, seen.may) == ("withdrawn", frozenset())


def test_a_safety_matter_or_one_that_others_told_too_goes_on(case: One) -> None:
    first, second = one(case.town, matter="noise"), one(case.town, matter="noise")
    actions.merge_case(second.id, **second.by("S001"), master=first.id, at=at("11-09 09:05"))
    for each in (case, first):  # the whole case is not theirs to take back
        with refused(errors.OthersWait):
            actions.take_step(
                each.id,
                "withdraw",
                actor=acting_reporter(each.receipt.submission),
                given=Given(receipt_fits=True, close_type="withdrawn"),
                version=None,
            )
        actions.withdraw_as_reporter(each.receipt.submission, each.id, at=at("11-09 09:10"))
        assert (each.where()[0], each.case.reports_withdrawn) == ("submitted", 1)
    with refused(errors.NobodyElse):
        actions.take_step(
            second.case.master_id or second.id,
            "leave",
            actor=acting_reporter(second.receipt.submission),
            given=Given(receipt_fits=True),
            version=None,
        )
    with refused(NotFound):
        actions.withdraw_as_reporter(case.receipt.submission, first.id)


def test_what_is_already_done_is_not_withdrawn(town: CaseTown) -> None:
    case = one(town, matter="noise").dispatch("11-09 09:05", condition="noise.day")
    case.acknowledge("11-09 09:06").dispose("11-09 09:30", photo=False)

    with refused(errors.StepNotOpen):
        actions.withdraw_as_reporter(case.receipt.submission, case.id)


# --- 27 void --------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["test", "out_of_area", "mistaken", "abuse"])
def test_the_duty_chief_voids_with_a_code(case: One, reason: str) -> None:
    actions.void_case(case.id, **case.by("D002"), reason=reason, at=at("11-09 09:10"))

    assert case.where() == ("voided", "none", None)
    assert (case.case.close_type, case.running()) == ("", set())
    assert set(Clock.objects.filter(case=case.id).values_list("outcome", flat=True)) == {"void"}
    assert case.last("case.voided").details["reason"] == reason


def test_voiding_ends_the_check_the_return_and_the_parts(town: CaseTown) -> None:
    checked = one(town, drawn=True).dispatch("11-09 09:05").acknowledge("11-09 09:06")
    checked.dispose("11-09 09:30")
    actions.send_to_check(checked.id, **checked.by("S001"), at=at("11-09 09:40"))
    returned = one(town).dispatch("11-09 09:05").give_back("11-09 09:06")
    for case in (checked, returned):
        actions.void_case(
            case.id, **case.by("D002"), reason="mistaken", words="重复", at=at("11-09 10:00")
        )

        assert case.where() == ("voided", "none", None)
        assert case.said("case.voided") == {"step.void": "重复"}
        assert not Assignment.objects.filter(case=case.id, active=True).exists()
        assert "returned" not in Assignment.objects.filter(case=case.id).values_list(
            "end_reason", flat=True
        )
        assert tasks.open_task_about(case.id, "closure_check") is None
    assert not Return.objects.filter(decided_at=None).exists()


def test_who_may_not_void_and_with_what(case: One) -> None:
    with refused(errors.ReasonMissing):
        actions.void_case(case.id, **case.by("D002"), reason="")
    with refused(errors.ReasonUnknown):
        actions.void_case(case.id, **case.by("D002"), reason="tired")
    for number in ("S001", "D001", "D003"):
        with refused(NotAllowed):
            actions.void_case(case.id, **case.by(number), reason="test")
    actions.void_case(case.id, **case.by("D002"), reason="test", at=at("11-09 09:10"))
    with refused(errors.StepNotOpen):
        actions.void_case(case.id, **case.by("D002"), reason="test")


# --- all of them ----------------------------------------------------------------------------------


def test_no_invariant_is_broken_and_every_clock_is_right_after_a_long_way(case: One) -> None:
    case.dispatch("11-09 09:05").give_back("11-09 09:15")
    actions.redispatch_case(
        case.id,
        **case.by("S001"),
        lead=case.town.org("urb"),
        words="改派",
        at=at("11-10 15:00"),
    )
    case.acknowledge("11-10 15:30", by="U001").dispose("11-11 10:00", by="U001")
    actions.ask_rework(case.id, **case.by("S001"), words="还在响", at=at("11-11 11:00"))
    case.dispose("11-11 16:00", by="U001").passed("11-11 16:30")
    case.call("11-12 09:00", "no")
    case.acknowledge("11-12 09:30", by="U001").dispose("11-12 10:00", by="U001")
    case.passed("11-12 10:30").call("11-12 11:00", "solved")
    actions.sweep_clocks(now=at("11-12 12:00"))

    assert case.where()[0] == "closed"
    assert actions.audit_clocks().ok
    assert [i.key for i in queries.broken_invariants() if i.cases] == []
    assert SearchDoc.objects.filter(case=case.id).count() == 1
    assert case.case.opened_at + timedelta(days=8) > at("11-12 11:00")
