"""Building the demonstration beside what is there and moving it into place when it is whole.

Everything is made in VAR's neighbour `<VAR>.building` by a process of its own. Then files and keys
are moved, and the database last: where there is a database there is a whole demonstration, and an
interruption leaves nothing that the next start would take for one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from gridward.core import jurisdiction
from gridward.core.demo import is_demo_file
from gridward.core.errors import Problem
from gridward.web.cli import leash

DATABASE = "gridward.sqlite3"
STAMP = "demo.stamp"


class NotADemo(Problem):
    code = "not_a_demo"
    status = 409
    text = _(
        "%(path)s is a database in real use and stays untouched. For a demonstration give it a "
        "folder of its own: GRIDWARD_VAR=./var-demo gridward demo"
    )


class DemoElsewhere(Problem):
    code = "demo_elsewhere"
    status = 409
    text = _(
        "A demonstration uses the embedded database in GRIDWARD_VAR. "
        "Start it without GRIDWARD_DATABASE_URL."
    )


class BuildFailed(Problem):
    code = "demo_build_failed"
    status = 500
    text = _("The demonstration could not be built; the lines above say why. Nothing was changed.")


def is_ready() -> bool:
    """Whether a whole demonstration, built by this very code and these packs, is in place.

    Raises NotADemo, DemoElsewhere.
    """
    if os.environ.get("GRIDWARD_DATABASE_URL", "").strip():
        raise DemoElsewhere()
    var = Path(settings.GRIDWARD_VAR)
    database = var / DATABASE
    if not database.exists():
        if _foreign(var):
            raise NotADemo(path=var)
        return False
    if not is_demo_file(database):
        raise NotADemo(path=database)
    stamp = var / STAMP
    return stamp.is_file() and stamp.read_text() == fingerprint()


def is_there() -> bool:
    """Whether a demonstration of any version is in place."""
    return is_demo_file(Path(settings.GRIDWARD_VAR) / DATABASE)


def fingerprint() -> str:
    """One digest over everything that decides what the demonstration holds."""
    digest = hashlib.sha256()
    package = Path(settings.PACKAGE)
    found = [*package.glob("*/migrations/*.py"), *package.glob("web/cli/demo/*")]
    packs = Path(settings.GRIDWARD_PACKS)
    found += [p for p in packs.rglob("*") if p.is_file()]
    for path in sorted(p for p in found if p.is_file()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def build(
    say: Callable[[str], None], *, phases: int | None = None, progress: TextIO | None = None
) -> None:
    """Builds a demonstration and puts it in place of an older one. Raises BuildFailed.

    phases: only so many, for tests of the building itself; progress: where it is told (stdout)
    """
    var = Path(settings.GRIDWARD_VAR)
    building = var.with_name(var.name + ".building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True, mode=0o700)
    environment = {
        **os.environ,
        "GRIDWARD_VAR": str(building),
        "GRIDWARD_SECRET_KEY": settings.SECRET_KEY,
        "GRIDWARD_BUILDING": "1",
        "GRIDWARD_DEMO": "1",
        "GRIDWARD_LOG_LEVEL": "WARNING",
        leash.PARENT: str(os.getpid()),
    }
    command = [sys.executable, "-m", "gridward.cli", "demo", "--build-here"]
    if phases is not None:
        command += ["--phases", str(phases)]
    process = subprocess.Popen(command, env=environment, stdout=progress)
    try:
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        shutil.rmtree(building, ignore_errors=True)
        raise
    if code != 0:
        shutil.rmtree(building, ignore_errors=True)
        raise BuildFailed()
    _put_in_place(building, var)


def finish_here() -> None:
    """Leaves the built database as one quiet file."""
    path = Path(settings.GRIDWARD_VAR) / DATABASE
    link = sqlite3.connect(path)
    try:
        link.execute("ANALYZE")
        link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        link.close()
    (Path(settings.GRIDWARD_VAR) / STAMP).write_text(fingerprint())


def _foreign(var: Path) -> bool:
    """Whether keys or files stand there that no demonstration left."""
    own = var / jurisdiction.current().key
    return own.exists() and any(own.iterdir()) and not (var / STAMP).exists()


def _put_in_place(building: Path, var: Path) -> None:
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    # the stamp first: what lies there from now on is a demonstration's and may be replaced
    (var / STAMP).write_text("moving")
    for end in ("", "-wal", "-shm"):
        (var / (DATABASE + end)).unlink(missing_ok=True)
    for part in sorted(p for p in building.iterdir() if not p.name.startswith(DATABASE)):
        target = var / part.name
        if part.name in (STAMP, "workers", "secret.key"):
            continue
        if target.is_dir():
            shutil.rmtree(target)
        part.replace(target)
    (building / DATABASE).replace(var / DATABASE)
    (building / STAMP).replace(var / STAMP)
    shutil.rmtree(building, ignore_errors=True)
