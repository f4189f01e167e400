"""The saved views that somebody may open."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from gridward.access.rules import Viewer
from gridward.cases.models import SavedView


@dataclass(frozen=True)
class ViewCard:
    """A list's filters under a name. own: this post saved it and may take it away."""

    id: UUID
    name: str
    query: str
    shared: bool
    own: bool


def saved_views(viewer: Viewer) -> list[ViewCard]:
    """The post's own views, then those shared in its organisation; one statement."""
    rows = SavedView.objects.filter(
        Q(post=viewer.post_id) | Q(organisation=viewer.organisation_id, shared=True)
    )
    cards = [ViewCard(r.id, r.name, r.query, r.shared, r.post == viewer.post_id) for r in rows]
    return sorted(cards, key=lambda card: (not card.own, card.name))
