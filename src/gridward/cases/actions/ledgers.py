"""A street's ledger taken over: checked first, then row by row what is not there yet."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gridward.access.rules import Viewer
from gridward.cases.actions.importing import ROWS_AT_ONCE, Imported, import_cases
from gridward.cases.errors import LedgerFaulty
from gridward.cases.queries.ledgers import (
    LedgerCheck,
    LedgerTerms,
    check_ledger,
    ledger_mapping,
)
from gridward.core.errors import NotAllowed


@dataclass(frozen=True)
class LedgerImported:
    """What was checked, and what became of the good rows."""

    check: LedgerCheck
    done: Imported


def desk_terms(by: Viewer, terms: LedgerTerms) -> LedgerTerms:
    """The terms for somebody at a desk: a ledger is of their own ground. Raises NotAllowed."""
    if not by.may("case.import") or by.area_id is None:
        raise NotAllowed()
    return replace(terms, area=by.area_id)


def import_ledger(
    content: bytes,
    name: str,
    terms: LedgerTerms,
    *,
    by: Viewer | None = None,
    good_rows_only: bool = False,
) -> LedgerImported:
    """Take over a ledger's rows, in batches; the same file again adds nothing.

    by: who does it, where somebody does it at a desk: only of their own ground
    Raises LedgerFaulty when a row is faulty and not only the good ones are asked for,
    LedgerUnreadable, NotAllowed.
    """
    if by is not None:
        terms = desk_terms(by, terms)
    check = check_ledger(content, name, terms)
    if check.faults and not good_rows_only:
        raise LedgerFaulty(count=len(check.faults))
    mapping = ledger_mapping(terms)
    done = Imported()
    for start in range(0, len(check.rows), ROWS_AT_ONCE):
        part = import_cases(check.rows[start : start + ROWS_AT_ONCE], mapping, by=by)
        for field in vars(part):
            setattr(done, field, getattr(done, field) + getattr(part, field))
    return LedgerImported(check, done)


__all__ = ["LedgerCheck", "LedgerImported", "LedgerTerms", "desk_terms", "import_ledger"]
