"""`gridward packs check` and `packs load`: what a town may vary, checked and taken over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gridward.catalog.actions import load_packs
from gridward.catalog.errors import PackFaulty
from gridward.catalog.loader import compile_packs
from gridward.catalog.queries import catalogue, is_loaded
from gridward.journal.actions import ActorRef
from gridward.web.cli.base import ReportCommand


class Command(ReportCommand):
    help = "Check packs, or load them as a new edition of the catalogue."

    def add_options(self, parser: CommandParser) -> None:
        subs = self.subcommands(parser)
        check = subs.add("check", help="name every fault by file and line; changes nothing")
        check.add_argument("packs", nargs="+", metavar="PACK", help="folder, or key of a pack")
        load = subs.add("load", help="make a new edition when anything differs")
        load.add_argument(
            "packs",
            nargs="*",
            metavar="PACK",
            help="folders or keys, lowest first; none: those of the present edition",
        )
        load.add_argument("--remark", default="", help="why, for the list of editions")

    def report(self, **options: Any) -> None:
        try:
            if options["sub"] == "check":
                self._check(options["packs"])
            else:
                self._load(options["packs"], options["remark"])
        except PackFaulty as problem:
            lines = [str(fault) for fault in problem.faults]
            count = len(lines)
            data = {"faults": [asdict(fault) for fault in problem.faults]}
            ending = ngettext("%(count)s fault", "%(count)s faults", count) % {"count": count}
            self.finish(False, data, "\n".join([*lines, ending]))

    def _check(self, packs: Sequence[str]) -> None:
        content = compile_packs(packs)
        counted = {
            "matters": len(content.matters),
            "conditions": len(content.conditions),
            "responsibility": len(content.responsibility),
            "processes": len(content.processes),
            "calendars": len(content.calendars),
        }
        data = {"stack": list(content.stack), "counts": counted, "faults": []}
        text = _(
            "%(stack)s: %(matters)s matters, %(conditions)s conditions, %(responsibility)s rules "
            "of responsibility, %(processes)s processes, %(calendars)s calendars; no faults"
        ) % {**counted, "stack": " + ".join(content.stack)}
        self.finish(True, data, text)

    def _load(self, packs: Sequence[str], remark: str) -> None:
        if not packs:
            if not is_loaded():
                raise CommandError(
                    _("Nothing is loaded yet: name the packs to load."), returncode=2
                )
            packs = [name.partition("@")[0] for name in catalogue().stack]
        made = load_packs(packs, actor=ActorRef("system", "cli.packs"), remark=remark)
        data = {"edition": made.number, "digest": made.digest, "new": made.is_new}
        said = (
            _("edition %(number)s made (%(digest)s)")
            if made.is_new
            else _("nothing differs: edition %(number)s stays (%(digest)s)")
        )
        self.finish(True, data, said % {"number": made.number, "digest": made.digest[:12]})
