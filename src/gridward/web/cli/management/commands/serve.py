"""`gridward serve`: web, background worker and ticker as one process tree."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gridward.core import jurisdiction
from gridward.core.errors import Problem
from gridward.web.cli.base import ReportCommand
from gridward.web.cli.management.commands.web import server_options
from gridward.web.cli.supervisor import Child, Supervisor
from gridward.web.health import database_state


class PortTaken(Problem):
    code = "port_taken"
    status = 409
    text = _("Port %(port)s on %(bind)s is taken. Give another one: gridward serve --port %(next)s")


class NothingToServe(Problem):
    code = "nothing_to_serve"
    status = 503
    text = _(
        "The database of “%(key)s” %(state)s. “gridward demo” makes a demonstration, "
        "“gridward migrate” prepares a database for real use, “gridward doctor” says more."
    )


class DemoInTheOpen(Problem):
    code = "demo_in_the_open"
    status = 403
    text = _("A demonstration is served on this machine only; it does not listen on %(bind)s.")


def serve(
    command: ReportCommand,
    *,
    port: int,
    bind: str,
    workers: int,
    threads: int,
    lively: bool = False,
) -> None:
    """Serves until asked to end; exits with 1 when a part could not be kept running.

    lively: the ticker lets a demonstration go on
    """
    if settings.GRIDWARD_DEMO and not _is_loopback(bind):
        raise DemoInTheOpen(bind=bind)
    for here in jurisdiction.every():
        state = database_state(here.database)
        if state != "ok":
            raise NothingToServe(key=here.key, state=_states()[state])
    _refuse_taken(bind, port)
    os.environ["GRIDWARD_BIND"] = bind
    web = ["web", "--port", str(port), "--bind", bind, "--threads", str(threads)]
    children = [
        Child("web", [*web, "--workers", str(workers)]),
        Child("worker", ["worker"]),
        Child("ticker", ["ticker", "--lively"] if lively else ["ticker"]),
    ]
    shown = f"[{bind}]" if ":" in bind else bind
    threading.Thread(
        target=_announce, args=(command, f"http://{shown}:{port}/"), daemon=True
    ).start()
    code = Supervisor(children, command.say).run()
    if code:
        sys.exit(code)
    command.say(gettext("stopped"))


def _states() -> dict[str, str]:
    return {
        "unreachable": gettext("does not answer"),
        "not migrated": gettext("is not brought up to this version"),
    }


def _announce(command: ReportCommand, address: str) -> None:
    for _attempt in range(150):
        with suppress(OSError), urllib.request.urlopen(address + "healthz", timeout=2) as told:  # noqa: S310
            if told.status == 200:
                command.say(
                    gettext("Gridward is at %(address)s  (Ctrl-C ends it)") % {"address": address}
                )
                return
        time.sleep(0.1)


def _is_loopback(bind: str) -> bool:
    return bind in ("localhost", "::1") or bind.startswith("127.")


def _refuse_taken(bind: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            raise PortTaken(port=port, bind=bind, next=port + 1) from error


class Command(ReportCommand):
    help = "Serve what is there: web, background worker and ticker; Ctrl-C ends all three."

    def add_options(self, parser: CommandParser) -> None:
        server_options(parser)

    def report(self, **options: Any) -> None:
        serve(
            self,
            port=options["port"],
            bind=options["bind"],
            workers=options["workers"],
            threads=options["threads"],
        )
