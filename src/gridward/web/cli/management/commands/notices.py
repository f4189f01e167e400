"""`gridward notices`: what went out, what is stuck, sending again, trying a way out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gridward.catalog.messages import sample
from gridward.catalog.queries import catalogue
from gridward.core.errors import Problem
from gridward.core.ids import new_id
from gridward.directory.rules import plain_phone
from gridward.journal.rules import ActorRef
from gridward.notify import actions, channels, fake, queries
from gridward.notify.errors import NoSuchNotice, SendingFailed, why_words
from gridward.notify.rules import CHANNELS, STATES
from gridward.web.cli.base import ReportCommand, local


class NotANumber(Problem):
    code = "not_a_number"
    status = 422
    text = gettext_lazy("“%(to)s” is no telephone number. Give one of yours: --to 13900139000")


OPERATOR = ActorRef("system", "operator")


class Command(ReportCommand):
    help = "Look after notices: list, stuck, send-again, ways, test, fake."

    def add_options(self, parser: CommandParser) -> None:
        subs = self.subcommands(parser)
        listed = subs.add("list", "List notices, newest first; never whom they are for.")
        listed.add_argument("--state", choices=STATES, help="only those in this state")
        listed.add_argument("--count", type=int, default=50, help="how many (default 50)")
        subs.add("stuck", "List notices that failed or are late. Exit code 1 when there are any.")
        again = subs.add("send-again", "Try a failed notice anew, or all of them.")
        which = again.add_mutually_exclusive_group(required=True)
        which.add_argument("notice", nargs="?", metavar="ID")
        which.add_argument("--all", action="store_true", help="all that failed, 200 at once")
        subs.add("ways", "Say by which ways messages leave, and to which hosts.")
        test = subs.add("test", "Send one message to an address of yours, to try a way out.")
        test.add_argument("--to", required=True, metavar="ADDRESS", help="number, name or mailbox")
        test.add_argument("--by", choices=CHANNELS, default="sms", help="which way (default sms)")
        test.add_argument("--key", default="notice.submitted", help="whose words (sample values)")
        faked = subs.add("fake", "Listen like a gateway, and print what would have gone out.")
        faked.add_argument(
            "--messages", type=int, default=0, help="end after so many (default: go on)"
        )

    def report(self, **options: Any) -> None:
        getattr(self, options["sub"].replace("-", "_"))(**options)

    def list(self, **options: Any) -> None:
        page = queries.notice_page(state=options["state"] or "", limit=max(1, options["count"]))
        self.finish(True, {"notices": page.lines}, _lines(page.lines))

    def stuck(self, **options: Any) -> None:
        """Exit code 1 when something is stuck."""
        rows = queries.stuck_notices()
        self.finish(not rows, {"notices": rows}, _lines(rows) or _("nothing is stuck"))

    def send_again(self, **options: Any) -> None:
        if options["all"]:
            page = queries.notice_page(state="failed", limit=200)
            wanted = [one.id for one in page.lines if not one.is_bundled]
        else:
            try:
                wanted = [UUID(options["notice"])]
            except ValueError:
                raise NoSuchNotice() from None
        for one in wanted:
            actions.send_again(one, actor=OPERATOR)
        self.finish(
            True,
            {"notices": wanted},
            _("%(count)s queued; a running worker sends them") % {"count": len(wanted)},
        )

    def ways(self, **options: Any) -> None:
        """Exit code 1 when the settings of a way are not whole."""
        faults = channels.faults()
        there = {} if faults else channels.connections()
        ways = {name: channels.way_of(name) for name in CHANNELS}
        lines = [
            f"{name}: {way}" + (f" -> {', '.join(there[name])}" if name in there else "")
            for name, way in ways.items()
        ]
        if not faults and not there:
            lines.append(_("no outgoing connections"))
        data = {"ways": ways, "connections": there, "faults": faults}
        self.finish(not faults, data, "\n".join([*lines, *faults]))

    def test(self, **options: Any) -> None:
        definition = catalogue().notices.get(options["key"])
        text = sample(definition.text.zh) if definition is not None else _("A trial message.")
        if options["by"] == "sms" and plain_phone(options["to"]) is None:
            raise NotANumber(to=options["to"])
        message = channels.Message(
            id=new_id(), key=options["key"], addresses=(options["to"],), text=text, title=text
        )
        try:
            reference = channels.channel(options["by"]).send(message)
        except (channels.Refused, channels.Unavailable) as fault:
            raise SendingFailed(why=why_words(fault.code)) from None
        self.finish(
            True,
            {"reference": reference},
            _("The provider has taken it: %(reference)s") % {"reference": reference or "✓"},
        )

    def fake(self, **options: Any) -> None:
        port = urlsplit(channels.options().fake).port or 8025
        most = options["messages"]

        def heard(one: fake.Given) -> None:
            self.say(f"{one.way} -> {one.to}\n  {one.text}")

        with fake.running(port, heard) as gateway:
            self.say(_("listening on %(address)s; Ctrl-C ends it") % {"address": gateway.address})
            try:
                while not most or len(gateway.given) < most:
                    time.sleep(0.2)
            except KeyboardInterrupt:
                pass
            self.finish(True, {"messages": len(gateway.given)}, "")


def _lines(rows: Sequence[queries.NoticeLine]) -> str:
    return "\n".join(
        f"{row.id}  {local(row.made_at)}  {row.key:<24} {row.channel:<6} "
        f"{row.state:<8} ×{row.attempts}  {row.last_error}".rstrip()
        for row in rows
    )
