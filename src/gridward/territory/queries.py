"""Every read of the territory. Who lies where is public: nobody is kept from reading it.

All answers about today come from a Ground in memory, one per jurisdiction, made anew when the
generation "territory" has moved on. A query costs no statement but that one's (shared by all
names and read once per request or action).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import shapely
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from shapely.geometry.base import BaseGeometry

from gridward.catalog import queries as catalog
from gridward.core import clock, geodesy, jurisdiction
from gridward.core.action import context, in_action
from gridward.core.geodesy import Datum
from gridward.journal import queries as journal
from gridward.journal.queries import generation
from gridward.territory import carriers, errors, rules
from gridward.territory.carriers import Concern, Standing
from gridward.territory.models import (
    Area,
    AreaCode,
    AreaName,
    AreaPlace,
    Boundary,
    BoundaryVersion,
    CrossWalk,
    Level,
    Succession,
)
from gridward.territory.rules import (
    CHAIN,
    EDGE,
    INSIDE,
    NEAREST,
    OUTSIDE,
    AreaView,
    Chain,
    Change,
    Fault,
    Feature,
    Ground,
    Import,
    LevelScheme,
    Location,
    Part,
    Properties,
    Surveyed,
    SurveyedVersion,
    digest_of,
    scheme_from,
)
from gridward.territory.rules.levels import Level as SchemeLevel

__all__ = [
    "Past",
    "Preview",
    "agreed_scheme",
    "area",
    "area_of_code",
    "areas_of_level",
    "boundary_version",
    "chain",
    "chain_names",
    "children",
    "crosswalk",
    "find_code",
    "forget",
    "ground",
    "heirs",
    "history",
    "level_title",
    "locate",
    "locator",
    "path_name",
    "planned_merge",
    "planned_redraw",
    "planned_split",
    "polygon_geojson",
    "preview",
    "read_import",
    "reason_text",
    "scheme",
    "survey",
    "survey_versions",
]

NAME = "territory"  # of the generation
_WRITTEN = "territory.written"  # in an action's memo: what it sees is not yet for others
_OWN = "territory.ground"
_making = threading.Lock()
_grounds: dict[str, tuple[int, Ground]] = {}


def ground() -> Ground:
    """The current areas and boundaries of this jurisdiction, from memory.

    An action that has changed them sees its own changes; others see them after its commit.
    """
    if in_action():
        memo = context().memo
        if _WRITTEN in memo:
            if _OWN not in memo:
                memo[_OWN] = _read()
            own: Ground = memo[_OWN]
            return own
    key, now = jurisdiction.current().key, generation(NAME)
    held = _grounds.get(key)
    if held is not None and held[0] == now:
        return held[1]
    with _making:
        held = _grounds.get(key)
        if held is None or held[0] != now:
            held = _grounds[key] = (now, _read())
    return held[1]


def forget() -> None:
    """Drop what this process holds in memory, of all jurisdictions."""
    _grounds.clear()


def mark_written() -> None:
    """For the room's actions: from here the running action reads its own state."""
    memo = context().memo
    memo[_WRITTEN] = True
    memo.pop(_OWN, None)


# points


def locate(lng: float, lat: float, *, datum: Datum | str = Datum.WGS84) -> Location:
    """The smallest area at a point, its chain, why, and the boundary version used.

    Some 10 µs; for thousands of points take `locator().locate_many`. Raises NotAPlace.
    """
    if datum is not Datum.WGS84:
        if not geodesy.is_coordinate(lng, lat):
            raise errors.NotAPlace(lng=lng, lat=lat)
        lng, lat = geodesy.to_wgs84(lng, lat, datum)
    return ground().locate(lng, lat)


def locator() -> Ground:
    """The ground to locate many points in: `.locate(lng, lat)`, `.locate_many(lngs, lats)`.

    Hold it for one import or one request, not for longer: it does not follow later boundaries.
    """
    return ground()


def reason_text(location: Location) -> Promise:
    """The sentence that says why a point was put where it was."""
    return _REASONS[location.reason] if location.rule != "uncut_parent" else _UNCUT


_REASONS: dict[str, Promise] = {
    INSIDE: _("The point lies inside this area."),
    EDGE: _("The point lies on the line between areas; the one that was numbered first has it."),
    NEAREST: _("The point lies outside, within 30 m of this area, the nearest one."),
    OUTSIDE: _("The point lies outside the territory."),
}
_UNCUT: Promise = _("The point lies inside this area, which has not been cut further.")


# areas


def area(area_id: int) -> AreaView:
    """The area with this id, closed ones too. Raises NoSuchArea."""
    return ground().area(area_id)


def children(area_id: int | None) -> Sequence[AreaView]:
    """The areas in force right under this one (None: the widest), in reading order."""
    return ground().children(area_id)


def areas_of_level(level: int | str) -> Sequence[AreaView]:
    """The areas in force of a level (its number or key), in reading order."""
    here = ground()
    if isinstance(level, str) and not level.isdigit():
        if here.scheme is None:
            return ()
        level = here.scheme.level(level).number
    return here.of_level(int(level))


def chain(area_id: int | None) -> Chain:
    """The areas an area lies in, by level, itself included; six times None for None."""
    if area_id is None:
        return (None, None, None, None, None, None)
    return ground().area(area_id).chain


def chain_names(ids: Iterable[int | None], language: str | None = None) -> list[str]:
    """The names of areas, widest first, in the active language; None is left out.

    ids: a chain, or any area ids.
    """
    here, tongue = ground(), language or get_language() or "zh"
    return [here.area(id_).name_in(tongue) for id_ in ids if id_ is not None]


def path_name(area_id: int, language: str | None = None) -> str:
    """An area's name with those it lies in, without the widest and without repeating them."""
    names = chain_names(chain(area_id), language)
    shown: list[str] = []
    for name in names[1:] or names:
        if shown and shown[-1] in name:
            shown.pop()  # 榕荫社区第1网格 says 榕荫社区 already
        shown.append(name)
    return " · ".join(shown)


def area_of_code(code: str) -> AreaView:
    """The area in force with this code. Raises NoSuchArea."""
    found = ground().by_code.get(code)
    if found is None:
        raise errors.NoSuchArea(area=code)
    return found


def find_code(code: str) -> AreaView | None:
    """The area that carries this code, or ever did; None when nobody did."""
    found = ground().by_code.get(code)
    if found is not None:
        return found
    id_ = AreaCode.objects.filter(code=code).values_list("area_id", flat=True).first()
    return None if id_ is None else ground().area(id_)


def boundary_version() -> int:
    """The number of the boundaries in force; 0 before the first drawing."""
    return ground().version


def scheme() -> LevelScheme:
    """The levels that this territory stands in. Raises NotDrawnYet."""
    found = ground().scheme
    if found is None:
        raise errors.NotDrawnYet
    return found


def level_title(level: int, language: str | None = None) -> str:
    """What a level is called, in the active language."""
    found = scheme().level(level)
    tongue = language or get_language() or "zh"
    return found.title_en if tongue.startswith("en") else found.title_zh


def agreed_scheme() -> LevelScheme | None:
    """The level scheme that the loaded packs name; None when no pack is loaded."""
    if not catalog.is_loaded():
        return None
    agreed = catalog.catalogue().level_scheme
    return scheme_from(
        agreed.key,
        (
            {
                "level": level.level,
                "key": level.key,
                "title": {"zh": level.title.zh, "en": level.title.en},
            }
            for level in agreed.levels
        ),
    )


# changes, before they are made


@dataclass(frozen=True)
class Preview:
    """What a change would do. faults: why it would be refused by the proof of cover; concerns:
    rows of other rooms that would follow; standings: who and what needs a new ground."""

    change: Change
    faults: tuple[Fault, ...]
    concerns: tuple[Concern, ...]
    standings: tuple[Standing, ...]


def preview(change: Change) -> Preview:
    """What a planned change would do; nothing is written."""
    return Preview(
        change,
        uncovered(change),
        tuple(carriers.concerns(change)),
        tuple(carriers.standings(change)),
    )


def planned_split(area_id: int, parts: Sequence[Part], *, since: date | None = None) -> Change:
    """A split worked out on today's ground. Raises as `rules.split`, and for a bad day."""
    here = ground()
    day = _day(since, [here.area(area_id)])
    return rules.split(
        here,
        area_id,
        parts,
        next_id=last_area_id() + 1,
        used=_codes_beside(here.area(area_id)),
        since=day,
    )


def planned_merge(
    area_ids: Sequence[int],
    *,
    name: str,
    name_en: str = "",
    kind: str = "",
    since: date | None = None,
) -> Change:
    """A merge worked out on today's ground. Raises as `rules.merge`, and for a bad day."""
    here = ground()
    areas = [here.area(id_) for id_ in area_ids]
    day = _day(since, areas)
    return rules.merge(
        here,
        area_ids,
        name=name,
        name_en=name_en,
        kind=kind,
        next_id=last_area_id() + 1,
        used=_codes_beside(areas[0]) if areas else (),
        since=day,
    )


def planned_redraw(
    boundaries: Mapping[int, BaseGeometry],
    *,
    since: date | None = None,
    at: datetime | None = None,
) -> Change:
    """A redraw worked out on today's ground. Raises as `rules.redraw`, SinceTooLate."""
    here = ground()
    day = _day(since, [here.area(id_) for id_ in boundaries], at=at)
    return rules.redraw(here, boundaries, since=day)


def uncovered(change: Change) -> tuple[Fault, ...]:
    """Where the ground would not be covered after a change."""
    return rules.prove(rules.surveyed(change.after)).faults


def refuse_uncovered(change: Change) -> None:
    """Raises NotCovering where the ground would not be covered after a change."""
    faults = uncovered(change)
    if faults:
        first = faults[0]
        kind = errors.FAULT_KINDS[first.kind]
        raise errors.NotCovering(count=len(faults), first=f"{kind} {' / '.join(first.areas)}")


def _day(since: date | None, areas: Sequence[AreaView], *, at: datetime | None = None) -> date:
    tz = jurisdiction.current().tz
    today = clock.now().astimezone(tz).date()
    if since is None:
        return at.astimezone(tz).date() if at is not None else today
    if since > today:
        raise errors.SinceTooLate(day=since.isoformat())
    for one in areas:
        if since < one.opened_on:
            raise errors.SinceTooEarly(area=one.name, day=one.opened_on.isoformat())
    return since


def _codes_beside(area: AreaView) -> list[str]:
    if area.parent_id is None:
        return []
    code = ground().area(area.parent_id).code
    return codes_under([code])[code]


# files and former grids


def read_import(
    features: Sequence[Feature],
    *,
    level: int,
    properties: Properties,
    datum: Datum | str = Datum.WGS84,
    tolerance_m2: float = rules.TOLERANCE_M2,
) -> Import:
    """What features would be as areas of a level of this ground; see `rules.read_import`."""
    used = AreaCode.objects.values_list("code", flat=True) if properties.code else ()
    return rules.read_import(
        features,
        ground(),
        level=level,
        properties=properties,
        datum=datum,
        used_codes=used,
        tolerance_m2=tolerance_m2,
    )


def crosswalk(system: str, code: str) -> list[tuple[AreaView, float]]:
    """Where a former cell lies today, the largest part first: areas in force with their shares.

    Through splits and merges since: a part goes by the shares of the ground.
    """
    here = ground()
    found: dict[int, float] = {}
    line = list(CrossWalk.objects.filter(system=system, code=code).values_list("area_id", "share"))
    after: dict[int, list[tuple[int, float]]] = {}
    if any(here.area(id_).closed_on is not None for id_, _share in line):
        for was, heir, share in Succession.objects.values_list("area_id", "successor_id", "share"):
            after.setdefault(was, []).append((heir, share))
    while line:
        id_, share = line.pop()
        if here.area(id_).closed_on is None:
            found[id_] = found.get(id_, 0.0) + share
        else:
            line += [(heir, share * part) for heir, part in after.get(id_, ())]
    order = sorted(found, key=lambda id_: (-found[id_], id_))
    return [(here.area(id_), round(found[id_], 4)) for id_ in order]


# history


@dataclass(frozen=True)
class Past:
    """One thing that happened to an area. kind: opened, coded, named, placed, redrawn, ended;
    areas: predecessors, successors or the parent; text: the code or the name."""

    day: date
    kind: str
    text: str = ""
    areas: tuple[AreaView, ...] = ()
    version: int = 0


def history(area_id: int) -> list[Past]:
    """What happened to an area, oldest first: opened from which, its names, codes, parents and
    boundaries, ended into which; six statements. Raises NoSuchArea."""
    here = ground()
    area_now = here.area(area_id)
    came = [
        here.area(id_)
        for id_ in Succession.objects.filter(successor_id=area_id)
        .order_by("area_id")
        .values_list("area_id", flat=True)
    ]
    found = [Past(area_now.opened_on, "opened", area_now.code, tuple(came))]
    codes = AreaCode.objects.filter(area_id=area_id).order_by("valid_from", "id")
    found += [Past(row.valid_from, "coded", row.code) for row in list(codes)[1:]]
    names = AreaName.objects.filter(area_id=area_id).order_by("valid_from", "id")
    found += [Past(row.valid_from, "named", row.name) for row in list(names)[1:]]
    places = AreaPlace.objects.filter(area_id=area_id).order_by("valid_from", "id")
    found += [
        Past(row.valid_from, "placed", areas=(here.area(row.parent_id),))
        for row in list(places)[1:]
        if row.parent_id is not None
    ]
    drawn = (
        Boundary.objects.filter(area_id=area_id)
        .order_by("from_version_id")
        .values_list("from_version_id", "from_version__in_force_from")
    )
    found += [Past(day, "redrawn", version=number) for number, day in list(drawn)[1:]]
    if area_now.closed_on is not None:
        heirs = [
            here.area(id_)
            for id_ in Succession.objects.filter(area_id=area_id)
            .order_by("-share", "successor_id")
            .values_list("successor_id", flat=True)
        ]
        found.append(Past(area_now.closed_on, "ended", areas=tuple(heirs)))
    return sorted(found, key=lambda past: (past.day, _PASTS.index(past.kind), past.version))


_PASTS = ("opened", "coded", "named", "placed", "redrawn", "ended")


def heirs(area_id: int) -> list[AreaView]:
    """The areas in force that stand where this one did: itself, or its successors' successors."""
    here = ground()
    if here.area(area_id).closed_on is None:
        return [here.area(area_id)]
    next_of: dict[int, list[int]] = {}
    rows = Succession.objects.order_by("-share", "successor_id")
    for was, heir in rows.values_list("area_id", "successor_id"):
        next_of.setdefault(was, []).append(heir)
    found: dict[int, AreaView] = {}
    line = list(next_of.get(area_id, ()))
    while line:
        one = here.area(line.pop(0))
        if one.closed_on is None:
            found[one.id] = one
        else:
            line.extend(next_of.get(one.id, ()))
    return list(found.values())


# shapes


def polygon_geojson(
    area_ids: Iterable[int], *, tolerance_m: float = 0.0, language: str | None = None
) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of areas for a map (WGS84); see Ground.features.

    tolerance_m: 5 is fine for a street on a screen, 25 for the district.
    """
    tongue = language or get_language() or "zh"
    return ground().features(list(area_ids), tolerance_m=tolerance_m, language=tongue)


def survey() -> list[Surveyed]:
    """All areas in force as the proof of cover takes them, read from the tables themselves."""
    grounds = {
        area_id: shapely.from_wkb(bytes(wkb), on_invalid="ignore")
        for area_id, wkb in Boundary.objects.filter(to_version=None).values_list("area_id", "wkb")
    }
    codes = dict(AreaCode.objects.filter(valid_to=None).values_list("area_id", "code"))
    places = dict(AreaPlace.objects.filter(valid_to=None).values_list("area_id", "parent_id"))
    rows = (
        Area.objects.filter(closed_on=None)
        .order_by("id")
        .values_list(
            *("id", "code", "name", "level", "parent_id"), *CHAIN, *("lng", "lat", "area_m2")
        )
    )
    return [
        Surveyed(
            id=row[0],
            code=row[1],
            name=row[2],
            level=row[3],
            parent_id=row[4],
            geometry=grounds.get(row[0]),
            chain=tuple(row[5:11]),
            label=(row[11], row[12]),
            area_m2=row[13],
            dated=(codes.get(row[0]), places.get(row[0])),
        )
        for row in rows
    ]


def survey_versions() -> list[SurveyedVersion]:
    """Every boundary version with its digests: stored, noted in the journal, and found."""
    stored = dict(BoundaryVersion.objects.order_by("number").values_list("number", "digest"))
    noted = {
        line.details["version"]: str(line.details["digest"])
        for line in journal.timeline(f"boundaries:{number}" for number in stored)
    }
    # what the journal knows and the table does not was taken out
    return [
        SurveyedVersion(
            number, stored.get(number, ""), noted.get(number), digest_of_version(number)
        )
        for number in sorted({*stored, *noted})
    ]


def digest_of_version(number: int) -> str:
    """The digest over all boundaries that a version began, with the first code of each area."""
    codes: dict[int, str] = {}
    for area_id, code in AreaCode.objects.order_by("id").values_list("area_id", "code"):
        codes.setdefault(area_id, code)
    begun = Boundary.objects.filter(from_version_id=number).values_list("area_id", "wkb")
    return digest_of((id_, codes.get(id_, ""), bytes(wkb)) for id_, wkb in begun)


# reading the tables


def last_area_id() -> int:
    """The highest area id ever given."""
    return Area.objects.aggregate(last=Max("id"))["last"] or 0


def last_version() -> int:
    """The number of the newest boundary version."""
    return BoundaryVersion.objects.aggregate(last=Max("number"))["last"] or 0


def codes_under(parent_codes: Iterable[str]) -> dict[str, list[str]]:
    """Every code that ever began with one of these codes, by that code; one statement."""
    wanted = list(parent_codes)
    found: dict[str, list[str]] = {code: [] for code in wanted}
    if not wanted:
        return found
    lengths = {len(code) for code in wanted}
    for code in AreaCode.objects.values_list("code", flat=True):
        for length in lengths:
            if len(code) > length and code[:length] in found:
                found[code[:length]].append(code)
    return found


def _read() -> Ground:
    # outside an action two statements may see two states: look again when one came in between
    while True:
        version = last_version()
        rows = list(
            Area.objects.order_by("id").values_list(
                "id",
                "level",
                "kind",
                "code",
                "name",
                "name_en",
                "parent_id",
                "a1",
                "a2",
                "a3",
                "a4",
                "a5",
                "a6",
                "synthetic",
                "opened_on",
                "closed_on",
                "area_m2",
                "lng",
                "lat",
            )
        )
        polygons = list(
            # in the order of the ids: neighbours then lie near each other in memory too
            Boundary.objects.filter(to_version=None, area__closed_on=None)
            .order_by("area_id")
            .values_list("area_id", "wkb")
        )
        levels = tuple(
            SchemeLevel(*row)
            for row in Level.objects.order_by("number").values_list(
                "number", "key", "title_zh", "title_en", "naming_zh", "naming_en"
            )
        )
        key = Level.objects.order_by("number").values_list("scheme", flat=True).first()
        if version == last_version():
            break
    shapes = shapely.from_wkb([bytes(wkb) for _id, wkb in polygons]) if polygons else []
    return Ground(
        (AreaView(*row[:7], row[7:13], *row[13:]) for row in rows),
        {id_: shape for (id_, _wkb), shape in zip(polygons, shapes, strict=True)},
        version=version,
        scheme=LevelScheme(key, levels) if key and levels else None,
    )
