"""What the documents name is there: commands, files, make targets, settings."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from tests.guards.source import PACKAGE, ROOT, place

from gridward.web.cli import reference

pytestmark = pytest.mark.guard

DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *PACKAGE.glob("*/README.md")]
)
CODE = re.compile(r"`([^`\n]+)`")


NAMED = re.compile(r"\bgridward ([a-z]+)(?: ([a-z]+(?:-[a-z]+)*))?\b(?!\.)")


def code_of(path: Path) -> list[tuple[int, str]]:
    """(line number, text) of every code span and line of a code block."""
    found, fenced = [], False
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            found.append((number, line.strip()))
        else:
            found += [(number, span) for span in CODE.findall(line)]
    return found


def subcommands_of(name: str) -> set[str]:
    """The subcommands of one of our commands; none for Django's own."""
    if name not in reference.command_names():
        return set()
    command = load_command_class(reference.APP, name)
    return set(reference._subparsers(command.create_parser("gridward", name)))


def test_every_command_that_a_document_names_is_there() -> None:
    faults = []
    for path in DOCUMENTS:
        for number, text in code_of(path):
            for name, sub in re.findall(NAMED, text):
                if name not in get_commands():
                    faults.append(f"{place(path, number)} gridward {name}")
                elif sub and (there := subcommands_of(name)) and sub not in there:
                    faults.append(f"{place(path, number)} gridward {name} {sub}")

    assert not faults, "\n".join(faults)


def test_every_make_target_that_a_document_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    faults = [
        f"{place(path, number)} make {target}"
        for path in DOCUMENTS
        for number, text in code_of(path)
        for target in re.findall(r"^make ([a-z-]+)", text)
        if target not in targets
    ]

    assert not faults, "\n".join(faults)


def test_every_link_within_the_documents_leads_somewhere() -> None:
    faults = []
    for path in DOCUMENTS:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", line):
                if "://" not in target and not target.startswith("mailto:"):
                    there = (path.parent / target).resolve()
                    if not there.exists():
                        faults.append(f"{place(path, number)} {target}")

    assert not faults, "\n".join(faults)


def test_every_setting_that_a_document_names_is_read() -> None:
    source = (PACKAGE / "settings" / "base.py").read_text()
    faults = [
        f"{place(path, number)} {name}"
        for path in DOCUMENTS
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        for name in re.findall(r"GRIDWARD_[A-Z_]+", line)
        if name not in source and not name.startswith(("GRIDWARD_TEST_", "GRIDWARD_ACCEPT_"))
    ]

    assert not faults, "\n".join(faults)
