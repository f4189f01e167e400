"""`gridward worker`: runs background jobs."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import CommandParser

from gridward.web.cli import jobs, leash
from gridward.web.cli.base import ReportCommand


class Command(ReportCommand):
    help = "Run background jobs of every jurisdiction until told to end."
    speaks = False

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--drain", action="store_true", help="end when no job waits")

    def report(self, **options: Any) -> None:
        leash.hold_from_environment()
        asked: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda n, _frame: asked.append(n))
        # a job that runs is finished first; the queue waits for whoever comes next
        done = jobs.work(lambda: bool(asked), drain=options["drain"])
        self.finish(True, {"jobs": done}, "" if leash.is_held() else None)
