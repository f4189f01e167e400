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
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from gridward.core import db, grants, jurisdiction
from gridward.core.demo import is_demo_database
from gridward.journal import queries as journal
from gridward.notify import channels
from gridward.notify.rules import CHANNELS
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
    found = [*_machine(), *_package(), *_basemap(), *_notices()]
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
        yield Finding(
            "var",
            "note",
            _("%(var)s does not exist yet") % {"var": var},
            _("it is made with the database"),
        )
    elif not os.access(var, os.W_OK):
        what = _("%(var)s cannot be written") % {"var": var}
        yield Finding("var", "missing", what, _("change its owner, or GRIDWARD_VAR"))
    else:
        free = shutil.disk_usage(var).free
        size = _("%(size)s GiB free") % {"size": f"{free / (1 << 30):.1f}"}
        if free < FREE_BYTES_WANTED:
            yield Finding("var", "warn", f"{var}, {size}", _("make room"))
        else:
            yield Finding("var", "ok", f"{var}, {size}")


def _basemap() -> Iterator[Finding]:
    found = settings.GRIDWARD_MAP
    if not found.is_there:
        yield Finding("base map", "note", _("none: maps show the grids alone"))
        return
    what = f"{found.kind} · {found.credit} · {found.approval}"
    if found.file is not None and not os.access(found.file, os.R_OK):
        yield Finding("base map", "missing", what, _("make GRIDWARD_MAP_FILE readable"))
    else:
        yield Finding("base map", "ok", what)


def _notices() -> Iterator[Finding]:
    for fault in channels.faults():
        yield Finding("notices", "warn", fault, _("messages do not leave until this is mended"))
    ways = {name: way for name in CHANNELS if (way := channels.way_of(name)) != "none"}
    if not ways:
        yield Finding("notices", "note", _("no way out: nothing leaves"))
    elif not channels.faults():
        yield Finding("notices", "ok", ", ".join(f"{name}: {way}" for name, way in ways.items()))


def _package() -> Iterator[Finding]:
    manifest = finders.find("gridward/manifest.json")
    if manifest:
        yield Finding("front end", "ok", _("built"))
    else:
        mend = _("make install (or pip install . again)")
        yield Finding("front end", "missing", _("not built: pages have no looks"), mend)
    packs = Path(settings.GRIDWARD_PACKS)
    if packs.is_dir():
        count = sum(1 for _path in packs.glob("*/pack.yaml"))
        yield Finding(
            "packs", "ok", _("%(count)s in %(folder)s") % {"count": count, "folder": packs}
        )
    else:
        yield Finding(
            "packs",
            "missing",
            _("%(var)s does not exist yet") % {"var": packs},
            _("install Gridward again"),
        )
    stale = [
        po
        for po in messages.LOCALE.glob("*/LC_MESSAGES/*.po")
        if not po.with_suffix(".mo").exists()
        or po.with_suffix(".mo").stat().st_mtime_ns < po.stat().st_mtime_ns
    ]
    if stale:
        yield Finding(
            "translations", "warn", _("not compiled"), _("run any gridward command as owner")
        )
    else:
        yield Finding("translations", "ok", _("compiled"))
    try:
        yield Finding("version", "ok", importlib.metadata.version("gridward"))
    except importlib.metadata.PackageNotFoundError:
        yield Finding("version", "note", _("run from source, not installed"), "make install")


def _jurisdiction(here: jurisdiction.Jurisdiction) -> Iterator[Finding]:
    name = f"database {here.key}"
    state = database_state(here.database)
    if state == "unreachable":
        mend = _("start the server, or check GRIDWARD_DATABASE_URL")
        yield Finding(name, "missing", _("does not answer"), mend)
        return
    if state == "not migrated":
        mend = _("gridward migrate (as owner), or gridward demo for a demonstration")
        yield Finding(name, "missing", _("is not brought up to this version"), mend)
        return
    kind = _("a demonstration") if is_demo_database() else _("in use")
    yield Finding(name, "ok", f"{db.vendor()}, {kind}")
    try:
        yield from _postgres(name) if db.vendor() == "postgresql" else _sqlite(name)
        yield from _queue(here)
    except DatabaseError as error:
        yield Finding(
            name, "warn", _("could not be looked at: %(kind)s") % {"kind": type(error).__name__}
        )
    yield from _keys(here)


def _sqlite(name: str) -> Iterator[Finding]:
    with db.connection().cursor() as cursor:
        wanted = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
        for pragma, value in wanted.items():
            cursor.execute(f"PRAGMA {pragma}")
            found = str(cursor.fetchone()[0])
            if found != value:
                what = _("%(name)s is %(found)s, not %(wanted)s")
                told = {"name": pragma, "found": found, "wanted": value}
                yield Finding(name, "warn", what % told, _("report this"))
    if not is_demo_database():
        what = _("the embedded database is for trying out and for small places")
        mend = _("for real use set GRIDWARD_DATABASE_URL to PostgreSQL")
        yield Finding(name, "note", what, mend)


def _postgres(name: str) -> Iterator[Finding]:
    with db.connection().cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
        if version < 150000:
            yield Finding(name, "missing", f"PostgreSQL {version // 10000}", _("use 15 or newer"))
        cursor.execute(
            "SELECT current_user, rolsuper, (SELECT bool_or(relowner = r.oid) FROM pg_class "
            "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r') "
            "FROM pg_roles r WHERE rolname = current_user"
        )
        role, is_super, is_owner = cursor.fetchone()
        if is_super or is_owner:
            said = (
                _("the role %(role)s is a superuser")
                if is_super
                else _("the role %(role)s is the owner of the tables")
            )
            mend = _("serve with a role of its own: gridward grants ROLE")
            yield Finding(name, "warn", said % {"role": role}, mend)
            return
        for kept in grants.registered():
            cursor.execute(
                "SELECT has_table_privilege(current_user, %s, 'UPDATE') "
                "OR has_table_privilege(current_user, %s, 'DELETE')",
                [kept.table, kept.table],
            )
            if cursor.fetchone()[0]:
                told = {"role": role, "table": kept.table}
                what = _("the role %(role)s may change %(table)s") % told
                mend = _("as owner: gridward grants %(role)s") % told
                yield Finding(name, "warn", what, mend)


def _queue(here: jurisdiction.Jurisdiction) -> Iterator[Finding]:
    waiting = DBTaskResult.objects.filter(status="READY").count()
    failed = DBTaskResult.objects.filter(status="FAILED").count()
    living = jobs.living_workers()
    name = f"jobs {here.key}"
    if waiting and not living:
        what = _("%(count)s wait and no worker runs here") % {"count": waiting}
        yield Finding(name, "warn", what, _("gridward serve (or gridward worker)"))
    else:
        yield Finding(
            name,
            "ok",
            _("%(count)s wait, %(workers)s workers run here")
            % {"count": waiting, "workers": len(living)},
        )
    if failed:
        yield Finding(
            name, "warn", _("%(count)s failed") % {"count": failed}, _("the log names them")
        )
    if stuck := len(journal.stuck_deliveries()):
        yield Finding(
            f"deliveries {here.key}",
            "warn",
            _("%(count)s stuck") % {"count": stuck},
            "gridward journal stuck",
        )


def _keys(here: jurisdiction.Jurisdiction) -> Iterator[Finding]:
    folder = Path(settings.GRIDWARD_VAR, here.key, "keys")
    name = f"keys {here.key}"
    if not folder.is_dir():
        yield Finding(name, "note", _("none yet"), _("they are made with the first report"))
        return
    open_ones = [
        p.name
        for p in [folder, *folder.iterdir()]
        # the seals' public key is there for everybody to check with
        if p.exists() and p.suffix != ".pub" and stat.S_IMODE(p.stat().st_mode) & 0o077
    ]
    if open_ones:
        what = _("others may read %(names)s") % {"names": ", ".join(sorted(open_ones))}
        yield Finding(name, "warn", what, f"chmod -R go= {folder}")
    else:
        yield Finding(
            name,
            "ok",
            _("%(count)s in %(folder)s")
            % {"count": sum(1 for _path in folder.iterdir()), "folder": folder},
        )
