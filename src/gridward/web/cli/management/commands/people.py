"""gridward people import FILE | template OUT: staff from a table, and an empty table to fill in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gridward.access import actions as access
from gridward.core.errors import Problem
from gridward.directory import files, rules
from gridward.directory.errors import FAULTS, FaultyRows, UnreadableFile
from gridward.journal.rules import ActorRef
from gridward.web.cli.base import ReportCommand

ACTOR = ActorRef("import", "people")
SHOWN = 20


class Command(ReportCommand):
    help = "Imports people with their posts from CSV or XLSX, or writes an empty table."

    def add_options(self, parser: CommandParser) -> None:
        commands = self.subcommands(parser)
        load = commands.add("import", "bring people and posts to what a table says")
        load.add_argument("file", metavar="FILE", type=Path, help="CSV (UTF-8, GB18030) or XLSX")
        load.add_argument("--dry-run", action="store_true", help="say what would be done")
        load.add_argument(
            "--good-rows", action="store_true", help="import the good rows, leave the faulty ones"
        )
        empty = commands.add("template", "write an empty table with headings and examples")
        empty.add_argument("out", metavar="OUT", type=Path, help="a name ending in .csv or .xlsx")

    def report(self, **options: Any) -> None:
        if options["sub"] == "template":
            self._template(options["out"])
        else:
            self._import(options["file"], options["dry_run"], options["good_rows"])

    def _template(self, out: Path) -> None:
        kind = out.suffix.lower().lstrip(".")
        if kind not in ("csv", "xlsx"):
            raise UnreadableFile(name=out.name)
        out.write_bytes(files.template(kind))
        self.finish(True, {"file": str(out)}, text=str(out))

    def _import(self, path: Path, dry_run: bool, good_rows: bool) -> None:
        content = path.read_bytes()
        started = time.perf_counter()
        try:
            done = access.admit_people(
                files.table_of(content, path.name),
                actor=ACTOR,
                good_rows_only=good_rows,
                dry_run=dry_run,
            )
        except FaultyRows as refused:
            faults = refused.params["faults"]
            told = {"code": refused.code, "message": refused.message, "faults": _told(faults)}
            self.finish(False, told, text=_lines(refused, faults))
            return
        data = {
            "dry_run": done.dry_run,
            "rows": done.rows,
            "people": {
                "added": done.people_added,
                "changed": done.people_changed,
                "unchanged": done.people_unchanged,
            },
            "posts": {"given": done.posts_given, "kept": done.posts_kept},
            "rows_without_post": done.rows_without_post,
            "faults": _told(done.faults),
            "seconds": round(time.perf_counter() - started, 2),
        }
        text = _(
            "%(rows)s rows: %(added)s people added, %(changed)s changed, %(unchanged)s unchanged; "
            "%(given)s posts given, %(kept)s held already; %(faulty)s rows with faults."
        ) % {
            "rows": done.rows,
            "added": done.people_added,
            "changed": done.people_changed,
            "unchanged": done.people_unchanged,
            "given": done.posts_given,
            "kept": done.posts_kept,
            "faulty": len({f.row for f in done.faults}),
        }
        lines = [_fault_line(f) for f in done.faults[:SHOWN]]
        self.finish(not done.faults, data, text="\n".join([text, *lines]))


def _told(faults: tuple[rules.Fault, ...]) -> list[dict[str, Any]]:
    return [{"row": f.row, "column": f.column, "code": f.code, "value": f.value} for f in faults]


def _lines(refused: Problem, faults: tuple[rules.Fault, ...]) -> str:
    lines = [refused.message, *(_fault_line(f) for f in faults[:SHOWN])]
    if len(faults) > SHOWN:
        lines.append(_("… and %(count)s more; --json lists all.") % {"count": len(faults) - SHOWN})
    return "\n".join(lines)


def _fault_line(fault: rules.Fault) -> str:
    return _("row %(row)s, %(heading)s: %(fault)s %(value)s").rstrip() % {
        "row": fault.row,
        "heading": rules.HEADINGS[fault.column][0],
        "fault": FAULTS[fault.code],
        "value": fault.value,
    }
