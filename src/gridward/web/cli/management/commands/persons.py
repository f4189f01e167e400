"""`gridward persons`: erase, export, retention and holds of what is kept of people."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from gridward.cases import actions as case_actions
from gridward.cases import queries as cases
from gridward.cases.errors import KeptForTheLaw
from gridward.core import clock
from gridward.journal.rules import ActorRef
from gridward.vault import actions, erasure, queries
from gridward.vault.errors import GroundsUnfit, NobodyFound
from gridward.vault.rules import is_grounds
from gridward.web.cli.base import ReportCommand
from gridward.web.ui.copies import FileThere, zip_of

OPERATOR = ActorRef("system", "operator")


class Command(ReportCommand):
    help = "Erase, export or keep what is known of people; the journal still verifies."

    def add_options(self, parser: CommandParser) -> None:
        commands = self.subcommands(parser)
        erase = commands.add(
            "erase", "Erase a person for good. There is no way back, not even from a backup."
        )
        whom = erase.add_mutually_exclusive_group(required=True)
        whom.add_argument("--receipt", metavar="NUMBER", help="the receipt of one report")
        whom.add_argument("--phone", metavar="NUMBER", help="everything under this number")
        whom.add_argument("--subject", metavar="ID", help="the vault's id of the person")
        erase.add_argument(
            "--grounds", metavar="CODE", required=True, help="why, as a code (request, retention)"
        )
        erase.add_argument(
            "--yes", action="store_true", help="do it; without it only say what there is"
        )
        export = commands.add(
            "export", "Write everything that is kept of a person into a ZIP, for that person."
        )
        whose = export.add_mutually_exclusive_group(required=True)
        whose.add_argument("--receipt", metavar="NUMBER", help="of the report with this receipt")
        whose.add_argument("--phone", metavar="NUMBER", help="of everything under this number")
        export.add_argument("--out", metavar="FILE", required=True, help="a file not there yet")
        retention = commands.add(
            "retention", "Erase what was kept long enough, as the packs' retention.yaml says."
        )
        how = retention.add_mutually_exclusive_group(required=True)
        how.add_argument("--dry-run", action="store_true", help="only say what would go")
        how.add_argument("--apply", action="store_true", help="do it; there is no way back")
        retention.add_argument("--limit", type=int, metavar="N", help="at most so many reports")
        hold = commands.add("hold", "Keep an event for the law: nothing of it is erased meanwhile.")
        hold.add_argument("--case", metavar="NUMBER", required=True, help="the event's number")
        hold.add_argument("--grounds", metavar="CODE", required=True, help="court, audit …")
        hold.add_argument("--release", action="store_true", help="no longer keep it")

    def report(self, **options: Any) -> None:
        kind = options["sub"]
        if kind == "export":
            self._export(options)
        elif kind == "retention":
            self._retention(options)
        elif kind == "hold":
            self._hold(options)
        else:
            self._erase(options)

    def _export(self, options: dict[str, Any]) -> None:
        subjects = _whom(options)
        if not subjects:
            raise NobodyFound()
        path = Path(options["out"])
        if path.exists():
            raise FileThere(file=str(path))
        made = cases.person_copy(subjects, now=clock.now())
        written = zip_of(made)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(written)
        case_actions.record_copy(subjects[:1], made, actor=OPERATOR)
        said = _(
            "%(submissions)s submissions, %(texts)s texts and %(files)s files written to "
            "%(out)s. Hand it to nobody but this person, then remove it."
        ) % {
            "submissions": made.submissions,
            "texts": made.texts,
            "files": len(made.files),
            "out": path,
        }
        self.finish(
            True,
            {
                "submissions": made.submissions,
                "texts": made.texts,
                "files": len(made.files),
                "out": str(path),
            },
            said,
        )

    def _retention(self, options: dict[str, Any]) -> None:
        done = case_actions.run_retention(
            clock.now(), limit=options["limit"], dry=options["dry_run"]
        )
        kinds = ", ".join(f"{key} {many}" for key, many in sorted(done.by_class.items()))
        if options["dry_run"]:
            said = _("Would be erased: %(reports)s reports, %(tips)s tips. Nothing was erased.")
        else:
            said = _("Erased: %(reports)s reports, %(tips)s tips.")
        said = said % {"reports": done.submissions, "tips": done.tips}
        said += f"\n{kinds}" if kinds else ""
        if not options["dry_run"] and (done.submissions or done.tips):
            erasure.scrub_if_due()
        self.finish(
            True,
            {
                "applied": not options["dry_run"],
                "submissions": done.submissions,
                "persons": done.persons,
                "by_class": done.by_class,
                "tips": done.tips,
            },
            said,
        )

    def _hold(self, options: dict[str, Any]) -> None:
        case_id = cases.case_by_number(options["case"])
        act = case_actions.let_go_case if options["release"] else case_actions.hold_case
        act(case_id, grounds=options["grounds"], actor=OPERATOR)
        said = _("no longer kept for the law") if options["release"] else _("kept for the law")
        self.finish(True, {"case": options["case"], "held": not options["release"]}, said)

    def _erase(self, options: dict[str, Any]) -> None:
        if not is_grounds(options["grounds"]):
            raise GroundsUnfit()
        subjects = _whom(options)
        if not subjects:
            raise NobodyFound()
        if not options["yes"]:
            texts = sum(1 for one in queries.texts_of_subjects(subjects) if one.text is not None)
            said = _(
                "%(persons)s persons, %(texts)s texts. Nothing was erased; add --yes to do it."
            ) % {"persons": len(subjects), "texts": texts}
            self.finish(True, {"erased": False, "subjects": subjects, "texts": texts}, said)
            return
        held = cases.held_numbers(subjects)
        if held:
            raise KeptForTheLaw(numbers=", ".join(held))
        gone = actions.erase_subjects(subjects, actor=OPERATOR, grounds_code=options["grounds"])
        is_clean = erasure.scrub_if_due() or gone.subjects == 0
        said = _("Erased: %(persons)s persons, %(texts)s texts, %(files)s files.") % {
            "persons": gone.subjects,
            "texts": gone.texts,
            "files": gone.files,
        }
        if not is_clean:
            said += " " + _("Other programs hold the database: the ticker cleans its free space.")
        self.finish(
            True,
            {
                "erased": True,
                "subjects": subjects,
                "persons": gone.subjects,
                "texts": gone.texts,
                "files": gone.files,
                "scrubbed": is_clean,
            },
            said,
        )


def _whom(options: dict[str, Any]) -> list[UUID]:
    if options["receipt"]:
        return erasure.find("receipt", options["receipt"])
    if options["phone"]:
        return erasure.find("phone", options["phone"])
    if "subject" not in options:
        return []
    try:
        subject = UUID(options["subject"])
    except ValueError:
        raise NobodyFound() from None
    return [subject] if queries.is_known(subject) else []
