"""`gridward grants`: gives the application's PostgreSQL role exactly what it needs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext_lazy as _

from gridward.core import db, grants
from gridward.core.errors import Problem
from gridward.web.cli.base import ReportCommand


class NoRolesHere(Problem):
    code = "no_roles_here"
    status = 409
    text = _("The embedded database knows no roles; grants are for PostgreSQL.")


class Command(ReportCommand):
    help = (
        "Give ROLE the rights of the application, and no right to change or remove journal "
        "entries. Run it as the owner of the tables, after each migrate."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("role", metavar="ROLE")
        parser.add_argument("--show", action="store_true", help="print the SQL, run nothing")

    def report(self, **options: Any) -> None:
        if db.vendor() != "postgresql":
            raise NoRolesHere()
        connection = db.connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            schema = cursor.fetchone()[0]
        made = grants.statements(connection, options["role"], schema)
        if not options["show"]:
            grants.apply(connection, options["role"], schema)
        self.finish(
            True,
            {"role": options["role"], "schema": schema, "statements": made},
            ";\n".join(made) + ";" if options["show"] else f"{len(made)} grants given",
        )
