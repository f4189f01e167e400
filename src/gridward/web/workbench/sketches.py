"""A change of boundaries as a drawing: the lines that were, and the areas that would be."""

from __future__ import annotations

from collections.abc import Iterable

import shapely
from shapely.geometry.base import BaseGeometry

from gridward.territory.rules import AreaView, Change
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
    shapes = {id_: change.after.boundary(id_) for id_ in after}
    if not shapes or len(shapes) > MOST_CELLS:
        return None
    west, south, east, north = shapely.total_bounds(list(shapes.values()))
    window = maps.window_of((west, south, east, north))
    finest = max(east - west, north - south) / FINEST
    cells = []
    for n, (id_, shape) in enumerate(shapes.items()):
        at = shape.representative_point()
        x, y = window.pixel(at.x, at.y)
        cells.append(
            Cell(_path(window, shape, finest), _short(change, after[id_], language), x, y, n % 4)
        )
    former = _path(window, shapely.multipolygons(_polygons(change, before)), finest)
    return Sketch(maps.WIDTH, maps.HEIGHT, tuple(cells), former)


def _short(change: Change, area: AreaView, language: str) -> str:
    """The name without its parent's, where it begins with that."""
    name = area.name_in(language)
    above = change.after.area(area.parent_id).name_in(language) if area.parent_id else ""
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
