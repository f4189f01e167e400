"""What a change of boundaries makes of the ground, and of the rows that stand on it. Pure.

A split, a merge and a redraw are first worked out whole, on values: the ground before, the ground
after, which areas end and which begin, and by which rule a row finds its new chain. Only then is
anything written, or shown as a preview.

How a row follows: where the areas below an ended one tell where it went, by those; where an area
is cut that has nothing below it, by the row's own point; without a point, or with one that lies
elsewhere, into the largest part.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridward.core import geodesy
from gridward.territory import errors
from gridward.territory.rules import coverage, drawing
from gridward.territory.rules.ground import AreaView, Ground
from gridward.territory.rules.levels import (
    CHAIN,
    NOWHERE,
    Chain,
    chain_column,
    chain_of,
    checked_kind,
    next_codes,
)

# A strip that no part of a split claims is given to its neighbour when it is thinner than this.
STRIP_M = 25.0
# Square degrees; about a square millimetre: less than this did not change hands.
_HAIR = 1e-16
# A drawn line may cut two areas into this many pieces; a person draws far fewer.
MOST_PIECES = 8
# Degrees: about a tenth of a millimetre, and about ten metres.
_SHORT, _BEYOND = 1e-9, 1e-4


@dataclass(frozen=True)
class Part:
    """One part of an area that is split. ground: its polygon (WGS84), or inside: ids of the areas
    right below that make it up; neither: what the other parts leave. kind: default the whole's."""

    name: str
    name_en: str = ""
    kind: str = ""
    ground: BaseGeometry | None = None
    inside: tuple[int, ...] = ()


def lookups(where: Mapping[str, int | None]) -> dict[str, int | bool]:
    """Columns and what they hold as a filter's keywords; None: the column is empty."""
    return {
        f"{column}__isnull" if value is None else column: True if value is None else value
        for column, value in where.items()
    }


@dataclass(frozen=True)
class Regroup:
    """Every row whose columns hold `where` gets the columns `to`."""

    where: Mapping[str, int | None]
    to: Mapping[str, int | None]


@dataclass(frozen=True)
class Recut:
    """Rows that lie right in this area: each goes by its point.

    where: the rows; box: west, south, east, north outside which nothing changed hands; otherwise:
    the chain of those without a point, or with one that lies elsewhere; None: they stay.
    """

    area_id: int
    where: Mapping[str, int | None]
    box: tuple[float, float, float, float]
    otherwise: Chain | None


@dataclass(frozen=True)
class Change:
    """One change of boundaries, worked out. kind: split, merged or redrawn.

    opened: the new areas; ended: ended area → its successors, the largest first; shares: (ended,
    successor) → which part of the ended ground it has; moved: areas that stay under another
    parent; redrawn: areas that stay with another ground; knit: areas that only got a vertex more.
    """

    kind: str
    before: Ground
    after: Ground
    since: date
    opened: tuple[AreaView, ...] = ()
    ended: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    shares: Mapping[tuple[int, int], float] = field(default_factory=dict)
    moved: tuple[int, ...] = ()
    redrawn: tuple[int, ...] = ()
    knit: tuple[int, ...] = ()
    regroups: tuple[Regroup, ...] = ()
    recuts: tuple[Recut, ...] = ()

    @property
    def version(self) -> int:
        return self.after.version

    def ended_by_column(self) -> dict[str, list[int]]:
        """Chain column → the ended areas that stand in it."""
        found: dict[str, list[int]] = {}
        for id_ in self.ended:
            found.setdefault(chain_column(self.before.area(id_).level), []).append(id_)
        return found

    def relocated(
        self, recut: Recut, rows: Iterable[tuple[object, float | None, float | None]]
    ) -> dict[Chain, list[object]]:
        """New chain → keys of `rows` (key, lng, lat) of a recut. Who stays is left out."""
        placed = [(key, lng, lat) for key, lng, lat in rows if lng is not None and lat is not None]
        found: dict[Chain, list[object]] = {}
        if not placed:
            return found
        lngs, lats = [row[1] for row in placed], [row[2] for row in placed]
        now = self.after.locate_many(lngs, lats)
        chains, ids = now.chains(), now.area_ids
        was = self.before.locate_many(lngs, lats).area_ids
        heirs = set(self.ended.get(recut.area_id, ()))
        at = self.before.area(recut.area_id).level - 1
        for place, (key, _lng, _lat) in enumerate(placed):
            chain = _chain(chains[place])
            if recut.otherwise is not None:
                inside = chain[at] in heirs
                found.setdefault(chain if inside else recut.otherwise, []).append(key)
            elif was[place] == recut.area_id and ids[place] not in (0, recut.area_id):
                # whoever was put here by hand, with a point elsewhere, stays
                found.setdefault(chain, []).append(key)
        return found


def _chain(row: Sequence[int]) -> Chain:
    made = [int(id_) or None for id_ in row]
    return (made[0], made[1], made[2], made[3], made[4], made[5])


# splitting


def split(
    here: Ground,
    area_id: int,
    parts: Sequence[Part],
    *,
    next_id: int,
    used: Iterable[str],
    since: date,
) -> Change:
    """The area cut into two or more new ones.

    Where it is cut further, the line follows the areas inside: each belongs whole to one part, to
    the one that names it or has most of it. Else it is cut along the parts' polygons.
    next_id: first id to give; used: every code that ever stood under the area's parent.
    Raises NoSuchArea, CannotChange, BadKind, CodesExhausted.
    """
    area = _in_force(here, area_id)
    if area.parent_id is None:
        raise errors.CannotChange(why=errors.NOT_THE_WHOLE)
    if len(parts) < 2:
        raise errors.CannotChange(why=errors.TWO_PARTS)
    if any(not part.name.strip() for part in parts):
        raise errors.CannotChange(why=errors.NAMELESS_PART)
    if sum(part.ground is None and not part.inside for part in parts) > 1:
        raise errors.CannotChange(why=errors.ONE_REST)
    below = here.children(area_id)
    boundaries = dict(here.boundaries)
    whole = here.boundary(area_id)
    hosts: list[int] = []
    if below:
        hosts = _hosts(here, below, parts)
        cells = [
            shapely.coverage_union_all(
                [here.boundary(c.id) for c, host in zip(below, hosts, strict=True) if host == at]
            )
            for at in range(len(parts))
        ]
    else:
        cells, boundaries = _cut_leaf(here, area, whole, parts)

    kinds = [checked_kind(part.kind or area.kind) for part in parts]
    order = drawing.reading_order(shapely.get_coordinates(shapely.centroid(cells)))
    level_key = _level_key(here, area.level)
    parent = here.area(area.parent_id)
    codes = next_codes(parent.code, level_key, [kinds[at] for at in order], used)
    opened: dict[int, AreaView] = {}  # by part
    for number, (at, code) in enumerate(zip(order, codes, strict=True)):
        new_id = next_id + number
        opened[at] = _opened(
            new_id, area, parent.chain, cells[at], code, parts[at], kinds[at], since
        )
        boundaries[new_id] = cells[at]
    del boundaries[area_id]

    sizes = {opened[at].id: opened[at].area_m2 for at in opened}
    heirs = tuple(sorted(sizes, key=lambda id_: (-sizes[id_], id_)))
    column = chain_column(area.level)
    under = CHAIN[area.level] if area.level < len(CHAIN) else None
    moves = {c.id: opened[hosts[at]].id for at, c in enumerate(below)}
    regroups = tuple(
        Regroup({column: area_id, str(under): child}, {column: host})
        for child, host in moves.items()
    )
    largest = next(view for view in opened.values() if view.id == heirs[0])
    where: dict[str, int | None] = {column: area_id}
    if under is not None:
        where[under] = None
    recut = Recut(area_id, where, whole.bounds, largest.chain)
    views = _rehosted(here, moves, opened.values())
    knit = _differing(here, boundaries, but={area_id})
    after = _ground_after(here, views, boundaries, ended={area_id: since})
    return Change(
        "split",
        here,
        after,
        since,
        opened=tuple(after.area(opened[at].id) for at in range(len(parts))),
        ended={area_id: heirs},
        shares={(area_id, id_): _share(size, area.area_m2) for id_, size in sizes.items()},
        moved=tuple(moves),
        knit=knit,
        regroups=regroups,
        recuts=(recut,),
    )


def _hosts(here: Ground, below: Sequence[AreaView], parts: Sequence[Part]) -> list[int]:
    """For each area below the one that is split: which part has it."""
    named: dict[int, int] = {}
    ids = {area.id for area in below}
    for at, part in enumerate(parts):
        for id_ in part.inside:
            if id_ not in ids or id_ in named:
                raise errors.CannotChange(why=errors.NOT_INSIDE_ONCE % {"area": id_})
            named[id_] = at
    rest = next((at for at, p in enumerate(parts) if p.ground is None and not p.inside), None)
    drawn = [(at, part.ground) for at, part in enumerate(parts) if part.ground is not None]
    checked = [(at, drawing.checked_outline(ground)) for at, ground in drawn]
    hosts = []
    for child in below:
        ground = here.boundary(child.id)
        shares = [
            (shapely.intersection(ground, outline).area / ground.area, -at)
            for at, outline in checked
        ]
        best, at = max(shares, default=(0.0, 0))
        if child.id in named:
            hosts.append(named[child.id])
        elif best >= 0.5 or (best > 0 and rest is None):
            hosts.append(-at)
        elif rest is not None:
            hosts.append(rest)
        else:
            raise errors.CannotChange(why=errors.IN_NO_PART % {"area": child.name})
    for at, part in enumerate(parts):
        if at not in hosts:
            raise errors.CannotChange(why=errors.EMPTY_PART % {"part": part.name})
    return hosts


def _cut_leaf(
    here: Ground, area: AreaView, whole: BaseGeometry, parts: Sequence[Part]
) -> tuple[list[BaseGeometry], dict[int, BaseGeometry]]:
    if any(part.inside for part in parts):
        raise errors.CannotChange(why=errors.NOTHING_INSIDE % {"area": area.name})
    left = whole
    cells: list[BaseGeometry] = []
    for part in parts:
        if part.ground is None:
            cells.append(shapely.Polygon())
            continue
        mine = drawing.areal(shapely.intersection(left, drawing.checked_outline(part.ground)))
        if mine.is_empty:
            raise errors.CannotChange(why=errors.OUTSIDE_THE_AREA % {"part": part.name})
        cells.append(mine)
        left = drawing.areal(shapely.difference(left, mine))
    rest = next((at for at, part in enumerate(parts) if part.ground is None), None)
    if rest is not None:
        cells[rest] = left
        if _thick(left).is_empty:
            raise errors.CannotChange(why=errors.EMPTY_PART % {"part": parts[rest].name})
    elif not _thick(left).is_empty:
        size = coverage.measured_m2([left])[0]
        raise errors.CannotChange(why=errors.LEAVES_A_REST % {"size": f"{size:,.0f}"})
    for part, cell in zip(parts, cells, strict=True):
        if _thick(cell, coverage.THINNEST_M).is_empty:
            raise errors.CannotChange(why=errors.EMPTY_PART % {"part": part.name})
    return _knit_in(here, {area.id: whole}, cells)


def _thick(ground: BaseGeometry, width_m: float = STRIP_M) -> BaseGeometry:
    """What is left of a shape when everything thinner than `width_m` is taken off."""
    if ground.is_empty:
        return ground
    per_degree = geodesy.metres_per_degree(ground.centroid.y)
    flat = shapely.transform(ground, lambda p: p * per_degree)
    return shapely.buffer(flat, -width_m / 2)


def _knit_in(
    here: Ground, grounds: Mapping[int, BaseGeometry], cells: Sequence[BaseGeometry]
) -> tuple[list[BaseGeometry], dict[int, BaseGeometry]]:
    """Cells that fill these grounds exactly; and all boundaries with a vertex wherever a cell
    begins, so that neighbours and parents still share every vertex."""
    drawn = drawing.partition(list(grounds.values()), cells)
    own = set(map(tuple, shapely.get_coordinates(list(grounds.values()))))
    made = shapely.get_coordinates([*drawn.grounds, *drawn.layers[0].cells])
    points = np.array(sorted({tuple(p) for p in made} - own)).reshape(-1, 2)
    ids = sorted(here.boundaries)
    knit = drawing.with_vertices(
        np.array([here.boundaries[id_] for id_ in ids], dtype=object), points
    )
    return list(drawn.layers[0].cells), dict(zip(ids, knit, strict=True))


# merging


def merge(
    here: Ground,
    area_ids: Sequence[int],
    *,
    name: str,
    name_en: str = "",
    kind: str = "",
    next_id: int,
    used: Iterable[str],
    since: date,
) -> Change:
    """Two or more neighbours under one parent made into one new area.

    kind: default that of the largest. Raises NoSuchArea, CannotChange, BadKind, CodesExhausted.
    """
    ids = sorted(set(area_ids))
    areas = [_in_force(here, id_) for id_ in ids]
    if len(areas) < 2:
        raise errors.CannotChange(why=errors.TWO_TO_MERGE)
    if not name.strip():
        raise errors.CannotChange(why=errors.NAMELESS_PART)
    if len({area.parent_id for area in areas}) > 1 or areas[0].parent_id is None:
        raise errors.CannotChange(why=errors.OTHER_PARENTS)
    grounds = [here.boundary(id_) for id_ in ids]
    joined = shapely.coverage_union_all(grounds)
    if len(shapely.get_parts(joined)) > len(shapely.get_parts(grounds)) - len(grounds) + 1:
        raise errors.CannotChange(why=errors.NOT_TOUCHING)
    parent = here.area(areas[0].parent_id)
    largest = max(areas, key=lambda area: (area.area_m2, -area.id))
    kind = checked_kind(kind or largest.kind)
    code = next_codes(parent.code, _level_key(here, largest.level), [kind], used)[0]
    part = Part(name, name_en)
    new = _opened(next_id, largest, parent.chain, joined, code, part, kind, since)
    new = replace(new, synthetic=any(area.synthetic for area in areas))
    boundaries = {id_: shape for id_, shape in here.boundaries.items() if id_ not in ids}
    boundaries[new.id] = joined
    moves = {child.id: new.id for id_ in ids for child in here.children(id_)}
    views = _rehosted(here, moves, [new])
    column = chain_column(new.level)
    after = _ground_after(here, views, boundaries, ended=dict.fromkeys(ids, since))
    return Change(
        "merged",
        here,
        after,
        since,
        opened=(after.area(new.id),),
        ended=dict.fromkeys(ids, (new.id,)),
        shares={(id_, new.id): 1.0 for id_ in ids},
        moved=tuple(moves),
        regroups=tuple(Regroup({column: id_}, {column: new.id}) for id_ in ids),
    )


# redrawing


def redraw(here: Ground, boundaries: Mapping[int, BaseGeometry], *, since: date) -> Change:
    """New boundaries for existing areas: polygons in WGS84 degrees by area id, of all areas that
    change, at every level. Raises NoSuchArea, BadOutline."""
    fresh: dict[int, BaseGeometry] = {}
    for area_id in sorted(boundaries):
        _in_force(here, area_id)
        fresh[area_id] = drawing.checked_outline(boundaries[area_id])
    after_bounds = dict(here.boundaries) | fresh
    views = {}
    sizes, labels = measured(list(fresh.values()))
    for area_id, size, (lng, lat) in zip(fresh, sizes, labels, strict=True):
        area = here.area(area_id)
        views[area_id] = replace(area, area_m2=size, lng=float(lng), lat=float(lat))
    after = _ground_after(here, views, after_bounds, ended={})
    recuts = []
    for area_id in fresh:
        if here.children(area_id) or area_id not in here.boundaries:
            continue
        lost = shapely.difference(here.boundaries[area_id], fresh[area_id])
        if not lost.is_empty and lost.area > _HAIR:
            area = here.area(area_id)
            where: dict[str, int | None] = {chain_column(area.level): area_id}
            recuts.append(Recut(area_id, where, lost.bounds, None))
    return Change("redrawn", here, after, since, redrawn=tuple(fresh), recuts=tuple(recuts))


def redrawn_cells(here: Ground, cells: Mapping[int, BaseGeometry]) -> dict[int, BaseGeometry]:
    """What `redraw` needs when only smallest areas are given: the cells knit to their neighbours,
    and every wider area as the union of those in it.

    cells: polygons by area id; together they must fill the ground that these areas had.
    Raises NoSuchArea, CannotChange, BadOutline.
    """
    ids = sorted(cells)
    for id_ in ids:
        if here.children(_in_force(here, id_).id):
            raise errors.CannotChange(why=errors.REDRAW_SMALLEST % {"area": here.area(id_).name})
    if len(ids) < 2:
        raise errors.CannotChange(why=errors.TWO_TO_REDRAW)
    checked = [drawing.checked_outline(cells[id_]) for id_ in ids]
    whole = shapely.coverage_union_all([here.boundary(id_) for id_ in ids])
    wished = shapely.union_all(checked)
    for piece, why in (
        (shapely.difference(whole, wished), errors.LEAVES_A_REST),
        (shapely.difference(wished, whole), errors.TAKES_FROM_OTHERS),
    ):
        if not _thick(piece, coverage.THINNEST_M).is_empty:
            size = coverage.measured_m2([drawing.areal(piece)])[0]
            raise errors.CannotChange(why=why % {"size": f"{size:,.0f}"})
    shares = [drawing.areal(shapely.intersection(cell, whole)) for cell in checked]
    drawn, boundaries = _knit_in(here, {0: whole}, shares)
    boundaries |= dict(zip(ids, drawn, strict=True))
    changed = set(ids)
    level = max(here.area(id_).level for id_ in ids) - 1
    parents = {here.area(id_).parent_id for id_ in ids}
    while level >= 1:
        above = {id_ for id_ in parents if id_ is not None and here.area(id_).level == level}
        for id_ in above:
            boundaries[id_] = shapely.coverage_union_all(
                [boundaries[child.id] for child in here.children(id_)]
            )
        changed |= above
        parents |= {here.area(id_).parent_id for id_ in above}
        level -= 1
    knit = _differing(here, boundaries, but=set())
    return {id_: boundaries[id_] for id_ in sorted({*changed, *knit})}


def parted(
    here: Ground, one_id: int, other_id: int, line: Sequence[tuple[float, float]]
) -> dict[int, BaseGeometry]:
    """Two areas beside each other with a new line between them: the polygon of each.

    line: points (lng, lat in WGS84) from one outer border to another; an end that stops short is
    led on to the nearest border. Each area keeps as much of its ground as the line allows.
    Raises NoSuchArea, CannotChange.
    """
    one, other = _in_force(here, one_id), _in_force(here, other_id)
    grounds = [here.boundary(one.id), here.boundary(other.id)]
    if one.id == other.id:
        raise errors.CannotChange(why=errors.TWO_TO_REDRAW)
    if shapely.intersection(*grounds).length <= 0:
        names = {"one": one.name, "other": other.name}
        raise errors.CannotChange(why=errors.NOT_BESIDE % names)
    both = shapely.coverage_union_all(grounds)
    points = np.array(line, dtype=float).reshape(-1, 2)
    if len(points) < 2 or not np.isfinite(points).all():
        raise errors.CannotChange(why=errors.NO_LINE)
    lines = shapely.union_all([both.boundary, shapely.LineString(_led_out(both, points))])
    found = shapely.get_parts(shapely.polygonize([*shapely.get_parts(lines)]))
    pieces = [piece for piece in found if both.covers(piece.representative_point())]
    if len(pieces) < 2:
        raise errors.CannotChange(why=errors.LINE_PARTS_NOTHING)
    if len(pieces) > MOST_PIECES:
        raise errors.CannotChange(why=errors.LINE_TANGLED)
    kept = [[shapely.intersection(piece, ground).area for ground in grounds] for piece in pieces]
    whole = [len(shapely.get_parts(ground)) for ground in grounds]
    for sides in sorted(
        itertools.product((0, 1), repeat=len(pieces)),
        key=lambda sides: -sum(kept[n][side] for n, side in enumerate(sides)),
    ):
        shares = [
            shapely.union_all(
                [piece for piece, at in zip(pieces, sides, strict=True) if at == side]
            )
            for side in (0, 1)
        ]
        if all(
            not share.is_empty and len(shapely.get_parts(share)) <= most
            for share, most in zip(shares, whole, strict=True)
        ):
            return {one.id: shares[0], other.id: shares[1]}
    raise errors.CannotChange(why=errors.LINE_TANGLED)


def _led_out(both: BaseGeometry, points: np.ndarray) -> np.ndarray:
    """The line with each end that lies inside led a hair beyond the nearest outer border."""
    led = [points]
    for n, end in ((0, points[0]), (-1, points[-1])):
        at = shapely.Point(end)
        if not both.covers(at):
            continue
        border = shapely.shortest_line(at, both.boundary)
        near = shapely.get_coordinates(border)[1]
        way = near - end
        if np.hypot(*way) < _SHORT:  # on the border already: go on as the line comes
            way = end - points[1 if n == 0 else -2]
        beyond = near + way / max(float(np.hypot(*way)), _SHORT) * _BEYOND
        led.insert(0, beyond[None]) if n == 0 else led.append(beyond[None])
    return np.concatenate(led)


# parts


def surveyed(ground: Ground) -> list[coverage.Surveyed]:
    """The areas in force of a ground in memory, as the proof of cover takes them."""
    return [
        coverage.Surveyed(
            area.id,
            area.code,
            area.name,
            area.level,
            area.parent_id,
            ground.boundaries.get(area.id),
            chain=area.chain,
            label=(area.lng, area.lat),
            area_m2=area.area_m2,
        )
        for area in ground.areas.values()
        if area.closed_on is None
    ]


def measured(grounds: Iterable[BaseGeometry]) -> tuple[list[float], drawing.Floats]:
    """Square metres of each polygon, and a point inside it (degrees)."""
    shapes = np.array(list(grounds), dtype=object)
    sizes = coverage.measured_m2(shapes)
    labels = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return [round(size, 2) for size in sizes], np.round(labels, 7)


def _in_force(here: Ground, area_id: int) -> AreaView:
    area = here.area(area_id)
    if area.closed_on is not None:
        raise errors.NoSuchArea(area=area.code)
    return area


def _level_key(here: Ground, level: int) -> str:
    return here.scheme.level(level).key if here.scheme else ""


def _share(size: float, whole: float) -> float:
    return round(min(1.0, size / whole), 6) if whole else 0.0


def _opened(
    id_: int,
    like: AreaView,
    above: Chain,
    ground: BaseGeometry,
    code: str,
    part: Part,
    kind: str,
    since: date,
) -> AreaView:
    sizes, labels = measured([ground])
    return replace(
        like,
        id=id_,
        kind=kind,
        code=code,
        name=part.name.strip(),
        name_en=part.name_en.strip(),
        chain=chain_of(id_, like.level, above),
        opened_on=since,
        closed_on=None,
        area_m2=sizes[0],
        lng=float(labels[0, 0]),
        lat=float(labels[0, 1]),
    )


def _rehosted(
    here: Ground, moves: Mapping[int, int], opened: Iterable[AreaView]
) -> dict[int, AreaView]:
    """The new areas, and everything below those that move under them, with their new chains."""
    made = {view.id: view for view in opened}
    line = list(moves)
    while line:
        child = here.area(line.pop())
        host = moves.get(child.id, child.parent_id)
        above = made[host].chain if host in made else NOWHERE
        made[child.id] = replace(
            child, parent_id=host, chain=chain_of(child.id, child.level, above)
        )
        line.extend(below.id for below in here.children(child.id))
    return made


def _ground_after(
    here: Ground,
    views: Mapping[int, AreaView],
    boundaries: Mapping[int, BaseGeometry],
    *,
    ended: Mapping[int, date],
) -> Ground:
    areas = dict(here.areas) | dict(views)
    for id_, day in ended.items():
        areas[id_] = replace(areas[id_], closed_on=day)
    return Ground(areas.values(), boundaries, version=here.version + 1, scheme=here.scheme)


def _differing(
    here: Ground, boundaries: Mapping[int, BaseGeometry], *, but: set[int]
) -> tuple[int, ...]:
    """Areas whose line got vertices, the ground as it was."""
    return tuple(
        id_
        for id_, was in sorted(here.boundaries.items())
        if id_ not in but
        and boundaries[id_] is not was
        and shapely.get_num_coordinates(boundaries[id_]) != shapely.get_num_coordinates(was)
    )
