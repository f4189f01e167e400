"""From every state there is a way to an end for every kind of reporter, without anybody's special
power: voiding, merging and closing by special approval do not count as ways."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings

from gridward.cases.rules.facts import ActorFacts, CaseFacts, Inputs, LeadFacts
from gridward.cases.rules.process import refusal
from gridward.catalog.definitions import Process, Step
from gridward.catalog.loader import compile_packs

NOW = datetime(2026, 11, 9, 2, 0, tzinfo=UTC)
DESK, UNIT, HELPER, CHECKER = (UUID(int=n) for n in range(1, 5))
REFERRAL = Path(__file__).parents[1] / "catalog" / "packs" / "referral"
# ways that need two persons, another case or a ruling that there was none
SPECIAL = {"void_case", "join_master", "force_close", "propose_close", "archive_case"}
REPORTERS = ("contactable", "not reached", "anonymous", "none")
EVERYTHING = Inputs(
    matter="m", condition="m.c", reason="r", lead=UNIT, grounds=True, decision=True, internal=True,
    reply=True, photos=1, words=True, receipt_fits=True, may_part=True, join_proposed=True,
    call="out", reached=True, colleague=True,
)  # fmt: skip


@dataclass(frozen=True)
class Here:
    """Where the search stands: the state and what of the case decides further."""

    state: str
    led: bool = False
    returns: int = 0
    unsolved: int = 0


def processes() -> list[Process]:
    packs = Path(settings.GRIDWARD_PACKS)
    found = compile_packs([packs / "base", packs / "urban-grid", REFERRAL]).processes
    return list(found)


def facts(here: Here, kind: str, *, safety: bool) -> CaseFacts:
    """A case of this reporter; “not reached” was tried as often as the policy says, “contactable”
    has answered."""
    told = kind in ("contactable", "not reached")
    return CaseFacts(
        id=UUID(int=9),
        state=here.state,
        matter="m",
        condition="m.c",
        desk=DESK,
        lead=LeadFacts(UNIT, NOW, acknowledged=True, binding=False) if here.led else None,
        helpers=frozenset({HELPER}),
        returns=here.returns,
        unsolved=here.unsolved,
        contactable=1 if told else 0,
        waiting=0,
        reports=0 if kind == "none" else 1,
        safety=safety,
        closed_at=NOW - timedelta(days=1),
        chain=(1,),
    )


def actors(process: Process, kind: str) -> list[ActorFacts]:
    """Everybody who might act: staff at every position, timers, the reporter if there is one."""
    rights = frozenset(name for step in process.steps for name in step.by)
    person = UUID(int=77)
    staff = [
        ActorFacts("post", UUID(int=50 + n), person, where, rights, area=1, area_level=1)
        for n, where in enumerate((DESK, UNIT, HELPER))
    ]
    checker = ActorFacts("post", UUID(int=60), CHECKER, DESK, frozenset(), check_task=True)
    found = [*staff, checker, ActorFacts("system")]
    if kind != "none":
        found.append(ActorFacts("reporter"))
    return found


def onward(here: Here, step: Step) -> Here:
    led = here.led or bool({"new_lead", "keep_lead", "record_self_handled"} & set(step.effects))
    return replace(
        here,
        state=step.lands_in(here.state),
        led=led,
        returns=min(2, here.returns + ("record_return" in step.effects)),
        unsolved=min(2, here.unsolved + (step.verb == "case.not_solved")),
    )


def ways_on(process: Process, here: Here, kind: str, *, safety: bool) -> list[Here]:
    case = facts(here, kind, safety=safety)
    skip = {"within_return_window", "organisation_not_returned_before"}
    return [
        onward(here, step)
        for step in process.steps_from(here.state)
        if not SPECIAL & set(step.effects)
        and fits_the_count(process, here, step)
        and any(
            refusal(step, case, actor, EVERYTHING, NOW, skip=skip) is None
            for actor in actors(process, kind)
        )
    ]


def fits_the_count(process: Process, here: Here, step: Step) -> bool:
    """Of the two ways on from “not solved”, the first time one is taken, later the other."""
    if step.verb != "case.not_solved":
        return True
    after = process.state(step.to)
    return (here.unsolved > 0) == (after is not None and after.holder == "chief")


def reached(process: Process, start: Here, kind: str, *, safety: bool) -> set[Here]:
    found, waiting = {start}, deque([start])
    while waiting:
        for there in ways_on(process, waiting.popleft(), kind, safety=safety):
            if there not in found:
                found.add(there)
                waiting.append(there)
    return found


@pytest.mark.parametrize("safety", [False, True])
@pytest.mark.parametrize("kind", REPORTERS)
def test_every_state_has_a_way_to_an_end_for_every_kind_of_reporter(
    kind: str, safety: bool
) -> None:
    for process in processes():
        ends = {state.key for state in process.states if state.group == "closed"}
        begun = Here(process.start)
        for here in reached(process, begun, kind, safety=safety):
            if here.state in ends:
                continue
            there = {each.state for each in reached(process, here, kind, safety=safety)}
            assert there & ends, f"{process.key}: {kind} is stuck at {here}"


@pytest.mark.parametrize("kind", REPORTERS)
def test_a_way_leads_to_a_result_and_not_only_to_being_declined(kind: str) -> None:
    for process in processes():
        results = {step.to for step in process.steps if {"close_case"} <= set(step.effects)} - {
            "submitted"
        }
        found = {each.state for each in reached(process, Here(process.start), kind, safety=True)}
        assert found & results, f"{process.key}: {kind}"


def test_the_search_would_find_a_state_without_a_way() -> None:
    event = next(each for each in processes() if each.key == "event")
    blocked = event.model_copy(
        update={"steps": tuple(s for s in event.steps if s.key != "callback_close")}
    )
    stuck = Here("callback_pending", led=True)

    ends = {state.key for state in event.states if state.group == "closed"}
    only = event.model_copy(
        update={"steps": tuple(s for s in blocked.steps if s.key in ("log_call", "contact"))}
    )
    assert not {each.state for each in reached(only, stuck, "not reached", safety=True)} & ends
    assert {each.state for each in reached(event, stuck, "not reached", safety=True)} & ends
