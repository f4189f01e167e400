"""Stories: how a case went, worked out by the product's own rules, then told of many places.

A story is walked on unsaved objects by the same functions that take real steps (`start_clock`,
`move`, the effects, `note`), so that states, holders, clocks and entries are what they would be.
Then every value that differs from case to case (ids, place, organisations, words' commitments)
is made a slot, and a case is told by filling slots: some twenty rows in a tenth of a millisecond.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid4

from django.db import models

from gridward.access.rules import Viewer
from gridward.cases import actions as case_actions
from gridward.cases.actions import effects, steps, submit, work
from gridward.cases.actions.given import Given
from gridward.cases.models import (
    Answer,
    Assignment,
    Case,
    CaseFile,
    Clock,
    Report,
    Round,
    SearchDoc,
    Submission,
)
from gridward.cases.rules import clocks as clock_rules
from gridward.catalog import worktime
from gridward.catalog.compiled import Catalogue
from gridward.core import action as core_action
from gridward.core import db, jurisdiction
from gridward.journal.actions import note
from gridward.journal.models import Entry
from gridward.journal.queries import generation
from gridward.journal.writing import Draft
from gridward.vault.models import File, Secret

SPAN = timedelta(days=400)  # history before `until`
SPAN_OPEN = timedelta(days=4)  # where everything is open: most clocks still have marks ahead
PLACE_UUIDS = (
    "desk",
    "desk_post",
    "lead",
    "handler_post",
    "handler_person",
    "worker_post",
    "worker_person",
    "station",
)
PLACE_NUMBERS = ("area", "a1", "a2", "a3", "a4", "a5")
PLACE = (*PLACE_UUIDS, *(f"{n}." for n in PLACE_UUIDS), *PLACE_NUMBERS, "lng", "lat", "rule")
"""The slots that a place fills: ids as rows have them, ids with dashes, areas, point, rule."""

TABLES: tuple[type[models.Model], ...] = (
    Submission,
    Case,
    Report,
    Clock,
    Assignment,
    Round,
    Answer,
    CaseFile,
    SearchDoc,
    Secret,
    File,
    Entry,
)
_NUMBER = 9_000_000_000_000_000  # stands for an area until a place is known
_FILLED = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|900000000000000\d|Q\.[a-z]+"
    r"|Qcommitment\d+-*"
)


@dataclass
class Kept:
    """A text of a story: who it belongs to, and the slots of its row and its commitment."""

    id: UUID
    subject: UUID
    kind: str
    text: str
    commitment: str


@dataclass
class Story:
    """One way that a case went. Rows still hold stand-ins for what a case fills in."""

    opened_at: datetime
    book: Catalogue
    matter: str
    condition: str
    words: str
    ids: dict[UUID, tuple[str, datetime]] = field(default_factory=dict)
    place: dict[Any, str] = field(default_factory=dict)
    rows: list[models.Model] = field(default_factory=list)
    entries: list[Draft] = field(default_factory=list)
    texts: list[Kept] = field(default_factory=list)
    case: Case | None = None
    is_open: bool = True

    def new(self, name: str, at: datetime) -> UUID:
        """An id that each case has of its own."""
        made = uuid4()
        self.ids[made] = (name, at)
        return made

    def keep(self, subject: UUID, kind: str, text: str, at: datetime) -> Kept:
        n = len(self.texts)
        made = Kept(self.new("secret", at), subject, kind, text, f"Qcommitment{n}".ljust(43, "-"))
        self.texts.append(made)
        return made


# --- walking ------------------------------------------------------------------------------------


@contextmanager
def _acting(story: Story, at: datetime) -> Iterator[None]:
    """An action without a database: what is noted in it goes to the story."""
    running = core_action.ActionContext(
        jurisdiction=jurisdiction.current().key, recorded_at=at, cause=story.new("cause", at)
    )
    running.memo["generations"] = _generations()
    token = core_action._context.set(running)
    try:
        yield
    finally:
        core_action._context.reset(token)
    buffer = running.memo.get("journal")
    if buffer is not None:
        story.entries += buffer.entries


@functools.cache
def _generations() -> dict[str, int]:
    """What the current deployment's processes hold in memory, read once."""
    return {name: generation(name) for name in ("catalog", "territory", "directory")}


def _viewer(post: UUID, person: UUID, organisation: UUID) -> work.Acting:
    return work.acting_post(
        Viewer(
            post_id=post,
            account_id=None,
            person_id=person,
            person_name="",
            role="",
            scope="area",
            organisation_id=organisation,
            organisation_kind="",
            organisation_type_code="",
            area_id=None,
            area_level=0,
            capabilities=frozenset(),
        )
    )


@dataclass(frozen=True)
class Plan:
    """What a story should be: walk is `worker` (reported by a grid worker), `full` (by a resident
    who left no number), `called` (back, before it is closed) or `declined`."""

    walk: str
    stop_after: int  # steps; a case that stays open stops somewhere on its way
    opened_at: datetime
    until: datetime


def tell(rng: random.Random, book: Catalogue, condition_key: str, plan: Plan) -> Story:
    """A story walked by the rules as far as its plan says and as far as `until` lets it."""
    condition = book.condition(condition_key)
    matter = book.matter(condition.matter)
    words = _words(rng, matter.title.zh, list(matter.search.zh))
    story = Story(plan.opened_at, book, matter.key, condition_key, words)
    at = plan.opened_at
    place: dict[str, Any] = {name: uuid4() for name in PLACE_UUIDS}
    story.place = {uuid: name for name, uuid in place.items()}
    story.place |= {_NUMBER + n: name for n, name in enumerate(PLACE_NUMBERS)}
    story.place |= {7.0e77: "lng", 8.0e77: "lat", "Q.rule": "rule"}

    by_worker = plan.walk == "worker"
    contact = plan.walk in ("called", "declined")
    person = story.new("subject", at)
    submission = Submission(
        id=story.new("submission", at),
        receipt="Q.receipt",
        digest="Q.digest",
        channel="field" if by_worker else "portal",
        source="field" if by_worker else "portal",
        language="zh-hans",
        reporter_kind="grid_worker" if by_worker else "resident",
        reporter_post=place["worker_post"] if by_worker else None,
        vault_subject=person,
        has_contact=contact,
        submitted_at=at,
        recorded_at=at,
    )
    said = story.keep(person, "report.words", words, at)
    if contact:
        phone = story.keep(person, "contact.phone", "Q.phone", at)
        submission.contact_phone = phone.id
    process = book.process(matter.process)
    case = story.case = Case(
        id=story.new("case", at),
        number="Q.number",
        process=process.key,
        edition=book.number,
        matter=matter.key,
        group=matter.group,
        state=process.start,
        sensitivity=int(matter.sensitivity),
        safety=matter.safety,
        channel=submission.channel,
        area_id=_NUMBER,
        boundary=1,
        lng=7.0e77,
        lat=8.0e77,
        desk_id=place["desk"],
        opened_at=at,
        due_order=work.END_OF_TIME,
        contactable=int(contact),
    )
    case.chain = [_NUMBER + n for n in range(1, 6)]
    work.hold(case, "desk")
    report = Report(
        id=story.new("report", at),
        submission=submission,
        ordinal=1,
        case=case,
        first_case=case,
        matter=matter.key,
        words=said.id,
        raw_lng=7.0e77,
        raw_lat=8.0e77,
        datum="wgs84",
        lng=7.0e77,
        lat=8.0e77,
        locate_reason="inside",
        boundary=1,
        area_id=_NUMBER,
        submitted_at=at,
    )
    reporter = (
        _viewer(place["worker_post"], place["worker_person"], place["station"])
        if by_worker
        else work.acting_reporter(submission.id)
    )
    with _acting(story, at):
        going = submit._begin_clocks(case, book, reporter, at)
        submit._tell(
            case,
            report,
            submission,
            case_actions.Told(words=words),
            {(1, "report.words"): _Sealed(said.id, said.commitment)},  # type: ignore[dict-item]
            reporter,
            at,
        )
        submit.note_opened(case, reporter, at)
    story.rows += [submission, case, report]
    desk = _viewer(place["desk_post"], uuid4(), place["desk"])
    handler = _viewer(place["handler_post"], place["handler_person"], place["lead"])
    record: Round | None = None
    photo = condition.proof == "required"
    for key, moment in _steps(rng, book, plan, condition)[: plan.stop_after]:
        if moment >= plan.until:
            break
        going.at = moment
        step = going.step(key)
        given = Given(close_type="resolved", reason="outside" if key == "decline" else "")
        going.actor = {
            "acknowledge": handler,
            "dispose": handler,
            "callback_close": work.SYSTEM,
        }.get(key, desk)
        with _acting(story, moment):
            going.entry = story.new("entry", moment)
            going.accept_entry = story.new("entry", moment)
            if key == "accept_dispatch":
                case.condition, case.urgent = condition.key, condition.urgent
                work.add_assignment(
                    going,
                    place["lead"],
                    "lead",
                    rule="Q.rule",
                    by_rule=True,
                    edition=book.number,
                )
                given.memo["accepted"] = True
            if key == "acknowledge":
                effects.record_acknowledgement(going, given)
            if key == "dispose":
                record = _dispose(story, going, photo)
                given.memo.update(record.__dict__.pop("_memo"))
                story.rows.append(record)
                case.check_on_site = False
            if key == "pass_to_callback":
                going.called_reports = [report.id]
                story.rows.append(
                    Answer(
                        id=story.new("answer", moment),
                        report=report,
                        case=case,
                        round=1,
                        asked_at=moment,
                    )
                )
            if key == "callback_close":
                _call(story, going, report, desk, rng)
                given.memo["unreached"] = 0
            if key in ("pass_close", "callback_close") and record is not None:
                record.closed_at = moment
                case.close_type = record.close_type
                for each in going.assignments:
                    effects._end(going, each, "done")
            work.move(going, step)
            case.version += 1
            if given.memo.get("accepted"):
                steps._note_accepted(going)
            note(
                step.verb,
                case.id,
                actor=going.actor.ref,
                at=moment,
                entry_id=going.entry,
                **steps.DETAILS.get(step.verb, steps._no_details)(going, given, step),
            )
    _sweep(story, going, plan.until)
    work.show_clock(case, going.clocks)
    for clock in going.clocks:
        story.ids[clock.id] = ("clock", clock.start_at)
        if clock.owner_id in story.place:
            raise AssertionError("a place owns no clock")
    for assignment in going.assignments:
        story.ids[assignment.id] = ("assignment", assignment.dispatched_at)
    story.rows += [*going.clocks, *going.assignments]
    story.is_open = case.is_open
    for one in story.texts:
        entry = None
        story.rows.append(
            Secret(
                id=one.id,
                subject_id=one.subject,
                entry_id=entry,
                kind=one.kind,
                ciphertext=f"Q.cipher.{one.id}".encode(),
                lookup="Q.lookup" if one.kind == "contact.phone" else None,
                created_at=story.ids[one.id][1],
            )
        )
    story.rows.append(SearchDoc(id=_NUMBER + 9, case=case, tokens="Q.tokens"))
    return story


@dataclass(frozen=True)
class _Sealed:
    id: UUID
    commitment: str


def _dispose(story: Story, going: work.Work, photo: bool) -> Round:
    at, case = going.at, going.case
    if case.vault_subject is None:
        case.vault_subject = story.new("subject", at)
    internal = story.keep(case.vault_subject, "case.internal", "已到现场处理完毕", at)
    reply = story.keep(case.vault_subject, "case.reply", "您反映的问题已处理，感谢您的反映。", at)
    record = Round(
        id=story.new("round", at),
        case=case,
        number=1,
        opened_at=at,
        disposed_at=at,
        disposed_by=going.actor.post,
        disposed_person=going.actor.facts.person,
        disposed_organisation=going.actor.facts.organisation,
        internal=internal.id,
        reply=reply.id,
        close_type="resolved",
    )
    record.__dict__["_memo"] = {
        "internal": internal.commitment,
        "reply": reply.commitment,
        "close_type": "resolved",
    }
    if photo:
        file = File(
            id=story.new("file", at),
            key_id=case.vault_subject,
            person_id=None,
            state=File.State.LINKED,
            staged_by="benchmark",
            digest="0" * 64,
            thumb_digest="0" * 64,
            bytes=1,
            width=1,
            height=1,
            created_at=at,
        )
        story.rows += [
            file,
            CaseFile(
                id=story.new("casefile", at),
                case=case,
                round=1,
                kind="after",
                file=file.id,
                added_at=at,
                added_by=going.actor.post,
            ),
        ]
    return record


def _call(
    story: Story, going: work.Work, report: Report, desk: work.Acting, rng: random.Random
) -> None:
    answer = next(row for row in story.rows if isinstance(row, Answer))
    at = going.at
    answer.attempts = answer.attempt_days = 1
    answer.last_attempt_at = answer.answered_at = answer.rated_at = at
    answer.answer, answer.via, answer.rating = "solved", "call", rng.choice((3, 4, 5, 5))
    common: dict[str, Any] = {"actor": desk.ref, "at": at, "case": going.case.id, "round": 1}
    note("report.called", report.id, attempt=1, reached=True, **common)
    note("report.answered", report.id, answer="solved", rating=answer.rating, **common)


def _steps(
    rng: random.Random, book: Catalogue, plan: Plan, condition: Any
) -> list[tuple[str, datetime]]:
    """The steps of a walk with the moments when they are taken; now and then one comes late."""
    calendar = book.hours("desk")
    urgent = condition.urgent
    at = plan.opened_at

    def later(low: float, high: float) -> datetime:
        """Some minutes of working time later, of plain time where it is urgent."""
        nonlocal at
        length = timedelta(minutes=rng.uniform(low, high))
        at = at + length if urgent else worktime.add_worktime(at, length, calendar).at
        return at

    if plan.walk == "declined":
        return [("decline", later(2, 14))]
    made = [("accept_dispatch", later(0.5, 2 if urgent else 14))]
    made.append(("acknowledge", later(1, 7 if urgent else 55)))
    whole = worktime.add(at, condition.limit, calendar).at
    worked = worktime.between(at, whole, condition.limit.unit, calendar)
    share = rng.uniform(0.1, 0.48) if rng.random() < 0.8 else rng.uniform(0.5, 1.15)
    minutes = max(5.0, worked.total_seconds() / 60 * share)
    made.append(("dispose", later(minutes * 0.95, minutes)))
    if plan.walk == "called":
        made.append(("pass_to_callback", later(5, 55 if urgent else 110)))
        made.append(("callback_close", later(10, 600)))
    else:
        made.append(("pass_close", later(5, 55 if urgent else 110)))
    return made


MARKS = ("clock.warned", "clock.pressed", "clock.overdue")


def _sweep(story: Story, going: work.Work, until: datetime) -> None:
    """What the sweeper noted of each clock while it ran."""
    assert story.case is not None
    for clock in going.clocks:
        if clock.due_at is None:
            continue
        for level, mark in enumerate((clock.warn_at, clock.urgent_at, clock.due_at)):
            assert mark is not None
            if mark > (clock.stopped_at or until):
                break
            clock.swept = level + 1
            with _acting(story, mark):
                note(
                    MARKS[level],
                    clock.id,
                    actor=work.SYSTEM.ref,
                    at=mark,
                    entry_id=story.new("entry", mark),
                    case=story.case.id,
                    **({"milestone": clock.milestone} if level == 2 else {}),
                )
        if clock.stopped_at is None:
            assert clock.warn_at is not None and clock.urgent_at is not None
            clock.look_at = clock_rules.next_look(
                clock.warn_at, clock.urgent_at, clock.due_at, clock.swept
            )


WHERE = [
    "小区北门口",
    "菜市场旁边",
    "学校门口",
    "公交站后面",
    "桥头",
    "祠堂前",
    "河边步道",
    "停车场入口",
    "工业园东门",
    "村口榕树下",
    "超市对面",
    "卫生站门口",
    "文化广场",
    "三号楼楼下",
    "路口红绿灯旁",
    "加油站往东",
    "快递点门口",
    "幼儿园围墙外",
    "涌边",
    "球场旁",
]
TAIL = [
    "，请尽快处理",
    "，晚上看不清，很危险",
    "，已经好几天了",
    "，老人小孩经过不安全",
    "，影响出行",
    "，昨天还好好的",
    "，麻烦派人来看一下",
    "，上次处理过又坏了",
    "，下雨更严重",
    "，附近居民都有意见",
]


def _words(rng: random.Random, title: str, search: Sequence[str]) -> str:
    what = rng.choice([*title.split("、"), *search])
    number = rng.randrange(1, 200)
    return f"{rng.choice(WHERE)}{what}{rng.choice(TAIL)}" + (
        f"，{number}号附近" if number < 80 else ""
    )


# --- slots --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """How rows of a model are written: columns, and what the driver takes for each value."""

    model: type[models.Model]
    name: str
    columns: tuple[str, ...]
    fields: tuple[Any, ...]


def tables() -> dict[type[models.Model], Table]:
    """Every table that a story writes; an entry's mark, seal and place stand last."""
    made = {}
    for model in TABLES:
        fields = list(model._meta.concrete_fields)
        if model is Entry:
            last = ("mac", "seal_id", "position")
            fields = [f for f in fields if f.column not in last]
        made[model] = Table(
            model, model._meta.db_table, tuple(f.column for f in fields), tuple(fields)
        )
    return made


@dataclass(frozen=True)
class Told:
    """A story ready to be told of places: getters over one tuple of values per case.

    The tuple is place values, then own values (`names`), then ids as rows have them, then ids with
    dashes, then the story's constants.
    """

    opened_at: datetime
    matter: str
    condition: str
    words: str
    is_open: bool
    led: bool
    texts: tuple[tuple[int, int, str, str], ...]  # id, subject (numbers of ids), kind, text
    subjects: tuple[int, ...]
    prefixes: tuple[tuple[str, str], ...]
    constants: tuple[Any, ...]
    rows: tuple[tuple[type[models.Model], Callable[[Any], tuple[Any, ...]]], ...]
    entries: tuple[
        tuple[str, int, str, Callable[[Any], tuple[Any, ...]], Callable[[Any], tuple[Any, ...]]],
        ...,
    ]
    """recorded, number of the id, canonical text with %s, its getter, the row's getter"""
    own: int  # how many values of its own a case has before the ids


_encoded: dict[Any, Any] = {}  # what repeats from story to story

OWN = ("receipt", "number", "digest", "doc", "tokens", "phone_lookup", "canonical")


def compile_story(
    story: Story, known: dict[type[models.Model], Table], encode: Callable[[Any], Any]
) -> Told:
    """The story with its stand-ins made slots. encode: a value as the engine's writer takes it."""
    ids = list(story.ids)
    number_of = {uuid: n for n, uuid in enumerate(ids)}
    # entries drew ids of their own where none was given
    for draft in story.entries:
        if draft.id not in number_of:
            number_of[draft.id] = len(ids)
            ids.append(draft.id)
            story.ids[draft.id] = ("entry", draft.recorded_at)
    texts = len(story.texts)
    own_base = len(PLACE)
    cipher_base = own_base + len(OWN)
    commit_base = cipher_base + texts
    own = len(OWN) + 2 * texts
    id_base = own_base + own
    dash_base = id_base + len(ids)
    constant_base = dash_base + len(ids)
    constants: list[Any] = []
    places: dict[Any, int] = {}

    def constant(value: Any) -> int:
        key = (type(value), value)
        if key not in places:
            places[key] = constant_base + len(constants)
            constants.append(value)
        return places[key]

    place_at = {name: n for n, name in enumerate(PLACE)}
    own_at = {name: own_base + n for n, name in enumerate(OWN)}
    cipher_at = {
        f"Q.cipher.{one.id}".encode(): cipher_base + n for n, one in enumerate(story.texts)
    }
    commit_at = {one.commitment: commit_base + n for n, one in enumerate(story.texts)}
    words = {
        "Q.receipt": own_at["receipt"],
        "Q.number": own_at["number"],
        "Q.digest": own_at["digest"],
        "Q.tokens": own_at["tokens"],
        "Q.lookup": own_at["phone_lookup"],
        "Q.rule": place_at["rule"],
        **commit_at,
    }

    connection = db.connection()

    def slot(field_: Any, value: Any) -> int:
        kind = type(value)
        if kind is UUID:
            if value in number_of:
                return id_base + number_of[value]
            if value in story.place:
                return place_at[story.place[value]]
        elif kind is bytes and value in cipher_at:
            return cipher_at[value]
        elif kind is str:
            if value in words:
                return words[value]
        elif kind is int or kind is float:
            if value == _NUMBER + 9:
                return own_at["doc"]
            if value in story.place:
                return place_at[story.place[value]]
        elif kind is not bool and value is not None:
            return constant(encode(field_.get_db_prep_save(value, connection=connection)))
        key = (field_, kind, value)
        if key not in _encoded:
            _encoded[key] = encode(field_.get_db_prep_save(value, connection=connection))
        return constant(_encoded[key])

    def getter(slots: Sequence[int]) -> Callable[[Any], tuple[Any, ...]]:
        return itemgetter(*slots) if len(slots) > 1 else lambda pool: (pool[slots[0]],)

    rows = []
    for row in story.rows:
        table = known[type(row)]
        rows.append((type(row), getter([slot(f, getattr(row, f.attname)) for f in table.fields])))

    def dashed(text: str) -> int:
        if text.startswith("900000"):
            return place_at[story.place[int(text)]]
        if text.startswith("Q"):
            return words[text]
        uuid = UUID(text)
        if uuid in number_of:
            return dash_base + number_of[uuid]
        if uuid in story.place:
            return place_at[f"{story.place[uuid]}."]
        raise AssertionError(f"an entry holds {text}, which nobody fills")

    entries = []
    table = known[Entry]
    for draft in story.entries:
        facts = draft.facts
        slots: list[int] = []

        def fill(found: re.Match[str], slots: list[int] = slots) -> str:
            slots.append(dashed(found.group()))
            return "%s"

        text = _FILLED.sub(fill, facts[9].replace("%", "%%"))
        columns = dict(
            zip(
                (
                    "id",
                    "verb",
                    "subject_kind",
                    "subject_id",
                    "actor_kind",
                    "actor_id",
                    "cause",
                    "occurred_at",
                    "recorded_at",
                    "canonical",
                    "mac",
                ),
                facts,
                strict=True,
            )
        )
        places_: list[int] = []
        for f in table.fields:
            value = columns[f.column]
            if f.column == "canonical":
                places_.append(own_at["canonical"])
            elif f.column in ("subject_id", "actor_id") and _FILLED.fullmatch(str(value)):
                places_.append(dashed(str(value)))
            else:
                places_.append(slot(f, value))
        recorded = facts[8].astimezone(UTC).isoformat(timespec="microseconds")
        entries.append((recorded, number_of[draft.id], text, getter(slots), getter(places_)))
    prefixes = []
    for uuid in ids:
        moment = story.ids[uuid][1]
        stamp = f"{int(moment.timestamp() * 1000):012x}"
        prefixes.append((stamp[:8], stamp[8:]))
    subjects = tuple(n for n, uuid in enumerate(ids) if story.ids[uuid][0] == "subject")
    return Told(
        opened_at=story.opened_at,
        matter=story.matter,
        condition=story.condition,
        words=story.words,
        is_open=story.is_open,
        led=story.case is not None and story.case.lead_id is not None,
        texts=tuple((number_of[t.id], number_of[t.subject], t.kind, t.text) for t in story.texts),
        subjects=subjects,
        prefixes=tuple(prefixes),
        constants=tuple(constants),
        rows=tuple(rows),
        entries=tuple(entries),
        own=own,
    )


__all__ = ["OWN", "PLACE", "Clock", "Plan", "Story", "Told", "compile_story", "tables", "tell"]
