"""`gridward cases import | count | check`: a city's history taken over, counted and proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gridward.cases import queries
from gridward.catalog.queries import catalogue
from gridward.core import clock, jurisdiction
from gridward.web.cli.base import ReportCommand
from gridward.web.cli.importing import Told, import_file, read_mapping
from gridward.web.cli.ledgers import import_workbook, is_workbook
from gridward.web.ui.ledgers import template

SHOWN = 20


class Command(ReportCommand):
    help = "Take over the cases of an older system, count cases, check what must always hold."

    def add_options(self, parser: CommandParser) -> None:
        subs = self.subcommands(parser)
        load = subs.add("import", "take over a table of cases; exit code 1 when rows are faulty")
        load.add_argument(
            "file", metavar="FILE", type=Path, help="CSV, a zip that holds it, or an XLSX ledger"
        )
        load.add_argument(
            "--mapping",
            metavar="MAP.yaml",
            type=Path,
            help="what its columns and words say; an XLSX ledger may do without",
        )
        load.add_argument("--desk", metavar="KEY", help="the desk whose ledger an XLSX is")
        load.add_argument("--dry-run", action="store_true", help="check an XLSX, change nothing")
        load.add_argument(
            "--good-rows", action="store_true", help="take an XLSX's good rows over, no others"
        )
        load.add_argument("--limit", metavar="N", type=int, help="read so many rows only")
        load.add_argument(
            "--faults",
            metavar="OUT.csv",
            type=Path,
            help="where to list faulty rows (default: beside FILE)",
        )
        empty = subs.add("template", "write an empty ledger as XLSX")
        empty.add_argument("file", metavar="OUT.xlsx", type=Path)
        count = subs.add("count", "cases, targets, closings and overdue ones, from the clocks")
        count.add_argument("--source", metavar="NAME", help="of one source (default: all)")
        count.add_argument(
            "--as-of", metavar="TIME", help="as it stood then, ISO 8601 (default: now)"
        )
        subs.add("check", "prove what must hold of every case; exit code 1 when it does not")

    def report(self, **options: Any) -> None:
        getattr(self, f"_{options.pop('sub')}")(options)

    # import

    def _import(self, options: Mapping[str, Any]) -> None:
        if is_workbook(options["file"]):
            self._import_ledger(options)
            return
        if options["mapping"] is None:
            raise CommandError(_("Say with --mapping what the columns of a CSV say."), returncode=2)
        mapping = read_mapping(options["mapping"], catalogue())
        told = import_file(
            options["file"],
            mapping,
            limit=options["limit"],
            faults_to=options["faults"],
            tell=self._progress,
        )
        data = {"source": mapping.source, "mapping": mapping.name, **told.as_data()}
        ok = told.is_whole and not told.faulty and not told.interrupted
        self.finish(ok, data, "\n".join(_closing_lines(told)))

    def _import_ledger(self, options: Mapping[str, Any]) -> None:
        told = import_workbook(
            options["file"],
            mapping=options["mapping"],
            desk=options["desk"],
            dry_run=options["dry_run"],
            good_rows_only=options["good_rows"],
        )
        ok = not told.check.faults or (options["good_rows"] and not options["dry_run"])
        self.finish(ok, told.as_data(), "\n".join(told.lines()))

    def _template(self, options: Mapping[str, Any]) -> None:
        options["file"].write_bytes(template())
        said = _("An empty ledger: %(file)s")
        self.finish(True, {"file": str(options["file"])}, said % {"file": options["file"]})

    def _progress(self, told: Told) -> None:
        self.say(
            _("%(read)s rows read, %(rate)s a second …")
            % {"read": f"{told.read:,}", "rate": f"{told.rows_per_second:,}"}
        )

    # count

    def _count(self, options: Mapping[str, Any]) -> None:
        as_of = moment_of(options["as_of"]) if options["as_of"] else clock.now()
        counts = queries.audit_counts(options["source"], as_of)
        timed = counts["with_target"]
        share = round(100 * counts["closed_by_target"] / timed, 2) if timed else None
        data = {
            "source": options["source"],
            "as_of": as_of,
            **counts,
            "closed_by_target_percent": share,
        }
        lines = [
            _("%(count)s cases") % {"count": f"{counts['cases']:>10,}"},
            _("%(count)s with a target") % {"count": f"{timed:>10,}"},
            _("%(count)s closed by it") % {"count": f"{counts['closed_by_target']:>10,}"}
            + ("" if share is None else f"  ({share} %)"),
            _("%(count)s closed after it") % {"count": f"{counts['closed_late']:>10,}"},
            _("%(count)s open and overdue") % {"count": f"{counts['open_overdue']:>10,}"},
        ]
        self.finish(True, data, "\n".join(lines))

    # check

    def _check(self, options: Mapping[str, Any]) -> None:
        found = queries.broken_invariants()
        if any(each.cases for each in found):
            # somebody may have been at work between two questions: what stays broken is broken
            again = {each.key: set(each.cases) for each in queries.broken_invariants()}
            found = [
                replace(each, cases=tuple(n for n in each.cases if n in again[each.key]))
                for each in found
            ]
        lines = []
        for each in found:
            mark = _("holds") if not each.cases else _("BROKEN")
            lines.append(f"{mark}  {each.title}")
            if each.cases:
                shown = ", ".join(each.cases[:SHOWN])
                more = f" … (+{len(each.cases) - SHOWN})" if len(each.cases) > SHOWN else ""
                lines.append(f"    {shown}{more}")
        broken = [each for each in found if each.cases]
        data = {
            "checked": len(found),
            "broken": {each.key: list(each.cases) for each in broken},
        }
        self.finish(not broken, data, "\n".join(lines))


def _closing_lines(told: Told) -> list[str]:
    lines = []
    if told.interrupted:
        lines.append(_("Interrupted. Run the same command again; it goes on from here."))
    if told.unmapped:
        listed = ", ".join(f"{word} ({n})" for word, n in told.unmapped.most_common(SHOWN))
        lines.append(
            _("%(rows)s rows of %(kinds)s kinds that the mapping does not name: %(listed)s")
            % {
                "rows": f"{sum(told.unmapped.values()):,}",
                "kinds": len(told.unmapped),
                "listed": listed,
            }
        )
    if told.outside or told.unplaced:
        lines.append(
            _("%(outside)s points lie outside the territory, %(unplaced)s rows have no point")
            % {"outside": f"{told.outside:,}", "unplaced": f"{told.unplaced:,}"}
        )
    lines += [
        _("row %(row)s, %(column)s: found %(found)s, expected %(expected)s")
        % {
            "row": fault.row,
            "column": fault.column or "—",
            "found": fault.found or "—",
            "expected": fault.expected,
        }
        for fault in told.faults[:SHOWN]
    ]
    if told.faults_file:
        lines.append(_("All faulty rows: %(file)s") % {"file": told.faults_file})
    lines.append(
        _(
            "%(read)s rows read = %(imported)s imported + %(already)s already there + "
            "%(faulty)s faulty; %(seconds)s s, %(rate)s rows a second"
        )
        % {
            "read": f"{told.read:,}",
            "imported": f"{told.imported:,}",
            "already": f"{told.already:,}",
            "faulty": f"{told.faulty:,}",
            "seconds": f"{told.seconds:.1f}",
            "rate": f"{told.rows_per_second:,}",
        }
    )
    return lines


def moment_of(text: str) -> datetime:
    """The moment of an ISO 8601 text; without a zone it is the jurisdiction's own time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            _("%(text)s is not a time such as 2026-11-20 or 2026-11-20T09:00+08:00")
            % {"text": text},
            returncode=2,
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=jurisdiction.current().tz)
