"""Lists' filters under a name: for one post, or for everybody of its organisation."""

from __future__ import annotations

from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors
from gridward.cases.models import SavedView
from gridward.core import clock as wall
from gridward.core.action import action
from gridward.core.errors import NotFound
from gridward.core.ids import new_id
from gridward.journal.actions import note
from gridward.journal.rules import ActorRef

NAME_MAX, QUERY_MAX, VIEWS_MAX = 40, 400, 30


@action
def save_view(by: Viewer, *, name: str, query: str, shared: bool = False) -> UUID:
    """Keep a list's filters under a name; the same name again replaces what it stood for.

    query: filters as they stand in an address; words that were searched for are no filter and
    must not be in it. Raises ViewUnnamed, ViewEmpty, TooManyViews.
    """
    said = " ".join(name.split())[:NAME_MAX]
    if not said:
        raise errors.ViewUnnamed()
    if not query or len(query) > QUERY_MAX:
        raise errors.ViewEmpty()
    known = SavedView.objects.filter(post=by.post_id, name=said).first()
    if known is None and SavedView.objects.filter(post=by.post_id).count() >= VIEWS_MAX:
        raise errors.TooManyViews(max=VIEWS_MAX)
    view = known or SavedView(id=new_id(), post=by.post_id, name=said)
    view.organisation_id = by.organisation_id
    view.query, view.shared, view.saved_at = query, shared, wall.now()
    view.save()
    note("view.saved", view.id, actor=ActorRef("post", by.post_id), shared=shared)
    return view.id


@action
def remove_view(by: Viewer, view_id: UUID) -> None:
    """Take away a view that this post saved. Raises NotFound."""
    gone, _kinds = SavedView.objects.filter(id=view_id, post=by.post_id).delete()
    if not gone:
        raise NotFound()
    note("view.removed", view_id, actor=ActorRef("post", by.post_id))
