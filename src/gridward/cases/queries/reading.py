"""Cases as the rules and the actions ask for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import Exact

from gridward.access.rules import Viewer
from gridward.cases.models import (
    CHAIN,
    Answer,
    Assignment,
    Case,
    Clock,
    ClockPause,
    Report,
    Return,
    Round,
)
from gridward.cases.rules import clocks as clock_rules
from gridward.cases.rules import process as process_rules
from gridward.cases.rules.callback import is_heard
from gridward.cases.rules.facts import CaseFacts, LeadFacts
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.catalog.worktime import Calendar, Limit, Unit
from gridward.core import jurisdiction
from gridward.core.errors import NotFound
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchOrganisation
from gridward.directory.rules import Holder, Organisation
from gridward.journal import queries as journal
from gridward.journal.rules import moment_of
from gridward.tasks import queries as tasks
from gridward.territory import queries as territory

DESK_KINDS = {
    "community": "community_station",
    "street": "street_desk",
    "district": "district_desk",
}


# --- who may see --------------------------------------------------------------------------------


def _by_area(level: int, area_id: int) -> Q:
    return Q(**{CHAIN[level - 1]: area_id})


def _by_time(level: int, area_id: int) -> Q:
    # a sum is found by no index: SQLite, which knows nothing of spans, takes an equation for better
    return Q(Exact(F(CHAIN[level - 1]) + 0, area_id))


def scope_of(viewer: Viewer, on_ground: Callable[[int, int], Q] = _by_area) -> Q:
    """The cases of the viewer's ground or organisation, restricted ones not looked at yet."""
    if viewer.scope == "organisation":
        own = Assignment.objects.filter(
            case=OuterRef("pk"), organisation=viewer.organisation_id
        ).exclude(end_reason="void")
        return Q(Exists(own))
    if viewer.scope == "area" and viewer.area_id is not None and viewer.area_level:
        ground = on_ground(viewer.area_level, viewer.area_id)
        if viewer.area_level == 1:
            if len(territory.areas_of_level(1)) == 1:
                return Q()  # the only one of its level holds every case
            # what has no place yet stands at the district
            ground |= Q(a1__isnull=True)
        return ground
    return Q(pk__in=[])


def visible_cases(viewer: Viewer) -> QuerySet[Case]:
    """The cases that this viewer may see: on its ground or in its organisation's hands.

    Restricted cases only for whoever may see restricted ones, or whose organisation leads.
    """
    return Case.objects.filter(scope_of(viewer) & not_hidden(viewer))


def visible_by_time(viewer: Viewer) -> QuerySet[Case]:
    """The same cases as `visible_cases`, for what happened in a span of time: found by their times
    and then narrowed to the ground, whose own index holds everything that ever happened there."""
    return Case.objects.filter(scope_of(viewer, _by_time) & not_hidden(viewer))


def about(cases: QuerySet[Case]) -> Exists:
    """A condition on rows with a `case`: theirs is among `cases`.

    Asked of each row that the other conditions leave. A list of ids (`case__in`) may be worked out
    first, and be as long as all cases are.
    """
    return Exists(cases.order_by().filter(pk=OuterRef("case")))


def not_hidden(viewer: Viewer) -> Q:
    """Restricted cases left out, but for whoever may see them and for the organisation in lead."""
    if viewer.may("case.see_restricted"):
        return Q()
    shown = Q(sensitivity__lt=Sensitivity.RESTRICTED)
    if viewer.may_any("case.acknowledge", "case.dispose"):
        shown |= Q(lead=viewer.organisation_id)
    return shown


def may_act_on(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer may know of this case, so that a refusal may speak of it.

    What lies on the viewer's ground or in its hands is decided without a statement.
    """
    if case.sensitivity < Sensitivity.RESTRICTED or viewer.may("case.see_restricted"):
        if viewer.scope == "area" and viewer.area_id in case.chain:
            return True
        if viewer.scope == "organisation" and viewer.organisation_id == case.lead_id:
            return True
        if _stands_at_desk(viewer) and viewer.organisation_id == case.desk_id and case.is_open:
            return True
    return visible_cases(viewer).filter(id=case.id).exists()


def _stands_at_desk(viewer: Viewer) -> bool:
    """Whether cases are handed to the viewer's organisation, from other ground too."""
    return viewer.scope == "area" and viewer.may("case.accept")


def case_for(viewer: Viewer, case_id: UUID) -> Case:
    """The case, when this viewer may see it. Fetching is authorising; raises NotFound.

    Beside its ground, a viewer sees a case about which it has a task, and one that was handed to
    its desk from elsewhere, while it stands there.
    """
    found = visible_cases(viewer).filter(id=case_id).first()
    if found is None and _stands_at_desk(viewer):
        handed = Case.objects.filter(id=case_id, desk=viewer.organisation_id, is_open=True)
        found = handed.filter(not_hidden(viewer)).first()
    if found is not None:
        return found
    if tasks.has_task_about(viewer, case_id):
        case = Case.objects.filter(id=case_id, sensitivity__lt=Sensitivity.RESTRICTED).first()
        if case is not None:
            return case
    raise NotFound()


def case(case_id: UUID) -> Case:
    """A case, for timers, importers and builders; screens ask `case_for`. Raises NotFound."""
    found = Case.objects.filter(id=case_id).first()
    if found is None:
        raise NotFound()
    return found


# --- facts for the rules ------------------------------------------------------------------------


def active_assignments(case_id: UUID) -> list[Assignment]:
    """The present parts of a case, the lead first."""
    return sorted(
        Assignment.objects.filter(case=case_id, active=True), key=lambda a: a.role != "lead"
    )


def running_clocks(case_id: UUID) -> list[Clock]:
    """The clocks of a case that still run, or stand still."""
    return list(Clock.objects.filter(case=case_id, stopped_at__isnull=True).order_by("start_at"))


def facts_of(
    case: Case,
    assignments: Sequence[Assignment],
    book: Catalogue,
    *,
    returned: Collection[UUID] | None = None,
    record: Round | None = None,
    answers: Sequence[Answer] | None = None,
) -> CaseFacts:
    """The case as the rules see it; at most 3 statements, only in the states that need them.

    returned, record, answers: organisations that returned it, the present round and its answers,
    when they have been read already.
    """
    lead = next((a for a in assignments if a.role == "lead" and a.active), None)
    condition = book.condition(case.condition) if case.condition else None
    state = process_rules.state_of(book.process(case.process), case.state)
    returned_by: frozenset[UUID] = frozenset()
    if returned is not None:
        returned_by = frozenset(returned)
    elif case.returns:
        returned_by = frozenset(
            Return.objects.filter(case=case).values_list("organisation_id", flat=True)
        )
    acted: set[UUID] = {a.handler_person for a in assignments if a.handler_person is not None}
    acted.update(UUID(person) for a in assignments for person in a.earlier_handlers)
    waiting = 0
    checked = False
    reported: frozenset[UUID] = frozenset()
    if state.holder == "worker" and state.stage != "checking":
        reported = reporters_of(case.id)
    if state.stage == "checking":
        found = record or Round.objects.filter(case=case, number=case.round).first()
        if found is not None and found.disposed_person is not None:
            acted.add(found.disposed_person)
        checked = found is not None and bool(found.check_result)
    if state.holder == "caller":
        settings = book.settings
        waiting = sum(
            not is_heard(
                a.answer,
                a.attempts,
                a.attempt_days,
                settings.callback_attempts,
                settings.callback_days,
            )
            for a in (answers if answers is not None else answers_of(case.id, case.round))
        )
    return CaseFacts(
        id=case.id,
        state=case.state,
        round=case.round,
        version=case.version,
        placed=case.a1 is not None,
        matter=case.matter,
        condition=case.condition,
        proof=condition.proof if condition else "none",
        check=condition.check if condition else "desk",
        urgent=case.urgent,
        restricted=case.sensitivity >= Sensitivity.RESTRICTED,
        desk=case.desk_id,
        lead=LeadFacts(
            organisation=lead.organisation_id,
            dispatched_at=lead.dispatched_at,
            acknowledged=lead.acknowledged_at is not None,
            binding=lead.binding,
            return_until=lead.return_until,
        )
        if lead is not None
        else None,
        returns=case.returns,
        returned_by=returned_by,
        acted=frozenset(acted),
        reports=case.reports_count - case.reports_withdrawn,
        safety=case.safety,
        check_needed=case.check_on_site and not checked,
        contactable=case.contactable,
        waiting=waiting,
        unsolved=case.unsolved,
        reopened=max(0, case.reopened),
        closed_at=case.closed_at,
        objected=case.objected,
        declined_person=case.declined_person,
        proposed=case.reports_proposed,
        helpers=frozenset(
            a.organisation_id
            for a in assignments
            if a.role == "co" and a.active and a.done_at is None
        ),
        chain=case.chain,
        agreed=frozenset(each.key for each in condition.milestones) if condition else frozenset(),
        reported=reported,
    )


def reporters_of(case_id: UUID) -> frozenset[UUID]:
    """The staff who reported this case themselves; those who spoke for a resident did not."""
    posts = Report.objects.filter(
        case=case_id, submission__reporter_post__isnull=False, submission__reporter_kind="worker"
    ).values_list("submission__reporter_post", flat=True)
    found = directory.holders([post for post in posts if post is not None])
    return frozenset(holder.person_id for holder in found.values())


def last_actor(case: Case) -> tuple[str, str]:
    """Who acted last on a case and when, for the sentence that refuses an outdated form."""
    reports = Report.objects.filter(case=case.id).values_list("id", flat=True)
    lines = journal.timeline([case.id, *reports], limit=1)
    if not lines:
        return "", ""
    line = lines[-1]
    when = line.occurred_at.astimezone(jurisdiction.current().tz).strftime("%H:%M")
    return actor_name(line.actor_kind, line.actor_id), when


def actor_name(kind: str, actor_id: str) -> str:
    """The name of a post's holder; empty for reporters and the system."""
    if kind != "post":
        return ""
    return next((h.name for h in directory.holders([UUID(actor_id)]).values()), "")


def book_of(case: Case) -> Catalogue:
    """The edition that a case was filed under."""
    return catalogue(case.edition)


def state_title(case: Case, book: Catalogue) -> str:
    """The state's name on staff screens, in the active language."""
    return str(process_rules.state_of(book.process(case.process), case.state).title)


# --- organisations ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suggestion:
    """Who should lead, and why. organisation None: nobody answers there, the desk must choose."""

    organisation: UUID | None
    rule: str
    because: object
    helpers: tuple[UUID, ...]
    edition: int


def kind_of_ground(case: Case) -> str | None:
    """The area kind that decides responsibility: the nearest one up the chain that has one."""
    for area in reversed(case.chain):
        if area is None:
            continue
        kind = territory.area(area).kind
        if kind in ("rural", "urban_community", "park"):
            return kind
    return None


def suggested_lead(case: Case, book: Catalogue) -> Suggestion | None:
    """The organisation that the responsibility rules name; None when no rule fits."""
    if not case.matter:
        return None
    condition = case.condition or book.matter(case.matter).default_condition
    rules = book.candidates(case.matter, condition, kind_of_ground(case))
    if not rules:
        return None
    rule = rules[0]
    chain = case.chain
    lead = directory.department_for(rule.lead, chain, level=str(rule.level))
    helpers = [directory.department_for(code, chain) for code in rule.help]
    return Suggestion(
        organisation=lead.id if lead is not None else None,
        rule=rule.key,
        because=rule.because,
        helpers=tuple(h.id for h in helpers if h is not None),
        edition=book.number,
    )


def may_dispatch_to(case: Case, book: Catalogue, organisation_id: UUID) -> bool:
    """Whether the case's desk may give it to this organisation."""
    try:
        found = directory.organisation(organisation_id)
        desk = directory.organisation(case.desk_id)
    except NoSuchOrganisation:
        return False
    if not found.active:
        return False
    if found.kind in ("street_desk", "district_desk"):  # a desk is handed to, not dispatched to
        return False
    if found.id == desk.id:  # the station's own people settle it
        return True
    if found.area_id is not None and found.area_id not in case.chain:
        return False
    return not found.type_code or book.may_dispatch(desk.kind, found.type_code)


def open_organisations(case: Case, book: Catalogue) -> list[Organisation]:
    """The organisations that the case's desk may dispatch to, in the fixed order."""
    return [o for o in directory.organisations() if may_dispatch_to(case, book, o.id)]


def desk_of_level(case: Case, level: str) -> UUID | None:
    """The desk of a level at the case's place."""
    kind = DESK_KINDS.get(level)
    for each in directory.organisations(kind=kind):
        if each.area_id in case.chain or (level == "district" and kind == "district_desk"):
            return each.id
    return None


def own_station(case: Case, organisation_id: UUID | None) -> UUID:
    """Whose people settled a case on the spot: the actor's own station, else that of the place,
    else the actor's organisation, else the desk."""
    stations = {each.id: each for each in directory.organisations(kind=DESK_KINDS["community"])}
    if organisation_id in stations:
        return stations[organisation_id].id
    return desk_of_level(case, "community") or organisation_id or case.desk_id


def is_desk(organisation_id: UUID) -> bool:
    """Whether an organisation accepts and dispatches."""
    try:
        return directory.organisation(organisation_id).kind in DESK_KINDS.values()
    except NoSuchOrganisation:
        return False


def last_lead(case_id: UUID) -> Assignment | None:
    """The organisation that led last."""
    return (
        Assignment.objects.filter(case=case_id, role="lead")
        .exclude(end_reason__in=["returned", "void"])
        .order_by("-dispatched_at", "-id")
        .first()
    )


def checker_of(
    case: Case, book: Catalogue, acted: Collection[UUID], *, at: datetime
) -> Holder | None:
    """The grid worker of the place who is free to check, else one of the same community.

    None when nobody is: then whoever of the desk takes the task.
    """
    level = book.level_scheme.named("grid")
    if level is None:
        return None
    grid = case.chain[level.level - 1]
    found = tasks.checker_for(grid, handlers=acted, at=at) if grid is not None else None
    community = case.chain[level.level - 2]
    if found is not None or community is None:
        return found
    neighbours = [area.id for area in territory.children(community)]
    for holder in directory.holders_of_roles(["grid_worker"], area_ids=neighbours, at=at):
        if holder.person_id not in acted:
            return holder
    return None


# --- parts of a case ----------------------------------------------------------------------------


def open_return(case_id: UUID) -> Return | None:
    """The return that waits for a decision."""
    return Return.objects.filter(case=case_id, decided_at__isnull=True).first()


def reports_asked(case: Case) -> set[UUID]:
    """The reports whose reporters were asked about the case's present round."""
    rows = Answer.objects.filter(case=case, round=case.round)
    return set(rows.values_list("report", flat=True))


def contactable_reports(case_id: UUID) -> list[Report]:
    """Confirmed reports whose reporter left a contact that has not been erased."""
    return list(
        Report.objects.filter(
            case=case_id,
            submission__has_contact=True,
            submission__erased_at__isnull=True,
            withdrawn_at__isnull=True,
        )
        .exclude(join_state="proposed")
        .order_by("id")
    )


def answers_of(case_id: UUID, round_number: int) -> list[Answer]:
    """What the reporters of a case said of a round; nobody waits for whom no number leads to."""
    return list(
        Answer.objects.filter(case=case_id, report__case=case_id, round=round_number)
        .exclude(answer="", report__submission__has_contact=False)
        .order_by("report_id")
    )


def report_of(submission_id: UUID, case_id: UUID, *, proposed: bool = False) -> Report:
    """The submission's report in this case, unless withdrawn. Raises NotFound.

    proposed: also one that only waits to be joined
    """
    mine = Report.objects.filter(submission=submission_id, case=case_id)
    if not proposed:
        mine = mine.exclude(join_state="proposed")
    found = mine.order_by("withdrawn_at", "ordinal").first()
    if found is None:
        raise NotFound()
    return found


def case_for_merge(case_id: UUID) -> Case | None:
    """The case that another one should join."""
    return Case.objects.filter(id=case_id).first()


def calendar_of(clock: Clock, editions: Callable[[int], Catalogue] = catalogue) -> Calendar:
    """The calendar that a clock is counted with: its edition's own, or that of the later edition
    whose decided year it was worked out with again. Raises NotInCatalogue.

    editions: gives the edition of a number (a changed copy, for the audit)
    """
    number = _calendar_edition(
        jurisdiction.current().key,
        clock.edition,
        catalogue().number,
        clock.calendar,
        clock.calendar_digest,
    )
    return editions(number).calendar(clock.calendar)


@lru_cache(maxsize=512)
def _calendar_edition(jurisdiction_key: str, first: int, last: int, key: str, digest: str) -> int:
    numbers: list[int] = [first, *range(last, first, -1)]
    for number in numbers:
        found = catalogue(number).calendars.get(key)
        if found is not None and found.digest == digest:
            return number
    return first


def timing_of(clock: Clock, calendar: Calendar, pauses: Iterable[ClockPause]) -> clock_rules.Timing:
    """A clock's times, worked out from its start, limits, calendar and pauses alone.

    A rework's clock is never due before the clock it follows, which is worked out likewise.
    """
    floor = None
    if clock.basis == "rework" and clock.after is not None:
        before = clock.after
        floor = timing_of(before, calendar_of(before), before.pauses.order_by("since")).due
    return clock_rules.timing(
        clock.start_at,
        [Limit(int(amount), Unit(unit)) for amount, unit in clock.limits],
        calendar,
        pauses=[clock_rules.Pause(p.since, p.until) for p in pauses],
        not_before=floor,
        earlier=earlier_of(clock),
    )


def earlier_of(clock: Clock) -> list[clock_rules.Earlier]:
    """What a clock was given before each correction of its case, in order."""
    return [
        clock_rules.Earlier(
            tuple(Limit(int(amount), Unit(unit)) for amount, unit in limits), moment_of(at)
        )
        for at, _rule, limits in clock.corrected
    ]


def audit_counts(source: str | None, as_of: datetime) -> dict[str, int]:
    """Cases of a source, counted from clocks and closings: the honest on-time figures.

    source: None counts every case
    cases: all; with_target: those with a total clock that is due some time; closed_by_target,
    closed_late: by the moment of closing against that due time; open_overdue: not closed at
    `as_of` and due before it. One statement.
    """
    totals = Clock.objects.filter(
        milestone="total", due_at__isnull=False, owner_kind="case", case=OuterRef("pk")
    ).order_by("-round", "-start_at")
    cases = Case.objects.filter(opened_at__lte=as_of)
    if source is not None:
        told = Report.objects.filter(submission__source=source)
        cases = cases.filter(id__in=told.values("first_case"))
    cases = cases.annotate(target=Subquery(totals.values("due_at")[:1]))
    is_closed = Q(closed_at__isnull=False, closed_at__lte=as_of)
    return cases.aggregate(
        cases=Count("id"),
        with_target=Count("id", filter=Q(target__isnull=False)),
        closed_by_target=Count("id", filter=is_closed & Q(closed_at__lte=F("target"))),
        closed_late=Count("id", filter=is_closed & Q(closed_at__gt=F("target"))),
        open_overdue=Count(
            "id",
            filter=(Q(closed_at__isnull=True) | Q(closed_at__gt=as_of)) & Q(target__lt=as_of),
        ),
    )


def outside_counts(source: str, as_of: datetime) -> dict[str, int]:
    """The same figures as `audit_counts`, by the target that an outside system gave instead of
    the clocks: for what was walked through our own steps beside another system's dates."""
    told = Report.objects.filter(submission__source=source, submitted_at__lte=as_of)
    target = F("submission__outside_due_at")
    closed_at = F("first_case__closed_at")
    is_closed = Q(first_case__closed_at__isnull=False, first_case__closed_at__lte=as_of)
    is_timed = Q(submission__outside_due_at__isnull=False)
    return told.aggregate(
        cases=Count("id"),
        with_target=Count("id", filter=is_timed),
        closed_by_target=Count(
            "id", filter=is_closed & is_timed & Q(first_case__closed_at__lte=target)
        ),
        closed_late=Count(
            "id", filter=is_closed & is_timed & Q(submission__outside_due_at__lt=closed_at)
        ),
        open_overdue=Count(
            "id", filter=is_timed & ~is_closed & Q(submission__outside_due_at__lt=as_of)
        ),
    )
