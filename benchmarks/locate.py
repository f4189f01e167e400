"""Locating points: through the territory's door against the bare tree, at two sizes.

    .venv/bin/python -m benchmarks.locate [--json]

The cells are laid in memory (some six neighbours each) and put where the door finds its
ground; everything between a caller and the answer is measured, the generation's read included as
a request has it (once). Bounds: one point ≤ 20 µs; many points at ≥ 0.5 × the bare STRtree.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import shapely

SIZES = (2_590, 140_000)
POINTS = 20_000
SINGLE_US, BULK_SHARE = 20.0, 0.5


@dataclass(frozen=True)
class Measured:
    """One line of the table: medians in µs of thread time per point; share: bare / door in bulk."""

    cells: int
    single_us: float
    bare_single_us: float
    bulk_us: float
    bare_bulk_us: float
    build_s: float

    @property
    def share(self) -> float:
        return self.bare_bulk_us / self.bulk_us

    @property
    def holds(self) -> bool:
        return self.single_us <= SINGLE_US and self.share >= BULK_SHARE


def measure(cells: int) -> Measured:
    """The door and the bare tree over `cells` cells; needs a migrated current jurisdiction."""
    from gridward.core import jurisdiction
    from gridward.journal.queries import generation, remembered_generations
    from gridward.territory import queries, rules

    shapes = _cells(cells)
    day = date(2026, 1, 1)
    whole = rules.AreaView(
        1, 1, "other", "1", "", "", None, rules.chain_of(1, 1, rules.NOWHERE), True, day, None,
        1.0, 0.0, 0.0,
    )  # fmt: skip
    areas = [whole]
    for id_ in range(2, cells + 2):
        chain = rules.chain_of(id_, 2, whole.chain)
        areas.append(
            rules.AreaView(
                id_, 2, "other", str(id_), "", "", 1, chain, True, day, None, 1.0, 0.0, 0.0
            )
        )
    begun = time.perf_counter()
    ground = rules.Ground(
        areas, dict(zip(range(2, cells + 2), shapes, strict=True)), version=1, scheme=None
    )
    build_s = time.perf_counter() - begun

    key = jurisdiction.current().key
    held = queries._grounds.get(key)
    queries._grounds[key] = (generation(queries.NAME), ground)
    try:
        rng = np.random.default_rng(1)
        lngs = rng.uniform(113.05, 113.95, POINTS)
        lats = rng.uniform(22.05, 22.95, POINTS)
        pairs = list(zip(lngs.tolist(), lats.tolist(), strict=True))
        tree = shapely.STRtree(np.array(shapes, dtype=object))
        tree.query(shapely.Point(113.5, 22.5))
        locate, point = queries.locate, shapely.Point

        def door() -> None:
            with remembered_generations():
                for lng, lat in pairs:
                    locate(lng, lat)

        def bare() -> None:
            for lng, lat in pairs:
                tree.query(point(lng, lat), predicate="intersects")

        def door_bulk() -> None:
            with remembered_generations():
                queries.locator().locate_many(lngs, lats)

        def bare_bulk() -> None:
            tree.query(shapely.points(lngs, lats), predicate="intersects")

        single, bare_single = _medians(door, bare, rounds=5)
        bulk, bare_in_bulk = _medians(door_bulk, bare_bulk, rounds=9)
    finally:
        if held is None:
            queries._grounds.pop(key, None)
        else:
            queries._grounds[key] = held
    return Measured(cells, single, bare_single, bulk, bare_in_bulk, round(build_s, 3))


def run() -> list[Measured]:
    """Both sizes."""
    return [measure(cells) for cells in SIZES]


def table(lines: list[Measured]) -> str:
    """The lines as text."""
    head = f"{'cells':>8} {'one point':>10} {'bare':>8} {'many':>9} {'bare':>9} {'share':>6}  build"
    rows = [
        f"{m.cells:>8,} {m.single_us:>7.2f} µs {m.bare_single_us:>5.2f} µs {m.bulk_us:>6.3f} µs "
        f"{m.bare_bulk_us:>6.3f} µs {m.share:>6.2f}  {m.build_s:.2f} s  "
        f"{'holds' if m.holds else 'FAILS'}"
        for m in lines
    ]
    return "\n".join([head, *rows, f"bounds: one ≤ {SINGLE_US:g} µs, share ≥ {BULK_SHARE:g}"])


def _cells(count: int) -> list[shapely.Polygon]:
    """`count` polygons over one square degree, about one to a shaken lattice point."""
    side = int(np.ceil(np.sqrt(count)))
    rng = np.random.default_rng(0)
    xs, ys = np.meshgrid(np.arange(side), np.arange(side))
    centres = np.column_stack([xs.ravel(), ys.ravel()])[:count] + rng.uniform(0.2, 0.8, (count, 2))
    box = shapely.box(113, 22, 114, 23)
    regions = shapely.voronoi_polygons(
        shapely.multipoints(centres / side + [113, 22]), extend_to=box
    )
    cells = shapely.intersection(shapely.get_parts(regions), box)
    # as drawn areas are numbered: parent by parent, read from stored bytes in that order
    middles = shapely.get_coordinates(shapely.centroid(cells))
    tiles = np.floor(middles * 32)
    order = np.lexsort((middles[:, 0], -middles[:, 1], tiles[:, 0], -tiles[:, 1]))
    return list(shapely.from_wkb(shapely.to_wkb(cells[order])))


def _medians(
    first: Callable[[], None], second: Callable[[], None], *, rounds: int
) -> tuple[float, float]:
    """Median µs of this thread's time per point of both, taken in turns.

    The thread's time, not the wall's: nothing here waits, and other processes are not counted.
    """
    first()
    second()
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for place, call in enumerate((first, second)):
            begun = time.thread_time()
            call()
            took[place].append(time.thread_time() - begun)
    one, other = (float(np.median(times)) / POINTS * 1e6 for times in took)
    return one, other


def main() -> int:
    """Measure on a database of its own; exit code 1 when a bound does not hold."""
    import os
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        os.environ["GRIDWARD_VAR"] = folder
        os.environ.pop("GRIDWARD_DATABASE_URL", None)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridward.settings.base")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        lines = run()
    if "--json" in sys.argv:
        print(json.dumps([{**asdict(m), "share": m.share, "ok": m.holds} for m in lines]))
    else:
        print(table(lines))
    return 0 if all(m.holds for m in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
