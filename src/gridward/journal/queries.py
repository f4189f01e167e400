"""Every read of the journal, and its locks."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from gridward.core import clock, db, jurisdiction
from gridward.core.action import context, in_action
from gridward.journal import verbs
from gridward.journal.errors import DeliveryNotFound, UnknownVerb
from gridward.journal.models import Delivery, Entry, Generation
from gridward.journal.verification import Report, head, verify

__all__ = [
    "EntriesPage",
    "Line",
    "Report",
    "StuckDelivery",
    "entries_of_cause",
    "entries_page",
    "entry",
    "generation",
    "happened",
    "head",
    "lock_delivery",
    "remembered_generations",
    "stuck_deliveries",
    "subjects_of",
    "timeline",
    "verify",
]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as screens and handlers see it.

    details: JSON values as stored (ids are text, moments are text, see `rules.moment_of`)
    """

    id: UUID
    verb: str
    subject_kind: str
    subject_id: str
    actor_kind: str
    actor_id: str
    cause: UUID
    occurred_at: datetime
    recorded_at: datetime
    details: dict[str, Any]

    @property
    def title(self) -> str:
        """The timeline's wording, in the language of the reader."""
        try:
            wording = str(verbs.verb(self.verb).title)
        except UnknownVerb:  # the room that noted it has been taken out
            return self.verb
        try:
            return wording % self.details if "%(" in wording else wording
        except KeyError:
            return wording

    @property
    def is_late(self) -> bool:
        """Whether it was recorded more than a minute after it happened."""
        return self.recorded_at - self.occurred_at > timedelta(minutes=1)


_FIELDS = (
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
)


def _line(row: tuple[Any, ...]) -> Line:
    return Line(*(*row[:9], json.loads(row[9])["details"]))


def timeline(subject_ids: Iterable[UUID | int | str], *, limit: int = 500) -> list[Line]:
    """What happened to these subjects, oldest first, at most the `limit` newest; one statement."""
    ids = [str(one) for one in subject_ids]
    rows = (
        Entry.objects.filter(subject_id__in=ids)
        .order_by("-occurred_at", "-id")
        .values_list(*_FIELDS)[:limit]
    )
    return [_line(row) for row in rows][::-1]


def entry(entry_id: UUID) -> Line | None:
    """One entry, for a handler that was told its id."""
    row = Entry.objects.filter(id=entry_id).values_list(*_FIELDS).first()
    return None if row is None else _line(row)


def entries(entry_ids: Iterable[UUID]) -> dict[UUID, Line]:
    """Entries by id; one statement."""
    rows = Entry.objects.filter(id__in=list(entry_ids)).values_list(*_FIELDS)
    return {row[0]: _line(row) for row in rows}


def happened(what: str, subject_ids: Iterable[UUID | int | str]) -> list[Line]:
    """Every time the verb `what` happened to these subjects, oldest first; one statement for each
    500 subjects."""
    wanted = [str(one) for one in subject_ids]
    found: list[Line] = []
    for start in range(0, len(wanted), 500):
        rows = Entry.objects.filter(subject_id__in=wanted[start : start + 500], verb=what)
        found += [_line(row) for row in rows.order_by("occurred_at", "id").values_list(*_FIELDS)]
    return found


def subjects_of(what: str, subject_ids: Iterable[UUID | int | str]) -> set[str]:
    """Those of these subjects to which the verb `what` ever happened, as text; one statement for
    each 500 subjects."""
    wanted = [str(one) for one in subject_ids]
    found: set[str] = set()
    for start in range(0, len(wanted), 500):
        rows = Entry.objects.filter(subject_id__in=wanted[start : start + 500], verb=what)
        found.update(rows.values_list("subject_id", flat=True))
    return found


def entries_of_cause(cause: UUID) -> list[Line]:
    """Everything one act noted."""
    rows = Entry.objects.filter(cause=cause).order_by("id").values_list(*_FIELDS)
    return [_line(row) for row in rows]


@dataclass(frozen=True, slots=True)
class EntriesPage:
    """A page of entries, the newest first; cursor: what the next page begins after, or empty."""

    items: list[Line]
    cursor: str


def entries_page(
    what: Iterable[str],
    *,
    about: Iterable[UUID | int | str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str = "",
    limit: int = 50,
) -> EntriesPage:
    """What happened of these verbs, the newest first, keyset pages; one statement.

    about: only entries that one of these ids did or that happened to one of them; since, until:
    only entries recorded in that time, `until` itself left out; a cursor that no page gave begins
    at the newest.
    """
    rows = Entry.objects.all()
    if about is not None:
        ids = [str(one) for one in about]
        rows = rows.filter(Q(actor_id__in=ids) | Q(subject_id__in=ids))
    # ids rise with the time of recording, so that the index of verb and id gives the order too
    if since is not None:
        rows = rows.filter(recorded_at__gte=since)
    if until is not None:
        rows = rows.filter(recorded_at__lt=until)
    before = _id_of(cursor)
    if before is not None:
        rows = rows.filter(id__lt=before)
    # the newest of each verb by that index, then the newest of these: asked for all verbs at once,
    # PostgreSQL would read everybody's entries backwards until it had met enough
    newest = [
        Entry.objects.filter(
            id__in=rows.filter(verb=verb).order_by("-id").values("id")[: limit + 1]
        ).values_list(*_FIELDS)
        for verb in sorted(what)
    ]
    if not newest:
        return EntriesPage([], "")
    among = newest[0].union(*newest[1:], all=True)
    found = [_line(row) for row in among.order_by("-id")[: limit + 1]]
    more, found = len(found) > limit, found[:limit]
    return EntriesPage(found, found[-1].id.hex if more else "")


def _id_of(cursor: str) -> UUID | None:
    try:
        return UUID(cursor) if cursor else None
    except ValueError:
        return None


# Generations --------------------------------------------------------------------------------------

_remembered: ContextVar[dict[str, dict[str, int]] | None] = ContextVar(
    "gridward_generations", default=None
)


def generation(name: str) -> int:
    """The number of the thing `name` that processes hold in memory; 0 before its first change.

    The first question reads all names in one statement; the answers hold for the rest of the
    outermost action, or of the request (see `remembered_generations`). Inside an action on
    PostgreSQL the numbers are locked until its end, so nothing changes under its feet; SQLite
    writes one at a time anyway.
    """
    if in_action():
        memo = context().memo
        found: dict[str, int] | None = memo.get("generations")
        if found is None:
            found = memo["generations"] = _read(lock=True)
        return found.get(name, 0)
    held = _remembered.get()
    if held is None:
        return _read(lock=False).get(name, 0)
    key = jurisdiction.current().key
    if key not in held:
        held[key] = _read(lock=False)
    return held[key].get(name, 0)


@contextmanager
def remembered_generations() -> Iterator[None]:
    """Within the block generations are read once. Doors put it around every request and command."""
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def forget_generations() -> None:
    """Has the next question read again."""
    if in_action():
        context().memo.pop("generations", None)
    held = _remembered.get()
    if held is not None:
        held.pop(jurisdiction.current().key, None)


def _read(*, lock: bool) -> dict[str, int]:
    share = " FOR SHARE" if lock and db.vendor() == "postgresql" else ""
    with db.connection().cursor() as cursor:
        cursor.execute(f"SELECT name, number FROM {Generation._meta.db_table}{share}")  # noqa: S608
        return dict(cursor.fetchall())


# Deliveries ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StuckDelivery:
    id: UUID
    entry_id: UUID
    verb: str
    subscriber: str
    state: str
    attempts: int
    last_error: str
    since: datetime


def stuck_deliveries(*, late_after: timedelta = timedelta(hours=1)) -> list[StuckDelivery]:
    """Deliveries that gave up, or have been on their way too long; oldest first, at most 200."""
    rows = (
        Delivery.objects.filter(done_at=None, entry__recorded_at__lt=clock.now() - late_after)
        | Delivery.objects.filter(done_at=None, state=Delivery.State.STUCK)
    ).order_by("entry__recorded_at", "id")
    return [
        StuckDelivery(*row)
        for row in rows.values_list(
            "id",
            "entry_id",
            "entry__verb",
            "subscriber",
            "state",
            "attempts",
            "last_error",
            "entry__recorded_at",
        )[:200]
    ]


def open_deliveries(cause: UUID) -> list[Delivery]:
    """What one act's subscribers have not yet got, in the order of its entries."""
    return list(
        Delivery.objects.filter(done_at=None, cause=cause)
        .exclude(state=Delivery.State.STUCK)
        .order_by("entry_id", "subscriber")
    )


def delivery(delivery_id: UUID) -> Delivery:
    """One delivery. Raises DeliveryNotFound."""
    row = Delivery.objects.filter(id=delivery_id).first()
    if row is None:
        raise DeliveryNotFound()
    return row


def due_causes(*, limit: int = 200) -> list[UUID]:
    """Acts with deliveries whose time to try (again) has come."""
    rows = (
        Delivery.objects.filter(done_at=None, next_try_at__lte=clock.now())
        .order_by("next_try_at")
        .values_list("cause", flat=True)[: limit * 4]
    )
    return list(dict.fromkeys(rows))[:limit]


def lock_delivery(delivery_id: UUID) -> Delivery:
    """The delivery, locked until the action ends. Raises DeliveryNotFound."""
    row = Delivery.objects.select_for_update().filter(id=delivery_id).first()
    if row is None:
        raise DeliveryNotFound()
    return row
