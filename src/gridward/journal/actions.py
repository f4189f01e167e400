"""Every write of the journal."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from gridward.core import clock, db, jurisdiction
from gridward.core.action import ActionContext, action, context, in_action
from gridward.journal import keys, rules, subscriptions
from gridward.journal.errors import DeliveryDone, OutsideAction
from gridward.journal.models import Delivery, Generation, Lease
from gridward.journal.queries import forget_generations, lock_delivery
from gridward.journal.rules import ActorRef, commitment_to
from gridward.journal.sealing import seal_pending
from gridward.journal.verbs import Verb
from gridward.journal.writing import Draft, draft, write, write_deliveries

__all__ = [
    "ActorRef",
    "bump_generation",
    "commit",
    "forget_keys",
    "give_back",
    "lease",
    "note",
    "note_many",
    "seal_pending",
    "send_again",
]

commit = commitment_to
"""commit(value, salt) -> a salted commitment that an entry may hold."""

SYSTEM = ActorRef("system", "gridward")


@dataclass
class _Buffer:
    """What the running action has noted so far."""

    entries: list[Draft] = field(default_factory=list)


def note(
    what: str | Verb,
    subject_id: UUID | int | str,
    *,
    actor: ActorRef,
    at: datetime | None = None,
    entry_id: UUID | None = None,
    **details: Any,
) -> UUID:
    """Notes that `what` happened to the subject; returns the entry's id.

    The entry is written with the action's other entries as the last thing before the commit.

    at: when it happened (aware); default is when the action began
    entry_id: an id from `new_id()` where the id had to be known before
    details: as the verb declares them
    Raises UnknownVerb, BadDetails, OutsideAction.
    """
    buffer, running = _buffer(what)
    entry = draft(
        what,
        subject_id,
        actor=actor,
        at=at or running.recorded_at,
        recorded_at=running.recorded_at,
        cause=running.cause,
        entry_id=entry_id,
        details=details,
    )
    buffer.entries.append(entry)
    return entry.id


def note_many(
    what: str | Verb,
    happened: Iterable[tuple[UUID | int | str, dict[str, Any]]],
    *,
    actor: ActorRef,
    at: datetime | None = None,
) -> list[UUID]:
    """Notes the same verb for many subjects, each with its details; returns the entries' ids."""
    return [note(what, subject, actor=actor, at=at, **details) for subject, details in happened]


def _buffer(what: str | Verb) -> tuple[_Buffer, ActionContext]:
    if not in_action():
        raise OutsideAction(verb=str(what))
    running = context()
    buffer = running.memo.get("journal")
    if buffer is None:
        buffer = running.memo["journal"] = _Buffer()
        running.at_commit_write("journal", lambda: _write(buffer, running))
    return buffer, running


def _write(buffer: _Buffer, running: ActionContext) -> None:
    """One insert of entries; with subscribers one of deliveries and one job."""
    entries, buffer.entries = buffer.entries, []
    if not entries:
        return
    write(entries)
    look = running.recorded_at + rules.FIRST_LOOK
    subscribed = [
        (entry, name) for entry in entries for name in subscriptions.subscribers(entry.verb)
    ]
    if not subscribed:
        return
    write_deliveries(subscribed, running.cause, look)
    from gridward.journal.jobs import deliver  # needs the task backend, which needs the apps

    deliver.enqueue(running.jurisdiction, str(running.cause))


def forget_keys() -> None:
    """Lets the keys held in memory go, so that they are read anew (after a restore)."""
    keys.forget()


# Generations and leases ---------------------------------------------------------------------------


@action
def bump_generation(name: str) -> int:
    """The generation `name` grown by one: every process reads the thing anew; returns the number.

    On PostgreSQL this waits for actions that still work with the old one.
    """
    table = Generation._meta.db_table
    with db.connection().cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (name, number) VALUES (%s, 1) "  # noqa: S608
            f"ON CONFLICT (name) DO UPDATE SET number = {table}.number + 1 RETURNING number",
            [name],
        )
        number = int(cursor.fetchone()[0])
    forget_generations()
    context().after_commit(forget_generations)
    return number


@action
def lease(name: str, holder: str, seconds: float) -> bool:
    """Whether `holder` alone may do `name` for so many seconds; its own lease is prolonged."""
    now = clock.now()
    table = Lease._meta.db_table
    connection = db.connection()
    adapt = connection.ops.adapt_datetimefield_value
    until = adapt(now + timedelta(seconds=seconds))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (name, holder, until) VALUES (%s, %s, %s) "  # noqa: S608
            "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until "
            f"WHERE {table}.holder = excluded.holder OR {table}.until <= %s",
            [name, holder, until, adapt(now)],
        )
        return bool(cursor.rowcount == 1)


@action
def give_back(name: str, holder: str) -> None:
    """Ends the holder's lease of `name`, when it has one."""
    Lease.objects.filter(name=name, holder=holder).delete()


# Deliveries ---------------------------------------------------------------------------------------


@action
def claim_delivery(delivery_id: UUID) -> bool:
    """Whether the delivery is ours to try now; it counts as one attempt."""
    now = clock.now()
    free = Q(state=Delivery.State.WAITING) | Q(state=Delivery.State.RUNNING, next_try_at__lte=now)
    claimed = Delivery.objects.filter(free, id=delivery_id).update(
        state=Delivery.State.RUNNING, attempts=F("attempts") + 1, next_try_at=now + rules.CLAIM
    )
    return claimed == 1


@action
def finish_delivery(delivery_id: UUID) -> None:
    """The delivery has arrived."""
    Delivery.objects.filter(id=delivery_id).update(
        state=Delivery.State.DONE, done_at=clock.now(), next_try_at=None, last_error=""
    )


@action
def fail_delivery(delivery_id: UUID, *, error: str) -> str:
    """The delivery waits for its next try, or is stuck after the last; returns its state.

    error: what failed and where, never what was said (errors may hold a person's words)
    """
    row = lock_delivery(delivery_id)
    now = clock.now()
    row.last_error = error[:240]
    if row.attempts >= rules.ATTEMPTS:
        row.state, row.next_try_at = Delivery.State.STUCK, None
    else:
        row.state, row.next_try_at = Delivery.State.WAITING, now + rules.pause_after(row.attempts)
    row.save(update_fields=["state", "next_try_at", "last_error"])
    return str(row.state)


@action
def send_again(delivery_id: UUID, *, actor: ActorRef) -> None:
    """The delivery is tried anew at once, with all its attempts before it.

    Raises DeliveryNotFound, DeliveryDone.
    """
    row = lock_delivery(delivery_id)
    if row.done_at is not None:
        raise DeliveryDone()
    tried = row.attempts
    row.state, row.attempts = Delivery.State.WAITING, 0
    row.next_try_at = clock.now() + rules.FIRST_LOOK
    row.save(update_fields=["state", "attempts", "next_try_at"])
    note(
        "delivery.resent",
        row.id,
        actor=actor,
        entry=row.entry_id,
        subscriber=row.subscriber,
        attempts=tried,
    )
    enqueue_delivery(row.cause)


def enqueue_delivery(cause: UUID) -> None:
    """Puts a job in the queue that brings what `cause` left undelivered. Inside an action."""
    from gridward.journal.jobs import deliver

    deliver.enqueue(jurisdiction.current().key, str(cause))
