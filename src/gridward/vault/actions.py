"""Every write of the vault."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, NamedTuple
from uuid import UUID

from gridward.core import clock, db
from gridward.core.action import action, context
from gridward.core.crypto import provider
from gridward.core.disk import needs_room
from gridward.core.ids import new_id
from gridward.journal.actions import commit, note
from gridward.journal.rules import ActorRef
from gridward.vault import erasure, intake, queries, rules, storage
from gridward.vault.errors import BadPhone, FileGone, GroundsUnfit
from gridward.vault.keyring import keyring
from gridward.vault.models import File, Secret

__all__ = [
    "Erased",
    "Sealed",
    "Text",
    "adopt_files",
    "drop_texts",
    "erase_subjects",
    "new_subject",
    "new_subjects",
    "seal_texts",
    "stage_picture",
    "stage_upload",
]


class Text(NamedTuple):
    """A text to be kept. A plain tuple of the first three or four does as well.

    subject: whose key; kind: report.words, contact.phone, …; entry_id: the journal entry that
    commits to it; reference: the thing it belongs to (`report:<id>`)
    """

    subject: UUID
    kind: str
    text: str
    entry_id: UUID | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A kept text: its id, and the commitment that a journal entry may hold."""

    id: UUID
    commitment: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took away."""

    subjects: int
    texts: int
    files: int


def new_subject() -> UUID:
    """A new person's key; returns its name. The key is on disk before anything is sealed with it.

    Keys live outside the database: one made in an action that is undone stays behind unused.
    """
    return keyring().new_subjects(1)[0]


def new_subjects(count: int) -> list[UUID]:
    """So many new keys in one write (imports, generators)."""
    return keyring().new_subjects(count)


@action
def seal_texts(
    texts: Iterable[Text | tuple[UUID, str, str] | tuple[UUID, str, str, UUID | None]],
) -> list[Sealed]:
    """Keeps texts under their people's keys, in one insert; their ids and commitments in order.

    The commitment is what a journal entry may hold of a text. Texts of a kind that ends in “phone”
    are found again by `subjects_by_phone`.
    Raises SubjectUnknown, BadPhone.
    """
    rows, sealed = secret_rows([Text(*one) for one in texts])
    db.insert_many(Secret, rows)
    return sealed


def secret_rows(texts: Sequence[Text]) -> tuple[list[Secret], list[Sealed]]:
    """Unsaved rows for `texts` and their commitments, for `seal_texts` and generators."""
    keys = keyring().keys_to_seal(one.subject for one in texts)
    seal, at = provider().seal, clock.now()
    rows: list[Secret] = []
    sealed: list[Sealed] = []
    for one in texts:
        id, salt, plain = new_id(), os.urandom(queries.SALT), one.text.encode()
        lookup = None
        if rules.has_lookup(one.kind):
            normal = rules.normal_phone(one.text)
            if not normal:
                raise BadPhone()
            lookup = keyring().lookup(normal)
        rows.append(
            Secret(
                id=id,
                subject_id=one.subject,
                entry_id=one.entry_id,
                reference=one.reference,
                kind=one.kind,
                ciphertext=seal(keys[one.subject], salt + plain, id.bytes + one.subject.bytes),
                lookup=lookup,
                created_at=at,
            )
        )
        sealed.append(Sealed(id, commit(plain, salt)))
    return rows, sealed


@action
def drop_texts(ids: Iterable[UUID]) -> int:
    """Takes texts away that a newer one replaces (a changed telephone number); returns how many.

    For texts that no journal entry commits to; whoever calls notes the change.
    """
    return int(Secret.objects.filter(id__in=list(ids), entry_id=None).delete()[0])


# Files --------------------------------------------------------------------------------------------


def stage_upload(
    upload: IO[bytes],
    name: str,
    actor: str,
    *,
    film_s: float = rules.VIDEO_S,
    voice_s: float = rules.VOICE_S,
    photo_bytes: int = rules.MAX_PHOTO_BYTES,
    photos_only: bool = False,
) -> queries.StoredFile:
    """A photo, film or voice note made anew, without what the device wrote into it, encrypted and
    kept for a day.

    upload: open for reading, at most photo_bytes for a photo, 50 MB for a film; name: as given by
    the browser, is not kept; film_s, voice_s: how long they may play, 0 takes none
    actor: a token of the uploader (session, post); only the same may link the file
    Not to be called inside an action: reading a photo takes a while, a film longer.
    Raises PhotoTooBig, PhotoTooLarge, PhotoEmpty, PhotoUnknown, PhotoHeic, PhotoBroken, PhotoBusy,
    PhotosOnly, MediaTooBig, MediaNotTaken, MediaUnknown, MediaBroken, MediaBusy, VideoTooLong,
    VideoTooLarge, VoiceTooLong.
    """
    came = intake.read_upload(upload, name, photos_only=photos_only, photo_bytes=photo_bytes)
    if not came.container:
        photo = intake.reencode(came.data)
        return _stage(actor, "photo", photo.image, photo.thumb, photo.width, photo.height)
    made = intake.transcode(came, film_s=film_s, voice_s=voice_s)
    return _stage(
        actor, made.kind, made.data, made.poster, made.width, made.height, seconds=made.seconds
    )


def stage_picture(jpeg: bytes, thumb: bytes, width: int, height: int, actor: str) -> UUID:
    """A picture that the product drew itself, staged like an upload; its id."""
    return _stage(actor, "photo", jpeg, thumb, width, height).id


def _stage(
    actor: str,
    media: str,
    data: bytes,
    small: bytes,
    width: int,
    height: int,
    *,
    seconds: float | None = None,
) -> queries.StoredFile:
    file_id = new_id()
    with needs_room():
        key_id = new_subject()
        key = keyring().keys_to_seal([key_id])[key_id]
        seal = provider().seal
        digest = storage.write(seal(key, data, file_id.bytes + b"photo"))
        thumb = storage.write(seal(key, small, file_id.bytes + b"thumb")) if small else ""
    return _keep_file(
        File(
            id=file_id,
            key_id=key_id,
            staged_by=actor[:80],
            digest=digest,
            thumb_digest=thumb,
            bytes=len(data),
            width=width,
            height=height,
            media=media,
            seconds=seconds,
        )
    )


@action
def _keep_file(row: File) -> queries.StoredFile:
    row.created_at = clock.now()
    row.expires_at = row.created_at + rules.STAGED_FOR
    row.save(force_insert=True)
    return queries.StoredFile(
        row.id,
        row.state,
        row.reference,
        row.bytes,
        row.width,
        row.height,
        row.created_at,
        row.media,
        row.seconds,
    )


@action
def adopt_files(
    ids: Sequence[UUID],
    *,
    staged_by: str | None = None,
    reference: str | None = None,
    person: UUID | None = None,
    at: datetime | None = None,
) -> list[UUID]:
    """Links staged photos to a thing; returns their ids in order. One statement, none for none.

    staged_by: the token they were staged with, where the door knows it; without it the unguessable
    id alone is the right to link; reference: what they now belong to (`report:<id>`); person: whose
    erasure takes them along
    Raises FileGone when one was linked already, has expired or is another's; then none is linked.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    mine = File.objects.filter(id__in=wanted, state=File.State.STAGED)
    if staged_by is not None:
        mine = mine.filter(staged_by=staged_by[:80])
    linked = mine.update(
        state=File.State.LINKED, reference=reference, person_id=person, expires_at=None
    )
    if linked != len(wanted):
        raise FileGone()
    return wanted


# Erasure ------------------------------------------------------------------------------------------


@action
def erase_subjects(ids: Iterable[UUID], *, actor: ActorRef, grounds_code: str) -> Erased:
    """Destroys what is kept of these people: texts, salts, lookups, photos and keys, for good.

    Rooms that hold traces of their own blank them (`erasure.on_erase`). One journal entry for each
    person says that it was done and on what grounds; no seal breaks, since entries only hold salted
    commitments. People already erased are passed over. Free space of the database is cleaned by
    `erasure.scrub_if_due`, which the command runs at once and the ticker within the hour.
    """
    if not rules.is_grounds(grounds_code):
        raise GroundsUnfit()
    subjects = [one for one in dict.fromkeys(ids) if not keyring().is_erased(one)]
    if not subjects:
        return Erased(0, 0, 0)
    at = clock.now()
    texts = dict.fromkeys(subjects, 0)
    for subject in Secret.objects.filter(subject_id__in=subjects).values_list(
        "subject_id", flat=True
    ):
        texts[subject] += 1
    photos = _blank(subjects)
    for subject in subjects:
        note(
            "person.erased",
            subject,
            actor=actor,
            grounds=grounds_code,
            texts=texts[subject],
            files=sum(1 for one in photos if one.person_id == subject),
        )
    keys_gone = [*subjects, *(one.key_id for one in photos)]
    # the last thing before the commit: should that fail, `finish_erasures` does the rows again
    context().at_commit_write(
        f"erase {subjects[0]}", lambda: keyring().erase(keys_gone, grounds=grounds_code, at=at)
    )
    digests = [name for one in photos for name in (one.digest, one.thumb_digest)]
    context().after_commit(lambda: _clean_up(digests))
    return Erased(len(subjects), sum(texts.values()), len(photos))


@action
def finish_erasures() -> int:
    """Does again, in this database, every erasure of the register; returns how many rows went.

    After a restore an old database holds what was erased later, without a key to read it.
    """
    gone = [one.subject for one in keyring().erasures()]
    count = 0
    digests: list[str] = []
    for start in range(0, len(gone), 500):
        part = gone[start : start + 500]
        there = set(Secret.objects.filter(subject_id__in=part).values_list("subject_id", flat=True))
        photos = list(File.objects.filter(person_id__in=part).exclude(state=File.State.ERASED))
        there.update(one.person_id for one in photos if one.person_id is not None)
        if not there:
            continue
        count += len(photos) + Secret.objects.filter(subject_id__in=there).count()
        digests += [name for one in photos for name in (one.digest, one.thumb_digest)]
        _blank(list(there))
    if count:
        context().after_commit(lambda: _clean_up(digests))
    return count


def _blank(subjects: list[UUID]) -> list[File]:
    """Rows of these people removed or emptied; returns their photos as they were."""
    photos = list(File.objects.filter(person_id__in=subjects).exclude(state=File.State.ERASED))
    Secret.objects.filter(subject_id__in=subjects).delete()
    File.objects.filter(id__in=[one.id for one in photos]).update(
        state=File.State.ERASED, digest="", thumb_digest="", bytes=0, width=0, height=0
    )
    erasure.tell(subjects)
    return photos


def _clean_up(digests: list[str]) -> None:
    storage.remove(digests)
    keyring().set_fact("scrub", "due")
