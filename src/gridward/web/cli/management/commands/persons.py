"""`gridward persons erase`: destroys what is kept of a person, for good."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from gridward.journal.rules import ActorRef
from gridward.vault import actions, erasure, queries
from gridward.vault.errors import GroundsUnfit, NobodyFound
from gridward.vault.rules import is_grounds
from gridward.web.cli.base import ReportCommand

OPERATOR = ActorRef("system", "operator")


class Command(ReportCommand):
    help = "Erase a person's words, number and photos; the journal still verifies."

    def add_options(self, parser: CommandParser) -> None:
        erase = self.subcommands(parser).add(
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

    def report(self, **options: Any) -> None:
        if not is_grounds(options["grounds"]):
            raise GroundsUnfit()
        subjects = _whom(options)
        if not subjects:
            raise NobodyFound()
        if not options["yes"]:
            texts = sum(1 for one in queries.texts_of_subjects(subjects) if one.text is not None)
            said = (
                f"{len(subjects)} persons, {texts} texts. Nothing was erased; add --yes to do it."
            )
            self.finish(True, {"erased": False, "subjects": subjects, "texts": texts}, said)
            return
        gone = actions.erase_subjects(subjects, actor=OPERATOR, grounds_code=options["grounds"])
        is_clean = erasure.scrub_if_due() or gone.subjects == 0
        said = f"erased: {gone.subjects} persons, {gone.texts} texts, {gone.files} photos"
        if not is_clean:
            said += "; free space of the database will be cleaned by the ticker"
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
    try:
        subject = UUID(options["subject"])
    except ValueError:
        raise NobodyFound() from None
    return [subject] if queries.is_known(subject) else []
