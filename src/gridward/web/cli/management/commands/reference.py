"""`gridward reference`: writes the reference pages that come from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import translation

from gridward.web.cli import reference
from gridward.web.cli.base import ReportCommand


class Command(ReportCommand):
    help = "Write the reference pages that come from the code: commands, verbs of the journal."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, only report")
        parser.add_argument(
            "--out", metavar="DIR", type=Path, default=None, help="default: docs/reference"
        )

    def report(self, **options: Any) -> None:
        folder: Path = options["out"] or settings.ROOT / "docs" / "reference"
        stale = []
        with translation.override("en"):
            pages = reference.pages()
        for name, text in pages.items():
            path = folder / name
            if path.exists() and path.read_text("utf-8") == text:
                continue
            stale.append(name)
            if not options["check"]:
                path.write_text(text, encoding="utf-8")
        done = "out of date" if options["check"] else "written"
        said = "\n".join(f"{name}: {done}" for name in stale) or "up to date"
        self.finish(not (stale and options["check"]), {"stale": stale}, said)
