"""What another person proposed and this post may decide: the second of two persons."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gridward.cases import queries
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.directory import queries as directory
from gridward.web.ui import words
from gridward.web.ui.pages import Badge, Row, Shell
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of, title_of
from gridward.web.workbench.lines import case_address


@dataclass(frozen=True, slots=True)
class ApprovalsPage:
    """The proposals that wait for this post, the earliest to lapse first."""

    shell: Shell
    rows: tuple[Row, ...]


@for_staff("case.force_confirm")
@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """What was proposed by somebody else; deciding is done on the event's own page."""
    viewer = staff_of(request)
    waiting = queries.proposals_waiting(viewer, wall.now())
    names = directory.holders([one.proposed_by for one in waiting])
    cards = {card.id: card for card in queries.cards(viewer, [one.case_id for one in waiting])}
    titles = {
        step.key: str(step.title)
        for process in catalogue().processes.values()
        for step in process.steps
    }
    rows = tuple(
        Row(
            title=_about(cards.get(one.case_id), titles.get(one.step, "")),
            address=case_address(one.case_id),
            sub=" · ".join(
                part
                for part in (
                    one.case_number,
                    cards[one.case_id].place if one.case_id in cards else "",
                    _("Proposed by %(who)s on %(when)s")
                    % {
                        "who": names[one.proposed_by].name if one.proposed_by in names else "—",
                        "when": words.moment_words(one.proposed_at),
                    },
                )
                if part
            ),
            badge=Badge(
                _("Lapses %(when)s") % {"when": words.moment_words(one.expires_at)}, "yellow"
            ),
        )
        for one in waiting
    )
    page = ApprovalsPage(shell_of(request, viewer, "approvals"), rows)
    return render(request, "workbench/approvals.html", {"page": page})


def _about(card: queries.CaseCard | None, step: str) -> str:
    """What is proposed, and for what kind of event."""
    return " · ".join(part for part in (step, title_of(card.matter_title) if card else "") if part)
