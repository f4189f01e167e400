"""Drawing areas and naming them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import shapely

from gridward.core import clock, jurisdiction
from gridward.core.action import action, context
from gridward.core.db import insert_many
from gridward.journal.actions import ActorRef, bump_generation, note
from gridward.territory import errors, queries, rules
from gridward.territory.models import (
    Area,
    AreaCode,
    AreaName,
    AreaPlace,
    Boundary,
    BoundaryVersion,
    Level,
)
from gridward.territory.rules import AreaView, Chain, Drawing, LevelScheme

Names = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True)
class Drawn:
    """version: the boundary version made; ids: the new areas' ids per new level, widest first
    (the outline's own first, where it was new)."""

    version: int
    ids: tuple[tuple[int, ...], ...]

    @property
    def count(self) -> int:
        return sum(len(level) for level in self.ids)


@dataclass(frozen=True)
class _Parent:
    """What a new area needs to know of the one above it."""

    id: int
    level: int
    code: str
    name: str
    name_en: str
    chain: Chain

    @classmethod
    def of(cls, area: AreaView) -> _Parent:
        return cls(area.id, area.level, area.code, area.name, area.name_en, area.chain)


@action
def draw_cells(
    drawing: Drawing,
    *,
    actor: ActorRef,
    under: Sequence[int] = (),
    scheme: LevelScheme | None = None,
    code: str = "449901",
    name: tuple[str, str] = ("示例区", "Sample district"),
    names: Names | None = None,
    kinds: Sequence[Sequence[str]] | None = None,
    codes: Sequence[str] | None = None,
    synthetic: bool = True,
    at: datetime | None = None,
) -> Drawn:
    """A drawing (`rules.draw`) made into areas with codes, names, places and boundaries.

    under: the areas that were cut, in the order of the drawing's grounds; empty: the drawing's
    one ground becomes the widest area, with `code` and `name` (zh, en).
    scheme: the levels, when this is the first drawing; default: the one the packs name.
    names: (zh, en) in reading order by level key, or by "level:kind" (`community:rural`); what
    is not named is called after its parent and its number.
    kinds: a kind for every cell, layer by layer (`rules.kinds_by_density`); default: the kind of
    its parent. codes: for every cell of a drawing of one layer; default: after the parent's code.
    synthetic: generated ground, which screens say. at: valid from this moment's day.
    One journal entry. Raises NoSuchArea, AlreadyDrawn, CodesExhausted, CodeTaken, OtherLevels.
    """
    bump_generation(queries.NAME)  # first: whoever else draws now waits here
    queries.mark_written()
    moment = at or clock.now()
    day = moment.astimezone(jurisdiction.current().tz).date()
    here = queries.ground()
    used_scheme = _agreed_levels(here.scheme, scheme)
    version = BoundaryVersion.objects.create(
        number=queries.last_version() + 1, in_force_from=day, recorded_at=moment, digest=""
    )
    book = _Book(used_scheme, version, day, names or {}, synthetic, queries.last_area_id())

    above: list[_Parent] = []
    if under:
        for area_id in under:
            area = here.area(area_id)
            if area.closed_on is not None:
                raise errors.NoSuchArea(area=area_id)
            if here.children(area_id):
                raise errors.AlreadyDrawn(area=area.code, count=len(here.children(area_id)))
            above.append(_Parent.of(area))
        if len({parent.level for parent in above}) > 1 or len(above) != len(drawing.grounds):
            raise errors.CannotDraw(why=errors.OTHER_AREAS)
        kind_above = [here.area(area_id).kind for area_id in under]
        _knit(here, drawing, under, version)
    else:
        if here.of_level(1):
            raise errors.AlreadyDrawn(area=here.of_level(1)[0].code, count=len(here))
        if len(drawing.grounds) != 1:
            raise errors.CannotDraw(why=errors.ONE_WHOLE)
        above = book.open_areas([None], [code], [name], ["other"], drawing.grounds)
        kind_above = ["other"]
    first_level = above[0].level + 1
    if first_level + len(drawing.layers) - 1 > used_scheme.deepest:
        raise errors.NoSuchLevel(
            level=first_level + len(drawing.layers) - 1,
            known=", ".join(level.key for level in used_scheme.levels),
        )

    used_codes = queries.codes_under(parent.code for parent in above) if under else {}
    for depth, layer in enumerate(drawing.layers):
        level = used_scheme.level(first_level + depth)
        own_kinds = (
            [rules.checked_kind(kind) for kind in kinds[depth]]
            if kinds
            else [kind_above[int(parent)] for parent in layer.parents]
        )
        parents = [above[int(parent)] for parent in layer.parents]
        fresh = codes or _codes(level.key, parents, own_kinds, used_codes)
        called = book.names_for(level, parents, own_kinds)
        above = book.open_areas(parents, fresh, called, own_kinds, layer.cells)
        kind_above = own_kinds

    book.write(given=codes is not None)
    close_version(version)
    note(
        "territory.drawn",
        f"boundaries:{version.number}",
        actor=actor,
        at=moment,
        version=version.number,
        level=first_level + len(drawing.layers) - 1,
        cells=len(book.areas),
        method=drawing.method,
        seed=drawing.seed,
        digest=version.digest,
    )
    return Drawn(version.number, book.ids_by_level())


@action
def name_area(
    area_id: int,
    *,
    name: str,
    name_en: str = "",
    actor: ActorRef,
    at: datetime | None = None,
) -> None:
    """The area is called `name` from this moment's day on; what it was called stays on record.

    Raises NoSuchArea.
    """
    bump_generation(queries.NAME)
    queries.mark_written()
    moment = at or context().recorded_at
    day = moment.astimezone(jurisdiction.current().tz).date()
    area = queries.area(area_id)
    if area.closed_on is not None:
        raise errors.NoSuchArea(area=area_id)
    if (area.name, area.name_en) == (name, name_en):
        return
    AreaName.objects.filter(area_id=area_id, valid_to=None).update(valid_to=day)
    AreaName.objects.create(area_id=area_id, name=name, name_en=name_en, valid_from=day)
    Area.objects.filter(id=area_id).update(name=name, name_en=name_en)
    queries.mark_written()
    note("area.named", f"area:{area_id}", actor=actor, at=moment, area=area_id, code=area.code)


def close_version(version: BoundaryVersion) -> None:
    """All boundaries of the version are written: their digest goes beside it."""
    version.digest = queries.digest_of_version(version.number)
    version.save(update_fields=["digest"])
    queries.mark_written()


def _knit(
    here: rules.Ground, drawing: Drawing, under: Sequence[int], version: BoundaryVersion
) -> None:
    """Where a new cell begins on an old border, the old areas there get a vertex too: the same
    line, so that neighbours and parents share identical vertices at every level."""
    own = shapely.get_coordinates([here.boundary(area_id) for area_id in under])
    known = set(map(tuple, own))
    fresh = [tuple(point) for point in shapely.get_coordinates(drawing.grounds)]
    points = np.array(sorted({point for point in fresh if point not in known})).reshape(-1, 2)
    ids = sorted(here.boundaries)
    before = np.array([here.boundaries[area_id] for area_id in ids], dtype=object)
    after = rules.with_vertices(before, points)
    changed = [
        (area_id, shapely.to_wkb(knit))
        for area_id, was, knit in zip(ids, before, after, strict=True)
        if knit is not was and shapely.get_num_coordinates(knit) != shapely.get_num_coordinates(was)
    ]
    if not changed:
        return
    Boundary.objects.filter(
        area_id__in=[area_id for area_id, _wkb in changed], to_version=None
    ).update(to_version=version)
    insert_many(
        Boundary,
        [Boundary(area_id=area_id, from_version=version, wkb=wkb) for area_id, wkb in changed],
    )


def _agreed_levels(stands: LevelScheme | None, wished: LevelScheme | None) -> LevelScheme:
    """The scheme that the territory stands in; written when this is the first drawing."""
    if stands is not None:
        if wished is not None and [x.key for x in wished.levels] != [x.key for x in stands.levels]:
            raise errors.OtherLevels(known=", ".join(level.key for level in stands.levels))
        return stands
    scheme = wished or queries.agreed_scheme() or rules.FIVE_LEVELS
    insert_many(
        Level,
        [
            Level(
                number=level.number,
                scheme=scheme.key,
                key=level.key,
                title_zh=level.title_zh,
                title_en=level.title_en,
                naming_zh=level.naming_zh,
                naming_en=level.naming_en,
            )
            for level in scheme.levels
        ],
    )
    return scheme


def _codes(
    level_key: str,
    parents: Sequence[_Parent],
    kinds: Sequence[str],
    used: Mapping[str, Sequence[str]],
) -> list[str]:
    """A code for every new area; those of one parent in reading order."""
    places: dict[str, list[int]] = {}
    for place, parent in enumerate(parents):
        places.setdefault(parent.code, []).append(place)
    codes = [""] * len(parents)
    for parent_code, mine in places.items():
        fresh = rules.next_codes(
            parent_code, level_key, [kinds[place] for place in mine], used.get(parent_code, ())
        )
        for place, fresh_code in zip(mine, fresh, strict=True):
            codes[place] = fresh_code
    return codes


class _Book:
    """The rows of one drawing, gathered to be written in five inserts."""

    def __init__(
        self,
        scheme: LevelScheme,
        version: BoundaryVersion,
        day: date,
        names: Names,
        synthetic: bool,
        last_id: int,
    ) -> None:
        self.scheme, self.version, self.day = scheme, version, day
        self.names, self.synthetic, self.next_id = names, synthetic, last_id + 1
        self.given: dict[str, int] = {}
        self.areas: list[Area] = []
        self.wkbs: list[bytes] = []

    def names_for(
        self, level: rules.Level, parents: Sequence[_Parent], kinds: Sequence[str]
    ) -> list[tuple[str, str]]:
        """(zh, en) for each new area: the next given name, or parent and number."""
        called: list[tuple[str, str]] = []
        numbers: dict[int, int] = {}
        for parent, kind in zip(parents, kinds, strict=True):
            n = numbers[parent.id] = numbers.get(parent.id, 0) + 1
            pool = f"{level.key}:{kind}" if f"{level.key}:{kind}" in self.names else level.key
            next_one = self.given.get(pool, 0)
            if next_one < len(self.names.get(pool, ())):
                self.given[pool] = next_one + 1
                called.append(self.names[pool][next_one])
            else:
                called.append(level.name_for(n, parent.name, parent.name_en))
        return called

    def open_areas(
        self,
        parents: Sequence[_Parent | None],
        codes: Sequence[str],
        names: Sequence[tuple[str, str]],
        kinds: Sequence[str],
        grounds: rules.Geometries,
    ) -> list[_Parent]:
        """Rows for the cells of one level; answers what the level below must know."""
        sizes, labels = rules.measured(grounds)
        made: list[_Parent] = []
        for place, parent in enumerate(parents):
            level = parent.level + 1 if parent else 1
            own_chain = rules.chain_of(
                self.next_id, level, parent.chain if parent else rules.NOWHERE
            )
            zh, en = names[place]
            self.areas.append(
                Area(
                    id=self.next_id,
                    level=level,
                    kind=kinds[place],
                    code=rules.checked_code(codes[place]),
                    name=zh,
                    name_en=en,
                    parent_id=parent.id if parent else None,
                    **rules.chain_columns(own_chain),
                    synthetic=self.synthetic,
                    area_m2=sizes[place],
                    lng=labels[place, 0],
                    lat=labels[place, 1],
                    opened_on=self.day,
                )
            )
            made.append(_Parent(self.next_id, level, codes[place], zh, en, own_chain))
            self.next_id += 1
        self.wkbs.extend(shapely.to_wkb(grounds))
        return made

    def ids_by_level(self) -> tuple[tuple[int, ...], ...]:
        levels = sorted({area.level for area in self.areas})
        return tuple(tuple(a.id for a in self.areas if a.level == level) for level in levels)

    def write(self, *, given: bool = False) -> None:
        day = self.day
        if given:
            taken = AreaCode.objects.filter(code__in=[area.code for area in self.areas]).first()
        else:  # the others continue what stands under their parents
            taken = AreaCode.objects.filter(code=self.areas[0].code).first()
        if taken is not None:
            raise errors.CodeTaken(code=taken.code)
        insert_many(Area, self.areas)
        insert_many(
            AreaCode, [AreaCode(area_id=a.id, code=a.code, valid_from=day) for a in self.areas]
        )
        insert_many(
            AreaName,
            [
                AreaName(area_id=a.id, name=a.name, name_en=a.name_en, valid_from=day)
                for a in self.areas
            ],
        )
        insert_many(
            AreaPlace,
            [AreaPlace(area_id=a.id, parent_id=a.parent_id, valid_from=day) for a in self.areas],
        )
        insert_many(
            Boundary,
            [
                Boundary(area_id=area.id, from_version=self.version, wkb=wkb)
                for area, wkb in zip(self.areas, self.wkbs, strict=True)
            ],
        )
