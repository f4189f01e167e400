"""`gridward backup`: an online copy of the database and the files, and the keys apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gridward.web.cli import backups
from gridward.web.cli.base import ReportCommand


class Command(ReportCommand):
    help = (
        "Write a backup while everything runs. Keep the two folders in two places: the copy "
        "without the keys tells nothing, nor do the keys without the copy."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--keys", metavar="DIR2", type=Path, help="default: DIR-keys")

    def report(self, **options: Any) -> None:
        folder: Path = options["folder"]
        keys: Path = options["keys"] or folder.with_name(folder.name + "-keys")
        manifest = backups.make_backup(folder, keys, self.say)
        rows = sum(manifest["tables"].values())
        self.finish(
            True,
            {"folder": str(folder), "keys": str(keys), "rows": rows, "files": manifest["files"]},
            _("%(rows)s rows and %(files)s files in %(folder)s, keys in %(keys)s")
            % {"rows": rows, "files": manifest["files"], "folder": folder, "keys": keys},
        )
