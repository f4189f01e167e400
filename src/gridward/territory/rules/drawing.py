"""Cutting ground into cells that cover it exactly. Pure and deterministic.

How it is done: cuts are made from the widest level to the smallest in a plane that is straight
where longitude and latitude are straight. Then the lines of all smallest cells are noded together
once, on a grid of a hundredth of a millimetre, and every face between the nodes is given to one
smallest cell; each wider area is the union of its faces. So neighbours share identical vertices,
children fill their parent without a gap, at every level at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from gridward.core import geodesy
from gridward.territory import errors

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[Any]
METHODS = ("square", "voronoi")
# Degrees; about 0.01 mm. Every vertex that is drawn stands on it.
GRID = 1e-10
_SAMPLES_PER_CELL = 40
_ROUNDS = 14


@dataclass(frozen=True)
class Layer:
    """The cells of one level. parents[i]: index of cell i's parent in the layer above (for the
    first layer: in the grounds). density[i]: how built-up it is, 1 is open country. In reading
    order: parent by parent, within each from north to south in rows and from west to east."""

    cells: Geometries
    parents: npt.NDArray[np.int64]
    density: Floats


@dataclass(frozen=True)
class Drawing:
    """grounds: what was cut, now with a vertex wherever a cell begins; layers: widest first."""

    grounds: Geometries
    layers: tuple[Layer, ...]
    method: str
    seed: int


@dataclass(frozen=True)
class Plane:
    """Metres about a point, by scaling degrees: lines that are straight in one are straight in
    the other. Good for shapes over some 100 km; areas are measured elsewhere."""

    lng: float
    lat: float
    per_lng: float
    per_lat: float

    @classmethod
    def about(cls, geometry: BaseGeometry) -> Plane:
        west, south, east, north = geometry.bounds
        lng, lat = (west + east) / 2, (south + north) / 2
        return cls(lng, lat, *geodesy.metres_per_degree(lat))

    def to_metres(self, points: Floats) -> Floats:
        return (points - [self.lng, self.lat]) * [self.per_lng, self.per_lat]

    def to_degrees(self, points: Floats) -> Floats:
        return points / [self.per_lng, self.per_lat] + [self.lng, self.lat]


def draw(
    grounds: Sequence[BaseGeometry],
    plan: Sequence[int | Sequence[int]],
    *,
    method: str = "voronoi",
    seed: int = 0,
    towns: int = 0,
) -> Drawing:
    """The grounds cut into plan[0] cells, those into plan[1], and so on to the last level.

    grounds: polygons in WGS84 degrees that do not overlap. plan: how many cells each level has
    in all; a parent gets its share by its ground, more where it is built-up, at least one. A
    level may also say how many each parent gets, in the order of the parents.
    method: `square` cuts straight along meridian and parallel into cells of equal area, as near
    to squares as the outline lets them; `voronoi` gives each cell the ground nearest to its
    centre, centres spread evenly. seed: another seed, another drawing; the same, the same.
    towns: how many built-up centres to lay into the ground (cells are smaller there); 0 = none.
    Raises BadOutline, CannotDraw.
    """
    if method not in METHODS:
        raise errors.CannotDraw(
            why=errors.NO_SUCH_METHOD % {"method": method, "known": ", ".join(METHODS)}
        )
    whole = [checked_outline(ground) for ground in grounds]
    totals = _totals(len(whole), plan)
    if not whole or not plan:
        raise errors.CannotDraw(why=errors.NOTHING_TO_CUT)

    rng = np.random.default_rng(seed)
    plane = Plane.about(shapely.geometrycollections(whole))
    flat = [shapely.transform(ground, plane.to_metres) for ground in whole]
    thickness = _Thickness.lay(flat, towns, rng)

    above: list[BaseGeometry] = flat
    tops: list[list[int]] = []  # per level: parent index of each cell
    for count, wished in zip(totals, plan, strict=True):
        cells: list[BaseGeometry] = []
        parents: list[int] = []
        shares = (
            apportion(count, [thickness.weight(ground) for ground in above])
            if isinstance(wished, int)
            else list(wished)
        )
        for at, (ground, share) in enumerate(zip(above, shares, strict=True)):
            pieces = _cut(ground, share, method, thickness, rng)
            order = reading_order(shapely.get_coordinates(shapely.centroid(pieces)))
            cells.extend(pieces[place] for place in order)
            parents.extend([at] * share)
        above = cells
        tops.append(parents)
    return _knit(whole, flat, above, tops, plane, thickness, method, seed)


def _totals(grounds: int, plan: Sequence[int | Sequence[int]]) -> list[int]:
    """How many cells each level has in all. Raises CannotDraw where a parent would get none."""
    totals: list[int] = []
    above = grounds
    for wished in plan:
        count = wished if isinstance(wished, int) else sum(wished)
        if not isinstance(wished, int) and (len(wished) != above or min(wished, default=0) < 1):
            raise errors.CannotDraw(
                why=errors.WRONG_SHARES % {"shares": len(wished), "areas": above}
            )
        if count < above:
            raise errors.CannotDraw(why=errors.TOO_FEW_CELLS % {"cells": count, "areas": above})
        totals.append(count)
        above = count
    return totals


def checked_outline(ground: BaseGeometry) -> BaseGeometry:
    """The outline as a valid polygon or multipolygon on the drawing grid. Raises BadOutline."""
    if ground.geom_type not in ("Polygon", "MultiPolygon"):
        raise errors.BadOutline(why=errors.NOT_A_POLYGON % {"shape": ground.geom_type})
    if ground.is_empty or not np.isfinite(shapely.get_coordinates(ground)).all():
        raise errors.BadOutline(why=errors.EMPTY_OR_INFINITE)
    west, south, east, north = ground.bounds
    if not (geodesy.is_coordinate(west, south) and geodesy.is_coordinate(east, north)):
        raise errors.BadOutline(why=errors.NOT_IN_DEGREES)
    if not ground.is_valid:
        raise errors.BadOutline(
            why=errors.CROSSES_ITSELF % {"reason": errors.broken(shapely.is_valid_reason(ground))}
        )
    snapped: BaseGeometry = shapely.set_precision(shapely.force_2d(ground), GRID)
    if snapped.is_empty:
        raise errors.BadOutline(why=errors.TOO_SMALL)
    return snapped


def apportion(count: int, weights: Sequence[float]) -> list[int]:
    """`count` shared out by weight, at least one each, largest remainders first."""
    if count < len(weights):
        raise errors.CannotDraw(why=errors.TOO_FEW_CELLS % {"cells": count, "areas": len(weights)})
    total = sum(weights) or 1.0
    quotas = [count * weight / total for weight in weights]
    shares = [max(1, math.floor(quota)) for quota in quotas]
    while (missing := count - sum(shares)) != 0:
        # who is furthest below (or above) what it should have; ties: the first
        step = 1 if missing > 0 else -1
        may = [i for i, share in enumerate(shares) if step > 0 or share > 1]
        at = max(may, key=lambda i: (step * (quotas[i] - shares[i]), -i))
        shares[at] += step
    return shares


def reading_order(centres: Floats) -> list[int]:
    """Indices in the order one reads: rows from north to south, each from west to east."""
    count = len(centres)
    if count < 2:
        return list(range(count))
    west, south = centres.min(axis=0)
    east, north = centres.max(axis=0)
    height = max(north - south, 1e-12)
    rows = max(1, round(math.sqrt(count * height / max(east - west, 1e-12))))
    rows = min(rows, count)
    row = np.minimum(((north - centres[:, 1]) / height * rows).astype(int), rows - 1)
    return [int(i) for i in np.lexsort((np.arange(count), centres[:, 0], row))]


@dataclass(frozen=True)
class _Thickness:
    """How built-up the ground is: 1 in open country, up to 6 in the middle of a town."""

    centres: Floats
    reach: float

    @classmethod
    def lay(cls, flat: Sequence[BaseGeometry], towns: int, rng: np.random.Generator) -> _Thickness:
        if towns < 1:
            return cls(np.empty((0, 2)), 1.0)
        whole = shapely.union_all(flat)
        found: list[Floats] = []
        inner = whole.buffer(-0.12 * math.sqrt(whole.area))
        for place in _scatter(whole if inner.is_empty else inner, 400, rng):
            if all(math.dist(place, other) > 0.3 * math.sqrt(whole.area) for other in found):
                found.append(place)
            if len(found) == towns:
                break
        return cls(np.array(found), 0.14 * math.sqrt(whole.area))

    def at(self, points: Floats) -> Floats:
        if not len(self.centres):
            return np.ones(len(points))
        away = ((points[:, None, :] - self.centres[None, :, :]) ** 2).sum(axis=2)
        return np.asarray(1.0 + 5.0 * np.exp(-away / self.reach**2).sum(axis=1), dtype=np.float64)

    def weight(self, ground: BaseGeometry) -> float:
        if not len(self.centres):
            return float(ground.area)
        sample = _scatter(ground, 60, np.random.default_rng(0))
        return float(ground.area * self.at(sample).mean())


def _scatter(ground: BaseGeometry, count: int, rng: np.random.Generator) -> Floats:
    """`count` points spread evenly over the ground (a rotated lattice of the golden kind)."""
    west, south, east, north = ground.bounds
    shapely.prepare(ground)
    share = max(ground.area / max((east - west) * (north - south), 1e-12), 1e-3)
    found = np.empty((0, 2))
    start, tried = rng.random(2), 0
    while len(found) < count:
        number = math.ceil((count - len(found)) / share * 1.2) + 16
        step = np.arange(tried + 1, tried + number + 1)[:, None]
        lattice = (start + step * [0.7548776662466927, 0.5698402909980532]) % 1.0
        points = lattice * [east - west, north - south] + [west, south]
        inside = shapely.contains_xy(ground, points[:, 0], points[:, 1])
        found = np.concatenate([found, points[inside]])
        tried += number
        if tried > 1000 * (count + 16):
            raise errors.CannotDraw(why=errors.TOO_THIN)
    return found[:count]


def _cut(
    ground: BaseGeometry,
    count: int,
    method: str,
    thickness: _Thickness,
    rng: np.random.Generator,
) -> list[BaseGeometry]:
    if count == 1:
        return [ground]
    if method == "square":
        return _in_one_piece(_halve(ground, count))
    return _in_one_piece(_by_nearest_centre(ground, count, thickness, rng))


def _by_nearest_centre(
    ground: BaseGeometry, count: int, thickness: _Thickness, rng: np.random.Generator
) -> list[BaseGeometry]:
    samples = _scatter(ground, max(200, count * _SAMPLES_PER_CELL), rng)
    heavy = thickness.at(samples)
    # more centres where it is built-up: every sample stands for its weight
    place = (np.arange(count) + rng.random()) / count * heavy.sum()
    picked = rng.permutation(len(samples))
    at = np.searchsorted(np.cumsum(heavy[picked]), place).clip(0, len(samples) - 1)
    centres = samples[picked][at]
    for _ in range(_ROUNDS if count <= 5000 else 3):
        near = _nearest(centres, samples)
        mass = np.bincount(near, weights=heavy, minlength=count)
        moved = np.column_stack(
            [np.bincount(near, weights=heavy * samples[:, d], minlength=count) for d in (0, 1)]
        )
        lively = mass > 0
        centres = centres.copy()
        centres[lively] = moved[lively] / mass[lively, None]
    regions = shapely.get_parts(
        shapely.voronoi_polygons(
            shapely.multipoints(centres), extend_to=shapely.box(*ground.bounds), ordered=True
        )
    )
    if len(regions) != count:
        raise errors.CannotDraw(why=errors.NO_ROOM)
    shapely.prepare(ground)
    return list(shapely.intersection(regions, ground))


def _nearest(centres: Floats, samples: Floats) -> npt.NDArray[np.int64]:
    if len(centres) * len(samples) <= 400_000:
        away = ((samples[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
        return np.asarray(away.argmin(axis=1), dtype=np.int64)
    tree = shapely.STRtree(shapely.points(centres))
    return np.asarray(tree.nearest(shapely.points(samples)), dtype=np.int64)


def _halve(ground: BaseGeometry, count: int) -> list[BaseGeometry]:
    """Cut in two across the longer side, the areas as the counts, until each is one cell."""
    if count == 1:
        return [ground]
    west, south, east, north = ground.bounds
    upright = east - west >= north - south
    first = count // 2
    wanted = ground.area * first / count
    low, high = (west, east) if upright else (south, north)

    def before(at: float) -> float:
        far = (at, north) if upright else (east, at)
        return float(shapely.clip_by_rect(ground, west, south, *far).area - wanted)

    at = _root(before, low, high, -wanted, ground.area - wanted, 1e-4 * wanted)
    if upright:
        halves = (shapely.box(west, south, at, north), shapely.box(at, south, east, north))
    else:
        halves = (shapely.box(west, south, east, at), shapely.box(west, at, east, north))
    cells: list[BaseGeometry] = []
    for half, share in zip(halves, (first, count - first), strict=True):
        cells.extend(_halve(areal(shapely.intersection(ground, half)), share))
    return cells


def straight_piece(ground: BaseGeometry, share: float, *, upright: bool) -> BaseGeometry:
    """A box that holds the western (upright) or northern `share` of the ground, 0 to 1."""
    share = min(0.99, max(0.01, share if math.isfinite(share) else 0.5))
    west, south, east, north = ground.bounds
    # the northern part: measured from below, the rest
    wanted = ground.area * (share if upright else 1 - share)
    low, high = (west, east) if upright else (south, north)

    def before(at: float) -> float:
        far = (at, north) if upright else (east, at)
        return float(shapely.clip_by_rect(ground, west, south, *far).area - wanted)

    at = _root(before, low, high, -wanted, ground.area - wanted, 1e-6 * wanted)
    return shapely.box(west, south, at, north) if upright else shapely.box(west, at, east, north)


def _root(f: Any, low: float, high: float, at_low: float, at_high: float, close: float) -> float:
    """Where the rising f crosses zero between low and high (false position, Illinois)."""
    side = 0
    middle = low
    for _ in range(40):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        value = f(middle)
        if abs(value) <= close:
            break
        if value < 0:
            low, at_low = middle, value
            at_high = at_high / 2 if side < 0 else at_high
            side = -1
        else:
            high, at_high = middle, value
            at_low = at_low / 2 if side > 0 else at_low
            side = 1
    return middle


def areal(geometry: BaseGeometry) -> BaseGeometry:
    """Only the polygons of a geometry: cutting may leave points and lines behind."""
    if geometry.geom_type in ("Polygon", "MultiPolygon"):
        return geometry
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    return shapely.multipolygons(parts) if parts else shapely.Polygon()


def partition(grounds: Sequence[BaseGeometry], cells: Sequence[BaseGeometry]) -> Drawing:
    """Given cells made to fill the grounds exactly: one layer, in the order given.

    Where two cells claim the same ground the first has it; what none claims goes to the nearest.
    Whoever calls has looked before how much that is. parents: the ground that holds most of each.
    Raises CannotDraw when a cell has no ground left.
    """
    whole = [checked_outline(ground) for ground in grounds]
    degrees = np.array([shapely.set_precision(cell, GRID) for cell in cells], dtype=object)
    faces, owner = _faces(whole, degrees)
    tree = shapely.STRtree(whole)
    # what a cell has beyond the grounds is not shared out
    kept = np.unique(tree.query(shapely.point_on_surface(faces), predicate="intersects")[0])
    faces, owner = faces[kept], owner[kept]
    made = _unions(faces, owner, len(degrees))
    parents = [
        max(
            (int(at) for at in tree.query(cell)),
            key=lambda at, cell=cell: float(shapely.intersection(whole[at], cell).area),  # type: ignore[misc]
        )
        for cell in made
    ]
    above = np.array(parents, dtype=np.int64)
    fills = _unions(faces, above[owner], len(whole))
    return Drawing(fills, (Layer(made, above, np.ones(len(made))),), "given", 0)


def _in_one_piece(cells: list[BaseGeometry]) -> list[BaseGeometry]:
    """The cells with what lies apart from a cell's largest piece given to the neighbour with the
    longest common border (in a bay of the outline a cut can leave two shores)."""
    whole: list[BaseGeometry] = []
    loose: list[BaseGeometry] = []
    for cell in cells:
        parts = [p for p in shapely.get_parts(areal(cell)) if p.area > 0]
        if not parts:
            raise errors.CannotDraw(why=errors.NO_ROOM)
        parts.sort(key=lambda part: -part.area)
        whole.append(parts[0])
        loose.extend(parts[1:])
    loose.sort(key=lambda part: -part.area)
    for part in loose:
        around = part.buffer(1e-3)
        touching = shapely.length(shapely.intersection(shapely.boundary(whole), around))
        host = int(np.argmax(touching))
        if touching[host] <= 0.01:  # an island of the outline: stays with the nearest
            host = int(np.argmin(shapely.distance(whole, part)))
        joined = shapely.union(shapely.set_precision(whole[host], 1e-6), part, grid_size=1e-6)
        whole[host] = areal(joined)
    return whole


def _knit(
    whole: list[BaseGeometry],
    flat: list[BaseGeometry],
    leaves: list[BaseGeometry],
    tops: list[list[int]],
    plane: Plane,
    thickness: _Thickness,
    method: str,
    seed: int,
) -> Drawing:
    """One net of lines for all levels; see the module's head."""
    degrees = shapely.transform(np.array(leaves, dtype=object), plane.to_degrees)
    faces, owner = _faces(whole, degrees)

    layers: list[Layer] = []
    belongs = owner
    for depth in range(len(tops) - 1, -1, -1):
        cells = _unions(faces, belongs, len(tops[depth]))
        parents = np.array(tops[depth], dtype=np.int64)
        middles = plane.to_metres(shapely.get_coordinates(shapely.centroid(cells)))
        layers.append(Layer(cells, parents, thickness.at(middles)))
        belongs = parents[belongs]
    grounds = _unions(faces, belongs, len(whole))
    return Drawing(grounds, tuple(reversed(layers)), method, seed)


def _faces(
    whole: Sequence[BaseGeometry], degrees: Geometries
) -> tuple[Geometries, npt.NDArray[np.int64]]:
    """The faces between all lines within the whole, and to which cell each belongs."""
    lines = [*shapely.boundary(degrees), *(ground.boundary for ground in whole)]
    net = shapely.union_all(lines, grid_size=GRID)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
    inside = shapely.point_on_surface(faces)

    tree = shapely.STRtree(degrees)
    face_at, leaf_at = tree.query(inside, predicate="intersects")
    owner = np.full(len(faces), -1, dtype=np.int64)
    # the first leaf where two claim one face: only on a hair's breadth along a cut
    owner[face_at[::-1]] = leaf_at[::-1]
    ground_tree = shapely.STRtree(whole)
    for lost in np.flatnonzero(owner < 0):
        if len(ground_tree.query(inside[lost], predicate="intersects")):
            owner[lost] = int(tree.nearest(inside[lost]))
    return faces[owner >= 0], owner[owner >= 0]


def _unions(faces: Geometries, belongs: npt.NDArray[np.int64], count: int) -> Geometries:
    order = np.argsort(belongs, kind="stable")
    bounds = np.searchsorted(belongs[order], np.arange(count + 1))
    made = np.empty(count, dtype=object)
    for cell in range(count):
        mine = faces[order[bounds[cell] : bounds[cell + 1]]]
        if not len(mine):
            raise errors.CannotDraw(why=errors.NO_ROOM)
        made[cell] = mine[0] if len(mine) == 1 else shapely.coverage_union_all(mine)
        if made[cell].geom_type == "GeometryCollection":
            made[cell] = areal(made[cell])
    return made


def with_vertices(grounds: Geometries, points: Floats) -> Geometries:
    """The polygons with those `points` (n, 2) that lie on their borders as vertices: the same
    ground, knit to neighbours that have a vertex there. Points elsewhere change nothing."""
    if not len(points) or not len(grounds):
        return grounds
    tree = shapely.STRtree(shapely.points(points))
    ground_at, point_at = tree.query(shapely.boundary(grounds), "dwithin", distance=5 * GRID)
    made = grounds.copy()
    for at in np.unique(ground_at):
        near = shapely.multipoints(points[point_at[ground_at == at]])
        made[at] = shapely.snap(grounds[at], near, 5 * GRID)
    return made


def kinds_by_density(
    drawing: Drawing, *, plain_layers: int = 1, parks: int = 2, town_from: float = 2.0
) -> tuple[tuple[str, ...], ...]:
    """A kind for every cell, layer by layer: `urban_community` where it is built-up, `rural` else.

    plain_layers: so many widest layers are just `other`; the next decides, what is below follows
    its parent. parks: so many cells of the second deciding layer (grids), on the rim of a town
    and apart from each other, become `park` with everything in them.
    """
    made: list[tuple[str, ...]] = []
    for depth, layer in enumerate(drawing.layers):
        if depth < plain_layers:
            made.append(("other",) * len(layer.cells))
            continue
        if depth == plain_layers:
            kinds = ["urban_community" if d >= town_from else "rural" for d in layer.density]
        else:
            kinds = [made[-1][int(parent)] for parent in layer.parents]
        if depth == plain_layers + 1 and parks:
            rim = np.argsort(np.abs(layer.density - 1.5), kind="stable")
            apart = math.sqrt(float(shapely.area(layer.cells).sum()) / (parks * 3))
            chosen: list[int] = []
            for cell in rim:
                near = shapely.distance(layer.cells[chosen], layer.cells[cell]) if chosen else []
                if all(gap > apart for gap in near):
                    chosen.append(int(cell))
                if len(chosen) == parks:
                    break
            for cell in chosen:
                kinds[cell] = "park"
        made.append(tuple(kinds))
    return tuple(made)


def outline_of_geojson(data: Any) -> BaseGeometry:
    """The polygon in parsed GeoJSON: a geometry, a feature, or a collection of features that are
    taken together. Raises BadOutline."""
    try:
        if data["type"] == "FeatureCollection":
            shapes = [shapely.geometry.shape(feature["geometry"]) for feature in data["features"]]
            return checked_outline(shapely.union_all(shapes))
        geometry = data["geometry"] if data["type"] == "Feature" else data
        return checked_outline(shapely.geometry.shape(geometry))
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError):
        raise errors.BadOutline(why=errors.NOT_GEOJSON) from None


def outline_of_points(
    points: Floats, *, margin_m: float = 250.0, hollow: float = 0.25
) -> BaseGeometry:
    """A polygon around all points (n, 2 in WGS84 degrees), at least `margin_m` metres away.

    hollow: 0 follows every bay of the points, 1 is their convex hull. Always one piece without
    holes. Raises BadOutline for fewer than three points.
    """
    distinct = np.unique(points[np.isfinite(points).all(axis=1)], axis=0)
    if len(distinct) < 3:
        raise errors.BadOutline(why=errors.TOO_FEW_POINTS)
    plane = Plane.about(shapely.multipoints(distinct))
    # one point per 50 m square is enough to know the shape
    metres = plane.to_metres(distinct)
    thin = np.unique(np.round(metres / 50.0), axis=0) * 50.0
    cloud = shapely.multipoints(thin if len(thin) >= 3 else metres)
    hull = shapely.concave_hull(cloud, ratio=hollow)
    around = shapely.buffer(hull, margin_m + 36.0, quad_segs=4)
    rounded = shapely.simplify(around, margin_m / 10.0)
    inner = shapely.buffer(rounded, -margin_m / 2, quad_segs=4)
    shapely.prepare(inner)
    at_the_rim = metres[~shapely.contains_xy(inner, metres[:, 0], metres[:, 1])]
    every = shapely.union_all([rounded, *shapely.buffer(shapely.points(at_the_rim), margin_m / 2)])
    if every.geom_type != "Polygon":
        every = shapely.convex_hull(every)
    closed = shapely.Polygon(shapely.simplify(every, margin_m / 10.0).exterior)
    return checked_outline(shapely.transform(closed, plane.to_degrees))
