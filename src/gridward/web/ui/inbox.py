"""The inbox of staff, as the workbench and a grid worker's pages show it; and its count."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import urlencode

from gridward.access.rules import Viewer
from gridward.cases import queries as cases
from gridward.cases.notices import news
from gridward.notify import actions, queries
from gridward.notify.queries import COUNTED_MOST
from gridward.web.ui import words
from gridward.web.ui.pages import Link, Pager, Shell


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One item: value is what its button sends; when: in words."""

    value: str
    text: str
    when: str
    is_urgent: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class InboxPage:
    """`workbench/inbox.html` and `field/inbox.html`: unread first, then what was read."""

    shell: Shell
    address: str
    unread: tuple[InboxLine, ...] = ()
    read: tuple[InboxLine, ...] = ()
    pager: Pager = field(default_factory=Pager)
    nav: tuple[Link, ...] = ()


def inbox_page(
    request: HttpRequest, viewer: Viewer, shell: Shell, nav: tuple[Link, ...] = ()
) -> InboxPage:
    """The page, drawn from as many statements for two items as for fifty."""
    after = _id(request.GET.get("after", ""))
    found = queries.inbox_of(viewer, after=after)
    told = {one.item.id: one for one in news([*found.unread, *found.read])}

    def line(item_id: UUID) -> InboxLine:
        one = told[item_id]
        return InboxLine(
            value=str(item_id),
            text=one.text,
            when=words.moment_words(one.item.made_at),
            is_urgent=one.item.urgent,
            is_over=not one.is_open,
        )

    more = f"{request.path}?{urlencode({'after': str(found.next)})}" if found.next else ""
    return InboxPage(
        shell=replace(shell, unread=queries.unread_of(viewer).number),
        address=request.path,
        unread=tuple(line(one.id) for one in found.unread),
        read=tuple(line(one.id) for one in found.read),
        pager=Pager(next=more, first=request.path if after else ""),
        nav=nav,
    )


def take_inbox(request: HttpRequest, viewer: Viewer, *, case_route: str) -> HttpResponse:
    """Marks one item as read and goes where it leads, or marks all. Raises NoSuchItem."""
    opened = _id(request.POST.get("open", ""))
    if opened is None:
        if request.POST.get("all"):
            actions.read_items(viewer)
        return HttpResponseRedirect(request.path, status=303)
    item = queries.item_for(viewer, opened)
    actions.read_items(viewer, [opened])
    if item.task_id is not None and item.post_id is not None:
        return HttpResponseRedirect(reverse("field:check", args=[item.task_id]), status=303)
    if not viewer.may("case.see"):
        return HttpResponseRedirect(request.path, status=303)
    return HttpResponseRedirect(reverse(case_route, args=[item.case_id]), status=303)


def count_answer(request: HttpRequest, viewer: Viewer, *, waits: bool) -> HttpResponse:
    """What is unread and what waits, as JSON with a tag: nothing new costs no body."""
    unread = queries.unread_of(viewer)
    waiting = sum(cases.waiting_counts(viewer).values()) if waits else 0
    said = {
        "unread": unread.number,
        "waiting": min(waiting, COUNTED_MOST),
        "newest": str(unread.newest or ""),
    }
    tag = f'"{hashlib.sha256(repr((viewer.post_id, said)).encode()).hexdigest()[:20]}"'
    answer: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        answer = HttpResponse(status=304)
    else:
        answer = JsonResponse(said)
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
