"""Drawing a district's cells at full scale: 3, 63, 190 and 2,590 of them in one outline.

    .venv/bin/python -m benchmarks.draw [--json]

The time is this process's own, so other work beside it is not counted. Bound: 10 s.
"""

from __future__ import annotations

import json
import sys
import time

import shapely

PLAN = (3, 63, 190, 2_590)
DRAW_S = 10.0


def outline() -> shapely.Polygon:
    """A ground some 12 km across, with a bay."""
    island = shapely.Point(113.2, 22.7).buffer(0.06, quad_segs=16)
    return island.difference(shapely.Point(113.25, 22.74).buffer(0.02, quad_segs=8))


def seconds() -> float:
    """Processor seconds for the whole drawing."""
    from gridward.territory import rules

    begun = time.process_time()
    drawing = rules.draw([outline()], PLAN, method="voronoi", seed=7, towns=3)
    took = time.process_time() - begun
    if [len(layer.cells) for layer in drawing.layers] != list(PLAN):
        raise SystemExit("the drawing has not the cells that were asked for")
    return took


def main() -> int:
    """Measure; exit code 1 when the bound does not hold."""
    took = seconds()
    if "--json" in sys.argv:
        print(json.dumps({"cells": sum(PLAN), "seconds": round(took, 2), "ok": took <= DRAW_S}))
    else:
        print(f"{sum(PLAN):,} cells drawn in {took:.1f} s (bound {DRAW_S:g} s)")
    return 0 if took <= DRAW_S else 1


if __name__ == "__main__":
    sys.exit(main())
