"""`gridward journal`: verify it, publish its head, seal it, see what is stuck."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gridward.journal import actions, queries
from gridward.journal.errors import DeliveryNotFound, HeadUnreadable
from gridward.journal.rules import ActorRef
from gridward.web.cli.base import ReportCommand, local

OPERATOR = ActorRef("system", "operator")


class Command(ReportCommand):
    help = "Look after the journal: verify, head, seal, stuck, send-again."

    def add_options(self, parser: CommandParser) -> None:
        subs = self.subcommands(parser)
        verify = subs.add("verify", "Find every entry and seal that was altered, removed or added.")
        verify.add_argument(
            "--head",
            metavar="FILE",
            help="a head published earlier: finds a chain cut short or rewritten with the key",
        )
        head = subs.add("head", "Publish the newest seal, to be kept where nobody can change it.")
        head.add_argument("--out", metavar="FILE", help="write it to FILE (default: print it)")
        subs.add("seal", "Seal what waits, now.")
        subs.add("stuck", "List deliveries that gave up or are late.")
        again = subs.add("send-again", "Try a stuck delivery anew.")
        again.add_argument("delivery", metavar="ID")

    def report(self, **options: Any) -> None:
        getattr(self, options["sub"].replace("-", "_"))(**options)

    def verify(self, **options: Any) -> None:
        """Exit code 1 when a fault was found."""
        report = queries.verify(_read_head(options["head"]) if options["head"] else None)
        told = [str(fault) for fault in report.faults]
        hidden = sum(report.counts.values()) - len(told)
        if hidden:
            told.append(_("and %(count)s more faults") % {"count": hidden})
        told.append(
            _("%(entries)s entries under %(seals)s seals, %(pending)s waiting for the next one")
            % {"entries": report.entries, "seals": report.seals, "pending": report.pending}
        )
        if not report.marks_checked:
            told.append(_("the marks of entries were not checked: keys/entry.key is not here"))
        if report.head_checked:
            told.append(_("the published head was compared"))
        told.append(_("the journal is whole") if report.ok else _("the journal is NOT whole"))
        self.finish(report.ok, report.as_json(), "\n".join(told))

    def head(self, **options: Any) -> None:
        found = queries.head()
        text = json.dumps(found, indent=2, sort_keys=True) + "\n"
        if options["out"]:
            path = Path(options["out"])
            beside = path.with_name(f".{path.name}.{os.getpid()}")
            beside.write_text(text)
            beside.replace(path)
            text = _("head of seal %(number)s written to %(file)s") % {
                "number": found["number"],
                "file": path,
            }
        self.finish(True, found, text.rstrip())

    def seal(self, **options: Any) -> None:
        made = actions.seal_pending()
        self.finish(True, {"seals": made}, _("%(count)s new seals") % {"count": len(made)})

    def stuck(self, **options: Any) -> None:
        """Exit code 1 when something is stuck."""
        rows = queries.stuck_deliveries()
        lines = [
            f"{row.id}  {local(row.since)}  {row.verb} -> {row.subscriber}  {row.state} "
            f"×{row.attempts}  {row.last_error}"
            for row in rows
        ]
        text = "\n".join(lines) or _("nothing is stuck")
        self.finish(not rows, {"deliveries": rows}, text)

    def send_again(self, **options: Any) -> None:
        try:
            delivery = UUID(options["delivery"])
        except ValueError:
            raise DeliveryNotFound() from None
        actions.send_again(delivery, actor=OPERATOR)
        self.finish(True, {"delivery": delivery}, _("queued; a running worker takes it"))


def _read_head(file: str) -> dict[str, Any]:
    try:
        found = json.loads(Path(file).read_text())
        int(found["number"])
        str(found["hash"])
    except (OSError, ValueError, KeyError, TypeError):
        raise HeadUnreadable(file=file) from None
    return dict(found)
