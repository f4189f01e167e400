"""`gridward restore`: puts a backup in place; who was erased since does not come back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gridward.web.cli import backups
from gridward.web.cli.base import ReportCommand, local


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
        text = _(
            "The backup of %(made)s is in place: %(files)s files; erased again: %(keys)s keys, "
            "%(rows)s texts."
        ) % {
            "made": local(datetime.fromisoformat(told["made_at"])),
            "files": told["files"],
            "keys": told["keys_erased_again"],
            "rows": told["rows_erased_again"],
        }
        whole = _("the journal is whole") if told["journal_ok"] else _("the journal is NOT whole")
        self.finish(bool(told["journal_ok"]), told, f"{text}\n{whole}")
