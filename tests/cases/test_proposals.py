"""特批办结: one proposes, another one confirms; excluded from the figures and counted apart."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from tests.cases.stepping import One, at, one, refused
from tests.cases.walking import CaseTown, walk
from tests.town import ACTOR, LONG_AGO

from gridward.cases import actions, errors, queries
from gridward.cases.models import Case, Clock, Proposal
from gridward.cases.queries.figures import figures
from gridward.cases.queries.invariants import broken_invariants
from gridward.core.errors import NotAllowed, NotFound
from gridward.directory import actions as directory

GROUNDS, REPLY = "承办单位已撤销，问题由新建工程一并解决", "该路段将整体改造，年底前完工"
CHIEF, LEADER = "D002", "D003"


def propose(found: One, when: str = "11-09 10:00", by: str = CHIEF) -> UUID:
    actions.propose_force_close(found.id, **found.by(by), words=GROUNDS, reply=REPLY, at=at(when))
    return Proposal.objects.get(case=found.id, state="open").id


def confirm(found: One, proposal: UUID, when: str = "11-09 11:00", by: str = LEADER) -> One:
    actions.confirm_force_close(found.id, proposal, **found.by(by), at=at(when))
    return found


def proved(found: One) -> None:
    assert actions.audit_clocks(case_ids=[found.id]).faults == []
    assert {i.key: i.cases for i in broken_invariants([found.id]) if i.cases} == {}


def test_a_proposal_changes_nothing_but_that_it_waits(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")
    before = found.where()

    proposal = propose(found)

    assert found.where() == before
    assert found.case.is_open
    waiting = queries.proposals_waiting(town.viewer(LEADER), at("11-09 10:01"))
    assert [each.id for each in waiting] == [proposal]
    assert queries.proposals_waiting(town.viewer(CHIEF), at("11-09 10:01")) == []
    assert found.said("case.step_proposed")["proposal.grounds"] == GROUNDS


def test_the_reporter_reads_nothing_of_a_proposal(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")

    propose(found)

    (tracked,) = queries.track(found.receipt.number, found.receipt.code).reports
    assert tracked.reply is None
    assert "case.step_proposed" not in {told.verb for told in tracked.told}


def test_a_second_person_confirms_and_the_case_is_closed(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10").acknowledge("11-09 09:20")

    confirm(found, propose(found))

    assert (found.case.state, found.case.close_type) == ("closed", "forced")
    assert found.running() == set()
    assert set(Clock.objects.filter(case=found.id, milestone="disposal").values_list(
        "outcome", flat=True
    )) == {"void"}  # fmt: skip
    done = Proposal.objects.get(case=found.id)
    assert (done.state, done.decided_person) == ("confirmed", town.viewer(LEADER).person_id)
    (tracked,) = queries.track(found.receipt.number, found.receipt.code).reports
    assert (tracked.stage, tracked.reply) == ("closed", REPLY)
    proved(found)


@pytest.mark.parametrize(
    "state",
    ["submitted", "dispatched", "handling", "returned", "disposed", "closure_checking",
     "callback_pending"],
)  # fmt: skip
def test_every_open_state_can_be_closed_so(town: CaseTown, state: str) -> None:
    case = walk(town, state)
    chief, leader = town.viewer(CHIEF), town.viewer(LEADER)
    actions.propose_force_close(
        case.id, by=chief, version=case.version, words=GROUNDS, reply=REPLY, at=at("11-10 09:00")
    )
    proposal = Proposal.objects.get(case=case.id)
    now = Case.objects.get(id=case.id)

    actions.confirm_force_close(
        case.id, proposal.id, by=leader, version=now.version, at=at("11-10 10:00")
    )

    now = Case.objects.get(id=case.id)
    assert (now.is_open, now.close_type, now.holder_id) == (False, "forced", None)
    assert {i.key: i.cases for i in broken_invariants([case.id]) if i.cases} == {}


def test_it_is_excluded_from_what_was_closed_and_counted_apart(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")

    confirm(found, propose(found))

    counted = figures(town.viewer("D001"), at("11-09 12:00")).total
    assert (counted.closed, counted.closed_on_time, counted.forced) == (0, 0, 1)
    assert counted.on_time_percent is None


def test_whoever_proposed_does_not_confirm(town: CaseTown) -> None:

    found = one(town).dispatch("11-09 09:10")
    proposal = propose(found)
    chief = town.town.people[CHIEF]
    second = directory.give_post(
        chief,
        role="district_leader",
        organisation_id=town.org("district"),
        actor=ACTOR,
        at=LONG_AGO,
    )
    town.town.posts["D002b"] = second

    with refused(errors.SameProposer):
        confirm(found, proposal, by="D002b")


def test_the_database_itself_refuses_one_person_for_two(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")
    proposal = propose(found)

    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(id=proposal).update(
            state="confirmed",
            decided_at=at("11-09 11:00"),
            decided_person=town.viewer(CHIEF).person_id,
        )


def test_without_a_proposal_nobody_closes_so_through_any_door(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")

    with refused(errors.SecondPersonMissing):
        actions.take_step(
            found.id,
            "force_close",
            actor=actions.acting_post(town.viewer(LEADER)),
            version=found.case.version,
            at=at("11-09 11:00"),
        )


def test_a_proposal_about_another_case_confirms_nothing_here(town: CaseTown) -> None:
    found, other = one(town).dispatch("11-09 09:10"), one(town).dispatch("11-09 09:10")
    proposal = propose(other)

    with refused(errors.SecondPersonMissing):
        confirm(found, proposal)


def test_proposed_once_it_waits_and_is_not_proposed_again(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")
    propose(found)

    with refused(errors.ProposedAlready):
        actions.propose_force_close(
            found.id, **found.by(CHIEF), words=GROUNDS, reply=REPLY, at=at("11-09 10:05")
        )


def test_grounds_and_what_the_reporter_reads_are_both_needed(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")

    with refused(errors.ReasonMissing):
        actions.propose_force_close(found.id, **found.by(CHIEF), words=" ", reply=REPLY)
    with refused(errors.ProposalReplyMissing):
        actions.propose_force_close(found.id, **found.by(CHIEF), words=GROUNDS, reply="")


@pytest.mark.parametrize("number", ["S001", "M001", "D001", LEADER])
def test_only_who_may_propose_proposes(town: CaseTown, number: str) -> None:
    found = one(town).dispatch("11-09 09:10")

    with refused(NotAllowed):
        actions.propose_force_close(found.id, **found.by(number), words=GROUNDS, reply=REPLY)


@pytest.mark.parametrize("number", ["S001", "M001", "D001", CHIEF])
def test_only_who_may_confirm_confirms(town: CaseTown, number: str) -> None:
    found = one(town).dispatch("11-09 09:10")
    proposal = propose(found)

    with pytest.raises((NotAllowed, NotFound)):
        confirm(found, proposal, by=number)
    assert Proposal.objects.get(id=proposal).state == "open"


def test_a_refusal_says_why_and_the_case_goes_on(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")
    proposal = propose(found)
    with refused(errors.ReasonMissing):
        actions.refuse_force_close(
            found.id, proposal, **found.by(LEADER), words="", at=at("11-09 10:30")
        )

    actions.refuse_force_close(
        found.id, proposal, **found.by(LEADER), words="改造未立项，继续办理", at=at("11-09 11:00")
    )

    assert found.case.is_open
    assert Proposal.objects.get(id=proposal).state == "refused"
    assert found.said("case.proposal_refused") == {"proposal.decision": "改造未立项，继续办理"}
    with refused(errors.SecondPersonMissing):
        confirm(found, proposal, "11-09 11:05")
    found.acknowledge("11-09 11:10")


def test_a_proposal_nobody_decides_on_lapses_by_itself(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")
    proposal = propose(found)
    with refused(errors.SecondPersonMissing):
        confirm(found, proposal, "11-12 10:01")

    assert actions.lapse_proposals(now=at("11-12 10:01")) == 1
    assert actions.lapse_proposals(now=at("11-12 10:02")) == 0

    assert Proposal.objects.get(id=proposal).state == "lapsed"
    assert found.last("case.proposal_lapsed").actor_kind == "system"
    assert propose(found, "11-12 10:05") != proposal


def test_confirmed_twice_closes_once(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")
    proposal = propose(found)
    confirm(found, proposal)

    with refused(errors.StepNotOpen):
        confirm(found, proposal, "11-09 11:01")


def test_its_reporter_may_ask_to_redo_it(town: CaseTown) -> None:
    found = one(town).dispatch("11-09 09:10")
    confirm(found, propose(found))

    actions.reopen_as_reporter(
        found.receipt.submission, found.id, words="还在响", at=at("11-10 09:00")
    )

    assert found.where() == ("dispatched", "organisation", town.org("mun"))
    proved(found)


def test_closed_before_anybody_led_it_a_redo_goes_to_the_desk(town: CaseTown) -> None:
    found = one(town)
    confirm(found, propose(found))

    actions.reopen_as_reporter(
        found.receipt.submission, found.id, words="还在响", at=at("11-10 09:00")
    )

    assert found.where() == ("submitted", "desk", town.org("street-1"))
    assert found.running() == {"total", "accept"}
    proved(found)
