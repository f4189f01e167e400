"""Every write of the territory: one function per verb."""

from gridward.territory.actions.changing import merge_areas, redraw, split_area
from gridward.territory.actions.drawing import Drawn, Names, draw_cells, name_area
from gridward.territory.actions.importing import Imported, import_areas, record_crosswalk

__all__ = [
    "Drawn",
    "Imported",
    "Names",
    "draw_cells",
    "import_areas",
    "merge_areas",
    "name_area",
    "record_crosswalk",
    "redraw",
    "split_area",
]
