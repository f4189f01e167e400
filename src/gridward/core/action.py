"""The one way to write: an action opens the transaction, or joins the one it was called from."""

from __future__ import annotations

import functools
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.db import connections, transaction

from gridward.core import clock, jurisdiction
from gridward.core.disk import needs_room
from gridward.core.ids import new_id

P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class ActionContext:
    """What the actions of one transaction share.

    cause: id that binds all journal entries of the outermost action; memo: what was read once
    and holds for the whole action (generations, locks taken).
    """

    jurisdiction: str
    recorded_at: datetime
    cause: uuid.UUID
    memo: dict[str, Any] = field(default_factory=dict)
    _last_writes: dict[str, Callable[[], None]] = field(default_factory=dict)
    after: list[Callable[[], None]] = field(default_factory=list)

    def at_commit_write(self, name: str, write: Callable[[], None]) -> None:
        """Have `write` called once, as the last thing inside the transaction."""
        self._last_writes.setdefault(name, write)

    def after_commit(self, tell: Callable[[], None]) -> None:
        """Have `tell` called once the transaction has been committed; never on a refusal."""
        self.after.append(tell)


_context: ContextVar[ActionContext | None] = ContextVar("gridward_action", default=None)
_cause: ContextVar[uuid.UUID | None] = ContextVar("gridward_cause", default=None)


@contextmanager
def one_cause() -> Iterator[uuid.UUID]:
    """Bind the entries of the actions inside, each with a transaction of its own, to one cause."""
    shared = new_id()
    token = _cause.set(shared)
    try:
        yield shared
    finally:
        _cause.reset(token)


class OutsideActionError(RuntimeError):
    """Something that only an action may do was tried outside one."""


def context() -> ActionContext:
    """The running action's context. Raises OutsideActionError when none runs."""
    found = _context.get()
    if found is None:
        raise OutsideActionError("only actions write: call this from an @action function")
    return found


_lines: dict[str, threading.Lock] = {}
PATIENCE_S = 10.0


@contextmanager
def _in_line(database: str) -> Iterator[None]:
    """SQLite writes one at a time: this process's threads wait in line instead of asking again and
    again, so that nobody is overtaken for long. Other processes are met by the busy timeout."""
    connection = connections[database]
    if connection.vendor != "sqlite":
        yield
        return
    line = _lines.setdefault(str(connection.settings_dict["NAME"]), threading.Lock())
    held = line.acquire(timeout=PATIENCE_S)
    try:
        yield
    finally:
        if held:
            line.release()


@contextmanager
def single_statement() -> Iterator[None]:
    """For a write of one statement that is to stay whatever the act around it comes to: it waits in
    line like an action, and is no part of one. Raises NoRoom, and OutsideActionError inside an
    action, whose line it would wait for."""
    if in_action():
        raise OutsideActionError("a single statement stands beside actions, not inside one")
    with needs_room(), _in_line(jurisdiction.current().database):
        yield


def in_action() -> bool:
    """Whether an action is running here."""
    return _context.get() is not None


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make `function` an action.

    Outermost it opens a durable transaction on the current jurisdiction's database; called from
    another action it joins. Whatever it raises undoes everything that the outermost one did; a
    full disk is raised as NoRoom.
    """

    @functools.wraps(function)
    def entered(*args: P.args, **kwargs: P.kwargs) -> R:
        here = jurisdiction.current()
        running = _context.get()
        if running is not None:
            if running.jurisdiction != here.key:
                raise OutsideActionError("one action cannot write in two jurisdictions")
            return function(*args, **kwargs)
        fresh = ActionContext(
            jurisdiction=here.key, recorded_at=clock.now(), cause=_cause.get() or new_id()
        )
        token = _context.set(fresh)
        try:
            with (
                needs_room(),
                _in_line(here.database),
                transaction.atomic(using=here.database, durable=True),
            ):
                result = function(*args, **kwargs)
                for write in list(fresh._last_writes.values()):
                    write()
        finally:
            _context.reset(token)
        for tell in fresh.after:
            tell()
        return result

    entered.is_action = True  # type: ignore[attr-defined]
    return entered
