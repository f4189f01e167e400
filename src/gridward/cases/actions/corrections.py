"""Place, matter, urgency and sensitivity set right after the beginning; the old facts stay.

What a correction does to each clock stands in docs/explanation/clocks.md.
"""

from __future__ import annotations

import copy
from datetime import datetime
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.actions.effects import EFFECTS, drop_return, effect
from gridward.cases.actions.given import Given, clean
from gridward.cases.actions.steps import take_step
from gridward.cases.actions.submit import desk_for
from gridward.cases.actions.verification import verify_lapsed
from gridward.cases.actions.work import (
    Was,
    Work,
    acting_post,
    end_lead,
    note_moved,
    retime,
    running,
    start_clock,
    stop_clock,
    touch,
)
from gridward.cases.models import Case, Clock
from gridward.cases.rules import clocks as clock_rules
from gridward.cases.rules import process as process_rules
from gridward.catalog.definitions import Milestone, Sensitivity
from gridward.catalog.worktime import Limit
from gridward.core.action import action
from gridward.directory import queries as directory
from gridward.journal.rules import moment_text
from gridward.territory import queries as territory

RECALLS = "recall_lead"


@effect
def correct_facts(work: Work, given: Given) -> None:
    """Set the facts right and work out again what follows from them."""
    case, was = work.case, work.was
    assert was is not None
    if was.condition and not case.condition:
        raise errors.ConditionMissing()
    if given.urgent is not None:
        case.urgent = given.urgent
    _set_sensitivity(work, given)
    _set_pin(work)
    _follow_desk(work, was)
    _judge_lead(work, was, given)
    _correct_clocks(work)
    work.search_changed = True
    if case.sensitivity >= Sensitivity.RESTRICTED:
        EFFECTS["end_check_task"](work, given)  # nobody else is sent to look


@effect
def recall_lead(work: Work, given: Given) -> None:
    """The lead's part ends, its clocks count for nobody, and the desk dispatches anew."""
    end_lead(work, "corrected", void=True)
    work.case.lead_id = None
    drop_return(work)


def _set_sensitivity(work: Work, given: Given) -> None:
    """As the matter says, or more; never less."""
    case = work.case
    matter = work.catalogue.matters.get(case.matter)
    floor = int(matter.sensitivity) if matter is not None else 0
    if given.sensitivity is not None:
        if not floor <= given.sensitivity <= Sensitivity.RESTRICTED:
            raise errors.SensitivityTooLow()
        case.sensitivity = given.sensitivity


def _set_pin(work: Work) -> None:
    """A point outside the corrected place is no longer the case's; the report keeps its own."""
    case = work.case
    assert work.was is not None
    if case.chain == work.was.chain or case.lng is None or case.lat is None:
        return
    chosen = next((area for area in reversed(case.chain) if area is not None), None)
    found = territory.locate(case.lng, case.lat)
    if chosen in found.chain:
        case.chain = found.chain
    else:
        case.lng = case.lat = None


def _follow_desk(work: Work, was: Was) -> None:
    """A desk keeps what lies on its ground; what does not, and what few may know of, moves on."""
    case = work.case
    desk = directory.organisation(case.desk_id)
    hidden_now = case.sensitivity >= Sensitivity.RESTRICTED > was.sensitivity
    covers = desk.area_id is None or not any(case.chain) or desk.area_id in case.chain
    if covers and not hidden_now:
        return
    levels = {kind: level for level, kind in queries.DESK_KINDS.items()}
    following = desk_for("district" if hidden_now else levels.get(desk.kind, "street"), case.chain)
    if following == case.desk_id:
        return
    case.desk_id = following
    for milestone in _milestones(work):
        if "hand_over" not in milestone.stops:
            continue
        for clock in running(work, milestone.key):
            stop_clock(work, clock)
            start_clock(work, milestone, clock.owner_kind, clock.owner_id)


def _judge_lead(work: Work, was: Was, given: Given) -> None:
    """Where the rules name another one now, somebody says whether the present lead stays."""
    lead = work.lead
    if lead is None or work.taking is None or RECALLS in work.taking.effects:
        return
    case, book = work.case, work.catalogue
    before = copy.copy(case)
    before.matter, before.condition, before.chain = was.matter, was.condition, was.chain
    earlier, now = queries.suggested_lead(before, book), queries.suggested_lead(case, book)
    named = now.organisation if now is not None else None
    if named in (None, lead.organisation_id):
        return
    if earlier is not None and earlier.organisation == named:
        return  # the desk chose another one before, and the correction changes nothing about that
    if given.keep_lead is None:
        raise errors.LeadChoiceMissing()
    lead.by_rule = False
    work.changed_assignments[lead.id] = lead


def _milestones(work: Work) -> tuple[Milestone, ...]:
    return work.catalogue.milestones(work.process.key, work.case.condition or None)


def _correct_clocks(work: Work) -> None:
    """Every running clock gets the limit that holds now, by an entry of its own where it moves."""
    case, key = work.case, work.case.condition or None
    known = _milestones(work)
    for clock in [c for c in work.clocks if c.stopped_at is None]:
        if not any(milestone.key == clock.milestone for milestone in known):
            stop_clock(work, clock, outcome="void")  # this condition asks for no such thing
    for milestone in known:
        agreed = work.catalogue.limits(milestone, key, urgent=case.urgent)
        for clock in running(work, milestone.key):
            if agreed and clock.basis in ("rule", "rework") and not clock._state.adding:
                _correct_clock(work, clock, milestone, agreed)
    lead, condition = work.lead, work.condition
    if lead is not None and condition is not None and lead.return_until is not None:
        settings = work.catalogue.settings
        lead.return_until = max(
            lead.return_until,
            clock_rules.return_until(
                work.at,
                condition.limit,
                settings.return_window.of(urgent=case.urgent),
                settings.return_fraction,
                work.catalogue.hours("desk"),
            ),
        )
        work.changed_assignments[lead.id] = lead


def _correct_clock(
    work: Work, clock: Clock, milestone: Milestone, agreed: tuple[Limit, ...]
) -> None:
    settings = work.catalogue.settings
    if clock.basis == "rework":
        agreed = (clock_rules.half(agreed[-1], settings.rework_fraction, settings.rework_minimum),)
    limits = [[each.amount, str(each.unit)] for each in agreed]
    rule = process_rules.limit_name(milestone, work.condition, urgent=work.case.urgent)
    if limits == [list(each) for each in clock.limits] and rule == clock.rule:
        return
    before = clock.due_at
    clock.corrected = [*clock.corrected, [moment_text(work.at), clock.rule, clock.limits]]
    clock.limits, clock.rule = limits, rule
    calendar = work.catalogue.hours(milestone.hours)
    if calendar.key != clock.calendar:
        clock.calendar, clock.calendar_digest = calendar.key, calendar.digest
    retime(work, clock)
    touch(work, clock)
    note_moved(work, clock, before, "correction")


@action
def correct_case(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    words: str,
    matter: str = "",
    condition: str = "",
    area: int | None = None,
    pin: tuple[float, float] | None = None,
    urgent: bool | None = None,
    sensitivity: int | None = None,
    keep_lead: bool | None = None,
    at: datetime | None = None,
) -> Case:
    """Set place, matter, urgency or sensitivity right before there is a result; words say why.

    What is left empty stays. pin: longitude and latitude (WGS84), which name the area too
    urgent: overrides what the condition says of itself
    keep_lead: whether the present lead goes on (True) or the case comes back to the desk to be
    dispatched anew (False); asked for where the rules name another organisation afterwards
    Raises ReasonMissing, NothingCorrected, ConditionMissing, LeadChoiceMissing,
    SensitivityTooLow, OtherProcess, PinOutside, StepNotOpen.
    """
    case = queries.lock_case(case_id)
    book = queries.book_of(case)
    process = book.process(case.process)
    known = book.matters.get(matter)
    if known is not None and known.process != process.key and case.state != process.start:
        raise errors.OtherProcess()
    given = Given(
        matter=matter,
        condition=condition,
        area=area,
        pin=pin,
        urgent=urgent,
        sensitivity=sensitivity,
        keep_lead=keep_lead,
        words=clean(words),
    )
    back = keep_lead is False and case.lead_id is not None
    key = "correct_recall" if back and process.step("correct_recall") else "correct"
    case = take_step(case_id, key, actor=acting_post(by), given=given, version=version, at=at)
    holder = process_rules.holder_kind(book.process(case.process), case.state)
    if holder == "worker" and case.sensitivity >= Sensitivity.RESTRICTED:
        case = verify_lapsed(case_id, at=at)
    return case
