"""`gridward catalog show` and `gridward catalog diff`: what has been agreed, edition by edition."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gridward.catalog.queries import Catalogue, Change, catalogue, difference, editions
from gridward.web.cli.base import ReportCommand, local

SHOWN = {
    "matters": "matters",
    "conditions": "conditions",
    "responsibility": "rules",
    "departments": "departments",
    "roles": "roles",
    "processes": "processes",
}


class Command(ReportCommand):
    help = "Show an edition of the catalogue, or what differs between two."

    def add_options(self, parser: CommandParser) -> None:
        subs = self.subcommands(parser)
        show = subs.add("show", help="an edition, a section of it, or one entry")
        show.add_argument("section", nargs="?", choices=sorted(SHOWN), help="default: an overview")
        show.add_argument("key", nargs="?", help="one entry in full")
        show.add_argument("--edition", type=int, help="default: the present one")
        diff = subs.add("diff", help="what changed from one edition to another")
        diff.add_argument("before", type=int)
        diff.add_argument("after", type=int, nargs="?", help="default: the present one")

    def report(self, **options: Any) -> None:
        if options["sub"] == "diff":
            self._diff(options["before"], options["after"])
            return
        shown = catalogue(options["edition"])
        if options["section"] is None:
            self._overview(shown)
        else:
            self._section(shown, options["section"], options["key"])

    def _overview(self, shown: Catalogue) -> None:
        counted = {name: len(getattr(shown, field)) for name, field in SHOWN.items()}
        listed = [
            {
                "number": each.number,
                "digest": each.digest,
                "stack": each.stack,
                "created_at": each.created_at,
                "remark": each.remark,
            }
            for each in editions()
        ]
        head = _("edition %(number)s (%(digest)s): %(stack)s")
        stack = " + ".join(shown.stack)
        lines = [head % {"number": shown.number, "digest": shown.digest[:12], "stack": stack}]
        lines += [f"  {number:4} {name}" for name, number in counted.items()]
        for calendar in shown.calendars.values():
            years = ", ".join(str(year) for year in sorted(calendar.years))
            lines.append(f"  calendar {calendar.key} {calendar.digest}: {years}")
        lines += [
            _("edition %(number)s") % {"number": each["number"]}
            + f": {local(each['created_at'])} {each['remark']}".rstrip()
            for each in listed
        ]
        data = {
            "edition": shown.number,
            "digest": shown.digest,
            "stack": shown.stack,
            "counts": counted,
            "calendars": {each.key: each.digest for each in shown.calendars.values()},
            "editions": listed,
        }
        self.finish(True, data, "\n".join(lines))

    def _section(self, shown: Catalogue, section: str, key: str | None) -> None:
        entries = getattr(shown, SHOWN[section])
        if key is not None:
            if key not in entries:
                raise CommandError(
                    _("Edition %(number)s has no %(key)s in %(section)s.")
                    % {"number": shown.number, "key": key, "section": section},
                    returncode=2,
                )
            entry = entries[key].model_dump(mode="json", by_alias=True)
            origin = shown.origin(section, key)
            text = json.dumps(entry, ensure_ascii=False, indent=2)
            data = {"edition": shown.number, "origin": origin, "entry": entry}
            said = _("from %(origin)s, edition %(number)s") % {
                "origin": origin,
                "number": shown.number,
            }
            self.finish(True, data, f"{text}\n{said}")
            return
        rows = {
            each: str(getattr(entry, "title", "") or getattr(entry, "because", ""))
            for each, entry in entries.items()
        }
        lines = [f"{name:32} {title}" for name, title in rows.items()]
        self.finish(True, {"edition": shown.number, section: rows}, "\n".join(lines))

    def _diff(self, before: int, after: int | None) -> None:
        newer = catalogue(after)
        changes = difference(catalogue(before), newer)
        lines = [_line(change) for change in changes] or [_("no difference")]
        data = {"before": before, "after": newer.number, "changes": list(changes)}
        self.finish(True, data, "\n".join(lines))


def _line(change: Change) -> str:
    where = f"{change.kind} {change.key}".rstrip()
    if not change.field and None in (change.before, change.after):
        return f"{'+' if change.before is None else '-'} {where}"
    before, after = (json.dumps(v, ensure_ascii=False) for v in (change.before, change.after))
    field = f" {change.field}" if change.field else ""
    return f"~ {where}{field}: {before} → {after}"
