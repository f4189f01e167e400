"""Open cases on the map: the page, and what lies in the part of the ground that is looked at."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gridward.access.rules import Viewer
from gridward.cases import queries
from gridward.cases.queries import CaseMap
from gridward.core.errors import BadInput
from gridward.territory import queries as territory
from gridward.web.ui import maps, words
from gridward.web.ui.pages import FormField, Link, MapView, Shell
from gridward.web.ui.sessions import for_staff, staff_of
from gridward.web.ui.staff import shell_of
from gridward.web.workbench import filters as filtering
from gridward.web.workbench.filters import Filters
from gridward.web.workbench.lines import line_of
from gridward.web.workbench.pages import CaseLine

BESIDE = 12  # rows beside the map: the most urgent, in words


@dataclass(frozen=True, slots=True)
class MapPage:
    """The map with its filters, and the most urgent events of the same choice in words."""

    shell: Shell
    map: MapView | None
    filters: tuple[FormField, ...]
    flags: tuple[FormField, ...]
    chips: tuple[Link, ...]
    lines: tuple[CaseLine, ...]
    whole_list: str
    is_filtered: bool
    more_open: bool


@for_staff("case.see")
@require_GET
def case_map(request: HttpRequest) -> HttpResponse:
    """Open events on the viewer's ground, on a map and in words; filters in the address."""
    viewer = staff_of(request)
    asked = filtering.read(request.GET)
    found = queries.list_page(
        viewer,
        order="due",
        area=asked.area,
        state=asked.state,
        mine=asked.mine,
        only=asked.only,
        limit=BESIDE,
    )
    flags = tuple(filtering.flags_of(asked))
    kept = {key: value for key, value in asked.kept.items() if key not in ("q", "order")}
    points = reverse("workbench:map-points")
    page = MapPage(
        shell=shell_of(request, viewer, "map"),
        map=maps.map_of(
            reverse("ui:map-areas"),
            reverse("ui:map-picture"),
            within=asked.area or viewer.area_id,
            points=f"{points}?{urlencode(kept)}",
        ),
        filters=tuple(filtering.fields_of(viewer, asked)),
        flags=flags,
        chips=tuple(filtering.chips_of(viewer, asked)),
        lines=tuple(line_of(card) for card in found.items),
        whole_list=f"{reverse('workbench:list')}?{urlencode(kept)}",
        is_filtered=asked.narrows,
        more_open=any(field.value for field in flags),
    )
    return render(request, "workbench/map.html", {"page": page})


@for_staff("case.see")
@require_GET
def map_points(request: HttpRequest) -> HttpResponse:
    """What lies within ?box=west,south,east,north as GeoJSON: events, or counts of areas.

    The answer carries an ETag, so that looking again costs nothing while nothing has changed.
    """
    viewer = staff_of(request)
    box = _box(request.GET.get("box", ""))
    asked = filtering.read(request.GET)
    found = queries.case_map(
        viewer, box, area=asked.area, state=asked.state, mine=asked.mine, only=asked.only
    )
    content = json.dumps(_drawn(found, viewer, asked), ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(content, content_type="application/geo+json", headers=headers)


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput({"box": _("Say west,south,east,north in degrees.")}) from None
    if not all(map(math.isfinite, (west, south, east, north))) or west >= east or south >= north:
        raise BadInput({"box": _("Say west,south,east,north in degrees.")})
    return west, south, east, north


def _drawn(found: CaseMap, viewer: Viewer, asked: Filters) -> dict[str, Any]:
    if found.level:
        said = _("Counted by %(level)s; come closer to see each event.") % {
            "level": territory.level_title(found.level)
        }
        features = [_count_feature(each, asked) for each in found.counts]
    else:
        said = _("%(n)s open events here") % {"n": len(found.points)}
        features = [_point_feature(each) for each in found.points]
    unplaced = ""
    if found.unplaced:
        unplaced = _("%(n)s without an exact place; they stand in the list.") % {
            "n": f"{found.unplaced}+" if found.unplaced >= 1000 else found.unplaced
        }
    return {
        "type": "FeatureCollection",
        "features": features,
        "counted": bool(found.level),
        "said": said,
        "unplaced": unplaced,
    }


def _point_feature(point: queries.MapPoint) -> dict[str, Any]:
    clock = words.clock_pill(due=point.due_at) if point.due_at else None
    return _feature(
        point.lng,
        point.lat,
        light=point.light or "none",
        urgent=point.urgent,
        title=str(point.matter_title or _("Matter not chosen yet")),
        state=str(point.state_title),
        due=clock.text if clock else "",
        address=reverse("workbench:case", args=[point.id]),
        number=point.number,
    )


def _count_feature(count: queries.MapCount, asked: Filters) -> dict[str, Any]:
    worst = "red" if count.red else "orange" if count.orange else "yellow" if count.yellow else ""
    kept = {key: value for key, value in asked.kept.items() if key not in ("q", "order")}
    return _feature(
        count.lng,
        count.lat,
        light=worst or "green",
        total=count.total,
        late=count.red,
        title=territory.path_name(count.area),
        state=_("%(n)s open, %(late)s overdue") % {"n": count.total, "late": count.red},
        address=f"{reverse('workbench:list')}?{urlencode(kept | {'area': count.area})}",
    )


def _feature(lng: float, lat: float, **said: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [round(lng, 6), round(lat, 6)]},
        "properties": said,
    }
