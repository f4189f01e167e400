"""A city's history: rows of an older system become submissions, reports, cases and clocks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.actions.submit import case_number
from gridward.cases.actions.work import END_OF_TIME, acting_post, hold, show_clock
from gridward.cases.models import Assignment, Case, Clock, Report, SearchDoc, Submission
from gridward.cases.rules import clocks as clock_rules
from gridward.cases.rules import process as process_rules
from gridward.cases.rules.importing import ImportMapping, PastCase, closing_state
from gridward.cases.rules.start import choose_start
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Matter
from gridward.catalog.queries import catalogue
from gridward.catalog.worktime import Calendar
from gridward.core import clock as wall
from gridward.core import db, jurisdiction
from gridward.core.action import action
from gridward.core.ids import new_id, receipt_number
from gridward.directory import queries as directory
from gridward.journal.actions import note_many
from gridward.journal.rules import ActorRef
from gridward.territory import queries as territory
from gridward.territory.rules import REASONS
from gridward.vault import actions as vault

ROWS_AT_ONCE = 1000
TOTAL = "total"
Chain = tuple[int | None, ...]
Values = tuple[Any, ...]

_submission_row = db.row_maker(Submission)
_report_row = db.row_maker(Report)
_assignment_row = db.row_maker(Assignment)
_document_row = db.row_maker(SearchDoc)
_case_row = db.row_maker(Case)
_clock_row = db.row_maker(Clock)


def _case(**given: Any) -> Case:
    # by position: three times as fast as by name
    return Case(*_case_row(**given))  # type: ignore[misc]


def _clock(**given: Any) -> Clock:
    return Clock(*_clock_row(**given))  # type: ignore[misc]


@dataclass
class Imported:
    """What became of the rows of one batch: added + already == rows given.

    outside: of the added, those whose point lies outside the territory; unplaced: those without
    a point; open, closed, with_target: of the added
    """

    added: int = 0
    already: int = 0
    outside: int = 0
    unplaced: int = 0
    open: int = 0
    closed: int = 0
    with_target: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """What a row said, in the vault: whose key, the words and the place."""

    subject: UUID | None = None
    words: UUID | None = None
    place: UUID | None = None


@dataclass
class _Batch:
    """What is gathered of a batch before it is written, each table once."""

    mapping: ImportMapping
    book: Catalogue
    calendar: Calendar
    at: datetime
    boundary: int
    submissions: list[Values] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    reports: list[Values] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    assignments: list[Values] = field(default_factory=list)
    documents: list[Values] = field(default_factory=list)
    words: dict[str | int, list[str]] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)
    desks: dict[tuple[str, Chain], UUID] = field(default_factory=dict)
    leads: dict[str, UUID] = field(default_factory=dict)


@action
def import_cases(
    rows: Sequence[PastCase],
    mapping: ImportMapping,
    *,
    by: Viewer | None = None,
    at: datetime | None = None,
) -> Imported:
    """Take over rows that are not there yet, all of them or none; returns what became of them.

    Each becomes a submission, a report, a case, a total clock with the basis `given` where it has
    a target, and its closing; closed ones stand at the end of their process, the others at its
    beginning, at the desk of their place. A row whose source and id are known adds nothing.
    by: who takes them over, where somebody does it at a desk
    at: when they are taken over; the rows' own times are those of the source
    Raises NoDesk, NotInCatalogue.
    """
    known = queries.known_source_ids(mapping.source, [row.source_id for row in rows])
    first: dict[str, PastCase] = {}
    for row in rows:
        if row.source_id not in known:
            first.setdefault(row.source_id, row)
    fresh = list(first.values())
    done = Imported(added=len(fresh), already=len(rows) - len(fresh))
    if not fresh:
        return done
    book = catalogue()
    calendar = book.calendar(mapping.calendar)
    batch = _Batch(mapping, book, calendar, at or wall.now(), territory.boundary_version())
    receipts = _unused(
        len(fresh), lambda: receipt_number(jurisdiction.current().number), queries.known_receipts
    )
    numbers = _case_numbers([row.opened for row in fresh])
    places = _located(fresh)
    batch.kept = _kept(fresh, book)
    for row, receipt, number, place in zip(fresh, receipts, numbers, places, strict=True):
        _gather(batch, row, receipt, number, *place)
        done.outside += place[2] == "outside"
        done.unplaced += place[2] == "none"
    done.closed = sum(row.closed is not None for row in fresh)
    done.open = done.added - done.closed
    done.with_target = len(batch.clocks)
    _write(batch, fresh, by)
    return done


def _unused(
    count: int, draw: Callable[[], str], taken: Callable[[Collection[str]], set[str]]
) -> list[str]:
    """So many different numbers drawn by lot that nobody has."""
    found: dict[str, None] = {}
    while len(found) < count:
        drawn = {draw(): None for _ in range(count - len(found))}
        for number in taken(drawn) | found.keys():
            drawn.pop(number, None)
        found.update(drawn)
    return list(found)


def _case_numbers(moments: Sequence[datetime]) -> list[str]:
    numbers: list[str] = []
    while len(numbers) < len(moments):
        drawn = [case_number(at) for at in moments]
        if len(set(drawn)) == len(drawn) and not queries.known_numbers(drawn):
            numbers = drawn
    return numbers


def _located(rows: Sequence[PastCase]) -> list[tuple[int | None, Chain, str]]:
    """Area, chain and reason of every row's point."""
    ground = territory.locator()
    nowhere: Chain = (None,) * 6
    placed = [row for row in rows if row.lng is not None and row.lat is not None]
    found = ground.locate_many(
        np.array([row.lng for row in placed], dtype=float),
        np.array([row.lat for row in placed], dtype=float),
    )
    chains = found.chains()
    places: dict[int, tuple[int | None, Chain, str]] = {}  # by the row itself
    for at, row in enumerate(placed):
        area = int(found.area_ids[at]) or None
        chain = tuple(int(each) or None for each in chains[at])
        places[id(row)] = (area, chain, REASONS[int(found.reasons[at])])
    named = {row.area for row in rows if row.area is not None}
    chosen = {area: (area, territory.area(area).chain, "chosen") for area in named}
    return [
        places.get(id(row)) or chosen.get(row.area or 0) or (None, nowhere, "none") for row in rows
    ]


def _kept(rows: Sequence[PastCase], book: Catalogue) -> dict[str, Kept]:
    """What the rows say goes into the vault, each under a key of its own; of what few may know
    nothing is kept."""
    saying = [
        row
        for row in rows
        if (row.words or row.place) and not book.matter(row.matter).is_restricted
    ]
    keys = vault.new_subjects(len(saying))
    subjects = {row.source_id: key for row, key in zip(saying, keys, strict=True)}
    texts = [
        (row.source_id, kind, text)
        for row in saying
        for kind, text in (("report.words", row.words), ("report.place", row.place))
        if text
    ]
    sealed = vault.seal_texts([(subjects[one], kind, text) for one, kind, text in texts])
    ids = {(one, kind): made.id for (one, kind, _), made in zip(texts, sealed, strict=True)}
    return {
        one: Kept(subject, ids.get((one, "report.words")), ids.get((one, "report.place")))
        for one, subject in subjects.items()
    }


def _gather(
    batch: _Batch,
    row: PastCase,
    receipt: str,
    number: str,
    area_id: int | None,
    chain: Chain,
    reason: str,
) -> None:
    mapping, book = batch.mapping, batch.book
    matter = book.matter(row.matter)
    process = book.process(matter.process)
    state = process.start
    if row.closed is not None:
        state = batch.ends.get(process.key) or closing_state(process)
        batch.ends[process.key] = state
    submission_id = new_id()
    kept = batch.kept.get(row.source_id, Kept())
    submission = _submission_row(
        id=submission_id,
        receipt=receipt,
        digest="",
        channel=row.channel[:20],
        source=mapping.source,
        source_id=row.source_id,
        outside_due_at=row.target,
        language=mapping.language,
        reporter_kind="imported",
        vault_subject=kept.subject,
        submitted_at=row.opened,
        recorded_at=batch.at,
    )
    case = _case(
        id=new_id(row.opened),  # ids of cases rise with the time of opening
        number=number,
        process=process.key,
        edition=book.number,
        matter=matter.key,
        group=matter.group,
        state=state,
        is_open=row.closed is None,
        sensitivity=int(matter.sensitivity),
        safety=matter.safety,
        channel=row.channel[:20],
        area_id=area_id,
        boundary=batch.boundary,
        lng=row.lng,
        lat=row.lat,
        desk_id=_desk(batch, matter, chain),
        opened_at=row.opened,
        due_order=END_OF_TIME,
        closed_at=row.closed,
        close_type=mapping.close_type if row.closed is not None else "",
    )
    case.a1, case.a2, case.a3, case.a4, case.a5, case.a6 = chain
    hold(case, process_rules.holder_kind(process, state))
    if row.department and row.closed is not None:
        _add_lead(batch, case, row)
    if row.target is not None:
        clock = _total(batch, case, row)
        batch.clocks.append(clock)
        show_clock(case, [clock])
    batch.submissions.append(submission)
    batch.cases.append(case)
    batch.reports.append(
        _report_row(
            submission_id=submission_id,
            ordinal=1,
            case_id=case.id,
            first_case_id=case.id,
            matter=matter.key,
            words=kept.words,
            place_words=kept.place,
            raw_lng=row.raw_lng,
            raw_lat=row.raw_lat,
            datum=str(mapping.datum) if row.lng is not None else "",
            lng=row.lng,
            lat=row.lat,
            locate_reason=reason,
            boundary=batch.boundary,
            area_id=area_id,
            submitted_at=row.opened,
        )
    )
    if not matter.is_restricted:
        batch.documents.append(_document(batch, case, (row.words, row.place)))


def _desk(batch: _Batch, matter: Matter, chain: Chain) -> UUID:
    """The desk where the case begins, or would have begun. Raises NoDesk."""
    key = (str(matter.starts_at), chain)
    if key not in batch.desks:

        def at(which: str) -> UUID | None:
            for each in directory.organisations(kind=queries.DESK_KINDS[which]):
                if which == "district" or (each.area_id is not None and each.area_id in chain):
                    return each.id
            return None

        chosen = choose_start(key[0], any(chain), at)
        if chosen is None:
            raise errors.NoDesk()
        batch.desks[key] = chosen[0]
    return batch.desks[key]


def _add_lead(batch: _Batch, case: Case, row: PastCase) -> None:
    """The organisation that had led, its part ended with the closing."""
    lead = batch.leads.get(row.department)
    if lead is None:
        lead = batch.leads[row.department] = directory.organisation_by_key(row.department).id
    case.lead_id = lead
    batch.assignments.append(
        _assignment_row(
            case_id=case.id,
            round=1,
            organisation_id=lead,
            role="lead",
            active=False,
            edition=batch.book.number,
            dispatched_at=row.opened,
            ended_at=row.closed,
            end_reason="done",
        )
    )


def _total(batch: _Batch, case: Case, row: PastCase) -> Clock:
    """The clock on the whole case with the target that the source gave."""
    assert row.target is not None
    warn, urgent = clock_rules.marks_of_given(row.opened, row.target, batch.calendar)
    clock = _clock(
        id=new_id(),
        case_id=case.id,
        milestone=TOTAL,
        owner_kind="case",
        owner_id=case.id,
        start_at=row.opened,
        due_at=row.target,
        warn_at=warn,
        urgent_at=urgent,
        basis="given",
        edition=batch.book.number,
        calendar=batch.calendar.key,
        calendar_digest=batch.calendar.digest,
    )
    if row.closed is not None:
        clock.stopped_at = row.closed
        clock.outcome = "met" if row.closed <= row.target else "late"
    else:
        # what had passed before it came here is no news
        clock.swept = sum(mark <= batch.at for mark in (warn, urgent, row.target))
        clock.look_at = clock_rules.next_look(warn, urgent, row.target, clock.swept)
    return clock


def _document(batch: _Batch, case: Case, said: Sequence[str]) -> Values:
    tokens = dict.fromkeys(queries.fixed_tokens(case))
    for subject in (case.matter, *case.chain[1:]):
        if subject is None:
            continue
        known = batch.words.get(subject)
        if known is None:
            known = batch.words[subject] = queries.name_tokens(subject, batch.book)
        tokens.update(dict.fromkeys(known))
    if any(said):
        tokens.update(dict.fromkeys(queries.word_tokens(case, batch.book, said)))
    return _document_row(case_id=case.id, tokens=" ".join(tokens))


def _write(batch: _Batch, rows: Sequence[PastCase], by: Viewer | None) -> None:
    db.copy_values(Submission, batch.submissions)
    db.copy_rows(Case, batch.cases)
    db.copy_values(Report, batch.reports)
    db.copy_rows(Clock, batch.clocks)
    db.copy_values(Assignment, batch.assignments)
    db.copy_values(SearchDoc, batch.documents)
    mapping = batch.mapping
    name = mapping.name
    note_many(
        "case.imported",
        [
            (
                case.id,
                {
                    "source": mapping.source,
                    "mapping": name,
                    "opened": row.opened,
                    "area": case.area_id,
                    "boundary": case.boundary,
                    "due": row.target,
                    "closed": row.closed,
                },
            )
            for case, row in zip(batch.cases, rows, strict=True)
        ],
        actor=ActorRef("import", mapping.key) if by is None else acting_post(by).ref,
        at=batch.at,
    )


__all__ = ["ROWS_AT_ONCE", "Imported", "import_cases"]
