"""The closed registry of effects: what a step does besides moving the case.

Packs name these; each works on the `Work` alone, and nothing is told here: the journal entry that
the step writes is what others hear of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from gridward.cases import errors, queries
from gridward.cases.actions.files import link_files
from gridward.cases.actions.given import Given
from gridward.cases.actions.work import (
    Work,
    add_assignment,
    add_pause,
    end_lead,
    keep_words,
    note_moved,
    retime,
    round_of,
    running,
)
from gridward.cases.models import Answer, Assignment, Case, Clock, Report, Return, Round
from gridward.cases.rules import clocks as clock_rules
from gridward.cases.rules.start import drawn_for_check
from gridward.catalog.queries import catalogue
from gridward.core import db
from gridward.core.ids import new_id
from gridward.directory import queries as directory
from gridward.journal.actions import note
from gridward.tasks import actions as tasks
from gridward.tasks.queries import open_tasks_about
from gridward.vault import actions as vault

Effect = Callable[[Work, Given], None]
EFFECTS: dict[str, Effect] = {}


def effect(function: Effect) -> Effect:
    """Register `function` under its own name."""
    EFFECTS[function.__name__] = function
    return function


@effect
def open_round(work: Work, given: Given) -> None:
    """A new way through begins; the earlier one stays as it was."""
    work.case.round += 1
    work.case.check_task = None
    work.case.check_on_site = False
    Round.objects.create(id=new_id(), case=work.case, number=work.case.round, opened_at=work.at)


@effect
def end_round(work: Work, given: Given) -> None:
    """This way through is over."""
    Round.objects.filter(case=work.case, number=work.case.round).update(closed_at=work.at)


@effect
def new_lead(work: Work, given: Given) -> None:
    """One organisation leads from now on, with the rule that says so."""
    if given.lead is None:
        raise errors.LeadMissing()
    before = work.lead
    if before is not None:
        end_lead(work, "replaced", void=True)
    book = catalogue()
    suggestion = queries.suggested_lead(work.case, book)
    by_rule = suggestion is not None and suggestion.organisation == given.lead
    # an organisation that helped so far and now leads has one part, not two
    for each in work.assignments:
        if each.active and each.organisation_id == given.lead:
            _end(work, each, "replaced")
    add_assignment(
        work,
        given.lead,
        "lead",
        rule=suggestion.rule if suggestion is not None else "",
        by_rule=by_rule,
        edition=book.number,
    )


@effect
def keep_lead(work: Work, given: Given) -> None:
    """The same organisation goes on; in a new round with a part of its own."""
    lead = work.lead or queries.last_lead(work.case.id)
    if lead is None:
        raise errors.LeadMissing()
    if lead.active and lead.round == work.case.round:
        return
    if lead.active:
        _end(work, lead, "done")
    add_assignment(
        work,
        lead.organisation_id,
        "lead",
        rule=lead.rule,
        by_rule=lead.by_rule,
        binding=lead.binding,
        edition=lead.edition,
    )


@effect
def void_lead(work: Work, given: Given) -> None:
    """The present lead's part ends and its running clocks count for nobody."""
    if "before" in given.memo:
        reason = "returned" if "asked_at" in given.memo else "replaced"
    else:
        reason = given.close_type or "voided"
    end_lead(work, reason, void=True)


@effect
def bind_lead(work: Work, given: Given) -> None:
    """The duty chief's word binds: this lead may not return."""
    lead = work.lead
    if lead is not None:
        lead.binding = True
        lead.return_until = None
        if not lead._state.adding:
            work.changed_assignments[lead.id] = lead


@effect
def add_helpers(work: Work, given: Given) -> None:
    """Co-handling and informed organisations; nobody stands twice."""
    present = {a.organisation_id for a in work.assignments if a.active}
    edition = catalogue().number
    for role, organisations in (("co", given.helpers), ("informed", given.informed)):
        for organisation in organisations:
            if organisation not in present:
                if not directory.is_at_work(organisation):
                    raise errors.HelperGone()
                present.add(organisation)
                add_assignment(work, organisation, role, edition=edition)


@effect
def record_acknowledgement(work: Work, given: Given) -> None:
    """The lead has taken the work up."""
    lead = work.lead
    if lead is not None and lead.acknowledged_at is None:
        lead.acknowledged_at = work.at
        lead.acknowledged_by = work.actor.post
        lead.handler_person = work.actor.facts.person
        lead.version += 1
        work.changed_assignments[lead.id] = lead


@effect
def record_return(work: Work, given: Given) -> None:
    """The lead asks to give the case back, with grounds and whom it thinks responsible."""
    lead = work.lead
    if lead is None:
        raise errors.NotInYourHands()
    grounds, commitment = keep_words(work, "return.grounds", given.words)
    given.memo["words"] = commitment
    work.case.returns += 1
    given.memo["count"] = work.case.returns
    Return.objects.create(
        id=new_id(),
        case=work.case,
        assignment=lead,
        organisation_id=lead.organisation_id,
        round=work.case.round,
        count=work.case.returns,
        grounds=grounds,
        suggested_id=given.suggested,
        after_look=given.after_look,
        asked_at=work.at,
        asked_by=work.actor.post,
    )
    add_photos(work, given, "look")


@effect
def decide_return(work: Work, given: Given) -> None:
    """The open return is decided, in words that the organisation reads; the chief's word too."""
    asked = queries.open_return(work.case.id)
    words, commitment = keep_words(work, "return.decision", given.words)
    given.memo["words"] = commitment
    given.memo["before"] = work.case.lead_id
    if asked is None:  # nobody gave it back: the chief rules on what was not solved again
        return
    given.memo["before"] = asked.organisation_id
    given.memo["asked_at"] = asked.asked_at
    asked.decided_at = work.at
    asked.decided_by = work.actor.post
    asked.decision_words = words
    keeps = given.lead is None or given.lead == asked.organisation_id
    asked.decision = "upheld" if keeps else "redispatched"
    asked.save(update_fields=["decided_at", "decided_by", "decision_words", "decision"])


@effect
def give_time_back(work: Work, given: Given) -> None:
    """A decision later than its own limit is not charged to the lead that has to go on."""
    given.memo["given_back_s"] = 0
    lead, asked_at = work.lead, given.memo.get("asked_at")
    if lead is None or asked_at is None:
        return
    decide_by = max(
        (c.due_at for c in work.clocks if c.milestone == "decision" and c.due_at), default=None
    )
    span = clock_rules.given_back(decide_by, asked_at, work.at)  # type: ignore[arg-type]
    if span is None:
        return
    for clock in running(work, "disposal"):
        if clock.owner_id == lead.id:
            before = clock.due_at
            add_pause(work, clock, span[0], span[1], "given_back")
            retime(work, clock)
            note_moved(work, clock, before, "decided_late")
    given.memo["given_back_s"] = int((span[1] - span[0]).total_seconds())


@effect
def half_limit(work: Work, given: Given) -> None:
    """Rework gets half the original limit, never less than what was left."""
    work.case.reworks += 1
    lead = work.lead
    if lead is None:
        return
    work.disposal_after = (
        Clock.objects.filter(case=work.case, milestone="disposal", owner_id=lead.id)
        .order_by("-start_at")
        .first()
    )


@effect
def record_disposal(work: Work, given: Given) -> None:
    """What was done, what the reporter is told, and the proof."""
    record = round_of(work)
    record.internal, given.memo["internal"] = keep_words(work, "case.internal", given.internal)
    record.reply, given.memo["reply"] = keep_words(work, "case.reply", given.reply)
    record.disposed_at = work.at
    record.disposed_by = work.actor.post
    record.disposed_person = work.actor.facts.person
    record.disposed_organisation = work.actor.facts.organisation
    record.close_type = given.close_type or "resolved"
    record.checked_at = record.checked_by = None
    record.check_result = ""
    record.save()
    given.memo["close_type"] = record.close_type
    add_photos(work, given, "after")


@effect
def sample_check(work: Work, given: Given) -> None:
    """Decide whether this result is looked at on site: by condition, by lack of photos, by lot."""
    condition = work.condition
    photos = bool(given.photos)
    percent = work.catalogue.settings.sample_percent
    # nobody is sent to look at what few may know of
    work.case.check_on_site = not work.facts.restricted and (
        (condition is not None and condition.check == "site")
        or (condition is not None and condition.proof != "none" and not photos)
        or drawn_for_check(work.case.number, percent)
    )


@effect
def create_check_task(work: Work, given: Given) -> None:
    """Ask a grid worker of the place to look; never one who handled it."""
    case = work.case
    checker = queries.checker_of(case, work.catalogue, work.facts.acted, at=work.at)
    task = tasks.ask_task(
        "closure_check",
        subject_kind="case",
        subject_id=case.id,
        round=case.round,
        organisation_id=checker.organisation_id if checker is not None else case.desk_id,
        assignee_id=checker.post_id if checker is not None else None,
        area_id=case.area_id,
        chain=case.chain,
        barred=work.facts.acted,
        due_at=next((c.due_at for c in running(work, "check")), None),
        actor=work.actor.ref,
        at=work.at,
    )
    case.check_task = task
    given.memo["task"] = task


@effect
def end_check_task(work: Work, given: Given) -> None:
    """A check or verification that is still open is not needed any more."""
    for open_one in open_tasks_about(work.case.id):
        tasks.end_task(open_one.id, reason="not_needed", actor=work.actor.ref, at=work.at)


@effect
def record_check(work: Work, given: Given) -> None:
    """What the checker found."""
    record = round_of(work)
    record.checked_at = work.at
    record.checked_by = work.actor.post
    record.check_result = given.result or "passed"
    record.save()
    if given.words:
        _, given.memo["words"] = keep_words(work, "check.words", given.words)
    add_photos(work, given, "check")


@effect
def start_callbacks(work: Work, given: Given) -> None:
    """Every confirmed report that can be reached is asked about this round."""
    reports = list(queries.contactable_reports(work.case.id))
    work.called_reports = [report.id for report in reports]
    ask_reports(reports, work.case, work.at)


def ask_reports(reports: Sequence[Report], case: Case, at: datetime) -> None:
    """Each of these reporters is asked about the case's present round; nobody is asked twice."""
    asked = queries.reports_asked(case)
    rows = [
        Answer(id=new_id(), report=report, case=case, round=case.round, asked_at=at)
        for report in reports
        if report.id not in asked
    ]
    db.insert_many(Answer, rows)


@effect
def close_case(work: Work, given: Given) -> None:
    """The case ends; how is said by the result, unless the step says otherwise."""
    record = round_of(work)
    work.case.close_type = given.close_type or record.close_type or "resolved"
    record.closed_at = work.at
    record.save()
    end_parts(work, "done")
    drop_return(work)


@effect
def void_case(work: Work, given: Given) -> None:
    """The case ends without counting."""
    work.case.close_type = ""
    end_parts(work, "void")
    drop_return(work)


@effect
def hand_to_desk(work: Work, given: Given) -> None:
    """Another desk takes the case."""
    if given.desk is None:
        raise errors.NoDesk()
    given.memo["from_desk"] = work.case.desk_id
    work.case.desk_id = given.desk


@effect
def hand_to_chief(work: Work, given: Given) -> None:
    """From the second return on the duty chief decides; the desk stays the desk of the case."""
    work.to_chief = work.case.returns >= 2


@effect
def join_master(work: Work, given: Given) -> None:
    """The reports follow the master; this case points to it and to nothing further."""
    case = work.case
    if given.master is None:
        raise errors.CannotJoin()
    master = queries.lock_case(given.master)
    if not master.is_open or master.master_id is not None:
        raise errors.CannotJoin()
    joining = list(queries.contactable_reports(case.id))
    reports = Report.objects.filter(case=case).order_by("id")
    came = list(reports.values_list("id", flat=True))
    reports.filter(join_state="proposed").update(case=master)
    moved = reports.exclude(join_state="proposed").update(case=master, join_state="confirmed")
    if master.holder_kind == "caller":
        # its reporters are being called: those who join now are called too
        ask_reports(joining, master, work.at)
    case.master = master
    # no chains: what was joined to this case before now points to the last master
    type(case).objects.filter(master=case).update(master=master)
    recount(master)
    promised = [each for each in (case.word_by, master.word_by) if each is not None]
    master.word_by = min(promised, default=None)
    master.version += 1
    master.save(update_fields=[*COUNTS, "word_by", "version"])
    parts = [each for each in work.assignments if each.active]
    for each in parts:
        _end(work, each, "merged")
    # what parting them again restores; the clocks are those that this step stops
    given.memo.update(master=master.id, before=case.state, reports=came)
    given.memo["parts"] = [each.id for each in parts]
    given.memo["clocks"] = [clock.id for clock in work.clocks if clock.stopped_at is None]
    note(
        "case.joined",
        master.id,
        actor=work.actor.ref,
        at=work.at,
        merged=case.id,
        reports=moved,
    )


COUNTS = ("reports_count", "reports_withdrawn", "reports_proposed", "contactable")


def recount(case: Case) -> None:
    """Count a case's reports again after some came, left or were withdrawn; not saved yet."""
    counts = queries.report_counts(case.id)
    case.reports_count, case.reports_withdrawn = counts.own, counts.withdrawn
    case.reports_proposed, case.contactable = counts.proposed, counts.contactable


@effect
def tell_reporter(work: Work, given: Given) -> None:
    """Marks the step as one that the reporter's page shows; the entry itself is what is told."""


@effect
def keep_informed(work: Work, given: Given) -> None:
    """Marks the step as one that co-handling and informed organisations see on their lists."""


def add_photos(work: Work, given: Given, kind: str) -> None:
    """Link the staged photos that came with a step to the case."""
    if not given.photos:
        return
    if work.facts.restricted:
        raise errors.RestrictedWords()
    if work.case.vault_subject is None:
        work.case.vault_subject = vault.new_subject()
    link_files(
        work.case,
        given.photos,
        kind=kind,
        person=work.case.vault_subject,
        at=work.at,
        round=work.case.round,
        by=work.actor.post,
    )


def drop_return(work: Work) -> None:
    """A return that nobody needs to decide any more."""
    asked = queries.open_return(work.case.id)
    if asked is not None:
        asked.decided_at = work.at
        asked.decision = "void"
        asked.save(update_fields=["decided_at", "decision"])


def end_parts(work: Work, reason: str) -> None:
    """Every organisation's part in the case ends."""
    for each in work.assignments:
        if each.active:
            _end(work, each, reason)


def _end(work: Work, assignment: Assignment, reason: str) -> None:
    assignment.active = False
    assignment.ended_at = work.at
    assignment.end_reason = reason
    assignment.version += 1
    if not assignment._state.adding:
        work.changed_assignments[assignment.id] = assignment
