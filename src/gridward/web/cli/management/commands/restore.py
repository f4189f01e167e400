"""`gridward restore`: puts a backup in place; who was erased since does not come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from gridward.web.cli import backups
from gridward.web.cli.base import ReportCommand


class Command(ReportCommand):
    help = "Put a backup in place (stop `gridward serve` first) and verify its journal."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--keys", metavar="DIR2", type=Path, help="default: DIR-keys")
        parser.add_argument("--replace", action="store_true", help="lose what is here now")
        parser.add_argument(
            "--erasures", metavar="FILE", type=Path, help="a newer erasures.log, kept elsewhere"
        )

    def report(self, **options: Any) -> None:
        folder: Path = options["folder"]
        keys: Path = options["keys"] or folder.with_name(folder.name + "-keys")
        told = backups.restore_backup(
            folder, keys, self.say, replace=options["replace"], register=options["erasures"]
        )
        self.finish(bool(told["journal_ok"]), told)
