"""`gridward clocks audit | sweep`: deadlines worked out again, and those that fell due noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gridward.cases.actions import Audit, ClockFault, audit_clocks, sweep_clocks
from gridward.catalog.compiled import Catalogue, Content
from gridward.catalog.errors import PackFaulty
from gridward.catalog.loader import compile_packs
from gridward.catalog.queries import catalogue
from gridward.web.cli.base import ReportCommand

SHOWN = 50
TELL_EVERY = 100_000
DAY = re.compile(r"([^=]+)=(\d{4}-\d{2}-\d{2})=(works|off)")


class Command(ReportCommand):
    help = "Prove the clocks, or note which of them fell due."

    def add_options(self, parser: CommandParser) -> None:
        subs = self.subcommands(parser)
        audit = subs.add(
            "audit",
            "work out every clock from its start, rule, edition and calendar; exit code 1 when "
            "one differs, or would with what is given",
        )
        audit.add_argument(
            "--with-calendar-day",
            metavar="CALENDAR=DATE=works|off",
            action="append",
            default=[],
            help="what if this day worked, or did not? nothing is written",
        )
        audit.add_argument(
            "--with-edition", metavar="N", type=int, help="what if edition N held for every clock?"
        )
        audit.add_argument(
            "--with-pack",
            metavar="PACK",
            action="append",
            default=[],
            help="what if these packs held for every clock? folders or keys, lowest first",
        )
        subs.add("sweep", "note the clocks that reached half, four fifths or the end of their time")

    def report(self, **options: Any) -> None:
        getattr(self, f"_{options.pop('sub')}")(options)

    def _sweep(self, options: Mapping[str, Any]) -> None:
        totals = {"warned": 0, "pressed": 0, "overdue": 0}
        while True:
            swept = sweep_clocks()
            for name in totals:
                totals[name] += getattr(swept, name)
            if not swept.total:
                break
        text = _("%(warned)s half used, %(pressed)s nearly up, %(overdue)s overdue") % totals
        self.finish(True, totals, text)

    def _audit(self, options: Mapping[str, Any]) -> None:
        editions = _editions(options)
        told = 0

        def progress(clocks: int) -> None:
            nonlocal told
            if clocks - told >= TELL_EVERY:
                told = clocks
                self.say(_("%(count)s clocks …") % {"count": f"{clocks:,}"})

        audit = audit_clocks(
            editions=editions or catalogue, is_copy=editions is not None, progress=progress
        )
        concerned = sorted({fault.clock for fault in audit.faults})
        data = {
            "clocks": audit.clocks,
            "pending": audit.pending,
            "concerned": len(concerned),
            "faults": audit.faults,
            "calendars": [
                {"edition": edition, "calendar": key, "digest": digest, "clocks": count}
                for (edition, key, digest), count in sorted(audit.calendars.items())
            ],
            "what_if": editions is not None,
        }
        self.finish(audit.ok, data, "\n".join(_lines(audit, len(concerned), editions is not None)))


def _lines(audit: Audit, concerned: int, is_copy: bool) -> list[str]:
    lines = [_fault_line(fault) for fault in audit.faults[:SHOWN]]
    if len(audit.faults) > SHOWN:
        lines.append(
            _("… and %(count)s more; --json lists all.") % {"count": len(audit.faults) - SHOWN}
        )
    for (edition, key, digest), count in sorted(audit.calendars.items()):
        lines.append(
            _(
                "%(count)s clocks were counted with a calendar %(calendar)s that edition "
                "%(edition)s does not have any more (%(digest)s)"
            )
            % {"count": count, "calendar": key, "edition": edition, "digest": digest[:12]}
        )
    counted = {
        "clocks": f"{audit.clocks:,}",
        "pending": f"{audit.pending:,}",
        "concerned": f"{concerned:,}",
    }
    if is_copy:
        closing = _("%(clocks)s clocks, %(concerned)s would be concerned")
    elif audit.ok:
        closing = _("%(clocks)s clocks, %(pending)s without a limit yet; every one is right")
    else:
        closing = _("%(clocks)s clocks, %(concerned)s are NOT what they should be")
    lines.append(closing % counted)
    return lines


def _fault_line(fault: ClockFault) -> str:
    return _("%(case)s  %(milestone)s  %(what)s: stored %(stored)s, worked out %(right)s") % {
        "case": fault.case_number,
        "milestone": fault.milestone,
        "what": fault.what,
        "stored": fault.stored,
        "right": fault.worked_out,
    }


def _editions(options: Mapping[str, Any]) -> Callable[[int], Catalogue] | None:
    """The changed copies that are asked about; None when nothing is to be changed."""
    days = [_day(text) for text in options["with_calendar_day"]]
    number, packs = options["with_edition"], options["with_pack"]
    if number is not None and packs:
        raise CommandError(_("Give --with-edition or --with-pack, not both."), returncode=2)
    if not days and number is None and not packs:
        return None
    instead: Content | None = None
    if number is not None:
        instead = catalogue(number).content
    elif packs:
        instead = _compiled(packs)
    known: dict[int, Catalogue] = {}

    def edition(wanted: int) -> Catalogue:
        if wanted not in known:
            content = instead if instead is not None else catalogue(wanted).content
            for calendar, day, works in days:
                content = content.with_day(calendar, day, works=works)
            known[wanted] = Catalogue(wanted, content, "")
        return known[wanted]

    for calendar, _on, _works in days:
        content = instead if instead is not None else catalogue().content
        if calendar not in {each.key for each in content.calendars}:
            raise CommandError(
                _("There is no calendar %(key)s; known: %(known)s")
                % {"key": calendar, "known": ", ".join(c.key for c in content.calendars)},
                returncode=2,
            )
    return edition


def _day(text: str) -> tuple[str, date, bool]:
    found = DAY.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        return found[1], date.fromisoformat(found[2]), found[3] == "works"
    except ValueError:
        raise CommandError(
            _("%(text)s is not like cn-mainland=2026-11-20=off") % {"text": text}, returncode=2
        ) from None


def _compiled(packs: Sequence[str]) -> Content:
    try:
        return compile_packs(packs)
    except PackFaulty as faulty:
        raise CommandError("\n".join(str(fault) for fault in faulty.faults), returncode=2) from None
