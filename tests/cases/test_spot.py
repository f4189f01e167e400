"""现场已处理: settled by one grid worker or the community, and checked like any result."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cases.stepping import One, at, one, refused
from tests.cases.walking import HERE, CaseTown, staged

from gridward.cases import actions, errors
from gridward.cases.actions import Channel, Place, Receipt, Settled, Told
from gridward.cases.models import Case, CaseFile, Round, Submission
from gridward.cases.queries.invariants import broken_invariants
from gridward.core.errors import NotAllowed, NotFound

RATTLING, MISSING, BROKEN = "manhole.rattling", "manhole.missing", "manhole.broken"


def settled(condition: str = RATTLING, before: int = 1, after: int = 1) -> Settled:
    return Settled(
        condition=condition,
        internal="垫了胶圈",
        reply="井盖已垫胶圈，不再响",
        photos=[staged() for _ in range(after)],
        before=[staged() for _ in range(before)],
    )


def worker_here(found: One, nth: int = 0) -> str:
    """The staff number of a grid worker on the case's own grid."""
    numbers = [f"G00{n}" for n in range(1, 9)]
    return [n for n in numbers if found.viewer(n).area_id in found.case.chain][nth]


def cadre_here(found: One) -> str:
    return next(
        number
        for number in ("C001", "C002", "C003", "C004")
        if found.viewer(number).area_id in found.case.chain
    )


def settle(found: One, by: str, when: str = "11-09 09:05", what: Settled | None = None) -> One:
    actions.settle_on_spot(found.id, **found.by(by), settled=what or settled(), at=at(when))
    return found


def proved(found: One) -> None:
    assert actions.audit_clocks(case_ids=[found.id]).faults == []
    assert {i.key: i.cases for i in broken_invariants([found.id]) if i.cases} == {}


def test_a_worker_settles_what_the_condition_lets_one_worker_settle(town: CaseTown) -> None:
    found = one(town)
    worker = worker_here(found)

    settle(found, worker)

    case = found.case
    station = town.viewer(worker).organisation_id
    assert found.where() == ("disposed", "desk", town.org("street-1"))
    assert (case.lead_id, case.condition) == (station, RATTLING)
    record = Round.objects.get(case=found.id, number=1)
    assert record.close_type == "self_handled"
    assert record.disposed_person == town.viewer(worker).person_id
    assert found.running() == {"total", "check"}
    assert found.clock("accept").outcome == "met"
    assert sorted(f.kind for f in CaseFile.objects.filter(case=found.id)) == ["after", "before"]
    assert found.last("case.accepted").occurred_at == at("11-09 09:05")
    proved(found)


def test_it_is_closed_after_check_and_call_back_as_settled_on_the_spot(town: CaseTown) -> None:
    found = settle(one(town), worker_here(one(town)))

    found.passed("11-09 09:30").call("11-09 09:40", "solved")

    assert (found.case.state, found.case.close_type) == ("closed", "self_handled")
    proved(found)


def test_the_reporter_reads_what_was_done(town: CaseTown) -> None:
    from gridward.cases import queries

    found = settle(one(town), worker_here(one(town)))

    (tracked,) = queries.track(found.receipt.number, found.receipt.code).reports
    assert (tracked.stage, tracked.reply) == ("checking", "井盖已垫胶圈，不再响")


def test_whoever_settled_it_does_not_check_it(town: CaseTown) -> None:
    from gridward.tasks import queries as tasks

    found = one(town, drawn=True)
    worker = worker_here(found)
    settle(found, worker)

    actions.send_to_check(found.id, **found.by("S001"), at=at("11-09 09:30"))

    card = tasks.open_task_about(found.id, "closure_check")
    assert card is not None and card.assignee_id != town.viewer(worker).post_id
    with refused(errors.CheckNeeded):
        actions.pass_check(found.id, **found.by("S001"), at=at("11-09 09:35"))


def test_a_cadre_who_settled_it_does_not_pass_it(town: CaseTown) -> None:
    found = one(town, phone="")
    cadre = cadre_here(found)
    actions.hand_over(
        found.id, **found.by("S001"), level="community", words="请社区办理", at=at("11-09 09:02")
    )
    settle(found, cadre, what=settled(MISSING))
    assert found.case.check_on_site

    with refused(errors.SamePerson):
        actions.pass_check(found.id, **found.by(cadre), at=at("11-09 09:30"))


def test_urgent_danger_is_made_safe_by_the_communitys_people_and_not_by_one_worker(
    town: CaseTown,
) -> None:
    found = one(town)
    with refused(errors.MayNotSettle):
        settle(found, worker_here(found), what=settled(MISSING))

    settle(found, cadre_here(found), what=settled(MISSING))

    assert found.case.urgent
    assert found.where() == ("disposed", "desk", town.org("street-1"))
    proved(found)


def test_what_no_condition_opens_is_settled_by_nobody(town: CaseTown) -> None:
    found = one(town)

    for number in (worker_here(found), cadre_here(found)):
        with refused(errors.MayNotSettle):
            settle(found, number, what=settled(BROKEN))


def test_proof_is_from_before_and_after_where_the_condition_asks(town: CaseTown) -> None:
    found = one(town)
    worker = worker_here(found)

    with refused(errors.SpotPhotosMissing):
        settle(found, worker, what=settled(before=0))
    with refused(errors.SpotPhotosMissing):
        settle(found, worker, what=settled(after=0))


def test_the_reporters_photo_counts_as_one_from_before(town: CaseTown) -> None:
    receipt = actions.submit_report(
        [Told(words="井盖响", place=HERE, matter="manhole", photos=[staged("me")])],
        staged_by="me",
        at=at("11-09 09:00"),
    )
    found = One(town, receipt, receipt.cases[0])

    settle(found, worker_here(found), what=settled(before=0))

    assert found.case.state == "disposed"


def test_both_accounts_are_written(town: CaseTown) -> None:
    found = one(town)
    what = Settled(RATTLING, internal="垫了", reply=" ", photos=[staged()], before=[staged()])

    with refused(errors.ReplyMissing):
        settle(found, worker_here(found), what=what)


def test_nobody_settles_on_other_ground_or_after_it_was_dispatched(town: CaseTown) -> None:
    found = one(town)
    with pytest.raises((NotFound, NotAllowed)):
        settle(found, "G008")
    worker = worker_here(found)
    found.dispatch("11-09 09:05")

    with refused(errors.StepNotOpen):
        settle(found, worker, "11-09 09:10")


def test_sent_back_it_goes_to_the_station_that_settled_it(town: CaseTown) -> None:
    found = one(town)
    worker = worker_here(found)
    settle(found, worker)

    actions.ask_rework(found.id, **found.by("S001"), words="还在响", at=at("11-09 09:30"))

    assert found.where() == ("handling", "organisation", town.viewer(worker).organisation_id)
    assert found.due("disposal") == "11-11 17:30"
    proved(found)


def test_not_solved_it_goes_to_the_station_for_another_round(town: CaseTown) -> None:
    found = one(town)
    worker = worker_here(found)
    settle(found, worker).passed("11-09 09:30")

    found.call("11-09 09:40", "no")

    assert found.where() == ("dispatched", "organisation", town.viewer(worker).organisation_id)
    assert found.case.round == 2
    proved(found)


# --- in one act ---------------------------------------------------------------------------------


def report(town: CaseTown, by: str, **changed: Any) -> Receipt:
    what: dict[str, Any] = {
        "told": Told(words="井盖响，已垫好", place=HERE, matter="manhole", photos=[staged("w")]),
        "settled": settled(before=0),
        "channel": Channel(key="field", source="field", reporter_kind="worker"),
        "client_id": "c-1",
        "staged_by": "w",
        "at": at("11-09 09:00"),
    }
    what |= changed
    return actions.report_and_settle(
        what.pop("told"), what.pop("settled"), by=town.viewer(by), **what
    )


def worker_of_ground(town: CaseTown) -> str:
    return worker_here(one(town))


def test_a_worker_reports_and_has_settled_it_in_one_act(town: CaseTown) -> None:
    worker = worker_of_ground(town)

    receipt = report(town, worker)

    found = One(town, receipt, receipt.cases[0])
    assert found.where() == ("disposed", "desk", town.org("street-1"))
    assert found.clock("check").start_at == at("11-09 09:00")
    assert Round.objects.get(case=found.id, number=1).close_type == "self_handled"
    proved(found)


def test_sent_twice_it_is_reported_and_settled_once(town: CaseTown) -> None:
    worker = worker_of_ground(town)
    told = Told(words="井盖响，已垫好", place=HERE, matter="manhole", photos=[staged("w")])
    first = report(town, worker, told=told)

    again = report(town, worker, told=told)

    assert (again.number, again.again) == (first.number, True)
    assert Case.objects.filter(id=first.cases[0]).count() == 1
    assert Submission.objects.filter(client_id="c-1").count() == 1


def test_what_may_not_be_settled_is_not_reported_by_half(town: CaseTown) -> None:
    worker = worker_of_ground(town)

    with refused(errors.MayNotSettle):
        report(town, worker, settled=settled(BROKEN))


def test_without_a_place_of_ones_own_ground_nothing_is_reported_by_half(town: CaseTown) -> None:
    worker = worker_of_ground(town)
    told = Told(words="井盖响", place=Place(), matter="manhole", photos=[staged("w")])

    with refused(errors.NotInYourHands):
        report(town, worker, told=told)


def test_a_worker_who_reported_it_alone_leaves_nobody_to_call(town: CaseTown) -> None:
    receipt = report(town, worker_of_ground(town))

    assert Case.objects.get(id=receipt.cases[0]).contactable == 0
