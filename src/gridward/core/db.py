"""Engine-specific speed behind plain functions; each has a plain path beside it."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from typing import Any, TypeVar

from django.db import DatabaseError, OperationalError, connections, models

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


def update_many(model: type[M], rows: Sequence[M], fields: Sequence[str] = ()) -> None:
    """Write these fields of rows that are there already, all but the key when none is named.

    One prepared statement, run once a row: no CASE for every field and row as `bulk_update` has it,
    which takes ten times as long to put together as the database takes to do it. No signals.
    Raises DatabaseError when a row is gone.
    """
    if not rows:
        return
    conn, table = connection(), model._meta.db_table
    written = [
        f
        for f in model._meta.concrete_fields
        if (f.name in fields if fields else not f.primary_key)
    ]
    key = model._meta.pk
    columns = [*written, key]
    adapted = _adapting(columns, conn)
    read = operator.attrgetter(*[f.attname for f in columns])
    marks = ", ".join(f'"{f.column}" = %s' for f in written)
    values = [adapted(read(row)) for row in rows]
    update = f'UPDATE "{table}" SET {marks} WHERE "{key.column}" = %s'  # noqa: S608
    with conn.cursor() as cursor:
        if len(values) == 1:
            cursor.execute(update, values[0])
        else:
            cursor.executemany(update, values)
        if cursor.rowcount != len(values):
            raise DatabaseError(f"{table}: {cursor.rowcount} of {len(values)} rows are there")


def copy_rows(model: type[models.Model], rows: Iterable[models.Model]) -> int:
    """Write many rows the fastest way the engine has; returns how many.

    PostgreSQL: COPY; SQLite: prepared inserts. For generators and imports, inside an action.
    A number that the database gives (BigAutoField) is left to it.
    """
    read = operator.attrgetter(*[f.attname for f in _written(model)])
    return copy_values(model, (read(row) for row in rows))


def copy_values(model: type[models.Model], rows: Iterable[Sequence[Any]]) -> int:
    """As `copy_rows`, from Python values in the order of `row_maker(model)`."""
    fields = _written(model)
    table = model._meta.db_table
    columns = ", ".join(f'"{f.column}"' for f in fields)
    conn = connection()
    values = map(_adapting(fields, conn), rows)
    count = 0
    # the driver is spoken to directly: its refusals are to look like Django's
    with conn.cursor() as cursor, conn.wrap_database_errors:
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
            insert = f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'  # noqa: S608
            raw.connection.executemany(insert, chunk)
            count += len(chunk)
    return count


def row_maker(model: type[models.Model]) -> Callable[..., tuple[Any, ...]]:
    """A function from attribute names to a row for `copy_values`, with the model's defaults.

    Ten times as fast as making an instance. Foreign keys by their id: case_id=…
    """
    fields = _written(model)
    places = {f.attname: at for at, f in enumerate(fields)}
    plain = [None if f.primary_key else f.get_default() for f in fields]
    makes_id = fields[0].get_default if fields[0].primary_key and "id" in places else None

    def make(**given: Any) -> tuple[Any, ...]:
        row = plain.copy()
        for name, value in given.items():
            row[places[name]] = value
        if makes_id is not None and row[0] is None:
            row[0] = makes_id()
        return tuple(row)

    return make


def _written(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]


_PLAIN = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.FloatField,
    models.BooleanField,
)


def _adapting(
    fields: Sequence[models.Field[Any, Any]], conn: Any
) -> Callable[[Sequence[Any]], list[Any]]:
    """What turns a row of these fields into the driver's values; most of a row is so already."""
    found = ((at, _adapter(field, conn)) for at, field in enumerate(fields))
    adapters = [(at, adapt) for at, adapt in found if adapt is not None]

    def adapted(row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for at, adapt in adapters:
            value = values[at]
            if value is not None:
                values[at] = adapt(value)
        return values

    return adapted


def _adapter(field: models.Field[Any, Any], conn: Any) -> Callable[[Any], Any] | None:
    """What turns a value of this field into the driver's; None where it is the driver's already.

    Django's own way asks every field for every value anew; for the common kinds the answer is
    known beforehand.
    """
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    is_postgresql = conn.vendor == "postgresql"
    if isinstance(target, models.UUIDField):
        return None if is_postgresql else operator.attrgetter("hex")
    if isinstance(target, models.DateTimeField):
        return None if is_postgresql else functools.partial(_moment_text, conn)
    if isinstance(target, _PLAIN):
        return None
    return functools.partial(field.get_db_prep_save, connection=conn)


def _moment_text(conn: Any, value: Any) -> Any:
    """How Django stores a moment on SQLite, whose connections all work in UTC."""
    if value.tzinfo is UTC:
        return str(value)[:-6]
    return conn.ops.adapt_datetimefield_value(value)


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


def look_at_numbers() -> int:
    """Have the database look how many rows there are of what, so that it finds the shorter way;
    returns how many indexes it knows of afterwards.

    SQLite only, which does not do so by itself: a look at some rows of each index, half a second at
    a million cases. For the ticker; the others wait in line meanwhile.
    """
    conn = connection()
    if conn.vendor != "sqlite":
        return 0
    with conn.cursor() as cursor:
        cursor.execute("PRAGMA analysis_limit=1000")
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM sqlite_stat1")
        return int(cursor.fetchone()[0])
