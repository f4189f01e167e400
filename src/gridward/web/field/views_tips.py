"""Tips: something odd, noted in ten seconds, and what became of the earlier ones."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from gridward.access.rules import Viewer
from gridward.cases import actions
from gridward.cases.queries import tips
from gridward.cases.queries.tips import TipView
from gridward.core.errors import NotFound, Problem
from gridward.territory import queries as territory
from gridward.web.field import pages
from gridward.web.ui import reporting
from gridward.web.ui.media import file_answer, picture_of
from gridward.web.ui.navigation import thumb_bar
from gridward.web.ui.pages import Tone
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of
from gridward.web.ui.words import moment_words

SHOWN = 20


@for_staff("report.submit")
@require_http_methods(["GET", "HEAD", "POST"])
def tip(request: HttpRequest) -> HttpResponse:
    """The form, and below it my own tips with what became of them."""
    viewer = staff_of(request)
    if request.method != "POST":
        return _page(request, viewer, reporting.blank())
    asked = reporting.read(request)
    if asked.goes_on:
        return _page(request, viewer, asked)
    if asked.errors:
        return _page(request, viewer, asked, status=422)
    lng, lat = asked.point or (None, None)
    try:
        actions.note_tip(
            viewer,
            client_id=asked.client_id,
            words=asked.values.get("words", ""),
            place=actions.Place(lng, lat, asked.values.get("datum") or "wgs84"),
            photos=asked.staged,
            staged_by=asked.token,
        )
    except Problem as problem:
        asked = replace(asked, errors={"words": problem.message})
        return _page(request, viewer, asked, status=problem.status)
    said = _("Noted. The street desk reads it, and what becomes of it stands below.")
    messages.success(request, said, extra_tags="field.tip")
    return HttpResponseRedirect(reverse("field:tip"), status=303)


def _page(
    request: HttpRequest, viewer: Viewer, asked: reporting.Asked, *, status: int = 200
) -> HttpResponse:
    page = pages.TipPage(
        shell=shell_of(request, viewer, ""),
        nav=thumb_bar("tip"),
        form=reporting.form_of(asked, staged_photo="field:staged-photo"),
        fresh=request.method != "POST",
        ground=territory.path_name(viewer.area_id) if viewer.area_id is not None else "",
        mine=tuple(_line(one) for one in tips.tips_by(viewer, limit=SHOWN)),
    )
    return render(request, "field/tip.html", {"page": page}, status=status)


def _became(one: TipView) -> tuple[str, Tone]:
    if one.state == "reported":
        said = _("Became report %(no)s") % {"no": reporting.grouped(one.receipt)}
        return (f"{said} · {one.case.state_title}" if one.case is not None else said), "green"
    if one.state == "read":
        return _("Read, nothing to do"), ""
    return _("Not read yet"), "teal"


def _line(one: TipView) -> pages.TipLine:
    became, tone = _became(one)
    return pages.TipLine(
        words=one.words or "",
        when=moment_words(one.noted_at),
        place=one.place,
        became=became,
        tone=tone,
        answer=one.answer or "",
        address=reverse("field:case", args=[one.case.id]) if one.case is not None else "",
        photos=tuple(
            picture_of(reverse("field:tip-photo", args=[one.id, photo])) for photo in one.photos
        ),
    )


@for_staff("report.submit")
@require_GET
def tip_photo(request: HttpRequest, tip_id: UUID, photo_id: UUID) -> HttpResponse:
    """A photo of one of my tips."""
    one = tips.tip_for(staff_of(request), tip_id)
    if photo_id not in one.photos:
        raise NotFound()
    return file_answer(request, photo_id, thumb="small" in request.GET)
