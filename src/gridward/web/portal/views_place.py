"""A place and who answers for it: behind the QR code of a plate, and “find my grid worker”.

What is shown is what an office has published; nobody's own number, and nothing is kept of who
asked where.
"""

from __future__ import annotations

import math

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gridward.core import geodesy
from gridward.core.geodesy import Datum
from gridward.directory import grounds
from gridward.directory.grounds import PublicContact
from gridward.territory import queries as territory
from gridward.territory.rules import AreaView
from gridward.web.portal import pages, views_report
from gridward.web.ui import maps, reporting
from gridward.web.ui.pages import Link
from gridward.web.ui.sessions import for_everybody
from gridward.web.ui.staff import name_of
from gridward.web.ui.views import place_name

MOST_FOUND = 20


@for_everybody
@require_GET
def at(request: HttpRequest, code: str) -> HttpResponse:
    """The report form with the plate's place filled in, and who answers for it on top.

    A plate outlives its area: what took its place is opened, or offered where it is several.
    """
    area = territory.find_code(code)
    if area is None:
        notice = _("This plate is not known here. Find the place below, or report right away.")
        return _page(request, notice=notice, status=404)
    now = territory.heirs(area.id)
    if area.closed_on is not None and len(now) == 1:
        return HttpResponseRedirect(reverse("portal:at", args=[now[0].code]))
    if area.closed_on is not None:
        notice = _("This area has been divided since the plate was put up. Choose where you are.")
        links = tuple(
            Link(territory.path_name(one.id), reverse("portal:at", args=[one.code])) for one in now
        )
        return _page(request, notice=notice, choices=links)
    contact = grounds.public_contact(area.id)
    return views_report.report_form(
        request, reporting.blank_at(area.id), worker=card_of(area, contact, report=False)
    )


@for_everybody
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """Who looks after a place: by location, a tap on the map, an area, or words about the place."""
    asked = request.GET
    window = maps.window_from(asked.get("window", "")) or reporting.whole_window()
    point = _point(request, window)
    words = " ".join(asked.get("q", "").split())[:60]
    area_id = int(asked["area"]) if _is_id(asked.get("area", "")) else None
    here = territory.ground()
    if point is not None:
        found = territory.locate(*point)
        if found.area_id is None:
            notice = _(
                "This place may be outside the district. Choose another, or call the duty desk."
            )
            return _page(request, notice=notice, point=point, window=window)
        return _page(request, areas=[here.area(found.area_id)], point=point, window=window)
    if area_id is not None:
        known = here.areas.get(area_id)
        if known is not None and known.closed_on is None:
            return _page(request, areas=[known], window=window)
    if words:
        return _by_words(request, words, window)
    return _page(request, window=window)


def _by_words(request: HttpRequest, words: str, window: maps.Window | None) -> HttpResponse:
    found = _named(words)
    if not found:
        notice = _("Nothing found. Try two characters of the place's name, or tap the map.")
        return _page(request, notice=notice, words=words, window=window)
    if len(found) == 1:
        return _page(request, areas=found, words=words, window=window)
    notice = ""
    if len(found) > MOST_FOUND:
        notice = _("Only the first %(n)d are shown. Write more of the name.") % {"n": MOST_FOUND}
    return _page(request, choices=_links(found), notice=notice, words=words, window=window)


def _named(words: str) -> list[AreaView]:
    """Areas in force whose name holds the words, without those that lie in one of them; the wider
    first; in memory, no statement."""
    wanted = words.casefold()
    found = {
        area.id: area
        for area in territory.ground().areas.values()
        if area.closed_on is None
        and area.level > 1
        and wanted in f"{area.name} {area.name_en}".casefold()
    }
    widest = [
        area
        for area in found.values()
        if not any(above in found and above != area.id for above in area.chain)
    ]
    return sorted(widest, key=lambda area: (area.level, area.id))


def _inside(area: AreaView) -> tuple[Link, ...]:
    """The areas that this one is made of, for whoever lives in one of them."""
    parts = [
        one
        for one in territory.ground().areas.values()
        if one.parent_id == area.id and one.closed_on is None
    ]
    return _links(sorted(parts, key=lambda one: one.code))


def _links(areas: list[AreaView]) -> tuple[Link, ...]:
    return tuple(
        Link(
            territory.path_name(area.id),
            f"{reverse('portal:worker')}?{urlencode({'area': area.id})}",
        )
        for area in areas[:MOST_FOUND]
    )


def card_of(area: AreaView, contact: PublicContact, *, report: bool = True) -> pages.WorkerCard:
    """What everybody may know of who answers for an area."""
    duty = contact.desk_phone or contact.duty_phone
    name, phone = contact.worker_name, contact.worker_phone
    if name and phone and duty:
        said = _(
            "%(name)s looks after your grid. Call %(phone)s in working hours, or the duty desk on "
            "%(duty_phone)s at other times."
        ) % {"name": name, "phone": phone, "duty_phone": duty}
    elif name and duty:
        said = _("%(name)s looks after your grid. Call the duty desk on %(duty_phone)s.") % {
            "name": name,
            "duty_phone": duty,
        }
    elif phone and duty:
        said = _(
            "Call your grid worker on %(phone)s in working hours, or the duty desk on "
            "%(duty_phone)s at other times."
        ) % {"phone": phone, "duty_phone": duty}
    elif duty:
        said = _("%(desk)s takes what happens here. Call %(duty_phone)s.") % {
            "desk": name_of(contact.desk) or _("The duty desk"),
            "duty_phone": duty,
        }
    else:
        said = _("%(desk)s takes what happens here. Report online: no call is needed.") % {
            "desk": name_of(contact.desk) or _("The duty desk")
        }
    phones = []
    if phone:
        phones.append((_("Grid worker"), phone))
    if duty:
        phones.append((_("Duty desk"), duty))
    return pages.WorkerCard(
        place=territory.path_name(area.id),
        said=said,
        phones=tuple(phones),
        report=reverse("portal:at", args=[area.code]) if report else "",
        synthetic=area.synthetic,
    )


def _page(
    request: HttpRequest,
    *,
    areas: list[AreaView] | None = None,
    choices: tuple[Link, ...] = (),
    notice: str = "",
    words: str = "",
    point: tuple[float, float] | None = None,
    window: maps.Window | None = None,
    status: int = 200,
) -> HttpResponse:
    window = window or reporting.whole_window()
    contacts = grounds.public_contacts([area.id for area in areas or ()]) if areas else {}
    picture = ""
    if window is not None:
        given = {"window": window.key}
        if point is not None:
            given["pin"] = f"{point[0]:.6f},{point[1]:.6f}"
        picture = f"{reverse('ui:map-picture')}?{urlencode(given)}"
    lng, lat = point or (None, None)
    for area in areas or ():
        # nobody's own ground: a community is several grids, and each has its worker
        if not (contacts[area.id].worker_name or contacts[area.id].worker_phone):
            choices = choices or _inside(area)
    page = pages.WorkerPage(
        cards=tuple(card_of(area, contacts[area.id]) for area in areas or ()),
        choices=choices,
        notice=notice,
        words=words,
        area=str(areas[0].id) if areas and point is None else "",
        areas=reporting.area_choices(),
        map=maps.map_of(reverse("ui:map-areas"), picture, lng=lng, lat=lat),
        picture=picture,
        window=window.key if window else "",
        found=place_name(*point) if point is not None else "",
    )
    answer = render(request, "portal/worker.html", {"page": page, "here": "worker"}, status=status)
    answer["Cache-Control"] = "no-store, private"  # where somebody lives is nobody's else
    return answer


def _point(request: HttpRequest, window: maps.Window | None) -> tuple[float, float] | None:
    asked = request.GET
    for name, shown in (("pick", maps.WIDTH), ("small", maps.SMALL_WIDTH)):
        x, y = asked.get(f"{name}.x", ""), asked.get(f"{name}.y", "")
        if window is not None and x.isdecimal() and y.isdecimal() and len(x + y) < 9:
            scale = maps.WIDTH / shown
            return window.point(int(x) * scale, int(y) * scale)
    try:
        lng, lat = float(asked.get("lng", "")), float(asked.get("lat", ""))
    except ValueError:
        return None
    if not (math.isfinite(lng) and math.isfinite(lat) and abs(lng) <= 180 and abs(lat) <= 85):
        return None
    datum = asked.get("datum", "")
    if datum in tuple(Datum) and geodesy.is_coordinate(lng, lat):
        lng, lat = geodesy.to_wgs84(lng, lat, datum)
    return lng, lat


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < 18
