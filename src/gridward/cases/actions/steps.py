"""The verbs of a case: each takes one step of the case's own process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.actions.effects import EFFECTS
from gridward.cases.actions.given import Given, clean, inputs_of, within
from gridward.cases.actions.work import (
    SYSTEM,
    Acting,
    Work,
    acting_post,
    acting_reporter,
    begin,
    finish,
    keep,
    keep_words,
    running,
    stop_clock,
)
from gridward.cases.models import Answer, Case
from gridward.cases.rules import process as process_rules
from gridward.cases.rules.callback import is_tried_enough
from gridward.catalog.definitions import Step
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core import geodesy, ids, jurisdiction
from gridward.core.action import action
from gridward.core.errors import NotFound
from gridward.journal.actions import note
from gridward.tasks import actions as tasks
from gridward.tasks import queries as task_queries
from gridward.territory import queries as territory
from gridward.vault import actions as vault


@action
def take_step(
    case_id: UUID,
    key: str,
    *,
    actor: Acting,
    given: Given | None = None,
    version: int | None,
    at: datetime | None = None,
) -> Case:
    """Take the step `key` of the case's own process; returns the case as it is now.

    The step's guards are asked, its effects done in the pack's order, its clocks turned, and its
    verb noted. Raises NotFound, CaseChanged, StepNotOpen and whatever a guard refuses with;
    a refusal changes nothing and tells nobody.
    """
    given = given or Given()
    given = replace(given, words=clean(given.words))
    return _take(begin(case_id, actor, version=version, at=at), key, given)


def _take(work: Work, key: str, given: Given) -> Case:
    _follow_matter(work, given)
    step = work.taking = work.check(key, inputs_of(work, given))
    _choose(work, given)
    for name in step.effects:
        EFFECTS[name](work, given)
    if given.words and "words" not in given.memo:
        _, given.memo["words"] = keep_words(work, f"step.{key}", given.words)
    case = finish(work, step)
    if given.memo.get("accepted") and step.verb not in ("case.accepted", "case.corrected"):
        _note_accepted(work)
    note(
        step.verb,
        given.memo.get("subject", case.id),  # type: ignore[arg-type]
        actor=work.actor.ref,
        at=work.at,
        entry_id=work.entry,
        **DETAILS.get(step.verb, _no_details)(work, given, step),
    )
    return case


take_on = _take  # for verbs in files of their own that have begun with a case already


def _follow_matter(work: Work, given: Given) -> None:
    """A matter chosen at the desk brings its own process, from that process's first state on."""
    if not given.matter or given.matter == work.case.matter:
        return
    process = work.catalogue.process(work.catalogue.matter(given.matter).process)
    if process.key == work.process.key:
        return
    if work.case.state != work.process.start:
        raise errors.StepNotOpen(state=queries.state_title(work.case, work.catalogue))
    work.process = process
    work.case.process, work.case.state = process.key, process.start
    work.facts = replace(work.facts, state=process.start)


def _pin(work: Work, given: Given) -> None:
    """The case lies at this point now, and in whatever area the point lies in."""
    case = work.case
    assert given.pin is not None
    found = territory.locate(*given.pin)
    if found.area_id is None:
        raise errors.PinOutside()
    if case.lng is not None and case.lat is not None:
        given.memo["moved_m"] = round(geodesy.distance_m(case.lng, case.lat, *given.pin))
    case.lng, case.lat = given.pin
    case.area_id = case.area_id or found.area_id
    case.chain = found.chain
    case.boundary = found.boundary_version
    work.search_changed = True


def _choose(work: Work, given: Given) -> None:
    """Matter, filing condition and place as chosen with this step."""
    case, book = work.case, work.catalogue
    deepest = next((area for area in reversed(case.chain) if area is not None), None)
    if given.area is not None and {given.area} != {case.area_id, deepest}:
        ground = territory.area(given.area)
        case.area_id = case.area_id or ground.id
        case.chain = ground.chain
        case.boundary = territory.boundary_version()
        work.search_changed = True
    if given.pin is not None and given.pin != (case.lng, case.lat):
        _pin(work, given)
    if given.matter and given.matter != case.matter:
        matter = book.matter(given.matter)
        case.matter, case.group = matter.key, matter.group
        case.sensitivity = int(matter.sensitivity)
        case.safety = matter.safety
        work.search_changed = True
        if case.condition not in matter.conditions:
            case.condition = ""
    condition = given.condition
    if condition and condition != case.condition:
        if condition not in book.matter(case.matter).conditions:
            raise errors.ConditionMissing()
        case.condition = condition
        case.urgent = book.condition(condition).urgent
        given.memo["accepted"] = True
    if not case.condition and work.taking and "condition_chosen" in work.taking.guards:
        raise errors.ConditionMissing()  # the one it had went with its former matter


def _note_accepted(work: Work) -> None:
    case = work.case
    note(
        "case.accepted",
        case.id,
        actor=work.actor.ref,
        at=work.at,
        entry_id=work.accept_entry,
        matter=case.matter,
        condition=case.condition,
        edition=case.edition,
        urgent=case.urgent,
        promised=case.promised_at,
        provisional=case.promise_provisional,
    )


# --- what each verb's entry holds ---------------------------------------------------------------

Details = Callable[[Work, Given, Step], dict[str, Any]]


def _no_details(work: Work, given: Given, step: Step) -> dict[str, Any]:
    return {}


def _words(given: Given) -> str | None:
    return given.memo.get("words")  # type: ignore[return-value]


def _due(work: Work, milestone: str = "disposal") -> datetime | None:
    found = running(work, milestone)
    return found[-1].due_at if found else None


def _lead_details(work: Work) -> dict[str, Any]:
    lead = work.lead
    return {"lead": lead.organisation_id if lead else None, "due": _due(work)}


def _dispatched(work: Work, given: Given, step: Step) -> dict[str, Any]:
    lead = work.lead
    assert lead is not None
    return {
        "lead": lead.organisation_id,
        "helpers": [a.organisation_id for a in work.assignments if a.active and a.role == "co"],
        "informed": [
            a.organisation_id for a in work.assignments if a.active and a.role == "informed"
        ],
        "rule": lead.rule or "none",
        "edition": lead.edition,
        "by_rule": lead.by_rule,
        "due": _due(work),
        "acknowledge_by": _due(work, "acknowledge"),
        "provisional": any(c.provisional for c in running(work, "disposal")),
        "words": _words(given),
    }


def _redispatched(work: Work, given: Given, step: Step) -> dict[str, Any]:
    lead = work.lead
    assert lead is not None
    return {
        "lead": lead.organisation_id,
        "before": given.memo.get("before"),
        "rule": lead.rule or "none",
        "edition": lead.edition,
        "due": _due(work),
        "words": _words(given),
    }


def _corrected(work: Work, given: Given, step: Step) -> dict[str, Any]:
    """What it was and what it is, of whatever a correction may change."""
    case, was = work.case, work.was
    assert was is not None

    def deepest(chain: Sequence[int | None]) -> int | None:
        return next((area for area in reversed(chain) if area is not None), None)

    return {
        "matter": case.matter or None,
        "matter_before": was.matter or None,
        "condition": case.condition or None,
        "condition_before": was.condition or None,
        "area": deepest(case.chain),
        "area_before": deepest(was.chain),
        "urgent": case.urgent,
        "urgent_before": was.urgent,
        "sensitivity": case.sensitivity,
        "sensitivity_before": was.sensitivity,
        "desk": case.desk_id if case.desk_id != was.desk else None,
        "lead_kept": given.keep_lead,
        "boundary": case.boundary,
        "moved_m": given.memo.get("moved_m"),
        "words": _words(given),
    }


DETAILS: dict[str, Details] = {
    "case.info_asked": lambda w, g, s: {"words": _words(g)},
    "case.info_given": lambda w, g, s: {"words": _words(g)},
    "case.declined": lambda w, g, s: {"reason": g.reason, "words": _words(g)},
    "case.objected": lambda w, g, s: {"words": _words(g)},
    "case.merged": lambda w, g, s: {
        name: g.memo[name] for name in ("master", "before", "reports", "parts", "clocks")
    },
    "case.accepted": lambda w, g, s: {
        "matter": w.case.matter,
        "condition": w.case.condition,
        "edition": w.case.edition,
        "urgent": w.case.urgent,
        "promised": w.case.promised_at,
        "provisional": w.case.promise_provisional,
    },
    "case.dispatched": _dispatched,
    "case.handed_over": lambda w, g, s: {
        "desk": w.case.desk_id,
        "from_desk": g.memo["from_desk"],
        "reason": g.reason or "other",
        "words": _words(g),
    },
    "case.acknowledged": lambda w, g, s: {"organisation": w.case.lead_id},
    "case.return_asked": lambda w, g, s: {
        "organisation": w.case.lead_id,
        "suggested": g.suggested,
        "after_look": g.after_look,
        "count": g.memo["count"],
        "words": _words(g),
        "decide_by": _due(w, "decision"),
    },
    "case.redispatched": _redispatched,
    "case.return_refused": lambda w, g, s: {
        "lead": w.case.lead_id,
        "given_back_s": g.memo.get("given_back_s", 0),
        "words": _words(g),
    },
    "case.ruled": lambda w, g, s: {
        "lead": w.case.lead_id,
        "before": g.memo.get("before"),
        "due": _due(w),
        "given_back_s": g.memo.get("given_back_s", 0),
        "words": _words(g),
    },
    "case.progress_noted": lambda w, g, s: {
        "organisation": w.actor.facts.organisation,
        "words": _words(g),
    },
    "case.plan_given": lambda w, g, s: {
        "organisation": w.actor.facts.organisation,
        "words": _words(g),
    },
    "case.corrected": _corrected,
    "case.verify_asked": lambda w, g, s: {"task": g.memo["task"], "words": _words(g)},
    "case.verified": lambda w, g, s: {
        "task": g.task,
        "result": g.result,
        "photos": len(g.photos),
        "words": _words(g),
    },
    "case.self_handled": lambda w, g, s: {
        "organisation": w.case.lead_id,
        "close_type": g.memo["close_type"],
        "photos": len(g.photos),
        "before": len(g.before),
        "internal": g.memo["internal"],
        "reply": g.memo["reply"],
    },
    "case.step_proposed": lambda w, g, s: {
        "proposal": g.memo["proposal"],
        "step": g.memo["step"],
        "expires": g.memo["expires"],
        "words": _words(g),
        "reply": g.memo.get("reply"),
    },
    "case.proposal_refused": lambda w, g, s: {
        "proposal": g.memo["proposal"],
        "step": g.memo["step"],
        "words": _words(g),
    },
    "case.archived": lambda w, g, s: {
        "closed": w.case.closed_at,
        "retention": w.case.retention or None,
        "edition": w.case.retention_edition,
    },
    "case.disposed": lambda w, g, s: {
        "organisation": w.actor.facts.organisation,
        "close_type": g.memo["close_type"],
        "photos": len(g.photos),
        "internal": g.memo["internal"],
        "reply": g.memo["reply"],
    },
    "case.check_asked": lambda w, g, s: {"task": g.memo["task"]},
    "case.checked": lambda w, g, s: {
        "task": g.task,
        "result": g.result,
        "photos": len(g.photos),
        "words": _words(g),
    },
    "case.check_passed": lambda w, g, s: {"round": w.case.round},
    "case.rework_asked": lambda w, g, s: {"words": _words(g), "due": _due(w)},
    "case.not_solved": lambda w, g, s: {"round": w.case.round, **_lead_details(w)},
    "case.closed": lambda w, g, s: {
        "close_type": w.case.close_type or "resolved",
        "round": w.case.round,
        "unreached": g.memo.get("unreached", 0),
    },
    "case.reopened": lambda w, g, s: {
        "round": w.case.round,
        **_lead_details(w),
        "words": _words(g),
    },
    "case.voided": lambda w, g, s: {"reason": g.reason, "words": _words(g)},
}


# --- the desk ---------------------------------------------------------------------------------


@action
def accept_and_dispatch(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    matter: str = "",
    condition: str = "",
    area: int | None = None,
    lead: UUID | None = None,
    helpers: Sequence[UUID] = (),
    informed: Sequence[UUID] = (),
    at: datetime | None = None,
) -> Case:
    """Accept a case and dispatch it, in one act; its disposal clock starts.

    matter, condition: keys; what stands on the case stays when left empty
    lead: the organisation; exactly one. helpers and informed may be many.
    Raises NotPlaced, MatterMissing, ConditionMissing, LeadMissing, LeadNotOpen, StepNotOpen …
    """
    given = Given(
        matter=matter,
        condition=condition,
        area=area,
        lead=lead,
        helpers=tuple(helpers),
        informed=tuple(informed),
    )
    return _with_place(case_id, "accept_dispatch", by, given, version, at)


@action
def accept_case(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    matter: str = "",
    condition: str = "",
    area: int | None = None,
    at: datetime | None = None,
) -> Case:
    """Accept a case without dispatching it yet; its accept clock stops."""
    given = Given(matter=matter, condition=condition, area=area)
    return _with_place(case_id, "accept", by, given, version, at)


def _with_place(
    case_id: UUID, key: str, by: Viewer, given: Given, version: int | None, at: datetime | None
) -> Case:
    work = begin(case_id, acting_post(by), version=version, at=at)
    if given.area is not None:
        # the place is chosen with the step, so that the guard sees it placed
        work.facts = replace(work.facts, placed=True)
        # and whom the desk may give it to is asked for this place
        work.case.chain = territory.area(given.area).chain
    return _take(work, key, given)


@action
def dispatch_case(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    lead: UUID,
    helpers: Sequence[UUID] = (),
    informed: Sequence[UUID] = (),
    at: datetime | None = None,
) -> Case:
    """Dispatch an accepted case to its lead organisation."""
    given = Given(lead=lead, helpers=tuple(helpers), informed=tuple(informed))
    return take_step(
        case_id, "dispatch", actor=acting_post(by), given=given, version=version, at=at
    )


@action
def ask_for_info(
    case_id: UUID, *, by: Viewer, version: int | None, words: str, at: datetime | None = None
) -> Case:
    """Ask the reporter for details; the accept clock pauses until they come or the limit lapses."""
    given = Given(words=clean(words))
    return take_step(
        case_id, "ask_info", actor=acting_post(by), given=given, version=version, at=at
    )


@action
def decline_case(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    reason: str,
    words: str = "",
    at: datetime | None = None,
) -> Case:
    """Decline a report that is outside the remit; reason: a key of the pack's closed list."""
    given = Given(reason=reason, words=clean(words))
    return take_step(case_id, "decline", actor=acting_post(by), given=given, version=version, at=at)


@action
def merge_case(
    case_id: UUID, *, by: Viewer, version: int | None, master: UUID, at: datetime | None = None
) -> Case:
    """Join a case with another open one of the same matter; its reports follow the master.

    Both cases are locked in the order of their ids. Raises NotFound for a master that the viewer
    may not see.
    """
    queries.lock_cases([case_id, master])
    queries.case_for(by, master)
    given = Given(master=master)
    return take_step(case_id, "merge", actor=acting_post(by), given=given, version=version, at=at)


@action
def hand_over(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    desk: UUID | None = None,
    level: str = "",
    words: str,
    at: datetime | None = None,
) -> Case:
    """Hand a case to another desk: down to the community, up to the street or the district, aside.

    level: community, street or district, for the desk of that level at the case's place; or
    desk: the id of another desk. Raises NoDesk, ReasonMissing.
    """
    said = clean(words)
    if not said:
        raise errors.ReasonMissing()
    actor = acting_post(by)
    work = begin(case_id, actor, version=version, at=at)
    target = desk
    if target is None:
        target = queries.desk_of_level(work.case, level)
    if target is None or target == work.case.desk_id or not queries.is_desk(target):
        raise errors.NoDesk()
    reason = f"to_{level}" if level else "to_other"
    return _take(work, "hand_over", Given(desk=target, reason=reason, words=said))


# --- the lead ---------------------------------------------------------------------------------


@action
def acknowledge_case(
    case_id: UUID, *, by: Viewer, version: int | None, at: datetime | None = None
) -> Case:
    """The lead takes the work up; the acknowledge clock stops, the disposal clock runs on."""
    return take_step(case_id, "acknowledge", actor=acting_post(by), version=version, at=at)


@action
def return_case(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    words: str,
    suggested: UUID | None = None,
    after_look: bool = False,
    photos: Sequence[UUID] = (),
    at: datetime | None = None,
) -> Case:
    """The lead asks to give the case back, once, with grounds; the decision clock starts."""
    given = Given(
        words=clean(words), suggested=suggested, after_look=after_look, photos=tuple(photos)
    )
    return take_step(case_id, "return", actor=acting_post(by), given=given, version=version, at=at)


@action
def redispatch_case(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    lead: UUID,
    words: str,
    at: datetime | None = None,
) -> Case:
    """Grant a return: another organisation leads and gets its full time."""
    given = Given(lead=lead, words=clean(words))
    return take_step(
        case_id, "redispatch", actor=acting_post(by), given=given, version=version, at=at
    )


@action
def refuse_return(
    case_id: UUID, *, by: Viewer, version: int | None, words: str, at: datetime | None = None
) -> Case:
    """Refuse a return: the organisation handles it, and gets back what the decision was late."""
    given = Given(words=clean(words))
    return take_step(case_id, "uphold", actor=acting_post(by), given=given, version=version, at=at)


@action
def rule_case(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    lead: UUID,
    words: str,
    at: datetime | None = None,
) -> Case:
    """The duty chief says who handles it; that binds."""
    given = Given(lead=lead, words=clean(words))
    return take_step(case_id, "rule", actor=acting_post(by), given=given, version=version, at=at)


@action
def add_progress(
    case_id: UUID, *, by: Viewer, version: int | None, words: str, at: datetime | None = None
) -> Case:
    """Write a progress note that the reporter can read."""
    given = Given(words=clean(words))
    return take_step(
        case_id, "progress", actor=acting_post(by), given=given, version=version, at=at
    )


@action
def give_plan(
    case_id: UUID, *, by: Viewer, version: int | None, words: str, at: datetime | None = None
) -> Case:
    """The lead says how and by when it means to solve it; the reporter reads it, and the clock for
    a plan stops. Raises NoPlanAsked where the filing condition sets no limit for one."""
    given = Given(words=clean(words))
    return take_step(
        case_id, "give_plan", actor=acting_post(by), given=given, version=version, at=at
    )


@action
def dispose_case(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    internal: str,
    reply: str,
    close_type: str = "resolved",
    photos: Sequence[UUID] = (),
    at: datetime | None = None,
) -> Case:
    """Report the result: what was done, the reply to the reporter, the proof; disposal stops."""
    given = Given(
        internal=clean(internal), reply=clean(reply), close_type=close_type, photos=tuple(photos)
    )
    return take_step(case_id, "dispose", actor=acting_post(by), given=given, version=version, at=at)


# --- the check --------------------------------------------------------------------------------


@action
def send_to_check(
    case_id: UUID, *, by: Viewer, version: int | None, at: datetime | None = None
) -> Case:
    """Have a grid worker of the place look on site."""
    return take_step(case_id, "send_to_check", actor=acting_post(by), version=version, at=at)


@action
def answer_check(
    task_id: UUID,
    *,
    by: Viewer,
    version: int,
    result: str,
    words: str = "",
    photos: Sequence[UUID] = (),
    at: datetime | None = None,
) -> Case:
    """A grid worker hands in what was found on site; the desk decides on it.

    version: the task's; result: passed, not_passed or unable, the latter two with words.
    """
    card = task_queries.task_for(by, task_id)
    work = begin(card.subject_id, acting_post(by, check_task=True), version=None, at=at)
    said = clean(words)
    if said and work.case.vault_subject is None:
        work.case.vault_subject = vault.new_subject()
    tasks.hand_in(
        by,
        task_id,
        version=version,
        result=result,
        words=said,
        key_subject=work.case.vault_subject,
        at=work.at,
    )
    given = Given(result=result, words=said, photos=tuple(photos), task=task_id)
    return _take(work, "check_done", given)


@action
def pass_check(
    case_id: UUID, *, by: Viewer, version: int | None, at: datetime | None = None
) -> Case:
    """The result stands: on to call-back where a reporter can be reached, else closed."""
    work = begin(case_id, acting_post(by), version=version, at=at)
    key = "pass_to_callback" if work.facts.contactable else "pass_close"
    return _take(work, key, Given())


@action
def ask_rework(
    case_id: UUID, *, by: Viewer, version: int | None, words: str, at: datetime | None = None
) -> Case:
    """Send a result back to be redone: half the original limit, never less than was left."""
    given = Given(words=clean(words))
    return take_step(case_id, "rework", actor=acting_post(by), given=given, version=version, at=at)


# --- the call-back ----------------------------------------------------------------------------


@action
def log_call(
    case_id: UUID,
    report_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    reached: bool,
    answer: str = "",
    rating: int | None = None,
    words: str = "",
    at: datetime | None = None,
) -> Case:
    """Log a call-back: not reached, or what the reporter said.

    answer: solved, partly or no; words: what they said beside it. When nobody is left to ask the
    case closes; on a “no” a new round begins with the same lead, who reads the words.
    """
    work = begin(case_id, acting_post(by), version=version, at=at)
    return call_logged(work, report_id, reached, answer, rating, "call", clean(words))


def call_logged(
    work: Work,
    report_id: UUID,
    reached: bool,
    answer: str,
    rating: int | None,
    via: str,
    words: str = "",
) -> Case:
    """A call-back is logged on a case that was begun. via: call, or visit for one in person."""
    case_id = work.case.id
    work.check("log_call", inputs_of(work, Given()))
    asked = queries.lock_answer(report_id, work.case)
    if asked.report.case_id != case_id:
        raise NotFound()
    if asked.last_attempt_at is None or _local_day(asked.last_attempt_at) != _local_day(work.at):
        asked.attempt_days += 1
    asked.attempts += 1
    asked.last_attempt_at = work.at
    note(
        "report.called",
        report_id,
        actor=work.actor.ref,
        at=work.at,
        case=case_id,
        round=work.case.round,
        attempt=asked.attempts,
        reached=reached,
    )
    if reached:
        _answer(work, asked, answer, rating, via, words)
    asked.save()
    return _after_answer(work, Given())


def _local_day(at: datetime) -> date:
    return at.astimezone(jurisdiction.current().tz).date()


@action
def answer_as_reporter(
    submission_id: UUID,
    case_id: UUID,
    *,
    answer: str,
    rating: int | None = None,
    version: int | None = None,
    via: str = "page",
    at: datetime | None = None,
) -> Case:
    """The reporter says whether it is solved; counts like an answered call.

    via: page, or sms where they replied to a message
    """
    work = begin(case_id, acting_reporter(submission_id), version=version, at=at)
    report = queries.report_of(submission_id, case_id)
    if process_rules.holder_kind(work.process, work.case.state) != "caller":
        raise errors.StepNotOpen(state=queries.state_title(work.case, work.catalogue))
    asked = queries.lock_answer(report.id, work.case, make=True, at=work.at)
    _answer(work, asked, answer, rating, via)
    asked.save()
    return _after_answer(work, Given(receipt_fits=True))


def _answer(
    work: Work, asked: Answer, answer: str, rating: int | None, via: str, words: str = ""
) -> None:
    if answer not in ("solved", "partly", "no"):
        raise errors.ReasonUnknown()
    asked.answer = answer
    asked.answered_at = work.at
    asked.via = via
    asked.rating = rating
    asked.rated_at = work.at if rating is not None else None
    entry = ids.new_id()
    kept = keep_words(work, "step.log_call", words, entry)[1] if words else None
    note(
        "report.answered",
        asked.report_id,
        actor=work.actor.ref,
        at=work.at,
        case=work.case.id,
        round=work.case.round,
        answer=answer,
        rating=rating,
        words=kept,
        entry_id=entry,
    )


def _after_answer(work: Work, given: Given) -> Case:
    """Go on when every reporter has been heard: a “no” begins a new round, else the case closes."""
    settings = work.catalogue.settings
    answers = queries.answers_of(work.case.id, work.case.round)
    if any(each.answer == "no" for each in answers):
        work.case.unsolved += 1
        # the first time the same lead tries again; from the second on it goes one level up
        again = "not_solved_again"
        up = work.case.unsolved > 1 and work.process.step(again) is not None
        return _system_step(work, again if up else "not_solved", given)
    waiting = [
        each
        for each in answers
        if not each.answer
        and not is_tried_enough(
            each.attempts, each.attempt_days, settings.callback_attempts, settings.callback_days
        )
    ]
    if waiting:
        calling = {each.report_id for each in waiting}
        for clock in work.clocks:
            if clock.owner_kind == "report" and clock.owner_id not in calling:
                stop_clock(work, clock)
        return keep(work)
    given.memo["unreached"] = sum(not each.answer for each in answers)
    return _system_step(work, "callback_close", given)


def _system_step(work: Work, key: str, given: Given) -> Case:
    """A step that follows from an answer: the rules have judged the answer, not a capability."""
    unreached = given.memo.get("unreached", 0)
    work.entry = ids.new_id()  # after the entries of the answer, which it follows from
    actor = work.actor
    work.actor = replace(actor, facts=replace(actor.facts, kind="system"))
    work.facts = queries.facts_of(work.case, work.assignments, work.catalogue)
    step = work.check(key, inputs_of(work, given))
    for name in step.effects:
        EFFECTS[name](work, given)
    case = finish(work, step)
    given.memo["unreached"] = unreached
    note(
        step.verb,
        case.id,
        actor=actor.ref,
        at=work.at,
        entry_id=work.entry,
        **DETAILS.get(step.verb, _no_details)(work, given, step),
    )
    return case


# --- reopening, voiding, timers -----------------------------------------------------------------


@action
def reopen_as_reporter(
    submission_id: UUID,
    case_id: UUID,
    *,
    words: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> Case:
    """The reporter asks to redo a closed case, once, within the days that the pack allows."""
    queries.report_of(submission_id, case_id)
    work = begin(case_id, acting_reporter(submission_id), version=version, at=at)
    work.case.reopened += 1
    given = Given(words=clean(words), receipt_fits=True, reason="redo")
    return _take(work, _reopening(work.case), given)


@action
def reopen_case(
    case_id: UUID, *, by: Viewer, version: int | None, words: str, at: datetime | None = None
) -> Case:
    """A supervisor reopens a closed case with grounds; the reporter's own once stays theirs."""
    given = Given(words=clean(words))
    key = _reopening(queries.lock_case(case_id))
    return take_step(case_id, key, actor=acting_post(by), given=given, version=version, at=at)


def _reopening(case: Case) -> str:
    """Back to the organisation that led last; to the desk where none ever did."""
    known = queries.book_of(case).process(case.process).step("reopen_to_desk") is not None
    return "reopen_to_desk" if known and queries.last_lead(case.id) is None else "reopen"


@action
def void_case(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    reason: str,
    words: str = "",
    at: datetime | None = None,
) -> Case:
    """The duty chief voids a case that is none: a test, or a place outside the district."""
    given = Given(reason=reason, words=clean(words))
    return take_step(case_id, "void", actor=acting_post(by), given=given, version=version, at=at)


@action
def info_lapsed(case_id: UUID, *, at: datetime | None = None) -> Case:
    """Nobody gave details in time: the case goes back to be accepted as it is."""
    return take_step(case_id, "info_lapsed", actor=SYSTEM, version=None, at=at)


@action
def rate_as_reporter(
    submission_id: UUID, case_id: UUID, *, rating: int, at: datetime | None = None
) -> Case:
    """The reporter rates a closed case, five levels (5 very satisfied), once a round.

    Raises StepNotOpen when it is not closed or the days for rating have passed.
    """
    moment = at or wall.now()
    case = queries.lock_case(case_id)
    report = queries.report_of(submission_id, case_id)
    book = catalogue(case.edition)
    rated = not case.is_open and case.close_type not in ("", "withdrawn")
    if not rated or not within(case.closed_at, moment, book.settings.rating_days):
        raise errors.StepNotOpen(state=queries.state_title(case, book))
    if not 1 <= rating <= 5:
        raise errors.ReasonUnknown()
    asked = queries.lock_answer(report.id, case, make=True, at=moment)
    asked.rating, asked.rated_at = rating, moment
    asked.save(update_fields=["rating", "rated_at"])
    note(
        "report.answered",
        report.id,
        actor=acting_reporter(submission_id).ref,
        at=moment,
        case=case.id,
        round=case.round,
        answer=asked.answer or "rated",
        rating=rating,
    )
    return case
