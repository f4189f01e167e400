"""Levels of a territory, codes and names of its areas. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridward.territory import errors

FEWEST_LEVELS, MOST_LEVELS = 2, 6
# One column per level on every operational row; see docs/adr on areas.
CHAIN = ("a1", "a2", "a3", "a4", "a5", "a6")
Chain = tuple[int | None, int | None, int | None, int | None, int | None, int | None]
NOWHERE: Chain = (None, None, None, None, None, None)

KINDS = ("rural", "urban_community", "park", "market", "water", "other")
_KIND = re.compile(r"^[a-z][a-z0-9_]{1,31}$")
_CODE = re.compile(r"^[0-9A-Za-z][0-9A-Za-z_-]{0,39}$")
# County codes that no county has: what is made up carries one of these.
INVENTED_PREFIX = "4499"
_DIGITS, _MOST_DIGITS = 3, 5
_RUNS = ((1, 999), (1000, 99_999))
# Division codes keep 001 to 199 for residents' committees and 200 to 399 for villagers' ones.
_COMMUNITY_RUNS = {
    "urban_community": ((1, 199), (400, 999), (1000, 99_999)),
    "rural": ((200, 399), (400, 999), (1000, 99_999)),
}


@dataclass(frozen=True)
class Level:
    """number: 1 is the widest; naming: how a child without a name of its own is called, with
    {parent} and {n} to fill."""

    number: int
    key: str
    title_zh: str
    title_en: str
    naming_zh: str = ""
    naming_en: str = ""

    def name_for(self, n: int, parent_zh: str, parent_en: str) -> tuple[str, str]:
        """The Chinese and English name of the n-th area under a parent."""
        zh = self.naming_zh or "{parent}" + self.title_zh + "{n}"
        en = self.naming_en or self.title_en + " {n}, {parent}"
        return (zh.format(parent=parent_zh, n=n), en.format(parent=parent_en, n=n))


@dataclass(frozen=True)
class LevelScheme:
    """Two to six levels from the widest to the smallest, numbered from 1 without a hole."""

    key: str
    levels: tuple[Level, ...]

    def __post_init__(self) -> None:
        if not FEWEST_LEVELS <= len(self.levels) <= MOST_LEVELS:
            raise errors.BadLevels(key=self.key, count=len(self.levels))
        numbers = [level.number for level in self.levels]
        keys = {level.key for level in self.levels}
        if numbers != list(range(1, len(numbers) + 1)) or len(keys) != len(numbers):
            raise errors.BadLevels(key=self.key, count=len(self.levels))

    @property
    def deepest(self) -> int:
        return len(self.levels)

    def level(self, number_or_key: int | str) -> Level:
        """The level with this number or key. Raises NoSuchLevel."""
        for level in self.levels:
            if number_or_key in (level.number, level.key, str(level.number)):
                return level
        known = ", ".join(level.key for level in self.levels)
        raise errors.NoSuchLevel(level=number_or_key, known=known)


FIVE_LEVELS = LevelScheme(
    "district",
    (
        Level(1, "district", "区", "District"),
        Level(2, "street", "街道", "Street", "第{n}街道", "Street {n}"),
        Level(
            3, "community", "村（社区）", "Community", "{parent}第{n}社区", "{parent} community {n}"
        ),
        Level(4, "grid", "网格", "Grid", "{parent}第{n}网格", "{parent} grid {n}"),
        Level(
            5, "minimal_unit", "最小单元", "Minimal unit", "{parent}{n}单元", "{parent} unit {n}"
        ),
    ),
)


def scheme_from(key: str, levels: Iterable[Mapping[str, Any]]) -> LevelScheme:
    """A scheme out of plain data: `level`, `key`, `title: {zh, en}`, optional `naming: {zh, en}`.

    Raises BadLevels.
    """
    made = []
    known = {level.key: level for level in FIVE_LEVELS.levels}
    for number, item in enumerate(levels, 1):
        title = item.get("title") or {}
        same = known.get(str(item["key"]))
        naming = item.get("naming") or {}
        made.append(
            Level(
                int(item.get("level", number)),
                str(item["key"]),
                str(title.get("zh") or item["key"]),
                str(title.get("en") or item["key"]),
                str(naming.get("zh") or (same.naming_zh if same else "")),
                str(naming.get("en") or (same.naming_en if same else "")),
            )
        )
    return LevelScheme(key, tuple(made))


def plain_scheme(keys: Sequence[str]) -> LevelScheme:
    """A scheme of levels that are called by their keys, widest first."""
    return scheme_from("-".join(keys), [{"key": key} for key in keys])


def checked_kind(kind: str) -> str:
    """`kind` itself. Raises BadKind; packs may add kinds beside KINDS."""
    if not _KIND.match(kind):
        raise errors.BadKind(kind=kind)
    return kind


def checked_code(code: str) -> str:
    """`code` itself. Raises BadCode."""
    if not _CODE.match(code):
        raise errors.BadCode(code=code)
    return code


def is_invented(code: str) -> bool:
    """Whether an area's code belongs to a county that does not exist."""
    return code.startswith(INVENTED_PREFIX)


def next_codes(
    parent_code: str, level_key: str, kinds: Sequence[str], used: Iterable[str]
) -> list[str]:
    """Codes for new areas under a parent, in the order given: the parent's code and 3 digits.

    kinds: one per new area; at community level residents' committees count from 001 and villages
    from 200. Where 999 do not suffice, further ones get 4 or 5 digits. used: every code that ever
    stood under the parent, also of areas long closed: a code is never given twice.
    Raises CodesExhausted.
    """
    ends = (code[len(parent_code) :] for code in used if code.startswith(parent_code))
    taken = [int(end) for end in ends if _DIGITS <= len(end) <= _MOST_DIGITS and end.isdigit()]
    given = set(taken)
    runs = _COMMUNITY_RUNS if level_key == "community" else {}
    highest: dict[tuple[int, int], int] = {}
    codes = []
    for kind in kinds:
        for run in runs.get(kind, _RUNS):
            first, last = run
            if run not in highest:
                highest[run] = max((n for n in taken if first <= n <= last), default=first - 1)
            number = highest[run] + 1
            while number in given:  # runs overlap: parks count among the residents' committees
                number += 1
            if number <= last:
                highest[run] = number
                given.add(number)
                codes.append(f"{parent_code}{number:0{_DIGITS}d}")
                break
        else:
            raise errors.CodesExhausted(code=parent_code)
    return codes


def chain_of(own_id: int, own_level: int, parent: Chain) -> Chain:
    """The chain of an area: its parent's, and itself at its own level."""
    made = list(parent)
    made[own_level - 1] = own_id
    return (made[0], made[1], made[2], made[3], made[4], made[5])


def chain_column(level: int) -> str:
    """The column that holds the area of this level: a1 … a6."""
    return CHAIN[level - 1]


def chain_columns(chain: Chain) -> dict[str, int | None]:
    """The chain as keyword arguments for a row or a filter: {"a1": 7, …, "a6": None}."""
    return dict(zip(CHAIN, chain, strict=True))
