"""`gridward ticker`: calls what is due: the sealer, the sweeper of clocks, the retries."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import CommandParser

from gridward.core import jurisdiction
from gridward.web.cli import leash, ticking
from gridward.web.cli.base import ReportCommand
from gridward.web.cli.demo.living import between_rounds


class Command(ReportCommand):
    help = "Call what is due in every jurisdiction until told to end; one ticker at a time works."
    speaks = False

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="call everything once and end")
        parser.add_argument(
            "--lively", action="store_true", help="let a demonstration go on; nothing elsewhere"
        )

    def report(self, **options: Any) -> None:
        leash.hold_from_environment()
        if options["once"]:
            told = {}
            for here in jurisdiction.every():
                with jurisdiction.using(here.key):
                    told[here.key] = ticking.run_all()
            self.finish(True, {"ticks": told})
            return
        asked: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda n, _frame: asked.append(n))
        between = between_rounds(self.say) if options["lively"] else lambda: None
        calls = ticking.tick_until(lambda: bool(asked), between=between)
        self.finish(True, {"calls": calls}, "" if leash.is_held() else None)
