"""The reference pages that come from the code, so that they cannot tell anything else."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management import get_commands, load_command_class
from django.utils import translation

from gridward.core.errors import Problem
from gridward.journal import verbs
from gridward.settings import base as settings_source
from gridward.web.cli.base import ReportCommand

MADE = "<!-- Written by `make docs` from the code; changes here are lost. -->\n\n"
# every report takes these two; said once at the top
COMMON = {"--json", "--jurisdiction", "--help"}


def pages() -> dict[str, str]:
    """File name → Markdown of every reference page, always in English."""
    import_module("gridward.web.urls")  # so that every door's refusals are known
    with translation.override("en"):
        return {
            "commands.md": MADE + commands(),
            "settings.md": MADE + settings(),
            "journal.md": MADE + journal(),
            "problems.md": MADE + problems(),
        }


def write(folder: Path) -> list[str]:
    """Writes the pages that differ; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in pages().items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(name)
    return changed


def commands() -> str:
    """Our commands with their arguments."""
    lines = [
        "# Commands",
        "",
        "`gridward` is the one command line; Django's commands keep their names beside these.",
        "Every command that reports takes `--json` (one object instead of words) and",
        "`--jurisdiction KEY`, and ends with 0 (done, or all is right), 1 (it ran and found",
        "something wrong) or 2 (it could not run: the sentence says what to do next).",
    ]
    for name, app in sorted(get_commands().items()):
        if app != "gridward.web.cli":
            continue
        command = load_command_class(app, name)
        if not isinstance(command, ReportCommand):
            continue
        parser = argparse.ArgumentParser(prog=f"gridward {name}")
        parser.__class__ = _Parser
        command.add_arguments(parser)  # type: ignore[arg-type]
        lines += ["", f"## {name}", "", str(command.help), *_arguments(parser)]
        for sub, made in _subcommands(parser):
            lines += ["", f"### {name} {sub}", "", str(made.description or ""), *_arguments(made)]
    return "\n".join(lines) + "\n"


def settings() -> str:
    """What the environment may say."""
    lines = ["# Settings", "", "All of them are variables of the environment.", ""]
    entry: list[str] = []
    table = ["| variable | meaning |", "| --- | --- |"]
    for line in (settings_source.__doc__ or "").splitlines()[2:]:
        if line.startswith("GRIDWARD_"):
            name, _space, said = line.partition(" ")
            entry = [name, said.strip()]
            table.append("")
        elif line.strip() and entry:
            entry[1] += " " + line.strip()
        else:
            continue
        table[-1] = f"| `{entry[0]}` | {entry[1]} |"
    return "\n".join(lines + table) + "\n"


def journal() -> str:
    """Every verb that the journal knows, and what its entries hold."""
    lines = [
        "# Journal verbs",
        "",
        "Details hold codes, ids, moments and numbers only; people's words are in the vault.",
        "",
        "| verb | on the timeline | details |",
        "| --- | --- | --- |",
    ]
    for verb in sorted(verbs.every(), key=lambda v: v.key):
        details = ", ".join(f"{name}: {kind.name}" for name, kind in verb.details.items())
        lines.append(f"| `{verb.key}` | {_cell(verb.title)} | {_cell(details)} |")
    return "\n".join(lines) + "\n"


def problems() -> str:
    """Every refusal, with its code and what it says."""
    lines = [
        "# Problems",
        "",
        "The API answers a refusal as `application/problem+json` with this `code`; a page shows",
        "the sentence. `%(name)s` is filled in.",
        "",
        "| code | status | sentence |",
        "| --- | --- | --- |",
    ]
    for problem in sorted(_problems(Problem), key=lambda p: (p.code, p.__module__)):
        lines.append(f"| `{problem.code}` | {problem.status} | {_cell(problem.text)} |")
    return "\n".join(lines) + "\n"


def _problems(above: type[Problem]) -> Iterator[type[Problem]]:
    for below in above.__subclasses__():
        if below.__module__.startswith("gridward."):
            yield below
            yield from _problems(below)


class _Parser(argparse.ArgumentParser):
    """A parser that makes plain subparsers, whatever Django's own passes along."""

    def __init__(self, **options: Any) -> None:
        options.pop("called_from_command_line", None)
        options.pop("missing_args_message", None)
        super().__init__(**options)


def _subcommands(parser: argparse.ArgumentParser) -> list[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return sorted(action.choices.items())
    return []


def _arguments(parser: argparse.ArgumentParser) -> list[str]:
    rows = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction) or action.help == argparse.SUPPRESS:
            continue
        if COMMON & set(action.option_strings):
            continue
        name = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        if action.option_strings and action.nargs != 0:
            name += f" {_metavar(action)}"
        rows.append(f"| `{name}` | {_cell(action.help or '')} |")
    return ["", "| argument | meaning |", "| --- | --- |", *rows] if rows else []


def _metavar(action: argparse.Action) -> str:
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    if action.choices:
        return "|".join(str(c) for c in action.choices)
    return str(action.metavar or action.dest.upper())


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")
