"""`gridward messages`: brings the Chinese catalogue up to date with code and templates."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from gridward.web.cli import messages
from gridward.web.cli.base import ReportCommand


class Command(ReportCommand):
    help = "Add new messages to the Chinese catalogue and compile it."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, only report")
        parser.add_argument("--prune", action="store_true", help="drop what nobody says any more")

    def report(self, **options: Any) -> None:
        added = removed = 0
        if not options["check"]:
            added, removed = messages.update(prune=options["prune"])
            messages.compile_stale()
        waiting = [
            {"text": m.id if isinstance(m.id, str) else m.id[0], "place": m.place}
            for m in messages.missing()
        ]
        lines = [f"{w['place']}: {w['text']}" for w in waiting]
        lines.append(f"{added} added, {removed} removed, {len(waiting)} without Chinese")
        self.finish(
            not waiting,
            {"added": added, "removed": removed, "without_chinese": waiting},
            "\n".join(lines),
        )
