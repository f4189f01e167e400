"""`gridward explain RECEIPT|CASE`: why this area, organisation, deadline and state; who is next."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils import translation

from gridward.cases import actions, queries
from gridward.core.errors import NotFound
from gridward.journal.rules import ActorRef
from gridward.web.cli.base import ReportCommand

ACTOR = ActorRef("system", "explain")


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
        parser.add_argument("--language", choices=["zh", "en"], default="zh")

    def report(self, **options: Any) -> None:
        language = "en" if options["language"] == "en" else "zh-hans"
        with translation.override(language):
            if options["who"]:
                self._sight(options["who"], options["number"])
                return
            found = queries.explain_number(
                options["number"], audience="public" if options["public"] else "staff"
            )
            lines: list[str] = []
            for number, answers in found:
                lines.append(number)
                for why in answers:
                    basis = f"  [{why.rule}" if why.rule else ""
                    if why.rule and why.edition is not None:
                        basis += f", {translation.gettext('edition')} {why.edition}"
                    lines.append(f"  {why.question}  {why.answer}{basis + ']' if basis else ''}")
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
