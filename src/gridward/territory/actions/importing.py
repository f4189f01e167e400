"""Areas from a file, and the cross-walk from former grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gridward.core.action import action, context
from gridward.core.db import insert_many
from gridward.core.geodesy import Datum
from gridward.journal.actions import ActorRef, note
from gridward.territory import errors, queries, rules
from gridward.territory.actions.drawing import Drawn, draw_cells
from gridward.territory.models import CrossWalk
from gridward.territory.rules import Feature, Import, Layer, LevelScheme, Properties, Share


@dataclass(frozen=True)
class Imported:
    """What an import did, or with dry_run would do. drawn: None when nothing was written."""

    found: Import
    drawn: Drawn | None


@action
def import_areas(
    features: Sequence[Feature],
    *,
    level: int | str,
    properties: Properties,
    actor: ActorRef,
    datum: Datum | str = Datum.WGS84,
    tolerance_m2: float = rules.TOLERANCE_M2,
    scheme: LevelScheme | None = None,
    synthetic: bool = False,
    dry_run: bool = False,
    at: datetime | None = None,
) -> Imported:
    """The features of a file made areas of one level, under the areas one level up.

    scheme: the levels, when this is the first drawing. What the file leaves open within the
    tolerance is knit, so that neighbours share their vertices. dry_run writes nothing and refuses
    nothing: the faults stand in what comes back.
    Raises FaultyFile, AlreadyDrawn, NoSuchLevel, WiderFirst, CodesExhausted: nothing is changed.
    """
    stands = queries.ground().scheme or scheme or queries.agreed_scheme() or rules.FIVE_LEVELS
    number = stands.level(level).number
    following = max((area.level for area in queries.ground().leaves), default=0) + 1
    if number > following:
        raise errors.WiderFirst(level=stands.level(number).key, next=stands.level(following).key)
    found = queries.read_import(
        features, level=number, properties=properties, datum=datum, tolerance_m2=tolerance_m2
    )
    if dry_run:
        return Imported(found, None)
    if found.faults:
        raise errors.FaultyFile(count=len(found.faults)).naming(found.faults)
    cells = [cell.geometry for cell in found.cells]
    kinds = [[cell.kind for cell in found.cells]]
    codes = [cell.code for cell in found.cells]
    names = [(cell.name, cell.name_en) for cell in found.cells]
    here = queries.ground()
    if number == 1:
        whole = rules.checked_outline(cells[0])
        drawing = rules.Drawing(np.array([whole], dtype=object), (), "imported", 0)
        drawn = draw_cells(
            drawing,
            actor=actor,
            scheme=stands,
            code=codes[0] or "449901",
            name=names[0],
            synthetic=synthetic,
            at=at,
        )
        return Imported(found, drawn)
    knit = rules.partition([here.boundary(id_) for id_ in found.under], cells)
    place = {id_: at_ for at_, id_ in enumerate(found.under)}
    parents = np.array([place[cell.parent_id or 0] for cell in found.cells], dtype=np.int64)
    layer = Layer(knit.layers[0].cells, parents, knit.layers[0].density)
    drawn = draw_cells(
        rules.Drawing(knit.grounds, (layer,), "imported", 0),
        actor=actor,
        under=found.under,
        names={stands.level(number).key: names},
        kinds=kinds,
        codes=codes if all(codes) else None,
        synthetic=synthetic,
        at=at,
    )
    return Imported(found, drawn)


@action
def record_crosswalk(
    system: str, shares: Sequence[Share], *, actor: ActorRef, at: datetime | None = None
) -> int:
    """Where the ground of former cells lies today; returns how many rows stand for the system.

    What stood for the same former codes is replaced. One journal entry.
    Raises NoSuchArea, BadShare; then nothing is changed.
    """
    moment = at or context().recorded_at
    sums: dict[str, float] = {}
    for line, each in enumerate(shares, 1):
        queries.area(each.area_id)
        sums[each.code] = sums.get(each.code, 0.0) + each.share
        if not each.code.strip():
            raise errors.BadShare(line=line, why=errors.NO_FORMER_CODE)
        if not 0 < each.share <= 1:
            raise errors.BadShare(line=line, why=errors.SHARE_RANGE)
        if sums[each.code] > 1.001:
            raise errors.BadShare(line=line, why=errors.SHARES_OVER % {"code": each.code})
    codes = list(sums)
    for start in range(0, len(codes), 2000):
        CrossWalk.objects.filter(system=system, code__in=codes[start : start + 2000]).delete()
    insert_many(
        CrossWalk,
        [
            CrossWalk(
                system=system,
                code=each.code,
                area_id=each.area_id,
                share=each.share,
                recorded_at=moment,
            )
            for each in shares
        ],
    )
    rows = CrossWalk.objects.filter(system=system).count()
    note(
        "crosswalk.recorded",
        f"crosswalk:{system}",
        actor=actor,
        at=moment,
        cells=len(codes),
        rows=rows,
    )
    return rows
