"""What a file of polygons says about one level of areas, fault by fault. Pure.

Nothing is mended silently: a feature that crosses itself, lies elsewhere or stands in another
datum than was said is named with its number and its place. What remains within the tolerance of
the proof of cover is knit when it is written, so that neighbours share their vertices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from django.utils.functional import Promise
from shapely.geometry.base import BaseGeometry

from gridward.core import geodesy
from gridward.core.geodesy import Datum
from gridward.territory import errors
from gridward.territory.rules import coverage
from gridward.territory.rules.coverage import Surveyed
from gridward.territory.rules.drawing import areal, reading_order
from gridward.territory.rules.ground import AreaView, Ground
from gridward.territory.rules.levels import checked_code, checked_kind

# Another datum is believed when it fits by so much more of the feature's own ground.
_BETTER_FIT = 0.02


@dataclass(frozen=True)
class Properties:
    """Which property of a feature holds what; empty: no property does. parent: the code of the
    area one level up; without it the place decides. kind without a property: the parent's."""

    name: str = "name"
    name_en: str = ""
    code: str = ""
    parent: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Feature:
    """One feature of a file. number: from 1 in the order of the file; geometry: as it stands
    there, in degrees; None when it has none."""

    number: int
    properties: Mapping[str, Any]
    geometry: BaseGeometry | None


@dataclass(frozen=True)
class FeatureFault:
    """What is wrong with a feature. kind: a short word; text: in the active language; lng, lat:
    where, WGS84; feature 0: the file as a whole."""

    feature: int
    kind: str
    text: str
    name: str = ""
    lng: float | None = None
    lat: float | None = None
    size_m2: float = 0.0


@dataclass(frozen=True)
class Cell:
    """A feature that can be an area. geometry: WGS84."""

    feature: int
    name: str
    name_en: str
    code: str
    kind: str
    parent_id: int | None
    geometry: BaseGeometry


@dataclass(frozen=True)
class Import:
    """A file as it would be written: cells parent by parent in reading order, and every fault.
    grounds: the parents that would be cut; largest_m2: the largest gap or overlap found."""

    level: int
    cells: tuple[Cell, ...]
    under: tuple[int, ...]
    faults: tuple[FeatureFault, ...]
    largest_m2: float = 0.0
    features: int = 0


def read_import(
    features: Sequence[Feature],
    here: Ground,
    *,
    level: int,
    properties: Properties,
    datum: Datum | str = Datum.WGS84,
    used_codes: Iterable[str] = (),
    tolerance_m2: float = coverage.TOLERANCE_M2,
) -> Import:
    """What the features would be as areas of a level, and everything that speaks against it.

    used_codes: codes ever given. Raises NoSuchLevel for a level that the scheme has not,
    AlreadyDrawn when the level stands on a parent that is cut already.
    """
    if level > 1 and not here.of_level(level - 1):
        raise errors.NoSuchLevel(
            level=level, known=str(max((a.level for a in here.leaves), default=0) + 1)
        )
    reader = _Reader(here, level, properties, Datum(datum), set(used_codes))
    cells, faults = reader.read(features)
    parents = sorted({cell.parent_id for cell in cells if cell.parent_id is not None})
    for id_ in parents:
        if here.children(id_):
            area = here.area(id_)
            raise errors.AlreadyDrawn(area=area.code, count=len(here.children(id_)))
    if level == 1 and here.of_level(1):
        raise errors.AlreadyDrawn(area=here.of_level(1)[0].code, count=len(here))
    if level == 1 and len(cells) > 1:
        faults.append(FeatureFault(0, "several", str(errors.ONE_WHOLE)))
    largest = 0.0
    if cells and not any(fault.kind in _NOT_LOOKED_FURTHER for fault in faults):
        more, largest = _uncovered(here, cells, parents, level, tolerance_m2)
        faults += more
    faults.sort(key=lambda fault: (fault.feature == 0, fault.feature))
    return Import(
        level,
        tuple(_ordered(cells, parents)),
        tuple(parents),
        tuple(faults),
        largest,
        len(features),
    )


# with these the proof of cover would only repeat what was said already
_NOT_LOOKED_FURTHER = frozenset({"swapped", "not_degrees", "other_datum"})


class _Reader:
    def __init__(
        self, here: Ground, level: int, properties: Properties, datum: Datum, used: set[str]
    ) -> None:
        self.here, self.level, self.properties = here, level, properties
        self.datum, self.used = datum, used
        self.faults: list[FeatureFault] = []
        self.parents = here.of_level(level - 1) if level > 1 else []
        grounds = [here.boundaries[a.id] for a in self.parents]
        self.tree = shapely.STRtree(grounds)
        self.whole = shapely.box(*shapely.total_bounds(grounds)) if grounds else None

    def read(self, features: Sequence[Feature]) -> tuple[list[Cell], list[FeatureFault]]:
        if not features:
            self.faults.append(FeatureFault(0, "empty", str(errors.NO_FEATURES)))
        if self._lack_a_property(features):
            return [], self.faults  # else every feature is named for the same reason
        grounds = [self._ground(feature) for feature in features]
        if self.parents and self._is_in_other_datum([each for each in grounds if each is not None]):
            return [], self.faults  # what follows would name every feature for the same reason
        cells = []
        codes: dict[str, int] = {}
        for feature, ground in zip(features, grounds, strict=True):
            cell = self._cell(feature, ground, codes)
            if cell is not None:
                cells.append(cell)
        self._holes(cells)
        return cells, self.faults

    def _lack_a_property(self, features: Sequence[Feature]) -> bool:
        """Whether a property that was asked for stands at no feature at all."""
        known = dict.fromkeys(key for each in features for key in each.properties)
        lacking = [
            (f"--{option.replace('_', '-')}-property", name)
            for option, name in vars(self.properties).items()
            if features and name and name not in known
        ]
        for option, name in lacking:
            told = {"name": name, "option": option, "known": ", ".join(known) or "–"}
            self.faults.append(FeatureFault(0, "no_property", str(errors.NO_PROPERTY) % told))
        return bool(lacking)

    def _fault(
        self, feature: Feature, kind: str, text: str | Promise, at: BaseGeometry | None = None
    ) -> None:
        lng = lat = None
        if at is not None and not at.is_empty:
            spot = shapely.point_on_surface(at)
            lng, lat = round(float(spot.x), 6), round(float(spot.y), 6)
        name = str(feature.properties.get(self.properties.name) or "")[:60]
        self.faults.append(FeatureFault(feature.number, kind, str(text), name, lng, lat))

    def _cell(
        self, feature: Feature, ground: BaseGeometry | None, codes: dict[str, int]
    ) -> Cell | None:
        wanted = self.properties
        name = _said(feature, wanted.name)
        if not name:
            self._fault(feature, "nameless", errors.NO_NAME_IN % {"property": wanted.name}, ground)
        code = _said(feature, wanted.code)
        if wanted.code:
            if not code:
                self._fault(
                    feature, "no_code", errors.NO_CODE_IN % {"property": wanted.code}, ground
                )
            elif code in codes:
                self._fault(
                    feature,
                    "duplicate_code",
                    errors.CODE_OF_OTHER % {"code": code, "feature": codes[code]},
                    ground,
                )
            elif code in self.used:
                self._fault(feature, "code_taken", errors.CODE_GIVEN % {"code": code}, ground)
            else:
                codes[code] = feature.number
                try:
                    checked_code(code)
                except errors.BadCode as problem:
                    self._fault(feature, "bad_code", problem.message, ground)
        kind = _said(feature, wanted.kind)
        if kind:
            try:
                checked_kind(kind)
            except errors.BadKind as problem:
                self._fault(feature, "bad_kind", problem.message, ground)
        if ground is None:
            return None
        parent = self._parent(feature, ground)
        if self.level > 1 and parent is None:
            return None
        return Cell(
            feature.number,
            name[:200],
            _said(feature, wanted.name_en)[:200],
            code,
            kind or (parent.kind if parent else "other"),
            parent.id if parent else None,
            ground,
        )

    def _ground(self, feature: Feature) -> BaseGeometry | None:
        """The feature's polygon in WGS84, or None with the fault said."""
        raw = feature.geometry
        if raw is None or raw.is_empty:
            self._fault(feature, "no_geometry", errors.NO_GEOMETRY)
            return None
        if raw.geom_type not in ("Polygon", "MultiPolygon"):
            self._fault(feature, "not_polygon", errors.NOT_A_POLYGON % {"shape": raw.geom_type})
            return None
        raw = shapely.force_2d(raw)
        points = shapely.get_coordinates(raw)
        if not np.isfinite(points).all():
            self._fault(feature, "not_degrees", errors.EMPTY_OR_INFINITE)
            return None
        if self._swapped(raw, points):
            self._fault(feature, "swapped", errors.SWAPPED)
            return None
        if np.abs(points[:, 0]).max() > 180 or np.abs(points[:, 1]).max() > 90:
            self._fault(feature, "not_degrees", errors.NOT_IN_DEGREES)
            return None
        ground = _in_wgs84(raw, self.datum)
        if not ground.is_valid:
            reason = shapely.is_valid_reason(ground)
            spot = _spot_of(reason)
            self._fault(
                feature,
                "crosses_itself",
                errors.CROSSES_ITSELF % {"reason": errors.broken(reason)},
                spot,
            )
            return None
        return ground

    def _swapped(self, raw: BaseGeometry, points: Any) -> bool:
        if np.abs(points[:, 1]).max() > 90 and np.abs(points[:, 0]).max() <= 90:
            return bool(np.abs(points[:, 1]).max() <= 180)
        if self.whole is None or self.whole.intersects(raw):
            return False
        turned = shapely.transform(raw, lambda p: p[:, ::-1])
        return bool(self.whole.intersects(turned))

    def _parent(self, feature: Feature, ground: BaseGeometry) -> AreaView | None:
        if self.level == 1:
            return None
        near = [int(at) for at in self.tree.query(ground, predicate="intersects")]
        shares = {at: shapely.intersection(self.tree.geometries[at], ground).area for at in near}
        best = max(shares, key=lambda at: (shares[at], -at), default=None)
        wanted = _said(feature, self.properties.parent)
        if self.properties.parent:
            known = self.here.by_code.get(wanted)
            if known is None or known.level != self.level - 1:
                text = errors.NO_SUCH_PARENT % {"code": wanted or "–"}
                self._fault(feature, "no_parent", text, ground)
                return None
            if best is None or self.parents[best].id != known.id:
                lies = self.parents[best].code if best is not None else "–"
                text = errors.IN_OTHER_PARENT % {"code": wanted, "lies": lies}
                self._fault(feature, "other_parent", text, ground)
                return known if best is not None else None
            return known
        if best is None or shares[best] <= 0:
            self._fault(feature, "outside", errors.OUTSIDE_ALL, ground)
            return None
        return self.parents[best]

    def _is_in_other_datum(self, grounds: Sequence[BaseGeometry]) -> bool:
        """Says so when the file fits the ground that stands in another datum, and not in this."""
        raw = shapely.union_all(grounds)
        if not raw.area:
            return False

        def misfit(ground: BaseGeometry) -> float:
            """How much of the ground and of the areas that it mostly fills is not in both."""
            near = [self.tree.geometries[int(at)] for at in self.tree.query(ground)]
            meant = [
                parent
                for parent in near
                if shapely.intersection(parent, ground).area > 0.4 * parent.area
            ]
            stands = shapely.union_all(meant)
            return float(shapely.symmetric_difference(ground, stands).area / raw.area)

        back = _from_wgs84(raw, self.datum)
        others = {
            other: misfit(_in_wgs84(back, other))
            for other in (Datum.WGS84, Datum.GCJ02, Datum.BD09)
            if not _same(other, self.datum)
        }
        better = min(others, key=lambda other: others[other])
        said = misfit(raw)
        if said - others[better] <= _BETTER_FIT or others[better] >= said / 4:
            return False
        text = errors.OTHER_DATUM % {"said": str(self.datum), "better": str(better)}
        self.faults.append(FeatureFault(0, "other_datum", text))
        return True

    def _holes(self, cells: Sequence[Cell]) -> None:
        """Features with a hole that no other feature fills."""
        if len(cells) < 1:
            return
        tree = shapely.STRtree([cell.geometry for cell in cells])
        for at, cell in enumerate(cells):
            for part in shapely.get_parts(cell.geometry):
                for ring in shapely.get_rings(part)[1:]:
                    hole = shapely.Polygon(ring)
                    others = [int(i) for i in tree.query(hole) if int(i) != at]
                    filled = shapely.union_all([cells[i].geometry for i in others])
                    left = areal(shapely.difference(hole, filled))
                    size = coverage.measured_m2([left])[0] if not left.is_empty else 0.0
                    if size > coverage.TOLERANCE_M2:
                        spot = shapely.point_on_surface(left)
                        self.faults.append(
                            FeatureFault(
                                cell.feature,
                                "hole",
                                errors.HOLE % {"size": f"{size:,.0f}"},
                                cell.name,
                                round(float(spot.x), 6),
                                round(float(spot.y), 6),
                                round(size, 1),
                            )
                        )


def _uncovered(
    here: Ground, cells: Sequence[Cell], parents: Sequence[int], level: int, tolerance: float
) -> tuple[list[FeatureFault], float]:
    """The proof of cover over the file's cells and the parents that they would cut."""
    if level == 1:
        return [], 0.0
    tops = [
        Surveyed(id_, here.area(id_).code, here.area(id_).name, 1, None, here.boundary(id_))
        for id_ in parents
    ]
    # each parent is proved as a whole of its own: what lies beside is not in question here
    labels = {f"#{cell.feature} {cell.name}".strip(): cell for cell in cells}
    new = [
        Surveyed(-cell.feature, f"#{cell.feature}", cell.name, 2, cell.parent_id, cell.geometry)
        for cell in cells
    ]
    proof = coverage.prove([*tops, *new], tolerance_m2=tolerance)
    found = []
    for fault in proof.faults:
        if fault.kind == "orphan" and fault.areas[0] not in labels:
            continue
        mine = [labels[label] for label in fault.areas if label in labels]
        around = [labels[label] for label in fault.neighbours if label in labels]
        others = [label for label in (*fault.areas, *fault.neighbours) if label not in labels]
        said = ", ".join(
            [*(f"#{c.feature} {c.name}".strip() for c in [*mine[1:], *around]), *others]
        )
        text = errors.COVER_FAULTS[fault.kind] % {
            "size": f"{fault.size_m2:,.1f}",
            "beside": said or "–",
        }
        found.append(
            FeatureFault(
                mine[0].feature if mine else 0,
                fault.kind,
                text,
                mine[0].name if mine else fault.areas[0],
                fault.lng,
                fault.lat,
                fault.size_m2,
            )
        )
    return found, proof.largest_m2


def _ordered(cells: Sequence[Cell], parents: Sequence[int]) -> list[Cell]:
    """Parent by parent, within each from north to south in rows and from west to east; where the
    file gives codes, by these."""
    found: list[Cell] = []
    every: list[int | None] = [*parents] or [None]
    for id_ in every:
        mine = [cell for cell in cells if cell.parent_id == id_]
        if all(cell.code for cell in mine):
            found += sorted(mine, key=lambda cell: cell.code)
        else:
            middles = shapely.get_coordinates(shapely.centroid([cell.geometry for cell in mine]))
            found += [mine[at] for at in reading_order(middles)]
    return found


@dataclass(frozen=True)
class Share:
    """Which part of a former cell lies in which area; 0 to 1."""

    code: str
    area_id: int
    share: float


def shares_of(
    former: Sequence[tuple[str, BaseGeometry]],
    here: Ground,
    level: int,
    *,
    least: float = 0.005,
) -> tuple[list[Share], list[str]]:
    """Former cells (code, polygon in WGS84) shared out over the areas of a level by their ground;
    and the codes of those that lie outside. Parts smaller than `least` are left out and their
    share goes to the others, so that each cell's shares make 1."""
    areas = list(here.of_level(level))
    grounds = np.array([here.boundaries[area.id] for area in areas], dtype=object)
    tree = shapely.STRtree(grounds)
    found: list[Share] = []
    outside = []
    for code, ground in former:
        near = [int(at) for at in tree.query(ground, predicate="intersects")]
        sizes = {at: shapely.intersection(grounds[at], ground).area for at in near}
        whole = ground.area or 1.0
        kept = {at: size for at, size in sizes.items() if size / whole >= least}
        total = sum(kept.values())
        if not kept or total / whole < least:
            outside.append(code)
            continue
        found += [
            Share(code, areas[at].id, round(kept[at] / total, 6))
            for at in sorted(kept, key=lambda at: -kept[at])
        ]
    return found, outside


def in_wgs84(feature: Feature, datum: Datum | str) -> Feature:
    """The feature with its geometry in WGS84."""
    if feature.geometry is None:
        return feature
    return replace(feature, geometry=_in_wgs84(shapely.force_2d(feature.geometry), Datum(datum)))


def _said(feature: Feature, name: str) -> str:
    value = feature.properties.get(name) if name else None
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # codes that a spreadsheet made numbers of
    return " ".join(str(value).split()) if value is not None else ""


def _same(one: Datum, other: Datum) -> bool:
    plain = (Datum.WGS84, Datum.CGCS2000)
    return one == other or (one in plain and other in plain)


def _in_wgs84(ground: BaseGeometry, datum: Datum) -> BaseGeometry:
    if _same(datum, Datum.WGS84):
        return ground
    return shapely.transform(
        ground, lambda p: np.column_stack(geodesy.to_wgs84(p[:, 0].copy(), p[:, 1].copy(), datum))
    )


def _from_wgs84(ground: BaseGeometry, datum: Datum) -> BaseGeometry:
    if _same(datum, Datum.WGS84):
        return ground
    return shapely.transform(
        ground, lambda p: np.column_stack(geodesy.from_wgs84(p[:, 0].copy(), p[:, 1].copy(), datum))
    )


def _spot_of(reason: str) -> BaseGeometry | None:
    """The point in a sentence of GEOS: "Self-intersection[113.1 22.6]"."""
    _words, _open, rest = reason.partition("[")
    try:
        lng, lat = (float(part) for part in rest.rstrip("]").split())
    except ValueError:
        return None
    return shapely.Point(lng, lat)
