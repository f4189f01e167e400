"""`gridward demo`: builds a demonstration district when there is none, and serves it."""

from __future__ import annotations

import os
import sys
import time
from argparse import SUPPRESS
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from gridward.web.cli import leash
from gridward.web.cli.base import ReportCommand
from gridward.web.cli.demo import building, phases
from gridward.web.cli.management.commands.serve import serve
from gridward.web.cli.management.commands.web import server_options


class Command(ReportCommand):
    help = "Make a demonstration district (all names invented) and serve it on this machine."

    def add_options(self, parser: CommandParser) -> None:
        server_options(parser)
        parser.add_argument("--prepare-only", action="store_true", help="make it, do not serve it")
        parser.add_argument("--afresh", action="store_true", help="make it again")
        parser.add_argument("--build-here", action="store_true", help=SUPPRESS)
        parser.add_argument("--phases", type=int, default=None, help=SUPPRESS)

    def report(self, **options: Any) -> None:
        if options["build_here"]:
            self._build_here(phases.PHASES[: options["phases"]])
            return
        started = time.monotonic()
        ready = building.is_ready()
        if not ready and building.is_there():
            self.say("The demonstration here is of another version and is made again.")
        if options["afresh"] or not ready:
            building.build(
                self.say,
                phases=options["phases"],
                progress=sys.stderr if self.json else None,
            )
            self.say(f"The demonstration was made in {time.monotonic() - started:.0f} s.")
        if options["prepare_only"]:
            self.finish(True, {"made": not ready, "var": str(settings.GRIDWARD_VAR)}, "")
            return
        os.environ["GRIDWARD_DEMO"] = "1"
        # whoever tries it out wants the address, not a line for every request
        os.environ.setdefault("GRIDWARD_LOG_LEVEL", "WARNING")
        serve(
            self,
            port=options["port"],
            bind=options["bind"],
            workers=options["workers"],
            threads=options["threads"],
        )

    def _build_here(self, wanted: list[phases.Phase]) -> None:
        leash.hold_from_environment()
        count, width = len(wanted), max(len(p.title) for p in wanted)
        for number, phase in enumerate(wanted, start=1):
            self.say(f"[{number}/{count}] {phase.title:<{width}} ", end="")
            started = time.monotonic()
            told: list[str] = []
            phase.run(told.append)
            said = f"  {told[-1]}" if told else ""
            self.say(f"{time.monotonic() - started:6.1f} s{said}")
        building.finish_here()
        self.finish(True, {}, "")
