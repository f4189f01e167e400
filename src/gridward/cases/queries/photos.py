"""Which photo of a case somebody may open: fetching is authorising."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from gridward.access.rules import Viewer
from gridward.cases.models import CaseFile
from gridward.cases.queries.privacy import require_reason
from gridward.cases.queries.reading import case_for
from gridward.cases.queries.tracking import submission_for
from gridward.core.errors import NotFound


def photo_of_case(viewer: Viewer, case_id: UUID, photo_id: UUID, *, original: bool = False) -> UUID:
    """The vault's file behind a photo of a case that this viewer may see.

    original: a stamped proof as it was taken, without the band below it
    Raises NotFound, ReasonNeeded.
    """
    case = case_for(viewer, case_id)
    require_reason(viewer, case)
    mine = Q(case=case, report=None) | Q(report__case=case)  # a joined report brings its photos
    found = CaseFile.objects.filter(mine, id=photo_id).values_list("file", "stamped").first()
    if found is None:
        raise NotFound()
    file_id, stamped = found
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
