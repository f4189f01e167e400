"""What must hold of every case, whatever was done to it: each as a question that names offenders.

For tests, random walks, the replay, the demo and `gridward cases check`. An empty answer to every
question is the proof; a question is a few set-wise statements, so a million cases can be asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gridward.cases.models import (
    CHAIN,
    Assignment,
    Case,
    Clock,
    ClockPause,
    Proposal,
    Report,
    Return,
    Round,
    SearchDoc,
    Submission,
)
from gridward.cases.queries.reading import timing_of
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.errors import NotInCatalogue
from gridward.catalog.queries import catalogue
from gridward.directory import queries as directory
from gridward.journal import queries as journal
from gridward.journal.rules import moment_of
from gridward.territory import queries as territory

Scope = QuerySet[Case]
Question = Callable[[Scope], Iterable[str]]
AT_ONCE = 2000


@dataclass(frozen=True)
class Invariant:
    """One thing that must hold. cases: the numbers of the cases that break it, sorted."""

    key: str
    title: Promise
    cases: tuple[str, ...]


_asked: dict[str, tuple[Promise, Question]] = {}


def invariant(title: Promise) -> Callable[[Question], Question]:
    """Register a question under its function's name."""

    def register(question: Question) -> Question:
        _asked[question.__name__] = (title, question)
        return question

    return register


def broken_invariants(cases: Iterable[UUID] | None = None) -> list[Invariant]:
    """Every invariant with the cases that break it, in a fixed order.

    cases: look at these only; None looks at all
    """
    scope = Case.objects.all()
    if cases is not None:
        scope = scope.filter(id__in=list(cases))
    return [
        Invariant(key, title, tuple(sorted(set(question(scope)))))
        for key, (title, question) in _asked.items()
    ]


def _numbers(cases: Scope) -> Iterable[str]:
    return cases.values_list("number", flat=True)


# --- who holds it ---------------------------------------------------------------------------------


@invariant(_("At most one organisation leads, and the case names it"))
def one_lead(cases: Scope) -> Iterable[str]:
    leading = Assignment.objects.filter(case=OuterRef("pk"), role="lead", active=True)
    several = (
        Assignment.objects.filter(case__in=cases, role="lead", active=True)
        .values("case")
        .annotate(count=Count("id"))
        .filter(count__gt=1)
    )
    yield from _numbers(cases.filter(id__in=several.values("case")))
    other = leading.filter(~Q(organisation=OuterRef("lead")) | Q(case__lead=None))
    yield from _numbers(cases.filter(Exists(other)))


@invariant(_("Every open case has a holder; a closed one has none"))
def open_has_holder(cases: Scope) -> Iterable[str]:
    yield from _numbers(
        cases.filter(
            Q(is_open=True, holder=None)
            | Q(is_open=True, holder_kind="none")
            | Q(is_open=False, holder__isnull=False)
        )
    )


@invariant(_("The holder is the one that the state names: the desk, or the leading organisation"))
def holder_fits_state(cases: Scope) -> Iterable[str]:
    led = Assignment.objects.filter(
        case=OuterRef("pk"), role="lead", active=True, organisation=OuterRef("holder")
    )
    yield from _numbers(cases.filter(is_open=True, holder_kind="organisation").exclude(Exists(led)))
    yield from _numbers(
        cases.filter(is_open=True)
        .exclude(holder_kind__in=["organisation", "chief"])
        .filter(holder__isnull=False)
        .exclude(holder=F("desk"))
    )
    yield from _numbers(
        cases.filter(is_open=True, holder_kind="chief")
        .exclude(holder=F("desk"))
        .exclude(holder__kind="district_desk")
    )


@invariant(_("The state is one of the process, and open or closed as the process says"))
def state_fits_process(cases: Scope) -> Iterable[str]:
    combinations = cases.order_by().values_list("edition", "process", "state", "is_open").distinct()
    for edition, process, state, is_open in combinations:
        try:
            found = catalogue(edition).process(process).state(state)
        except NotInCatalogue:
            found = None
        if found is None or (found.group == "open") != is_open:
            yield from _numbers(
                cases.filter(edition=edition, process=process, state=state, is_open=is_open)
            )


@invariant(_("A closed case has a time of closing, an open one has none"))
def closed_has_closing(cases: Scope) -> Iterable[str]:
    yield from _numbers(
        cases.filter(
            Q(is_open=False, closed_at=None)
            | Q(is_open=True, closed_at__isnull=False)
            | Q(closed_at__lt=F("opened_at"))
        )
    )


@invariant(_("A closed case has no part of any organisation still running"))
def closed_parts_ended(cases: Scope) -> Iterable[str]:
    running = Assignment.objects.filter(case=OuterRef("pk"), active=True)
    yield from _numbers(cases.filter(is_open=False).filter(Exists(running)))


@invariant(_("A return that waits stands in an open case"))
def returns_decided(cases: Scope) -> Iterable[str]:
    waiting = Return.objects.filter(case=OuterRef("pk"), decided_at=None)
    yield from _numbers(cases.filter(is_open=False).filter(Exists(waiting)))


# --- clocks ---------------------------------------------------------------------------------------


@invariant(_("No clock of a closed case runs"))
def closed_clocks_stopped(cases: Scope) -> Iterable[str]:
    running = Clock.objects.filter(case=OuterRef("pk"), stopped_at=None)
    yield from _numbers(cases.filter(is_open=False).filter(Exists(running)))


@invariant(_("The clock on the whole case begins with the case and is never begun anew"))
def total_never_resets(cases: Scope) -> Iterable[str]:
    totals = Clock.objects.filter(case__in=cases, milestone="total", owner_kind="case")
    twice = totals.values("case", "round").annotate(count=Count("id")).filter(count__gt=1)
    yield from _numbers(cases.filter(id__in=twice.values("case")))
    late_start = totals.filter(round=1).exclude(start_at=F("case__opened_at"))
    yield from _numbers(cases.filter(id__in=late_start.values("case")))


@invariant(_("A due time moves only with an entry that says so, each from where the last left it"))
def due_moves_by_entry(cases: Scope) -> Iterable[str]:
    clocks = Clock.objects.filter(case__in=cases).order_by("id")
    for batch in _batches(clocks):
        moves: dict[str, list[Any]] = defaultdict(list)
        for line in journal.happened("clock.recomputed", [clock.id for clock in batch]):
            moves[line.subject_id].append(line.details)
        pauses: dict[UUID, list[ClockPause]] = defaultdict(list)
        for pause in ClockPause.objects.filter(clock__in=[c.id for c in batch]).order_by("since"):
            pauses[pause.clock_id].append(pause)
        for clock in batch:
            told = moves.get(str(clock.id), [])
            if not _moved_as_told(clock, told, pauses[clock.id]):
                yield clock.case.number


def _moved_as_told(clock: Clock, told: Sequence[Any], pauses: Sequence[ClockPause]) -> bool:
    ends = [(_moment(each.get("before")), _moment(each.get("after"))) for each in told]
    if any(later[0] != earlier[1] for earlier, later in pairwise(ends)):
        return False
    if ends:
        return bool(ends[-1][1] == clock.due_at)
    if clock.basis in ("given", "pending") or not any(each.until for each in pauses):
        return True  # the audit of clocks works these out from their start
    try:
        calendar = catalogue(clock.edition).calendar(clock.calendar)
    except NotInCatalogue:
        return False
    return timing_of(clock, calendar, ()).due == clock.due_at


def _moment(text: str | None) -> Any:
    return moment_of(text) if text else None


@invariant(_("A stopped clock was met or late by its own times"))
def outcome_fits_times(cases: Scope) -> Iterable[str]:
    stopped = Clock.objects.filter(case__in=cases, stopped_at__isnull=False)
    wrong = stopped.filter(
        Q(outcome="met", stopped_at__gt=F("due_at"))
        | Q(outcome="late", stopped_at__lte=F("due_at"))
        | Q(outcome="late", due_at=None)
    )
    yield from _numbers(cases.filter(id__in=wrong.values("case")))


@invariant(_("A clock stands still exactly while a pause is open"))
def paused_has_pause(cases: Scope) -> Iterable[str]:
    open_pause = ClockPause.objects.filter(clock=OuterRef("pk"), until=None)
    clocks = Clock.objects.filter(case__in=cases)
    wrong = clocks.filter(
        (Q(paused_at__isnull=False) & ~Exists(open_pause))
        | (Q(paused_at__isnull=True) & Exists(open_pause))
    )
    yield from _numbers(cases.filter(id__in=wrong.values("case")))


@invariant(_("The due time that lists sort by is that of a running clock of the case"))
def shown_clock_runs(cases: Scope) -> Iterable[str]:
    shown = Clock.objects.filter(
        case=OuterRef("pk"),
        stopped_at=None,
        milestone=OuterRef("due_milestone"),
        due_at=OuterRef("due_at"),
    )
    yield from _numbers(cases.filter(due_at__isnull=False).exclude(Exists(shown)))
    yield from _numbers(cases.filter(due_at__isnull=False).exclude(due_order=F("due_at")))
    yield from _numbers(cases.filter(is_open=False, due_at__isnull=False))


# --- reports --------------------------------------------------------------------------------------


@invariant(_("Every case has its reports; a merged one has handed them to its master"))
def no_orphan_reports(cases: Scope) -> Iterable[str]:
    reports = Report.objects.filter(case=OuterRef("pk"))
    yield from _numbers(cases.filter(master=None).exclude(Exists(reports)))
    yield from _numbers(cases.filter(master__isnull=False).filter(Exists(reports)))
    lost = Report.objects.exclude(case=F("first_case")).exclude(first_case__master=F("case"))
    yield from _numbers(cases.filter(id__in=lost.values("first_case")))


@invariant(_("Every submission has a report"))
def no_empty_submissions(cases: Scope) -> Iterable[str]:
    empty = Submission.objects.exclude(Exists(Report.objects.filter(submission=OuterRef("pk"))))
    yield from empty.values_list("receipt", flat=True)


@invariant(_("The number of reports that a case shows is the number it has"))
def reports_counted(cases: Scope) -> Iterable[str]:
    counted = (
        cases.filter(master=None)
        .annotate(found=Count("reports", filter=~Q(reports__join_state="proposed")))
        .exclude(found=F("reports_count"))
    )
    yield from _numbers(counted)


@invariant(_("Withdrawn and waiting reports are counted as they are"))
def reports_sorted(cases: Scope) -> Iterable[str]:
    own = ~Q(reports__join_state="proposed")
    withdrawn = Q(reports__withdrawn_at__isnull=False)
    counted = (
        cases.filter(master=None)
        .annotate(
            gone=Count("reports", filter=own & withdrawn),
            waiting=Count("reports", filter=~own & ~withdrawn),
        )
        .exclude(gone=F("reports_withdrawn"), waiting=F("reports_proposed"))
    )
    yield from _numbers(counted)


@invariant(_("No neighbour waits to be joined with a case that has ended"))
def nobody_waits_at_an_end(cases: Scope) -> Iterable[str]:
    waiting = Report.objects.filter(
        case=OuterRef("pk"), join_state="proposed", withdrawn_at__isnull=True
    )
    yield from _numbers(cases.filter(is_open=False).filter(Exists(waiting)))


@invariant(_("A review is asked for once, and decided by another person than the one before"))
def reviewed_by_another(cases: Scope) -> Iterable[str]:
    for batch in _batches(cases.filter(objected__gt=0).order_by("id")):
        numbers = {str(case.id): case.number for case in batch}
        yield from (case.number for case in batch if case.objected > 1)
        decided: dict[str, list[Any]] = defaultdict(list)
        for verb in ("case.declined", "case.objected", "case.accepted"):
            for line in journal.happened(verb, numbers):
                decided[line.subject_id].append(line)
        posts = {UUID(x.actor_id) for ls in decided.values() for x in ls if x.actor_kind == "post"}
        people = {post: holder.person_id for post, holder in directory.holders(posts).items()}
        for subject, lines in decided.items():
            lines.sort(key=lambda line: (line.occurred_at, line.id))
            objected = next((n for n, x in enumerate(lines) if x.verb == "case.objected"), 0)
            first = [x for x in lines[:objected] if x.verb == "case.declined"]
            after = [x for x in lines[objected + 1 :] if x.actor_kind == "post"]
            who = people.get(UUID(first[-1].actor_id)) if first else None
            if who is not None and any(people.get(UUID(x.actor_id)) == who for x in after[:1]):
                yield numbers[subject]


@invariant(_("A merged case points to one that is not merged itself"))
def no_chain_of_masters(cases: Scope) -> Iterable[str]:
    yield from _numbers(cases.filter(master__master__isnull=False))


# --- ground, people, search -----------------------------------------------------------------------


@invariant(_("The areas of a case are those that hold its smallest one"))
def chain_fits_ground(cases: Scope) -> Iterable[str]:
    here = territory.ground()
    for row in cases.order_by().values_list(*CHAIN).distinct():
        inside = [area for area in row if area is not None]
        if not inside:
            wrong = False
        else:
            known = here.areas.get(inside[-1])
            wrong = known is None or tuple(known.chain) != tuple(row)
        if wrong:
            yield from _numbers(cases.filter(**dict(zip(CHAIN, row, strict=True))))
    yield from _numbers(cases.filter(area__isnull=False, a1=None))


@invariant(_("Nobody checked what they handled themselves"))
def checker_is_not_handler(cases: Scope) -> Iterable[str]:
    rounds = Round.objects.filter(case__in=cases, checked_by__isnull=False).select_related("case")
    passed = _passed_by(cases)
    for batch in _batches(rounds.order_by("id")):
        yield from _self_checked([(r, r.checked_by) for r in batch])
    pending = [(number, post) for number, post in passed.items()]
    for start in range(0, len(pending), AT_ONCE):
        part = dict(pending[start : start + AT_ONCE])
        found = Round.objects.filter(
            case__in=[case for case, _round in part], disposed_person__isnull=False
        ).select_related("case")
        yield from _self_checked(
            [(r, part[r.case_id, r.number]) for r in found if (r.case_id, r.number) in part]
        )


def _passed_by(cases: Scope) -> dict[tuple[UUID, int], UUID]:
    """Who passed the check of which round, where it was a post."""
    found: dict[tuple[UUID, int], UUID] = {}
    disposed = cases.filter(rounds__disposed_person__isnull=False).values_list("id", flat=True)
    ids = list(disposed.distinct())
    for verb in ("case.check_passed", "case.closed"):
        for line in journal.happened(verb, ids):
            if line.actor_kind == "post":
                key = (UUID(line.subject_id), int(line.details["round"]))
                found.setdefault(key, UUID(line.actor_id))
    return found


def _self_checked(checked: Sequence[tuple[Round, UUID | None]]) -> Iterable[str]:
    holders = directory.holders({post for _round, post in checked if post is not None})
    handlers: dict[tuple[UUID, int], set[UUID]] = defaultdict(set)
    parts = Assignment.objects.filter(
        case__in={r.case_id for r, _post in checked}, handler_person__isnull=False
    ).exclude(role="informed")
    for case_id, number, person in parts.values_list("case", "round", "handler_person"):
        if person is not None:
            handlers[case_id, number].add(person)
    for record, post in checked:
        holder = holders.get(post) if post is not None else None
        if holder is None:
            continue
        acted = handlers[record.case_id, record.number] | {record.disposed_person}
        if holder.person_id in acted:
            yield record.case.number


@invariant(_("Nobody verified what they reported themselves"))
def verifier_is_not_reporter(cases: Scope) -> Iterable[str]:
    rounds = Round.objects.filter(case__in=cases, verified_by__isnull=False).select_related("case")
    for batch in _batches(rounds.order_by("id")):
        told = Report.objects.filter(
            case__in={each.case_id for each in batch},
            submission__reporter_kind="worker",
            submission__reporter_post__isnull=False,
        ).values_list("case", "submission__reporter_post")
        posts = {post for _case, post in told} | {each.verified_by for each in batch}
        people = {
            post: holder.person_id
            for post, holder in directory.holders([p for p in posts if p is not None]).items()
        }
        reporters = {(case, people.get(post)) for case, post in told if post in people}
        for each in batch:
            if (each.case_id, people.get(each.verified_by)) in reporters:
                yield each.case.number


@invariant(_("What was closed by special approval was proposed by one and confirmed by another"))
def forced_by_two(cases: Scope) -> Iterable[str]:
    confirmed = Proposal.objects.filter(
        case=OuterRef("pk"),
        round=OuterRef("round"),
        state="confirmed",
        decided_person__isnull=False,
    ).exclude(decided_person=F("proposed_person"))
    yield from _numbers(cases.filter(close_type="forced").exclude(Exists(confirmed)))


@invariant(_("What was put away has ended, and nothing about it runs or waits"))
def archived_is_over(cases: Scope) -> Iterable[str]:
    away = cases.filter(archived_at__isnull=False)
    yield from _numbers(away.filter(Q(is_open=True) | Q(archived_at__lt=F("closed_at"))))
    yield from _numbers(away.filter(master__is_open=True))


@invariant(_("How long a case is kept was decided when it was put away, and not before"))
def retention_is_decided(cases: Scope) -> Iterable[str]:
    yield from _numbers(cases.filter(archived_at__isnull=False, retention_edition__isnull=True))
    yield from _numbers(cases.filter(archived_at__isnull=True, retention_edition__isnull=False))


@invariant(_("Every case can be found by search, and no restricted one can"))
def search_fits(cases: Scope) -> Iterable[str]:
    document = SearchDoc.objects.filter(case=OuterRef("pk"))
    open_cases = cases.filter(sensitivity__lt=Sensitivity.RESTRICTED)
    yield from _numbers(open_cases.exclude(Exists(document)))
    hidden = cases.filter(sensitivity__gte=Sensitivity.RESTRICTED)
    yield from _numbers(hidden.filter(Exists(document)))


@invariant(_("Every case has an entry that says how it began"))
def journal_knows_beginning(cases: Scope) -> Iterable[str]:
    for batch in _batches(cases.order_by("id").only("id", "number")):
        known = journal.subjects_of("case.opened", [case.id for case in batch])
        rest = [case for case in batch if str(case.id) not in known]
        if rest:
            known |= journal.subjects_of("case.imported", [case.id for case in rest])
        yield from (case.number for case in rest if str(case.id) not in known)


def _batches(rows: QuerySet[Any]) -> Iterable[list[Any]]:
    """All rows in the order of their ids, some at a time."""
    if rows.model is Clock:
        rows = rows.select_related("case")
    last = None
    while True:
        batch = list((rows if last is None else rows.filter(id__gt=last))[:AT_ONCE])
        if not batch:
            return
        yield batch
        last = batch[-1].id
