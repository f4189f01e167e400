"""The demonstration's ground: the invented district of the demo pack, drawn by the real verbs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from django.conf import settings
from django.utils.translation import gettext as _

from gridward.journal.actions import ActorRef
from gridward.territory import actions, rules

SEED, TOWNS = 20, 3
# built-up communities stand in the towns, villages around them
_ORDER = {"urban_community": 0, "park": 1, "rural": 2}


def draw_district(say: Callable[[str], None]) -> None:
    """The district, its streets, communities, grids and minimal units, with names and kinds."""
    folder = Path(settings.GRIDWARD_PACKS, "demo-district")
    district = yaml.safe_load((folder / "district.yaml").read_text(encoding="utf-8"))
    outline = rules.outline_of_geojson(
        json.loads((folder / district["outline"]).read_text(encoding="utf-8"))
    )
    streets: list[dict[str, Any]] = district["streets"]
    wide: list[int | list[int]] = [
        len(streets),
        [len(street["communities"]) for street in streets],
    ]
    # what is drawn below moves nothing above: the second drawing has the same communities
    first = rules.draw([outline], wide, seed=SEED, towns=TOWNS)
    placed = _placed(streets, first.layers[1])
    drawing = rules.draw(
        [outline],
        [*wide, [int(community["grids"]) for community in placed], int(district["units"])],
        seed=SEED,
        towns=TOWNS,
    )
    communities = tuple(str(community["kind"]) for community in placed)
    grids = tuple(communities[int(parent)] for parent in drawing.layers[2].parents)
    units = tuple(grids[int(parent)] for parent in drawing.layers[3].parents)
    drawn = actions.draw_cells(
        drawing,
        actor=ActorRef("system", "territory.draw"),
        code=str(district["county_code"]),
        name=_name(district),
        names={"street": [_name(s) for s in streets], "community": [_name(c) for c in placed]},
        kinds=[("other",) * len(streets), communities, grids, units],
    )
    told = {"count": drawn.count, "version": drawn.version}
    say(_("%(count)s areas, boundaries version %(version)s") % told)


def _placed(streets: Sequence[Mapping[str, Any]], layer: rules.Layer) -> list[Mapping[str, Any]]:
    """Which community stands in which drawn cell, in the order of the cells."""
    placed: list[Mapping[str, Any]] = [{}] * len(layer.cells)
    for at, street in enumerate(streets):
        cells = np.flatnonzero(layer.parents == at)
        thickest_first = cells[np.argsort(-layer.density[cells], kind="stable")]
        built_up_first = sorted(street["communities"], key=lambda c: _ORDER.get(c["kind"], 2))
        for cell, community in zip(thickest_first, built_up_first, strict=True):
            placed[int(cell)] = community
    return placed


def _name(thing: Mapping[str, Any]) -> tuple[str, str]:
    return str(thing["name"]["zh"]), str(thing["name"]["en"])
