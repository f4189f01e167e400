"""Secrets kept as files, outside the database: var/<jurisdiction>/keys/."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from django.conf import settings

from gridward.core import jurisdiction


def folder() -> Path:
    """The folder of this jurisdiction's keys, made with mode 700."""
    path = jurisdiction.var_path("keys")
    if not path.is_dir():
        path.mkdir(mode=0o700, exist_ok=True)
    return path


def keep_secret(path: Path, fresh: bytes) -> bytes:
    """What stands in `path`; when nothing does, `fresh` is written first (mode 600, on disk).

    Two processes may ask at once: both get the same.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(fresh)
        file.flush()
        sync(file.fileno())
    with contextlib.suppress(FileExistsError):  # somebody was first; a link never replaces
        os.link(beside, path)
    beside.unlink()
    sync_folder(path.parent)
    return path.read_bytes()


def is_durable() -> bool:
    """Whether what is written has to survive a power cut; tests may do without."""
    return bool(getattr(settings, "GRIDWARD_DURABLE", True))


def sync(handle: int) -> None:
    """Makes what was written to an open file survive a power cut."""
    if is_durable():
        os.fsync(handle)


def sync_folder(path: Path) -> None:
    """Makes names just written in `path` survive a power cut."""
    if not is_durable():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
