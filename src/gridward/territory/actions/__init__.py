"""Every write of the territory: one function per verb."""

from gridward.territory.actions.changing import merge_areas, redraw, split_area
from gridward.territory.actions.drawing import Drawn, Names, draw_cells, name_area

__all__ = [
    "Drawn",
    "Names",
    "draw_cells",
    "merge_areas",
    "name_area",
    "redraw",
    "split_area",
]
