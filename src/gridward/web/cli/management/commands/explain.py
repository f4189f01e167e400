"""`gridward explain RECEIPT|CASE`: why this area, organisation, deadline and state; who is next."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils import translation

from gridward.cases import actions, queries
from gridward.cases.queries.explaining import Why
from gridward.core.errors import NotFound
from gridward.journal.rules import ActorRef
from gridward.web.cli.base import ReportCommand

ACTOR = ActorRef("system", "explain")


def _basis(why: Why) -> str:
    """By what: the rule, and the edition of the catalogue that it stands in."""
    if not why.rule:
        return ""
    parts = [why.rule]
    if why.edition is not None:
        parts.append(translation.gettext("edition %(number)s") % {"number": why.edition})
    return f"  [{', '.join(parts)}]"


class Command(ReportCommand):
    help = (
        "Explain a case, by its receipt or its number: why this area, this organisation, this "
        "deadline, this state, and who may do what next, each with its rule and edition."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("number", help="a receipt (12 digits) or a case's number")
        parser.add_argument(
            "--public", action="store_true", help="only what the receipt's holder may see"
        )
        parser.add_argument(
            "--who", metavar="STAFF", help="why this person may or may not see the case, instead"
        )
        parser.add_argument(
            "--language", choices=["zh", "en"], help="default: what GRIDWARD_LANGUAGE says"
        )

    def report(self, **options: Any) -> None:
        chosen = {"zh": "zh-hans", "en": "en"}.get(options["language"] or "")
        with translation.override(chosen or settings.GRIDWARD_LANGUAGE):
            if options["who"]:
                self._sight(options["who"], options["number"])
                return
            found = queries.explain_number(
                options["number"], audience="public" if options["public"] else "staff"
            )
            lines: list[str] = []
            for number, answers in found:
                lines.append(number)
                asked = ""
                said: set[tuple[str, str]] = set()
                for why in answers:
                    if (why.question, why.answer) in said:
                        continue  # two ways to the same step
                    said.add((why.question, why.answer))
                    if why.question != asked:
                        lines.append(f"  {why.question}")
                        asked = why.question
                    lines.append(f"    {why.answer}{_basis(why)}")
        data = {"cases": [{"case": n, "why": [asdict(w) for w in whys]} for n, whys in found]}
        self.finish(True, data, "\n".join(lines))

    def _sight(self, who: str, number: str) -> None:
        """Why somebody may or may not see it; nothing of the case, and the question is noted."""
        found = actions.ask_sight(who, number, actor=ACTOR)
        if found is None:
            raise NotFound()
        may = translation.gettext("%(name)s may see this event")
        may_not = translation.gettext("%(name)s may not see this event")
        lines = [(may if found.sees else may_not) % {"name": found.person}]
        for post in found.posts:
            lines.append(f"  {post.post}")
            lines += [f"    {'+' if holds else '-'} {said}" for holds, said in post.reasons]
        self.finish(True, {"sight": asdict(found)}, "\n".join(lines))
