"""What a grid worker has settled on the spot already, as part of the form that reports it."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.cases import actions, errors
from gridward.catalog.queries import catalogue
from gridward.web.ui.media import take_in
from gridward.web.ui.pages import Choice, FormField

CONDITION = "settled_condition"
INTERNAL, REPLY, AFTER = "settled_internal", "settled_reply", "settled_after"
WORDS_MAX = 2000


def conditions(viewer: Viewer) -> tuple[Choice, ...]:
    """What this worker may settle alone or with the community, under the groups of matters."""
    book = catalogue()
    return tuple(
        Choice(condition.key, f"{matter.title} · {condition.title}", group=str(group.title))
        for group in book.groups.values()
        for matter in book.matters_of(group.key)
        for condition in book.conditions_of(matter.key)
        if ("worker" in condition.self_handle.by and viewer.may("case.self_handle"))
        or ("community" in condition.self_handle.by and viewer.may("case.self_handle_team"))
    )


def fields(viewer: Viewer, *, sent: QueryDict, problem: str) -> tuple[FormField, ...]:
    """The fields of the part "handled on the spot"; none where the worker may settle nothing."""
    choices = conditions(viewer)
    if not choices:
        return ()
    return (
        FormField(
            CONDITION,
            "select",
            _("What it was"),
            _("Choose it only if you have settled it; the photo above shows it as it was."),
            value=sent.get(CONDITION, ""),
            choices=choices,
            error=problem,
        ),
        FormField(
            INTERNAL,
            "textarea",
            _("What was done (internal)"),
            value=sent.get(INTERNAL, ""),
            needed=True,
            most=WORDS_MAX,
        ),
        FormField(
            REPLY,
            "textarea",
            _("Reply to the reporter"),
            value=sent.get(REPLY, ""),
            needed=True,
            most=WORDS_MAX,
        ),
        FormField(AFTER, "photos", _("Photos after the work"), most=3),
    )


def settled_of(request: HttpRequest, viewer: Viewer) -> actions.Settled | None:
    """What was settled, its photos staged; None where the form only reports.

    Raises MayNotSettle for a condition that this worker was not offered, and what staging refuses.
    """
    condition = request.POST.get(CONDITION, "").strip()
    if not condition:
        return None
    if condition not in {choice.value for choice in conditions(viewer)}:
        raise errors.MayNotSettle()
    photos = [
        take_in(upload, f"post:{viewer.post_id}").id for upload in request.FILES.getlist(AFTER)
    ]
    return actions.Settled(
        condition=condition,
        internal=request.POST.get(INTERNAL, ""),
        reply=request.POST.get(REPLY, ""),
        photos=photos,
    )
