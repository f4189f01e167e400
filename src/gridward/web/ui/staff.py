"""What every staff page shows around its content, and how rooms' values read on screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.cases import queries as cases
from gridward.cases.queries.tips import tips_waiting
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchOrganisation
from gridward.directory.rules import Organisation
from gridward.notify import queries as notices
from gridward.web.ui import words
from gridward.web.ui.navigation import holds_cases, navigation, reads_tips
from gridward.web.ui.pages import Badge, Choice, Clock, Reason, Shell, Tone, Why
from gridward.web.ui.views_account import post_choices

# by the stage that residents are shown, which every process's states name
STAGE_TONES: Mapping[str, Tone] = {
    "submitted": "teal",
    "accepted": "teal",
    "assigned": "blue",
    "handling": "blue",
    "checking": "teal",
    "closed": "green",
}


def name_of(organisation: Organisation | None) -> str:
    """The organisation's title in the reader's language; empty for none."""
    return organisation.title(get_language() or "zh") if organisation else ""


def shell_of(
    request: HttpRequest,
    viewer: Viewer,
    current: str,
    counts: dict[str, int] | None = None,
    *,
    asks: bool = True,
) -> Shell:
    """The frame of a staff page; current: which link of the navigation one is at.

    counts: what waits by state, where the page has asked already; asks: whether the frame may
    send a statement for its own numbers
    """
    if counts is None and asks and holds_cases(viewer):
        counts = cases.waiting_counts(viewer)
    waiting = sum((counts or {}).values())
    numbers = {"home": waiting}
    if asks and current in ("home", "tips") and reads_tips(viewer):
        # how many wait is asked where the day begins, not on every page
        numbers["tips"] = tips_waiting(viewer)
    if asks and current in ("overview", "approvals") and viewer.may("case.force_confirm"):
        numbers["approvals"] = len(cases.proposals_waiting(viewer, wall.now()))
    # whoever holds cases is told by the page's own question; a statement less on every page
    unread = 0 if holds_cases(viewer) else notices.unread_of(viewer).number
    role = catalogue().roles.get(viewer.role)
    try:
        organisation = name_of(directory.organisation(viewer.organisation_id))
    except NoSuchOrganisation:
        organisation = ""
    return Shell(
        person=viewer.person_name,
        role=str(role.title) if role else "",
        organisation=organisation,
        nav=navigation(viewer, current, numbers),
        posts=tuple(
            Choice(str(post.post_id), post.words)
            for post in post_choices(request)
            if not post.current
        ),
        waiting=waiting,
        unread=unread,
    )


def state_badge(state: str, title: object) -> Badge:
    """The state as a badge: yellow beside the main way, plain when the case ended there."""
    processes = catalogue().processes.values()
    found = next((s for p in processes for s in p.states if s.key == state), None)
    if found is None:
        return Badge(str(title), "")
    if found.side:
        return Badge(str(title), "yellow" if found.group == "open" else "")
    return Badge(str(title), STAGE_TONES.get(found.stage, ""))


def clock_of(view: Any, *, now: datetime | None = None) -> Clock | None:
    """The pill of a `cases` ClockView; None when no clock runs."""
    if view is None or (view.due_at is None and not view.paused):
        return None
    found = words.clock_pill(
        due=view.due_at,
        paused=view.paused,
        provisional=view.provisional,
        title=str(view.title or ""),
        now=now or wall.now(),
    )
    if view.light and found.kind != "paused":
        return Clock(found.kind, found.text, view.light, found.due, found.title, found.provisional)
    return found


def title_of(matter_title: object, summary: str = "") -> str:
    """What a case is called: its matter, else the beginning of the words, else plainly."""
    return str(matter_title or "") or summary or _("Matter not chosen yet")


def why_of(lines: Iterable[Any]) -> Why:
    """A case's reasons as they are read: each question once, its answers below it.

    The rules' own keys stay out: an edition is enough to look them up.
    """
    found: list[Reason] = []
    for line in lines:
        rule = _("Catalogue edition %(n)d") % {"n": line.edition} if line.edition else ""
        if found and found[-1].question == line.question:
            before = found.pop()
            # two steps of one title and the same people read as one
            answers = dict.fromkeys((*before.answers, line.answer))
            found.append(Reason(line.question, tuple(answers), rule or before.rule))
        else:
            found.append(Reason(line.question, (line.answer,), rule))
    return Why(tuple(found))


def channel_title(key: str) -> str:
    """By which way a report came, in words."""
    names = {
        "portal": _("A resident, online"),
        "field": _("A grid worker"),
        "worker": _("A grid worker"),
        "desk": _("Told to the desk"),
        "api": _("Another system"),
        "import": _("Taken over from before"),
        "open311": _("Another system"),
        "phone": _("By telephone"),
    }
    return names.get(key, _("Another way"))
