"""gridward invite: codes with which people choose their passwords, shown once."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gridward.access import actions, queries, rules
from gridward.access.errors import NoSuchAccount
from gridward.directory import queries as directory
from gridward.journal.rules import ActorRef
from gridward.web.cli.base import ReportCommand

ACTOR = ActorRef("system", "invite")


class Command(ReportCommand):
    help = "Invites people to choose a password; prints or writes their codes, once."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("staff_number", nargs="*", help="whom to invite")
        parser.add_argument("--organisation", metavar="KEY", help="everybody with a post there")
        parser.add_argument("--everybody", action="store_true", help="who has no password yet")
        parser.add_argument("--days", type=int, default=rules.INVITATION_DAYS)
        parser.add_argument(
            "--out", metavar="FILE", type=Path, help="write the codes to a CSV file (mode 600)"
        )

    def report(self, **options: Any) -> None:
        people = self._people(options)
        actions.open_accounts(people, actor=ACTOR)
        accounts = [
            a
            for a in queries.accounts_of_people(people)
            # a new code for all would take nobody's password, but would end open invitations
            if not options["everybody"] or not a.has_usable_password()
        ]
        invited = actions.invite([a.id for a in accounts], actor=ACTOR, days=options["days"])
        out: Path | None = options["out"]
        if out is not None:
            _write(out, invited)
            shown: list[dict[str, str]] = []
            lines = [
                _("%(count)s codes written to %(file)s.") % {"count": len(invited), "file": out}
            ]
        else:
            shown = [
                {"staff_number": i.staff_number, "name": i.name, "code": i.code} for i in invited
            ]
            lines = [f"{i.staff_number}\t{i.name}\t{i.code}" for i in invited]
        data = {
            "invited": len(invited),
            "expires_at": invited[0].expires_at if invited else None,
            "codes": shown,
        }
        self.finish(True, data, text="\n".join(lines))

    def _people(self, options: dict[str, Any]) -> list[Any]:
        if options["everybody"]:
            return directory.active_people()
        found = []
        for number in options["staff_number"]:
            found.append(directory.person_by_staff_number(number).id)
        if options["organisation"]:
            organisation = directory.organisation_by_key(options["organisation"])
            found += [h.person_id for h in directory.staff_of(organisation.id)]
        if not found:
            raise NoSuchAccount()
        return list(dict.fromkeys(found))


def _write(out: Path, invited: list[actions.Invited]) -> None:
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["工号 staff number", "姓名 name", "邀请码 code", "有效期至 expires"])
        for one in invited:
            table.writerow([one.staff_number, one.name, one.code, one.expires_at.isoformat()])
