"""The closed registry of guards: each answers with a refusal's code, or None to let pass.

Packs name these; a pack never holds code. A guard that refuses names a `Problem` of
`cases.errors` by its code.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gridward.cases.rules.facts import ActorFacts, CaseFacts, Inputs

Guard = Callable[[CaseFacts, ActorFacts, Inputs, datetime], str | None]
GUARDS: dict[str, Guard] = {}


def guard(function: Guard) -> Guard:
    """Register `function` under its own name."""
    GUARDS[function.__name__] = function
    return function


@guard
def placed(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """The case stands in an area."""
    return None if case.placed else "not_placed"


@guard
def matter_chosen(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return None if given.matter or case.matter else "matter_missing"


@guard
def condition_chosen(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    return None if given.condition or case.condition else "condition_missing"


@guard
def reason_given(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return None if given.reason else "reason_missing"


@guard
def closed_reason(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """The reason is one of the pack's closed list."""
    if not given.reason:
        return "reason_missing"
    return None if given.reason_listed else "reason_unknown"


@guard
def one_lead(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return None if given.lead is not None and given.leads == 1 else "lead_missing"


@guard
def may_dispatch_to(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return None if given.lead is None or given.lead_open else "lead_not_open"


@guard
def is_lead(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    if case.lead is not None and actor.organisation == case.lead.organisation:
        return None
    return "not_in_your_hands"


@guard
def within_return_window(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    if case.lead is None:
        return "not_in_your_hands"
    if case.lead.binding:
        return "ruling_binds"
    until = case.lead.return_until
    return None if until is None or now <= until else "return_late"


@guard
def organisation_not_returned_before(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    return "returned_before" if actor.organisation in case.returned_by else None


@guard
def grounds_given(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return None if given.grounds else "grounds_missing"


@guard
def decision_given(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return None if given.decision else "decision_missing"


@guard
def plan_agreed(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """The filing condition sets a limit for a plan: only there is one given."""
    return None if "plan" in case.agreed else "no_plan_asked"


@guard
def proof_given(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return "need_photo" if case.proof == "required" and given.photos < 1 else None


@guard
def reply_given(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return None if given.internal and given.reply else "reply_missing"


@guard
def not_handler(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """Whoever handled this round, or handed in its result, does not check it."""
    return "same_person" if actor.person is not None and actor.person in case.acted else None


@guard
def has_contactable_reports(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    return None if case.contactable else "nobody_to_call"


@guard
def no_contactable_reports(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    return "reporter_waits" if case.contactable else None


@guard
def callbacks_done(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return "callbacks_open" if case.waiting else None


@guard
def within_reopen_window(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    """Reporters ask in time; a supervisor with grounds is bound by no day."""
    return None if given.within_reopen or actor.kind != "reporter" else "reopen_late"


@guard
def reopen_once(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """Reporters ask once; a supervisor with grounds may ask again."""
    return "reopened_before" if actor.kind == "reporter" and case.reopened else None


@guard
def no_self_merge(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return None if given.master_same else "cannot_join"


@guard
def master_open(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return None if given.master_open else "cannot_join"


@guard
def is_confirmed_reporter(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    if actor.kind != "reporter" or given.receipt_fits:
        return None
    return "not_the_reporter"


@guard
def chief_when_second_return(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    return None if case.returns >= 2 or case.unsolved >= 2 else "desk_decides"


@guard
def desk_when_first_return(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    return "chief_decides" if case.returns >= 2 else None


@guard
def not_restricted_words(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    """A restricted case takes no narrative and no photo."""
    return "restricted_words" if case.restricted and (given.photos or given.words) else None


@guard
def not_restricted(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """Nobody else is brought in to look at a restricted case."""
    return "stays_with_few" if case.restricted else None


@guard
def site_check_done(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """What the condition, the lack of photos or the lot sends to be looked at was looked at."""
    return "check_needed" if case.check_needed else None


@guard
def only_reporter(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """Nobody else waits for it, and a safety matter goes on without whoever told of it."""
    return "others_wait" if case.reports > 1 or case.safety else None


@guard
def others_stay(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """Without this reporter the case goes on: others wait, or it concerns safety."""
    if case.reports > 1 or case.safety or given.join_proposed:
        return None
    return "nobody_else"


# --- a review ---------------------------------------------------------------------------------


@guard
def within_object_window(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    return None if given.within_object else "object_late"


@guard
def object_once(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return "objected_before" if case.objected else None


@guard
def decided_by_another(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    """After an objection somebody else decides than the one who declined."""
    if case.objected and actor.person is not None and actor.person == case.declined_person:
        return "decided_before"
    return None


# --- joining and parting ----------------------------------------------------------------------


@guard
def join_waits(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """A neighbour's report waits to be joined."""
    return None if case.proposed else "nothing_proposed"


@guard
def join_chosen(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return None if given.join_proposed else "join_missing"


@guard
def joins_decided(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """No neighbour waits to hear whether theirs is the same problem."""
    return "joins_open" if case.proposed else None


@guard
def parting_tells_truth(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    """The master is open, and nobody who came with this case was asked about its result."""
    return None if given.may_part else "cannot_part"


# --- on the way -------------------------------------------------------------------------------


@guard
def hurry_once_a_day(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    return None if given.may_hurry else "hurried_today"


@guard
def look_proved(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """A return after a look on site comes with a photo; a restricted case takes none."""
    if given.after_look and given.photos < 1 and not case.restricted:
        return "look_photo_missing"
    return None


@guard
def call_described(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """Who called whom is said, and what was said where somebody was reached."""
    if given.call not in ("in", "out") or (given.reached and not given.words):
        return "call_missing"
    return None


@guard
def is_helper(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    return None if actor.organisation in case.helpers else "not_a_helper"


@guard
def colleague_chosen(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    return None if given.colleague else "colleague_missing"


# --- before anybody is sent ---------------------------------------------------------------------


@guard
def not_reporter(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """Whoever reported it does not verify it."""
    return "own_report" if actor.person is not None and actor.person in case.reported else None


@guard
def may_self_handle(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """The filing condition lets this actor settle it: a worker alone, or the community's people."""
    alone = "worker" in given.settled_by and actor.may("case.self_handle")
    together = "community" in given.settled_by and actor.may("case.self_handle_team")
    return None if alone or together else "may_not_settle"


@guard
def spot_proof_given(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    """Photos from before and after, as the filing condition asks."""
    if given.spot_proof == "none":
        return None
    if given.spot_proof == "before_after" and not (given.before and given.photos):
        return "spot_photos_missing"
    return None if given.photos else "spot_photo_missing"


# --- corrections, two people, putting away --------------------------------------------------------


@guard
def something_corrected(
    case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime
) -> str | None:
    return None if given.changes else "nothing_corrected"


@guard
def second_person(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """Somebody else proposed exactly this, and the proposal still holds."""
    if given.second_person == "same":
        return "same_proposer"
    return None if given.second_person == "other" else "second_person_missing"


@guard
def nothing_pending(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """Its days are over, and nothing about it can still be asked for."""
    return None if given.archive_due and not given.pending else "still_pending"


@guard
def takes_part(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """The actor's organisation leads it or helps with it."""
    lead = case.lead is not None and actor.organisation == case.lead.organisation
    return None if lead or actor.organisation in case.helpers else "not_taking_part"


@guard
def visit_described(case: CaseFacts, actor: ActorFacts, given: Inputs, now: datetime) -> str | None:
    """Who came to the place is said."""
    return None if given.came else "visit_missing"
