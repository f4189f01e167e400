"""The ground as a process holds it: areas by id, and an index that finds the cell of a point.

Immutable once made, so threads share it. Pure: made of values, asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from gridward.core import geodesy
from gridward.territory import errors
from gridward.territory.rules.levels import NOWHERE, Chain, LevelScheme

NEAREST_M = 30.0
INSIDE, EDGE, NEAREST, OUTSIDE = "inside", "edge", "nearest", "outside"
REASONS = (OUTSIDE, INSIDE, EDGE, NEAREST)
# Which rule decided, by reason; `uncut_parent`: the smallest area there is, where a wider area
# has not been cut further.
RULE_LOWEST_ID, RULE_NEAREST, RULE_UNCUT = "lowest_id", "nearest_30m", "uncut_parent"


@dataclass(frozen=True, slots=True)
class AreaView:
    """An area as it is now. lng, lat: a point inside it, for a label; chain: the areas it lies
    in by level, itself included; closed_on: the day from which it is no more."""

    id: int
    level: int
    kind: str
    code: str
    name: str
    name_en: str
    parent_id: int | None
    chain: Chain
    synthetic: bool
    opened_on: date
    closed_on: date | None
    area_m2: float
    lng: float
    lat: float

    def name_in(self, language: str) -> str:
        """The English name for `en…` where there is one, else the name."""
        return self.name_en if language.startswith("en") and self.name_en else self.name


@dataclass(frozen=True, slots=True)
class Location:
    """Where a point lies, and why.

    area_id: the smallest area there, None outside; chain: its areas by level; reason: `inside`;
    `edge` (on a line between cells: the one with the lowest id); `nearest` (outside, but within
    30 m of a cell; ties: the lowest id); `outside`. boundary_version: the boundaries used.
    """

    area_id: int | None
    chain: Chain
    reason: str
    rule: str
    boundary_version: int
    distance_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Located:
    """Where many points lie. area_ids: 0 where outside; reasons: index into REASONS."""

    area_ids: npt.NDArray[np.int64]
    reasons: npt.NDArray[np.uint8]
    boundary_version: int
    _chains: npt.NDArray[np.int64]
    _places: npt.NDArray[np.int64]

    def chains(self) -> npt.NDArray[np.int64]:
        """(n, 6) ids by level; 0 where there is no area."""
        made: npt.NDArray[np.int64] = self._chains[self._places]
        return made

    def counts(self) -> dict[str, int]:
        """How many points have which reason."""
        counted = np.bincount(self.reasons, minlength=len(REASONS))
        return {reason: int(counted[at]) for at, reason in enumerate(REASONS)}


class Ground:
    """All areas of a jurisdiction at one boundary version."""

    def __init__(
        self,
        areas: Iterable[AreaView],
        boundaries: Mapping[int, BaseGeometry],
        *,
        version: int,
        scheme: LevelScheme | None,
    ) -> None:
        """boundaries: polygons in WGS84 degrees by area id, of the areas in force."""
        self.version, self.scheme = version, scheme
        self.areas: dict[int, AreaView] = {area.id: area for area in areas}
        self.boundaries = boundaries
        self.by_code: dict[str, AreaView] = {}
        self._levels: dict[int, list[AreaView]] = {}
        self._children: dict[int | None, list[AreaView]] = {}
        # ids rise in reading order, so lists by id read well and "lowest id" is one comparison
        in_force = sorted((a for a in self.areas.values() if not a.closed_on), key=lambda a: a.id)
        for area in in_force:
            self.by_code[area.code] = area
            self._levels.setdefault(area.level, []).append(area)
            self._children.setdefault(area.parent_id, []).append(area)

        drawn = [area for area in in_force if area.id in boundaries]
        self.leaves = [area for area in drawn if area.id not in self._children]
        self._wider = [area for area in drawn if area.id in self._children]
        self._leaf_grounds = np.array([boundaries[a.id] for a in self.leaves], dtype=object)
        self._tree = _index(self._leaf_grounds)
        self._wider_tree = _index(np.array([boundaries[a.id] for a in self._wider], dtype=object))
        self._inside: list[Location] = [
            Location(area.id, area.chain, INSIDE, "", version) for area in self.leaves
        ]
        self._outside = Location(None, NOWHERE, OUTSIDE, "", version)
        # one row more than leaves: the last stands for "outside"
        self._leaf_ids = np.array([*(a.id for a in self.leaves), 0], dtype=np.int64)
        self._leaf_chains = np.array(
            [*([x or 0 for x in a.chain] for a in self.leaves), [0] * 6], dtype=np.int64
        )

    def __len__(self) -> int:
        return len(self.areas)

    # areas

    def area(self, id_: int) -> AreaView:
        """The area with this id, closed ones too. Raises NoSuchArea."""
        try:
            return self.areas[id_]
        except KeyError:
            raise errors.NoSuchArea(area=id_) from None

    def children(self, id_: int | None) -> Sequence[AreaView]:
        """The areas in force right under this one (None: the widest), by id."""
        return self._children.get(id_, ())

    def of_level(self, level: int) -> Sequence[AreaView]:
        """The areas in force of one level, by id."""
        return self._levels.get(level, ())

    def under(self, id_: int, level: int) -> list[AreaView]:
        """The areas in force of `level` that lie in this area, itself included, by id."""
        at = self.area(id_).level - 1
        return [area for area in self.of_level(level) if area.chain[at] == id_]

    # points

    def locate(self, lng: float, lat: float) -> Location:
        """Where a WGS84 point lies. Raises NotAPlace for what is no coordinate."""
        # comparisons with NaN are false: one test for range and finiteness
        if not (-180.0 <= lng <= 180.0 and -90.0 <= lat <= 90.0):
            raise errors.NotAPlace(lng=lng, lat=lat)
        hits = self._tree.query(Point(lng, lat), predicate="intersects")
        if hits.size == 1:
            only: Location = self._inside[hits[0]]
            return only
        if hits.size:
            leaf = self.leaves[int(hits.min())]
            return Location(leaf.id, leaf.chain, EDGE, RULE_LOWEST_ID, self.version)
        return self._beside(lng, lat)

    def locate_many(self, lngs: npt.ArrayLike, lats: npt.ArrayLike) -> Located:
        """Where many WGS84 points lie; two sequences of one length. Raises NotAPlace."""
        xs = np.ascontiguousarray(lngs, dtype=np.float64)
        ys = np.ascontiguousarray(lats, dtype=np.float64)
        count = len(xs)
        bad = ~((np.abs(xs) <= 180.0) & (np.abs(ys) <= 90.0))
        if bad.any():
            at = int(np.argmax(bad))
            raise errors.NotAPlace(lng=float(xs[at]), lat=float(ys[at]))
        points, cells = self._tree.query(shapely.points(xs, ys), predicate="intersects")
        outside = len(self.leaves)
        if len(points) == count and (points[1:] > points[:-1]).all():
            # every point in exactly one cell: the usual case, no sorting needed
            places = cells
            reasons = np.ones(count, dtype=np.uint8)
        else:
            places = np.full(count, outside, dtype=np.int64)
            np.minimum.at(places, points, cells)
            times = np.bincount(points, minlength=count)
            reasons = np.minimum(times, 2).astype(np.uint8)
        ids, chains = self._leaf_ids, self._leaf_chains
        missed = np.flatnonzero(reasons == 0)
        if len(missed):
            places, ids, chains = self._mend(missed, xs, ys, places, reasons)
        return Located(ids[places], reasons, self.version, chains, places)

    def _mend(
        self,
        missed: npt.NDArray[np.int64],
        xs: npt.NDArray[np.float64],
        ys: npt.NDArray[np.float64],
        places: npt.NDArray[np.int64],
        reasons: npt.NDArray[np.uint8],
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Points that fell into no cell: near one, in an uncut area, or nowhere."""
        ids, chains = self._leaf_ids, self._leaf_chains
        row_of = {int(id_): row for row, id_ in enumerate(ids[:-1])}
        # far away from everything is the many; only the rest is looked at one by one
        reach_lng, reach_lat = _reach(float(ys[missed].max()), float(ys[missed].min()))
        boxes = shapely.box(
            xs[missed] - reach_lng,
            ys[missed] - reach_lat,
            xs[missed] + reach_lng,
            ys[missed] + reach_lat,
        )
        near = np.zeros(len(missed), dtype=bool)
        for tree in (self._tree, self._wider_tree):
            near[tree.query(boxes)[0]] = True
        extra_ids: list[int] = []
        extra_chains: list[list[int]] = []
        for at in missed[near]:
            found = self._beside(float(xs[at]), float(ys[at]))
            if found.area_id is None:
                continue
            row = row_of.get(found.area_id)
            if row is None:
                row = row_of[found.area_id] = len(ids) + len(extra_ids)
                extra_ids.append(found.area_id)
                extra_chains.append([x or 0 for x in found.chain])
            places[at] = row
            reasons[at] = REASONS.index(found.reason)
        if extra_ids:
            ids = np.concatenate([ids, np.array(extra_ids, dtype=np.int64)])
            chains = np.concatenate([chains, np.array(extra_chains, dtype=np.int64)])
        return places, ids, chains

    def _beside(self, lng: float, lat: float) -> Location:
        wider = self._wider_tree.query(Point(lng, lat), predicate="intersects")
        if wider.size:
            area = max((self._wider[int(i)] for i in wider), key=lambda a: (a.level, -a.id))
            return Location(area.id, area.chain, INSIDE, RULE_UNCUT, self.version)
        reach_lng, reach_lat = _reach(lat, lat)
        box = shapely.box(lng - reach_lng, lat - reach_lat, lng + reach_lng, lat + reach_lat)
        near = np.sort(self._tree.query(box, predicate="intersects"))
        if not near.size:
            return self._outside
        per_lng, per_lat = geodesy.metres_per_degree(lat)
        flat = shapely.transform(
            self._leaf_grounds[near], lambda p: (p - [lng, lat]) * [per_lng, per_lat]
        )
        # to the millimetre, so that "the same distance" means something; ties: the lowest id
        away = np.round(shapely.distance(flat, Point(0, 0)), 3)
        first = int(np.argmin(away))
        if away[first] > NEAREST_M:
            return self._outside
        leaf = self.leaves[int(near[first])]
        distance = float(away[first])
        return Location(leaf.id, leaf.chain, NEAREST, RULE_NEAREST, self.version, distance)

    # shapes

    def boundary(self, id_: int) -> BaseGeometry:
        """The polygon of an area in force, WGS84 degrees. Raises NoSuchArea."""
        self.area(id_)
        try:
            return self.boundaries[id_]
        except KeyError:
            raise errors.NoSuchArea(area=id_) from None

    def features(
        self, ids: Sequence[int], *, tolerance_m: float = 0.0, language: str = "zh"
    ) -> dict[str, Any]:
        """A GeoJSON FeatureCollection of areas, WGS84.

        tolerance_m: how far lines may move to save vertices; common borders stay common.
        """
        drawn = [self.area(id_) for id_ in ids if id_ in self.boundaries]
        grounds = np.array([self.boundaries[area.id] for area in drawn], dtype=object)
        if tolerance_m > 0 and len(drawn):
            slack = tolerance_m / geodesy.metres_per_degree(drawn[0].lat)[1]
            grounds = shapely.coverage_simplify(grounds, slack)
        rounded = shapely.transform(grounds, lambda p: np.round(p, 7)) if len(drawn) else grounds
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "id": area.id,
                    "properties": {
                        "id": area.id,
                        "code": area.code,
                        "name": area.name_in(language),
                        "level": area.level,
                        "kind": area.kind,
                        "synthetic": area.synthetic,
                    },
                    "geometry": shapely.geometry.mapping(ground),
                }
                for area, ground in zip(drawn, rounded, strict=True)
            ],
        }


def _index(grounds: npt.NDArray[Any]) -> shapely.STRtree:
    """A tree over the polygons, with everything made beforehand that is else made on first use:
    threads that ask at the same time then only read."""
    tree = shapely.STRtree(grounds)
    if len(grounds):
        shapely.prepare(grounds)
        bounds = shapely.bounds(grounds)
        shapely.intersects_xy(
            grounds, (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
        )
        tree.query(grounds[0])
    return tree


def _reach(north: float, south: float) -> tuple[float, float]:
    """Half a box in degrees that surely holds everything within NEAREST_M."""
    widest = max(abs(north), abs(south), 0.0)
    across, along = geodesy.metres_per_degree(min(widest, 89.9))
    return 1.01 * NEAREST_M / max(across, 1.0), 1.01 * NEAREST_M / along
