"""Clocks: swept when due, worked out again when a calendar comes, audited from scratch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from gridward.cases import queries
from gridward.cases.actions.work import SYSTEM, show_clock
from gridward.cases.models import Clock, ClockPause
from gridward.cases.rules import clocks as clock_rules
from gridward.catalog import rules as catalog_rules
from gridward.catalog.compiled import Catalogue
from gridward.catalog.errors import NotInCatalogue
from gridward.catalog.queries import catalogue
from gridward.catalog.worktime import Calendar, Limit, Unit
from gridward.core import clock as wall
from gridward.core.action import action
from gridward.core.errors import Problem
from gridward.journal.actions import note, note_many
from gridward.journal.queries import happened
from gridward.journal.rules import moment_of

SWEEP_AT_ONCE = 500
AUDIT_AT_ONCE = 2000
LAPSES = ("info_lapsed", "verify_lapsed")  # steps that the end of a waiting time takes by itself
LAPSE_AGAIN = timedelta(minutes=5)  # after a ticker was killed between the mark and the step
LEVELS = ("clock.warned", "clock.pressed", "clock.overdue")


@dataclass(frozen=True)
class Swept:
    """What one sweep found, by level."""

    warned: int
    pressed: int
    overdue: int

    @property
    def total(self) -> int:
        return self.warned + self.pressed + self.overdue


def sweep_clocks(*, now: datetime | None = None) -> Swept:
    """Note every clock that reached 50 %, 80 % or its end since the last sweep.

    The same few statements for one clock and for hundreds; whatever fell due, not whatever runs,
    sets the cost. Waiting that lapsed, for details or for a look on site, is ended here too.
    """
    moment = now or wall.now()
    swept, lapsed = _sweep(moment)
    for case_id, key in lapsed:
        from gridward.cases.actions.steps import take_step

        try:
            take_step(case_id, key, actor=SYSTEM, version=None, at=moment)
        except Problem:
            continue  # somebody answered meanwhile
    return swept


@action
def _sweep(now: datetime) -> tuple[Swept, list[tuple[UUID, str]]]:
    due = queries.lock_due_clocks(now, SWEEP_AT_ONCE)
    lapsing = {
        milestone.key: step
        for process in catalogue().processes.values()
        for milestone in process.milestones
        for step in LAPSES
        if step in milestone.stops
    }
    counts = [0, 0, 0]
    lapsed: list[tuple[UUID, str]] = []
    waiting: list[UUID] = []
    levels: list[list[Clock]] = [[], [], []]
    for clock in due:
        level = _level(clock, now)
        if level == 2 and clock.milestone in lapsing:
            lapsed.append((clock.case_id, lapsing[clock.milestone]))
            waiting.append(clock.id)
        if clock.swept > level:
            continue  # marked before; only its step is still to be taken
        levels[level].append(clock)
        counts[level] += 1
    for level, clocks in enumerate(levels):
        if not clocks:
            continue
        note_many(
            LEVELS[level],
            [
                (
                    c.id,
                    {"case": c.case_id} | ({"milestone": c.milestone} if level == 2 else {}),
                )
                for c in clocks
            ],
            actor=SYSTEM.ref,
            at=now,
        )
        following: Any = (F("urgent_at"), F("due_at"), None)[level]
        Clock.objects.filter(id__in=[c.id for c in clocks]).update(
            swept=level + 1, look_at=following
        )
    if waiting:  # the step that stops it ends the looking too
        Clock.objects.filter(id__in=waiting).update(look_at=now + LAPSE_AGAIN)
    return Swept(*counts), lapsed


def _level(clock: Clock, now: datetime) -> int:
    """The highest mark that the clock has passed: 0 half, 1 nearly, 2 due."""
    if clock.due_at is not None and clock.due_at <= now:
        return 2
    if clock.urgent_at is not None and clock.urgent_at <= now:
        return 1
    return 0


# --- a calendar that came later -------------------------------------------------------------------


def recompute_provisional(*, now: datetime | None = None) -> int:
    """Work out again running clocks that were counted without a calendar; returns how many moved.

    Each change is an entry of its own; a clock whose year is still missing stays as it is.
    """
    moved = 0
    rows = Clock.objects.filter(provisional=True, stopped_at__isnull=True).values_list(
        "case_id", flat=True
    )
    for case_id in sorted(set(rows)):
        moved += _recompute_case(case_id, now or wall.now())
    return moved


@action
def _recompute_case(case_id: UUID, now: datetime) -> int:
    case = queries.lock_case(case_id)
    book = catalogue()
    moved = 0
    clocks = queries.running_clocks(case_id)
    for clock in clocks:
        if not clock.provisional:
            continue
        calendar = book.calendars.get(clock.calendar)
        if calendar is None or calendar.digest == clock.calendar_digest:
            continue
        times = queries.timing_of(clock, calendar, clock.pauses.order_by("since"))
        if times.provisional:
            continue
        before = clock.due_at
        clock.due_at, clock.warn_at, clock.urgent_at = times.due, times.warn, times.urgent
        clock.provisional = False
        clock.calendar_digest = calendar.digest
        if clock.swept > 2 and times.due > now:
            clock.swept = clock_rules.passed(times.warn, times.urgent, times.due, now)
        if clock.paused_at is None:
            clock.look_at = clock_rules.next_look(times.warn, times.urgent, times.due, clock.swept)
        clock.save()
        note(
            "clock.recomputed",
            clock.id,
            actor=SYSTEM.ref,
            at=now,
            case=case_id,
            cause="calendar",
            before=before,
            after=clock.due_at,
        )
        moved += 1
    if moved:
        show_clock(case, clocks)
        case.version += 1
        case.save()
    return moved


# --- the audit ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClockFault:
    """A clock whose stored times are not what its start, rule, edition and calendar give."""

    clock: UUID
    case: UUID
    case_number: str
    milestone: str
    what: str
    stored: str
    worked_out: str


@dataclass
class Audit:
    """What an audit of all clocks found.

    calendars: how many clocks were counted with another calendar than their edition has now, by
    (edition, calendar, digest then); a calendar that was changed in place is one fault of the
    catalogue, and of the clocks only those are named whose times it concerns
    """

    clocks: int = 0
    pending: int = 0
    faults: list[ClockFault] = field(default_factory=list)
    calendars: Counter[tuple[int, str, str]] = field(default_factory=Counter)

    @property
    def ok(self) -> bool:
        return not self.faults and not self.calendars


def limits_by_rule(book: Catalogue, rule: str) -> tuple[Limit, ...]:
    """The limit that a clock's rule stands for in an edition. Raises NotInCatalogue."""
    if rule.startswith("settings."):
        _, name, word = rule.split(".", 2)
        pace = book.settings.pace(name)
        if pace is None:
            raise NotInCatalogue(kind="setting", key=name, edition=book.number)
        return (pace.of(urgent=word == "urgent"),)
    if rule in book.conditions:
        return (book.condition(rule).limit,)
    key, _, name = rule.rpartition(".")
    if name in ("urgent", "normal") and key.endswith(".sum"):
        condition = book.condition(key.removesuffix(".sum"))
        return catalog_rules.promise_of(condition, book.settings, urgent=name == "urgent")
    if name in ("promise", "sum") and key in book.conditions:
        condition = book.condition(key)
        return catalog_rules.promise_of(condition, book.settings, urgent=condition.urgent)
    if key in book.conditions:
        for milestone in book.condition(key).milestones:
            if milestone.key == name and isinstance(milestone.limit, Limit):
                return (milestone.limit,)
    for process in book.processes.values():
        found = process.milestone(name)
        if found is not None and isinstance(found.limit, Limit):
            return (found.limit,)
    raise NotInCatalogue(kind="limit", key=rule, edition=book.number)


def audit_clocks(
    *,
    case_ids: list[UUID] | None = None,
    editions: Callable[[int], Catalogue] = catalogue,
    is_copy: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Audit:
    """Work out every clock again from its start, rule, edition, calendar and pauses alone.

    A stored due time is never used. editions: gives the edition of a number (a changed copy, to
    see which clocks it would concern); is_copy: they are such copies, so that another calendar
    than the one a clock was counted with is no fault by itself. Reads in batches, with flat memory.
    """
    audit = Audit()
    clocks = Clock.objects.all()
    if case_ids is not None:
        clocks = clocks.filter(case__in=case_ids)
    for batch in _batches(clocks):
        pauses: dict[UUID, list[ClockPause]] = {}
        after_ids = [c.after_id for c in batch if c.after_id is not None]
        for pause in ClockPause.objects.filter(
            clock__in=[*[c.id for c in batch], *after_ids]
        ).order_by("since"):
            pauses.setdefault(pause.clock_id, []).append(pause)
        given = _given(c.case_id for c in batch if c.basis == "given")
        before = {c.id: c for c in Clock.objects.filter(id__in=after_ids)}
        told = _told_corrections(batch)
        for clock in batch:
            audit.clocks += 1
            if clock.basis == "pending":
                audit.pending += 1
                if clock.due_at is not None:
                    _fault(audit, clock, "due", clock.due_at, None)
                continue
            if clock.basis == "given":
                _audit_given(audit, clock, given.get(clock.case_id, (None, None)), editions)
            else:
                _audit_one(audit, clock, pauses, before, editions)
            moments = {moment_of(at) for at, _rule, _limits in clock.corrected}
            if not moments <= told.get(clock.case_id, set()):
                _fault(audit, clock, "correction", max(moments), None)
        if is_copy:
            audit.calendars.clear()
        if progress is not None:
            progress(audit.clocks)
    return audit


def _batches(clocks: Any) -> Iterator[list[Clock]]:
    last = None
    while True:
        rows = clocks.select_related("case").order_by("id")
        if last is not None:
            rows = rows.filter(id__gt=last)
        batch = list(rows[:AUDIT_AT_ONCE])
        if not batch:
            return
        yield batch
        last = batch[-1].id


Given = tuple[datetime | None, datetime | None]


def _given(case_ids: Any) -> dict[UUID, Given]:
    """Case → opening and target that came with an import, as its journal entry has them."""
    found: dict[UUID, Given] = {}
    for line in happened("case.imported", case_ids):
        opened, due = (line.details.get(name) for name in ("opened", "due"))
        found[UUID(line.subject_id)] = (
            moment_of(opened) if opened else None,
            moment_of(due) if due else None,
        )
    return found


def _told_corrections(batch: Sequence[Clock]) -> dict[UUID, set[datetime]]:
    """Case → when the journal says that it was corrected."""
    cases = {clock.case_id for clock in batch if clock.corrected}
    found: dict[UUID, set[datetime]] = {}
    if cases:
        for line in happened("case.corrected", cases):
            found.setdefault(UUID(line.subject_id), set()).add(line.occurred_at)
    return found


def _audit_given(
    audit: Audit, clock: Clock, told: Given, editions: Callable[[int], Catalogue]
) -> None:
    opened, due = told
    if opened is None or due is None:
        _fault(audit, clock, "due", clock.due_at, None)
        return
    try:
        calendar = queries.calendar_of(clock, editions)
    except Problem as unknown:
        _fault(audit, clock, "rule", clock.calendar, str(unknown))
        return
    _compare_calendar(audit, clock, calendar)
    warn, urgent = clock_rules.marks_of_given(opened, due, calendar)
    right = (opened, due, warn, urgent)
    _compare(audit, clock, ("start", "due", "warn", "urgent"), right)


def _compare_calendar(audit: Audit, clock: Clock, calendar: Calendar) -> None:
    if clock.calendar_digest != calendar.digest:
        audit.calendars[clock.edition, clock.calendar, clock.calendar_digest] += 1


def _compare(audit: Audit, clock: Clock, names: Sequence[str], right: Sequence[object]) -> None:
    """The first of a clock's times that is not what it should be is its fault."""
    for name, wanted in zip(names, right, strict=True):
        stored = getattr(clock, name if name == "provisional" else f"{name}_at")
        if stored != wanted:
            _fault(audit, clock, name, stored, wanted)
            return


def _audit_one(
    audit: Audit,
    clock: Clock,
    pauses: dict[UUID, list[ClockPause]],
    before: dict[UUID, Clock],
    editions: Callable[[int], Catalogue],
) -> None:
    try:
        calendar = queries.calendar_of(clock, editions)
        times, limits = _worked_out(editions, clock, pauses, before)
    except Problem as unknown:
        _fault(audit, clock, "rule", clock.rule, str(unknown))
        return
    stored = tuple(Limit(int(n), Unit(unit)) for n, unit in clock.limits)
    if stored != limits:
        _fault(audit, clock, "limit", stored, limits)
    _compare_calendar(audit, clock, calendar)
    _compare(
        audit,
        clock,
        ("due", "warn", "urgent", "provisional"),
        (times.due, times.warn, times.urgent, times.provisional),
    )


def _worked_out(
    editions: Callable[[int], Catalogue],
    clock: Clock,
    pauses: dict[UUID, list[ClockPause]],
    before: dict[UUID, Clock],
) -> tuple[clock_rules.Timing, tuple[Limit, ...]]:
    book = editions(clock.edition)
    limits = limits_by_rule(book, clock.rule)
    floor = None
    if clock.basis == "rework":
        settings = book.settings
        limits = (clock_rules.half(limits[-1], settings.rework_fraction, settings.rework_minimum),)
        earlier = before.get(clock.after_id) if clock.after_id is not None else None
        if earlier is not None:
            further = (
                Clock.objects.filter(id=earlier.after_id) if earlier.after_id is not None else ()
            )
            floor = _worked_out(
                editions,
                earlier,
                pauses | {earlier.id: list(earlier.pauses.order_by("since"))},
                {c.id: c for c in further},
            )[0].due
    times = clock_rules.timing(
        clock.start_at,
        limits,
        queries.calendar_of(clock, editions),
        pauses=[clock_rules.Pause(p.since, p.until) for p in pauses.get(clock.id, [])],
        not_before=floor,
        earlier=_corrected(book, clock),
    )
    return times, limits


def _corrected(book: Catalogue, clock: Clock) -> list[clock_rules.Earlier]:
    """What held before each correction, by the rule that it names, not by the limit beside it."""
    found = []
    for at, rule, _limits in clock.corrected:
        limits = limits_by_rule(book, rule)
        if clock.basis == "rework":
            settings = book.settings
            limits = (
                clock_rules.half(limits[-1], settings.rework_fraction, settings.rework_minimum),
            )
        found.append(clock_rules.Earlier(limits, moment_of(at)))
    return found


def _fault(audit: Audit, clock: Clock, what: str, stored: object, right: object) -> None:
    audit.faults.append(
        ClockFault(
            clock=clock.id,
            case=clock.case_id,
            case_number=clock.case.number,
            milestone=clock.milestone,
            what=what,
            stored=_shown(stored),
            worked_out=_shown(right),
        )
    )


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return " + ".join(str(each) for each in value)
    return "—" if value is None else str(value)
