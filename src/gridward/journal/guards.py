"""The guards of an embedded database: triggers that refuse to change what was written.

SQLite knows no roles, so anybody who can open the file can take the triggers off; they stand
against slips, and the seals against the rest. On PostgreSQL the application's role simply has no
right to update or delete (`core.grants`), and nothing is done here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ENTRY_COLUMNS = (
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
)

_REFUSAL = "the journal is append-only"

TRIGGERS = {
    "journal_entry_keep": (
        f"BEFORE UPDATE OF {', '.join(ENTRY_COLUMNS)} ON journal_entry "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    ),
    "journal_entry_seal_once": (
        "BEFORE UPDATE OF seal_id, position ON journal_entry WHEN OLD.seal_id IS NOT NULL "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    ),
    "journal_entry_stay": (
        f"BEFORE DELETE ON journal_entry BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    ),
    "journal_seal_keep": (
        f"BEFORE UPDATE ON journal_seal BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    ),
    "journal_seal_stay": (
        f"BEFORE DELETE ON journal_seal BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    ),
}


def raise_guards(connection: Any) -> None:
    """Puts the triggers in place (SQLite only); harmless when they stand."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for name, body in TRIGGERS.items():
            cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {body}")


def lower_guards(connection: Any) -> None:
    """Takes the triggers off (SQLite only): to undo the migration, and for tests that tamper."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


@contextmanager
def lowered(connection: Any) -> Iterator[None]:
    """Within the block nothing guards the tables."""
    lower_guards(connection)
    try:
        yield
    finally:
        raise_guards(connection)
