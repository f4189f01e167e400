"""One step on one locked case: what changes is gathered here and written once, at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.models import Assignment, Case, Clock, ClockPause, Hand, Round
from gridward.cases.rules import clocks as clock_rules
from gridward.cases.rules import process as process_rules
from gridward.cases.rules.facts import ActorFacts, CaseFacts, Inputs
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import FilingCondition, Milestone, Process, State, Step
from gridward.catalog.queries import catalogue
from gridward.catalog.worktime import Limit
from gridward.core import clock as wall
from gridward.core import db
from gridward.core.errors import NotFound
from gridward.core.ids import new_id
from gridward.journal.actions import note
from gridward.journal.rules import ActorRef
from gridward.vault import actions as vault

END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Acting:
    """Who takes a step: for the journal, for the rules and for people."""

    ref: ActorRef
    facts: ActorFacts
    name: str = ""
    viewer: Viewer | None = None

    @property
    def post(self) -> UUID | None:
        return self.facts.post


def acting_post(viewer: Viewer, *, check_task: bool = False) -> Acting:
    """Somebody in one of their posts."""
    return Acting(
        ref=ActorRef("post", str(viewer.post_id)),
        facts=ActorFacts(
            kind="post",
            post=viewer.post_id,
            person=viewer.person_id,
            organisation=viewer.organisation_id,
            capabilities=viewer.capabilities,
            area=viewer.area_id,
            area_level=viewer.area_level,
            check_task=check_task,
        ),
        name=viewer.person_name,
        viewer=None if check_task else viewer,  # a task was fetched, and so authorised, before
    )


def acting_reporter(submission: UUID) -> Acting:
    """A reporter who showed a receipt and its code."""
    return Acting(ActorRef("reporter", str(submission)), ActorFacts(kind="reporter"))


SYSTEM = Acting(ActorRef("system", "timer"), ActorFacts(kind="system"))


@dataclass(frozen=True)
class Was:
    """What a correction may change, as it stood when the case was locked."""

    matter: str
    condition: str
    chain: tuple[int | None, ...]
    urgent: bool
    sensitivity: int
    desk: UUID

    @classmethod
    def of(cls, case: Case) -> Was:
        """The case as it stands now."""
        return cls(
            case.matter, case.condition, case.chain, case.urgent, case.sensitivity, case.desk_id
        )


@dataclass
class Work:
    """A locked case with everything the step may change. Nothing is written before `finish`."""

    case: Case
    actor: Acting
    at: datetime
    catalogue: Catalogue
    process: Process
    assignments: list[Assignment]
    clocks: list[Clock]
    facts: CaseFacts
    new_clocks: list[Clock] = field(default_factory=list)
    new_pauses: list[ClockPause] = field(default_factory=list)
    changed_clocks: dict[UUID, Clock] = field(default_factory=dict)
    changed_pauses: dict[UUID, ClockPause] = field(default_factory=dict)
    new_assignments: list[Assignment] = field(default_factory=list)
    changed_assignments: dict[UUID, Assignment] = field(default_factory=dict)
    called_reports: list[UUID] = field(default_factory=list)
    disposal_after: Clock | None = None
    accept_entry: UUID = field(default_factory=new_id)
    entry: UUID = field(default_factory=new_id)
    to_chief: bool = False
    back_to: str = ""
    is_quiet: bool = False
    search_changed: bool = False
    taking: Step | None = None
    was: Was | None = None

    @property
    def condition(self) -> FilingCondition | None:
        key = self.case.condition
        return self.catalogue.condition(key) if key else None

    @property
    def lead(self) -> Assignment | None:
        for each in self.assignments:
            if each.role == "lead" and each.active:
                return each
        return None

    def step(self, key: str) -> Step:
        """The process's step of this key. Raises UnknownStep."""
        found = self.process.step(key)
        if found is None:
            raise errors.UnknownStep()
        return found

    def check(self, key: str, given: Inputs) -> Step:
        """The step, when it may be taken now. Raises the refusal's Problem."""
        step = self.step(key)
        said = process_rules.refusal(step, self.facts, self.actor.facts, given, self.at)
        if said is not None:
            raise problem(said.code, self.process, self.case.state)
        return step


def problem(code: str, process: Process, state: str) -> Exception:
    """The Problem that a refusal's code stands for."""
    if code == "not_allowed":
        from gridward.core.errors import NotAllowed

        return NotAllowed()
    kind = errors.REFUSALS[code]
    if kind is errors.StepNotOpen:
        return kind(state=process_rules.state_of(process, state).title)
    return kind()


def begin(
    case_id: UUID,
    actor: Acting,
    *,
    version: int | None,
    at: datetime | None,
) -> Work:
    """Lock a case and gather what its step may need; 4 statements, one more with waiting reports.

    version: what the form was made from; None when no form was (timer, replay)
    Raises NotFound, CaseChanged.
    """
    case = queries.lock_case(case_id)
    if actor.viewer is not None and not queries.may_act_on(actor.viewer, case):
        raise NotFound()
    if version is not None and version != case.version:
        name, when = queries.last_actor(case)
        raise errors.CaseChanged(name=name, time=when)
    book = catalogue(case.edition)
    process = book.process(case.process)
    assignments = queries.active_assignments(case.id)
    clocks = queries.running_clocks(case.id)
    facts = queries.facts_of(case, assignments, book)
    return Work(
        case=case,
        actor=actor,
        at=at or wall.now(),
        catalogue=book,
        process=process,
        assignments=assignments,
        clocks=clocks,
        facts=facts,
        was=Was.of(case),
    )


# --- words ------------------------------------------------------------------------------------


def keep_words(work: Work, kind: str, text: str, entry: UUID | None = None) -> tuple[UUID, str]:
    """Put a member of staff's or a reporter's words under the case's key; id and commitment.

    entry: with which they are read; without it that of the step
    """
    if work.case.vault_subject is None:
        work.case.vault_subject = vault.new_subject()
    (kept,) = vault.seal_texts([(work.case.vault_subject, kind, text, entry or work.entry)])
    return kept.id, kept.commitment


# --- assignments ------------------------------------------------------------------------------


def end_lead(work: Work, reason: str, *, void: bool) -> Assignment | None:
    """The lead's part ends; with `void` its running clocks count for nobody."""
    lead = work.lead
    if lead is None:
        return None
    lead.active = False
    lead.ended_at = work.at
    lead.end_reason = reason
    lead.version += 1
    work.changed_assignments[lead.id] = lead
    if void:
        for clock in work.clocks:
            if clock.owner_id == lead.id and clock.stopped_at is None:
                stop_clock(work, clock, outcome="void")
    return lead


def add_assignment(
    work: Work,
    organisation: UUID,
    role: str,
    *,
    rule: str = "",
    by_rule: bool = False,
    binding: bool = False,
    edition: int,
) -> Assignment:
    """A new part for an organisation in this round."""
    made = Assignment(
        id=new_id(),
        case=work.case,
        round=work.case.round,
        organisation_id=organisation,
        role=role,
        rule=rule,
        by_rule=by_rule,
        binding=binding,
        edition=edition,
        dispatched_at=work.at,
        dispatched_by=work.actor.post,
    )
    work.new_assignments.append(made)
    work.assignments.append(made)
    if role == "lead":
        work.case.lead_id = organisation
        work.search_changed = True
        condition = work.condition
        if condition is not None and not binding:
            settings = work.catalogue.settings
            made.return_until = clock_rules.return_until(
                work.at,
                condition.limit,
                settings.return_window.of(urgent=work.case.urgent),
                settings.return_fraction,
                work.catalogue.hours("desk"),
            )
    return made


# --- clocks -----------------------------------------------------------------------------------


def start_clock(
    work: Work,
    milestone: Milestone,
    owner_kind: str,
    owner_id: UUID,
    *,
    limits: tuple[Limit, ...] | None = None,
    basis: str = "rule",
    after: Clock | None = None,
) -> Clock:
    """A new running clock; without a known limit it waits (`pending`) for the condition."""
    condition = work.condition
    agreed = limits or work.catalogue.limits(
        milestone, condition.key if condition else None, urgent=work.case.urgent
    )
    made = Clock(
        id=new_id(),
        case=work.case,
        milestone=milestone.key,
        owner_kind=owner_kind,
        owner_id=owner_id,
        round=work.case.round,
        start_at=work.at,
        basis=basis if agreed else "pending",
        edition=work.catalogue.number,
        after=after,
    )
    set_limit(work, made, milestone, agreed)
    work.new_clocks.append(made)
    work.clocks.append(made)
    return made


def set_limit(
    work: Work, clock: Clock, milestone: Milestone, limits: tuple[Limit, ...] | None
) -> None:
    """Give a clock its limit and work out its times from its own start."""
    if limits is None:
        return
    calendar = work.catalogue.hours(milestone.hours)
    clock.limits = [[each.amount, str(each.unit)] for each in limits]
    clock.rule = process_rules.limit_name(milestone, work.condition, urgent=work.case.urgent)
    clock.calendar = calendar.key
    clock.calendar_digest = calendar.digest
    if clock.basis == "pending":
        clock.basis = "rule"
    retime(work, clock)


def retime(work: Work, clock: Clock) -> None:
    """Work a clock's times out again from its start, its limits, its calendar and its pauses."""
    if not clock.limits:
        return
    times = queries.timing_of(clock, queries.calendar_of(clock), pauses_of(work, clock))
    clock.due_at, clock.warn_at, clock.urgent_at = times.due, times.warn, times.urgent
    clock.provisional = times.provisional
    clock.look_at = None
    if clock.swept > 2 and times.due > work.at:  # it was overdue and is not any more
        clock.swept = clock_rules.passed(times.warn, times.urgent, times.due, work.at)
    if clock.stopped_at is None and clock.paused_at is None:
        clock.look_at = clock_rules.next_look(times.warn, times.urgent, times.due, clock.swept)


def pauses_of(work: Work, clock: Clock) -> list[ClockPause]:
    """Every pause of a clock, stored or about to be, in order of time."""
    cached = getattr(clock, "_pauses", None)
    if cached is None:
        stored = [] if clock._state.adding else list(clock.pauses.order_by("since"))
        cached = clock._pauses = stored  # type: ignore[attr-defined]
    return list(cached)


def add_pause(
    work: Work, clock: Clock, since: datetime, until: datetime | None, reason: str
) -> None:
    """Time that does not count for this clock."""
    pause = ClockPause(id=new_id(), clock=clock, since=since, until=until, reason=reason)
    clock._pauses = [*pauses_of(work, clock), pause]  # type: ignore[attr-defined]
    work.new_pauses.append(pause)
    if until is None:
        clock.paused_at = since
        clock.look_at = None
    touch(work, clock)


def end_pause(work: Work, clock: Clock) -> None:
    """The clock runs on; its due time moves by what it stood still."""
    for pause in pauses_of(work, clock):
        if pause.until is None:
            pause.until = max(work.at, pause.since)
            if not pause._state.adding:
                work.changed_pauses[pause.id] = pause
    clock.paused_at = None
    before = clock.due_at
    retime(work, clock)
    touch(work, clock)
    note_moved(work, clock, before, "resumed")


def note_moved(work: Work, clock: Clock, before: datetime | None, cause: str) -> None:
    """Every change of a due time is an entry of its own."""
    if before != clock.due_at:
        note(
            "clock.recomputed",
            clock.id,
            actor=work.actor.ref,
            at=work.at,
            case=work.case.id,
            cause=cause,
            before=before,
            after=clock.due_at,
        )


def stop_clock(work: Work, clock: Clock, *, outcome: str | None = None) -> None:
    """The clock stops: met, late, or void."""
    if clock.paused_at is not None:
        end_pause(work, clock)
    clock.stopped_at = work.at
    clock.look_at = None
    if outcome is None:
        late = clock.due_at is not None and work.at > clock.due_at
        outcome = "late" if late else "met"
    clock.outcome = outcome
    touch(work, clock)


def touch(work: Work, clock: Clock) -> None:
    if not clock._state.adding:
        work.changed_clocks[clock.id] = clock


def running(work: Work, milestone: str) -> list[Clock]:
    """The running clocks of a milestone."""
    return [c for c in work.clocks if c.milestone == milestone and c.stopped_at is None]


def _owners(work: Work, milestone: Milestone) -> list[tuple[str, UUID]]:
    if milestone.owner == "assignment":
        lead = work.lead
        return [("assignment", lead.id)] if lead is not None else []
    if milestone.owner == "report":
        return [("report", each) for each in work.called_reports]
    if milestone.owner == "task":
        task = work.case.check_task
        return [("task", task)] if task is not None else []
    return [("case", work.case.id)]


def _turn_clocks(work: Work, step: Step, before: str, after: State) -> None:
    """Stop, start, pause and resume what the process says for this step."""
    condition = work.condition
    milestones = work.catalogue.milestones(work.process.key, condition.key if condition else None)
    outcome = "void" if _counts_for_nobody(work, step, after) else None
    for milestone in milestones:
        if step.key in milestone.stops:
            for clock in running(work, milestone.key):
                stop_clock(work, clock, outcome=outcome)
        if step.key in milestone.starts:
            _start(work, milestone)
        if milestone.pauses_in:
            _pause(work, milestone, before in milestone.pauses_in, after.key in milestone.pauses_in)
        if condition is not None:
            for clock in running(work, milestone.key):
                if clock.basis == "pending":
                    agreed = work.catalogue.limits(
                        milestone, condition.key, urgent=work.case.urgent
                    )
                    set_limit(work, clock, milestone, agreed)
                    touch(work, clock)
                    note_moved(work, clock, None, "condition")
    if after.group != "open":
        for clock in work.clocks:
            if clock.stopped_at is None:
                stop_clock(work, clock, outcome=outcome)


def _counts_for_nobody(work: Work, step: Step, after: State) -> bool:
    """Whether the case ends without a result: void, joined to another, withdrawn, forced."""
    ends = {"void_case", "join_master"} & set(step.effects)
    return after.group != "open" and (bool(ends) or work.case.close_type in ("withdrawn", "forced"))


def _start(work: Work, milestone: Milestone) -> None:
    for owner_kind, owner_id in _owners(work, milestone):
        same = [c for c in running(work, milestone.key) if c.owner_id == owner_id]
        if same and milestone.restart == "keep":
            continue
        for clock in same:
            stop_clock(work, clock)
        after = work.disposal_after
        if after is not None and milestone.key == after.milestone:
            settings = work.catalogue.settings
            key = work.condition.key if work.condition else None
            # half of what was agreed at first, also when it is the second rework
            agreed = work.catalogue.limits(milestone, key, urgent=work.case.urgent) or ()
            start_clock(
                work,
                milestone,
                owner_kind,
                owner_id,
                limits=(
                    clock_rules.half(agreed[-1], settings.rework_fraction, settings.rework_minimum),
                ),
                basis="rework",
                after=after,
            )
        else:
            start_clock(work, milestone, owner_kind, owner_id)


def _pause(work: Work, milestone: Milestone, was: bool, now_in: bool) -> None:
    for clock in running(work, milestone.key):
        if now_in and clock.paused_at is None:
            add_pause(work, clock, work.at, None, "waiting")
        elif was and not now_in and clock.paused_at is not None:
            end_pause(work, clock)


# --- the end of a step ------------------------------------------------------------------------


def move(work: Work, step: Step) -> None:
    """Take the case where the step leads: state, clocks, holder and the one clock on the holder."""
    case = work.case
    before = case.state
    after = process_rules.state_of(work.process, work.back_to or step.lands_in(before))
    case.state = after.key
    was_open = case.is_open
    case.is_open = after.group == "open"
    if not case.is_open and was_open:
        case.closed_at, case.word_by = work.at, None
    if case.is_open and not was_open:
        case.closed_at = None
        case.close_type = ""
    work.search_changed = work.search_changed or was_open != case.is_open
    _turn_clocks(work, step, before, after)
    hold(case, "chief" if work.to_chief and after.holder == "desk" else after.holder)


def hold(case: Case, kind: str) -> None:
    """Set who holds the case: every open state has a holder."""
    case.holder_kind = kind
    if kind == "chief":
        # the duty chief sits at the centre, and finds it there among what waits
        case.holder_id = queries.desk_of_level(case, "district") or case.desk_id
    elif kind == "none":
        case.holder_id = None
    elif kind == "organisation":
        case.holder_id = case.lead_id
    else:
        case.holder_id = case.desk_id


def show_clock(case: Case, clocks: Iterable[Clock]) -> None:
    """Copy onto the case the one clock that runs on its holder, and the promised date."""
    live = [c for c in clocks if c.stopped_at is None and c.due_at is not None]
    promise = [c for c in clocks if c.milestone == "total"]
    if promise:
        newest = max(promise, key=lambda c: (c.round, c.start_at))
        case.promised_at = newest.due_at
        case.promise_provisional = newest.provisional
    own = [c for c in live if c.milestone != "total" and c.paused_at is None] or [
        c for c in live if c.milestone == "total"
    ]
    shown = min(own, key=lambda c: c.due_at or END_OF_TIME) if own and case.is_open else None
    case.due_at = shown.due_at if shown else None
    case.due_milestone = shown.milestone if shown else ""
    case.due_warn_at = shown.warn_at if shown else None
    case.due_urgent_at = shown.urgent_at if shown else None
    case.due_order = case.due_at or END_OF_TIME


ASSIGNMENT_FIELDS = [
    "active",
    "binding",
    "acknowledged_at",
    "acknowledged_by",
    "handler_person",
    "earlier_handlers",
    "done_at",
    "ended_at",
    "end_reason",
    "return_until",
    "by_rule",
    "version",
]
CLOCK_FIELDS = [
    "due_at",
    "warn_at",
    "urgent_at",
    "stopped_at",
    "paused_at",
    "outcome",
    "limits",
    "basis",
    "rule",
    "edition",
    "calendar",
    "calendar_digest",
    "provisional",
    "corrected",
    "swept",
    "look_at",
]


def finish(work: Work, step: Step) -> Case:
    """Move the case and write everything that changed, each table at most twice."""
    move(work, step)
    if not work.case.is_open and work.case.reports_proposed:
        from gridward.cases.actions.submit import release_proposed

        release_proposed(work)
    return keep(work)


def keep(work: Work) -> Case:
    """Write everything that changed; the case shows the clock that runs on its holder."""
    case = work.case
    show_clock(case, work.clocks)
    if not work.is_quiet:
        case.version += 1
    if work.changed_assignments:
        changed = sorted(work.changed_assignments.values(), key=lambda a: a.id)
        stored = [each for each in changed if not each._state.adding]
        db.update_many(Assignment, stored, ASSIGNMENT_FIELDS)
    db.insert_many(Assignment, work.new_assignments)
    db.update_many(Clock, list(work.changed_clocks.values()), CLOCK_FIELDS)
    db.insert_many(Clock, work.new_clocks)
    db.update_many(ClockPause, list(work.changed_pauses.values()), ["until"])
    db.insert_many(ClockPause, work.new_pauses)
    if work.actor.facts.kind == "post":
        case.news_at = None  # somebody of the staff was here: what the reporter added was seen
    db.update_many(Case, [case])
    if work.actor.post is not None:
        keep_hand([case.id], work.actor.post, work.at)
    if work.search_changed:
        queries.refresh_search(case, work.catalogue)
    return case


def keep_hand(cases: Sequence[UUID], post: UUID, at: datetime) -> None:
    """Keep that a post had these cases in hand, for what it passed on; one statement."""
    Hand.objects.bulk_create(
        [Hand(case_id=case, post=post, acted_at=at) for case in cases],
        update_conflicts=True,
        unique_fields=["case", "post"],
        update_fields=["acted_at"],
    )


def resume_clocks(work: Work, ids: Iterable[UUID], cause: str, *, give_back: bool = False) -> None:
    """Stopped clocks go on as if never stopped; those that stood still stand still.

    give_back: the time between counts for nobody, as a pause of its own, so that the audit works
    the clock out from its start again. The promised date is the reporter's: it never moves.
    """
    for clock in Clock.objects.filter(case=work.case, id__in=list(ids)).order_by("start_at", "id"):
        stopped, before = clock.stopped_at, clock.due_at
        clock.stopped_at, clock.outcome = None, ""
        for pause in pauses_of(work, clock):
            if pause.reason == "waiting" and pause.until == stopped:
                pause.until = None
                clock.paused_at = pause.since
                work.changed_pauses[pause.id] = pause
        counts = clock.paused_at is None and clock.milestone != "total"
        if give_back and counts and stopped is not None and stopped < work.at:
            add_pause(work, clock, stopped, work.at, cause)
        retime(work, clock)
        work.clocks.append(clock)
        touch(work, clock)
        note_moved(work, clock, before, cause)


def round_of(work: Work) -> Round:
    """The present round's record, made when it is missing."""
    found = Round.objects.filter(case=work.case, number=work.case.round).first()
    if found is not None:
        return found
    return Round(id=new_id(), case=work.case, number=work.case.round, opened_at=work.at)


def details_of(work: Work, milestone: str) -> dict[str, Any]:
    """`due` of the running clock of a milestone, for an entry's details."""
    found = running(work, milestone)
    return {"due": found[-1].due_at if found else None}
