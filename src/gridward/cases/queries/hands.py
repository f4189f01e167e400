"""What a post passed on: cases that it had in hand and that are with somebody else now."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Q

from gridward.access.rules import Viewer
from gridward.cases.queries.pages import (
    CASES_PER_PAGE,
    ListPage,
    cards_of,
    read_cursor,
    write_cursor,
)
from gridward.cases.queries.reading import visible_cases
from gridward.core import clock as wall

LOOKED_BACK = timedelta(days=180)  # a post's acts of half a year, so that a page stays cheap
LATELY = timedelta(days=7)


def passed_on_page(viewer: Viewer, *, cursor: str = "", size: int = CASES_PER_PAGE) -> ListPage:
    """A page of what the viewer's post acted on and somebody else holds now, last acted first.

    Open ones, and those that ended within a week; never what the viewer may not see (any more).
    cursor: from the page before. Raises BadInput on a cursor that no page gave.
    """
    now = wall.now()
    lately = Q(is_open=True) | Q(closed_at__gte=now - LATELY)
    cases = (
        visible_cases(viewer)
        .filter(lately, hands__post=viewer.post_id, hands__acted_at__gte=now - LOOKED_BACK)
        .exclude(is_open=True, holder=viewer.organisation_id)
        .annotate(acted_at=F("hands__acted_at"))
        .order_by("-acted_at", "-id")
    )
    if cursor:
        at, last = read_cursor(cursor)
        cases = cases.filter(Q(acted_at__lt=at) | Q(acted_at=at, id__lt=last))
    rows = list(cases[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    after = write_cursor(rows[-1].acted_at, rows[-1].id) if more else ""
    return ListPage(items=cards_of(rows, viewer), cursor=after, order="newest")
