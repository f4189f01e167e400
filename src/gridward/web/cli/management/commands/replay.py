"""`gridward replay FILE --mapping MAP`: an older system's rows walked through the real steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from gridward.cases import queries
from gridward.cases.actions import audit_clocks
from gridward.cases.rules.importing import ImportMapping, PastCase
from gridward.catalog.errors import PackFaulty
from gridward.catalog.loader import compile_packs
from gridward.catalog.queries import Catalogue, Content, catalogue
from gridward.core import clock
from gridward.web.cli.base import ReportCommand
from gridward.web.cli.importing import read_mapping, rows_of
from gridward.web.cli.replaying import Replayed, build_town, replay, replay_source
from gridward.web.cli.scratch import scratch_jurisdiction


class Command(ReportCommand):
    help = (
        "Walk the rows of an older system through the real steps at their own times, in a "
        "jurisdiction made for it and thrown away. Exit code 1 when a row is faulty, the figures "
        "differ from those of the rows, or anything that must hold does not."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV, or a zip that holds it")
        parser.add_argument(
            "--mapping", metavar="MAP.yaml", type=Path, required=True, help="what its columns say"
        )
        parser.add_argument("--rows", metavar="N", type=int, default=1000, help="default 1000")
        parser.add_argument(
            "--packs",
            metavar="PACK",
            nargs="+",
            help="what has been agreed there (default: the mapping's packs, else what is loaded)",
        )
        parser.add_argument(
            "--into",
            choices=["scratch", "current"],
            default="scratch",
            help="current: into this jurisdiction, with its own ground, desks and people",
        )

    def report(self, **options: Any) -> None:
        if options["into"] == "current":
            mapping = read_mapping(options["mapping"], catalogue())
            rows, faulty = _rows(options["file"], mapping, options["rows"])
            self._walk(rows, mapping, faulty, "current")
            return
        mapping = read_mapping(options["mapping"])
        packs = options["packs"] or mapping.packs
        content = _compiled(packs) if packs else catalogue().content
        read_mapping(options["mapping"], Catalogue(0, content, ""), with_departments=False)
        rows, faulty = _rows(options["file"], mapping, options["rows"])
        with scratch_jurisdiction(mapping.zone):
            self.say(_("A jurisdiction for this rehearsal is made …"))
            build_town(content, rows)
            self._walk(rows, mapping, faulty, "scratch")

    def _walk(self, rows: list[PastCase], mapping: ImportMapping, faulty: int, where: str) -> None:
        done = replay(rows, mapping, tell=self._progress)
        counts = queries.outside_counts(replay_source(mapping), clock.now())
        broken = {
            each.key: list(each.cases)
            for each in queries.broken_invariants(done.cases)
            if each.cases
        }
        audit = audit_clocks(case_ids=done.cases)
        expected = {name: done.expected[name] for name in counts}
        is_same = counts == expected or (where == "current" and bool(done.already))
        data = {
            "rows": done.rows,
            "faulty_rows": faulty,
            "already_there": done.already,
            "where": where,
            "steps": dict(done.steps),
            "ended": dict(done.ended),
            "on_time": counts,
            "on_time_of_the_rows": expected,
            "refused": [
                {
                    "step": step,
                    "code": code,
                    "times": times,
                    "reason": done.sentences.get((step, code), ""),
                }
                for (step, code), times in done.refused.most_common()
            ],
            "broken_invariants": broken,
            "clocks": audit.clocks,
            "clock_faults": audit.faults,
            "seconds": round(done.seconds, 1),
        }
        ok = is_same and not broken and audit.ok and not faulty
        self.finish(ok, data, "\n".join(_lines(done, data)))

    def _progress(self, done: Replayed) -> None:
        self.say(_("%(rows)s rows …") % {"rows": f"{done.rows:,}"})


def _rows(path: Path, mapping: ImportMapping, count: int) -> tuple[list[PastCase], int]:
    """The first `count` rows; those that are faulty are left out and counted."""
    read = list(islice(rows_of(path, mapping), count))
    good = [row for row in read if isinstance(row, PastCase)]
    return good, len(read) - len(good)


def _compiled(packs: Sequence[str]) -> Content:
    try:
        return compile_packs(packs)
    except PackFaulty as faulty:
        raise CommandError("\n".join(str(fault) for fault in faulty.faults), returncode=2) from None


def _lines(done: Replayed, data: Mapping[str, Any]) -> list[str]:
    lines = [_("%(rows)s rows walked in %(seconds)s s") % data]
    if data["faulty_rows"]:
        lines.append(_("%(faulty_rows)s rows are faulty and were left out") % data)
    lines.append(_("Steps taken:"))
    lines += [f"  {times:>7,}  {step}" for step, times in done.steps.most_common()]
    lines.append(_("Ended as:"))
    lines += [f"  {times:>7,}  {state}" for state, times in done.ended.most_common()]
    lines.append(_("Refused:") if done.refused else _("No step was refused."))
    lines += [
        f"  {refused['times']:>7,}  {refused['step']}: {refused['code']}  {refused['reason']}"
        for refused in data["refused"]
    ]
    lines.append(_("By the targets of the rows (as walked / as the rows say):"))
    lines += [
        f"  {count:>7,} / {data['on_time_of_the_rows'][name]:,}  {name}"
        for name, count in data["on_time"].items()
    ]
    lines += [f"{key}: {', '.join(cases[:20])}" for key, cases in data["broken_invariants"].items()]
    lines.append(
        _("%(broken)s broken invariants, %(faults)s of %(clocks)s clocks wrong")
        % {
            "broken": len(data["broken_invariants"]),
            "faults": len(data["clock_faults"]),
            "clocks": f"{data['clocks']:,}",
        }
    )
    return lines
