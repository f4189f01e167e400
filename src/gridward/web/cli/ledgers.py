"""A street's XLSX ledger at the command line: its terms from a file, the check, what was done."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import StringConstraints

from gridward.cases import actions, queries
from gridward.cases.actions import Imported
from gridward.cases.queries import LedgerCheck, LedgerTerms
from gridward.cases.rules.ledger import HEADINGS
from gridward.catalog.definitions import Entry, Key
from gridward.catalog.errors import Fault, PackFaulty
from gridward.catalog.loader import read_entry
from gridward.catalog.queries import catalogue
from gridward.core.errors import why_not
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchOrganisation
from gridward.web.cli.importing import MappingFaulty, TableUnreadable
from gridward.web.ui import ledgers

SHOWN = 20
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class LedgerMapping(Entry):
    """What a ledger's own words mean: names of columns beside those that are known, matters and
    organisations by the words it has for them; unknown: the matter that other words become."""

    source: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.\-]{0,39}$")] = "ledger"
    headings: dict[str, tuple[Word, ...]] = {}
    matters: dict[Word, Key] = {}
    departments: dict[Word, Key] = {}
    unknown: Key | None = None


@dataclass(frozen=True)
class Told:
    """What was found, and what was done; done is None for a check alone."""

    check: LedgerCheck
    done: Imported | None

    def as_data(self) -> dict[str, Any]:
        """The counts for --json; faults at most a hundred."""
        check, done = self.check, self.done
        return {
            "sheets": list(check.sheets),
            "other_sheets": list(check.other_sheets),
            "rows": len(check.rows) + len(check.faults),
            "imported": done.added if done is not None else 0,
            "to_import": check.fresh if done is None else 0,
            "already_there": check.already if done is None else done.already,
            "faulty": len(check.faults),
            "left_out": check.skipped,
            "at_large": check.at_large,
            "unknown_matters": dict(check.unknown_matters),
            "unknown_departments": dict(check.unknown_departments),
            "unused_columns": list(check.unused),
            "faults": [
                {
                    "sheet": fault.sheet,
                    "row": fault.row,
                    "column": fault.column,
                    "found": fault.found,
                    "expected": ledgers.expected_words(fault),
                }
                for fault in check.faults[:100]
            ],
        }

    def lines(self) -> Iterator[str]:
        """The same in words."""
        check = self.check
        for fault in check.faults[:SHOWN]:
            yield _("%(where)s, %(column)s: found %(found)s, expected %(expected)s") % {
                "where": ledgers.sheet_words(fault),
                "column": fault.column,
                "found": fault.found or "—",
                "expected": ledgers.expected_words(fault),
            }
        for title, words in (
            (_("matters that nobody knows"), check.unknown_matters),
            (_("organisations that nobody knows, left out"), check.unknown_departments),
        ):
            if words:
                listed = "、".join(f"{word or '—'} ({n})" for word, n in words.most_common(SHOWN))
                yield f"{title}: {listed}"
        if check.unknown_matters:
            yield _(
                "Say in a file for --mapping what they mean: matters: { WORD: key of a matter }"
            )
        if check.unused:
            yield _("columns not taken over: %(names)s") % {"names": "、".join(check.unused)}
        data = self.as_data()
        if self.done is None:
            said = _(
                "to be added: %(to_import)s; already there: %(already_there)s; faulty: %(faulty)s"
            )
        else:
            said = _("added: %(imported)s; already there: %(already_there)s; faulty: %(faulty)s")
        yield said % data


def is_workbook(path: Path) -> bool:
    """Whether a file is an XLSX workbook, whatever it is called."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as packed:
        return "xl/workbook.xml" in packed.namelist()


def import_workbook(
    path: Path, *, mapping: Path | None, desk: str | None, dry_run: bool, good_rows_only: bool
) -> Told:
    """Check a ledger, and take it over unless it is a check alone.

    desk: the key of the desk whose ledger it is: the same rows as by its page, on its ground
    Raises MappingFaulty, NoSuchOrganisation, LedgerUnreadable.
    """
    terms = _terms(mapping, desk)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TableUnreadable(file=path.name, why=why_not(error)) from None
    check = queries.check_ledger(content, path.name, terms)
    if dry_run or (check.faults and not good_rows_only):
        return Told(check, None)
    told = actions.import_ledger(content, path.name, terms, good_rows_only=good_rows_only)
    return Told(check, told.done)


def _terms(path: Path | None, desk: str | None) -> LedgerTerms:
    mapping = _mapping(path) if path is not None else LedgerMapping()
    source, area = mapping.source, None
    if desk is not None:
        organisation = directory.organisation_by_key(desk)
        source, area = f"ledger.{organisation.key}"[:40], organisation.area_id
    return LedgerTerms(
        source=source,
        area=area,
        matters=mapping.matters,
        unknown=mapping.unknown or "",
        departments=mapping.departments,
        headings=mapping.headings,
    )


def _mapping(path: Path) -> LedgerMapping:
    try:
        mapping, spot = read_entry(path, LedgerMapping)
    except PackFaulty as faulty:
        raise MappingFaulty(faulty.faults) from None
    assert isinstance(mapping, LedgerMapping)
    book = catalogue()
    faults = [
        Fault(*spot(("headings", name)), "one of " + ", ".join(HEADINGS), name)
        for name in mapping.headings
        if name not in HEADINGS
    ]
    faults += [
        Fault(*spot(("matters", word)), "a matter of the catalogue", key)
        for word, key in mapping.matters.items()
        if key not in book.matters
    ]
    if mapping.unknown is not None and mapping.unknown not in book.matters:
        faults.append(Fault(*spot(("unknown",)), "a matter of the catalogue", mapping.unknown))
    for word, key in mapping.departments.items():
        try:
            directory.organisation_by_key(key)
        except NoSuchOrganisation:
            faults.append(Fault(*spot(("departments", word)), "the key of an organisation", key))
    if faults:
        raise MappingFaulty(faults)
    return mapping
