"""What is in hand around here, for everybody: coarse, wordless, public-space matters alone.

Off until a district turns it on; while it is off, nothing of it answers.
"""

from __future__ import annotations

import math

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gridward.cases import queries
from gridward.catalog.queries import catalogue
from gridward.territory import queries as territory
from gridward.web.portal import pages, wording
from gridward.web.ui import maps, reporting
from gridward.web.ui.pages import Choice
from gridward.web.ui.sessions import for_everybody


def is_on() -> bool:
    """Whether the district shows it."""
    return catalogue().settings.public_page


@for_everybody
@require_GET
def in_hand(request: HttpRequest) -> HttpResponse:
    """The list by community and kind, newest first; a map only where a base map is configured."""
    if not is_on():
        raise Http404
    asked = request.GET
    area = _community(asked.get("area", ""))
    groups = queries.public_groups()
    group = asked.get("group", "")
    group = group if group in groups else ""
    text = asked.get("page", "")
    number = min(int(text), queries.PUBLIC_PAGES) if text.isdecimal() and len(text) < 4 else 1
    found = queries.in_public(area=area, group=group, page=max(1, number))

    def address(page: int) -> str:
        said = {"area": area or "", "group": group, "page": page}
        return f"{reverse('portal:public')}?{urlencode({k: v for k, v in said.items() if v})}"

    page = pages.InHandPage(
        lines=tuple(
            pages.InHandLine(
                title=str(one.title),
                place=territory.path_name(one.area) if one.area is not None else "",
                since=one.since,
                stage=str(wording.STAGE_TITLES.get(one.stage, "")),
            )
            for one in found.lines
        ),
        area=str(area or ""),
        areas=reporting.area_choices(str(area or "")),
        group=group,
        groups=tuple(Choice(key, str(title)) for key, title in groups.items()),
        map=maps.map_of(
            reverse("ui:map-areas"), "", within=area, points=reverse("portal:public-points")
        )
        if settings.GRIDWARD_MAP.is_there
        else None,
        older=address(found.page + 1) if found.more else "",
        newer=address(found.page - 1) if found.page > 1 else "",
    )
    return render(request, "portal/in_hand.html", {"page": page, "here": "public"})


@for_everybody
@require_GET
def points(request: HttpRequest) -> HttpResponse:
    """The same inside ?box= as points of a coarse grid; only for a map with a base map."""
    if not is_on() or not settings.GRIDWARD_MAP.is_there:
        raise Http404
    box = _box(request.GET.get("box", ""))
    found = queries.public_points(box) if box is not None else []
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [one.lng, one.lat]},
            "properties": {
                "title": str(one.title),
                "state": _("%(n)s in hand around here") % {"n": one.total},
                "light": "green",
                "total": one.total,
                "address": f"{reverse('portal:public')}?{urlencode({'area': one.area or ''})}",
            },
        }
        for one in found
    ]
    said = _("Each mark stands for a square of some %(m)s m, not for an exact place.") % {
        "m": catalogue().settings.nearby_blur_m
    }
    return JsonResponse(
        {
            "type": "FeatureCollection",
            "features": features,
            "counted": True,
            "said": said,
            "unplaced": "",
        }
    )


def _community(text: str) -> int | None:
    """The area that was chosen, where it is no smaller than a community: asking grid by grid would
    tell a finer place than the list does."""
    area = reporting.known_area(text)
    if area is None or territory.area(area).level > queries.COMMUNITY:
        return None
    return area


def _box(text: str) -> tuple[float, float, float, float] | None:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    if not all(map(math.isfinite, (west, south, east, north))):
        return None
    return west, south, east, north
