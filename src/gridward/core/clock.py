"""The moment it is, in one place, so that tests, replay and rehearsal may set it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_frozen: ContextVar[datetime | None] = ContextVar("gridward_frozen_now", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


@contextmanager
def frozen(moment: datetime) -> Iterator[datetime]:
    """Within the block `now()` is `moment` (aware). For tests, replay and the demo builder."""
    if moment.tzinfo is None:
        raise ValueError("frozen() takes an aware datetime; add a time zone")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _frozen.reset(token)
