"""The words of notices: placeholders from closed lists, filled, measured, kept free of links."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

LONGEST: Final = 70
"""One text message in Chinese; what is longer is sent, and paid for, as two."""

ALWAYS: Final = frozenset({"sign", "item", "no", "place", "days"})
"""Placeholders that have a value in every notice."""

REPORTER: Final[Mapping[str, str]] = {
    "sign": "澄棠格守",
    "item": "井盖松动异响",
    "no": "449012345678",
    "due": "11月26日17:30",
    "unit": "区市政局",
    "phone": "0999-0000000",
    "what": "具体是哪个路口",
    "reason": "属于公安机关管辖",
    "where": "就近派出所",
    "where_phone": "110",
    "days": "15",
}
"""What a notice to a reporter may say, each with an ordinary value. No address, no party."""

STAFF: Final[Mapping[str, str]] = {
    "sign": "澄棠格守",
    "item": "井盖松动异响",
    "no": "261120-0001234",
    "place": "禾川街道",
    "due": "11月26日17:30",
    "unit": "区市政局",
    "rule": "市政设施由市政部门负责",
    "decision": "同意退单",
    "reason": "权属为其他单位",
    "task": "核查结果",
}
"""What a notice to staff may say. The words of reporters are not among it."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_LINK = re.compile(
    r"https?:|www\.|://|[A-Za-z0-9-]+\.(?:cn|com|net|org|gov|top|cc|ly|io|me|vip|xyz)\b", re.I
)


def placeholders(text: str) -> tuple[str, ...]:
    """The names in braces, in their order."""
    return tuple(_PLACEHOLDER.findall(text))


def has_link(text: str) -> bool:
    """Whether something in it could be tapped as an address of the Internet."""
    return bool(_LINK.search(text))


def without_links(text: str) -> str:
    """Words that a person wrote, with whatever could be tapped taken out."""
    kept = re.sub(r"https?:\S+|www\.\S+|\S*://\S+", "", text, flags=re.I)
    return " ".join(_LINK.sub("", kept).split())


def filled(text: str, values: Mapping[str, str]) -> str | None:
    """The text with its values; None when one of them is missing or empty."""
    names = placeholders(text)
    if any(not values.get(name) for name in names):
        return None
    return _PLACEHOLDER.sub(lambda found: values[found.group(1)], text)


def sample(text: str) -> str:
    """The text with ordinary values, to be measured and shown."""
    return filled(text, {**STAFF, **REPORTER}) or text
