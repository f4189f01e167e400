"""Reports that join another case, cases that part again, and reports that ask for a review."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.actions.effects import COUNTS, ask_reports, effect, end_parts, recount
from gridward.cases.actions.given import Given, clean
from gridward.cases.actions.steps import DETAILS, take_step
from gridward.cases.actions.submit import open_own_case
from gridward.cases.actions.work import Work, acting_post, end_pause, resume_clocks
from gridward.cases.models import Assignment, Case, Clock, Report, Round
from gridward.cases.rules import process as process_rules
from gridward.catalog.worktime import Unit, resume
from gridward.core.action import action
from gridward.journal.actions import note

# --- a review ---------------------------------------------------------------------------------


@effect
def record_decline(work: Work, given: Given) -> None:
    """Who declined: on an objection somebody else decides. Whoever still helped since the case was
    taken back from its lead helps no more."""
    work.case.declined_person = work.actor.facts.person
    end_parts(work, "void")


@effect
def count_objection(work: Work, given: Given) -> None:
    """The one review that a reporter may ask for is used."""
    work.case.objected += 1


@effect
def resume_round(work: Work, given: Given) -> None:
    """The way through that had ended goes on; nothing of it is lost."""
    Round.objects.filter(case=work.case, number=work.case.round).update(closed_at=None)


@effect
def resume_total(work: Work, given: Given) -> None:
    """The promised date stays what it was, as if the case had never stopped."""
    total = Clock.objects.filter(
        case=work.case, milestone="total", round=work.case.round, stopped_at=work.case.closed_at
    )
    resume_clocks(work, total.values_list("id", flat=True), "review")


# --- parting ------------------------------------------------------------------------------------


@effect
def leave_master(work: Work, given: Given) -> None:
    """The case is what it was before it was joined: its state, parts, clocks and reports.

    The entry of the merge says what went over; what was joined to this case before comes along.
    """
    case = work.case
    line = queries.last_merge(case.id)
    if line is None or case.master_id is None:
        raise errors.CannotPart()
    master = queries.lock_case(case.master_id)
    came = Report.objects.filter(id__in=queries.ids_of(line, "reports"), case=master)
    back = came.update(case=case)
    mine = Report.objects.filter(case=case, join_state="confirmed", first_case=case)
    mine.filter(submitted_at=case.opened_at).update(join_state="own")
    behind = queries.merged_into(master.id)
    first = queries.first_masters(behind)
    Case.objects.filter(id__in=[c.id for c in behind if first.get(c.id) == case.id]).update(
        master=case
    )
    case.master = None
    case.close_type = ""
    recount(case)
    recount(master)
    master.version += 1
    master.save(update_fields=[*COUNTS, "version"])
    parts = Assignment.objects.filter(case=case, id__in=queries.ids_of(line, "parts"))
    for part in parts.order_by("dispatched_at", "id"):
        part.return_until = _later(work, part.return_until, part.ended_at)
        part.active, part.ended_at, part.end_reason = True, None, ""
        part.version += 1
        work.assignments.append(part)
        work.changed_assignments[part.id] = part
    before = str(line.details["before"])
    clocks = Clock.objects.filter(id__in=queries.ids_of(line, "clocks"))
    asked = process_rules.holder_kind(work.process, before) == "worker"
    if asked:  # whoever was to look was told that it is not needed any more: the desk asks anew
        before = work.process.start
        clocks = clocks.exclude(owner_kind="task")
    resume_clocks(work, clocks.values_list("id", flat=True), "parted", give_back=True)
    for clock in work.clocks if asked else []:
        if clock.paused_at is not None:
            end_pause(work, clock)
    work.back_to = before
    work.search_changed = True
    given.memo.update(master=master.id, to=work.back_to, reports=back)
    note(
        "case.left",
        master.id,
        actor=work.actor.ref,
        at=work.at,
        parted=case.id,
        reports=back,
    )


def _later(work: Work, until: datetime | None, since: datetime | None) -> datetime | None:
    """A moment in the desk's hours, later by the time from `since` on that counts for nobody."""
    if until is None or since is None:
        return until
    unit = work.catalogue.settings.return_window.of(urgent=work.case.urgent).unit
    exact = Unit.WORKING_MINUTE if unit is Unit.WORKING_DAY else unit
    return resume(until, since, work.at, exact, work.catalogue.hours("desk")).at


@action
def part_case(
    case_id: UUID, *, by: Viewer, version: int | None, words: str, at: datetime | None = None
) -> Case:
    """Take a joined case apart again: state, lead, clocks and reports as if never joined.

    The total clock runs as if it had never stopped: it is what the reporter was promised. Every
    other clock gives the time back, for nobody could act on the case meanwhile. Both cases are
    locked in the order of their ids. Raises NotFound, ReasonMissing, CannotPart when the master has
    ended or these reporters were asked about its result.
    """
    master = queries.case_for(by, case_id).master_id
    locked = queries.lock_cases([case_id] if master is None else [case_id, master])
    if any(case.id == case_id and case.master_id != master for case in locked):
        name, when = queries.last_actor(next(c for c in locked if c.id == case_id))
        raise errors.CaseChanged(name=name, time=when)
    given = Given(words=clean(words))
    return take_step(case_id, "part", actor=acting_post(by), given=given, version=version, at=at)


# --- a neighbour's report -----------------------------------------------------------------------


def _proposed(given: Given) -> Report:
    found = Report.objects.select_related("submission").filter(id__in=[given.report]).first()
    if found is None:
        raise errors.JoinMissing()
    return found


@effect
def confirm_join(work: Work, given: Given) -> None:
    """It is the same problem: the report belongs to the case like its first one."""
    report = _proposed(given)
    report.join_state = "confirmed"
    report.save(update_fields=["join_state"])
    recount(work.case)
    if work.case.holder_kind == "caller" and report.submission.has_contact:
        ask_reports([report], work.case, work.at)
    work.search_changed = True
    given.memo["subject"] = report.id


@effect
def refuse_join(work: Work, given: Given) -> None:
    """It is another problem: the report gets a case of its own, with clocks from its own time."""
    report = _proposed(given)
    own = open_own_case(report, work.case, actor=work.actor, at=work.at)
    recount(work.case)
    given.memo.update(subject=report.id, own=own.id)


@action
def confirm_joined(
    case_id: UUID, report: UUID, *, by: Viewer, version: int | None, at: datetime | None = None
) -> Case:
    """The desk confirms that a neighbour's report is the same problem."""
    given = Given(report=report)
    return take_step(
        case_id, "confirm_join", actor=acting_post(by), given=given, version=version, at=at
    )


@action
def refuse_joined(
    case_id: UUID, report: UUID, *, by: Viewer, version: int | None, at: datetime | None = None
) -> Case:
    """The desk says that a neighbour's report is another problem; it gets a case of its own."""
    given = Given(report=report)
    return take_step(
        case_id, "refuse_join", actor=acting_post(by), given=given, version=version, at=at
    )


DETAILS.update(
    {
        "case.parted": lambda w, g, s: {
            "master": g.memo["master"],
            "to": g.memo["to"],
            "reports": g.memo["reports"],
            "words": g.memo.get("words"),
        },
        "report.join_confirmed": lambda w, g, s: {"case": w.case.id},
        "report.join_refused": lambda w, g, s: {
            "case": w.case.id,
            "own": g.memo["own"],
            "cause": "refused",
        },
    }
)
