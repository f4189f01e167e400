"""A street's ledger from its workbook, with its words resolved: matters, places, organisations."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from gridward.cases.errors import LedgerUnreadable
from gridward.cases.queries.importing import known_source_ids
from gridward.cases.rules import ledger as rules
from gridward.cases.rules.importing import Columns, ImportMapping, PastCase, WordTable
from gridward.cases.rules.ledger import LedgerFault, LedgerRow, LedgerSheet, NamedArea
from gridward.catalog.compiled import Catalogue
from gridward.catalog.queries import catalogue, found_matters
from gridward.core import clock
from gridward.core.jurisdiction import current
from gridward.directory import queries as directory
from gridward.territory import queries as territory
from gridward.vault.queries import receipt_key

MAX_BYTES = 20 * 1024 * 1024
ROWS_MOST = 20_000
NUMBER_LEAST = 5  # a shorter figure counts the rows of a month and names no case


@dataclass(frozen=True)
class LedgerTerms:
    """How a ledger is read.

    source: under which its rows are known again; area: the ground it is of, where a row without a
    place lies and outside which none may lie; matters: words and our keys, as a person chose;
    unknown: the matter that other unknown words become, empty to refuse them; headings: names of
    its columns beside those that are known
    """

    source: str
    area: int | None = None
    matters: Mapping[str, str] = field(default_factory=dict)
    unknown: str = ""
    departments: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class LedgerCheck:
    """What a ledger holds, before anything is done. rows: good ones; already: of them known.

    read = rows + faulty rows; unknown_matters, unknown_departments: words and how often; at_large:
    rows whose words name no area and that lie in the ledger's ground as a whole; unused: columns
    that are not taken over
    """

    name: str
    rows: tuple[PastCase, ...]
    faults: tuple[LedgerFault, ...]
    already: int
    sheets: tuple[str, ...]
    other_sheets: tuple[str, ...]
    skipped: int
    at_large: int
    unknown_matters: Counter[str]
    unknown_departments: Counter[str]
    unused: tuple[str, ...]

    @property
    def fresh(self) -> int:
        """How many would be added."""
        return len(self.rows) - self.already


def check_ledger(content: bytes, name: str, terms: LedgerTerms) -> LedgerCheck:
    """Read a workbook and resolve its words; changes nothing.

    name: the file's; it may say the year. Raises LedgerUnreadable.
    """
    zone = current().tz
    today = clock.now().astimezone(zone).date()
    more = {key: tuple(words) for key, words in terms.headings.items()}
    read: list[LedgerSheet] = []
    others: list[str] = []
    for title, table in _sheets(content, name):
        sheet = rules.read_sheet(title, table, zone=zone, today=today, headings=more, file=name)
        if sheet is None:
            if any(rules.plain(cell) for row in table for cell in row):
                others.append(title)
        else:
            read.append(sheet)
    if not read:
        raise LedgerUnreadable(file=name)
    resolver = _Resolver(terms, catalogue())
    rows = [row for sheet in read for row in sheet.rows]
    if len(rows) > ROWS_MOST:
        raise LedgerUnreadable(file=name)
    good = [past for row in rows if (past := resolver.resolve(row)) is not None]
    known = known_source_ids(terms.source, [row.source_id for row in good])
    faults = [fault for sheet in read for fault in sheet.faults] + resolver.faults
    order = {sheet.name: at for at, sheet in enumerate(read)}
    return LedgerCheck(
        name=name,
        rows=tuple(good),
        faults=tuple(sorted(faults, key=lambda fault: (order[fault.sheet], fault.row))),
        already=len(known),
        sheets=tuple(sheet.name for sheet in read),
        other_sheets=tuple(others),
        skipped=sum(sheet.skipped for sheet in read),
        at_large=resolver.at_large,
        unknown_matters=resolver.unknown_matters,
        unknown_departments=resolver.unknown_departments,
        unused=tuple(dict.fromkeys(title for sheet in read for title in sheet.unused)),
    )


def ledger_mapping(terms: LedgerTerms) -> ImportMapping:
    """The ledger's terms as the import of an older system's rows takes them."""
    book = catalogue()
    return ImportMapping(
        key="ledger",
        source=terms.source,
        zone=str(current().tz),
        calendar=book.hours("desk").key,
        times=("%Y-%m-%d",),
        columns=Columns(id=rules.HEADINGS["number"][0], opened=rules.HEADINGS["opened"][0]),
        matters=WordTable(table=dict(terms.matters), unknown="fault"),
    )


def _sheets(content: bytes, name: str) -> list[tuple[str, list[list[object]]]]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    if len(content) > MAX_BYTES:
        raise LedgerUnreadable(file=name)
    try:
        # a small file that unpacks to gigabytes is refused before it is unpacked
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > 10 * MAX_BYTES:
                raise LedgerUnreadable(file=name)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        shown = [
            one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible
        ]
        return [
            (title, [list(row) for row in book.get_sheet_by_name(title).to_python(
                skip_empty_area=False
            )])
            for title in shown
        ]  # fmt: skip
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError):
        raise LedgerUnreadable(file=name) from None


class _Resolver:
    def __init__(self, terms: LedgerTerms, book: Catalogue) -> None:
        self.terms, self.book = terms, book
        self.areas = _named_areas()
        self.faults: list[LedgerFault] = []
        self.unknown_matters: Counter[str] = Counter()
        self.unknown_departments: Counter[str] = Counter()
        self.at_large = 0
        self._matters: dict[str, str] = {}
        self._departments: dict[str, str] = {}
        self._seen: Counter[str] = Counter()

    def resolve(self, row: LedgerRow) -> PastCase | None:
        """The row in our own terms; None when it has a fault, which is noted."""
        matter = self._matter(row.matter)
        if not matter:
            self.unknown_matters[row.matter] += 1
            if not self.terms.unknown:
                self._fault(row, "matter", row.matter, "matter")
                return None
            matter = self.terms.unknown
        area: int | None = None
        if row.lng is None or row.lat is None:
            found = rules.area_in(row.area_words, self.areas)
            self.at_large += found is None
            area = found.id if found is not None else self.terms.area
            chain = found.chain if found is not None else (self.terms.area,)
            where = ("place", row.area_words)
        else:
            chain = territory.locate(row.lng, row.lat).chain
            where = ("lng", f"{row.lng} {row.lat}")
        if self.terms.area is not None and self.terms.area not in chain:
            self._fault(row, *where, "own_ground")
            return None
        department = self._department(row.department)
        if row.department and not department:
            self.unknown_departments[row.department] += 1
        return PastCase(
            row=row.row,
            source_id=self._identity(row),
            opened=row.opened,
            target=row.target,
            closed=row.closed,
            matter=matter,
            word=row.matter,
            is_mapped=True,
            department=department,
            channel="desk",
            raw_lng=row.lng,
            raw_lat=row.lat,
            lng=row.lng,
            lat=row.lat,
            area=area,
            words=row.words,
            place=row.place,
        )

    def _fault(self, row: LedgerRow, name: str, found: str, expected: str) -> None:
        column = rules.HEADINGS[name][0]
        fault = LedgerFault(row.sheet, row.row, column, found[: rules.SHOWN], expected)
        self.faults.append(fault)

    def _identity(self, row: LedgerRow) -> str:
        """The row's own number; else a keyed digest of what it says and how often it says it."""
        if len(row.number) >= NUMBER_LEAST:
            said = row.number
        else:
            said = f"{row.opened:%Y%m%d%H%M}|{row.words}|{row.place}"
        self._seen[said] += 1
        if self._seen[said] > 1:
            said = f"{said}|{self._seen[said]}"
        key = receipt_key()[:32]
        return hashlib.blake2b(said.encode(), key=key, digest_size=20).hexdigest()

    def _matter(self, word: str) -> str:
        if word in self.terms.matters:
            return self.terms.matters[word]
        if word not in self._matters:
            self._matters[word] = _matter_of(self.book, word)
        return self._matters[word]

    def _department(self, word: str) -> str:
        """The key of the organisation that a word names: in full, or the only one that holds it."""
        if not word:
            return ""
        if word in self.terms.departments:
            return self.terms.departments[word]
        if word not in self._departments:
            every = directory.organisations()
            exact = [o.key for o in every if word in (o.title_zh, o.title_en, o.key)]
            part = [o.key for o in every if word in o.title_zh or o.title_zh in word]
            found = exact or part
            self._departments[word] = found[0] if len(found) == 1 else ""
        return self._departments[word]


def _matter_of(book: Catalogue, word: str) -> str:
    """The matter that a word means: its name, one of its other words, or the only one found."""
    if not word:
        return ""
    for matter in book.matters.values():
        titles = [condition.title.zh for condition in book.conditions_of(matter.key)]
        if word in (matter.key, matter.title.zh, matter.title.en, *matter.search.zh, *titles):
            return matter.key
    found = found_matters(book, word)
    if len(found) > 1:
        found = tuple(each for each in found if word in each.title.zh)
    return found[0].key if len(found) == 1 else ""


def _named_areas() -> list[NamedArea]:
    scheme = catalogue().level_scheme
    grid = scheme.named("grid")
    deepest = grid.level if grid is not None else 2
    return [
        NamedArea(area.id, rules.names_of(area.name, area.code), tuple(territory.chain(area.id)))
        for level in range(1, deepest + 1)
        for area in territory.areas_of_level(level)
    ]


__all__ = ["LedgerCheck", "LedgerTerms", "check_ledger", "ledger_mapping"]
