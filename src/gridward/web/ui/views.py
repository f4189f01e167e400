"""What every surface shares: how the reader wants to read, and maps of our own ground."""

from __future__ import annotations

import math

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gridward.core import jurisdiction
from gridward.territory import queries as territory
from gridward.web.ui import maps
from gridward.web.ui.context import TEXT_COOKIE
from gridward.web.ui.ranges import ranged
from gridward.web.ui.sessions import for_everybody, safe_next
from gridward.web.ui.templatetags.gridward_ui import icon

YEAR_S = 365 * 24 * 3600
LEVELS_FOR_ALL = (1, 2, 3)  # the whole ground is drawn no finer than this


@for_everybody
@require_POST
def prefs(request: HttpRequest) -> HttpResponse:
    """Keeps language and text size on the reader's device and goes back to the page."""
    answer = HttpResponseRedirect(safe_next(request, request.POST.get("next", "")) or "/")
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR_S, samesite="Lax", httponly=True
        )
    text = request.POST.get("text", "")
    if text == "large":
        answer.set_cookie(TEXT_COOKIE, text, max_age=YEAR_S, samesite="Lax", httponly=True)
    elif text == "normal":
        answer.delete_cookie(TEXT_COOKIE, samesite="Lax")
    return answer


@for_everybody
@require_GET
def place_found(request: HttpRequest) -> HttpResponse:
    """The name of the area at a point, as a small piece of a page."""
    point = point_of(request)
    if point is None:
        return HttpResponse(status=204)
    return HttpResponse(place_html(*point), headers={"Cache-Control": "no-store"})


@for_everybody
@require_GET
def map_areas(request: HttpRequest) -> HttpResponse:
    """Polygons of the ground as GeoJSON. ?near=lng,lat adds the grids around a point."""
    language = get_language() or "zh"
    version = territory.boundary_version()
    near = point_from(request.GET.get("near", ""))
    around = f"{near[0]:.6f},{near[1]:.6f}" if near else "all"
    tag = f'"{jurisdiction.current().key}-{version}-{language}-{around}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304)
    ids: list[int] = []
    for level in LEVELS_FOR_ALL:
        ids.extend(maps.shown_areas(level))
    if near is not None:
        community = territory.locate(*near).chain[LEVELS_FOR_ALL[-1] - 1]
        if community is not None:
            ids = [*maps.shown_areas(2), *maps.shown_areas(4, under=community), community]
    shapes = territory.polygon_geojson(ids, tolerance_m=0 if near else 10, language=language)
    return JsonResponse(shapes, headers={"ETag": tag, "Cache-Control": "private, max-age=300"})


@for_everybody
@require_GET
def map_base(request: HttpRequest) -> HttpResponse:
    """The configured PMTiles file, in the parts that a map asks for."""
    file = settings.GRIDWARD_MAP.file
    if file is None:
        return HttpResponse(status=404)
    state = file.stat()

    def read(first: int, length: int) -> bytes:
        with file.open("rb") as handle:
            handle.seek(first)
            return handle.read(length)

    if "Range" not in request.headers:  # a file of gigabytes is never sent in one piece
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{state.st_size}"})
    return ranged(
        request,
        size=state.st_size,
        read=read,
        content_type="application/vnd.pmtiles",
        etag=f'"{state.st_mtime_ns:x}-{state.st_size:x}"',
        cache="public, max-age=86400",
    )


@for_everybody
@require_GET
def map_picture(request: HttpRequest) -> HttpResponse:
    """The same ground as an SVG picture. ?window=lng,lat,span&pin=lng,lat"""
    window = maps.window_from(request.GET.get("window", ""))
    if window is None:
        bounds = maps.bounds_of(maps.top_areas())
        if bounds is None:
            return HttpResponse(status=404)
        window = maps.window_of(bounds)
    pin = point_from(request.GET.get("pin", ""))
    return HttpResponse(
        maps.draw(window, pin=pin, language=get_language() or "zh"),
        content_type="image/svg+xml",
        headers={"Cache-Control": "private, max-age=300"},
    )


def point_of(request: HttpRequest) -> tuple[float, float] | None:
    """The point of ?lng=…&lat=…; None when there is none or it is no place."""
    return point_from(f"{request.GET.get('lng', '')},{request.GET.get('lat', '')}")


def point_from(text: str) -> tuple[float, float] | None:
    """The point of “lng,lat”; None when it is none."""
    try:
        lng, lat = (float(part) for part in text.split(","))
    except ValueError:
        return None
    if not (math.isfinite(lng) and math.isfinite(lat) and abs(lng) <= 180 and abs(lat) <= 85):
        return None
    return lng, lat


def place_name(lng: float, lat: float) -> str:
    """Where a point lies, in words; says so when it may be outside."""
    found = territory.locate(lng, lat)
    if found.area_id is None:
        return _("This place may be outside the district. You can still report it.")
    # the grid says enough; a minimal unit's name means nothing to most
    ids = [area for area in found.chain[:4] if area is not None]
    return territory.path_name(ids[-1])


def place_html(lng: float, lat: float) -> str:
    """`place_name` with a pin, escaped."""
    return format_html("{}<span>{}</span>", icon("map-pin"), place_name(lng, lat))
