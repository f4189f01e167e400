"""Entries on their way into the table: built light, written with one statement.

Noting happens in every action and generators note by the million, so nothing here goes through
model instances.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from gridward.core import db
from gridward.core.ids import new_id
from gridward.journal import keys, rules
from gridward.journal.errors import BadDetails
from gridward.journal.models import Delivery, Entry
from gridward.journal.rules import ActorRef
from gridward.journal.verbs import Verb, verb

IN_ONE_STATEMENT = 500
"""More entries than that go by COPY or prepared inserts."""

_COLUMNS = (
    "id",
    "verb",
    "subject_kind",
    "subject_id",
    "actor_kind",
    "actor_id",
    "cause",
    "occurred_at",
    "recorded_at",
    "canonical",
    "mac",
    "seal_id",
    "position",
)

_DELIVERY_COLUMNS = (
    "id",
    "entry_id",
    "subscriber",
    "cause",
    "state",
    "attempts",
    "next_try_at",
    "last_error",
)


class Draft:
    """An entry that is not in the table yet. Its facts stand in the order of the columns."""

    __slots__ = ("canonical", "facts", "id", "position", "recorded_at", "seal", "verb")

    def __init__(self, facts: tuple[Any, ...]) -> None:
        self.facts = facts
        self.id: UUID = facts[0]
        self.verb: str = facts[1]
        self.recorded_at: datetime = facts[8]
        self.canonical: str = facts[9]
        self.seal: int | None = None
        self.position: int | None = None


def draft(
    what: str | Verb,
    subject_id: UUID | int | str,
    *,
    actor: ActorRef,
    at: datetime,
    recorded_at: datetime,
    cause: UUID,
    details: dict[str, Any],
    entry_id: UUID | None = None,
) -> Draft:
    """An entry, checked and marked, ready to be written. Raises UnknownVerb, BadDetails."""
    declared = verb(what)
    try:
        fit = rules.fitted(declared.details, details)
    except rules.Unfit as fault:
        raise BadDetails(verb=declared.key, fault=str(fault)) from None
    subject = str(subject_id)
    if not isinstance(subject_id, UUID) and (not rules.CODE.match(subject) or len(subject) > 40):
        raise BadDetails(verb=declared.key, fault="the subject is not an id")
    if at.tzinfo is None:
        raise BadDetails(verb=declared.key, fault="“at” has no time zone")
    id = entry_id or new_id()
    who = str(actor.id)
    text = rules.entry_text(
        id=id,
        verb=declared.key,
        subject_kind=declared.subject,
        subject_id=subject,
        actor_kind=actor.kind,
        actor_id=who,
        cause=cause,
        occurred_at=at,
        recorded_at=recorded_at,
        details=fit,
    )
    return Draft(
        (
            id,
            declared.key,
            declared.subject,
            subject,
            actor.kind,
            who,
            cause,
            at,
            recorded_at,
            text,
            keys.mark(keys.entry_key(), text),
        )
    )


def write(drafts: Sequence[Draft]) -> None:
    """Puts entries into the table: one statement up to IN_ONE_STATEMENT, else the fastest way the
    engine has. Inside an action."""
    if not drafts:
        return
    is_text = db.vendor() == "sqlite"
    _insert(Entry, _COLUMNS, list(_rows(drafts, is_text)))


def write_deliveries(subscribed: Sequence[tuple[Draft, str]], cause: UUID, look: datetime) -> None:
    """Puts a delivery for each entry and subscriber into the table, the same way.

    look: when the ticker takes them up, should their job not have come round
    """
    is_text = db.vendor() == "sqlite"
    when = _plain(look) if is_text else look
    act = cause.hex if is_text else cause
    rows = [
        (
            new_id().hex if is_text else new_id(),
            one.id.hex if is_text else one.id,
            name,
            act,
            "waiting",
            0,
            when,
            "",
        )
        for one, name in subscribed
    ]
    _insert(Delivery, _DELIVERY_COLUMNS, rows)


def _insert(model: type[Model], columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    connection = db.connection()
    into = f"{connection.ops.quote_name(model._meta.db_table)} ({', '.join(columns)})"
    marks = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        if len(rows) <= IN_ONE_STATEMENT:
            cursor.execute(
                f"INSERT INTO {into} VALUES {', '.join([marks] * len(rows))}",  # noqa: S608
                [value for row in rows for value in row],
            )
        elif connection.vendor == "sqlite":
            cursor.executemany(f"INSERT INTO {into} VALUES {marks}", rows)  # noqa: S608
        else:
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)


def _rows(drafts: Iterable[Draft], is_text: bool) -> Iterable[tuple[Any, ...]]:
    for one in drafts:
        facts = one.facts
        if not is_text:
            yield (*facts, one.seal, one.position)
            continue
        yield (
            facts[0].hex,
            *facts[1:6],
            facts[6].hex,
            _plain(facts[7]),
            _plain(facts[8]),
            *facts[9:],
            one.seal,
            one.position,
        )


def _plain(moment: datetime) -> str:
    """As Django writes moments into SQLite: UTC, without a zone."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    text = moment.isoformat(" ")
    return text[:-6]
