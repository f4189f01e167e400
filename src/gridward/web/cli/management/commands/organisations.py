"""`gridward organisations import FILE | list`: desks and departments from a table."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gridward.directory import queries
from gridward.directory.actions import NewOrganisation, create_organisations
from gridward.journal.actions import ActorRef
from gridward.territory import queries as territory
from gridward.web.cli.base import ReportCommand

ACTOR = ActorRef("import", "organisations")
COLUMNS = ("key", "kind", "title_zh", "title_en")


class Command(ReportCommand):
    help = "Make organisations from a table, or list those that are there."

    def add_options(self, parser: CommandParser) -> None:
        subs = self.subcommands(parser)
        load = subs.add("import", "make the organisations of a table that are not there yet")
        load.add_argument(
            "file",
            metavar="FILE.csv",
            type=Path,
            help="columns key, kind, title_zh, title_en; type_code, area and order may follow",
        )
        subs.add("list", "key, kind, code, titles")

    def report(self, **options: Any) -> None:
        getattr(self, f"_{options.pop('sub')}")(options)

    def _import(self, options: Mapping[str, Any]) -> None:
        rows = _rows(options["file"])
        known = queries.organisations_in_memory().by_key
        new = [_organisation(row, at) for at, row in enumerate(rows) if row["key"] not in known]
        create_organisations(new, actor=ACTOR)
        data = {"rows": len(rows), "made": len(new), "already_there": len(rows) - len(new)}
        text = _("%(made)s organisations made, %(already_there)s were there already") % data
        self.finish(True, data, text)

    def _list(self, options: Mapping[str, Any]) -> None:
        found = queries.organisations(active_only=False)
        lines = [
            f"{o.key:20} {o.kind:18} {o.type_code:8} {o.title_zh} / {o.title_en}" for o in found
        ]
        self.finish(True, {"organisations": found}, "\n".join(lines))


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path.name}: {error}", returncode=2) from None
    for number, row in enumerate(rows, start=2):
        missing = [name for name in COLUMNS if not (row.get(name) or "").strip()]
        if missing:
            raise CommandError(
                _("%(file)s, row %(row)s: %(columns)s is missing")
                % {"file": path.name, "row": number, "columns": ", ".join(missing)},
                returncode=2,
            )
    return [{name: (cell or "").strip() for name, cell in row.items() if name} for row in rows]


def _organisation(row: Mapping[str, str], order: int) -> NewOrganisation:
    """Without an area of its own an organisation stands for the whole jurisdiction."""
    code = row.get("area", "")
    widest = territory.areas_of_level(1)
    area = widest[0].id if widest else None
    if code:
        area = territory.area_of_code(code).id
    return NewOrganisation(
        key=row["key"],
        kind=row["kind"],
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        type_code=row.get("type_code", ""),
        area_id=area,
        order=int(row.get("order") or order),
    )
