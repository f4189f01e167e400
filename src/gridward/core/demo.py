"""Whether this database is a demonstration: the mark stands in the database, not beside it.

A demo's sign-in cards exist only with the demo switch, a marked database and a loopback bind; a
database without the mark is never touched by `gridward demo`.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from gridward.core import db

SQLITE_MARK = 0x47574431  # "GWD1", kept in the file's own header as its application id
POSTGRES_MARK = "gridward demonstration"


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
