"""`gridward organisations import FILE | template OUT | list`: desks and departments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gridward.directory import files, queries
from gridward.directory.actions import create_organisations
from gridward.directory.errors import UnreadableFile
from gridward.journal.actions import ActorRef
from gridward.web.cli import organising
from gridward.web.cli.base import ReportCommand

ACTOR = ActorRef("import", "organisations")
SHOWN = 20


class Command(ReportCommand):
    help = "Make organisations from a table, write an empty table, or list those that are there."

    def add_options(self, parser: CommandParser) -> None:
        subs = self.subcommands(parser)
        load = subs.add("import", "make the organisations of a table that are not there yet")
        load.add_argument("file", metavar="FILE", type=Path, help="CSV (UTF-8, GB18030) or XLSX")
        empty = subs.add("template", "write a table with headings and examples")
        empty.add_argument("out", metavar="OUT", type=Path, help="a name ending in .csv or .xlsx")
        subs.add("list", "key, kind, code, titles")

    def report(self, **options: Any) -> None:
        getattr(self, f"_{options.pop('sub')}")(options)

    def _template(self, options: Mapping[str, Any]) -> None:
        out: Path = options["out"]
        kind = out.suffix.lower().lstrip(".")
        if kind not in ("csv", "xlsx"):
            raise UnreadableFile(name=out.name)
        headings = [words[0] for words in organising.HEADINGS.values()]
        out.write_bytes(files.written([headings, *organising.EXAMPLES], kind, "单位"))
        self.finish(True, {"file": str(out)}, str(out))

    def _import(self, options: Mapping[str, Any]) -> None:
        path: Path = options["file"]
        known = queries.organisations_in_memory().by_key
        rows, new, faults = organising.read_table(
            files.table_of(path.read_bytes(), path.name), known
        )
        if faults:
            lines = [_fault_line(fault) for fault in faults[:SHOWN]]
            if len(faults) > SHOWN:
                more = _("… and %(count)s more; --json lists all.")
                lines.append(more % {"count": len(faults) - SHOWN})
            lines.append(_("Nothing was changed. Correct the table and import it again."))
            told = {"rows": rows, "made": 0, "faults": [asdict(fault) for fault in faults]}
            self.finish(False, told, "\n".join(lines))
        create_organisations(new, actor=ACTOR)
        data = {"rows": rows, "made": len(new), "already_there": rows - len(new)}
        text = _("%(made)s organisations made, %(already_there)s were there already") % data
        self.finish(True, data, text)

    def _list(self, options: Mapping[str, Any]) -> None:
        found = queries.organisations(active_only=False)
        lines = [
            f"{o.key:20} {o.kind:18} {o.type_code:8} {o.title_zh} / {o.title_en}" for o in found
        ]
        self.finish(True, {"organisations": found}, "\n".join(lines))


def _fault_line(fault: organising.Fault) -> str:
    said = f"“{fault.value}” {fault.text}" if fault.value else fault.text
    return _("row %(row)s, %(heading)s: %(fault)s") % {
        "row": fault.row,
        "heading": organising.HEADINGS[fault.column][0],
        "fault": said,
    }
