"""Photos, films and voice notes that come with a report or a step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from gridward.cases import errors, queries
from gridward.cases.models import Case, CaseFile, Report
from gridward.core import db
from gridward.core.action import action
from gridward.core.ids import new_id
from gridward.vault import actions as vault
from gridward.vault import queries as vault_queries


@action
def keep_stamped(photo_id: UUID, drawn: UUID) -> None:
    """The stamped copy of a proof photo stands beside it; a second one is left to expire."""
    photo = queries.lock_file(photo_id)
    if photo is None or photo.stamped is not None:
        return
    vault.adopt_files(
        [drawn], reference=f"case:{photo.case_id}:stamped", person=photo.case.vault_subject
    )
    photo.stamped = drawn
    photo.save(update_fields=["stamped"])


def link_files(
    case: Case,
    ids: Sequence[UUID],
    *,
    kind: str,
    person: UUID | None,
    at: datetime,
    report: Report | None = None,
    round: int = 1,
    staged_by: str | None = None,
    by: UUID | None = None,
) -> None:
    """Staged files become the case's, or one of its reports'; inside an action.

    kind: report, before, after, look, check or verify; person: whose erasure takes them along
    Raises FileGone, OneFilm.
    """
    if not ids:
        return
    adopted = vault.adopt_files(
        list(ids),
        staged_by=staged_by,
        reference=f"report:{report.id}" if report is not None else f"case:{case.id}",
        person=person,
        at=at,
    )
    known = vault_queries.files(adopted)
    if sum(known[each].media != "photo" for each in adopted) > 1:
        raise errors.OneFilm()
    db.insert_many(
        CaseFile,
        [
            CaseFile(
                id=new_id(),
                case=case,
                report=report,
                round=round,
                kind=kind,
                file=each,
                media=known[each].media,
                seconds=known[each].seconds,
                added_at=at,
                added_by=by,
            )
            for each in adopted
        ],
    )
