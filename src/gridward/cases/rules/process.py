"""Which steps a process offers, to whom, and why a step is refused.

The process is data (`catalog.definitions.Process`); these functions read it. Nothing here knows
the name of any state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from gridward.cases.rules.facts import ActorFacts, CaseFacts, Inputs
from gridward.cases.rules.guards import GUARDS
from gridward.catalog.definitions import (
    FilingCondition,
    LimitFrom,
    Milestone,
    Process,
    State,
    Step,
)

# Where somebody must stand to use a capability on a case; a closed table, like the capabilities.
POSITIONS: dict[str, str] = {
    "case.accept": "desk",
    "case.decline": "desk",
    "case.dispatch": "desk",
    "case.hand_over": "desk",
    "case.merge": "desk",
    "case.correct": "desk",
    "case.check": "desk",
    "case.callback": "desk",
    "case.close": "desk",
    "case.acknowledge": "lead",
    "case.return": "lead",
    "case.dispose": "lead",
    "case.progress": "lead",
    "case.help": "helper",
    "case.join_site": "area",
    "case.contact": "desk",
    "case.decide_return": "desk",
    "case.self_handle": "area",
    "case.self_handle_team": "area",
    "case.force_propose": "area",
    "case.force_confirm": "area",
    "case.rule": "area",
    "case.void": "area",
    "case.reopen": "area",
    "case.check_task": "task",
}
EFFECTS = frozenset(
    {
        "open_round",
        "end_round",
        "new_lead",
        "keep_lead",
        "void_lead",
        "add_helpers",
        "give_time_back",
        "half_limit",
        "start_callbacks",
        "close_case",
        "void_case",
        "hand_to_desk",
        "hand_to_chief",
        "join_master",
        "sample_check",
        "create_check_task",
        "end_check_task",
        "record_acknowledgement",
        "record_check",
        "record_disposal",
        "record_return",
        "decide_return",
        "bind_lead",
        "create_verify_task",
        "record_verification",
        "record_self_handling",
        "correct_facts",
        "recall_lead",
        "make_proposal",
        "confirm_proposal",
        "refuse_proposal",
        "close_forced",
        "put_away",
        "tell_reporter",
        "keep_informed",
        "record_decline",
        "count_objection",
        "resume_round",
        "resume_total",
        "leave_master",
        "confirm_join",
        "refuse_join",
        "keep_details",
        "count_hurry",
        "leave_case",
        "log_contact",
        "end_help",
        "change_handler",
        "record_joint_visit",
    }
)
# What a step asks for before anything was typed, so that it can be offered: guards about the
# case and the actor are judged, guards about inputs are not.
INPUT_GUARDS = frozenset(
    {
        "matter_chosen",
        "condition_chosen",
        "reason_given",
        "closed_reason",
        "one_lead",
        "may_dispatch_to",
        "grounds_given",
        "decision_given",
        "proof_given",
        "reply_given",
        "no_self_merge",
        "master_open",
        "not_restricted_words",
        "may_self_handle",
        "spot_proof_given",
        "something_corrected",
        "second_person",
        "is_confirmed_reporter",
        "others_stay",
        "join_chosen",
        "parting_tells_truth",
        "look_proved",
        "call_described",
        "colleague_chosen",
        "visit_described",
    }
)


@dataclass(frozen=True)
class Refusal:
    """Why a step is not taken: a problem's code in `cases.errors`, and the guard that said so."""

    code: str
    guard: str


def stands_at(position: str, case: CaseFacts, actor: ActorFacts) -> bool:
    """Whether the actor stands where this position is: at the desk, as the lead, over the area."""
    if position == "desk":
        return actor.organisation is not None and actor.organisation == case.desk
    if position == "lead":
        return case.lead is not None and actor.organisation == case.lead.organisation
    if position == "helper":
        return actor.organisation in case.helpers
    if position == "area":
        return (actor.area is not None and actor.area in case.chain) or (
            actor.area_level == 1 and not any(case.chain)
        )
    return actor.check_task


def may_by(step: Step, case: CaseFacts, actor: ActorFacts) -> Refusal | None:
    """Whether the actor may take this step at all, before any guard."""
    if actor.kind in ("system", "import"):
        return None
    held = False
    for name in step.by:
        if name == actor.kind or (name == "worker" and actor.kind == "post" and actor.check_task):
            return None
        if actor.may(name):
            held = True
            if stands_at(POSITIONS.get(name, "area"), case, actor):
                return None
    return Refusal("not_in_your_hands" if held else "not_allowed", "by")


def refusal(
    step: Step,
    case: CaseFacts,
    actor: ActorFacts,
    given: Inputs,
    now: datetime,
    *,
    skip: Iterable[str] = (),
) -> Refusal | None:
    """Why the actor may not take `step` now, or None.

    Judged in order: is the step open in this state, may this actor, does every guard let pass.
    """
    if step.from_ and case.state not in step.from_:
        return Refusal("step_not_open", "from")
    if (said := may_by(step, case, actor)) is not None:
        return said
    for name in step.guards:
        if name in skip:
            continue
        code = GUARDS[name](case, actor, given, now)
        if code is not None:
            return Refusal(code, name)
    return None


def steps_open_to(
    process: Process, case: CaseFacts, actor: ActorFacts, now: datetime
) -> list[Step]:
    """The steps that the actor may take now, as far as can be said before anything is typed."""
    return [
        step
        for step in process.steps_from(case.state)
        if refusal(step, case, actor, Inputs(), now, skip=INPUT_GUARDS) is None
    ]


def offers(process: Process, state: str, key: str, by: str = "") -> bool:
    """Whether the step `key` begins in `state`, and for this kind of actor when one is named."""
    return any(step.key == key and (not by or by in step.by) for step in process.steps_from(state))


def holder_kind(process: Process, state: str) -> str:
    """Who holds a case in `state`."""
    found = process.state(state)
    return "none" if found is None else found.holder


def state_of(process: Process, key: str) -> State:
    """The state, which a checked process has. Raises LookupError."""
    found = process.state(key)
    if found is None:
        raise LookupError(f"process {process.key} has no state {key}")
    return found


def limit_name(milestone: Milestone, condition: FilingCondition | None, *, urgent: bool) -> str:
    """The place in the catalogue that says a milestone's limit, for explanations and the audit."""
    if not isinstance(milestone.limit, LimitFrom):
        return f"{condition.key if condition else 'process'}.{milestone.key}"
    where, name = milestone.limit.from_.split(".", 1)
    if where == "settings":
        return f"settings.{name}.{'urgent' if urgent else 'normal'}"
    key = condition.key if condition else ""
    if name == "limit":
        return key
    if condition and condition.promise:
        return f"{key}.promise"
    # urgency that was corrected by hand changes the stages that a sum is made of
    by_hand = condition is not None and condition.urgent != urgent
    return f"{key}.sum.{'urgent' if urgent else 'normal'}" if by_hand else f"{key}.sum"
