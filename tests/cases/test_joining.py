"""Ten neighbours, one manhole: what is offered nearby, joined, refused, taken apart again.

The town works 08:30–12:00 and 14:30–17:30; 2026-11-09 is a Monday.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.cases.stepping import One, at, local, one, refused
from tests.cases.walking import HERE, CaseTown, case_of, staged, submit

from gridward.cases import actions, errors, queries
from gridward.cases.actions import Contact, Place, Receipt, Told
from gridward.cases.handlers import suggest
from gridward.cases.models import Answer, Assignment, Case, Clock, ClockPause, Report, Round
from gridward.cases.queries.invariants import broken_invariants
from gridward.core import clock as wall
from gridward.core.errors import BadInput, NotAllowed, NotFound
from gridward.journal.models import Entry

NEXT_DOOR = Place(lng=113.10335, lat=22.61710)  # some 37 m from HERE
FAR_OFF = Place(lng=113.1090, lat=22.6170)  # some 600 m
ASIDE = ("11-09 09:05", "11-09 09:20")


@pytest.fixture
def case(town: CaseTown) -> One:
    """Reported on Monday at nine, with a telephone number."""
    return one(town)


def join(
    case: One | UUID,
    when: str = "11-09 09:10",
    *,
    place: Place = NEXT_DOOR,
    matter: str = "",
    phone: str = "13900139000",
    **more: Any,
) -> Receipt:
    """A neighbour says it is the same problem."""
    return actions.submit_report(
        [Told(words="我家门口也在响", place=place, matter=matter)],
        contact=Contact(phone=phone) if phone else None,
        join=case if isinstance(case, UUID) else case.id,
        at=at(when),
        **more,
    )


def told(receipt: Receipt) -> Any:
    return queries.track(receipt.number, receipt.code).reports[0]


def report_of(receipt: Receipt) -> Report:
    return Report.objects.get(submission=receipt.submission)


def whole() -> None:
    """Nothing is broken, and every deadline follows from its start and rule."""
    assert {i.key: i.cases for i in broken_invariants() if i.cases} == {}
    assert actions.audit_clocks().faults == []


# --- what is in hand nearby -----------------------------------------------------------------------


def near(**more: Any) -> list[Any]:
    return queries.nearby(NEXT_DOOR.lng or 0, NEXT_DOOR.lat or 0, at=at("11-09 10:00"), **more)


def test_nearby_shows_an_open_case_coarsely_and_without_words(case: One) -> None:
    (found,) = near()

    assert (found.id, found.stage) == (case.id, "submitted")
    assert str(found.title).startswith("井盖")
    assert found.since == at("11-09 09:00")
    assert found.about_m % 50 == 0
    shown = queries.NearbyCase.__dataclass_fields__.keys()
    assert set(shown) == {"id", "title", "place", "about_m", "lng", "lat", "since", "stage"}
    assert (found.lng, found.lat) != (HERE.lng, HERE.lat)


def test_the_coarse_point_is_the_same_for_everything_in_its_square(town: CaseTown) -> None:
    for east in (0.0, 0.00001, 0.00002):
        one(town, place=Place(lng=113.10301 + east, lat=22.61701))

    assert len({(each.lng, each.lat) for each in near()}) == 1


def test_nearby_never_shows_what_is_not_of_public_space_or_restricted(town: CaseTown) -> None:
    one(town, matter="noise")
    hidden = one(town)
    Case.objects.filter(id=hidden.id).update(sensitivity=2)

    assert near() == []


def test_nearby_ends_with_the_radius_the_window_and_the_work(town: CaseTown) -> None:
    one(town, place=FAR_OFF)
    one(town, "08-10 09:00")
    one(town).dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 09:40")
    one(town).closed("11-09 09:55")

    assert near() == []


def test_nearby_of_another_matter_is_left_out(case: One) -> None:
    assert near(matter="litter") == []
    assert len(near(matter="manhole")) == 1


# --- joining --------------------------------------------------------------------------------------


def test_a_joined_report_belongs_to_the_case_from_the_first_moment(case: One) -> None:
    receipt = join(case)

    report = report_of(receipt)
    assert (receipt.joined, receipt.case_numbers) == (True, (case.case.number,))
    assert (report.case_id, report.join_state, report.matter) == (case.id, "proposed", "manhole")
    assert Case.objects.count() == 1
    stands = case.case
    assert (stands.reports_count, stands.reports_proposed, stands.contactable) == (1, 1, 1)
    assert (stands.version, stands.news_at) == (1, at("11-09 09:10"))
    proposed = Entry.objects.get(verb="report.join_proposed")
    assert proposed.subject_id == str(report.id)
    whole()


def test_until_the_desk_confirms_the_neighbour_sees_nothing_of_the_other_case(case: One) -> None:
    receipt = join(case)
    case.dispatch("11-09 09:15").acknowledge("11-09 09:20")
    actions.add_progress(case.id, **case.by("M001"), words="正在更换", at=at("11-09 09:30"))

    seen = told(receipt)

    assert (seen.stage, seen.case_number, seen.waits_to_join) == ("submitted", "", True)
    assert (seen.promised_at, seen.lead, seen.why) == (None, None, [])
    assert [each.words for each in seen.told if each.words] == []
    assert seen.may == {"add_details", "withdraw"}


def test_confirmed_the_neighbour_is_told_and_called_like_the_first(case: One) -> None:
    receipt = join(case)
    actions.confirm_joined(case.id, report_of(receipt).id, **case.by("S001"), at=at("11-09 09:12"))
    case.dispatch("11-09 09:15").acknowledge("11-09 09:20").dispose("11-09 10:00")
    case.passed("11-09 10:15")

    assert (case.case.reports_count, case.case.reports_proposed) == (2, 0)
    assert told(receipt).side == "merged"
    assert Answer.objects.filter(report__case=case.id).count() == 2
    case.call("11-09 10:30", "solved")
    assert case.case.is_open
    case.call("11-09 10:35", "solved", report_of(receipt).id)
    assert not case.case.is_open
    assert told(receipt).stage == "closed"
    whole()


def test_refused_the_report_gets_a_case_with_clocks_from_its_own_time(case: One) -> None:
    receipt = join(case)
    actions.refuse_joined(case.id, report_of(receipt).id, **case.by("S001"), at=at("11-09 11:00"))

    report = report_of(receipt)
    own = Case.objects.get(id=report.case_id)
    assert own.id != case.id
    assert (report.first_case_id, report.join_state) == (own.id, "own")
    assert (own.opened_at, own.matter, own.contactable) == (at("11-09 09:10"), "manhole", 1)
    accept = Clock.objects.get(case=own, milestone="accept")
    assert (accept.start_at, local(accept.due_at)) == (at("11-09 09:10"), "11-09 09:40")
    assert (case.case.reports_proposed, case.case.reports_count) == (0, 1)
    assert told(receipt).case_number == own.number
    actions.accept_and_dispatch(
        own.id,
        by=case.viewer("S001"),
        version=own.version,
        condition="manhole.rattling",
        lead=case.town.org("mun"),
        at=at("11-09 11:05"),
    )
    whole()


def test_the_photos_of_a_joined_report_come_and_go_with_it(case: One) -> None:
    receipt = actions.submit_report(
        [Told(photos=[staged()], place=NEXT_DOOR)], join=case.id, at=at("11-09 09:10")
    )
    report = report_of(receipt)
    page = queries.case_page(case.viewer("S001"), case.id)
    assert [len(each.photos) for each in page.reports] == [0, 1]

    actions.refuse_joined(case.id, report.id, **case.by("S001"), at=at("11-09 09:20"))

    own = report_of(receipt).case_id
    page = queries.case_page(case.viewer("S001"), own)
    assert [len(each.photos) for each in page.reports] == [1]


@pytest.mark.parametrize("end", ["decline", "void", "withdraw"])
def test_whoever_waits_when_the_case_ends_gets_a_case_of_their_own(
    town: CaseTown, end: str
) -> None:
    case = one(town)
    Case.objects.filter(id=case.id).update(safety=False)
    receipt = join(case)
    if end == "decline":
        actions.decline_case(case.id, **case.by("S001"), reason="private", at=at("11-09 09:30"))
    elif end == "void":
        actions.void_case(case.id, **case.by("D002"), reason="test", at=at("11-09 09:30"))
    else:
        actions.withdraw_as_reporter(case.receipt.submission, case.id, at=at("11-09 09:30"))

    own = Case.objects.get(id=report_of(receipt).case_id)
    assert (own.id != case.id, own.is_open, case.case.is_open) == (True, True, False)
    assert case.case.reports_proposed == 0
    assert not told(receipt).waits_to_join
    whole()


def test_the_check_waits_until_the_desk_has_decided_on_neighbours(case: One) -> None:
    receipt = join(case)
    case.dispatch("11-09 09:15").acknowledge("11-09 09:20").dispose("11-09 10:00")

    with refused(errors.JoinsOpen):
        case.passed("11-09 10:15")
    actions.confirm_joined(case.id, report_of(receipt).id, **case.by("S001"), at=at("11-09 10:16"))
    case.passed("11-09 10:17")


@pytest.mark.parametrize("why", ["far", "matter", "disposed", "restricted", "no point", "unknown"])
def test_what_cannot_be_joined_opens_its_own_case_and_is_never_refused(
    town: CaseTown, why: str
) -> None:
    case = one(town)
    place, matter, target = NEXT_DOOR, "", case.id
    if why == "far":
        place = FAR_OFF
    elif why == "matter":
        matter = "litter"
    elif why == "disposed":
        case.dispatch(ASIDE[0]).acknowledge(ASIDE[1]).dispose("11-09 09:30")
    elif why == "restricted":
        Case.objects.filter(id=case.id).update(sensitivity=2)
    elif why == "no point":
        place = Place(words="菜市场后门")
    else:
        target = UUID(int=7)

    receipt = join(target, "11-09 10:00", place=place, matter=matter)

    assert not receipt.joined
    assert case_of(receipt).id != case.id
    assert report_of(receipt).join_state == "own"


def test_a_case_that_was_merged_meanwhile_stands_for_its_master(case: One) -> None:
    master = one(case.town)
    actions.merge_case(case.id, **case.by("S001"), master=master.id, at=at("11-09 09:05"))

    receipt = join(case)

    assert report_of(receipt).case_id == master.id
    assert master.case.reports_proposed == 1


def test_sent_twice_a_joining_report_is_one(case: One) -> None:
    first = join(case, client_id="phone-7")
    again = join(case, client_id="phone-7")

    assert (again.number, again.again, again.joined) == (first.number, True, True)
    assert case.case.reports_proposed == 1
    with refused(errors.ClientIdTaken):
        submit(place=NEXT_DOOR, client_id="phone-7")


def test_one_matter_joins_one_case(case: One) -> None:
    with refused(BadInput):
        actions.submit_report(
            [Told(words="响", place=HERE), Told(words="亮", place=HERE)], join=case.id
        )


def test_who_may_not_decide_on_a_joined_report(case: One) -> None:
    with refused(errors.NothingProposed):
        actions.confirm_joined(case.id, case.report.id, **case.by("S001"))
    report = report_of(join(case)).id
    for act in (actions.confirm_joined, actions.refuse_joined):
        with refused(errors.JoinMissing):
            act(case.id, case.report.id, **case.by("S001"))
        with refused(NotAllowed):
            act(case.id, report, **case.by("D002"))
        with refused(errors.NotInYourHands):
            act(case.id, report, **case.by("D001"))
        with refused(NotFound):
            act(case.id, report, **case.by("S002"))
        with refused(errors.CaseChanged):
            act(case.id, report, by=case.viewer("S001"), version=0)
    actions.confirm_joined(case.id, report, **case.by("S001"), at=at("11-09 09:12"))
    with refused(errors.NothingProposed):
        actions.refuse_joined(case.id, report, **case.by("S001"))


# --- suggestions for the desk ---------------------------------------------------------------------


def test_the_desk_is_shown_what_may_be_the_same_and_why(case: One) -> None:
    other = one(case.town, "11-09 09:02", place=NEXT_DOOR)
    one(case.town, "11-09 09:03", place=FAR_OFF)
    one(case.town, "11-09 09:03", matter="litter")

    with wall.frozen(at("11-09 10:00")):
        page = queries.case_page(case.viewer("S001"), case.id)

    (found,) = page.duplicates
    assert (found.id, found.same_matter, found.since) == (other.id, True, at("11-09 09:02"))
    assert 30 <= found.distance_m <= 45


def test_the_suggestion_names_the_duplicates_in_its_entry(case: One) -> None:
    other = one(case.town, "11-09 09:02", place=NEXT_DOOR)
    entry = Entry.objects.get(verb="report.submitted", subject_id=str(other.report.id))

    with wall.frozen(at("11-09 09:03")):
        suggest(entry.id)
        suggest(entry.id)

    assert other.last("case.suggested").details["duplicates"] == [str(case.id)]
    assert Entry.objects.filter(verb="case.suggested").count() == 1


def test_a_case_apart_after_a_refusal_is_suggested_for_too(case: One) -> None:
    receipt = join(case)
    actions.refuse_joined(case.id, report_of(receipt).id, **case.by("S001"), at=at("11-09 09:20"))
    entry = Entry.objects.get(verb="report.join_refused")

    with wall.frozen(at("11-09 09:21")):
        suggest(entry.id)

    own = str(report_of(receipt).case_id)
    assert Entry.objects.filter(verb="case.suggested", subject_id=own).count() == 1


# --- taking apart ---------------------------------------------------------------------------------


def merged(case: One, master: One, when: str = "11-09 10:00") -> None:
    actions.merge_case(case.id, **case.by("S001"), master=master.id, at=at(when))


def part(case: One, when: str = "11-09 11:00", by: str = "S001") -> None:
    actions.part_case(case.id, **case.by(by), words="两处不同的井盖", at=at(when))


def picture(case: One) -> dict[str, Any]:
    """Everything of a case that parting has to restore."""
    row = Case.objects.filter(id=case.id).values().get()
    for name in ("version", "news_at", "vault_subject"):  # the words of the parting came to it
        row.pop(name)
    clocks = Clock.objects.filter(case=case.id).order_by("id")
    parts = Assignment.objects.filter(case=case.id).order_by("id")
    return {
        "case": row,
        "clocks": list(clocks.values()),
        "parts": [{k: v for k, v in p.items() if k != "version"} for p in parts.values()],
        "rounds": list(Round.objects.filter(case=case.id).order_by("number").values()),
        "reports": list(Report.objects.filter(case=case.id).order_by("id").values()),
    }


@pytest.mark.parametrize("state", ["submitted", "need_info", "accepted", "dispatched", "handling"])
def test_parting_restores_state_holder_lead_clocks_and_reports(town: CaseTown, state: str) -> None:
    case, master = one(town), one(town, "11-09 09:01", phone="13900139000")
    if state == "need_info":
        actions.ask_for_info(case.id, **case.by("S001"), words="哪里？", at=at("11-09 09:05"))
    elif state == "accepted":
        actions.accept_case(
            case.id, **case.by("S001"), condition="manhole.rattling", at=at("11-09 09:05")
        )
    elif state in ("dispatched", "handling"):
        actions.accept_and_dispatch(
            case.id,
            **case.by("S001"),
            condition="manhole.rattling",
            lead=town.org("mun"),
            helpers=[town.org("urb")],
            at=at("11-09 09:05"),
        )
        if state == "handling":
            case.acknowledge("11-09 09:20")
    before = picture(case)
    assert before["case"]["state"] == state

    merged(case, master)
    assert master.case.reports_count == 2
    part(case, "11-09 10:00")

    after = picture(case)
    for name in before:
        assert after[name] == before[name], name
    assert (master.case.reports_count, master.case.contactable) == (1, 1)
    assert case.last("case.parted").details["to"] == state
    assert master.last("case.left").details["reports"] == 1
    assert told(case.receipt).side in ("", "need_info")
    whole()


def test_the_total_runs_on_as_if_never_merged(case: One) -> None:
    master = one(case.town)
    case.dispatch("11-09 09:05")
    promised = case.case.promised_at

    merged(case, master)
    part(case, "11-12 09:00")

    total = case.clock("total")
    assert (total.start_at, total.due_at, total.stopped_at) == (at("11-09 09:00"), promised, None)
    assert case.case.promised_at == promised
    whole()


def test_the_time_joined_counts_for_nobody_who_holds_the_case(case: One) -> None:
    master = one(case.town)
    case.dispatch("11-09 09:05")
    assert (case.due("acknowledge"), case.due("disposal")) == ("11-09 11:05", "11-11 17:30")
    until = case.lead().return_until
    assert until is not None and local(until) == "11-09 16:18:45"

    merged(case, master, "11-09 10:00")
    part(case, "11-12 09:00")  # three working days later, not counting

    # an hour and five minutes were left to acknowledge, and the disposal has its two days
    assert (case.due("acknowledge"), case.due("disposal")) == ("11-12 10:05", "11-16 17:30")
    assert local(case.lead().return_until) == "11-12 15:18:45"
    moved = [e for e in Entry.objects.filter(verb="clock.recomputed") if "parted" in str(e.details)]
    assert {each.subject_id for each in moved} == {
        str(case.clock(key).id) for key in ("acknowledge", "disposal")
    }
    assert ClockPause.objects.filter(clock__case=case.id, reason="parted").count() == 2
    whole()

    case.acknowledge("11-12 09:30")
    assert case.clock("acknowledge").outcome == "met"


def test_a_clock_that_was_late_when_joined_is_late_after_parting(case: One) -> None:
    master = one(case.town)
    case.dispatch("11-09 09:05")
    merged(case, master, "11-09 14:45")  # to acknowledge by 11:05
    part(case, "11-10 09:00")

    assert case.due("acknowledge") == "11-09 11:05"
    case.acknowledge("11-10 09:05")
    assert case.clock("acknowledge").outcome == "late"
    whole()


def test_joined_and_parted_twice_both_times_are_given_back(case: One) -> None:
    master = one(case.town)
    case.dispatch("11-09 09:05")
    for began, ended in (("11-09 09:30", "11-09 09:40"), ("11-09 10:00", "11-09 10:20")):
        merged(case, master, began)
        part(case, ended)

    assert case.due("acknowledge") == "11-09 11:35"
    whole()


def test_a_clock_that_stood_still_stands_still_again(case: One) -> None:
    master = one(case.town)
    actions.ask_for_info(case.id, **case.by("S001"), words="哪里？", at=at("11-09 09:10"))
    merged(case, master, "11-09 09:30")
    part(case, "11-09 10:00")

    assert case.clock("accept").paused_at == at("11-09 09:10")
    actions.give_info(case.receipt.submission, case.id, words="门牌12号", at=at("11-09 10:30"))

    assert case.due("accept") == "11-09 10:50"  # twenty minutes were left
    whole()


def test_a_case_that_was_being_verified_goes_back_to_its_desk(case: One) -> None:
    master = one(case.town)
    actions.send_to_verify(case.id, **case.by("S001"), at=at("11-09 09:10"))
    merged(case, master, "11-09 09:30")

    part(case, "11-09 10:00")

    assert case.where() == ("submitted", "desk", case.town.org("street-1"))
    assert case.running() == {"accept", "total"}
    assert case.due("accept") == "11-09 10:20"  # it stood still; twenty minutes were left
    whole()


def test_what_came_along_goes_along_and_what_left_before_stays_away(case: One) -> None:
    first, second = one(case.town), one(case.town)
    merged(first, case, "11-09 09:10")
    merged(case, second, "11-09 09:20")  # both now point to the second
    assert set(Case.objects.filter(master=second.id).values_list("id", flat=True)) == {
        first.id,
        case.id,
    }

    part(case, "11-09 09:30")

    assert first.case.master_id == case.id
    assert (case.case.reports_count, second.case.reports_count) == (2, 1)
    part(first, "11-09 09:40")
    assert (case.case.reports_count, first.case.reports_count) == (1, 1)
    whole()


def test_the_first_of_a_chain_can_leave_before_the_second(case: One) -> None:
    first, second = one(case.town), one(case.town)
    merged(first, case, "11-09 09:10")
    merged(case, second, "11-09 09:20")

    part(first, "11-09 09:30")
    part(case, "11-09 09:40")

    assert [each.case.reports_count for each in (first, case, second)] == [1, 1, 1]
    whole()


def test_parting_is_refused_once_the_master_has_spoken_to_these_reporters(case: One) -> None:
    master = one(case.town, "11-09 09:01", phone="13900139000")
    merged(case, master, "11-09 09:03")
    master.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 10:00")
    master.passed("11-09 10:15")

    with refused(errors.CannotPart):
        part(case)
    for report in Report.objects.filter(case=master.id):
        master.call("11-09 10:20", "solved", report.id)
    with refused(errors.CannotPart):
        part(case)


def asked_twice(case: One) -> tuple[One, One]:
    """Not solved once, and joined in its second round to a case in its first that is called about:
    the reporter of the first was asked about a round of this number already."""
    master = one(case.town, "11-09 09:01", phone="13900139000")
    case.dispatch("11-09 09:05").acknowledge("11-09 09:06").dispose("11-09 09:07")
    case.passed("11-09 09:08").call("11-09 09:09", "no")
    master.dispatch("11-09 09:10").acknowledge("11-09 09:11").dispose("11-09 09:12")
    assert (case.case.round, master.case.round) == (2, 1)
    return case, master


def test_who_was_asked_about_one_case_is_asked_about_the_other_too(case: One) -> None:
    case, master = asked_twice(case)
    master.passed("11-09 09:13")
    merged(case, master, "11-09 09:14")

    said = Answer.objects.filter(report=case.report.id).order_by("asked_at")
    assert list(said.values_list("case", "round", "answer")) == [
        (case.id, 1, "no"),
        (master.id, 1, ""),
    ]
    assert queries.is_asked(Report.objects.get(id=case.report.id))
    master.call("11-09 09:20", "solved")
    assert master.case.is_open
    master.call("11-09 09:25", "solved", case.report.id)
    assert not master.case.is_open
    assert list(said.values_list("answer", flat=True)) == ["no", "solved"]
    whole()


def test_joined_before_the_master_asks_nobody_is_missed_or_asked_twice(case: One) -> None:
    case, master = asked_twice(case)
    merged(case, master, "11-09 09:14")
    master.passed("11-09 09:15")

    assert Answer.objects.filter(case=master.id, round=1).count() == 2
    assert len(queries.answers_of(master.id, 1)) == 2
    whole()


def test_parted_again_each_case_keeps_what_was_said_of_it(case: One) -> None:
    case, master = asked_twice(case)
    before = picture(case)["rounds"]
    merged(case, master, "11-09 09:14")
    part(case, "11-09 09:15")

    assert [a.answer for a in Answer.objects.filter(case=case.id)] == ["no"]
    assert not Answer.objects.filter(case=master.id).exists()
    assert picture(case)["rounds"] == before
    assert case.where()[0] == "dispatched"
    master.passed("11-09 09:16").call("11-09 09:20", "solved")
    assert not master.case.is_open
    case.acknowledge("11-09 09:30").dispose("11-09 09:40").passed("11-09 09:45")
    case.call("11-09 10:00", "solved")
    assert [a.answer for a in Answer.objects.filter(case=case.id).order_by("round")] == [
        "no",
        "solved",
    ]
    whole()


def test_while_the_master_is_only_being_checked_parting_is_possible(case: One) -> None:
    master = one(case.town, "11-09 09:01", phone="13900139000")
    merged(case, master, "11-09 09:03")
    master.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 10:00")

    part(case)

    assert case.where()[0] == "submitted"
    whole()


def test_who_may_not_part(case: One) -> None:
    master = one(case.town)
    with refused(errors.StepNotOpen):
        part(case)
    merged(case, master)
    with refused(errors.ReasonMissing):
        actions.part_case(case.id, **case.by("S001"), words=" ")
    with refused(NotAllowed):
        part(case, by="D002")
    with refused(NotFound):
        part(case, by="S002")
    with refused(errors.CaseChanged):
        actions.part_case(case.id, by=case.viewer("S001"), version=1, words="不同")


def test_merging_into_a_case_keeps_waiting_neighbours_waiting(case: One) -> None:
    receipt, master = join(case), one(case.town)
    merged(case, master)

    assert report_of(receipt).join_state == "proposed"
    assert (master.case.reports_count, master.case.reports_proposed) == (2, 1)
    part(case)
    assert (case.case.reports_count, case.case.reports_proposed) == (1, 1)
    whole()
