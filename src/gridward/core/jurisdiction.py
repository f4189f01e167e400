"""Which county or district we are working for: a jurisdiction is a database space of its own.

One SQLite file or one PostgreSQL schema each; no model has a tenant column and nothing can join
across. Whatever a process keeps in memory is keyed by `current().key`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings


@dataclass(frozen=True)
class Jurisdiction:
    """key: name in paths and jobs; number: three digits in receipts; database: alias."""

    key: str
    number: str
    database: str
    zone: str = "Asia/Shanghai"
    name: str = ""

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


class NoSuchJurisdictionError(LookupError):
    """A job, a path or a command names a jurisdiction that this deployment does not carry."""


_current: ContextVar[str | None] = ContextVar("gridward_jurisdiction", default=None)


def every() -> list[Jurisdiction]:
    """All jurisdictions of this deployment, in the order of the settings."""
    return list(settings.GRIDWARD_JURISDICTIONS.values())


def get(key: str) -> Jurisdiction:
    """The jurisdiction with this key. Raises NoSuchJurisdictionError."""
    try:
        found: Jurisdiction = settings.GRIDWARD_JURISDICTIONS[key]
    except KeyError:
        known = ", ".join(settings.GRIDWARD_JURISDICTIONS)
        raise NoSuchJurisdictionError(f"no jurisdiction {key!r}; known: {known}") from None
    return found


def current() -> Jurisdiction:
    """The jurisdiction that this request, job or command works for; alone, the only one."""
    key = _current.get()
    if key is not None:
        return get(key)
    return next(iter(settings.GRIDWARD_JURISDICTIONS.values()))


@contextmanager
def using(key: str) -> Iterator[Jurisdiction]:
    """Within the block every query, file, cache and job belongs to jurisdiction `key`."""
    chosen = get(key)
    token = _current.set(key)
    try:
        yield chosen
    finally:
        _current.reset(token)


def var_path(*parts: str) -> Path:
    """A path under this jurisdiction's own folder in GRIDWARD_VAR; parent folders are made."""
    path = Path(settings.GRIDWARD_VAR, current().key, *parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


class Router:
    """Sends every model to the current jurisdiction's database."""

    def db_for_read(self, model: type[Any], **hints: Any) -> str:
        return current().database

    def db_for_write(self, model: type[Any], **hints: Any) -> str:
        return current().database

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        return bool(obj1._state.db == obj2._state.db)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return True
