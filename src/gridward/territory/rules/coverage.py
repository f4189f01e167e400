"""The proof that areas cover their ground: once, wholly, level by level. Pure.

Boundaries are straight lines in longitude and latitude, so pieces are cut there: projected first,
a long border with one vertex more on one side would gape by a hand's breadth. How large a piece is,
is measured in the equal-area projection about its own middle. Every fault names its areas, the
place and who lies around it.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gridward.core import geodesy
from gridward.territory import errors

TOLERANCE_M2 = 1.0
THINNEST_M = 3.0
# Degrees, about 1 m: how near is "beside" when a fault's neighbours are named.
_BESIDE = 1e-5
FAULTS = (
    "gap",
    "overlap",
    "overhang",
    "sliver",
    "orphan",
    "duplicate",
    "no_boundary",
    "broken_boundary",
    "wrong_chain",
    "altered",
)


@dataclass(frozen=True)
class Surveyed:
    """One area as the proof sees it. geometry: WGS84 degrees, None when it has no boundary;
    None in what follows: not to be looked at. chain: the stored chain columns; label: the stored
    point inside; area_m2: the stored size; dated: code and parent as the dated rows have them."""

    id: int
    code: str
    name: str
    level: int
    parent_id: int | None
    geometry: BaseGeometry | None
    chain: tuple[int | None, ...] | None = None
    label: tuple[float, float] | None = None
    area_m2: float | None = None
    dated: tuple[str | None, int | None] | None = None


@dataclass(frozen=True)
class SurveyedVersion:
    """The digest of a boundary version: as stored beside it, as noted in the journal (None: not
    noted), and as its boundaries give it now."""

    number: int
    stored: str
    noted: str | None
    found: str


@dataclass(frozen=True)
class Fault:
    """What is wrong, with whom, where. kind: one of FAULTS; areas: codes and names of those
    concerned, the first is the one to mend; lng, lat: a point inside the fault; neighbours:
    areas around it; size_m2: how much ground is concerned; detail: in the active language."""

    kind: str
    areas: tuple[str, ...]
    lng: float | None = None
    lat: float | None = None
    size_m2: float = 0.0
    neighbours: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class Proof:
    """faults: empty when the ground is proved covered; largest_m2: the largest gap or overlap
    found at all, tolerated ones with it; counts: areas per level."""

    faults: tuple[Fault, ...]
    tolerance_m2: float
    largest_m2: float
    area_m2: float
    counts: dict[int, int]

    @property
    def holds(self) -> bool:
        return not self.faults

    def as_data(self) -> dict[str, Any]:
        """Plain data for --json."""
        return {
            "ok": self.holds,
            "tolerance_m2": self.tolerance_m2,
            "largest_m2": round(self.largest_m2, 6),
            "area_m2": round(self.area_m2, 1),
            "areas": {str(level): count for level, count in sorted(self.counts.items())},
            "faults": [asdict(fault) for fault in self.faults],
        }


def prove(
    areas: Sequence[Surveyed],
    *,
    versions: Sequence[SurveyedVersion] = (),
    tolerance_m2: float = TOLERANCE_M2,
    thinnest_m: float = THINNEST_M,
) -> Proof:
    """Whether the areas cover their ground, and every place where they do not.

    At each level: the children of every area that is cut fill it (gap), stay within it
    (overhang) and do not share ground with anybody of their level (overlap; duplicate when two
    are the same ground). Everybody has a boundary that is a valid polygon, a parent one level up
    (orphan), a code of its own (duplicate), and no piece narrower than `thinnest_m` metres
    (sliver). Where one area of a level is cut, all of that level must be (gap). And nothing was
    changed past the actions (altered): label and size fit the boundary, code and parent are those
    of the dated rows, every version's boundaries give the digest that the journal holds.
    """
    return _Survey(areas, tolerance_m2, thinnest_m).proof(versions)


class _Survey:
    def __init__(self, areas: Sequence[Surveyed], tolerance_m2: float, thinnest_m: float) -> None:
        self.areas = sorted(areas, key=lambda area: (area.level, area.code, area.id))
        self.tolerance, self.thinnest = tolerance_m2, thinnest_m
        self.by_id = {area.id: area for area in self.areas}
        self.faults: list[Fault] = []
        self.largest = 0.0
        self.sound: list[Surveyed] = []
        self.ground: dict[int, BaseGeometry] = {}

    def proof(self, versions: Sequence[SurveyedVersion]) -> Proof:
        self._records()
        self._boundaries()
        self._alterations(versions)
        levels: dict[int, list[Surveyed]] = defaultdict(list)
        for area in self.sound:
            levels[area.level].append(area)
        trees = {
            level: shapely.STRtree([self.ground[a.id] for a in members])
            for level, members in levels.items()
        }
        for level, members in sorted(levels.items()):
            self._slivers(members)
            self._overlaps(members, trees[level])
            if level + 1 in levels:
                self._cover(members, levels[level + 1], trees[level + 1])
        tops = [self.ground[a.id] for a in levels.get(min(levels, default=1), [])]
        ground_m2 = float(self._metres2(tops).sum()) if tops else 0.0
        self.faults.sort(key=lambda fault: (FAULTS.index(fault.kind), fault.areas))
        return Proof(
            tuple(self.faults),
            self.tolerance,
            self.largest,
            ground_m2,
            dict(Counter(area.level for area in self.areas)),
        )

    # records

    def _records(self) -> None:
        codes: dict[str, list[Surveyed]] = defaultdict(list)
        tops = [area for area in self.areas if area.level == 1]
        for area in self.areas:
            codes[area.code].append(area)
            parent = self.by_id.get(area.parent_id) if area.parent_id is not None else None
            if area.level == 1:
                if area.parent_id is not None:
                    self._orphan(area, str(errors.TOP_HAS_PARENT))
                elif area is not tops[0]:
                    self._orphan(area, errors.SECOND_TOP % {"code": tops[0].code})
            elif area.parent_id is None:
                self._orphan(area, str(errors.NO_PARENT))
            elif parent is None:
                self._orphan(area, str(errors.PARENT_NOT_IN_FORCE))
            elif parent.level != area.level - 1:
                self._orphan(
                    area,
                    errors.PARENT_AT_OTHER_LEVEL % {"code": parent.code, "level": parent.level},
                )
            self._chain(area, parent)
        for code, same in codes.items():
            if len(same) > 1:
                self._fault(
                    "duplicate", same, detail=errors.CODE_TWICE % {"code": code, "count": len(same)}
                )

    def _chain(self, area: Surveyed, parent: Surveyed | None) -> None:
        if area.chain is None:
            return
        expected: list[int | None] = [None] * len(area.chain)
        at: Surveyed | None = area
        while at is not None and 1 <= at.level <= len(expected) and expected[at.level - 1] is None:
            expected[at.level - 1] = at.id
            at = self.by_id.get(at.parent_id) if at.parent_id is not None else None
        if list(area.chain) != expected:
            self._fault("wrong_chain", [area], detail=str(errors.CHAIN_ASTRAY))

    def _orphan(self, area: Surveyed, why: str) -> None:
        around: tuple[str, ...] = ()
        if area.geometry is not None and not area.geometry.is_empty:
            others = [
                other
                for other in self.areas
                if other.level == area.level and other.id != area.id and other.geometry is not None
            ]
            near = [o for o in others if o.geometry.dwithin(area.geometry, _BESIDE)]  # type: ignore[union-attr]
            around = _labels(near)
        self._fault("orphan", [area], piece=area.geometry, neighbours=around, detail=why)

    def _boundaries(self) -> None:
        for area in self.areas:
            ground = area.geometry
            if ground is None or ground.is_empty:
                self._fault("no_boundary", [area])
            elif ground.geom_type not in ("Polygon", "MultiPolygon"):
                self._fault(
                    "broken_boundary",
                    [area],
                    detail=errors.NOT_A_POLYGON % {"shape": ground.geom_type},
                )
            elif not ground.is_valid:
                why = errors.broken(shapely.is_valid_reason(ground))
                self._fault("broken_boundary", [area], piece=ground, detail=why)
            else:
                self.sound.append(area)
                self.ground[area.id] = ground

    def _alterations(self, versions: Sequence[SurveyedVersion]) -> None:
        for version in versions:
            if not version.stored == version.noted == version.found:
                detail = errors.VERSION_ALTERED % {"number": version.number}
                self.faults.append(Fault("altered", (str(version.number),), detail=detail))
        sizes = measured_m2([self.ground[area.id] for area in self.sound])
        for area, size in zip(self.sound, sizes, strict=True):
            ground = self.ground[area.id]
            why = []
            if area.label and not shapely.dwithin(ground, shapely.Point(area.label), _BESIDE / 10):
                why.append(str(errors.LABEL_OUTSIDE))
            slack = max(self.tolerance, 1e-6 * size)
            if area.area_m2 is not None and abs(area.area_m2 - size) > slack:
                why.append(errors.OTHER_SIZE % {"size": f"{area.area_m2:.1f}"})
            if area.dated is not None and area.dated != (area.code, area.parent_id):
                why.append(str(errors.OTHER_THAN_DATED))
            if why:
                self._fault("altered", [area], piece=ground, detail=", ".join(why))

    # ground

    def _metres2(self, pieces: Iterable[BaseGeometry]) -> npt.NDArray[np.float64]:
        shapes = np.array(list(pieces), dtype=object)
        return geodesy.square_metres(shapely.area(shapes), shapely.get_y(shapely.centroid(shapes)))

    def _slivers(self, members: Sequence[Surveyed]) -> None:
        grounds = np.array([self.ground[a.id] for a in members], dtype=object)
        parts, owner = shapely.get_parts(grounds, return_index=True)
        lat = float(shapely.total_bounds(grounds)[[1, 3]].mean())
        flat = shapely.transform(parts, lambda p: p * geodesy.metres_per_degree(lat))
        with np.errstate(divide="ignore", invalid="ignore"):
            width = np.nan_to_num(2 * shapely.area(flat) / shapely.length(flat))
        for at in np.flatnonzero(width < self.thinnest):
            area = members[int(owner[at])]
            beside = [m for m in members if m is not area]
            near = shapely.dwithin([self.ground[m.id] for m in beside], parts[at], _BESIDE)
            self._fault(
                "sliver",
                [area],
                piece=parts[at],
                neighbours=_labels([m for m, is_near in zip(beside, near, strict=True) if is_near]),
                detail=errors.METRES_WIDE % {"metres": f"{width[at]:.2f}"},
            )

    def _overlaps(self, members: Sequence[Surveyed], tree: shapely.STRtree) -> None:
        grounds = tree.geometries
        one, other = tree.query(grounds, predicate="intersects")
        pairs = one < other
        one, other = one[pairs], other[pairs]
        shared = shapely.intersection(grounds[one], grounds[other])
        # most neighbours share a line only
        thick = shapely.area(shared) > 0
        one, other, shared = one[thick], other[thick], shared[thick]
        sizes = self._metres2(shared)
        self.largest = max(self.largest, float(sizes.max(initial=0.0)))
        for at in np.flatnonzero(sizes > self.tolerance):
            first, second = members[int(one[at])], members[int(other[at])]
            whole = self._metres2([self.ground[first.id], self.ground[second.id]])
            same = bool((whole - sizes[at] <= self.tolerance).all())
            around = tree.query(shared[at], predicate="dwithin", distance=_BESIDE)
            self._fault(
                "duplicate" if same else "overlap",
                [first, second],
                piece=shared[at],
                size=float(sizes[at]),
                neighbours=_labels(
                    members[int(i)] for i in around if members[int(i)] not in (first, second)
                ),
                detail=str(errors.GROUND_TWICE) if same else "",
            )

    def _cover(
        self, parents: Sequence[Surveyed], children: Sequence[Surveyed], tree: shapely.STRtree
    ) -> None:
        mine: dict[int, list[Surveyed]] = defaultdict(list)
        for child in children:
            if child.parent_id is not None:
                mine[child.parent_id].append(child)
        for parent in parents:
            own = mine.get(parent.id, [])
            ground = self.ground[parent.id]
            if not own:
                around = tree.query(ground, predicate="dwithin", distance=_BESIDE)
                self._fault(
                    "gap",
                    [parent],
                    piece=ground,
                    size=float(self._metres2([ground])[0]),
                    neighbours=_labels(children[int(i)] for i in around),
                    detail=errors.NOT_CUT % {"level": parent.level + 1},
                )
                continue
            cells = np.array([self.ground[child.id] for child in own], dtype=object)
            covered = shapely.union_all(cells)
            self._pieces("gap", [parent], shapely.difference(ground, covered), own, cells)
            outside = shapely.difference(covered, ground)
            if outside.is_empty or not self._too_large(outside):
                continue
            for child in own:
                beyond = shapely.difference(self.ground[child.id], ground)
                self._pieces("overhang", [child, parent], beyond, children, tree.geometries)

    def _too_large(self, piece: BaseGeometry) -> bool:
        parts = shapely.get_parts(piece)
        sizes = self._metres2(parts)
        self.largest = max(self.largest, float(sizes.max(initial=0.0)))
        return bool((sizes > self.tolerance).any())

    def _pieces(
        self,
        kind: str,
        areas: Sequence[Surveyed],
        left: BaseGeometry,
        beside: Sequence[Surveyed],
        grounds: npt.NDArray[Any],
    ) -> None:
        if left.is_empty:
            return
        parts = shapely.get_parts(left)
        sizes = self._metres2(parts)
        self.largest = max(self.largest, float(sizes.max(initial=0.0)))
        for at in np.flatnonzero(sizes > self.tolerance):
            near = np.flatnonzero(shapely.dwithin(grounds, parts[at], _BESIDE))
            self._fault(
                kind,
                areas,
                piece=parts[at],
                size=float(sizes[at]),
                neighbours=_labels(beside[int(i)] for i in near if beside[int(i)] not in areas),
            )

    def _fault(
        self,
        kind: str,
        areas: Sequence[Surveyed],
        *,
        piece: BaseGeometry | None = None,
        size: float | None = None,
        neighbours: tuple[str, ...] = (),
        detail: str = "",
    ) -> None:
        lng = lat = None
        if piece is not None and not piece.is_empty:
            point = shapely.point_on_surface(piece)
            lng, lat = round(float(point.x), 6), round(float(point.y), 6)
            if size is None and piece.is_valid:
                size = float(self._metres2([piece])[0])
        self.faults.append(
            Fault(kind, _labels(areas), lng, lat, round(size or 0.0, 2), neighbours, detail)
        )


def _labels(areas: Iterable[Surveyed]) -> tuple[str, ...]:
    return tuple(f"{area.code} {area.name}".strip() for area in areas)


def measured_m2(grounds: Iterable[BaseGeometry]) -> list[float]:
    """Square metres of polygons in degrees, by an equal-area projection about their middle."""
    shapes = np.array(list(grounds), dtype=object)
    if not len(shapes):
        return []
    # lines are straight in degrees: about 100 m long they are straight in the plane too
    fine = shapely.segmentize(shapes, 0.001)
    west, south, east, north = shapely.total_bounds(fine)
    plane = geodesy.equal_area((west + east) / 2, (south + north) / 2)
    return [float(size) for size in shapely.area(shapely.transform(fine, plane.to_plane))]


def digest_of(grounds: Iterable[tuple[int, str, bytes]]) -> str:
    """SHA-256 (hex) over ids, codes and WKB boundaries, in the order of the ids."""
    taken = hashlib.sha256()
    for id_, code, wkb in sorted(grounds):
        taken.update(f"{id_} {code} {len(wkb)}\n".encode())
        taken.update(wkb)
    return taken.hexdigest()
