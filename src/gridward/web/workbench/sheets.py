"""Workbooks that leave the house: written row by row, each page saying who took it and why."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any
from urllib.parse import quote

import xlsxwriter
from django.http import FileResponse
from django.utils.translation import gettext as _

from gridward.web.ui import words

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Mark:
    """Who takes it, in which organisation, when, what for: the watermark."""

    person: str
    organisation: str
    at: datetime
    purpose: str

    @property
    def words(self) -> str:
        return _("%(person)s (%(organisation)s), %(at)s, for: %(purpose)s") % {
            "person": self.person,
            "organisation": self.organisation,
            "at": words.moment_words(self.at),
            "purpose": self.purpose,
        }


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and how wide it is, in characters."""

    title: str
    width: float = 14
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One sheet of the workbook. notes: lines below the table, such as definitions."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    notes: Sequence[str] = ()


def write_book(parts: Sequence[Part], mark: Mark) -> tuple[IO[bytes], int]:
    """A workbook in a temporary file, read from its beginning, and how many rows it holds.

    Nothing but one row is held in memory. A text is written as text: what looks like a formula
    is none.
    """
    made = tempfile.TemporaryFile(prefix="gridward-", suffix=".xlsx")  # noqa: SIM115 - handed on
    try:
        book = xlsxwriter.Workbook(
            made, {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"}
        )
        count = sum(_write(book, part, mark) for part in parts)
        book.close()
    except BaseException:
        made.close()
        raise
    made.seek(0)
    return made, count


def _write(book: xlsxwriter.Workbook, part: Part, mark: Mark) -> int:
    sheet = book.add_worksheet(part.name[:31])
    heading = book.add_format({"bold": True, "bg_color": "#E4F0EC", "border": 1, "text_wrap": True})
    title = book.add_format({"bold": True, "font_size": 14})
    faint = book.add_format({"font_color": "#667773", "italic": True})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    for number, column in enumerate(part.columns):
        sheet.set_column(number, number, column.width)
    sheet.write_string(0, 0, part.title, title)
    sheet.write_string(1, 0, mark.words, faint)
    for number, column in enumerate(part.columns):
        sheet.write_string(2, number, column.title, heading)
    at = 2
    for at, row in enumerate(part.rows, start=3):
        for number, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, int) and not isinstance(value, bool):
                sheet.write_number(at, number, value, cell)
            else:
                sheet.write_string(at, number, str(value), cell)
    count = at - 2
    sheet.write_string(at + 2, 0, _("%(n)d rows.") % {"n": count}, faint)
    for number, said in enumerate(part.notes, start=at + 3):
        sheet.write_string(number, 0, said, faint)
    # Excel reads & as a command inside headers
    said = mark.words.replace("&", "&&")[:200]
    sheet.set_header(f"&C&8{said}")
    sheet.set_footer(f"&L&8{said}&R&8&P / &N")
    return count


def sent(made: IO[bytes], name: str) -> FileResponse:
    """The workbook as a download with a name in any script."""
    return FileResponse(
        made,
        content_type=MEDIA_TYPE,
        headers={
            "Content-Disposition": (
                f"attachment; filename=\"list.xlsx\"; filename*=UTF-8''{quote(name)}.xlsx"
            ),
            "Cache-Control": "no-store, private",
            "X-Content-Type-Options": "nosniff",
        },
    )
