"""Tips: noted in passing by a grid worker, read by the desk, at times made a report of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from gridward.access.rules import Viewer
from gridward.cases import errors
from gridward.cases.actions.given import clean
from gridward.cases.actions.submit import Channel, Place, Receipt, Told, checked, submit_report
from gridward.cases.actions.work import keep_hand
from gridward.cases.models import Submission, Tip
from gridward.cases.queries import tips
from gridward.core import clock as wall
from gridward.core.action import action
from gridward.core.errors import BadInput, NotAllowed
from gridward.core.geodesy import Datum, to_wgs84
from gridward.core.ids import new_id
from gridward.directory import queries as directory
from gridward.journal.actions import note
from gridward.journal.rules import ActorRef
from gridward.territory import queries as territory
from gridward.vault import actions as vault
from gridward.vault import queries as files

DESK_LEVEL = "street"  # who reads what workers note


def note_tip(
    by: Viewer,
    *,
    client_id: str,
    words: str = "",
    place: Place | None = None,
    photos: Sequence[UUID] = (),
    staged_by: str | None = None,
    at: datetime | None = None,
) -> UUID:
    """Note something odd, in words, with a photo or both; the desk of the place reads it.

    client_id: the form's own id; sent twice it is one tip. place: the worker's own area where none
    is given. Raises NotAllowed, NothingSaid, WordsTooLong, PlaceOutOfRange, FileGone.
    """
    if not by.may("report.submit"):
        raise NotAllowed()
    if not 1 <= len(client_id) <= 64:
        raise BadInput({"client_id": "1–64"})
    told = checked(Told(words, place or Place(), photos=photos))
    try:
        return _note_tip(by, client_id, told, staged_by, at)
    except IntegrityError:
        known = tips.tip_noted(client_id)
        if known is None or known.post != by.post_id:
            raise
        return known.id


@action
def _note_tip(
    by: Viewer, client_id: str, told: Told, staged_by: str | None, at: datetime | None
) -> UUID:
    known = tips.tip_noted(client_id)
    if known is not None:
        if known.post != by.post_id:
            raise errors.ClientIdTaken()
        return known.id
    moment = at or wall.now()
    area, lng, lat = _spot(told.place)
    area = area if area is not None else by.area_id
    chain = territory.chain(area) if area is not None else ()
    tip = Tip(
        id=new_id(),
        client_id=client_id,
        desk_id=directory.desk_for(DESK_LEVEL, chain).id,
        area_id=area,
        lng=lng,
        lat=lat,
        post=by.post_id,
        noted_at=moment,
        vault_subject=vault.new_subject(),
        photos=len(told.photos),
    )
    assert tip.vault_subject is not None
    entry, commitment = new_id(), None
    if told.words:
        (kept,) = vault.seal_texts([(tip.vault_subject, "tip.words", told.words, entry)])
        tip.words, commitment = kept.id, kept.commitment
    tip.save(force_insert=True)
    vault.adopt_files(
        list(told.photos),
        staged_by=staged_by,
        reference=tips.reference(tip.id),
        person=tip.vault_subject,
        at=moment,
    )
    note(
        "tip.noted",
        tip.id,
        actor=ActorRef("post", str(by.post_id)),
        at=moment,
        entry_id=entry,
        desk=tip.desk_id,
        area=tip.area_id,
        photos=tip.photos,
        words=commitment,
    )
    return tip.id


def _spot(place: Place) -> tuple[int | None, float | None, float | None]:
    if place.lng is not None and place.lat is not None:
        lng, lat = to_wgs84(place.lng, place.lat, Datum(place.datum))
        return territory.locate(lng, lat).area_id, lng, lat
    return place.area, None, None


def report_tip(
    tip_id: UUID,
    *,
    by: Viewer,
    words: str,
    matter: str = "",
    at: datetime | None = None,
) -> Receipt:
    """The desk makes a report of a tip: its photos and place go along, and whoever noted it is the
    reporter. Sent twice it gives the same receipt.

    words: as the desk writes them. Raises NotFound, TipRead, NothingSaid, WordsTooLong.
    """
    tip = tips.tip_for(by, tip_id)
    if tip.state == "reported":
        return _receipt_of(by, tip_id)
    if tip.state != "noted":
        raise errors.TipRead()
    token = f"tip:{tip_id}:{by.post_id}"
    told = Told(
        words=words,
        place=Place(tip.lng, tip.lat, area=tip.area if tip.lng is None else None),
        matter=matter,
        photos=_copies(tip.photos, token),
    )

    def mark(receipt: Receipt) -> None:
        row = tips.lock_tip(by, tip_id)
        if row.state != "noted":
            raise errors.TipRead()
        moment = at or wall.now()
        row.state, row.read_at, row.read_by = "reported", moment, by.post_id
        row.submission_id = receipt.submission
        row.save(update_fields=["state", "read_at", "read_by", "submission"])
        # whoever saw it is the reporter, and so will not be asked to verify it
        Submission.objects.filter(id=receipt.submission).update(reporter_post=row.post)
        keep_hand(list(receipt.cases), row.post, moment)
        note(
            "tip.reported",
            row.id,
            actor=ActorRef("post", str(by.post_id)),
            at=moment,
            submission=receipt.submission,
            case=receipt.cases[0],
        )

    channel = Channel(key="field", source="field", reporter_kind="worker")
    return submit_report([told], channel=channel, staged_by=token, by=by, at=at, then=mark)


def _receipt_of(by: Viewer, tip_id: UUID) -> Receipt:
    from gridward.cases.actions.submit import receipt_of

    submission = Submission.objects.filter(tips=tip_id, tips__desk=by.organisation_id).first()
    if submission is None:
        raise errors.TipRead()
    return receipt_of(submission, again=True)


def _copies(photos: Sequence[UUID], token: str) -> list[UUID]:
    """The same photos once more, staged: each copy lives and is erased with its own report."""
    known = files.files(photos)
    return [
        vault.stage_picture(
            files.open_file(one).data,
            files.open_file(one, thumb=True).data,
            known[one].width,
            known[one].height,
            token,
        )
        for one in photos
    ]


@action
def read_tip(tip_id: UUID, *, by: Viewer, words: str = "", at: datetime | None = None) -> None:
    """The desk has read a tip, and there is nothing to do; words: an answer to whoever noted it.

    Raises NotFound, TipRead, WordsTooLong.
    """
    said = clean(words)
    tip = tips.lock_tip(by, tip_id)
    if tip.state == "read" and tip.read_by == by.post_id:
        return
    if tip.state != "noted":
        raise errors.TipRead()
    moment = at or wall.now()
    tip.state, tip.read_at, tip.read_by = "read", moment, by.post_id
    entry, commitment = new_id(), None
    if said and tip.vault_subject is not None:
        (kept,) = vault.seal_texts([(tip.vault_subject, "tip.answer", said, entry)])
        tip.answer, commitment = kept.id, kept.commitment
    tip.save(update_fields=["state", "read_at", "read_by", "answer"])
    note(
        "tip.read",
        tip.id,
        actor=ActorRef("post", str(by.post_id)),
        at=moment,
        entry_id=entry,
        words=commitment,
    )
