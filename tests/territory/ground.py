"""Small pieces of ground for the territory's tests."""

from __future__ import annotations

import math

import shapely

from gridward.journal.rules import ActorRef
from gridward.territory import rules

ACTOR = ActorRef("system", "test")
# about 2 km by 2 km
SQUARE = shapely.box(113.10, 22.60, 113.12, 22.62)


def bay(corners: int = 48) -> shapely.Polygon:
    """An outline with bends and a bay, some 14 km across."""
    ring = []
    for step in range(corners):
        turn = 2 * math.pi * step / corners
        reach = 0.06 * (1 + 0.28 * math.sin(2 * turn + 1) + 0.15 * math.sin(3 * turn))
        ring.append((113.2 + 1.1 * reach * math.cos(turn), 22.7 + reach * math.sin(turn)))
    return shapely.Polygon(ring)


def crescent() -> shapely.Polygon:
    """A horseshoe: a straight cut across it leaves two shores."""
    ring = shapely.Point(113.2, 22.7).buffer(0.05, quad_segs=16)
    hole = shapely.Point(113.2, 22.7).buffer(0.03, quad_segs=16)
    return ring.difference(hole).difference(shapely.box(113.19, 22.7, 113.21, 22.8))


def surveyed(plan: tuple[int, ...] = (3, 12), seed: int = 6) -> list[rules.Surveyed]:
    """A drawn bay as the proof takes it: ids in reading order, codes 1, 1.1, 1.1.1 …"""
    drawing = rules.draw([bay()], plan, seed=seed)
    top = rules.Surveyed(1, "1", "Top", 1, None, drawing.grounds[0])
    made, above = [top], [top]
    for level, layer in enumerate(drawing.layers, 2):
        here = []
        for cell, parent in zip(layer.cells, layer.parents, strict=True):
            host = above[int(parent)]
            number = sum(other.parent_id == host.id for other in here) + 1
            code, id_ = f"{host.code}.{number}", len(made) + len(here) + 1
            here.append(rules.Surveyed(id_, code, f"Cell {code}", level, host.id, cell))
        made += here
        above = here
    return made
