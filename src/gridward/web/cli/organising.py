"""A table of organisations: its headings, its rows, and everything wrong with them at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gridward.catalog import queries as catalog
from gridward.core.errors import Problem
from gridward.directory.actions import NewOrganisation
from gridward.directory.rules import ORGANISATION_KINDS, cell, folded
from gridward.territory import queries as territory

# what is written in a template first, then other words for the same
HEADINGS = {
    "key": ("代号", "key"),
    "kind": ("类型", "kind", "单位类型"),
    "title_zh": ("名称", "title_zh", "单位名称"),
    "title_en": ("英文名称", "title_en"),
    "type_code": ("部门代码", "type_code"),
    "area": ("区域", "area", "区域代码", "辖区"),
    "order": ("顺序", "order"),
}
REQUIRED = ("key", "kind", "title_zh")
KINDS = {
    "区指挥中心": "district_desk",
    "街道指挥中心": "street_desk",
    "村（社区）工作站": "community_station",
    "部门": "department",
    "队伍": "team",
    "其他": "other",
}
EXAMPLES = (
    ("district", "区指挥中心", "示例区综合网格指挥中心", "District command centre", "", "", ""),
    ("street-1", "街道指挥中心", "第一街道指挥中心", "First Street desk", "", "449901001", ""),
    ("urb-1", "部门", "第一街道综合行政执法队", "First Street wardens", "URB", "449901001", ""),
)
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_KINDS = {
    **{folded(word): kind for word, kind in KINDS.items()},
    **{kind: kind for kind in ORGANISATION_KINDS},
}


@dataclass(frozen=True)
class Fault:
    """row: as a spreadsheet counts; column: a key of HEADINGS; text: what to do."""

    row: int
    column: str
    text: str
    value: str = ""


class NoHeadings(Problem):
    code = "organisations_headings"
    status = 422
    text = gettext_lazy(
        "The table has no column %(columns)s. Take the headings of the template: "
        "gridward organisations template FILE"
    )


def read_table(
    table: Sequence[Sequence[object]], known: Mapping[str, object]
) -> tuple[int, list[NewOrganisation], list[Fault]]:
    """How many rows there are, the organisations that are not there yet, and every fault.

    known: the keys that are there already. Raises NoHeadings.
    """
    start, where = _headings(table)
    departments = catalog.catalogue().departments if catalog.is_loaded() else {}
    widest = territory.areas_of_level(1)
    whole = widest[0].id if widest else None
    seen: set[str] = set()
    rows, new, faults = 0, [], []
    for number, cells in enumerate(table[start + 1 :], start=start + 2):
        values = {n: cell(cells[at]) if at < len(cells) else "" for n, at in where.items()}
        if not any(values.values()):
            continue
        rows += 1
        wrong = list(_faults(number, values, seen, departments))
        seen.add(values["key"])
        faults += wrong
        if wrong or values["key"] in known:
            continue
        area = territory.area_of_code(values["area"]).id if values.get("area") else whole
        new.append(
            NewOrganisation(
                key=values["key"],
                kind=_KINDS[folded(values["kind"])],
                title_zh=values["title_zh"],
                title_en=values.get("title_en") or values["title_zh"],
                type_code=values.get("type_code", ""),
                area_id=area,
                order=int(values.get("order") or rows),
            )
        )
    return rows, new, faults


def _headings(table: Sequence[Sequence[object]]) -> tuple[int, dict[str, int]]:
    words = {word: name for name, several in HEADINGS.items() for word in several}
    missing: Sequence[str] = REQUIRED
    for place, cells in enumerate(table[:10]):
        found = {
            words[title]: at
            for at, each in enumerate(cells)
            if (title := folded(cell(each))) in words
        }
        lacking = [name for name in REQUIRED if name not in found]
        if not lacking:
            return place, found
        if len(lacking) < len(missing):
            missing = lacking
    raise NoHeadings(columns=", ".join(HEADINGS[name][0] for name in missing))


def _faults(
    number: int, values: Mapping[str, str], seen: set[str], departments: Mapping[str, object]
) -> list[Fault]:
    found: list[Fault] = []

    def fault(column: str, text: str) -> None:
        found.append(Fault(number, column, text, values.get(column, "")))

    for name in REQUIRED:
        if not values[name]:
            fault(name, _("is missing"))
    if values["key"] and not _KEY.fullmatch(values["key"]):
        fault("key", _("may hold letters, figures and . _ - only"))
    elif values["key"] in seen:
        fault("key", _("stands in a row above already"))
    kind = _KINDS.get(folded(values["kind"]))
    if values["kind"] and kind is None:
        fault("kind", _("is none of: %(kinds)s") % {"kinds": ", ".join(ORGANISATION_KINDS)})
    code = values.get("type_code", "")
    if kind == "department" and not code:
        fault("type_code", _("is missing; “gridward catalog show departments” lists them"))
    elif code and departments and code not in departments:
        fault("type_code", _("is not known; “gridward catalog show departments” lists them"))
    if values.get("area") and territory.ground().by_code.get(values["area"]) is None:
        fault("area", _("is the code of no area here"))
    if values.get("order") and not values["order"].isdigit():
        fault("order", _("is no whole number"))
    return found
