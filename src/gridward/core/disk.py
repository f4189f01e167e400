"""A disk without room: a refusal that says what to do, whoever met it first."""

from __future__ import annotations

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from gridward.core.errors import NoRoom

log = logging.getLogger("gridward.core")
ERRNOS = {errno.ENOSPC, errno.EDQUOT}
POSTGRES_DISK_FULL = "53100"


@contextmanager
def needs_room() -> Iterator[None]:
    """Raises NoRoom where the block finds no room on the disk; the log is loud about it."""
    try:
        yield
    except Exception as fault:
        if not is_full(fault):
            raise
        log.error("no room left on the disk")
        raise NoRoom() from fault


def is_full(fault: BaseException) -> bool:
    """Whether a file system or a database says that there is no room."""
    for each in (fault, fault.__cause__):
        if isinstance(each, OSError) and each.errno in ERRNOS:
            return True
        if isinstance(each, sqlite3.Error):
            return getattr(each, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
        if getattr(each, "sqlstate", None) == POSTGRES_DISK_FULL:
            return True
    return False
