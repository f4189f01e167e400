"""A street's ledger at a door: the empty template, and what is wrong with a row, in words."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gridward.cases.rules.ledger import HEADINGS, LedgerFault
from gridward.catalog.queries import catalogue
from gridward.core import clock, jurisdiction
from gridward.directory import queries as directory

EXPECTED: dict[str, Any] = {
    "heading": _("a column with this heading; it was not found"),
    "words": _("what was reported, in a few words"),
    "date": _("a date such as %(dates)s"),
    "past": _("a date that is not in the future"),
    "not_before": _("a date that is not before the one on which it was written down"),
    "closed_missing": _("the day it was settled, or a state that says it is still in hand"),
    "closed_too_many": _("no day of settling, or a state that says it is settled"),
    "point": _("longitude and latitude in WGS84, such as 113.1234 and 22.5678"),
    "matter": _("a matter of the catalogue, or choose above what this word means"),
    "own_ground": _("a place on your own ground"),
}
DATES = ("2026-11-3", "11月3日", "2026.11.3 上午9点")
# of the template, in this order
COLUMNS = (
    "number", "opened", "words", "area", "place", "matter", "department", "target", "closed",
    "status",
)  # fmt: skip
WIDTHS = {"words": 44, "place": 26, "area": 18, "matter": 22, "department": 22}


def expected_words(fault: LedgerFault) -> str:
    """What should have stood there."""
    said = str(EXPECTED[fault.expected])
    return said % {"dates": " / ".join(DATES)} if fault.expected == "date" else said


def sheet_words(fault: LedgerFault) -> str:
    """Sheet and row of a fault, in one line."""
    if not fault.row:
        return fault.sheet
    said = pgettext_lazy("of a spreadsheet", "%(sheet)s, row %(row)s")
    return str(said) % {"sheet": fault.sheet, "row": fault.row}


def template() -> bytes:
    """An empty ledger: a sheet for this month, and the words that the catalogue knows beside it."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True})
    title = book.add_format({"bold": True, "font_size": 14})
    today = clock.now().astimezone(jurisdiction.current().tz)
    sheet = book.add_worksheet(f"{today:%Y}年{today.month}月")
    sheet.write(0, 0, f"{today:%Y}年{today.month}月网格事件台账", title)
    for at, name in enumerate(COLUMNS):
        sheet.set_column(at, at, WIDTHS.get(name, 14))
        sheet.write(1, at, HEADINGS[name][0], head)
    sheet.freeze_panes(2, 0)
    edition = catalogue()
    matters = [matter.title.zh for matter in edition.matters.values()]
    _list(book, "可用的事项", matters)
    _list(book, "可用的办理单位", (each.title_zh for each in directory.organisations()))
    where = COLUMNS.index("matter")
    sheet.data_validation(
        2, where, 2000, where,
        {"validate": "list", "source": f"='可用的事项'!$A$2:$A${len(matters) + 1}",
         "error_type": "information"},
    )  # fmt: skip
    sheet.write_comment(1, COLUMNS.index("opened"), " / ".join(DATES))
    book.close()
    return made.getvalue()


def _list(book: Any, name: str, words: Iterable[str]) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 40)
    sheet.write(0, 0, name)
    for at, word in enumerate(words, start=1):
        sheet.write_string(at, 0, word)
