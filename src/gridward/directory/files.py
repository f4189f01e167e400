"""Tables from files and back: CSV in the encodings that Chinese spreadsheets write, and XLSX."""

from __future__ import annotations

import csv
import io
import re
import secrets
import zipfile
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag

from gridward.core import clock, jurisdiction
from gridward.core.crypto import new_key, provider
from gridward.directory.errors import StagedFileGone, TooManyRows, UnreadableFile
from gridward.directory.rules import MAX_ROWS

MAX_BYTES = 50 * 1024 * 1024
STAGED_FOR_S = 24 * 3600

TEMPLATE_HEADINGS = ("工号", "姓名", "手机号", "人员类别", "岗位", "所属单位", "网格")
TEMPLATE_EXAMPLES = (
    ("A0001", "示例甲", "13900000001", "专职", "grid_worker", "station-01", "440799001001001"),
    ("A0002", "示例乙", "", "无", "street_desk", "street-01", ""),
)


def table_of(content: bytes, name: str) -> list[list[object]]:
    """The cells of the first sheet (XLSX) or of the whole file (CSV).

    name: only for the refusal. The content decides what it is, not the ending.
    Raises UnreadableFile, TooManyRows.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFile(name=name)
    table = _xlsx(content, name) if content[:2] == b"PK" else _csv(content, name)
    if len(table) - 1 > MAX_ROWS:
        raise TooManyRows(limit=MAX_ROWS)
    return table


def _csv(content: bytes, name: str) -> list[list[object]]:
    text = ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if not text.strip() or "\0" in text:
        raise UnreadableFile(name=name)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return [list(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error:
        raise UnreadableFile(name=name) from None


def _xlsx(content: bytes, name: str) -> list[list[object]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        # a small file that unpacks to gigabytes is refused before it is unpacked
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > 10 * MAX_BYTES:
                raise UnreadableFile(name=name)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        return [list(row) for row in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError):
        raise UnreadableFile(name=name) from None


def stage(content: bytes) -> str:
    """Keep an uploaded file until it is imported; returns the ticket that alone opens it.

    What lies on the disk is encrypted with a key that only the ticket holds: there are telephone
    numbers in it. `tidy_staged` takes away what nobody fetched within a day.
    """
    name, key = secrets.token_hex(16), new_key()
    path = jurisdiction.var_path("people", name)
    path.write_bytes(provider().seal(key, content, name.encode()))
    return f"{name}.{key.hex()}"


def staged(ticket: str) -> bytes:
    """The file that a ticket opens. Raises StagedFileGone."""
    name, _, key = ticket.partition(".")
    if not re.fullmatch(r"[0-9a-f]{32}", name):
        raise StagedFileGone()
    try:
        sealed = jurisdiction.var_path("people", name).read_bytes()
        return provider().open(bytes.fromhex(key), sealed, name.encode())
    except (OSError, ValueError, InvalidTag):
        raise StagedFileGone() from None


def drop_staged(ticket: str) -> None:
    """Take a staged file away; harmless when it is gone."""
    name = ticket.partition(".")[0]
    if re.fullmatch(r"[0-9a-f]{32}", name):
        jurisdiction.var_path("people", name).unlink(missing_ok=True)


def tidy_staged() -> int:
    """Take away uploaded files that nobody imported within a day; returns how many."""
    oldest = clock.now().timestamp() - STAGED_FOR_S
    gone = 0
    for path in jurisdiction.var_path("people", "x").parent.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def template(kind: str) -> bytes:
    """An empty people file with headings and two example rows. kind: csv or xlsx."""
    return written([TEMPLATE_HEADINGS, *TEMPLATE_EXAMPLES], kind, "人员")


def written(rows: Sequence[Sequence[str]], kind: str, title: str) -> bytes:
    """A table as a file, its headings first. kind: csv or xlsx; title: of the sheet."""
    if kind == "csv":
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows(rows)
        # the mark at the front makes spreadsheets read the Chinese headings rightly
        return out.getvalue().encode("utf-8-sig")
    import xlsxwriter

    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True, "bg_color": "#E6EEF5"})
        plain = book.add_format({"num_format": "@"})
        sheet.set_column(0, len(rows[0]) - 1, 18, plain)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write_string(number, place, value, bold if number == 0 else plain)
        sheet.freeze_panes(1, 0)
    return packed.getvalue()
