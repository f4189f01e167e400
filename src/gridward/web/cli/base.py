"""How a Gridward command looks: it reports, in words or as JSON, and its exit code means something.

0: done, or everything checked is right · 1: it ran and found something wrong · 2: it could not
run (a Problem: the sentence says what to do next).
"""

from __future__ import annotations

import argparse
import errno
import json
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from gridward.core import jurisdiction
from gridward.core.errors import FileTrouble, NotFound, Problem, why_not
from gridward.web.health import database_state


class NotOk(CommandError):
    """The command ran and what it looked at is not as it should be. Exit code 1."""

    def __init__(self, report: Mapping[str, Any]) -> None:
        super().__init__("the check found something wrong", returncode=1)
        self.report = report


class DatabaseNotReady(Problem):
    code = "database_not_ready"
    status = 503
    text = _(
        "The database does not answer, or is not brought up to this version yet. "
        "“gridward doctor” says which, and how to mend it."
    )


class NothingByThatName(Problem):
    """What the operator named is not there; whether they may see it is no question here."""

    code = "nothing_by_that_name"
    status = 404
    text = _(
        "There is nothing here by the number, key or name that was given. Check what you typed."
    )


class AddressTaken(Problem):
    code = "address_taken"
    status = 409
    text = _("Something else listens there already. End it, or choose another port.")


class _Encoder(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        if is_dataclass(o) and not isinstance(o, type):
            return asdict(o)
        if isinstance(o, set | frozenset):
            return sorted(o)
        return super().default(o)


class ReportCommand(BaseCommand):
    """Base of every command that reports.

    A command writes `add_options(parser)` and `report(**options)`. Within `report`:
    `self.say(text)` tells progress (to stderr with --json), `self.finish(ok, data, text)` ends:
    with --json `data` is printed as one object, else `text` (or the lines of `data`).
    From code `call_command(...)` raises NotOk where the shell sees exit code 1; `self.data`
    keeps what was reported.
    """

    requires_system_checks: list[str] = []
    # False for what works for residents and staff: each of them has a language of their own
    speaks: bool = True
    json: bool = False
    _called_from_command_line = False
    data: Mapping[str, Any]

    def add_arguments(self, parser: CommandParser) -> None:
        self._common(parser)
        self.add_options(parser)

    def add_options(self, parser: CommandParser) -> None:
        """Adds this command's own arguments."""

    def subcommands(self, parser: CommandParser) -> Subcommands:
        """Something to `.add(name, help)` subcommands to; the chosen one is options["sub"]."""
        return Subcommands(parser)

    def report(self, **options: Any) -> None:
        """Does the work and ends with `self.finish(...)`."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        self.json = bool(options.get("json"))
        self.data = {}
        key = options.get("jurisdiction")
        if key:
            try:
                jurisdiction.get(key)
            except jurisdiction.NoSuchJurisdictionError as error:
                raise CommandError(str(error.args[0]), returncode=2) from None
        with jurisdiction.using(key) if key else nullcontext():
            self.report(**options)

    def say(self, text: str = "", *, end: str = "\n") -> None:
        """Tells progress: never mixed into JSON."""
        stream = self.stderr if self.json else self.stdout
        stream.write(text, style_func=lambda x: x, ending=end)
        stream.flush()

    def finish(
        self, ok: bool = True, data: Mapping[str, Any] | None = None, text: str | None = None
    ) -> None:
        """Ends the report; raises NotOk when `ok` is false."""
        self.data = {"ok": ok, **(data or {})}
        if self.json:
            self.stdout.write(json.dumps(self.data, cls=_Encoder, ensure_ascii=False, indent=2))
        elif text is not None:
            if text:
                self.stdout.write(text)
        else:
            for name, value in self.data.items():
                if name != "ok":
                    self.stdout.write(f"{name}: {_plain(value)}")
        if not ok:
            raise NotOk(self.data)

    def run_from_argv(self, argv: list[str]) -> None:
        with translation.override(settings.GRIDWARD_LANGUAGE) if self.speaks else nullcontext():
            self._run(argv)

    def _run(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except Problem as problem:
            is_plain = isinstance(problem, NotFound) and problem.text is NotFound.text
            self._told(NothingByThatName() if is_plain else problem)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                self._told(AddressTaken())
            if error.filename is None:
                raise  # a fault of ours, told whole
            self._told(FileTrouble(file=error.filename2 or error.filename, why=why_not(error)))
        except DatabaseError:
            if database_state(jurisdiction.current().database) == "ok":
                raise  # a fault of ours, told whole
            self._told(DatabaseNotReady())

    def execute(self, *args: Any, **options: Any) -> Any:
        try:
            return super().execute(*args, **options)
        except NotOk:
            if not self._called_from_command_line:
                raise
            self.stdout.flush()
            sys.exit(1)
        except KeyboardInterrupt:
            if not self._called_from_command_line:
                raise
            sys.exit(130)

    def _told(self, problem: Problem) -> None:
        if self.json:
            told = {"ok": False, "code": problem.code, "message": problem.message}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        self.stderr.write(problem.message, style_func=lambda x: x)
        sys.exit(2)

    def _common(self, parser: argparse.ArgumentParser, default: Any = None) -> None:
        parser.add_argument(
            "--json",
            action="store_true",
            default=False if default is None else default,
            help="print one JSON object instead of words",
        )
        parser.add_argument(
            "--jurisdiction",
            metavar="KEY",
            default=default,
            help="which jurisdiction (default: the only one)",
        )


class Subcommands:
    """The subcommands of one command; each takes --json and --jurisdiction too."""

    def __init__(self, parser: CommandParser) -> None:
        self._made = parser.add_subparsers(dest="sub", required=True, metavar="COMMAND")

    def add(self, name: str, help: str) -> CommandParser:
        """A parser for `name`; add its own arguments to it."""
        made: CommandParser = self._made.add_parser(name, help=help, description=help)
        ReportCommand._common(ReportCommand(), made, default=argparse.SUPPRESS)
        return made


def local(moment: datetime) -> str:
    """A moment as the jurisdiction's clocks show it, to the minute."""
    return f"{moment.astimezone(jurisdiction.current().tz):%Y-%m-%d %H:%M}"


def _plain(value: Any) -> str:
    if isinstance(value, str | int | float) or value is None:
        return str(value)
    return json.dumps(value, cls=_Encoder, ensure_ascii=False)
