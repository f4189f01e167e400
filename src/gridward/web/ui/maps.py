"""Maps of the district's own cells: what a MapLibre map is given, and the picture that is drawn
on the server for readers without script. No tiles, nothing from elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from gridward.territory import queries as territory
from gridward.web.ui.pages import MapView

WIDTH, HEIGHT = 640, 480
SMALL_WIDTH = 280  # the same picture on a phone, without script; browsers report drawn pixels
NAMED_LEVELS = 4  # the names of minimal units say little and would cover the rest
TINTS = ("#dfeae3", "#e9ece0", "#dce8e6", "#ece9dd")
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the ground on a picture of WIDTH × HEIGHT pixels.

    lng, lat: its middle (WGS84); span: degrees of latitude from top to bottom.
    """

    lng: float
    lat: float
    span: float

    @property
    def key(self) -> str:
        """As it stands in addresses and forms."""
        return f"{self.lng:.6f},{self.lat:.6f},{self.span:.6f}"

    def _per_degree(self) -> tuple[float, float]:
        up = HEIGHT / self.span
        return up * math.cos(math.radians(self.lat)), up

    def pixel(self, lng: float, lat: float) -> tuple[float, float]:
        """Where a point lies on the picture, in pixels from the upper left."""
        across, up = self._per_degree()
        return WIDTH / 2 + (lng - self.lng) * across, HEIGHT / 2 - (lat - self.lat) * up

    def point(self, x: float, y: float) -> tuple[float, float]:
        """The point under a pixel: longitude and latitude."""
        across, up = self._per_degree()
        return self.lng + (x - WIDTH / 2) / across, self.lat - (y - HEIGHT / 2) / up

    def around(self, lng: float, lat: float) -> Window:
        """A closer look at a point: a quarter of the span, but never nearer than some 400 m."""
        return Window(lng, lat, max(self.span / 4, 0.004))


def window_from(key: str) -> Window | None:
    """The window of a form's key; None when it is none."""
    try:
        lng, lat, span = (float(part) for part in key.split(","))
    except ValueError:
        return None
    if not all(map(math.isfinite, (lng, lat, span))):
        return None
    if not (-180 <= lng <= 180 and -85 <= lat <= 85 and 0.0005 <= span <= 20):
        return None
    return Window(lng, lat, span)


def window_of(bounds: Bounds) -> Window:
    """The smallest window that shows all of `bounds`, with a little air."""
    west, south, east, north = bounds
    middle = (south + north) / 2
    wide = (east - west) * math.cos(math.radians(middle)) * HEIGHT / WIDTH
    return Window((west + east) / 2, middle, max(north - south, wide, 0.002) * 1.06)


def bounds_of(area_ids: Iterable[int]) -> Bounds | None:
    """West, south, east, north around some areas; None for none."""
    ground = territory.ground()
    boxes = [ground.boundary(id_).bounds for id_ in area_ids]
    if not boxes:
        return None
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def top_areas() -> list[int]:
    """The ids of the widest areas in force."""
    return [area.id for area in territory.children(None)]


def shown_areas(level: int, *, under: int | None = None) -> list[int]:
    """Ids of the areas in force of a level, all or those under one area."""
    if under is None:
        return [area.id for area in territory.areas_of_level(level)]
    return [area.id for area in territory.ground().under(under, level)]


def map_of(
    address: str,
    picture: str,
    *,
    within: int | None = None,
    lng: float | None = None,
    lat: float | None = None,
    points: str = "",
) -> MapView | None:
    """A map around a point, or of an area, or of the whole ground; None before any drawing."""
    if lng is not None and lat is not None:
        near: Bounds | None = (lng - 0.006, lat - 0.004, lng + 0.006, lat + 0.004)
    else:
        near = bounds_of([within] if within is not None else top_areas())
    if near is None:
        return None
    return MapView(areas=address, bounds=near, lng=lng, lat=lat, picture=picture, points=points)


def draw(window: Window, *, pin: tuple[float, float] | None = None, language: str) -> str:
    """An SVG picture of the cells inside a window, two levels deep, with names and a pin.

    Only presentation attributes: a picture obeys the page's policy too.
    """
    ground = territory.ground()
    low = [part.number for part in ground.scheme.levels] if ground.scheme else []
    # far away the streets and communities, nearer the grids, nearest the minimal units
    depth = 3 if window.span > 0.05 else 4 if window.span > 0.012 else 5
    levels = [number for number in low if 2 <= number <= depth] or low
    size = f'width="{WIDTH}" height="{HEIGHT}"'
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {size}>',
        f'<rect {size} fill="#eef1ea"/>',
    ]
    west, north = window.point(0, 0)
    east, south = window.point(WIDTH, HEIGHT)
    labels: list[str] = []
    for number in reversed(levels):
        finest = number == levels[-1]
        widest = number == levels[0]
        for index, area in enumerate(ground.of_level(number)):
            box = ground.boundary(area.id).bounds
            if box[2] < west or box[0] > east or box[3] < south or box[1] > north:
                continue
            fill = TINTS[index % 4] if finest else "none"
            stroke = 2.2 if widest else 1 if finest else 1.5
            out.append(
                f'<path d="{_path(window, area.id)}" fill="{fill}" stroke="#7fa79c" '
                f'stroke-width="{stroke}" stroke-linejoin="round"/>'
            )
            x, y = window.pixel(area.lng, area.lat)
            wide = (box[2] - box[0]) / (east - west) * WIDTH
            name = area.name_in(language)
            big = 15 if widest else 12
            if number > NAMED_LEVELS:
                continue
            if 20 < x < WIDTH - 20 and 12 < y < HEIGHT - 8 and wide > big * _signs(name) * 0.8:
                weight = ' font-weight="600"' if widest else ""
                labels.append(
                    f'<text x="{x:.0f}" y="{y + (0 if widest else 16):.0f}" font-size="{big}"'
                    f'{weight} text-anchor="middle" fill="#2f4a47" stroke="#fff" stroke-width="3" '
                    f'paint-order="stroke" font-family={quoteattr(FONTS)}>{escape(name)}</text>'
                )
    out.extend(labels)
    if pin is not None:
        x, y = window.pixel(*pin)
        out.append(
            f'<path transform="translate({x - 18:.1f} {y - 42:.1f})" d="{PIN}" fill="#a8211a" '
            f'stroke="#fff" stroke-width="2"/><circle cx="{x:.1f}" cy="{y - 25.5:.1f}" r="5.5" '
            'fill="#fff"/>'
        )
    out.append("</svg>")
    return "".join(out)


FONTS = "PingFang SC, Noto Sans SC, Noto Sans CJK SC, Microsoft YaHei, sans-serif"
PIN = "M18 2C9.7 2 3 8.6 3 16.8 3 27.6 18 42 18 42s15-14.4 15-25.2C33 8.6 26.3 2 18 2Z"


def _signs(name: str) -> float:
    return sum(1.0 if ord(sign) > 0x2E80 else 0.55 for sign in name)


def _path(window: Window, area_id: int) -> str:
    shape = territory.ground().boundary(area_id).simplify(window.span / HEIGHT)
    parts: list[str] = []
    for polygon in getattr(shape, "geoms", [shape]):
        for ring in (polygon.exterior, *polygon.interiors):
            parts.append(_ring(window, list(ring.coords)))
    return "".join(parts)


def _ring(window: Window, points: Sequence[tuple[float, ...]]) -> str:
    pixels = [window.pixel(point[0], point[1]) for point in points]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in pixels) + "Z"
