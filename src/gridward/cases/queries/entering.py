"""What a desk asks before it writes a report down: is that number here, is that problem known."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases.models import Case, Report, Submission
from gridward.cases.queries.nearby import Duplicate, duplicates_of
from gridward.core.ids import new_id


@dataclass(frozen=True)
class KnownNumber:
    """An outside number that stands already. client_id: of the form that brought it."""

    case_id: UUID
    case_number: str
    client_id: str


def known_outside(source: str, number: str) -> KnownNumber | None:
    """The case behind an outside system's number; one statement. For the desk that writes it
    down: who may see the case is asked by `case_for`."""
    row = (
        Report.objects.filter(submission__source=source, submission__source_id=number)
        .order_by("ordinal")
        .values_list("case_id", "case__number", "submission__client_id")
        .first()
    )
    return KnownNumber(row[0], row[1], row[2] or "") if row is not None else None


def same_around(viewer: Viewer, lng: float, lat: float, *, matter: str = "") -> list[Duplicate]:
    """Open cases around a point (WGS84) that a new report may be the same as, nearest first."""
    return duplicates_of(
        Case(id=new_id(), matter=matter, lng=lng, lat=lat, sensitivity=0), viewer=viewer
    )


def is_sent(client_id: str) -> bool:
    """Whether a form with this id was received before: a second press is no second report."""
    return Submission.objects.filter(client_id=client_id).exists()
