"""`gridward reference`: writes the reference pages that come from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from gridward.web.cli import reference
from gridward.web.cli.base import ReportCommand


class Command(ReportCommand):
    help = "Write docs/reference from the code: commands, settings, journal verbs, problems."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--to", metavar="DIR", type=Path, default=Path("docs/reference"))

    def report(self, **options: Any) -> None:
        changed = reference.write(options["to"])
        self.finish(True, {"changed": changed}, ", ".join(changed) or "up to date")
