"""A street's ledger as its desk keeps it in a workbook: what each row says, or what is wrong there.

Headings in Chinese under some title rows, one sheet a month, dates as text in many shapes, totals
at the end. Nothing here reads a file or a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gridward.core.geodesy import is_coordinate

Cell = object
HEADINGS_WITHIN = 15  # rows at the top among which the headings are looked for
HEADINGS_LEAST = 3
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a serial has no zone
SERIALS = (36526, 73050)  # 2000 to 2099
SHOWN = 60

# our name → what a ledger may call it; the first of each is what the template says
HEADINGS: dict[str, tuple[str, ...]] = {
    "number": ("编号", "工单号", "工单编号", "事件编号", "受理编号", "流水号"),
    "opened": (
        "登记时间", "登记日期", "日期", "时间", "上报时间", "上报日期", "受理时间", "受理日期",
        "接报时间", "发现时间", "反映时间", "来件时间", "来件日期",
    ),
    "words": (
        "内容", "事件内容", "问题描述", "反映内容", "诉求内容", "事项内容", "情况描述", "主要内容",
        "事件描述", "事由",
    ),
    "place": ("地点", "位置", "地址", "发生地点", "事发地点", "事件地点", "详细地址"),
    "area": ("所属村（社区）", "所属社区", "村社区", "村（社区）", "社区", "所属网格", "网格"),
    "matter": (
        "事项", "类别", "事件类型", "类型", "事项类别", "问题类型", "事件类别", "分类", "事项名称",
    ),
    "department": (
        "办理单位", "承办单位", "处理单位", "责任单位", "交办单位", "处理部门", "承办部门",
        "责任部门",
    ),
    "target": ("办理期限", "期限", "办结期限", "要求办结时间", "截止日期", "限办日期"),
    "closed": ("办结时间", "办结日期", "完成时间", "完成日期", "处理完成时间", "办结时间（日期）"),
    "status": ("状态", "办理状态", "是否办结", "进展"),
    "lng": ("经度",),
    "lat": ("纬度",),
}  # fmt: skip
NEEDED = ("opened", "words")
ENDED = ("已办结", "办结", "已完成", "完成", "已处理", "是", "完结")
UNENDED = ("未办结", "办理中", "处理中", "未完成", "否", "跟进中", "待办", "在办", "未处理")
TOTALS = re.compile(
    r"^(合\s*计|总\s*计|小\s*计|共\s*计|本月(共|合计|小计)|统计|填表|制表|审核|备注|注|说明)"
)
_SPACE = re.compile(r"[\s　]+")
_DIGITS = str.maketrans("０１２３４５６７８９：．／－", "0123456789:./-")
_CHINESE_MONTHS = {
    word: number
    for number, word in enumerate(
        ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"), 1
    )
}
_DATE = re.compile(
    r"^(?:(?P<year>\d{4})\s*[年./\-]\s*)?(?P<month>\d{1,2})\s*[月./\-]\s*(?P<day>\d{1,2})\s*[日号]?"
    r"(?:\s*[（(]?(?:星期|周)[一二三四五六日天][）)]?)?(?:[\sT,，]*(?P<time>.*))?$"
)
_DAY = re.compile(r"^(?P<day>\d{1,2})\s*[日号](?:\s*(?P<time>.*))?$")
_COMPACT = re.compile(r"^(?P<year>20\d{2})(?P<month>\d{2})(?P<day>\d{2})(?:\s*(?P<time>.*))?$")
_TIME = re.compile(
    r"^(?P<part>凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜间|晚)?\s*"
    r"(?:(?P<hour>\d{1,2})\s*[:时点](?P<half>半)?\s*(?:(?P<minute>\d{1,2})\s*分?)?"
    r"(?::(?P<second>\d{1,2})(?:\.\d+)?)?\s*(?:左右|许|秒)?)?$"
)
_PARTS = {
    "凌晨": 3, "早上": 8, "早晨": 8, "上午": 9, "中午": 12, "下午": 15, "傍晚": 18, "晚上": 20,
    "夜间": 22, "晚": 20,
}  # fmt: skip
_AFTER_NOON = ("下午", "傍晚", "晚上", "夜间", "晚")


@dataclass(frozen=True, slots=True)
class LedgerFault:
    """What is wrong with a cell. row: as the spreadsheet counts; 0 for the whole sheet."""

    sheet: str
    row: int
    column: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row as it stands: moments aware, in UTC; words as they were written.

    area_words: where, in words, the widest and the narrowest together
    """

    sheet: str
    row: int
    number: str
    opened: datetime
    words: str
    place: str
    area_words: str
    matter: str
    department: str
    target: datetime | None
    closed: datetime | None
    lng: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Month:
    """The month that a sheet is about, as far as it says; what a date without a year belongs to."""

    year: int | None
    month: int | None


@dataclass(frozen=True, slots=True)
class LedgerSheet:
    """What was read of one sheet. skipped: rows that are no entries: titles, totals, blanks;
    unused: headings that say nothing we take over."""

    name: str
    rows: tuple[LedgerRow, ...] = ()
    faults: tuple[LedgerFault, ...] = ()
    skipped: int = 0
    unused: tuple[str, ...] = ()


class _CellError(ValueError):
    def __init__(self, name: str, found: str, expected: str) -> None:
        super().__init__(name)
        self.name, self.found, self.expected = name, found, expected


def plain(cell: Cell) -> str:
    """A cell as text: trimmed, figures in half width, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip().replace("\u200b", "")


def heading(cell: Cell) -> str:
    """A heading without spaces and in one kind of brackets."""
    return _SPACE.sub("", plain(cell)).replace("(", "（").replace(")", "）").rstrip("：:*")


def columns_of(cells: Sequence[Cell], more: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Which column of a row of headings says what; the first that fits."""
    found: dict[str, int] = {}
    for name, known in HEADINGS.items():
        names = {heading(each) for each in (*more.get(name, ()), *known)}
        for at, cell in enumerate(cells):
            if heading(cell) in names and at not in found.values():
                found[name] = at
                break
    return found


def month_of(*said: str) -> Month:
    """The month that names and titles speak of: 2026年11月, 11月, 202611, 十一月."""
    year = month = None
    for each in said:
        text = _SPACE.sub("", each).translate(_DIGITS)
        whole = re.search(r"(20\d{2})[年./\-]?(1[0-2]|0?[1-9])(?!\d)(?:月)?", text)
        if whole:
            year, month = year or int(whole[1]), month or int(whole[2])
        if year is None and (alone := re.search(r"(20\d{2})(?!\d)", text)):
            year = int(alone[1])
        if month is None:
            if figure := re.search(r"(?<!\d)(1[0-2]|0?[1-9])月", text):
                month = int(figure[1])
            elif sign := re.search(r"(十[一二]?|[一二三四五六七八九])月", text):
                month = _CHINESE_MONTHS[sign[1]]
    return Month(year, month)


def moment(cell: Cell, month: Month, today: date, *, after: date | None = None) -> datetime | None:
    """The local moment of a cell; None for nothing. Midnight where no time is given.

    month: fills what the cell leaves out; after: a date that it does not lie before
    Raises ValueError for what is no date.
    """
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    text = plain(cell).translate(_DIGITS)
    if text in ("", "-", "/", "无", "—"):
        return None
    number = _serial(cell, text)
    if number is not None:
        return EXCEL_EPOCH + timedelta(seconds=round(number * 86400))
    if isinstance(cell, float) and not cell.is_integer():
        raise ValueError(text)  # 11.3 may have been 11.30
    for shape in (_COMPACT, _DATE, _DAY):
        if fits := shape.match(text):
            said = fits.groupdict()
            day = _day(said, month, today, after)
            return datetime.combine(day, _time_of(said.get("time") or ""))
    raise ValueError(text)


def _serial(cell: Cell, text: str) -> float | None:
    """A spreadsheet's own count of days, as a number or as text."""
    if isinstance(cell, bool) or not re.fullmatch(r"\d{5}(\.\d+)?", text):
        return None
    number = float(text)
    return number if SERIALS[0] <= number < SERIALS[1] else None


def _day(said: dict[str, str | None], month: Month, today: date, after: date | None) -> date:
    mm = int(said.get("month") or month.month or 0)
    dd = int(said["day"] or 0)
    if said.get("year"):
        return date(int(said["year"] or 0), mm, dd)
    if not mm:
        raise ValueError("no month")
    year = month.year
    if year is None:  # the last time that this day was
        year = today.year if (mm, dd) <= (today.month, today.day) else today.year - 1
    elif month.month is not None and mm - month.month >= 6:
        year -= 1  # December's row in January's sheet
    if after is not None and (found := date(year, mm, dd)) < after and (after - found).days > 180:
        year += 1
    return date(year, mm, dd)


def _time_of(text: str) -> time:
    """Raises ValueError for what is no time of the day."""
    said = text.strip(" ，,T")
    if not said:
        return time()
    fits = _TIME.match(said)
    if fits is None or not (fits["part"] or fits["hour"]):
        raise ValueError(text)
    if fits["hour"] is None:
        return time(_PARTS[fits["part"]])
    hour = int(fits["hour"])
    if fits["part"] in _AFTER_NOON and hour < 12:
        hour += 12
    minute = 30 if fits["half"] else int(fits["minute"] or 0)
    return time(hour, minute, int(fits["second"] or 0))


def read_sheet(
    name: str,
    table: Sequence[Sequence[Cell]],
    *,
    zone: ZoneInfo,
    today: date,
    headings: dict[str, tuple[str, ...]] | None = None,
    file: str = "",
) -> LedgerSheet | None:
    """The rows of one sheet and their faults; None for one that holds no ledger.

    headings: words of this ledger beside the known ones; file: its name, which may say the year
    """
    more = headings or {}
    at, columns = _headings(table, more)
    if not columns:
        return None
    missing = [HEADINGS[each][0] for each in NEEDED if each not in columns]
    if missing:
        found = "、".join(filter(None, map(heading, table[at])))[:SHOWN]
        return LedgerSheet(name, faults=(LedgerFault(name, 0, missing[0], found, "heading"),))
    titles = [plain(cell) for row in table[:at] for cell in row if plain(cell)]
    month = month_of(name, *titles, file)
    reader = _Reader(name, table[at], columns, month, zone, today)
    rows: list[LedgerRow] = []
    faults: list[LedgerFault] = []
    skipped = at
    for number, cells in enumerate(table[at + 1 :], start=at + 2):
        if _is_no_entry(cells, columns, more):
            skipped += 1
            continue
        try:
            rows.append(reader.read(number, cells))
        except _CellError as fault:
            faults.append(reader.fault(number, fault))
    unused = tuple(
        title
        for place, cell in enumerate(table[at])
        if (title := heading(cell)) and place not in columns.values() and title != "序号"
    )
    return LedgerSheet(name, tuple(rows), tuple(faults), skipped, unused)


def _headings(
    table: Sequence[Sequence[Cell]], more: dict[str, tuple[str, ...]]
) -> tuple[int, dict[str, int]]:
    for at, cells in enumerate(table[:HEADINGS_WITHIN]):
        columns = columns_of(cells, more)
        if len(columns) >= HEADINGS_LEAST:
            return at, columns
    return 0, {}


def _is_no_entry(
    cells: Sequence[Cell], columns: dict[str, int], more: dict[str, tuple[str, ...]]
) -> bool:
    """Blank, totals, a note at the end, a second subtitle, or the headings once more."""
    said = [plain(cell) for cell in cells]
    filled = [each for each in said if each]
    if not filled or TOTALS.match(filled[0]):
        return True
    if len(columns_of(cells, more)) >= HEADINGS_LEAST:
        return True
    # one long merged cell is a subtitle; a lone running number is an empty line of a form
    return len(filled) == 1 and bool(said[0])


class _Reader:
    def __init__(
        self,
        sheet: str,
        headings: Sequence[Cell],
        columns: dict[str, int],
        month: Month,
        zone: ZoneInfo,
        today: date,
    ) -> None:
        self.sheet, self.headings, self.columns = sheet, headings, columns
        self.month, self.zone, self.today = month, zone, today

    def fault(self, row: int, fault: _CellError) -> LedgerFault:
        at = self.columns.get(fault.name)
        column = heading(self.headings[at]) if at is not None else HEADINGS[fault.name][0]
        return LedgerFault(self.sheet, row, column, fault.found[:SHOWN], fault.expected)

    def read(self, row: int, cells: Sequence[Cell]) -> LedgerRow:
        said = {
            name: plain(cells[at]) if at < len(cells) else "" for name, at in self.columns.items()
        }
        if not said["words"]:
            raise _CellError("words", "", "words")
        opened = self._moment("opened", cells)
        if opened is None:
            raise _CellError("opened", "", "date")
        if opened.date() > self.today:
            raise _CellError("opened", said["opened"], "past")
        target = self._moment("target", cells, after=opened.date(), whole_day=True)
        closed = self._moment("closed", cells, after=opened.date(), whole_day=True)
        if closed is not None and closed < opened:
            raise _CellError("closed", said["closed"], "not_before")
        self._check_status(said.get("status", ""), closed)
        lng, lat = self._point(said)
        return LedgerRow(
            sheet=self.sheet,
            row=row,
            number=said.get("number", ""),
            opened=self._utc(opened),
            words=said["words"],
            place=said.get("place", ""),
            area_words=" ".join(filter(None, (said.get("area", ""), said.get("place", "")))),
            matter=said.get("matter", ""),
            department=said.get("department", ""),
            target=self._utc(target) if target is not None else None,
            closed=self._utc(closed) if closed is not None else None,
            lng=lng,
            lat=lat,
        )

    def _utc(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def _moment(
        self,
        name: str,
        cells: Sequence[Cell],
        *,
        after: date | None = None,
        whole_day: bool = False,
    ) -> datetime | None:
        at = self.columns.get(name)
        if at is None or at >= len(cells):
            return None
        try:
            found = moment(cells[at], self.month, self.today, after=after)
        except (ValueError, OverflowError):
            raise _CellError(name, plain(cells[at]), "date") from None
        if found is not None and whole_day and found.time() == time():
            return found.replace(hour=23, minute=59)  # a date alone means until its end
        return found

    def _check_status(self, word: str, closed: datetime | None) -> None:
        said = _SPACE.sub("", word)
        if not said:
            return
        if said in ENDED and closed is None:
            raise _CellError("status", word, "closed_missing")
        if said in UNENDED and closed is not None:
            raise _CellError("status", word, "closed_too_many")

    def _point(self, said: dict[str, str]) -> tuple[float | None, float | None]:
        east, north = said.get("lng", ""), said.get("lat", "")
        if not east and not north:
            return None, None
        try:
            lng, lat = float(east), float(north)
        except ValueError:
            raise _CellError("lng", f"{east} {north}", "point") from None
        if not is_coordinate(lng, lat):
            raise _CellError("lng", f"{east} {north}", "point")
        return lng, lat


# --- words ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NamedArea:
    """An area as a ledger may call it. names: in full and without the kind at the end"""

    id: int
    names: tuple[str, ...]
    chain: tuple[int | None, ...]


_KINDS = (
    "社区居民委员会",
    "社区居委会",
    "村民委员会",
    "村委会",
    "产业园社区",
    "街道办事处",
    "社区",
    "街道",
    "村",
    "镇",
    "居委",
)


def names_of(name: str, code: str) -> tuple[str, ...]:
    """What an area is called: its name, its name without the kind, its code."""
    short = next((name.removesuffix(end) for end in _KINDS if name.endswith(end)), name)
    return tuple(each for each in dict.fromkeys((name, short, code)) if len(each) >= 2)


def area_in(words: str, areas: Iterable[NamedArea]) -> NamedArea | None:
    """The area that words name: the longest name, and the narrowest of several that lie in each
    other. None where they name none, or two that exclude each other."""
    text = _SPACE.sub("", words)
    hits = [
        (max(len(name) for name in area.names if name in text), area)
        for area in areas
        if any(name in text for name in area.names)
    ]
    if not hits:
        return None
    # 汀洲 in 汀洲头 is no hit of its own where the longer name stands in the words
    longest = max(length for length, _area in hits)
    best = [area for length, area in hits if length == longest]
    deep = max(hits, key=lambda hit: (_depth(hit[1]), hit[0]))[1]
    if all(other.id in deep.chain for _length, other in hits):
        return deep
    inside = [area for area in best if all(o.id in area.chain for o in best)]
    return inside[0] if inside else None


def _depth(area: NamedArea) -> int:
    return sum(each is not None for each in area.chain)
