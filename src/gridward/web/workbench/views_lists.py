"""Lists of cases: filters in the address, keyset pages, saved views."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.core.errors import Problem
from gridward.web.ui.pages import Link, Pager
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of
from gridward.web.workbench import filters as filtering
from gridward.web.workbench import pages
from gridward.web.workbench.filters import Filters
from gridward.web.workbench.lines import line_of, picks_of


@for_staff("case.see")
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """The cases that this post may see; filters and words in the address, keyset pages."""
    return _list(request, staff_of(request))


def _list(
    request: HttpRequest, viewer: Viewer, *, problem: Problem | None = None, name: str = ""
) -> HttpResponse:
    asked = filtering.read(request.GET)
    found = queries.list_page(
        viewer,
        order=asked.order,
        area=asked.area,
        state=asked.state,
        mine=asked.mine,
        query=asked.query,
        cursor=request.GET.get("after", ""),
        only=asked.only,
    )
    kept = asked.kept
    picks = picks_of(viewer) if asked.mine else frozenset()
    lines = tuple(line_of(card, picks=picks) for card in found.items)
    more = tuple(filtering.more_of(asked))
    flags = tuple(filtering.flags_of(asked))
    address = reverse("workbench:list")
    keep = filtering.kept_query(asked)
    page = pages.ListPage(
        shell=shell_of(request, viewer, "list"),
        title=_("All events"),
        lines=lines,
        filters=tuple(filtering.fields_of(viewer, asked)),
        more=more,
        flags=flags,
        more_open=any(field.value for field in (*more, *flags)),
        chips=tuple(filtering.chips_of(viewer, asked)),
        words=asked.query,
        pager=Pager(
            f"?{urlencode(kept | {'after': found.cursor})}" if found.cursor else "",
            (f"?{urlencode(kept)}" if kept else address) if request.GET.get("after") else "",
        ),
        is_filtered=asked.narrows,
        order=kept.get("order", ""),
        orders=tuple(_orders(asked)) if not asked.query else (),
        views=tuple(_views(viewer, keep)) if not asked.query else (),
        keep=keep,
        export=_export(asked) if not asked.query else "",
        phone_search=_address_of("workbench:phone") if viewer.may_any(*BY_PHONE) else "",
        problem=problem.message if problem else "",
        view_name=name,
        at_title=pgettext("column", "Opened"),
        can_pick=any(line.pick for line in lines),
    )
    status = problem.status if problem else 200
    return render(request, "workbench/list.html", {"page": page}, status=status)


BY_PHONE = ("case.accept", "case.callback")


def _address_of(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _export(asked: Filters) -> str:
    there = _address_of("workbench:export")
    return f"{there}?{urlencode(asked.kept)}" if there else ""


def _orders(asked: Filters) -> list[Link]:
    rest = {k: v for k, v in asked.kept.items() if k != "order"}
    return [
        Link(title, f"?{urlencode(rest | {'order': key})}", current=asked.order == key)
        for key, title in (("due", _("By due time")), ("newest", _("Newest first")))
    ]


def _views(viewer: Viewer, here: str) -> list[pages.SavedView]:
    address = reverse("workbench:list")
    return [
        pages.SavedView(
            name=card.name,
            address=f"{address}?{card.query}",
            current=bool(here) and card.query == here,
            shared=card.shared,
            remove=reverse("workbench:view-remove", args=[card.id]) if card.own else "",
        )
        for card in queries.saved_views(viewer)
    ]


# --- saved views --------------------------------------------------------------------------------


@for_staff("case.see")
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the address (?…) under a name."""
    viewer = staff_of(request)
    name = request.POST.get("name", "")
    query = filtering.kept_query(filtering.read(request.GET))
    try:
        actions.save_view(viewer, name=name, query=query, shared=request.POST.get("shared") == "1")
    except Problem as problem:
        return _list(request, viewer, problem=problem, name=name)
    messages.success(request, _("The view is kept; it stands above the list."))
    return HttpResponseRedirect(f"{reverse('workbench:list')}?{query}", status=303)


@for_staff("case.see")
@require_POST
def remove_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Take away a view that this post kept."""
    actions.remove_view(staff_of(request), view_id)
    messages.success(request, _("The view is removed; no event was touched."))
    return HttpResponseRedirect(reverse("workbench:list"), status=303)
