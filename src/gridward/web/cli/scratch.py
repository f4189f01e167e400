"""A jurisdiction for an hour: an embedded database, files and keys in a folder that is deleted."""

from __future__ import annotations

import contextlib
import copy
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from gridward.core import jurisdiction
from gridward.core.ids import new_id
from gridward.core.jurisdiction import Jurisdiction

NUMBER = "999"


@contextlib.contextmanager
def scratch_jurisdiction(zone: str) -> Iterator[Jurisdiction]:
    """Within the block everything belongs to an empty jurisdiction that nobody else sees.

    For rehearsals in a command's own process. Nothing of it is left behind.
    """
    key = f"scratch-{new_id().hex[-8:]}"
    with tempfile.TemporaryDirectory(prefix="gridward-") as folder:
        entry = copy.deepcopy(connections.databases["default"])
        entry.update(
            ENGINE="django.db.backends.sqlite3",
            NAME=str(Path(folder, "scratch.sqlite3")),
            USER="",
            PASSWORD="",
            HOST="",
            PORT="",
            CONN_MAX_AGE=0,
            OPTIONS={
                "transaction_mode": "IMMEDIATE",
                # what is thrown away anyway need not survive a power cut
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
                "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY",
            },
        )
        var = settings.GRIDWARD_VAR
        connections.databases[key] = entry
        settings.GRIDWARD_JURISDICTIONS[key] = made = Jurisdiction(key, NUMBER, key, zone)
        settings.GRIDWARD_VAR = Path(folder)
        try:
            with jurisdiction.using(key):
                call_command("migrate", database=key, verbosity=0, interactive=False)
                yield made
        finally:
            settings.GRIDWARD_VAR = var
            del settings.GRIDWARD_JURISDICTIONS[key]
            connections[key].close()
            with contextlib.suppress(AttributeError):
                delattr(connections, key)
            del connections.databases[key]
