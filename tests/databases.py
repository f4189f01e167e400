"""Test databases: a template is migrated once a run, every worker and every `space` copies it."""

from __future__ import annotations

import contextlib
import copy
import fcntl
import os
import pickle
import shutil
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from tests.machine import admin_url

from gridward.core import grants, jurisdiction
from gridward.core.jurisdiction import Jurisdiction

OWNER = "gridward_test_owner"
APPLICATION = "gridward_test_app"
PASSWORD = "only-for-tests"
SECOND_SCHEMA = "second"
LOCK_NUMBER = 4_471_101


@dataclass(frozen=True)
class Space:
    """A disposable jurisdiction.

    environment: what another process needs to work for the same one (GRIDWARD_…).
    """

    jurisdiction: Jurisdiction
    var: Path
    environment: dict[str, str]

    @property
    def key(self) -> str:
        return self.jurisdiction.key

    @property
    def alias(self) -> str:
        return self.jurisdiction.database

    def entered(self) -> AbstractContextManager[Jurisdiction]:
        """Within the block this is the current jurisdiction."""
        return jurisdiction.using(self.key)

    def at_once(self, *calls: Callable[[], Any], seconds: float = 30) -> list[Any]:
        """What each call returned or raised, all started together, each in a thread and with a
        connection of its own."""
        gate = threading.Barrier(len(calls))
        results: list[Any] = [None] * len(calls)

        def run(index: int, call: Callable[[], Any]) -> None:
            with self.entered():
                try:
                    gate.wait(seconds)
                    results[index] = call()
                except BaseException as error:
                    results[index] = error
                finally:
                    connections[self.alias].close()

        threads = [
            threading.Thread(target=run, args=(i, call), daemon=True)
            for i, call in enumerate(calls)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds)
            if thread.is_alive():
                raise TimeoutError(f"a racing call did not end within {seconds} s")
        return results


class Maker(Protocol):
    """Makes copies of the migrated template; a copy is a part of a DATABASES entry."""

    def make(self, folder: Path) -> dict[str, Any]: ...

    def make_pair(self, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]: ...

    def url(self, made: dict[str, Any]) -> str: ...

    def drop(self, made: dict[str, Any]) -> None: ...


def maker_for(engine: str, run_dir: Path) -> Maker:
    """The maker for this run; whoever comes first builds the template, the others wait."""
    run_dir.mkdir(parents=True, exist_ok=True)
    with _locked(run_dir):
        return SqliteMaker(run_dir) if engine == "sqlite" else PostgresMaker(run_dir)


@contextlib.contextmanager
def _locked(run_dir: Path) -> Iterator[None]:
    """One worker of this run at a time."""
    with (run_dir / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def alias_for(made: dict[str, Any]) -> Iterator[str]:
    """A connection alias for this database while the block runs."""
    alias = f"space_{uuid.uuid4().hex[:8]}"
    entry = copy.deepcopy(connections.databases["default"])
    options = {**entry.get("OPTIONS", {}), **made.get("OPTIONS", {})}
    entry.update(made)
    entry["OPTIONS"] = options
    connections.databases[alias] = entry
    try:
        yield alias
    finally:
        connections[alias].close()
        with contextlib.suppress(AttributeError):
            delattr(connections._connections, alias)
        del connections.databases[alias]


@contextlib.contextmanager
def as_owner(space: Space) -> Iterator[None]:
    """Within the block this space's database is reached by the owner of its tables (PostgreSQL)."""
    entry = connections.databases[space.alias]
    connections[space.alias].close()
    before = entry["USER"]
    if entry["ENGINE"].endswith("postgresql"):
        entry["USER"] = connections[space.alias].settings_dict["USER"] = OWNER
    try:
        yield
    finally:
        connections[space.alias].close()
        entry["USER"] = connections[space.alias].settings_dict["USER"] = before


@contextlib.contextmanager
def spaces(maker: Maker, folder: Path, count: int) -> Iterator[list[Space]]:
    """One or two spaces, which alone are this deployment's jurisdictions while the block runs."""
    made = list(maker.make_pair(folder)) if count == 2 else [maker.make(folder)]
    var = folder / "var"
    var.mkdir()
    before, var_before = dict(settings.GRIDWARD_JURISDICTIONS), settings.GRIDWARD_VAR
    with contextlib.ExitStack() as stack:
        found = []
        for index, one in enumerate(made):
            alias = stack.enter_context(alias_for(one))
            key = f"s{uuid.uuid4().hex[:8]}"
            number = f"99{index + 1}"
            found.append(
                Space(
                    Jurisdiction(key=key, number=number, database=alias),
                    var / key,
                    {
                        "GRIDWARD_DATABASE_URL": maker.url(one),
                        "GRIDWARD_VAR": str(var),
                        "GRIDWARD_KEY": key,
                        "GRIDWARD_NUMBER": number,
                        "GRIDWARD_SECRET_KEY": settings.SECRET_KEY,
                        "DJANGO_SETTINGS_MODULE": "gridward.settings",
                    },
                )
            )
        settings.GRIDWARD_JURISDICTIONS.clear()
        settings.GRIDWARD_JURISDICTIONS.update({s.key: s.jurisdiction for s in found})
        settings.GRIDWARD_VAR = var
        try:
            yield found
        finally:
            settings.GRIDWARD_VAR = var_before
            settings.GRIDWARD_JURISDICTIONS.clear()
            settings.GRIDWARD_JURISDICTIONS.update(before)
    for one in made:
        maker.drop(one)


def migrate(alias: str) -> None:
    """The schema as `gridward migrate` makes it, in the database behind `alias`."""
    before = dict(settings.GRIDWARD_JURISDICTIONS)
    settings.GRIDWARD_JURISDICTIONS.clear()
    settings.GRIDWARD_JURISDICTIONS["template"] = Jurisdiction("template", "990", alias)
    try:
        call_command("migrate", database=alias, verbosity=0, interactive=False)
    finally:
        settings.GRIDWARD_JURISDICTIONS.clear()
        settings.GRIDWARD_JURISDICTIONS.update(before)


class SqliteMaker:
    """Copies a migrated file."""

    def __init__(self, run_dir: Path) -> None:
        self.template = run_dir / "template.sqlite3"
        if self.template.exists():
            return
        building = run_dir / f"building-{os.getpid()}.sqlite3"
        with alias_for({"NAME": str(building)}) as alias:
            migrate(alias)
        plain = sqlite3.connect(building)
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain.close()
        building.rename(self.template)

    def make(self, folder: Path) -> dict[str, Any]:
        target = folder / f"{uuid.uuid4().hex[:8]}.sqlite3"
        shutil.copyfile(self.template, target)
        return {"NAME": str(target)}

    def make_pair(self, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.make(folder), self.make(folder)

    def url(self, made: dict[str, Any]) -> str:
        return f"sqlite:///{made['NAME']}"

    def drop(self, made: dict[str, Any]) -> None:
        for end in ("", "-wal", "-shm"):
            Path(made["NAME"] + end).unlink(missing_ok=True)


@dataclass(frozen=True)
class Start:
    """A migrated database as it is before anything happens in it.

    rows: table (with its schema) → its rows as COPY writes them, where there are any;
    sequences: where each begins; shape: how many relations, constraints and triggers there are
    """

    rows: dict[str, bytes]
    sequences: dict[str, int | None]
    shape: tuple[int, ...]

    @staticmethod
    def of(link: Any, schemas: tuple[str, ...]) -> Start:
        rows = {}
        for table in _tables(link):
            with link.cursor().copy(f"COPY {table} TO STDOUT") as copy:
                found = b"".join(bytes(block) for block in copy)
            if found:
                rows[table] = found
        return Start(rows, _sequences(link), _shape(link))

    @staticmethod
    def read(path: Path) -> Start:
        found: Start = pickle.loads(path.read_bytes())
        return found

    def write(self, path: Path) -> None:
        beside = path.with_suffix(".new")
        beside.write_bytes(pickle.dumps(self))
        beside.rename(path)

    def bring_back(self, link: Any) -> bool:
        """Whether the database is as it was in the beginning; the link's role owns the tables."""
        if _shape(link) != self.shape:
            return False
        link.execute("SET CONSTRAINTS ALL DEFERRED")
        asked = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in _tables(link)
        )
        filled = {row[0] for row in link.execute(asked).fetchall()}
        for table in sorted(filled | set(self.rows)):
            link.execute(f"DELETE FROM {table}")
            if rows := self.rows.get(table):
                with link.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)
        for name, value in _sequences(link).items():
            if value != self.sequences[name]:
                begin = self.sequences[name]
                link.execute("SELECT setval(%s, %s, %s)", [name, begin or 1, begin is not None])
        for (schema,) in link.execute(
            "SELECT nspname FROM pg_namespace WHERE obj_description(oid) LIKE 'gridward%'"
        ).fetchall():
            link.execute(f"COMMENT ON SCHEMA {schema} IS NULL")
        return True


def _tables(link: Any) -> list[str]:
    found = link.execute(
        "SELECT schemaname, tablename FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
    )
    return [f"{schema}.{table}" for schema, table in found.fetchall()]


def _sequences(link: Any) -> dict[str, int | None]:
    found = link.execute("SELECT schemaname, sequencename, last_value FROM pg_sequences")
    return {f"{schema}.{name}": value for schema, name, value in found.fetchall()}


def _shape(link: Any) -> tuple[int, ...]:
    found = link.execute(
        "SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_constraint), "
        "(SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_index WHERE indisvalid)"
    ).fetchone()
    return tuple(found)


def _conninfo(entry: dict[str, Any]) -> dict[str, Any]:
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    return {new: entry[old] for old, new in names.items() if entry[old]} | (
        {"port": entry["PORT"]} if entry["PORT"] else {}
    )


class PostgresMaker:
    """CREATE DATABASE … TEMPLATE …: owned by one role, used by another that is neither owner nor
    superuser and holds the same grants as in real use. A pair is two schemas of one database."""

    def __init__(self, run_dir: Path) -> None:
        import psycopg

        self.run_dir = run_dir
        self.connect = psycopg.connect
        self.errors = psycopg.Error
        self.free: dict[str, list[str]] = {}
        self.kinds: dict[str, str] = {}
        self.info = psycopg.conninfo.conninfo_to_dict(admin_url())
        named = run_dir / "prefix.txt"
        if not named.exists():
            named.write_text(f"gwt_{uuid.uuid4().hex[:10]}")
            self._roles()
        self.prefix = named.read_text()
        self._template("single", ("public",))

    def _template(self, kind: str, schemas: tuple[str, ...]) -> None:
        """The template with these migrated schemas, built by whoever comes first."""
        name, start = f"{self.prefix}_{kind}", self.run_dir / f"{kind}.start"
        if start.exists():
            return
        self._admin(f"CREATE DATABASE \"{name}\" OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8'")
        for schema in schemas:
            with self.connect(**{**self.info, "dbname": name}, autocommit=True) as link:
                link.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                link.execute(f"ALTER SCHEMA {schema} OWNER TO {OWNER}")
            entry = self._entry(name, OWNER)
            entry["OPTIONS"] = {"options": f"-c search_path={schema}"}
            with alias_for(entry) as alias:
                migrate(alias)
                grants.apply(connections[alias], APPLICATION, schema)
        with self.connect(**_conninfo(self._entry(name, OWNER))) as link:
            Start.of(link, schemas).write(start)

    def _admin(self, statement: str) -> None:
        with self.connect(**self.info, autocommit=True) as link:
            link.execute(statement)

    def _roles(self) -> None:
        with self.connect(**self.info, autocommit=True) as link:
            link.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])
            for role in (OWNER, APPLICATION):
                there = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                if not there:
                    link.execute(
                        f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE "
                        f"PASSWORD '{PASSWORD}'"
                    )

    def _entry(self, name: str, role: str) -> dict[str, Any]:
        return {
            "NAME": name,
            "USER": role,
            "PASSWORD": PASSWORD,
            "HOST": self.info.get("host", ""),
            "PORT": str(self.info.get("port", "")),
        }

    def make(self, folder: Path) -> dict[str, Any]:
        return self._fresh("single")

    def _fresh(self, kind: str) -> dict[str, Any]:
        """One that was given back as it was in the beginning, else a copy of the template."""
        free = self.free.setdefault(kind, [])
        if free:
            name = free.pop()
        else:
            name = f"{self.prefix}_{uuid.uuid4().hex[:10]}"
            self._admin(f'CREATE DATABASE "{name}" TEMPLATE "{self.prefix}_{kind}" OWNER {OWNER}')
        self.kinds[name] = kind
        entry = self._entry(name, APPLICATION)
        entry["OPTIONS"] = {"options": "-c search_path=public -c synchronous_commit=off"}
        return entry

    def make_pair(self, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
        with _locked(self.run_dir):
            self._template("pair", ("public", SECOND_SCHEMA))
        first = self._fresh("pair")
        second = {
            **first,
            "OPTIONS": {"options": f"-c search_path={SECOND_SCHEMA} -c synchronous_commit=off"},
        }
        return first, second

    def url(self, made: dict[str, Any]) -> str:
        schema = "public" if "search_path=public" in made["OPTIONS"]["options"] else SECOND_SCHEMA
        host, port = made["HOST"] or "127.0.0.1", made["PORT"] or "5432"
        return f"postgresql://{APPLICATION}:{PASSWORD}@{host}:{port}/{made['NAME']}?schema={schema}"

    def drop(self, made: dict[str, Any]) -> None:
        """Empties the database for the next one who asks, many times faster than dropping it;
        one whose schema was changed, or that somebody still holds, is dropped at the end."""
        kind = self.kinds.pop(made["NAME"], None)
        if kind is None:
            return  # the other schema of a pair
        start = Start.read(self.run_dir / f"{kind}.start")
        with contextlib.suppress(self.errors):
            # sessions that a test left behind, when we may end them
            self._admin(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{made['NAME']}'"
            )
        entry = self._entry(made["NAME"], OWNER)
        with contextlib.suppress(self.errors), self.connect(**_conninfo(entry)) as link:
            link.execute("SET lock_timeout = '3s'")
            if start.bring_back(link):
                self.free[kind].append(made["NAME"])


def sweep(config: pytest.Config) -> None:
    """Drops what this run made on the server."""
    factory = getattr(config, "_tmp_path_factory", None)
    base = getattr(factory, "_basetemp", None)
    if base is None or settings.GRIDWARD_TEST_ENGINE != "postgres":
        return
    named = Path(base) / "prefix.txt"
    if not named.exists():
        return
    import psycopg

    prefix = named.read_text()
    with psycopg.connect(admin_url(), autocommit=True) as link:
        rows = link.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s",
            [prefix.replace("_", r"\_") + "%"],
        ).fetchall()
        for (name,) in rows:
            link.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
