"""What `gridward doctor` looks at: what is there, what is missing, how to mend it."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import DatabaseError
from django_tasks_db.models import DBTaskResult

from gridward.core import db, grants, jurisdiction
from gridward.core.demo import is_demo_database
from gridward.journal import queries as journal
from gridward.web.cli import jobs, messages
from gridward.web.health import database_state

State = Literal["ok", "note", "warn", "missing"]
FREE_BYTES_WANTED = 1 << 30


@dataclass(frozen=True)
class Finding:
    """state: ok, note (good to know), warn (works, should be mended) or missing (does not work)."""

    name: str
    state: State
    what: str
    mend: str = ""


def examine() -> list[Finding]:
    """Everything looked at, the machine first, then each jurisdiction."""
    found = [*_machine(), *_package()]
    for here in jurisdiction.every():
        with jurisdiction.using(here.key):
            found += _jurisdiction(here)
    return found


def _machine() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", "ok", version)
    yield Finding("sqlite library", "ok", sqlite3.sqlite_version)
    var = Path(settings.GRIDWARD_VAR)
    if not var.exists():
        yield Finding("var", "note", f"{var} does not exist yet", "it is made with the database")
    elif not os.access(var, os.W_OK):
        yield Finding(
            "var", "missing", f"{var} cannot be written", "change its owner, or GRIDWARD_VAR"
        )
    else:
        free = shutil.disk_usage(var).free
        size = f"{free / (1 << 30):.1f} GiB free"
        if free < FREE_BYTES_WANTED:
            yield Finding("var", "warn", f"{var}, {size}", "make room")
        else:
            yield Finding("var", "ok", f"{var}, {size}")


def _package() -> Iterator[Finding]:
    manifest = finders.find("gridward/manifest.json")
    if manifest:
        yield Finding("front end", "ok", "built")
    else:
        mend = "make install (or pip install . again)"
        yield Finding("front end", "missing", "not built: pages have no looks", mend)
    packs = Path(settings.GRIDWARD_PACKS)
    if packs.is_dir():
        count = sum(1 for _pack in packs.glob("*/pack.yaml"))
        yield Finding("packs", "ok", f"{count} in {packs}")
    else:
        yield Finding("packs", "missing", f"{packs} does not exist", "install Gridward again")
    stale = [
        po
        for po in messages.LOCALE.glob("*/LC_MESSAGES/*.po")
        if not po.with_suffix(".mo").exists()
        or po.with_suffix(".mo").stat().st_mtime_ns < po.stat().st_mtime_ns
    ]
    if stale:
        yield Finding("translations", "warn", "not compiled", "run any gridward command as owner")
    else:
        yield Finding("translations", "ok", "compiled")
    try:
        yield Finding("version", "ok", importlib.metadata.version("gridward"))
    except importlib.metadata.PackageNotFoundError:
        yield Finding("version", "note", "run from source, not installed", "make install")


def _jurisdiction(here: jurisdiction.Jurisdiction) -> Iterator[Finding]:
    name = f"database {here.key}"
    state = database_state(here.database)
    if state == "unreachable":
        mend = "start the server, or check GRIDWARD_DATABASE_URL"
        yield Finding(name, "missing", "does not answer", mend)
        return
    if state == "not migrated":
        mend = "gridward migrate (as owner), or gridward demo for a demonstration"
        yield Finding(name, "missing", "has no tables of this version", mend)
        return
    kind = "a demonstration" if is_demo_database() else "in use"
    yield Finding(name, "ok", f"{db.vendor()}, {kind}")
    try:
        yield from _postgres(name) if db.vendor() == "postgresql" else _sqlite(name)
        yield from _queue(here)
    except DatabaseError as error:
        yield Finding(name, "warn", f"could not be looked at: {type(error).__name__}")
    yield from _keys(here)


def _sqlite(name: str) -> Iterator[Finding]:
    with db.connection().cursor() as cursor:
        wanted = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
        for pragma, value in wanted.items():
            cursor.execute(f"PRAGMA {pragma}")
            found = str(cursor.fetchone()[0])
            if found != value:
                yield Finding(name, "warn", f"{pragma} is {found}, not {value}", "report this")
    if not is_demo_database():
        what = "the embedded database is for trying out and for small places"
        yield Finding(name, "note", what, "for real use set GRIDWARD_DATABASE_URL to PostgreSQL")


def _postgres(name: str) -> Iterator[Finding]:
    with db.connection().cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
        if version < 150000:
            yield Finding(name, "missing", f"PostgreSQL {version // 10000}", "use 15 or newer")
        cursor.execute(
            "SELECT current_user, rolsuper, (SELECT bool_or(relowner = r.oid) FROM pg_class "
            "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r') "
            "FROM pg_roles r WHERE rolname = current_user"
        )
        role, is_super, is_owner = cursor.fetchone()
        if is_super or is_owner:
            what = f"the role {role} is {'a superuser' if is_super else 'the owner of the tables'}"
            yield Finding(name, "warn", what, "serve with a role of its own: gridward grants ROLE")
            return
        for kept in grants.registered():
            cursor.execute(
                "SELECT has_table_privilege(current_user, %s, 'UPDATE') "
                "OR has_table_privilege(current_user, %s, 'DELETE')",
                [kept.table, kept.table],
            )
            if cursor.fetchone()[0]:
                what = f"the role {role} may change {kept.table}"
                yield Finding(name, "warn", what, f"as owner: gridward grants {role}")


def _queue(here: jurisdiction.Jurisdiction) -> Iterator[Finding]:
    waiting = DBTaskResult.objects.filter(status="READY").count()
    failed = DBTaskResult.objects.filter(status="FAILED").count()
    living = jobs.living_workers()
    name = f"jobs {here.key}"
    if waiting and not living:
        what = f"{waiting} wait and no worker runs here"
        yield Finding(name, "warn", what, "gridward serve (or gridward worker)")
    else:
        yield Finding(name, "ok", f"{waiting} wait, {len(living)} workers run here")
    if failed:
        yield Finding(name, "warn", f"{failed} failed", "the log names them")
    if stuck := len(journal.stuck_deliveries()):
        yield Finding(f"deliveries {here.key}", "warn", f"{stuck} stuck", "gridward journal stuck")


def _keys(here: jurisdiction.Jurisdiction) -> Iterator[Finding]:
    folder = Path(settings.GRIDWARD_VAR, here.key, "keys")
    name = f"keys {here.key}"
    if not folder.is_dir():
        yield Finding(name, "note", "none yet", "they are made with the first report")
        return
    open_ones = [
        p.name
        for p in [folder, *folder.iterdir()]
        if p.exists() and stat.S_IMODE(p.stat().st_mode) & 0o077
    ]
    if open_ones:
        what = f"others may read {', '.join(sorted(open_ones))}"
        yield Finding(name, "warn", what, f"chmod -R go= {folder}")
    else:
        yield Finding(name, "ok", f"{sum(1 for _p in folder.iterdir())} in {folder}")
