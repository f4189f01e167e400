"""The rows of a list that is taken out of the house: what the viewer may see, words masked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gridward.access.rules import Viewer
from gridward.cases import errors
from gridward.cases.queries.narrowing import Narrowing
from gridward.cases.queries.pages import CaseCard, list_page
from gridward.cases.rules.masking import masked

EXPORT_MAX = 20_000
AT_ONCE = 500


def export_rows(
    viewer: Viewer,
    *,
    order: str,
    area: int | None,
    state: str,
    mine: bool,
    only: Narrowing,
    most: int = EXPORT_MAX,
) -> Iterator[CaseCard]:
    """The cases of a list one after another, some hundreds in memory at a time.

    Restricted ones never leave the house in a list, and names and numbers in the words are hidden
    from everybody. Raises TooManyRows at the row after `most`.
    """
    cursor, given = "", 0
    while True:
        page = list_page(
            viewer,
            order=order,
            area=area,
            state=state,
            mine=mine,
            only=only,
            cursor=cursor,
            limit=AT_ONCE,
        )
        for card in page.items:
            if card.restricted:
                continue
            given += 1
            if given > most:
                raise errors.TooManyRows(max=most)
            yield replace(card, summary=masked(card.summary))
        if not page.cursor:
            return
        cursor = page.cursor
