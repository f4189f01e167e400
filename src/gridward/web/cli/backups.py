"""Backup and restore: an online copy of the database, the files, and the keys apart from both.

A backup is two folders. The first holds the database and the (encrypted) files, the second the
keys: whoever has one of them alone can read nothing of anybody. What was erased stays erased: the
register of erasures is put together with the backup's and applied again after every restore.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gridward import __version__
from gridward.core import clock, db, jurisdiction
from gridward.core.errors import Problem
from gridward.journal import verification
from gridward.vault import actions as vault
from gridward.vault import backup as vault_keys
from gridward.vault import erasure

MANIFEST = "backup.json"
SQLITE_COPY = "database.sqlite3"
POSTGRES_COPY = "database.copy"
# a signed-in browser is no record of the town
LEFT_OUT = {"django_session"}
Say = Callable[[str], None]


class FolderTaken(Problem):
    code = "backup_folder_taken"
    status = 409
    text = _("%(folder)s is not empty. Name a folder that is new: gridward backup DIR")


class KeysInside(Problem):
    code = "backup_keys_inside"
    status = 422
    text = _("The keys must not lie within the copy that they open. Name another folder: --keys")


class NotABackup(Problem):
    code = "not_a_backup"
    status = 422
    text = _("%(folder)s holds no whole backup: %(fault)s. Restore from another one.")


class NoKeys(Problem):
    code = "backup_without_keys"
    status = 422
    text = _(
        "The keys of this backup are not in %(keys)s (%(missing)s is missing). "
        "Say where they are kept: --keys DIR"
    )


class NoRegister(Problem):
    code = "no_register_of_erasures"
    status = 422
    text = _(
        "%(file)s cannot be read as a register of erasures; nothing was restored. "
        "Give the newest erasures.log that was kept elsewhere."
    )


class SomethingThere(Problem):
    code = "restore_over_data"
    status = 409
    text = _(
        "There is a database here already. To put the backup in its place say --replace; "
        "what is here now is lost, but for the register of erasures."
    )


class OtherEngine(Problem):
    code = "restore_other_engine"
    status = 409
    text = _(
        "This backup is of %(was)s and the present database is %(here)s. "
        "Set GRIDWARD_DATABASE_URL to a database of the same kind."
    )


class OtherSchema(Problem):
    code = "restore_other_schema"
    status = 409
    text = _(
        "This backup was made by version %(version)s, whose tables differ from those here. "
        "Restore it with that version, then install this one and run “gridward migrate”."
    )


class NotOwner(Problem):
    code = "restore_not_owner"
    status = 403
    text = _(
        "Restoring empties and fills tables, which only their owner may. "
        "Set GRIDWARD_DATABASE_URL to the owner's address for this command."
    )


def make_backup(folder: Path, keys: Path, say: Say) -> dict[str, Any]:
    """Writes a backup of the current jurisdiction while it is in use; returns its manifest.

    Raises FolderTaken, KeysInside.
    """
    folder, keys = folder.resolve(), keys.resolve()
    if keys == folder or folder in keys.parents or keys in folder.parents:
        raise KeysInside()
    for one in (folder, keys):
        if one.exists() and any(one.iterdir()):
            raise FolderTaken(folder=one)
        one.mkdir(parents=True, exist_ok=True, mode=0o700)
    here = jurisdiction.current()
    say(gettext("database"))
    # before files and keys: whatever its rows name was there already
    name, tables = _copy_database(folder)
    say(gettext("files"))
    files = _copy_files(jurisdiction.var_path("files"), folder / "files")
    say(gettext("keys"))
    vault_keys.copy_keys(keys)
    own = Path(settings.GRIDWARD_VAR, "secret.key")
    if own.exists():
        shutil.copyfile(own, keys / "secret.key")
        (keys / "secret.key").chmod(0o600)
    manifest = {
        "version": __version__,
        "made_at": clock.now().isoformat(),
        "jurisdiction": here.key,
        "number": here.number,
        "engine": db.vendor(),
        "migrations": _migrations(),
        "tables": tables,
        "files": files,
        "database": {"name": name, "sha256": _digest(folder / name)},
        "keys": {p.name: _digest(p) for p in sorted(keys.iterdir())},
    }
    # last: a folder without it is no backup
    text = json.dumps(manifest, indent=1, ensure_ascii=False)
    (folder / MANIFEST).write_text(text)
    return manifest


def restore_backup(
    folder: Path, keys: Path, say: Say, *, replace: bool = False, register: Path | None = None
) -> dict[str, Any]:
    """Puts a backup in place of the current jurisdiction; returns what came back.

    register: a newer register of erasures than the backup's (erasures.log), kept elsewhere
    Raises NotABackup, NoKeys, NoRegister, SomethingThere, OtherEngine, OtherSchema, NotOwner.
    """
    manifest = read_manifest(folder, keys)
    if register is not None:
        _check_register(register)
    if manifest["engine"] != db.vendor():
        raise OtherEngine(was=manifest["engine"], here=db.vendor())
    say(gettext("database"))
    if db.vendor() == "sqlite":
        _restore_sqlite(folder / manifest["database"]["name"], replace=replace)
    else:
        _restore_postgres(folder / manifest["database"]["name"], manifest, replace=replace)
    say(gettext("files"))
    files = _copy_files(folder / "files", jurisdiction.var_path("files"))
    say(gettext("keys"))
    erased = vault_keys.restore_keys(keys)
    if register is not None:
        erased += vault_keys.merge_erasures(register)
    own = Path(settings.GRIDWARD_VAR, "secret.key")
    if (keys / "secret.key").exists() and not own.exists():
        shutil.copyfile(keys / "secret.key", own)
        own.chmod(0o600)
    say(gettext("erasures"))
    rows = vault.finish_erasures()
    erasure.scrub_if_due()
    say(gettext("journal"))
    report = verification.verify()
    return {
        "made_at": manifest["made_at"],
        "files": files,
        "keys_erased_again": erased,
        "rows_erased_again": rows,
        "journal_ok": report.ok,
    }


def read_manifest(folder: Path, keys: Path) -> dict[str, Any]:
    """The manifest of a backup whose parts are all there, unchanged. Raises NotABackup, NoKeys."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        wanted = {folder / manifest["database"]["name"]: manifest["database"]["sha256"]}
        wanted |= {keys / name: digest for name, digest in manifest["keys"].items()}
    except (OSError, ValueError, KeyError) as error:
        fault = gettext("%(file)s cannot be read") % {"file": MANIFEST}
        raise NotABackup(folder=folder, fault=fault) from error
    for path, digest in wanted.items():
        if not path.exists():
            if path.parent == keys:
                raise NoKeys(keys=keys, missing=path.name)
            fault = gettext("%(file)s is missing") % {"file": path.name}
            raise NotABackup(folder=folder, fault=fault)
        if _digest(path) != digest:
            fault = gettext("%(file)s was changed") % {"file": path.name}
            raise NotABackup(folder=folder, fault=fault)
    there = sum(1 for _path in _files(folder / "files"))
    if there < manifest["files"]:
        fault = gettext("%(count)s files are missing") % {"count": manifest["files"] - there}
        raise NotABackup(folder=folder, fault=fault)
    return manifest


def _check_register(path: Path) -> None:
    """A register that is not read would bring back whoever was erased. Raises NoRegister."""
    register = path / "erasures.log" if path.is_dir() else path
    try:
        for line in register.read_text("utf-8").splitlines():
            UUID(json.loads(line)["subject"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise NoRegister(file=path) from None


# the database -------------------------------------------------------------------------------------


def _copy_database(folder: Path) -> tuple[str, dict[str, int]]:
    if db.vendor() == "sqlite":
        target = folder / SQLITE_COPY
        source = sqlite3.connect(str(settings_name()), timeout=30)
        copy = sqlite3.connect(target)
        try:
            source.backup(copy, pages=4096)
            copy.execute("PRAGMA journal_mode=DELETE")
            names = [
                row[0]
                for row in copy.execute(
                    "SELECT name FROM sqlite_master "
                    "WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
                )
            ]
            for name in LEFT_OUT & set(names):
                copy.execute(f'DELETE FROM "{name}"')  # noqa: S608 - names of our own tables
            copy.commit()
            return SQLITE_COPY, {name: _count(copy, name) for name in sorted(names)}
        finally:
            copy.close()
            source.close()
    return POSTGRES_COPY, _copy_postgres(folder / POSTGRES_COPY)


def settings_name() -> str:
    """The SQLite file of the current jurisdiction."""
    return str(connections[jurisdiction.current().database].settings_dict["NAME"])


def _count(link: sqlite3.Connection, table: str) -> int:
    return int(link.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608


def _restore_sqlite(copy: Path, *, replace: bool) -> None:
    target = Path(settings_name())
    connection = db.connection()
    if target.exists() and _has_rows() and not replace:
        raise SomethingThere()
    connection.close()
    beside = target.with_name(target.name + ".restored")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(copy, beside)
    for end in ("-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    beside.replace(target)


def _copy_postgres(target: Path) -> dict[str, int]:
    """Every table in COPY's text form, one after another, as one moment saw them."""
    connection, counts = db.connection(), {}
    connection.ensure_connection()
    with (
        gzip.open(target, "wb", compresslevel=5) as file,
        transaction.atomic(connection.alias),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in _tables():
            columns = _columns(cursor, table)
            listed = ", ".join(connection.ops.quote_name(c) for c in columns)
            head = json.dumps({"table": table, "columns": columns}).encode()
            file.write(head + b"\n")
            rows = 0
            sql = f"COPY {connection.ops.quote_name(table)} ({listed}) TO STDOUT"
            with cursor.copy(sql) as copy:
                for block in copy:
                    file.write(bytes(block))
                    rows += bytes(block).count(b"\n")
            file.write(b"\\.\n")
            counts[table] = rows
    return counts


def _restore_postgres(copy: Path, manifest: dict[str, Any], *, replace: bool) -> None:
    connection = db.connection()
    call_command("migrate", database=connection.alias, verbosity=0, interactive=False)
    if _migrations() != manifest["migrations"]:
        raise OtherSchema(version=manifest["version"])
    if _has_rows() and not replace:
        raise SomethingThere()
    quote = connection.ops.quote_name
    with transaction.atomic(connection.alias), connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(pg_has_role(current_user, relowner, 'member')) FROM pg_class "
            "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
        )
        if not cursor.fetchone()[0]:
            raise NotOwner()
        cursor.execute(f"TRUNCATE {', '.join(quote(t) for t in _tables())} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        with gzip.open(copy, "rb") as file:
            while line := file.readline():
                head = json.loads(line)
                listed = ", ".join(quote(c) for c in head["columns"])
                sql = f"COPY {quote(head['table'])} ({listed}) FROM STDIN"
                with cursor.copy(sql) as filled:
                    for row in _rows(file):
                        filled.write(row)
        models = [m for m in apps.get_models() if m._meta.managed]
        for sql in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(sql)


def _rows(file: gzip.GzipFile) -> Iterator[bytes]:
    while (line := file.readline()) and line != b"\\.\n":
        yield line


def _tables() -> list[str]:
    names = db.connection().introspection.table_names()
    return sorted(n for n in names if n not in LEFT_OUT | {"django_migrations"})


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return [row[0] for row in cursor.fetchall()]


def _has_rows() -> bool:
    """Whether anything happened in the present database."""
    connection = db.connection()
    if "journal_entry" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM journal_entry)")
        return bool(cursor.fetchone()[0])


def _migrations() -> list[str]:
    applied = MigrationRecorder(db.connection()).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


# files --------------------------------------------------------------------------------------------


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                yield path


def _copy_files(source: Path, target: Path) -> int:
    """Copies what is not there yet (a file's name is the digest of its content); how many."""
    count = 0
    for path in _files(source):
        beside = target / path.relative_to(source)
        count += 1
        if beside.exists() and beside.stat().st_size == path.stat().st_size:
            continue
        beside.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, beside)
        except FileNotFoundError:  # erased while we copied: so it shall be
            beside.unlink(missing_ok=True)
            count -= 1
    return count


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def name_for(moment: datetime) -> str:
    """A folder name that sorts by time."""
    return moment.strftime("gridward-%Y%m%d-%H%M%S")
