"""核实: a grid worker looks before anybody accepts; the accept clock stands still meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.cases.stepping import One, at, one, refused
from tests.cases.walking import CaseTown, case_of, staged

from gridward.access import queries as access
from gridward.access.rules import Viewer
from gridward.cases import actions, errors, queries
from gridward.cases.actions import Channel, Place, Told
from gridward.cases.models import CaseFile, Round
from gridward.tasks import errors as task_errors
from gridward.tasks import queries as tasks
from gridward.tasks.errors import NoSuchTask, WordsMissing


def asked(found: One, when: str = "11-09 09:05", **how: Any) -> One:
    actions.send_to_verify(found.id, **found.by("S001"), at=at(when), **how)
    return found


def task_of(found: One) -> tasks.TaskCard:
    card = tasks.open_task_about(found.id, "pre_verification")
    assert card is not None and card.assignee_id is not None
    return card


def worker_of(found: One) -> Viewer:
    card = task_of(found)
    assert card.assignee_id is not None
    return access.viewer_of_post(card.assignee_id)


def answered(found: One, when: str, result: str, words: str = "", photos: int = 0) -> One:
    card = task_of(found)
    actions.answer_verification(
        card.id,
        by=worker_of(found),
        version=card.version,
        result=result,
        words=words,
        photos=[staged() for _ in range(photos)],
        at=at(when),
    )
    return found


def test_sending_to_verify_asks_a_worker_of_the_grid_and_pauses_the_accept_clock(
    town: CaseTown,
) -> None:
    found = one(town)

    asked(found, words="看看是不是三个")

    card = task_of(found)
    assert found.where() == ("pre_verifying", "worker", town.org("street-1"))
    assert card.area_id == found.case.area_id
    assert found.clock("accept").paused_at == at("11-09 09:05")
    assert found.due("verify") == "11-09 11:05"
    assert card.due_at == at("11-09 11:05")
    assert found.said("case.verify_asked") == {"step.pre_verify": "看看是不是三个"}


def test_a_confirmed_report_comes_back_to_the_desk_with_what_was_found(town: CaseTown) -> None:
    found = asked(one(town))

    answered(found, "11-09 09:35", "confirmed", photos=1)

    assert found.where() == ("submitted", "desk", town.org("street-1"))
    record = Round.objects.get(case=found.id, number=1)
    assert (record.verify_result, record.verified_at) == ("confirmed", at("11-09 09:35"))
    assert found.running() == {"total", "accept"}
    # half an hour less what had passed before the pause, counted on from the answer
    assert found.due("accept") == "11-09 10:00"
    assert CaseFile.objects.get(case=found.id).kind == "verify"
    assert found.last("case.verified").details["result"] == "confirmed"


@pytest.mark.parametrize("result", ["not_found", "unable"])
def test_what_was_not_found_comes_with_words(town: CaseTown, result: str) -> None:
    found = asked(one(town))
    with refused(WordsMissing):
        answered(found, "11-09 09:30", result)

    answered(found, "11-09 09:35", result, "到现场没有看到井盖响")

    assert found.said("case.verified") == {"verify.words": "到现场没有看到井盖响"}
    actions.decline_case(found.id, **found.by("S001"), reason="private", at=at("11-09 09:40"))
    assert found.case.state == "declined"


def test_the_desk_may_name_the_worker(town: CaseTown) -> None:
    found = one(town)
    offered = queries.verifiers_of(found.case, queries.book_of(found.case), at=at("11-09 09:01"))
    second = offered[1]

    asked(found, worker=second.post_id)

    assert task_of(found).assignee_id == second.post_id


def test_a_worker_of_other_ground_cannot_be_named(town: CaseTown) -> None:
    found = one(town)

    with refused(errors.NoSuchVerifier):
        asked(found, worker=town.viewer("G008").post_id)


def test_whoever_reported_it_does_not_verify_it(town: CaseTown) -> None:
    grid = next(
        number for number in (f"G00{n}" for n in range(1, 9))
        if town.viewer(number).area_id in case_of(one(town).receipt).chain
    )  # fmt: skip
    me = town.viewer(grid)
    receipt = actions.submit_report(
        [Told(words="井盖松动", place=Place(lng=113.1030, lat=22.6170), matter="manhole")],
        channel=Channel(key="field", source="field", reporter_kind="worker"),
        by=me,
        at=at("11-09 09:00"),
    )
    found = One(town, receipt, receipt.cases[0])
    with refused(errors.NoSuchVerifier):
        asked(found, worker=me.post_id)

    asked(found)

    card = task_of(found)
    assert card.assignee_id != me.post_id
    with refused(NoSuchTask):
        actions.answer_verification(card.id, by=me, version=card.version, result="confirmed")


def test_handed_to_its_reporter_the_task_is_refused_all_the_same(town: CaseTown) -> None:
    from gridward.tasks.models import Task

    found = asked(one(town))
    card = task_of(found)
    me = worker_of(found)
    Task.objects.filter(id=card.id).update(barred=[str(me.person_id)])

    with refused(task_errors.ReporterMayNotVerify):
        answered(found, "11-09 09:30", "confirmed")


def test_a_verification_that_nobody_makes_in_time_comes_back(town: CaseTown) -> None:
    found = asked(one(town))

    actions.sweep_clocks(now=at("11-09 11:06"))

    assert found.where() == ("submitted", "desk", town.org("street-1"))
    assert tasks.open_task_about(found.id, "pre_verification") is None
    assert found.clock("verify").outcome == "late"
    assert found.last("case.verify_lapsed").actor_kind == "system"


def test_an_urgent_report_is_verified_within_half_an_hour_round_the_clock(town: CaseTown) -> None:
    found = one(town, "11-09 20:00")
    actions.correct_case(
        found.id, **found.by("S001"), words="有人差点掉下去",
        condition="manhole.missing", at=at("11-09 20:01"),
    )  # fmt: skip

    asked(found, "11-09 20:02")

    assert found.due("verify") == "11-09 20:32"


def test_verifying_twice_asks_once(town: CaseTown) -> None:
    found = asked(one(town))

    with refused(errors.StepNotOpen):
        asked(found, "11-09 09:06")


@pytest.mark.parametrize("number", ["M001", "G001", "S002"])
def test_only_the_desk_sends_to_verify(town: CaseTown, number: str) -> None:
    from gridward.core.errors import NotAllowed, NotFound

    found = one(town)

    with pytest.raises((NotAllowed, NotFound)):
        actions.send_to_verify(found.id, **found.by(number), at=at("11-09 09:05"))
    assert found.case.state == "submitted"


def test_a_case_without_a_place_cannot_be_verified(town: CaseTown) -> None:
    found = one(town, place=Place())

    with refused(errors.NotPlaced):
        actions.send_to_verify(found.id, **found.by("D001"), at=at("11-09 09:05"))


def test_the_reporter_withdraws_and_the_task_ends(town: CaseTown) -> None:
    found = asked(one(town, matter="noise"))

    actions.withdraw_as_reporter(found.receipt.submission, found.id, at=at("11-09 09:10"))

    assert found.case.state == "closed"
    assert tasks.open_task_about(found.id, "pre_verification") is None


def test_the_clocks_of_a_verified_case_are_proved(town: CaseTown) -> None:
    found = answered(asked(one(town)), "11-09 10:35", "confirmed")
    found.dispatch("11-09 10:40")

    assert actions.audit_clocks(case_ids=[found.id]).faults == []
    assert found.case.opened_at + timedelta(minutes=100) == at("11-09 10:40")
