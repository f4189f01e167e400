"""What a desk does beside its cases: hand a shift over, take one over, take a list out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.actions.given import clean
from gridward.cases.models import DeskHandover
from gridward.core import clock as wall
from gridward.core.action import action
from gridward.core.errors import NotAllowed
from gridward.core.ids import new_id
from gridward.journal.actions import note
from gridward.journal.rules import ActorRef
from gridward.vault import actions as vault

PURPOSE_MAX = 80


@action
def hand_over_shift(by: Viewer, *, words: str = "", at: datetime | None = None) -> UUID:
    """Give one's desk to whoever comes next, with what to know in words; how much stands open is
    counted now. Done again before anybody took it, it replaces what was said.

    Raises NotAllowed away from a desk, ShiftNotTaken while a colleague's hand-over waits.
    """
    if not queries.is_desk(by.organisation_id):
        raise NotAllowed()
    moment = at or wall.now()
    said = clean(words)
    given = queries.lock_open_handover(by.organisation_id)
    if given is not None and given.given_by != by.post_id:
        raise errors.ShiftNotTaken()
    stand = queries.shift_counts(by, moment)
    given = given or DeskHandover(id=new_id(), desk_id=by.organisation_id, given_by=by.post_id)
    given.given_at = moment
    given.open_cases, given.urgent_cases = stand.open, stand.urgent
    given.late_cases, given.promises = stand.late, stand.promises
    entry, commitment = new_id(), None
    given.words = None
    if said:
        given.vault_subject = given.vault_subject or vault.new_subject()
        (kept,) = vault.seal_texts([(given.vault_subject, "desk.handover", said, entry)])
        given.words, commitment = kept.id, kept.commitment
    given.save()
    note(
        "desk.handed_over",
        by.organisation_id,
        actor=ActorRef("post", by.post_id),
        at=moment,
        entry_id=entry,
        handover=given.id,
        open=given.open_cases,
        late=given.late_cases,
        words=commitment,
    )
    return given.id


@action
def take_over_shift(by: Viewer, handover: UUID, *, at: datetime | None = None) -> None:
    """Take over the shift that was given at one's desk.

    Raises ShiftGone when it was taken or given anew meanwhile, OwnShift for whoever gave it.
    """
    given = queries.lock_open_handover(by.organisation_id)
    if given is None or given.id != handover:
        raise errors.ShiftGone()
    if given.given_by == by.post_id:
        raise errors.OwnShift()
    given.taken_by, given.taken_at = by.post_id, at or wall.now()
    given.save(update_fields=["taken_by", "taken_at"])
    note(
        "desk.taken_over",
        by.organisation_id,
        actor=ActorRef("post", by.post_id),
        at=given.taken_at,
        handover=given.id,
    )


def purpose_of(words: str) -> str:
    """What a list is taken out for, fit to be printed on it. Raises PurposeMissing."""
    said = " ".join(words.split())[:PURPOSE_MAX]
    if len(said) < 2:
        raise errors.PurposeMissing()
    return said


@action
def record_export(
    by: Viewer, *, kind: str, rows: int, purpose: str, at: datetime | None = None
) -> UUID:
    """Note that a list was taken out, by whom, how long it is and what for; returns its id.

    kind: cases, brief or sheet. Raises PurposeMissing.
    """
    said = purpose_of(purpose)
    export, entry = new_id(), new_id()
    (kept,) = vault.seal_texts([(vault.new_subject(), "list.purpose", said, entry)])
    note(
        "list.exported",
        export,
        actor=ActorRef("post", by.post_id),
        at=at,
        entry_id=entry,
        kind=kind,
        rows=rows,
        purpose=kept.commitment,
    )
    return export
