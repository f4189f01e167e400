"""Sealing: entries that have no seal yet are bound into the chain."""

import json
import os
import socket
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from gridward.core import clock, db
from gridward.core.action import action
from gridward.journal import keys, rules
from gridward.journal.errors import KeyMissing, SealerBusy
from gridward.journal.models import Entry, Seal
from gridward.journal.rules import ActorRef
from gridward.journal.verbs import Verb
from gridward.journal.writing import Draft, draft, write

BATCH = 10_000
LEASE = "journal.seal"


def seal_pending(*, batch: int = BATCH, limit: int | None = None) -> list[int]:
    """Seals what is not sealed yet, whatever its id, in (recorded_at, id) order.

    batch: entries per seal; limit: at most so many seals in this call
    Returns the new seals' numbers; nothing when another process holds the lease.
    """
    from gridward.journal.actions import give_back, lease

    holder = _holder()
    if not lease(LEASE, holder, 120):
        return []
    made: list[int] = []
    try:
        while limit is None or len(made) < limit:
            number = _seal_batch(batch)
            if number is None:
                break
            made.append(number)
            if not lease(LEASE, holder, 120):
                break
    finally:
        give_back(LEASE, holder)
    return made


@action
def _seal_batch(batch: int) -> int | None:
    """One more seal over at most `batch` entries; None when nothing waits."""
    rows = list(
        Entry.objects.filter(seal=None)
        .order_by("recorded_at", "id")
        .values_list("id", "canonical")[:batch]
    )
    if not rows:
        return None
    seal = next_seal(_last_seal(), [text for _, text in rows], sealed_at=clock.now())
    seal.save(force_insert=True)
    _put_into_seal(seal.number, [id for id, _ in rows])
    return seal.number


def next_seal(last: Seal | None, texts: Iterable[str], *, sealed_at: datetime) -> Seal:
    """The seal that follows `last` over entries with these canonical texts, signed, unsaved."""
    leaves = [rules.leaf(text) for text in texts]
    if last is not None and not keys.public_keys():
        raise KeyMissing(file="keys/seal.key")
    key = keys.signer()
    number = 1 if last is None else last.number + 1
    total = len(leaves) + (0 if last is None else last.total)
    root = rules.merkle_root(leaves).hex()
    previous = rules.NO_SEAL if last is None else last.hash
    text = rules.seal_text(
        number=number,
        previous=previous,
        root=root,
        count=len(leaves),
        total=total,
        sealed_at=sealed_at,
        key_id=key.id,
    )
    return Seal(
        number=number,
        previous=previous,
        root=root,
        count=len(leaves),
        total=total,
        sealed_at=sealed_at,
        key_id=key.id,
        hash=rules.seal_hash(text),
        signature=key.sign(text),
    )


class SealedWriter:
    """Writes entries by the thousand, sealed as they go in; for generators and large imports.

        with SealedWriter() as journal:      # inside an action
            journal.add("case.opened", case_id, actor=…, at=…, recorded_at=…, cause=…, details={…})

    Nobody is told of these entries: no delivery is made. The lease of the sealer is held meanwhile;
    when another process has it, entering raises SealerBusy.
    """

    def __init__(self, *, batch: int = BATCH, seconds: float = 3600) -> None:
        self.batch = batch
        self.seconds = seconds
        self.count = 0
        self._holder = f"{_holder()}:writer"
        self._waiting: list[Draft] = []

    def __enter__(self) -> "SealedWriter":
        from gridward.journal.actions import lease

        if not lease(LEASE, self._holder, self.seconds):
            raise SealerBusy()
        return self

    def add(
        self,
        what: str | Verb,
        subject_id: UUID | int | str,
        *,
        actor: ActorRef,
        at: datetime,
        recorded_at: datetime,
        cause: UUID,
        details: dict[str, Any],
        entry_id: UUID | None = None,
    ) -> UUID:
        """Takes one entry; returns its id. Raises UnknownVerb, BadDetails."""
        one = draft(
            what,
            subject_id,
            actor=actor,
            at=at,
            recorded_at=recorded_at,
            cause=cause,
            details=details,
            entry_id=entry_id,
        )
        self._waiting.append(one)
        if len(self._waiting) >= self.batch:
            self.flush()
        return one.id

    def flush(self) -> None:
        """Seals and writes what was taken so far."""
        drafts, self._waiting = self._waiting, []
        if not drafts:
            return
        drafts.sort(key=lambda one: (one.recorded_at, one.id.int))
        seal = next_seal(_last_seal(), [one.canonical for one in drafts], sealed_at=clock.now())
        seal.save(force_insert=True)
        for position, one in enumerate(drafts):
            one.seal, one.position = seal.number, position
        write(drafts)
        self.count += len(drafts)

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        from gridward.journal.actions import give_back

        if kind is None:
            self.flush()
            give_back(LEASE, self._holder)


def _holder() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


def _last_seal() -> Seal | None:
    return Seal.objects.order_by("-number").first()


def _put_into_seal(number: int, ids: Sequence[UUID]) -> None:
    table = Entry._meta.db_table
    connection = db.connection()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"UPDATE {table} SET seal_id = %s, position = place.n - 1 "  # noqa: S608
                "FROM unnest(%s::uuid[]) WITH ORDINALITY AS place (id, n) "
                f"WHERE {table}.id = place.id",
                [number, list(ids)],
            )
        else:
            cursor.execute(
                f"UPDATE {table} SET seal_id = %s, position = place.key "  # noqa: S608
                f"FROM json_each(%s) AS place WHERE {table}.id = place.value",
                [number, json.dumps([one.hex for one in ids])],
            )
