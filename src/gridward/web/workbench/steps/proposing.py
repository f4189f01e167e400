"""A proposal that waits for a second person, as its case page shows it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.cases import queries
from gridward.cases.queries.deciding import ProposalView
from gridward.cases.queries.pages import CasePage
from gridward.core import clock as wall
from gridward.directory import queries as directory
from gridward.vault import queries as secrets
from gridward.web.ui import words
from gridward.web.ui.pages import Fact
from gridward.web.workbench.steps.fields import DECIDES, PROPOSES


def proposal_of(page: CasePage) -> ProposalView | None:
    """What was proposed and waits for a second person; asked for only by who may do either."""
    if not any(card.key in DECIDES or card.key == PROPOSES for card in page.steps):
        return None
    return queries.open_proposal(page.case.id, wall.now())


def is_to_decide(found: ProposalView, page: CasePage, viewer: Viewer) -> bool:
    """Whether a proposal waits for this viewer's word: somebody else made it."""
    may = any(card.key in DECIDES for card in page.steps)
    return may and found.proposed_person != viewer.person_id


def proposal_facts(found: ProposalView) -> tuple[Fact, ...]:
    """What is proposed, in the words of whoever proposed it."""
    texts = secrets.open_texts([found.grounds, found.reply])
    by = directory.holders([found.proposed_by]).get(found.proposed_by)
    return (
        Fact(_("Proposed by"), by.name if by is not None else "—"),
        Fact(_("Why"), texts.get(found.grounds) or "—"),
        Fact(
            _("What the reporter will read"),
            (texts.get(found.reply) if found.reply else None) or "—",
        ),
        Fact(_("To be decided by"), words.moment_words(found.expires_at)),
    )
