"""Who may look at a report before it is accepted: grid workers of the place, not its reporter."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from gridward.cases.models import Case
from gridward.cases.queries.reading import checker_of, reporters_of
from gridward.catalog.compiled import Catalogue
from gridward.directory import queries as directory
from gridward.directory.rules import Holder
from gridward.territory import queries as territory


def verifiers_of(
    case: Case, book: Catalogue, *, at: datetime, reporters: frozenset[UUID] | None = None
) -> list[Holder]:
    """Whom a desk may send: grid workers of the case's community, those of its own grid first.

    reporters: the persons who reported it, where they are known already
    """
    level = book.level_scheme.named("grid")
    community = case.chain[level.level - 2] if level is not None else None
    if level is None or community is None:
        return []
    grid = case.chain[level.level - 1]
    if reporters is None:
        reporters = reporters_of(case.id)
    near = [area.id for area in territory.children(community)]
    found = [
        holder
        for holder in directory.holders_of_roles(["grid_worker"], area_ids=near, at=at)
        if holder.person_id not in reporters
    ]
    return sorted(found, key=lambda holder: holder.area_id != grid)


def verifier_of(
    case: Case, book: Catalogue, reporters: frozenset[UUID], *, at: datetime
) -> Holder | None:
    """Who is asked when the desk names nobody; chosen as the checker of a result is."""
    return checker_of(case, book, reporters, at=at)
