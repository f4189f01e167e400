"""gridward invite: codes with which people choose their passwords, shown once."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gridward.access import actions, queries, rules
from gridward.core.errors import Problem
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchPerson
from gridward.journal.rules import ActorRef
from gridward.web.cli.base import ReportCommand


class NobodyNamed(Problem):
    code = "nobody_named"
    status = 422
    text = gettext_lazy(
        "There is nobody to invite: name staff numbers, --organisation KEY or --everybody."
    )


class NoSuchNumbers(Problem):
    code = "no_such_staff_numbers"
    status = 404
    text = gettext_lazy("Nobody here has the staff number %(numbers)s. Nobody was invited.")


class DaysOutOfRange(Problem):
    code = "invitation_days"
    status = 422
    text = gettext_lazy("An invitation is good for 1 to %(most)s days. Choose --days within that.")


ACTOR = ActorRef("system", "invite")
DAYS_MOST = 90


class Command(ReportCommand):
    help = "Invites people to choose a password; prints or writes their codes, once."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("staff_number", nargs="*", help="whom to invite")
        parser.add_argument("--organisation", metavar="KEY", help="everybody with a post there")
        parser.add_argument("--everybody", action="store_true", help="who has no password yet")
        parser.add_argument(
            "--days",
            type=int,
            default=rules.INVITATION_DAYS,
            help=f"how long a code is good (default {rules.INVITATION_DAYS}, most {DAYS_MOST})",
        )
        parser.add_argument(
            "--out", metavar="FILE", type=Path, help="write the codes to a CSV file (mode 600)"
        )

    def report(self, **options: Any) -> None:
        if not 1 <= options["days"] <= DAYS_MOST:
            raise DaysOutOfRange(most=DAYS_MOST)
        people = self._people(options)
        out: Path | None = options["out"]
        if out is not None:
            _empty(out)  # before a code is made that could then not be written down
        actions.open_accounts(people, actor=ACTOR)
        accounts = [
            a
            for a in queries.accounts_of_people(people)
            # a new code for all would take nobody's password, but would end open invitations
            if not options["everybody"] or not a.has_usable_password()
        ]
        invited = actions.invite([a.id for a in accounts], actor=ACTOR, days=options["days"])
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
        found, unknown = [], []
        for number in options["staff_number"]:
            try:
                found.append(directory.person_by_staff_number(number).id)
            except NoSuchPerson:
                unknown.append(number)
        if unknown:
            raise NoSuchNumbers(numbers=", ".join(unknown))
        if options["organisation"]:
            organisation = directory.organisation_by_key(options["organisation"])
            found += [h.person_id for h in directory.staff_of(organisation.id)]
        if not found:
            raise NobodyNamed()
        return list(dict.fromkeys(found))


def _empty(out: Path) -> None:
    """Makes `out` an empty file that its owner alone can read, also where it was there before."""
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)
    os.close(handle)


def _write(out: Path, invited: list[actions.Invited]) -> None:
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(["工号 staff number", "姓名 name", "邀请码 code", "有效期至 expires"])
        for one in invited:
            table.writerow([one.staff_number, one.name, one.code, one.expires_at.isoformat()])
