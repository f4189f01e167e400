"""Several cases to be dispatched together: what they are about, and who the rules say leads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases.models import Case
from gridward.cases.queries.pages import CaseCard, cards_of
from gridward.cases.queries.reading import (
    Suggestion,
    open_organisations,
    suggested_lead,
    visible_cases,
)
from gridward.cases.rules import process as process_rules
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.directory.rules import Organisation

MOST = 60
STEP = "accept_dispatch"


@dataclass(frozen=True)
class Alike:
    """Cases with the same matter (key; "" when none is chosen yet) that the viewer may dispatch.

    organisations: those that every one of them may be given to, in the fixed order
    """

    matter: str
    edition: int
    cases: list[CaseCard]
    suggestions: dict[UUID, Suggestion | None]
    organisations: list[Organisation]


def alike(viewer: Viewer, ids: Iterable[UUID]) -> list[Alike]:
    """Those of the cases that the viewer's desk may accept and dispatch now, by matter, the
    largest group first; the same statements for any number. Restricted ones are left out: each of
    them is decided by itself.
    """
    wanted = list(dict.fromkeys(ids))[:MOST]
    if not wanted or not viewer.may("case.dispatch"):
        return []
    rows = [
        case
        for case in visible_cases(viewer)
        .filter(id__in=wanted, is_open=True, desk=viewer.organisation_id)
        .filter(sensitivity__lt=Sensitivity.RESTRICTED)
        .order_by("opened_at", "id")
        if process_rules.offers(catalogue(case.edition).process(case.process), case.state, STEP)
    ]
    cards = {card.id: card for card in cards_of(rows)}
    groups: dict[tuple[str, int], list[Case]] = {}
    for case in rows:
        groups.setdefault((case.matter, case.edition), []).append(case)
    return sorted(
        (_group(matter, edition, found, cards) for (matter, edition), found in groups.items()),
        key=lambda group: (-len(group.cases), group.matter),
    )


def _group(matter: str, edition: int, cases: Sequence[Case], cards: dict[UUID, CaseCard]) -> Alike:
    book = catalogue(edition)
    common: list[Organisation] | None = None
    for case in cases:
        fits = open_organisations(case, book)
        ids = {each.id for each in fits}
        common = fits if common is None else [each for each in common if each.id in ids]
    return Alike(
        matter=matter,
        edition=edition,
        cases=[cards[case.id] for case in cases],
        suggestions={case.id: suggested_lead(case, book) for case in cases},
        organisations=common or [],
    )
