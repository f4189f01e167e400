"""Every read of the vault."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from django.db.models import Q

from gridward.core.crypto import provider
from gridward.vault import rules, storage
from gridward.vault.errors import FileGone
from gridward.vault.keyring import keyring
from gridward.vault.models import File, Secret

SALT = 16


@dataclass(frozen=True, slots=True)
class OpenedText:
    """text: None once the person has been erased."""

    id: UUID
    subject_id: UUID
    entry_id: UUID | None
    reference: str | None
    kind: str
    created_at: datetime
    text: str | None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known of a file without opening it."""

    id: UUID
    state: str
    reference: str | None
    bytes: int
    width: int
    height: int
    created_at: datetime
    media: str = "photo"
    seconds: float | None = None

    @property
    def is_there(self) -> bool:
        return self.state != File.State.ERASED


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file ready to be sent."""

    id: UUID
    data: bytes
    media_type: str = "image/jpeg"


_FIELDS = (
    "id",
    "subject_id",
    "entry_id",
    "reference",
    "kind",
    "created_at",
    "ciphertext",
)


def _opened(rows: Sequence[tuple[Any, ...]]) -> list[OpenedText]:
    keys = keyring().keys_of(row[1] for row in rows)
    found = []
    for row in rows:
        key = keys.get(row[1])
        text = None
        if key is not None:
            try:
                plain = provider().open(key, bytes(row[6]), row[0].bytes + row[1].bytes)
                text = plain[SALT:].decode()
            except InvalidTag:
                text = None
        found.append(OpenedText(*(*row[:6], text)))
    return found


def open_texts(ids: Iterable[UUID | None]) -> dict[UUID, str | None]:
    """The texts by id; None where the person has been erased. One statement, one keyring read."""
    wanted = [one for one in dict.fromkeys(ids) if one is not None]
    found: dict[UUID, str | None] = dict.fromkeys(wanted)
    if wanted:
        rows = list(Secret.objects.filter(id__in=wanted).values_list(*_FIELDS))
        found.update({one.id: one.text for one in _opened(rows)})
    return found


def open_text(id: UUID | None) -> str | None:
    """One text; None when there is none, or its person has been erased."""
    return None if id is None else open_texts([id]).get(id)


def texts_of_entries(entry_ids: Iterable[UUID]) -> dict[UUID, list[OpenedText]]:
    """The texts that journal entries commit to, by entry, in the order they were written."""
    wanted = list(entry_ids)
    found: dict[UUID, list[OpenedText]] = {one: [] for one in wanted}
    rows = list(Secret.objects.filter(entry_id__in=wanted).order_by("id").values_list(*_FIELDS))
    for one in _opened(rows):
        if one.entry_id is not None:
            found[one.entry_id].append(one)
    return found


def texts_of(
    ids: Iterable[UUID | None], entry_ids: Iterable[UUID]
) -> tuple[dict[UUID, str | None], dict[UUID, list[OpenedText]]]:
    """What `open_texts` and `texts_of_entries` give, in one statement and one keyring read."""
    wanted = [one for one in dict.fromkeys(ids) if one is not None]
    by_entry: dict[UUID, list[OpenedText]] = {one: [] for one in entry_ids}
    by_id: dict[UUID, str | None] = dict.fromkeys(wanted)
    rows = (
        Secret.objects.filter(Q(id__in=wanted) | Q(entry_id__in=list(by_entry)))
        .order_by("id")
        .values_list(*_FIELDS)
    )
    for one in _opened(list(rows)):
        if one.id in by_id:
            by_id[one.id] = one.text
        if one.entry_id in by_entry:
            by_entry[one.entry_id].append(one)
    return by_id, by_entry


def texts_of_references(references: Iterable[str]) -> dict[str, list[OpenedText]]:
    """The texts that belong to these things (`report:<id>`), in the order they were written."""
    wanted = list(references)
    found: dict[str, list[OpenedText]] = {one: [] for one in wanted}
    rows = list(Secret.objects.filter(reference__in=wanted).order_by("id").values_list(*_FIELDS))
    for one in _opened(rows):
        if one.reference is not None:
            found[one.reference].append(one)
    return found


def texts_of_subjects(subject_ids: Iterable[UUID]) -> list[OpenedText]:
    """Everything kept of these people, in the order it was written (a person's own data)."""
    rows = list(
        Secret.objects.filter(subject_id__in=list(subject_ids)).order_by("id").values_list(*_FIELDS)
    )
    return _opened(rows)


def commitment_of(id: UUID) -> str | None:
    """The commitment to a text as its journal entry holds it, made anew from text and salt.

    None when the text is no longer there. Equal to the entry's: the text is the one that was
    written then.
    """
    from gridward.journal.rules import commitment_to

    row = Secret.objects.filter(id=id).values_list("subject_id", "ciphertext").first()
    if row is None:
        return None
    key = keyring().keys_of([row[0]]).get(row[0])
    if key is None:
        return None
    plain = provider().open(key, bytes(row[1]), id.bytes + row[0].bytes)
    return commitment_to(plain[SALT:], plain[:SALT])


def subjects_by_phone(phone: str) -> list[UUID]:
    """Everybody who gave exactly this telephone number, newest first, at most 200."""
    normal = rules.normal_phone(phone)
    if not normal:
        return []
    rows = (
        Secret.objects.filter(lookup=keyring().lookup(normal))
        .order_by("-created_at")
        .values_list("subject_id", flat=True)[:200]
    )
    return list(dict.fromkeys(rows))


def subjects_by_phones(phones: Iterable[str]) -> dict[str, list[UUID]]:
    """Like `subjects_by_phone` for many numbers in few statements; numbers of nobody are left out.

    The keys are the numbers as they were given.
    """
    normal = {phone: rules.normal_phone(phone) for phone in phones}
    digests = {keyring().lookup(plain): plain for plain in set(normal.values()) if plain}
    by_number: dict[str, list[UUID]] = {}
    wanted = list(digests)
    for start in range(0, len(wanted), 5000):
        rows = Secret.objects.filter(lookup__in=wanted[start : start + 5000]).values_list(
            "lookup", "subject_id"
        )
        for digest, subject in rows:
            by_number.setdefault(digests[str(digest)], []).append(subject)
    return {
        phone: list(dict.fromkeys(by_number[plain]))
        for phone, plain in normal.items()
        if plain in by_number
    }


def is_known(subject: UUID) -> bool:
    """Whether this person has a key, that is: may have data here and was not erased."""
    return bool(keyring().keys_of([subject]))


def keyed_tokens(words: Iterable[str]) -> list[str]:
    """Search tokens for `words`, in the same order: an index of them holds no plain word."""
    token = keyring().token
    return [token(word) for word in words]


def receipt_key() -> bytes:
    """The key that receipts' codes are derived from."""
    return keyring().derived("receipts")


# Files --------------------------------------------------------------------------------------------

_FILE_FIELDS = (
    "id",
    "state",
    "reference",
    "bytes",
    "width",
    "height",
    "created_at",
    "media",
    "seconds",
)
_TYPES = {"photo": "image/jpeg", "video": "video/mp4", "voice": "audio/mp4"}


def files(ids: Iterable[UUID]) -> dict[UUID, StoredFile]:
    """What is known of these files; one statement."""
    rows = File.objects.filter(id__in=list(ids)).values_list(*_FILE_FIELDS)
    return {row[0]: StoredFile(*row) for row in rows}


def files_of(references: Iterable[str]) -> dict[str, list[StoredFile]]:
    """The files linked to these things, oldest first; one statement."""
    wanted = list(references)
    found: dict[str, list[StoredFile]] = {one: [] for one in wanted}
    rows = (
        File.objects.filter(reference__in=wanted, state=File.State.LINKED)
        .order_by("id")
        .values_list(*_FILE_FIELDS)
    )
    for row in rows:
        found[row[2]].append(StoredFile(*row))
    return found


def staged_files(staged_by: str) -> list[StoredFile]:
    """What this uploader has staged and not yet linked, oldest first."""
    rows = (
        # found among what will expire, which is what nobody has linked: few at any size
        File.objects.filter(expires_at__isnull=False, staged_by=staged_by, state=File.State.STAGED)
        .order_by("expires_at", "id")
        .values_list(*_FILE_FIELDS)
    )
    return [StoredFile(*row) for row in rows]


def open_file(id: UUID, *, thumb: bool = False) -> OpenedFile:
    """The photo, film or voice note (or its small picture), decrypted. Raises FileGone.

    Whether the asker may see it is for the room that linked it to say.
    """
    row = File.objects.filter(id=id).exclude(state=File.State.ERASED).first()
    if row is None:
        raise FileGone()
    key = keyring().keys_of([row.key_id]).get(row.key_id)
    digest = row.thumb_digest if thumb else row.digest
    part = b"thumb" if thumb else b"photo"
    sealed = storage.read(digest)
    if key is None or sealed is None:
        raise FileGone()
    try:
        data = provider().open(key, sealed, row.id.bytes + part)
    except InvalidTag:
        raise FileGone() from None
    return OpenedFile(row.id, data, "image/jpeg" if thumb else _TYPES[row.media])
