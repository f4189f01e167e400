"""Whether this database is a demonstration: the mark stands in the database, not beside it.

A demo's sign-in cards exist only with the demo switch, a marked database and a loopback bind; a
database without the mark is never touched by `gridward demo`.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from gridward.core import db

SQLITE_MARK = 0x47574431  # "GWD1", kept in the file's own header as its application id
POSTGRES_MARK = "gridward demonstration"
PROGRESS = "demo.progress"  # in GRIDWARD_VAR, while older cases are made beside the serving
FRESH_S = 60.0


def is_demo_database() -> bool:
    """Whether the current jurisdiction's database carries the mark."""
    with db.connection().cursor() as cursor:
        if db.vendor() == "sqlite":
            cursor.execute("PRAGMA application_id")
            return bool(cursor.fetchone()[0] == SQLITE_MARK)
        cursor.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace "
            "WHERE nspname = current_schema()"
        )
        found = cursor.fetchone()
        return bool(found and found[0] == POSTGRES_MARK)


def mark_demo_database() -> None:
    """Puts the mark on the current jurisdiction's database (PostgreSQL: the owner must do it)."""
    with db.connection().cursor() as cursor:
        if db.vendor() == "sqlite":
            cursor.execute(f"PRAGMA application_id = {SQLITE_MARK}")
            return
        cursor.execute("SELECT current_schema()")
        schema = db.connection().ops.quote_name(cursor.fetchone()[0])
        cursor.execute(f"COMMENT ON SCHEMA {schema} IS '{POSTGRES_MARK}'")


def is_demo_file(path: Path) -> bool:
    """Whether the SQLite file at `path` carries the mark. False for anything unreadable."""
    try:
        link = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    except sqlite3.Error:
        return False
    try:
        return bool(link.execute("PRAGMA application_id").fetchone()[0] == SQLITE_MARK)
    except sqlite3.Error:
        return False
    finally:
        link.close()


def note_progress(done: int, count: int) -> None:
    """Leaves word of how many older cases are there, for the pages; none when all are."""
    path = Path(settings.GRIDWARD_VAR) / PROGRESS
    if done >= count:
        path.unlink(missing_ok=True)
        return
    beside = path.with_suffix(".new")
    beside.write_text(f"{done} {count}", encoding="ascii")
    beside.replace(path)


def progress() -> tuple[int, int] | None:
    """How many older cases of how many are there; None when nobody makes any just now."""
    path = Path(settings.GRIDWARD_VAR) / PROGRESS
    with suppress(OSError, ValueError):
        if time.time() - path.stat().st_mtime < FRESH_S:
            done, count = path.read_text(encoding="ascii").split()
            return int(done), int(count)
    return None
