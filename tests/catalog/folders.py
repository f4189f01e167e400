"""Packs written for one test."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from gridward.catalog.errors import Fault, PackFaulty
from gridward.catalog.loader import compile_packs

HEAD = """\
key: {key}
version: {version}
title: {{ zh: 测试, en: Test }}
needs: [{needs}]
languages: [zh, en]
"""


def write_pack(root: Path, key: str, *, needs: str = "urban-grid", version: int = 1,
               **files: str) -> Path:  # fmt: skip
    """A pack folder with these files: `matters="…"` is matters.yaml, `calendars__x` is a folder."""
    folder = root / key
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(HEAD.format(key=key, version=version, needs=needs))
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(text))
    return folder


def faults_in(*packs: Path) -> list[Fault]:
    """What is wrong with these packs; nothing when they can be taken."""
    try:
        compile_packs(packs)
    except PackFaulty as problem:
        return list(problem.faults)
    return []


def told(*packs: Path) -> list[str]:
    """The faults as they are printed."""
    return [str(fault) for fault in faults_in(*packs)]
