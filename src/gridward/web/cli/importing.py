"""An older system's table from its file: the mapping, the rows, the list of faults, the loop.

The file is read as a stream; each batch is an action of its own, so an interrupted run keeps what
it did and the next one goes on behind it.
"""

from __future__ import annotations

import contextlib
import csv
import io
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from gridward.cases.actions import ROWS_AT_ONCE, Imported, import_cases
from gridward.cases.rules.importing import (
    ImportMapping,
    MissingColumnsError,
    PastCase,
    RowFault,
    RowReader,
    unknown_keys,
)
from gridward.catalog.compiled import Catalogue
from gridward.catalog.errors import Fault, PackFaulty
from gridward.catalog.loader import read_entry
from gridward.core import jurisdiction
from gridward.core.errors import Problem, why_not
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchOrganisation
from gridward.journal.queries import remembered_generations

Row = PastCase | RowFault
TELL_EVERY = 5  # batches


class MappingFaulty(Problem):
    """A mapping that cannot be used; `faults` says all that is wrong, by file and line."""

    code = "mapping_faulty"
    status = 422
    text = _("The mapping cannot be used; nothing was imported.\n%(faults)s")

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults="\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class TableUnreadable(Problem):
    code = "table_unreadable"
    status = 422
    text = _("%(file)s cannot be read: %(why)s. Nothing was imported.")


def read_mapping(
    path: Path, book: Catalogue | None = None, *, with_departments: bool = True
) -> ImportMapping:
    """The mapping in a file; with `book` also checked against that edition.

    with_departments: whether its organisations must be there as well. Raises MappingFaulty.
    """
    try:
        mapping, spot = read_entry(path, ImportMapping)
    except PackFaulty as faulty:
        raise MappingFaulty(faulty.faults) from None
    assert isinstance(mapping, ImportMapping)
    if book is None:
        return mapping
    faults = [
        Fault(*spot(each.place), each.expected, each.found) for each in unknown_keys(mapping, book)
    ]
    departments = mapping.departments if with_departments else None
    for word, key in (departments.table if departments else {}).items():
        try:
            directory.organisation_by_key(key)
        except NoSuchOrganisation:
            place = spot(("departments", "table", word))
            faults.append(Fault(*place, "the key of an organisation", key))
    if faults:
        raise MappingFaulty(faults)
    return mapping


def rows_of(path: Path, mapping: ImportMapping) -> Iterator[Row]:
    """Every row of the table, in our own terms or as a fault; the headings are row 1.

    Raises TableUnreadable before the first row.
    """
    with _opened(path, mapping) as text:
        table = csv.reader(text, delimiter=mapping.delimiter)
        try:
            headings = next(table)
        except StopIteration:
            raise TableUnreadable(file=path.name, why=_("it is empty")) from None
        except csv.Error as error:
            raise TableUnreadable(file=path.name, why=str(error)) from None
        try:
            reader = RowReader(mapping, headings)
        except MissingColumnsError as missing:
            why = _("no column %(columns)s") % {"columns": ", ".join(missing.columns)}
            raise TableUnreadable(file=path.name, why=why) from None
        number = 1
        while True:
            number += 1
            try:
                cells = next(table)
            except StopIteration:
                return
            except csv.Error as error:
                yield RowFault(number, "", str(error), "a row of CSV")
                continue
            if cells:  # an empty line is no row
                yield reader.read(number, cells)


def _opened(path: Path, mapping: ImportMapping) -> IO[str]:
    try:
        if not zipfile.is_zipfile(path):
            return path.open(encoding=mapping.encoding, errors="replace", newline="")
        packed = zipfile.ZipFile(path)
        inside = [name for name in packed.namelist() if name.lower().endswith((".csv", ".txt"))]
        if mapping.file is not None:
            inside = [name for name in packed.namelist() if name == mapping.file]
        if len(inside) != 1:
            listed = ", ".join(packed.namelist()[:5])
            why = _("name one of its tables with “file:” in the mapping (%(files)s)")
            raise TableUnreadable(file=path.name, why=why % {"files": listed})
        return io.TextIOWrapper(
            packed.open(inside[0]), encoding=mapping.encoding, errors="replace", newline=""
        )
    except (OSError, zipfile.BadZipFile) as error:
        said = why_not(error) if isinstance(error, OSError) else str(error)
        raise TableUnreadable(file=path.name, why=said) from None


@dataclass
class Told:
    """What became of every row: read == imported + already + faulty."""

    read: int = 0
    imported: int = 0
    already: int = 0
    faulty: int = 0
    outside: int = 0
    unplaced: int = 0
    open: int = 0
    closed: int = 0
    with_target: int = 0
    unmapped: Counter[str] = field(default_factory=Counter)
    faults: list[RowFault] = field(default_factory=list)
    faults_file: str = ""
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def rows_per_second(self) -> int:
        return round(self.read / self.seconds) if self.seconds else 0

    @property
    def is_whole(self) -> bool:
        """Whether every row that was read is accounted for."""
        return self.read == self.imported + self.already + self.faulty

    def add(self, done: Imported) -> None:
        self.imported += done.added
        self.already += done.already
        self.outside += done.outside
        self.unplaced += done.unplaced
        self.open += done.open
        self.closed += done.closed
        self.with_target += done.with_target

    def as_data(self) -> dict[str, Any]:
        """The counts for --json; faults at most a hundred, the file has them all."""
        return {
            "read": self.read,
            "imported": self.imported,
            "already_there": self.already,
            "faulty": self.faulty,
            "accounted_for": self.is_whole,
            "open": self.open,
            "closed": self.closed,
            "with_target": self.with_target,
            "outside": self.outside,
            "without_place": self.unplaced,
            "unmapped": dict(self.unmapped.most_common()),
            "faults": self.faults[:100],
            "faults_file": self.faults_file,
            "interrupted": self.interrupted,
            "seconds": round(self.seconds, 2),
            "rows_per_second": self.rows_per_second,
        }


def import_file(
    path: Path,
    mapping: ImportMapping,
    *,
    limit: int | None = None,
    faults_to: Path | None = None,
    tell: Callable[[Told], None] = lambda told: None,
    rows_at_once: int = ROWS_AT_ONCE,
) -> Told:
    """Import a table, batch by batch; returns what became of its rows.

    limit: read so many rows only; faults_to: the file for faulty rows (default: beside the table,
    or in this jurisdiction's folder where that cannot be written); tell: called now and then
    An interruption (Ctrl-C) ends after the batches that were written.
    """
    told = Told()
    begun = time.perf_counter()
    rows = islice(rows_of(path, mapping), limit)
    batches = 0
    # what this command reads in memory is read once a batch
    try:
        while batch := list(islice(rows, rows_at_once)):
            good = [row for row in batch if isinstance(row, PastCase)]
            with remembered_generations():
                told.add(_import(good, mapping))
            told.read += len(batch)
            bad = [row for row in batch if isinstance(row, RowFault)]
            told.faulty += len(bad)
            told.faults += bad
            told.unmapped.update(row.word for row in good if not row.is_mapped)
            told.seconds = time.perf_counter() - begun
            batches += 1
            if batches % TELL_EVERY == 0:
                tell(told)
    except KeyboardInterrupt:
        told.interrupted = True
    told.seconds = time.perf_counter() - begun
    told.faults_file = write_faults(told.faults, path, faults_to)
    return told


def _import(rows: Sequence[PastCase], mapping: ImportMapping) -> Imported:
    for attempt in (1, 2, 3):
        try:
            return import_cases(rows, mapping)
        except IntegrityError:  # somebody else imports the same rows, or drew the same number
            if attempt == 3:
                raise
    raise AssertionError("unreachable")


def write_faults(faults: Sequence[RowFault], table: Path, chosen: Path | None) -> str:
    """Write the faults as CSV; the path as text, empty when there are none.

    An older list of the same table is taken away, so that what lies there is of the last run.
    """
    name = f"{table.name}.faults.csv"
    wanted, ours = chosen or table.with_name(name), jurisdiction.var_path("imports", name)
    if not faults:
        for place in (wanted, ours):
            with contextlib.suppress(OSError):
                place.unlink(missing_ok=True)
        return ""
    try:
        return _write_faults(faults, wanted)
    except OSError:  # a folder that only others may write to
        return _write_faults(faults, ours)


def _write_faults(faults: Sequence[RowFault], place: Path) -> str:
    with place.open("w", encoding="utf-8", newline="") as file:
        listed = csv.writer(file)
        listed.writerow(["row", "column", "found", "expected"])
        listed.writerows([f.row, f.column, f.found, f.expected] for f in faults)
    return str(place)
