"""Engine-specific speed behind plain functions; each has a plain path beside it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import OperationalError, connections, models

from gridward.core import jurisdiction

M = TypeVar("M", bound=models.Model)


def connection() -> Any:
    """The connection to the current jurisdiction's database."""
    return connections[jurisdiction.current().database]


def vendor() -> str:
    """`sqlite` or `postgresql`."""
    return str(connection().vendor)


def insert_many(model: type[M], rows: Sequence[M], batch: int = 2000) -> None:
    """Write `rows` of one model with as few statements as the engine allows. No signals.

    SQLite takes at most 250,000 values in one statement; batches are cut to fit.
    """
    if not rows:
        return
    fields = len(model._meta.concrete_fields)
    size = min(batch, max(1, 30_000 // fields)) if vendor() == "sqlite" else batch
    model._base_manager.using(jurisdiction.current().database).bulk_create(rows, batch_size=size)


def copy_rows(model: type[models.Model], rows: Iterable[models.Model]) -> int:
    """Write many rows the fastest way the engine has; returns how many.

    PostgreSQL: COPY; SQLite: prepared inserts. For generators and imports, inside an action.
    """
    fields = list(model._meta.concrete_fields)
    table = model._meta.db_table
    columns = ", ".join(f'"{f.column}"' for f in fields)
    conn = connection()
    values = (
        [f.get_db_prep_save(getattr(row, f.attname), connection=conn) for f in fields]
        for row in rows
    )
    count = 0
    with conn.cursor() as cursor:
        if conn.vendor == "postgresql":
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                for row in values:
                    copy.write_row(row)
                    count += 1
            return count
        marks = ", ".join(["?"] * len(fields))
        raw = cursor.cursor if hasattr(cursor, "cursor") else cursor
        while chunk := list(itertools.islice(values, 5000)):
            # Database.Cursor.executemany of the driver: Django's own would convert each mark
            raw.connection.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', chunk)  # noqa: S608
            count += len(chunk)
    return count


def scrub() -> bool:
    """Whether no byte of what was deleted is left: search indexes merged, free pages dropped, log
    emptied. False when somebody was in the way; try again later.

    SQLite rewrites its file (outside any transaction; the others wait). PostgreSQL has no file of
    ours to look into: dead rows go with its own vacuum.
    """
    conn = connection()
    if conn.vendor != "sqlite":
        return True
    try:
        with conn.cursor() as cursor:
            cursor.execute(
                "SELECT name FROM sqlite_master "
                "WHERE type = 'table' AND lower(sql) LIKE '%%using fts5%%'",
                [],
            )
            for (name,) in cursor.fetchall():
                table = conn.ops.quote_name(name)
                cursor.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")  # noqa: S608
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return bool(cursor.fetchone()[0] == 0)
    except OperationalError:
        return False
