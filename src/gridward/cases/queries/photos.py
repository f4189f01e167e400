"""Which photo of a case somebody may open: fetching is authorising."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from gridward.access.rules import Viewer
from gridward.cases.models import CaseFile
from gridward.cases.queries.privacy import may_hear, require_reason
from gridward.cases.queries.reading import case_for
from gridward.cases.queries.tracking import submission_for
from gridward.catalog.queries import catalogue
from gridward.core.errors import NotFound
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchOrganisation
from gridward.territory import queries as territory


def photo_of_case(viewer: Viewer, case_id: UUID, photo_id: UUID, *, original: bool = False) -> UUID:
    """The vault's file behind a photo of a case that this viewer may see.

    original: a stamped proof as it was taken, without the band below it
    Raises NotFound, ReasonNeeded.
    """
    case = case_for(viewer, case_id)
    require_reason(viewer, case)
    mine = Q(case=case, report=None) | Q(report__case=case)  # a joined report brings its photos
    rows = CaseFile.objects.filter(mine, id=photo_id)
    found = rows.values_list("file", "stamped", "media", "report").first()
    if found is None:
        raise NotFound()
    file_id, stamped, media, report = found
    if not may_hear(viewer, case, media=media, is_report_s=report is not None):
        raise NotFound()
    return file_id if original else stamped or file_id


def photo_of_receipt(receipt: str, code: str, photo_id: UUID) -> UUID:
    """The vault's file behind a photo that the holder of a receipt gave. Raises NotFound."""
    submission = submission_for(receipt, code)
    file_id = (
        CaseFile.objects.filter(id=photo_id, report__submission=submission)
        .values_list("file", flat=True)
        .first()
    )
    if file_id is None:
        raise NotFound()
    return file_id


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof photo that is to be stamped, and what is printed below it."""

    id: UUID
    file: UUID
    number: str
    taken_at: datetime
    place: str
    organisation: str


def proofs_to_stamp(case_id: UUID) -> list[Proof]:
    """Photos after the work without a stamped copy, where the filing condition asks for one."""
    rows = list(
        CaseFile.objects.filter(
            case=case_id, kind="after", media="photo", stamped__isnull=True
        ).select_related("case")
    )
    if not rows:
        return []
    case = rows[0].case
    condition = catalogue(case.edition).conditions.get(case.condition)
    if condition is None or not condition.proof_stamp:
        return []
    deepest = next((area for area in reversed(case.chain) if area is not None), None)
    place = territory.path_name(deepest) if deepest is not None else ""
    try:
        lead = directory.organisation(case.lead_id).title("zh") if case.lead_id else ""
    except NoSuchOrganisation:
        lead = ""
    return [Proof(one.id, one.file, case.number, one.added_at, place, lead) for one in rows]


def lock_file(photo_id: UUID) -> CaseFile | None:
    """A file of a case, locked until the action ends."""
    return (
        CaseFile.objects.select_for_update(of=("self",))
        .select_related("case")
        .filter(id=photo_id)
        .first()
    )
