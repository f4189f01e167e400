"""The reference pages that come from the code: commands, settings, refusals, journal verbs."""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import find_commands, load_command_class
from django.core.management.base import BaseCommand
from django.utils import translation

from gridward.core.errors import Problem
from gridward.journal import verbs

APP = "gridward.web.cli"
COMMON = {
    "help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color",
    "force_color", "skip_checks", "json", "jurisdiction",
}  # fmt: skip
# what exit code 1 says, where a command can end with it
FOUND = {
    "cases import": "some rows are faulty (the good ones are in), or it was interrupted",
    "cases check": "something that must always hold does not; the cases are named",
    "clocks audit": "a clock differs from what its start, rule, edition and calendar give",
    "demo": "a part could not be kept running",
    "doctor": "something is missing without which it cannot run",
    "journal verify": "something was altered, removed, slipped in or moved",
    "journal stuck": "at least one delivery is stuck or late",
    "locate": "the point lies outside",
    "packs check": "there are faults",
    "people import": "some rows are faulty",
    "replay": "a row could not be read, or something that must always hold does not",
    "restore": "the restored journal does not verify",
    "serve": "a part could not be kept running",
    "territory check": "there is a gap, an overlap, a sliver or an orphan",
}

COMMANDS_TOP = """\
# Commands

Written by `gridward reference` from the code; change the code, then run `make docs`.

`gridward` is the one command line. Django's own commands (`migrate`, `check`, `shell`, …) keep
their names; the product's stand below.

Every command here takes `--json` (one JSON object on the standard output, progress on the standard
error) and `--jurisdiction KEY` (default: the only one), and ends with:

| exit code | means |
| --- | --- |
| 0 | done, or everything that was looked at is right |
| 1 | it ran and found something that is not right |
| 2 | it could not run: a wrong argument, or a refusal whose sentence says what to do next |
| 130 | interrupted by Ctrl-C |

Code 1 by command:

| command | 1 means |
| --- | --- |
"""

VERBS_TOP = """\
# Verbs of the journal

Written by `gridward reference` from the code; change the code, then run `make docs`.

What can stand in the journal, and what each entry may hold. An entry also has its id, subject,
actor, cause, and the moments when it happened and was recorded. Details are ids (`ref`), `code`s,
`moment`s, `number`s, `flag`s and `commitment`s, `optional` or `many` of them; no person's words.
See [the journal's leaf and erasure](../adr/0005-journal-leaf-and-erasure.md).
"""


SETTINGS_TOP = """\
# Settings

Written by `gridward reference` from the code; change the code, then run `make docs`.

All of them are variables of the environment; one that is empty counts as not set. Nothing is read
from a file: use the service manager's. What a town agreed about its work is no setting but stands
in [packs](packs.md). `GRIDWARD_TEST_…` and `GRIDWARD_ACCEPT_…` are for the suite alone.

| variable | meaning |
| --- | --- |
"""

PROBLEMS_TOP = """\
# Problems

Written by `gridward reference` from the code; change the code, then run `make docs`.

The API answers a refusal as `application/problem+json` with this `code`; a page shows the sentence,
in the reader's language. `%(name)s` is filled in.

| code | status | sentence |
| --- | --- | --- |
"""


def pages() -> dict[str, str]:
    """File name in docs/reference → what has to stand in it."""
    import_module("gridward.web.urls")  # so that the refusals of every door are known
    with translation.override("en"):
        return {
            "commands.md": commands_page(),
            "journal-verbs.md": verbs_page(),
            "problems.md": problems_page(),
            "settings.md": settings_page(),
        }


def command_names() -> list[str]:
    """The product's own commands, by name."""
    path = apps.get_app_config("cli").path
    return sorted(find_commands(f"{path}/management"))


def commands_page() -> str:
    """docs/reference/commands.md."""
    parts, sections = [COMMANDS_TOP], []
    known: set[str] = set()
    for name in command_names():
        command = load_command_class(APP, name)
        parser = command.create_parser("gridward", name)
        sections.append(f"## gridward {name}\n\n{_sentence(_help(command))}\n")
        subs = _subparsers(parser)
        known.update(f"{name} {sub}" for sub in subs) if subs else known.add(name)
        sections.append(_arguments(parser))
        for sub, its_parser in subs.items():
            about = _sentence(its_parser.description or "")
            sections.append(f"### gridward {name} {sub}\n\n{about}\n")
            sections.append(_arguments(its_parser))
    parts += [f"| `gridward {each}` | {FOUND[each]} |\n" for each in sorted(FOUND) if each in known]
    return "".join(parts) + "\n" + "\n".join(each for each in sections if each).rstrip() + "\n"


def verbs_page() -> str:
    """docs/reference/journal-verbs.md."""
    lines = [VERBS_TOP]
    room = ""
    for verb in verbs.every():
        if (thing := verb.key.split(".")[0]) != room:
            room = thing
            lines.append(f"\n## {thing}\n\n| verb | subject | details |\n| --- | --- | --- |\n")
        details = ", ".join(f"`{name}` {kind.name}" for name, kind in verb.details.items())
        lines.append(f"| `{verb.key}` | {verb.subject} | {details} |\n")
    return "".join(lines)


def settings_page() -> str:
    """docs/reference/settings.md: what stands at the top of the settings module."""
    rows: list[list[str]] = []
    source = Path(settings.PACKAGE, "settings", "base.py").read_text("utf-8")
    for line in (ast.get_docstring(ast.parse(source)) or "").splitlines()[2:]:
        if line.startswith("GRIDWARD_"):
            name, _space, said = line.partition(" ")
            rows.append([name, said.strip()])
        elif line.strip() and rows:
            rows[-1][1] += " " + line.strip()
    return SETTINGS_TOP + "".join(f"| `{name}` | {said} |\n" for name, said in rows)


def problems_page() -> str:
    """docs/reference/problems.md."""
    found = sorted(_problems(Problem), key=lambda each: (each.code, each.__qualname__))
    rows = [f"| `{p.code}` | {p.status} | {str(p.text).replace(chr(10), ' ')} |\n" for p in found]
    return PROBLEMS_TOP + "".join(rows)


def _problems(above: type[Problem]) -> Iterator[type[Problem]]:
    for below in above.__subclasses__():
        if below.__module__.startswith("gridward."):
            yield below
            yield from _problems(below)


def _help(command: BaseCommand) -> str:
    return str(command.help)


def _sentence(text: str) -> str:
    plain = " ".join(str(text).split())
    if not plain:
        return ""
    plain = plain[0].upper() + plain[1:]
    return plain if plain.endswith((".", "!", "?")) else plain + "."


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _own(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        hidden = action.help == argparse.SUPPRESS
        if action.dest in COMMON or hidden or isinstance(action, argparse._SubParsersAction):
            continue
        yield action


def _arguments(parser: argparse.ArgumentParser) -> str:
    rows = [f"| {_named(action)} | {_about(action)} |\n" for action in _own(parser)]
    if not rows:
        return ""
    return "| argument | is |\n| --- | --- |\n" + "".join(rows)


def _named(action: argparse.Action) -> str:
    value = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    if action.choices is not None:
        value = "{" + ",".join(str(each) for each in action.choices) + "}"
    value = value.replace("|", "\\|")
    if not action.option_strings:
        return f"`{value}`" + (" (may be left out)" if action.nargs in ("?", "*") else "")
    takes = "" if action.nargs == 0 else f" {value}"
    required = " (required)" if action.required else ""
    return f"`{action.option_strings[-1]}{takes}`{required}"


def _about(action: argparse.Action) -> str:
    return " ".join(str(action.help or "").replace("%%", "%").replace("|", "\\|").split())
