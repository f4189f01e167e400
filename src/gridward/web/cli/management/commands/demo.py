"""`gridward demo`: builds a demonstration district when there is none, and serves it."""

from __future__ import annotations

import os
import sys
import threading
import time
from argparse import SUPPRESS
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gridward.core.fonts import FontMissing, chinese_font
from gridward.web.cli import leash
from gridward.web.cli.base import ReportCommand
from gridward.web.cli.demo import building, phases
from gridward.web.cli.management.commands.serve import serve
from gridward.web.cli.management.commands.web import server_options

QUIET_S = 5.0


def _make_font() -> None:
    with suppress(FontMissing):
        chinese_font()


class Command(ReportCommand):
    help = "Make a demonstration district (all names invented) and serve it on this machine."
    speaks = False

    def add_options(self, parser: CommandParser) -> None:
        server_options(parser)
        parser.add_argument("--prepare-only", action="store_true", help="make it, do not serve it")
        parser.add_argument("--still", action="store_true", help="let nothing happen by itself")
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
            self.say(_("The demonstration here is of another version and is made again."))
        if options["afresh"] or not ready:
            building.build(
                self.say,
                phases=options["phases"],
                progress=sys.stderr if self.json else None,
            )
            seconds = f"{time.monotonic() - started:.0f}"
            self.say(_("The demonstration was made in %(seconds)s s.") % {"seconds": seconds})
        if options["prepare_only"]:
            self.finish(True, {"made": not ready, "var": str(settings.GRIDWARD_VAR)}, "")
            return
        os.environ["GRIDWARD_DEMO"] = "1"
        # whoever tries it out wants the address, not a line for every request
        os.environ.setdefault("GRIDWARD_LOG_LEVEL", "WARNING")
        # messages are made and shown to the operator, and leave this machine only when asked to
        for way in ("GRIDWARD_SMS", "GRIDWARD_WECOM"):
            os.environ.setdefault(way, "log")
        serve(
            self,
            port=options["port"],
            bind=options["bind"],
            workers=options["workers"],
            threads=options["threads"],
            lively=not options["still"],
        )

    def _build_here(self, wanted: list[phases.Phase]) -> None:
        leash.hold_from_environment()
        # the font is put together meanwhile: the phases before the cases leave a core for it
        threading.Thread(target=_make_font, daemon=True).start()
        live = self.stdout.isatty()
        for number, phase in enumerate(wanted, start=1):
            head = f"[{number}/{len(wanted)}] {phase.title}"
            self.say(head, end=" … " if live else " ")
            started, told = time.monotonic(), ""
            said = started

            def say(text: str, head: str = head) -> None:
                nonlocal told, said
                told, now = text, time.monotonic()
                if live:  # the line is written over until the phase ends
                    self.say(f"\r\033[K{head} … {text}", end="")
                elif now > said + QUIET_S:  # in a log, a sign of life
                    said = now
                    self.say("·", end="")

            phase.run(say)
            seconds = f"{time.monotonic() - started:.1f} s"
            line = ", ".join(part for part in (seconds, told) if part)
            self.say(f"\r\033[K{head}: {line}" if live else f"{line}")
        building.finish_here()
        self.finish(True, {}, "")
