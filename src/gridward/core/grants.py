"""What the application's PostgreSQL role may do: change rows, but never rewrite what is sealed.

Rooms say at start which tables are append-only; `gridward grants` and the test suite run the same
statements. SQLite has no roles: there the journal's seals alone tell.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True)
class AppendOnly:
    """table: name in the database; columns: those that may still be set later."""

    table: str
    columns: tuple[str, ...] = ()


_tables: dict[str, AppendOnly] = {}


def append_only(table: str, *, except_columns: tuple[str, ...] = ()) -> None:
    """Declare that rows of `table` are never changed or removed, but for `except_columns`."""
    _tables[table] = AppendOnly(table, except_columns)


def registered() -> list[AppendOnly]:
    """All append-only tables, by name."""
    return [_tables[name] for name in sorted(_tables)]


def statements(connection: BaseDatabaseWrapper, role: str, schema: str) -> list[str]:
    """The SQL that gives `role` exactly what the application needs in `schema`; repeatable.

    To be run by the owner of the tables. Identifiers are quoted; nothing else is put in.
    """
    quote = connection.ops.quote_name
    who, where = quote(role), quote(schema)
    made = [
        f"GRANT USAGE ON SCHEMA {where} TO {who}",
        f"REVOKE CREATE ON SCHEMA {where} FROM {who}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {where} TO {who}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {where} TO {who}",
        f"REVOKE INSERT, UPDATE, DELETE ON {where}.{quote('django_migrations')} FROM {who}",
    ]
    for kept in registered():
        table = f"{where}.{quote(kept.table)}"
        made.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {who}")
        if kept.columns:
            columns = ", ".join(quote(c) for c in kept.columns)
            made.append(f"GRANT UPDATE ({columns}) ON {table} TO {who}")
    return made


def apply(connection: BaseDatabaseWrapper, role: str, schema: str = "public") -> int:
    """Runs `statements`; returns how many."""
    made = statements(connection, role, schema)
    with connection.cursor() as cursor:
        for statement in made:
            cursor.execute(statement)
    return len(made)
