"""Where a report begins, and what it is about when nobody has said yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

ORDER = ("community", "street", "district")


def choose_start(
    wanted: str, placed: bool, desk_at: Callable[[str], T | None]
) -> tuple[T, str] | None:
    """The desk where a report begins and the reason; None when no desk exists at all.

    wanted: the level at which the matter starts (community, street, district)
    desk_at: the active desk of a level for the place, or None
    A report without a place goes to the district desk; a level without a desk passes up, never
    into nothing.
    """
    if not placed:
        desk = desk_at("district")
        return (desk, "place_unknown") if desk is not None else None
    begin = ORDER.index(wanted) if wanted in ORDER else 1
    for level in ORDER[begin:]:
        desk = desk_at(level)
        if desk is not None:
            return desk, "starts_at" if level == wanted else f"no_{wanted}_desk"
    return None


def suggest_matter(words_tokens: Sequence[str], table: dict[str, frozenset[str]]) -> list[str]:
    """Matters whose search words share most with the report's words, best first.

    table: matter key → its tokens. A shared pair counts the more the fewer matters have it: nearly
    all of them know “垃圾”, one knows “电梯”. Of two that share as much, the earlier in the table.
    At most three, none without a shared pair.
    """
    said = {token for token in words_tokens if len(token) > 1}
    shared = {key: said & tokens for key, tokens in table.items()}
    known_by = Counter(token for tokens in shared.values() for token in tokens)
    scores = {key: sum(1 / known_by[token] for token in tokens) for key, tokens in shared.items()}
    best = sorted((key for key in scores if scores[key]), key=lambda key: -scores[key])
    return best[:3]


def drawn_for_check(case_number: str, percent: int) -> bool:
    """Whether the sample draws this case for a check on site: fixed by its number, so that
    looking twice draws the same."""
    digits = "".join(c for c in case_number if c.isdigit())
    return int(digits[-4:] or "0") % 100 < percent
