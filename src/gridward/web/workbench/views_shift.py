"""Shift hand-over: what stands at this desk, who waits for word, what the next should know."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.queries import HandoverCard, Promise
from gridward.cases.queries.shifts import AHEAD
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.errors import NotAllowed, Problem
from gridward.web.ui import words
from gridward.web.ui.pages import Badge, Tile
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of
from gridward.web.ui.typed import typed_in
from gridward.web.workbench import pages
from gridward.web.workbench.lines import line_of

WORDS_MAX = 1000


@for_staff("case.accept")
@require_http_methods(["GET", "HEAD", "POST"])
def shift(request: HttpRequest) -> HttpResponse:
    """What the next shift has to know; sent as a form, it is handed over."""
    viewer = staff_of(request)
    if not queries.is_desk(viewer.organisation_id):
        raise NotAllowed()
    if request.method != "POST":
        return _page(request, viewer)
    try:
        actions.hand_over_shift(viewer, words=request.POST.get("words", "")[:WORDS_MAX])
    except Problem as problem:
        return _page(request, viewer, problem)
    said = _("Handed over. Whoever comes next reads it here and takes over.")
    messages.success(request, said, extra_tags="shift")
    return HttpResponseRedirect(reverse("workbench:shift"), status=303)


@for_staff("case.accept")
@require_POST
def take(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Takes the shift over that was given at this desk."""
    viewer = staff_of(request)
    try:
        actions.take_over_shift(viewer, handover_id)
    except Problem as problem:
        return _page(request, viewer, problem)
    messages.success(request, _("Taken over. A good shift to you."))
    return HttpResponseRedirect(reverse("workbench:shift"), status=303)


def _page(request: HttpRequest, viewer: Viewer, problem: Problem | None = None) -> HttpResponse:
    found = queries.shift_page(viewer, wall.now())
    waiting = found.waiting
    mine = waiting is not None and waiting.given_by == viewer.post_id
    counts = found.counts
    may_give = waiting is None or mine
    page = pages.ShiftPage(
        shell=shell_of(request, viewer, "shift"),
        tiles=(
            Tile(_("Open at this desk"), str(counts.open), reverse("workbench:list") + "?mine=1"),
            Tile(_("Urgent"), str(counts.urgent), tone="red" if counts.urgent else ""),
            Tile(_("Overdue"), str(counts.late), tone="red" if counts.late else ""),
            Tile(_("Somebody waits for word"), str(counts.promises)),
        ),
        due=tuple(line_of(card) for card in found.due),
        hours=int(AHEAD.total_seconds() // 3600),
        promises=tuple(_promise(each) for each in found.promises),
        waiting=_handover(waiting) if waiting else None,
        take=reverse("workbench:shift-take", args=[waiting.id]) if waiting and not mine else "",
        may_give=may_give,
        words=request.POST.get("words", waiting.words if waiting and mine else ""),
        history=tuple(_handover(each) for each in found.history),
        problem=problem.message if problem else "",
        typed=() if may_give else typed_in(request.POST),
    )
    status = problem.status if problem else 200
    return render(request, "workbench/shift.html", {"page": page}, status=status)


def _promise(found: Promise) -> pages.PromiseLine:
    titles = {source.key: str(source.title) for source in catalogue().settings.sources}
    badges = []
    if found.due_at is not None:
        late = found.due_at < wall.now()
        due = words.moment_words(found.due_at)
        said = _("%(source)s by %(due)s") % {
            "source": titles.get(found.source, _("Outside source")),
            "due": due,
        }
        badges.append(Badge(said, "red" if late else "orange"))
    if found.word_by is not None:
        said = _("Call promised by %(due)s") % {"due": words.moment_words(found.word_by)}
        badges.append(Badge(said, "red" if found.word_by < wall.now() else "orange"))
    if found.asks:
        badges.append(Badge(_("Hurried %(n)d times") % {"n": found.asks}, "yellow"))
    return pages.PromiseLine(line_of(found.case), tuple(badges))


def _handover(found: HandoverCard) -> pages.HandoverLine:
    counted = {
        "open": found.open,
        "urgent": found.urgent,
        "late": found.late,
        "promises": found.promises,
    }
    return pages.HandoverLine(
        given_at=found.given_at,
        giver=found.giver,
        counts=_("%(open)d open, %(urgent)d urgent, %(late)d overdue, %(promises)d wait for word")
        % counted,
        words=found.words,
        taker=found.taker,
        taken_at=found.taken_at,
    )
