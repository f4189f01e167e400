"""`gridward web`: the web server alone; `gridward serve` starts it together with the rest."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from gridward.web.cli import leash
from gridward.web.cli.base import ReportCommand


def server_options(parser: CommandParser) -> None:
    """The arguments that `web` and `serve` share."""
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--bind", default=settings.GRIDWARD_BIND, help="address to listen on (default: loopback)"
    )
    parser.add_argument("--workers", type=int, default=0, help="processes (default: by engine)")
    parser.add_argument("--threads", type=int, default=8, help="threads in each process")


class Command(ReportCommand):
    help = "Serve the web pages and the API, without worker and ticker."
    speaks = False

    def add_options(self, parser: CommandParser) -> None:
        server_options(parser)

    def report(self, **options: Any) -> None:
        leash.hold_from_environment()
        embedded = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
        # one writer at a time on SQLite: a second process would only wait for the file
        workers = options["workers"] or (1 if embedded else 2)
        Granian(
            "gridward.web.cli.serving:application",
            address=options["bind"],
            port=options["port"],
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=options["threads"],
            websockets=False,
            log_level=LogLevels.error,
            respawn_failed_workers=True,
            # browsers hold connections open; an answer takes less than this
            workers_kill_timeout=3,
            process_name=None,
        ).serve()
