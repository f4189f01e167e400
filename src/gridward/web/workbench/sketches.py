"""Areas as a drawing: those inside one, or a change: the lines that were, and what would be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from gridward.territory.rules import AreaView, Change, Ground
from gridward.web.ui import maps
from gridward.web.workbench.pages_territory import Cell, Sketch

FINEST = 900  # one part in so many of the ground's width is not drawn finer
MOST_CELLS = 60


def sketch_of(change: Change, language: str) -> Sketch | None:
    """The ground that changes, drawn on the server; None where there is too much of it.

    A redraw shows the smallest areas only: the wider ones follow them.
    """
    after = {area.id: area for area in change.opened} or {
        id_: change.after.area(id_) for id_ in change.redrawn if not change.after.children(id_)
    }
    before = list(change.ended) if change.opened else list(after)
    return _drawn(change.after, list(after.values()), _polygons(change, before), language)


def sketch_inside(ground: Ground, area_id: int, language: str) -> Sketch | None:
    """The areas right in one, with their names; None where there are none, or too many."""
    return _drawn(ground, ground.children(area_id), [], language)


def _drawn(
    ground: Ground, areas: Sequence[AreaView], former: Sequence[BaseGeometry], language: str
) -> Sketch | None:
    if not areas or len(areas) > MOST_CELLS:
        return None
    shapes = [ground.boundary(area.id) for area in areas]
    west, south, east, north = shapely.total_bounds(shapes)
    window = maps.window_of((west, south, east, north))
    finest = max(east - west, north - south) / FINEST
    cells = []
    for n, (area, shape) in enumerate(zip(areas, shapes, strict=True)):
        at = shapely.maximum_inscribed_circle(shape, finest).coords[0]
        x, y = window.pixel(*at[:2])
        name = short_name(ground, area, language)
        cells.append(Cell(_path(window, shape, finest), name, x, y, n % 4))
    lines = _path(window, shapely.multipolygons(former), finest) if former else ""
    return Sketch(maps.WIDTH, maps.HEIGHT, tuple(cells), lines)


def short_name(ground: Ground, area: AreaView, language: str) -> str:
    """The name without its parent's, where it begins with that."""
    name = area.name_in(language)
    above = ground.area(area.parent_id).name_in(language) if area.parent_id else ""
    return name.removeprefix(above).strip() or name


def _polygons(change: Change, ids: Iterable[int]) -> list[BaseGeometry]:
    return [
        part
        for id_ in ids
        if id_ in change.before.boundaries
        for part in shapely.get_parts(change.before.boundary(id_))
    ]


def _path(window: maps.Window, shape: BaseGeometry, finest: float) -> str:
    """An SVG path of every ring, in pixels of the window."""
    rings = []
    for polygon in shapely.get_parts(shapely.simplify(shape, finest)):
        for ring in shapely.get_rings(polygon):
            pixels = (window.pixel(lng, lat) for lng, lat in shapely.get_coordinates(ring))
            rings.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in pixels) + "Z")
    return "".join(rings)
