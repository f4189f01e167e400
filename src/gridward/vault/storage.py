"""Encrypted files on disk, named by the digest of what they hold."""

import os
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from time import time

from gridward.core import jurisdiction
from gridward.core.keyfiles import sync, sync_folder

_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


def path_of(digest: str) -> Path:
    """Where the file with this digest lies: files/ab/abcd…"""
    if not _DIGEST.match(digest):
        raise ValueError("not a digest")
    return jurisdiction.var_path("files", digest[:2], digest)


def write(sealed: bytes) -> str:
    """Keeps encrypted bytes; returns their digest. On disk before this returns; nothing of it
    stays where there was no room."""
    digest = sha256(sealed).hexdigest()
    path = path_of(digest)
    beside = path.with_name(f".{digest}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            sync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return digest


def read(digest: str) -> bytes | None:
    """The encrypted bytes, or None when they are gone."""
    if not digest:
        return None
    try:
        return path_of(digest).read_bytes()
    except FileNotFoundError:
        return None


def remove(digests: list[str]) -> int:
    """Removes files; returns how many were there."""
    count = 0
    for digest in digests:
        if not digest:
            continue
        try:
            path_of(digest).unlink()
            count += 1
        except FileNotFoundError:
            continue
    return count


def every(*, older_than_s: float = 0) -> Iterator[str]:
    """The digests of all files that have lain here for so long; leftovers of a power cut too."""
    root = jurisdiction.var_path("files", "x").parent
    limit = time() - older_than_s
    for path in root.glob("??/*"):
        if _DIGEST.match(path.name) and path.stat().st_mtime <= limit:
            yield path.name
