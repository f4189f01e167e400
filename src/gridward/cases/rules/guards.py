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
