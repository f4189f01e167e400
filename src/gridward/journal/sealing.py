"""Sealing: entries that have no seal yet are bound into the chain."""

import json
import os
import socket
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from gridward.core import clock, db
from gridward.core.action import action
from gridward.journal import keys, rules
from gridward.journal.errors import KeyMissing
from gridward.journal.models import Entry, Seal

BATCH = 10_000
LEASE = "journal.seal"


def seal_pending(*, batch: int = BATCH, limit: int | None = None) -> list[int]:
    """Seals what is not sealed yet, whatever its id, in (recorded_at, id) order.

    batch: entries per seal; limit: at most so many seals in this call
    Returns the new seals' numbers; nothing when another process holds the lease.
    """
    from gridward.journal.actions import give_back, lease

    holder = f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"
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


def seal_rows(entries: Sequence[Entry], *, sealed_at: datetime) -> Seal:
    """Seals unsaved entries before they are written, in (recorded_at, id) order; returns the seal.

    For generators inside an action: the seal is saved, each entry carries its place, and the
    caller writes the entries. The caller holds the lease.
    """
    ordered = sorted(entries, key=lambda one: (one.recorded_at, one.id))
    seal = next_seal(_last_seal(), [one.canonical for one in ordered], sealed_at=sealed_at)
    seal.save(force_insert=True)
    for position, one in enumerate(ordered):
        one.seal_id, one.position = seal.number, position
    return seal


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
