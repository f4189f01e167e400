"""Tables from files and back: CSV in the encodings that Chinese spreadsheets write, and XLSX."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence

from gridward.directory.errors import TooManyRows, UnreadableFile
from gridward.directory.rules import MAX_ROWS

MAX_BYTES = 50 * 1024 * 1024

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


def template(kind: str) -> bytes:
    """An empty people file with headings and two example rows. kind: csv or xlsx."""
    rows: list[Sequence[str]] = [TEMPLATE_HEADINGS, *TEMPLATE_EXAMPLES]
    if kind == "csv":
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows(rows)
        # the mark at the front makes spreadsheets read the Chinese headings rightly
        return out.getvalue().encode("utf-8-sig")
    import xlsxwriter

    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        sheet = book.add_worksheet("人员")
        bold = book.add_format({"bold": True, "bg_color": "#E6EEF5"})
        plain = book.add_format({"num_format": "@"})
        sheet.set_column(0, len(TEMPLATE_HEADINGS) - 1, 18, plain)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                sheet.write_string(number, place, value, bold if number == 0 else plain)
        sheet.freeze_panes(1, 0)
    return packed.getvalue()
