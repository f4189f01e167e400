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


class NoSuchRole(Problem):
    code = "no_such_role"
    status = 404
    text = _(
        "The server has no role “%(role)s”. Make it first, as the server's administrator: "
        "CREATE ROLE … LOGIN PASSWORD '…'"
    )


class OwnerOnly(Problem):
    code = "grants_owner_only"
    status = 403
    text = _(
        "Only the owner of the tables (%(owner)s) may give these rights; nothing was changed. "
        "Set GRIDWARD_DATABASE_URL to the owner's address for this command."
    )


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
            _refuse(cursor, options["role"], show=options["show"])
        made = grants.statements(connection, options["role"], schema)
        if not options["show"]:
            grants.apply(connection, options["role"], schema)
        self.finish(
            True,
            {"role": options["role"], "schema": schema, "statements": made},
            ";\n".join(made) + ";"
            if options["show"]
            else _("%(role)s may do its work now (%(count)s statements).")
            % {"role": options["role"], "count": len(made)},
        )


def _refuse(cursor: Any, role: str, *, show: bool) -> None:
    """Raises NoSuchRole, OwnerOnly: from anybody else the server takes it and does nothing."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone() is None and not show:
        raise NoSuchRole(role=role)
    cursor.execute(
        "SELECT min(pg_get_userbyid(relowner)) FROM pg_class "
        "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' "
        "AND NOT pg_has_role(current_user, relowner, 'USAGE')"
    )
    owner = cursor.fetchone()[0]
    if owner is not None and not show:
        raise OwnerOnly(owner=owner)
