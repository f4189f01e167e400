"""What the ledger's page shows."""

from __future__ import annotations

from dataclasses import dataclass

from gridward.web.ui.pages import Fact, Shell


@dataclass(frozen=True, slots=True)
class LedgerFaultRow:
    """One fault: sheet and row, the column, what stands there, what was expected."""

    where: str
    column: str
    value: str
    expected: str


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word for a matter that nobody knows. at: of its field; matter: as was chosen"""

    at: int
    word: str
    many: int
    matter: str


@dataclass(frozen=True, slots=True)
class MatterGroup:
    """Matters to choose from, key and title, under the title of their group."""

    title: str
    matters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """`workbench/ledger.html`. facts: what the file did, or would do."""

    shell: Shell
    ground: str
    problem: str = ""
    file: str = ""
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    faults: tuple[LedgerFaultRow, ...] = ()
    more_faults: int = 0
    unknown: tuple[UnknownWord, ...] = ()
    groups: tuple[MatterGroup, ...] = ()
    may_import: bool = False
    has_good_rows: bool = False
    is_done: bool = False
    headings: tuple[Fact, ...] = ()
