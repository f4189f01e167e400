"""Statements as they go over the wire, all of them: BEGIN, COMMIT, savepoints, sessions, keys."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gridward.core import db
from gridward.vault.keyring import keyring

_ASKED = re.compile(r"^F\t\d+\t(Query|Execute|Parse|Bind)\b(.*)$")


class Statements(list[str]):
    """What was asked, in order. `len` is the count that bounds speak of."""

    def shown(self) -> str:
        """One statement a line, numbered and cut, for a failing test."""
        return "\n".join(f"{n:3} {text[:150]}" for n, text in enumerate(self, 1))


@contextmanager
def statements() -> Iterator[Statements]:
    """Within the block every statement to the current database and to the keyring's own file.

    SQLite: the driver's trace, without what triggers do inside; PostgreSQL: libpq's own trace of
    the protocol, so that nothing between Django and the socket is missed.
    """
    found = Statements()
    connection = db.connection()
    connection.ensure_connection()
    ring = keyring()._link()
    ring.set_trace_callback(lambda text: found.append(f"keyring: {text}"))
    try:
        if connection.vendor == "sqlite":
            raw = connection.connection

            def heard(text: str) -> None:
                # what a trigger does is told under its statement's own text, or as a comment
                again = found and found[-1] == text and not text.startswith("SELECT")
                if not again and not text.startswith("--"):
                    found.append(text)

            raw.set_trace_callback(heard)
            try:
                yield found
            finally:
                raw.set_trace_callback(None)
        else:
            with _traced(connection.connection, found):
                yield found
    finally:
        ring.set_trace_callback(None)


@contextmanager
def _traced(link: Any, found: Statements) -> Iterator[None]:
    from psycopg import pq

    with tempfile.TemporaryFile() as file:
        link.pgconn.trace(file.fileno())
        link.pgconn.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield
        finally:
            link.pgconn.untrace()
            file.seek(0)
            parsed = ""
            for line in file.read().decode(errors="replace").splitlines():
                said = _ASKED.match(line)
                if said is None:
                    continue
                kind, rest = said.groups()
                if kind == "Parse":
                    parsed = rest.strip()
                elif kind == "Query":
                    found.append(rest.strip())
                elif kind == "Execute":
                    found.append(parsed or "(prepared)")
                    parsed = ""
