"""Splitting, merging and redrawing: one change of boundaries, and every row that follows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gridward.core import clock
from gridward.core.action import action
from gridward.core.db import insert_many
from gridward.journal.actions import ActorRef, bump_generation, note
from gridward.territory import carriers, errors, queries, rules
from gridward.territory.actions.drawing import close_version
from gridward.territory.models import (
    Area,
    AreaCode,
    AreaName,
    AreaPlace,
    Boundary,
    BoundaryVersion,
    Succession,
)
from gridward.territory.rules import Change, Part

VERBS = {"split": "area.split", "merged": "areas.merged", "redrawn": "boundary.redrawn"}


@action
def split_area(
    area_id: int,
    parts: Sequence[Part],
    *,
    actor: ActorRef,
    grounds: Mapping[str, Sequence[int]] | None = None,
    since: date | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Change:
    """The area ends; two or more new ones take its place, with new ids and codes.

    parts: see `rules.split`. grounds: for whatever stands on the area (`queries.preview`): its
    key → the numbers of the parts it goes on in, from 0. since: the day from which it holds,
    default today. version: the boundary version that the preview was made from.
    Every row with the area in its chain follows. One journal entry.
    Raises NoSuchArea, CannotChange, GroundsNeeded, BoundariesMoved, SinceTooLate, SinceTooEarly,
    NotCovering; then nothing is changed.
    """
    _begin(version)
    change = queries.planned_split(area_id, parts, since=since)
    chosen = {
        key: [change.opened[place].id for place in places if 0 <= place < len(change.opened)]
        for key, places in (grounds or {}).items()
    }
    return _carry_out(change, chosen, actor=actor, at=at)


@action
def merge_areas(
    area_ids: Sequence[int],
    *,
    name: str,
    name_en: str = "",
    kind: str = "",
    actor: ActorRef,
    since: date | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Change:
    """The areas end; one new area takes their place. What stood on any of them stands on it.

    Refuses as `split_area` does.
    """
    _begin(version)
    change = queries.planned_merge(area_ids, name=name, name_en=name_en, kind=kind, since=since)
    return _carry_out(change, {}, actor=actor, at=at)


@action
def redraw(
    boundaries: Mapping[int, BaseGeometry],
    *,
    actor: ActorRef,
    since: date | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> int:
    """New boundaries for existing areas; returns the new version.

    boundaries: polygons in WGS84 degrees by area id; all areas that change, at every level
    (`rules.redrawn_cells` makes that of smallest areas). The old ones stay on record under their
    versions. Rows with a point in ground that changed hands follow it; others stay.
    Raises NoSuchArea, BadOutline, BoundariesMoved, SinceTooLate, SinceTooEarly, and NotCovering
    when the whole would no longer cover its ground; then nothing is changed.
    """
    _begin(version)
    change = queries.planned_redraw(boundaries, since=since, at=at)
    return _carry_out(change, {}, actor=actor, at=at).version


def _begin(version: int | None) -> None:
    """First of all: whoever else draws now waits, and whoever locates has finished."""
    bump_generation(queries.NAME)
    queries.mark_written()
    now = queries.boundary_version()
    if version is not None and version != now:
        raise errors.BoundariesMoved(was=version, now=now)


def _carry_out(
    change: Change,
    chosen: Mapping[str, Sequence[int]],
    *,
    actor: ActorRef,
    at: datetime | None,
) -> Change:
    moment = at or clock.now()
    grounds = _grounds(change, chosen)
    queries.refuse_uncovered(change)
    _write(change, moment)
    moved = carriers.follow(change, grounds, actor=actor, at=moment)
    version = BoundaryVersion.objects.get(number=change.version)
    details: dict[str, Any] = {"version": change.version, "digest": version.digest}
    if change.kind == "redrawn":
        details["areas"] = list(change.redrawn)
    else:
        details |= {
            "ended": list(change.ended),
            "opened": [area.id for area in change.opened],
        }
    note(
        VERBS[change.kind],
        f"boundaries:{change.version}",
        actor=actor,
        at=moment,
        since=change.since.isoformat(),
        rows=moved,
        **details,
    )
    return change


def _grounds(change: Change, chosen: Mapping[str, Sequence[int]]) -> dict[str, tuple[int, ...]]:
    """Where everything that stands on an ended area goes on. Raises GroundsNeeded."""
    found: dict[str, tuple[int, ...]] = {}
    missing = []
    for standing in carriers.standings(change):
        heirs = change.ended[standing.area_id]
        wished = tuple(dict.fromkeys(id_ for id_ in chosen.get(standing.key, ()) if id_ in heirs))
        if not wished and len(heirs) == 1:
            wished = heirs
        if not wished:
            missing.append(standing)
            continue
        found[standing.key] = wished if standing.several else wished[:1]
    if missing:
        raise errors.GroundsNeeded(count=len(missing), first=missing[0].title)
    return found


def _write(change: Change, moment: datetime) -> None:
    """The change's rows, in a number of statements that does not grow with the ground."""
    day = change.since
    version = BoundaryVersion.objects.create(
        number=change.version, in_force_from=day, recorded_at=moment, digest=""
    )
    ended = list(change.ended)
    if ended:
        Area.objects.filter(id__in=ended).update(closed_on=day)
        AreaCode.objects.filter(area_id__in=ended, valid_to=None).update(valid_to=day)
        AreaName.objects.filter(area_id__in=ended, valid_to=None).update(valid_to=day)
        AreaPlace.objects.filter(area_id__in=[*ended, *change.moved], valid_to=None).update(
            valid_to=day
        )
    after = change.after
    insert_many(
        Area,
        [
            Area(
                id=area.id,
                level=area.level,
                kind=area.kind,
                code=rules.checked_code(area.code),
                name=area.name,
                name_en=area.name_en,
                parent_id=area.parent_id,
                **rules.chain_columns(area.chain),
                synthetic=area.synthetic,
                area_m2=area.area_m2,
                lng=area.lng,
                lat=area.lat,
                opened_on=day,
            )
            for area in change.opened
        ],
    )
    insert_many(
        AreaCode, [AreaCode(area_id=a.id, code=a.code, valid_from=day) for a in change.opened]
    )
    insert_many(
        AreaName,
        [
            AreaName(area_id=a.id, name=a.name, name_en=a.name_en, valid_from=day)
            for a in change.opened
        ],
    )
    placed = [area.id for area in change.opened] + list(change.moved)
    insert_many(
        AreaPlace,
        [
            AreaPlace(area_id=id_, parent_id=after.area(id_).parent_id, valid_from=day)
            for id_ in placed
        ],
    )
    insert_many(
        Succession,
        [
            Succession(area_id=was, successor_id=heir, version=version, share=share, since=day)
            for (was, heir), share in change.shares.items()
        ],
    )
    _move_areas(change)
    _draw_boundaries(change, version, [area.id for area in change.opened])
    close_version(version)


def _move_areas(change: Change) -> None:
    """Areas that stay: their new parent and chain, and the size and label of redrawn ones."""
    for host in sorted({change.after.area(id_).parent_id or 0 for id_ in change.moved}):
        mine = [id_ for id_ in change.moved if change.after.area(id_).parent_id == host]
        Area.objects.filter(id__in=mine).update(parent_id=host)
    for regroup in change.regroups:
        column = next(iter(regroup.to))
        Area.objects.filter(closed_on=None, **regroup.where).update(**{column: regroup.to[column]})
    for area_id in change.redrawn:
        area = change.after.area(area_id)
        Area.objects.filter(id=area_id).update(area_m2=area.area_m2, lng=area.lng, lat=area.lat)


def _draw_boundaries(change: Change, version: BoundaryVersion, opened: Iterable[int]) -> None:
    drawn = [*change.redrawn, *change.knit]
    gone = [*drawn, *change.ended]
    Boundary.objects.filter(area_id__in=gone, to_version=None).update(to_version=version)
    insert_many(
        Boundary,
        [
            Boundary(
                area_id=id_,
                from_version=version,
                wkb=shapely.to_wkb(change.after.boundaries[id_]),
            )
            for id_ in [*opened, *drawn]
        ],
    )
