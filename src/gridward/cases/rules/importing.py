"""What a row of an older system's table says in our own terms, or what is wrong with it.

A mapping (data, one file per source) names the columns, the zone and the formats of times, and
says which of our matters each of the source's kinds is. Nothing here knows any source.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StringConstraints, field_validator, model_validator

from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Entry, Key, Process
from gridward.core.geodesy import Datum, is_coordinate, to_wgs84

Column = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ID_MAX = 80
SHOWN = 80  # of a cell, in a fault


class Columns(Entry):
    """Which column of the table says what; only the first two must be there."""

    id: Column
    opened: Column
    target: Column | None = None
    closed: Column | None = None
    status: Column | None = None
    matter: Column | None = None
    department: Column | None = None
    channel: Column | None = None
    lng: Column | None = None
    lat: Column | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.lng is None) != (self.lat is None):
            raise ValueError("lng and lat stand together")
        return self

    def named(self) -> dict[str, str]:
        """What is mapped: our name → the table's column."""
        return {name: column for name in type(self).model_fields if (column := getattr(self, name))}


class WordTable(Entry):
    """The source's words and our keys. unknown: what becomes of a word that the table lacks."""

    table: dict[str, Key] = {}
    unknown: Literal["fallback", "fault"] = "fallback"
    fallback: Key | None = None

    @field_validator("table", mode="before")
    @classmethod
    def _words(cls, table: object) -> object:
        # a YAML key such as 0306 may have been read as a number
        return {str(word): key for word, key in table.items()} if isinstance(table, dict) else table


class StatusWords(Entry):
    """The words of the status column; a row that contradicts its closing time is faulty."""

    open: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


class ImportMapping(Entry):
    """How one source's table is to be read.

    key: of this mapping, kept in the journal with its digest; source: under which its cases can
    be counted, and its ids are known; calendar: whose hours the half and four fifths of a given
    target are counted in; file: which table inside a zip (default: the only CSV); packs: what has
    been agreed for it, for a rehearsal where nothing is loaded
    """

    key: Key
    source: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.\-]{0,39}$")]
    packs: tuple[Key, ...] = ()
    file: str | None = None
    encoding: str = "utf-8-sig"
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    zone: str
    calendar: Key
    times: Annotated[tuple[str, ...], Field(min_length=1)]
    datum: Datum = Datum.WGS84
    language: Literal["zh-hans", "en"] = "zh-hans"
    columns: Columns
    status: StatusWords | None = None
    matters: WordTable
    departments: WordTable | None = None
    channels: WordTable = WordTable(fallback="import")
    close_type: Key = "resolved"

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("a zone of the IANA database such as Asia/Shanghai") from None
        return zone

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError:
            raise ValueError("an encoding such as utf-8-sig or gb18030") from None
        return encoding

    @model_validator(mode="after")
    def _falls_somewhere(self) -> Self:
        for name, table in (("matters", self.matters), ("channels", self.channels)):
            if table.unknown == "fallback" and table.fallback is None:
                raise ValueError(f"{name} needs a fallback, or unknown: fault")
        if (self.status is None) != (self.columns.status is None):
            raise ValueError("a status column needs its words under status, and the other way")
        return self

    @property
    def name(self) -> str:
        """Key and digest, as the journal keeps it."""
        digest = hashlib.sha256(self.model_dump_json().encode()).hexdigest()
        return f"{self.key}@{digest[:12]}"


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A key in a mapping that the edition does not have. place: where in the mapping."""

    place: tuple[str | int, ...]
    expected: str
    found: str


def unknown_keys(mapping: ImportMapping, book: Catalogue) -> list[UnknownKey]:
    """Every key of the mapping that the edition lacks."""
    found = [
        UnknownKey(("matters", "table", word), "a matter of the catalogue", key)
        for word, key in mapping.matters.table.items()
        if key not in book.matters
    ]
    fallback = mapping.matters.fallback
    if fallback is not None and fallback not in book.matters:
        found.append(UnknownKey(("matters", "fallback"), "a matter of the catalogue", fallback))
    if mapping.calendar not in book.calendars:
        known = ", ".join(book.calendars)
        found.append(UnknownKey(("calendar",), f"a calendar ({known})", mapping.calendar))
    if mapping.close_type not in {each.key for each in book.settings.close_types}:
        found.append(UnknownKey(("close_type",), "a close type", mapping.close_type))
    return found


# --- rows -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one cell. row: as a spreadsheet counts, the headings are row 1."""

    row: int
    column: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class PastCase:
    """A row in our own terms. Moments are aware, in UTC; lng and lat in WGS84.

    word: the source's word for its matter; is_mapped: whether the mapping's table has it.
    area: where it was, for a row without a point; words, place: what it says, for the vault
    """

    row: int
    source_id: str
    opened: datetime
    target: datetime | None
    closed: datetime | None
    matter: str
    word: str
    is_mapped: bool
    department: str
    channel: str
    raw_lng: float | None
    raw_lat: float | None
    lng: float | None
    lat: float | None
    area: int | None = None
    words: str = ""
    place: str = ""

    @property
    def ended_by_target(self) -> bool | None:
        """Whether it was closed by its target; None without a target or a closing."""
        if self.target is None or self.closed is None:
            return None
        return self.closed <= self.target


class MissingColumnsError(LookupError):
    """The table's headings lack columns that the mapping names."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__(", ".join(columns))
        self.columns = tuple(columns)


class _FaultyCellError(ValueError):
    def __init__(self, name: str, found: str, expected: str) -> None:
        super().__init__(name)
        self.name, self.found, self.expected = name, found, expected


class RowReader:
    """Reads the rows of one table as its mapping says."""

    def __init__(self, mapping: ImportMapping, headings: Sequence[str]) -> None:
        """Raises MissingColumnsError."""
        self.mapping = mapping
        self.width = len(headings)
        self.columns = mapping.columns.named()
        places = {heading.strip(): at for at, heading in reversed(list(enumerate(headings)))}
        missing = [column for column in self.columns.values() if column.strip() not in places]
        if missing:
            raise MissingColumnsError(missing)
        self._at = {name: places[column.strip()] for name, column in self.columns.items()}
        self._zone = ZoneInfo(mapping.zone)
        status = mapping.status
        self._open = {word.casefold() for word in status.open} if status else set()
        self._closed = {word.casefold() for word in status.closed} if status else set()

    def read(self, row: int, cells: Sequence[str]) -> PastCase | RowFault:
        """The row in our own terms, or its first fault."""
        if len(cells) != self.width:
            return RowFault(row, "", f"{len(cells)} cells", f"{self.width} cells")
        try:
            return self._read(row, cells)
        except _FaultyCellError as fault:
            column = self.columns.get(fault.name, fault.name)
            return RowFault(row, column, fault.found[:SHOWN], fault.expected)

    def _read(self, row: int, cells: Sequence[str]) -> PastCase:
        said = {name: cells[at].strip() for name, at in self._at.items()}
        for name, cell in said.items():
            if "\ufffd" in cell or "\x00" in cell:
                raise _FaultyCellError(name, cell, f"a text in {self.mapping.encoding}")
        source_id = said["id"]
        if not 1 <= len(source_id) <= ID_MAX:
            raise _FaultyCellError("id", source_id, f"an id of 1 to {ID_MAX} characters")
        opened = self._moment("opened", said["opened"])
        if opened is None:
            raise _FaultyCellError("opened", "", "a time")
        target = self._moment("target", said.get("target", ""))
        closed = self._moment("closed", said.get("closed", ""))
        if closed is not None and closed < opened:
            # in the hour that comes twice in autumn the later reading may be meant
            closed = self._moment("closed", said["closed"], fold=1)
            if closed is None or closed < opened:
                raise _FaultyCellError("closed", said["closed"], f"not before {said['opened']}")
        self._check_status(said.get("status", ""), closed)
        matter, is_mapped = self._word("matter", said, self.mapping.matters)
        channel, _ = self._word("channel", said, self.mapping.channels)
        department = ""
        if self.mapping.departments is not None:
            department, _ = self._word("department", said, self.mapping.departments)
        raw_lng, raw_lat = self._place(said)
        lng, lat = raw_lng, raw_lat
        if raw_lng is not None and raw_lat is not None and self.mapping.datum is not Datum.WGS84:
            lng, lat = to_wgs84(raw_lng, raw_lat, self.mapping.datum)
        return PastCase(
            row=row,
            source_id=source_id,
            opened=opened,
            target=target,
            closed=closed,
            matter=matter,
            word=said.get("matter", ""),
            is_mapped=is_mapped,
            department=department,
            channel=channel,
            raw_lng=raw_lng,
            raw_lat=raw_lat,
            lng=lng,
            lat=lat,
        )

    def _moment(self, name: str, text: str, *, fold: int = 0) -> datetime | None:
        """The moment of a local time; a time that the spring change skips counts an hour later."""
        if not text:
            return None
        for format_ in self.mapping.times:
            try:
                found = _local_time(text, format_)
            except ValueError:
                continue
            if found.tzinfo is None:
                found = found.replace(tzinfo=self._zone, fold=fold)
            return found.astimezone(UTC)
        raise _FaultyCellError(name, text, "a time as " + " or ".join(self.mapping.times))

    def _check_status(self, word: str, closed: datetime | None) -> None:
        if self.mapping.status is None:
            return
        said = word.casefold()
        if said not in self._open and said not in self._closed:
            known = ", ".join((*self.mapping.status.open, *self.mapping.status.closed))
            raise _FaultyCellError("status", word, f"one of {known}")
        if (said in self._closed) != (closed is not None):
            wanted = "a closing time" if closed is None else "no closing time"
            raise _FaultyCellError("status", word, f"{wanted} beside it")

    def _word(self, name: str, said: Mapping[str, str], words: WordTable) -> tuple[str, bool]:
        word = said.get(name)
        if word is None:  # no such column: everything is what the fallback says
            return words.fallback or "", True
        found = words.table.get(word)
        if found is not None:
            return found, True
        if words.unknown == "fault":
            raise _FaultyCellError(name, word, "a word of the mapping's table")
        return words.fallback or "", False

    def _place(self, said: Mapping[str, str]) -> tuple[float | None, float | None]:
        east, north = said.get("lng", ""), said.get("lat", "")
        if not east and not north:
            return None, None
        numbers = []
        for name, text in (("lng", east), ("lat", north)):
            try:
                numbers.append(float(text))
            except ValueError:
                raise _FaultyCellError(name, text, "a number of degrees") from None
        if not is_coordinate(numbers[0], numbers[1]):
            raise _FaultyCellError("lng", f"{east}, {north}", "a place on the earth")
        return numbers[0], numbers[1]


def _local_time(text: str, format_: str) -> datetime:
    """What `strptime` says; the commonest format ten times as fast. Raises ValueError."""
    marks = text[4:5] + text[7:8] + text[10:11] + text[13:14] + text[16:17]
    if format_ == "%Y-%m-%d %H:%M:%S" and len(text) == 19 and marks == "-- ::":
        return datetime.fromisoformat(text)
    return datetime.strptime(text, format_)  # noqa: DTZ007 - the zone comes next


def closing_state(process: Process) -> str:
    """The state in which a case stands that was brought to its end. Raises LookupError."""
    for state in process.states:
        if state.group == "closed" and state.stage == "closed":
            return state.key
    raise LookupError(f"process {process.key} has no state that ends it")
