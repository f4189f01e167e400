"""A case as a line of a list, wherever the workbench lists cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.cases.queries import CaseCard
from gridward.catalog.queries import catalogue
from gridward.web.ui.pages import Badge
from gridward.web.ui.staff import clock_of, name_of, state_badge, title_of
from gridward.web.workbench import pages


def case_address(case_id: UUID) -> str:
    """Where a case's page is."""
    return reverse("workbench:case", args=[case_id])


def line_of(
    card: CaseCard,
    *,
    at: datetime | None = None,
    picks: frozenset[str] = frozenset(),
) -> pages.CaseLine:
    """A line. at: the moment shown at its end, else when it was opened; picks: states in which
    several can be dispatched together."""
    title = title_of(card.matter_title, card.summary)
    if card.matter_title and card.summary:
        title = f"{card.matter_title} · {card.summary}"
    return pages.CaseLine(
        key=f"case-{card.id}",
        address=case_address(card.id),
        title=title,
        number=card.number,
        place=card.place or _("Place unknown"),
        state=state_badge(card.state, card.state_title),
        holder=name_of(card.holder) if card.is_open else name_of(card.lead),
        opened_at=card.opened_at,
        clock=clock_of(card.clock) if card.is_open else None,
        badges=badges_of(card),
        pick=str(card.id) if card.state in picks and not card.restricted else "",
        at=at or card.opened_at,
    )


def badges_of(card: CaseCard) -> tuple[Badge, ...]:
    """What has to be seen at a glance."""
    found = []
    if card.urgent:
        found.append(Badge(_("Urgent"), "red"))
    if card.restricted:
        found.append(Badge(_("Restricted"), "dark"))
    if card.reports > 1:
        found.append(Badge(_("%(n)d reports") % {"n": card.reports}, "blue"))
    if card.is_open and card.proposed:
        found.append(Badge(_("%(n)d to be joined?") % {"n": card.proposed}, "yellow"))
    if card.is_open and card.hurries:
        found.append(Badge(_("reminded %(n)d×") % {"n": card.hurries}, "yellow"))
    if card.is_open and card.has_news:
        found.append(Badge(_("News from the reporter"), "green"))
    return tuple(found)


def state_titles() -> dict[str, str]:
    """State → title over all processes of the edition in force, in the packs' order."""
    return {
        state.key: str(state.title)
        for process in catalogue().processes.values()
        for state in process.states
    }


def picks_of(viewer: Viewer) -> frozenset[str]:
    """The states from which this post dispatches at once, and so may dispatch several together."""
    if not viewer.may("case.dispatch"):
        return frozenset()
    return frozenset(
        state
        for process in catalogue().processes.values()
        for step in process.steps
        if step.key == "accept_dispatch"
        for state in step.from_
    )


def kept_of(asked: Mapping[str, str]) -> dict[str, str]:
    """What an address asks for, without the page it stands at."""
    return {k: str(v) for k, v in asked.items() if v and k not in ("after", "page")}
