"""Test databases: a template is migrated once a run, every worker and every `space` copies it."""

from __future__ import annotations

import contextlib
import copy
import fcntl
import os
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
    with (run_dir / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if engine == "sqlite":
            return SqliteMaker(run_dir)
        return PostgresMaker(run_dir)


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


class PostgresMaker:
    """CREATE DATABASE … TEMPLATE …: owned by one role, used by another that is neither owner nor
    superuser and holds the same grants as in real use. The template has two migrated schemas."""

    def __init__(self, run_dir: Path) -> None:
        import psycopg

        self.connect = psycopg.connect
        self.info = psycopg.conninfo.conninfo_to_dict(admin_url())
        named = run_dir / "template.name"
        self.prefix = named.read_text() if named.exists() else f"gwt_{uuid.uuid4().hex[:10]}"
        if named.exists():
            return
        template = f"{self.prefix}_template"
        self._roles()
        self._admin(
            f"CREATE DATABASE \"{template}\" OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8'"
        )
        (run_dir / "prefix.txt").write_text(self.prefix)
        for schema in ("public", SECOND_SCHEMA):
            with self.connect(**{**self.info, "dbname": template}, autocommit=True) as link:
                link.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
                link.execute(f"ALTER SCHEMA {schema} OWNER TO {OWNER}")
            entry = self._entry(template, OWNER)
            entry["OPTIONS"] = {"options": f"-c search_path={schema}"}
            with alias_for(entry) as alias:
                migrate(alias)
                grants.apply(connections[alias], APPLICATION, schema)
        named.write_text(self.prefix)

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
        name = f"{self.prefix}_{uuid.uuid4().hex[:10]}"
        self._admin(f'CREATE DATABASE "{name}" TEMPLATE "{self.prefix}_template" OWNER {OWNER}')
        entry = self._entry(name, APPLICATION)
        entry["OPTIONS"] = {"options": "-c search_path=public -c synchronous_commit=off"}
        return entry

    def make_pair(self, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
        first = self.make(folder)
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
        self._admin(f'DROP DATABASE IF EXISTS "{made["NAME"]}" WITH (FORCE)')


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
