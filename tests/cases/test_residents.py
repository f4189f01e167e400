"""What reporters do on their own page: object, add, remind, withdraw; each once where once counts.

2026-11-09 is a Monday; 2026-11-14 a Saturday.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.cases.stepping import One, at, join_staff, local, one, refused
from tests.cases.walking import CaseTown, staged

from gridward.cases import actions, errors, queries
from gridward.cases.models import Case, CaseFile, Clock, Report
from gridward.cases.queries.invariants import broken_invariants
from gridward.core import clock as wall
from gridward.core.errors import NotFound
from gridward.journal.models import Entry
from gridward.vault import queries as vault
from gridward.vault.errors import FileGone

SECOND_DESK = "S003"


@pytest.fixture
def case(town: CaseTown) -> One:
    """Reported on Monday at nine, with a telephone number."""
    return one(town)


@pytest.fixture(autouse=True)
def second_desk(town: CaseTown) -> None:
    """A street desk of two."""
    join_staff(town, SECOND_DESK, "street_desk", "street-1")


def declined(case: One, when: str = "11-09 09:10", by: str = "S001") -> One:
    actions.decline_case(case.id, **case.by(by), reason="private", at=at(when))
    return case


def objects(case: One, when: str = "11-10 09:00", words: str = "是公共道路", **more: Any) -> Case:
    return actions.object_as_reporter(
        case.receipt.submission, case.id, words=words, at=at(when), **more
    )


def seen(case: One, when: str) -> Any:
    with wall.frozen(at(when)):
        return queries.track(case.receipt.number, case.receipt.code).reports[0]


def whole() -> None:
    assert {i.key: i.cases for i in broken_invariants() if i.cases} == {}
    assert actions.audit_clocks().faults == []


# --- 5b a review ----------------------------------------------------------------------------------


def test_an_objection_takes_a_declined_report_back_to_the_desk(case: One) -> None:
    declined(case)
    total = Clock.objects.filter(id=case.clock("total").id).values().get()
    shown = seen(case, "11-09 10:00")
    assert (shown.declined.key, shown.may) == ("private", {"object"})

    objects(case)

    assert case.where() == ("submitted", "desk", case.town.org("street-1"))
    assert (case.case.closed_at, case.case.close_type, case.case.round) == (None, "", 1)
    assert case.due("accept") == "11-10 09:30"
    after = case.clock("total")
    assert (after.start_at, after.stopped_at) == (total["start_at"], None)
    assert case.said("case.objected") == {"step.object": "是公共道路"}
    assert case.last("case.objected").actor_kind == "reporter"
    assert seen(case, "11-10 09:01").declined is None
    whole()


def test_the_promise_counts_from_the_report_and_not_from_the_review(case: One) -> None:
    declined(case)
    objects(case)
    colleague = case.town.viewer(SECOND_DESK)
    actions.accept_and_dispatch(
        case.id,
        by=colleague,
        version=case.case.version,
        condition="manhole.rattling",
        lead=case.town.org("mun"),
        at=at("11-10 09:05"),
    )

    assert local(case.case.promised_at) == "11-16 17:30"


def test_another_person_decides_on_the_review(case: One) -> None:
    declined(case)
    objects(case)
    same = case.by("S001")

    with refused(errors.DecidedBefore):
        actions.decline_case(case.id, **same, reason="private")
    with refused(errors.DecidedBefore):
        actions.accept_case(case.id, **same, condition="manhole.rattling")
    with refused(errors.DecidedBefore):
        case.dispatch("11-10 09:05")
    offered = {step.key for step in queries.case_page(case.viewer("S001"), case.id).steps}
    assert not offered & {"accept", "decline", "accept_dispatch"}
    actions.decline_case(case.id, **case.by(SECOND_DESK), reason="court", at=at("11-10 09:10"))
    assert seen(case, "11-10 10:00").declined.key == "court"


def test_a_review_is_asked_for_once_and_in_time(town: CaseTown) -> None:
    late, twice, open_one = declined(one(town)), declined(one(town)), one(town)
    with refused(errors.ObjectionTooLate):
        objects(late, "11-24 09:11")
    objects(late, "11-24 09:10")
    objects(twice)
    actions.decline_case(twice.id, **twice.by(SECOND_DESK), reason="court", at=at("11-10 09:10"))
    with refused(errors.ObjectedBefore):
        objects(twice, "11-10 10:00")
    assert seen(twice, "11-10 10:00").may == frozenset()
    with refused(errors.StepNotOpen):
        objects(open_one)
    wordless = declined(one(town))
    with refused(errors.ReasonMissing):
        objects(wordless, words=" ")
    with refused(NotFound):
        actions.object_as_reporter(open_one.receipt.submission, twice.id, words="不是我的")


def test_sent_twice_an_objection_is_one(case: One) -> None:
    declined(case)
    objects(case, form="f1")
    objects(case, form="f1")

    assert (case.case.objected, case.where()[0]) == (1, "submitted")
    assert Entry.objects.filter(verb="case.objected").count() == 1


# --- adding ---------------------------------------------------------------------------------------


def add(case: One, when: str = "11-09 10:30", **more: Any) -> Case:
    given = {"words": "第三个井盖也松了", **more}
    return actions.add_details(case.receipt.submission, case.id, at=at(when), **given)


@pytest.mark.parametrize("state", ["submitted", "dispatched", "handling", "disposed", "callback"])
def test_details_reach_the_holder_in_any_open_state_and_move_nothing(
    town: CaseTown, state: str
) -> None:
    case = one(town)
    if state != "submitted":
        case.dispatch("11-09 09:05")
    if state in ("handling", "disposed", "callback"):
        case.acknowledge("11-09 09:20")
    if state in ("disposed", "callback"):
        case.dispose("11-09 10:00")
    if state == "callback":
        case.passed("11-09 10:15")
    before, running = case.where(), case.running()

    add(case, photos=[staged("receipt")], staged_by="receipt")

    assert (case.where(), case.running()) == (before, running)
    assert case.case.news_at == at("11-09 10:30")
    assert case.said("report.details_added") == {"step.details": "第三个井盖也松了"}
    assert case.last("report.details_added").details["photos"] == 1
    told = seen(case, "11-09 10:31")
    assert (told.told[-1].words, len(told.photos)) == (["第三个井盖也松了"], 1)
    page = queries.case_page(case.viewer("S001"), case.id)
    assert (page.case.has_news, len(page.reports[0].photos)) == (True, 1)
    whole()


def test_what_was_added_is_seen_once_staff_act(case: One) -> None:
    add(case)
    case.dispatch("11-09 10:40")

    assert case.case.news_at is None


def test_where_details_were_asked_for_adding_answers(case: One) -> None:
    actions.ask_for_info(case.id, **case.by("S001"), words="哪里？", at=at("11-09 09:20"))
    add(case, words="", photos=[staged()])

    assert case.where()[0] == "submitted"
    assert "words" not in case.last("case.info_given").details
    assert CaseFile.objects.filter(report=case.report).count() == 1


def test_a_reporter_s_words_lie_under_the_reporter_s_key(case: One) -> None:
    add(case)

    subject = case.report.submission.vault_subject
    assert subject is not None
    assert "第三个井盖也松了" in [each.text for each in vault.texts_of_subjects([subject])]


def test_neighbours_do_not_read_each_other_s_details(case: One) -> None:
    other = one(case.town, "11-09 09:02", phone="13900139000")
    actions.merge_case(other.id, **other.by("S001"), master=case.id, at=at("11-09 09:10"))
    add(case)

    shown = seen(other, "11-09 10:31")

    assert "第三个井盖也松了" not in [word for each in shown.told for word in each.words]


def test_details_that_are_none_or_too_many_are_refused(case: One) -> None:
    with refused(errors.NothingSaid):
        add(case, words="  ")
    photos = [staged("receipt") for _ in range(10)]
    with refused(errors.TooManyPhotos):
        add(case, photos=photos, staged_by="receipt")
    with refused(FileGone):
        add(case, photos=photos[:1], staged_by="another")
    case.closed()
    with refused(errors.StepNotOpen):
        add(case)


def test_sent_twice_details_are_one(case: One) -> None:
    add(case, form="f1")
    add(case, form="f1")
    add(case, form="f2")

    assert Entry.objects.filter(verb="report.details_added").count() == 2


# --- reminding ------------------------------------------------------------------------------------


def hurry(case: One, when: str, **more: Any) -> Case:
    return actions.hurry_case(case.receipt.submission, case.id, at=at(when), **more)


def test_a_reminder_is_counted_and_moves_no_clock(case: One) -> None:
    case.dispatch("11-09 09:05")
    clocks = list(Clock.objects.filter(case=case.id).order_by("id").values())
    version = case.case.version

    hurry(case, "11-09 10:00")

    assert (case.case.hurries, case.case.news_at) == (1, at("11-09 10:00"))
    assert case.case.version == version  # open forms of the staff stay good
    assert list(Clock.objects.filter(case=case.id).order_by("id").values()) == clocks
    assert case.last("report.hurried").details["count"] == 1
    for number in ("S001", "M001"):
        assert queries.case_page(case.viewer(number), case.id).case.hurries == 1
    assert "hurry" not in seen(case, "11-09 17:00").may
    assert "hurry" in seen(case, "11-10 08:00").may


@pytest.mark.parametrize(
    ("again", "open_"),
    [
        ("11-09 17:00", False),  # the same day
        ("11-10 00:10", True),
        ("11-14 10:00", False),  # Friday's reminder, on Saturday
        ("11-15 10:00", False),
        ("11-16 08:00", True),
    ],
)
def test_one_reminder_a_working_day(town: CaseTown, again: str, open_: bool) -> None:
    case = one(town)
    first = "11-09 09:30" if again < "11-11" else "11-13 16:00"
    hurry(case, first)

    if open_:
        hurry(case, again)
        assert case.case.hurries == 2
    else:
        with refused(errors.HurriedToday):
            hurry(case, again)


def test_each_neighbour_may_remind_and_a_double_click_is_one(case: One) -> None:
    other = one(case.town, "11-09 09:02", phone="13900139000")
    actions.merge_case(other.id, **other.by("S001"), master=case.id, at=at("11-09 09:10"))

    hurry(case, "11-09 10:00", form="f1")
    hurry(case, "11-09 10:00", form="f1")
    actions.hurry_case(other.receipt.submission, case.id, at=at("11-09 10:05"))

    assert case.case.hurries == 2


def test_nobody_hurries_what_waits_for_the_reporter_or_has_ended(case: One) -> None:
    actions.ask_for_info(case.id, **case.by("S001"), words="哪里？", at=at("11-09 09:20"))
    with refused(errors.StepNotOpen):
        hurry(case, "11-09 10:00")
    ended = one(case.town).closed()
    with refused(errors.StepNotOpen):
        hurry(ended, "11-09 11:00")


# --- withdrawing ----------------------------------------------------------------------------------


def test_one_of_several_leaves_and_the_case_goes_on(town: CaseTown) -> None:
    first = one(town, matter="litter")
    other = one(town, "11-09 09:02", matter="litter", phone="13900139000")
    actions.merge_case(other.id, **other.by("S001"), master=first.id, at=at("11-09 09:10"))

    actions.withdraw_as_reporter(other.receipt.submission, first.id, at=at("11-09 09:20"))

    assert (first.where()[0], first.case.reports_withdrawn, first.case.contactable) == (
        "submitted",
        1,
        1,
    )
    assert Report.objects.get(submission=other.receipt.submission).withdrawn_at is not None
    gone = seen(other, "11-09 09:21")
    assert (gone.side, gone.may) == ("withdrawn", frozenset())
    assert "withdraw" in seen(first, "11-09 09:21").may
    whole()


def test_the_last_who_stays_can_end_it(town: CaseTown) -> None:
    first = one(town, matter="litter")
    other = one(town, matter="litter", phone="13900139000")
    actions.merge_case(other.id, **other.by("S001"), master=first.id, at=at("11-09 09:10"))
    actions.withdraw_as_reporter(other.receipt.submission, first.id, at=at("11-09 09:20"))

    actions.withdraw_as_reporter(first.receipt.submission, first.id, at=at("11-09 09:30"))

    assert (first.case.state, first.case.close_type) == ("closed", "withdrawn")
    whole()


def test_a_safety_matter_goes_on_without_its_only_reporter_and_can_end(case: One) -> None:
    actions.withdraw_as_reporter(case.receipt.submission, case.id, at=at("11-09 09:03"))

    assert (case.case.is_open, case.case.contactable) == (True, 0)
    case.dispatch("11-09 09:05").acknowledge("11-09 09:20").dispose("11-09 10:00")
    case.passed("11-09 10:15")
    assert case.case.state == "closed"
    whole()


def test_whoever_left_does_nothing_more(case: One) -> None:
    actions.withdraw_as_reporter(case.receipt.submission, case.id, at=at("11-09 09:03"))

    with refused(errors.StepNotOpen):
        actions.withdraw_as_reporter(case.receipt.submission, case.id)
    with refused(errors.StepNotOpen):
        add(case)
    with refused(errors.StepNotOpen):
        hurry(case, "11-09 10:00")


def test_sent_twice_a_withdrawal_is_one(case: One) -> None:
    for _ in range(2):
        actions.withdraw_as_reporter(
            case.receipt.submission, case.id, form="f1", at=at("11-09 09:03")
        )

    assert case.case.reports_withdrawn == 1
    assert Entry.objects.filter(verb="report.withdrawn").count() == 1
