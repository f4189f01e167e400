"""Verifying: does the journal still say what it said when it was sealed?"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gridward.core import db
from gridward.journal import keys, rules
from gridward.journal.models import Entry, Seal

ROWS_AT_ONCE = 20_000
FAULTS_TOLD = 200

FAULTS = {
    "entry_altered": gettext_lazy("was changed after it was written"),
    "entry_removed": gettext_lazy("is gone"),
    "entry_added": gettext_lazy("was slipped in"),
    "entry_moved": gettext_lazy("stands in another's place"),
    "entry_foreign": gettext_lazy("was not written by this installation"),
    "root_differs": gettext_lazy("does not match the entries it binds"),
    "seal_altered": gettext_lazy("was changed after it was made"),
    "seal_unsigned": gettext_lazy("does not carry a valid signature of this installation"),
    "seal_removed": gettext_lazy("is gone"),
    "chain_broken": gettext_lazy("does not follow from the one before it"),
    "head_gone": gettext_lazy("was published, but the journal now ends before it"),
    "head_differs": gettext_lazy(
        "was published with another content: the chain has been rewritten"
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """code: one of FAULTS; seal, entry, position: where."""

    code: str
    seal: int | None = None
    entry: str | None = None
    position: int | None = None

    def __str__(self) -> str:
        if self.code.startswith(("seal", "chain", "head", "root")):
            what = _("seal %(number)s") % {"number": self.seal}
        else:
            what = _("entry %(id)s") % {"id": self.entry} if self.entry else _("an entry")
            if self.seal is not None:
                where = _(" (seal %(number)s, place %(place)s)")
                what += where % {"number": self.seal, "place": self.position}
        return f"{what} {FAULTS[self.code]}"


@dataclass(slots=True)
class Report:
    """What `verify` found.

    entries, seals: how many were read; pending: entries that wait for a seal
    faults: at most FAULTS_TOLD of them; counts: how many of each code in all
    marks_checked: whether the key of the marks was at hand (it names the very entry)
    head_checked: whether a published head was compared
    """

    entries: int = 0
    pending: int = 0
    seals: int = 0
    last_seal: int = 0
    last_hash: str = rules.NO_SEAL
    marks_checked: bool = False
    head_checked: bool = False
    faults: list[Fault] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def ok(self) -> bool:
        return not self.counts

    def add(
        self,
        code: str,
        seal: int | None = None,
        entry: str | None = None,
        position: int | None = None,
    ) -> None:
        self.counts[code] += 1
        if len(self.faults) < FAULTS_TOLD:
            self.faults.append(Fault(code, seal, entry, position))

    def as_json(self) -> dict[str, Any]:
        found = asdict(self)
        found["counts"] = dict(self.counts)
        found["ok"] = self.ok
        return found


def head() -> dict[str, Any]:
    """The newest seal as it is published: enough to recognise the chain later."""
    last = Seal.objects.order_by("-number").first()
    if last is None:
        return {"number": 0, "hash": rules.NO_SEAL, "total": 0}
    public = keys.public_keys().get(last.key_id)
    return {
        "number": last.number,
        "hash": last.hash,
        "previous": last.previous,
        "root": last.root,
        "count": last.count,
        "total": last.total,
        "sealed_at": rules.moment_text(last.sealed_at),
        "key": last.key_id,
        "public_key": keys.b64(public) if public else None,
        "signature": last.signature,
    }


def verify(head: Mapping[str, Any] | None = None) -> Report:
    """A report on every entry and seal; reads a million entries in flat memory.

    head: a published head (what `head()` returned earlier). Without one, a chain that was cut
    short, or rewritten by somebody who has the sealing key, looks whole.
    """
    report = Report()
    key = keys.known_entry_key()
    report.marks_checked = key is not None
    wanted = int(head["number"]) if head else 0
    published: str | None = None
    chain = _Chain(report)
    for seals in _seal_groups():
        for number in chain.missing_before(seals[0].number):
            _judge_missing(report, number)
        by_number = {seal.number: seal for seal in seals}
        stored = _entries_of(seals[0].number, seals[-1].number)
        waiting = next(stored, None)
        for number in range(seals[0].number, seals[-1].number + 1):
            rows = []
            while waiting is not None and waiting.seal == number:
                rows.append(waiting)
                waiting = next(stored, None)
            seal = by_number.get(number)
            if seal is None:
                _judge_missing(report, number, rows)
                continue
            chain.judge(seal)
            if number == wanted:
                published = seal.hash
            _judge_entries(report, seal, rows, key)
        chain.reached = seals[-1].number
    for row in _entries_outside(chain.reached):
        report.entries += 1
        report.add("seal_removed", row.seal)
        report.add("entry_added", row.seal, row.id, row.position)
    for row in _entries_waiting():
        report.entries += 1
        report.pending += 1
        if row.position is not None or not row.agrees():
            report.add("entry_altered", None, row.id)
        elif key is not None and keys.mark(key, row.canonical) != row.mac:
            report.add("entry_foreign", None, row.id)
    if head is not None:
        report.head_checked = True
        if wanted > 0 and published is None:
            report.add("head_gone", wanted)
        elif wanted > 0 and published != head["hash"]:
            report.add("head_differs", wanted)
    return report


class _Chain:
    """Judges seals one after another."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.public = keys.public_keys()
        self.reached = 0
        self.expected = 1
        self.previous = rules.NO_SEAL
        self.total = 0

    def missing_before(self, number: int) -> range:
        return range(self.reached + 1, number)

    def judge(self, seal: Seal) -> None:
        report = self.report
        report.seals += 1
        text = rules.seal_text(
            number=seal.number,
            previous=seal.previous,
            root=seal.root,
            count=seal.count,
            total=seal.total,
            sealed_at=seal.sealed_at,
            key_id=seal.key_id,
        )
        if rules.seal_hash(text) != seal.hash:
            report.add("seal_altered", seal.number)
        public = self.public.get(seal.key_id)
        if public is None or not keys.is_signed(text, seal.signature, public):
            report.add("seal_unsigned", seal.number)
        follows = seal.number == self.expected and seal.previous == self.previous
        if not follows or seal.total != self.total + seal.count:
            report.add("chain_broken", seal.number)
        self.expected, self.previous, self.total = seal.number + 1, seal.hash, seal.total
        report.last_seal, report.last_hash = seal.number, seal.hash


def _judge_missing(report: Report, number: int, rows: "list[_Row] | None" = None) -> None:
    """A seal that is not there. Its entries cannot be judged by it."""
    report.add("seal_removed", number)
    report.entries += len(rows or ())


def _judge_entries(report: Report, seal: Seal, rows: "list[_Row]", key: bytes | None) -> None:
    report.entries += len(rows)
    leaves: list[bytes] = []
    faulty = False
    place = 0
    before: tuple[str, str] | None = None
    for row in rows:
        if row.position is None or not 0 <= row.position < seal.count or row.position < place:
            report.add("entry_added", seal.number, row.id, row.position)
            faulty = True
            continue
        while place < row.position:
            report.add("entry_removed", seal.number, None, place)
            faulty = True
            place += 1
        place += 1
        if not row.agrees():
            report.add("entry_altered", seal.number, row.id, row.position)
            faulty = True
        order = (row.recorded, row.id)
        if before is not None and order < before:
            report.add("entry_moved", seal.number, row.id, row.position)
            faulty = True
        before = order
        leaves.append(rules.leaf(row.canonical))
    while place < seal.count:
        report.add("entry_removed", seal.number, None, place)
        faulty = True
        place += 1
    if rules.merkle_root(leaves).hex() == seal.root:
        return
    if not faulty and key is not None:
        for row in rows:
            if keys.mark(key, row.canonical) != row.mac:
                report.add("entry_altered", seal.number, row.id, row.position)
                faulty = True
    report.add("root_differs", seal.number)


# Reading ------------------------------------------------------------------------------------------


class _Row:
    """One stored entry, columns in the spelling of the canonical text."""

    __slots__ = ("_columns", "canonical", "id", "mac", "position", "recorded", "seal")

    def __init__(self, row: tuple[Any, ...], is_text: bool) -> None:
        (
            id,
            verb,
            subject_kind,
            subject_id,
            actor_kind,
            actor_id,
            cause,
            occurred,
            recorded,
            self.canonical,
            self.mac,
            self.seal,
            self.position,
        ) = row
        if is_text:
            self.id = _dashed(id)
            cause = _dashed(cause)
            occurred, self.recorded = _zulu(occurred), _zulu(recorded)
        else:
            self.id, cause = str(id), str(cause)
            occurred, self.recorded = rules.moment_text(occurred), rules.moment_text(recorded)
        self._columns = (verb, subject_kind, subject_id, actor_kind, actor_id, cause, occurred)

    def agrees(self) -> bool:
        """Whether the columns say what the canonical text says."""
        try:
            said = json.loads(self.canonical)
            return (
                said["id"] == self.id
                and said["recorded"] == self.recorded
                and (
                    said["verb"],
                    *said["subject"],
                    *said["actor"],
                    said["cause"],
                    said["at"],
                )
                == self._columns
            )
        except (ValueError, KeyError, TypeError):
            return False


def _dashed(hex: str) -> str:
    if len(hex) != 32:
        return str(UUID(hex))
    return f"{hex[:8]}-{hex[8:12]}-{hex[12:16]}-{hex[16:20]}-{hex[20:]}"


def _zulu(text: str) -> str:
    return f"{text[:10]}T{text[11:19]}.{text[20:26] or '000000'}Z"


_COLUMNS = (
    "id, verb, subject_kind, subject_id, actor_kind, actor_id, cause, {0}, {1}, "
    "canonical, mac, seal_id, position"
)


def _rows(where: str, params: list[Any], order: str) -> Iterator[_Row]:
    connection = db.connection()
    is_text = connection.vendor == "sqlite"
    # as text the embedded database's moments need not be parsed, only compared
    shape = "CAST({} AS TEXT)" if is_text else "{}"
    columns = _COLUMNS.format(shape.format("occurred_at"), shape.format("recorded_at"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM {Entry._meta.db_table} WHERE {where} ORDER BY {order}",  # noqa: S608
            params,
        )
        while rows := cursor.fetchmany(2000):
            for row in rows:
                yield _Row(row, is_text)


def _entries_of(first: int, last: int) -> Iterator[_Row]:
    return _rows("seal_id BETWEEN %s AND %s", [first, last], "seal_id, position")


def _entries_outside(last: int) -> Iterator[_Row]:
    return _rows("seal_id > %s OR seal_id < 1", [last], "seal_id, position")


def _entries_waiting() -> Iterator[_Row]:
    """Entries without a seal, a portion at a time."""
    rows = list(_rows("seal_id IS NULL", [], f"recorded_at, id LIMIT {ROWS_AT_ONCE}"))
    yield from rows
    connection = db.connection()
    while len(rows) == ROWS_AT_ONCE:
        last = rows[-1]
        moment = rules.moment_of(last.recorded)
        at = connection.ops.adapt_datetimefield_value(moment)
        id = UUID(last.id) if connection.vendor == "postgresql" else UUID(last.id).hex
        rows = list(
            _rows(
                "seal_id IS NULL AND (recorded_at, id) > (%s, %s)",
                [at, id],
                f"recorded_at, id LIMIT {ROWS_AT_ONCE}",
            )
        )
        yield from rows


def _seal_groups() -> Iterator[list[Seal]]:
    """Seals in order, in groups that bind about ROWS_AT_ONCE entries."""
    last = 0
    while True:
        seals = list(Seal.objects.filter(number__gt=last).order_by("number")[:1000])
        if not seals:
            return
        group: list[Seal] = []
        bound = 0
        for seal in seals:
            group.append(seal)
            bound += max(seal.count, 0)
            if bound >= ROWS_AT_ONCE:
                yield group
                group, bound = [], 0
        if group:
            yield group
        last = seals[-1].number
