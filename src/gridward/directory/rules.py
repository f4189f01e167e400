"""Pure decisions of the directory: which posts go together, what a row of a people file says."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

T = TypeVar("T")

ORGANISATION_KINDS = (
    "district_desk",
    "street_desk",
    "community_station",
    "department",
    "team",
    "other",
)
WORKER_KINDS = ("full_time", "part_time", "professional", "none")

# who administers accounts may neither run the system nor read the audit, and none of the three
# takes part in the work that they administer
ADMINISTRATORS = frozenset({"system_admin", "security_admin", "audit_admin"})

# the desk that stands at each level, and where a report climbs when there is none
DESK_OF_LEVEL = {
    "community": ("community_station", "street_desk", "district_desk"),
    "street": ("street_desk", "district_desk"),
    "district": ("district_desk",),
}

MAX_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as every process holds it in memory."""

    id: uuid.UUID
    key: str
    kind: str
    type_code: str
    title_zh: str
    title_en: str
    area_id: int | None
    order: int
    active: bool

    def title(self, language: str) -> str:
        """The title in `language` (a code such as zh-hans or en)."""
        return self.title_zh if language.startswith("zh") else self.title_en


@dataclass(frozen=True, slots=True)
class Holder:
    """A post and who holds it, as lists and choices need it.

    name: who acts in the post, as entries and lists say it: a deputy's says for whom;
    stands_in_for: the post of somebody absent, whose name is absent_name; None for one's own;
    own_name: the person's name alone.
    """

    post_id: uuid.UUID
    person_id: uuid.UUID
    name: str
    staff_number: str
    worker_kind: str
    role: str
    organisation_id: uuid.UUID
    area_id: int | None
    valid_from: datetime
    valid_to: datetime | None
    stands_in_for: uuid.UUID | None = None
    absent_name: str = ""
    own_name: str = ""


def may_deputise(
    post: tuple[uuid.UUID, int | None], held: Iterable[tuple[uuid.UUID, int | None]]
) -> bool:
    """Whether somebody with the posts `held` may stand in for `post`: organisation, area each.

    A deputy works in the same organisation or on the same ground.
    """
    organisation, area = post
    return any(
        own_organisation == organisation or (area is not None and own_area == area)
        for own_organisation, own_area in held
    )


def overlaps(
    begins: datetime, ends: datetime, other_begins: datetime, other_ends: datetime | None
) -> bool:
    """Whether two periods share a moment; each ends at its end, None never."""
    return begins < (other_ends or datetime.max.replace(tzinfo=begins.tzinfo)) and (
        other_begins < ends
    )


def may_hold_together(roles: Iterable[str]) -> bool:
    """Whether one person may hold these roles at one time: an administrator holds no other."""
    held = set(roles)
    return not (held & ADMINISTRATORS) or len(held) == 1


def is_current(valid_from: datetime, valid_to: datetime | None, now: datetime) -> bool:
    """Whether a post stands at `now`; it ends at the moment `valid_to`."""
    return valid_from <= now and (valid_to is None or now < valid_to)


def choose_desk(
    organisations: Iterable[Organisation], level: str, chain: Sequence[int | None]
) -> Organisation | None:
    """The active desk of `level` for a place; where none stands, the next one up.

    level: community, street or district; chain: area ids from the top level down, None where the
    place is not known that far. A place without areas goes to the first district desk.
    """
    depth = {area: place for place, area in enumerate(chain) if area is not None}
    desks = [o for o in organisations if o.active]
    for kind in DESK_OF_LEVEL[level]:
        near = [o for o in desks if o.kind == kind and o.area_id in depth]
        if near:
            # deepest first; among desks of one area the order of the list decides
            return min(near, key=lambda o: (-depth[o.area_id or 0], o.order, o.key))
    top = [o for o in desks if o.kind == "district_desk"]
    return min(top, key=lambda o: (o.order, o.key)) if top else None


def choose_departments(
    organisations: Iterable[Organisation], type_code: str, chain: Sequence[int | None]
) -> list[Organisation]:
    """Active organisations of a type that answer for a place, the nearest to it first.

    One without an area answers for the whole jurisdiction and comes last.
    """
    depth = {area: place for place, area in enumerate(chain) if area is not None}
    near = [
        o
        for o in organisations
        if o.active and o.type_code == type_code and (o.area_id is None or o.area_id in depth)
    ]
    return sorted(
        near,
        key=lambda o: (-depth[o.area_id] if o.area_id is not None else 1, o.order, o.key),
    )


# --- people files ---------------------------------------------------------------------------

HEADINGS: dict[str, tuple[str, ...]] = {
    "staff_number": ("工号", "人员编号", "staff number", "staff no", "staff no.", "staff_number"),
    "name": ("姓名", "name", "full name"),
    "phone": ("手机号", "手机号码", "手机", "联系电话", "电话", "phone", "mobile", "phone number"),
    "worker_kind": ("人员类别", "人员类型", "网格员类别", "worker kind", "kind", "worker_kind"),
    "role": ("岗位", "角色", "职务", "role", "post"),
    "organisation": ("所属单位", "单位", "所在单位", "organisation", "organization", "unit"),
    "area": ("网格", "网格编码", "区域", "区域编码", "负责区域", "area", "grid", "area code"),
}
REQUIRED = ("staff_number", "name")

WORKER_KIND_WORDS = {
    "": "none",
    "无": "none",
    "none": "none",
    "专职": "full_time",
    "专职网格员": "full_time",
    "full_time": "full_time",
    "full-time": "full_time",
    "full time": "full_time",
    "兼职": "part_time",
    "兼职网格员": "part_time",
    "part_time": "part_time",
    "part-time": "part_time",
    "part time": "part_time",
    "专业": "professional",
    "专业网格员": "professional",
    "professional": "professional",
}

_STAFF_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,31}")
# a mobile number of mainland China has eleven digits: with fewer one was lost in typing
_PHONE = re.compile(r"1[3-9]\d{9}|(?!1[3-9])\d{5,15}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell. row: as the spreadsheet counts, from 1."""

    row: int
    column: str
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One good row: a person and, when the row names a role, one post."""

    row: int
    staff_number: str
    name: str
    phone: str
    worker_kind: str
    role: str | None = None
    organisation_id: uuid.UUID | None = None
    area_id: int | None = None


@dataclass(frozen=True)
class Known:
    """What a people file may name. Each map goes from what is written (folded) to what is meant.

    areas: code or name → ids (several when a name stands in several places);
    organisation_areas: organisation → its own ground, taken where the row names none.
    """

    roles: Mapping[str, str]
    organisations: Mapping[str, Sequence[uuid.UUID]]
    areas: Callable[[str], Sequence[int]]
    organisation_areas: Mapping[uuid.UUID, int | None] = field(default_factory=dict)


def folded(text: str) -> str:
    """`text` as headings and names are compared: half-width, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def cell(value: object) -> str:
    """A cell as text: no trailing .0 of a number that a spreadsheet made of digits."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unicodedata.normalize("NFKC", str(value)).strip()


def plain_staff_number(text: str) -> str:
    """A staff number as it is kept: half-width, capitals. a1 and A1 are one person."""
    return unicodedata.normalize("NFKC", text).strip().upper()


def is_staff_number(text: str) -> bool:
    """Whether a text can be a staff number, once it is written as one."""
    return bool(_STAFF_NUMBER.fullmatch(plain_staff_number(text)))


def plain_phone(text: str) -> str | None:
    """Digits of a phone number without spaces, dashes and +86; None when it is none."""
    digits = re.sub(r"[\s\-‐-―()]", "", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(\+|00)86", "", digits)
    return digits if _PHONE.fullmatch(digits) else None


def columns(heading: Sequence[object]) -> tuple[dict[str, int], list[str]]:
    """Which column holds which field, and the required fields that no column holds."""
    wanted = {word: name for name, words in HEADINGS.items() for word in words}
    found: dict[str, int] = {}
    for place, title in enumerate(heading):
        # a note in brackets belongs to the template, not to the heading: 姓名(必填)
        plain = re.sub(r"\s*[(*].*$", "", folded(cell(title)))
        name = wanted.get(plain)
        if name is not None:
            found.setdefault(name, place)
    return found, [name for name in REQUIRED if name not in found]


def heading_row(table: Sequence[Sequence[object]]) -> int:
    """Where the headings stand: below a title, if there is one. 0 when no row has them all."""
    for place, cells in enumerate(table[:10]):
        if not columns(cells)[1]:
            return place
    return 0


def read_rows(
    table: Sequence[Sequence[object]], known: Known, *, heading: int = 0
) -> tuple[list[PersonRow], list[Fault]]:
    """The good rows below the headings and the faults of the others, both in file order.

    table[heading] holds the headings, which `columns` has found complete. Rows are counted as a
    spreadsheet shows them, the first is 1; empty rows are passed over.
    A staff number may stand in several rows (several posts) when name, phone and kind agree.
    """
    where, _missing = columns(table[heading])
    good: list[PersonRow] = []
    faults: list[Fault] = []
    people: dict[str, PersonRow] = {}
    phones: dict[str, str] = {}
    for number, cells in enumerate(table[heading + 1 :], start=heading + 2):
        values = {
            name: cell(cells[place]) if place < len(cells) else "" for name, place in where.items()
        }
        if not any(values.values()):
            continue
        row, wrong = _read_row(number, values, known)
        if not wrong:
            first = people.get(row.staff_number)
            if first is not None and _particulars(first) != _particulars(row):
                wrong.append(Fault(number, "staff_number", "not_the_same_person", row.staff_number))
            elif row.phone and phones.get(row.phone, row.staff_number) != row.staff_number:
                wrong.append(Fault(number, "phone", "phone_of_another", phones[row.phone]))
        if wrong:
            faults += wrong
            continue
        people.setdefault(row.staff_number, row)
        if row.phone:
            phones[row.phone] = row.staff_number
        good.append(row)
    return good, faults


def _particulars(row: PersonRow) -> tuple[str, str, str]:
    return row.name, row.phone, row.worker_kind


def _read_row(number: int, values: dict[str, str], known: Known) -> tuple[PersonRow, list[Fault]]:
    wrong: list[Fault] = []

    def fault(column: str, code: str) -> None:
        # a phone number never leaves this room in a report of faults
        shown = "" if column == "phone" else values.get(column, "")
        wrong.append(Fault(number, column, code, shown))

    staff_number = plain_staff_number(values["staff_number"])
    if not staff_number:
        fault("staff_number", "missing")
    elif not _STAFF_NUMBER.fullmatch(staff_number):
        fault("staff_number", "bad_staff_number")
    name = values["name"]
    if not name:
        fault("name", "missing")
    elif len(name) > 80:
        fault("name", "too_long")
    phone = ""
    if values.get("phone"):
        plain = plain_phone(values["phone"])
        if plain is None:
            fault("phone", "bad_phone")
        else:
            phone = plain
    worker_kind = WORKER_KIND_WORDS.get(folded(values.get("worker_kind", "")))
    if worker_kind is None:
        fault("worker_kind", "unknown_worker_kind")
    role = organisation_id = area_id = None
    if values.get("role"):
        role = known.roles.get(folded(values["role"]))
        if role is None:
            fault("role", "unknown_role")
        organisation_id = _one(
            known.organisations.get(folded(values.get("organisation", "")), ()),
            lambda code: fault("organisation", code),
            missing=not values.get("organisation"),
            what="organisation",
        )
        if values.get("area"):
            area_id = _one(
                known.areas(folded(values["area"])), lambda code: fault("area", code), what="area"
            )
        elif organisation_id is not None:
            area_id = known.organisation_areas.get(organisation_id)
    elif values.get("organisation") or values.get("area"):
        fault("role", "missing")
    return (
        PersonRow(
            number, staff_number, name, phone, worker_kind or "none", role, organisation_id, area_id
        ),
        wrong,
    )


def _one(
    found: Sequence[T], fault: Callable[[str], None], *, what: str, missing: bool = False
) -> T | None:
    if len(found) == 1:
        return found[0]
    if missing:
        fault("missing")
    elif not found:
        fault(f"unknown_{what}")
    else:
        fault(f"ambiguous_{what}")
    return None
