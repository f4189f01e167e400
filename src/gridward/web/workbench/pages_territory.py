"""What the pages about the territory are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from gridward.web.ui.pages import Choice, Fact, FormField, Link, MapView, Shell


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area in a list. sub: what kind it is and how many lie in it; who: who answers, in
    words; empty where nobody does."""

    name: str
    address: str
    sub: str
    size: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class GapBlock:
    """Areas of one level where nobody holds the role; more: how many are not shown."""

    title: str
    areas: tuple[Link, ...]
    count: int
    of: int

    @property
    def more(self) -> int:
        return self.count - len(self.areas)


@dataclass(frozen=True, slots=True)
class Person:
    """Who answers, with the number that is published; edit: form to publish, where one may."""

    name: str
    role: str
    office: str
    phone: str
    public_name: str = ""
    edit: str = ""

    @property
    def sub(self) -> str:
        return " · ".join(part for part in (self.role, self.office) if part)


@dataclass(frozen=True, slots=True)
class PastLine:
    day: date
    text: str
    areas: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaPage:
    """`workbench/territory/area.html`. first, rest: who answers, the nearest at hand before."""

    shell: Shell
    title: str
    sub: str
    path: tuple[Link, ...]
    facts: tuple[Fact, ...]
    first: tuple[Person, ...]
    rest: tuple[Person, ...]
    children: tuple[AreaLine, ...]
    children_title: str
    gaps: tuple[GapBlock, ...]
    history: tuple[PastLine, ...]
    plates: tuple[Link, ...] = ()
    changes: tuple[Link, ...] = ()
    map: MapView | None = None
    ended: bool = False
    synthetic: bool = False
    check: str = ""


@dataclass(frozen=True, slots=True)
class FaultLine:
    kind: str
    areas: str
    size: str
    place: str
    beside: str
    detail: str


@dataclass(frozen=True, slots=True)
class CheckPage:
    """`workbench/territory/check.html`: the proof of cover, faults on the map and in a table."""

    shell: Shell
    summary: str
    holds: bool
    found: str
    faults: tuple[FaultLine, ...]
    count: int
    map: MapView | None
    back: Link

    @property
    def more(self) -> int:
        return self.count - len(self.faults)


@dataclass(frozen=True, slots=True)
class Stand:
    """Somebody on an area that ends, and where they may go on."""

    name: str
    title: str
    hint: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class NewArea:
    name: str
    code: str
    size: str
    inside: int


@dataclass(frozen=True, slots=True)
class Cell:
    """An area on a sketch: its SVG path, its name and where that stands, in pixels."""

    path: str
    name: str
    x: float
    y: float
    tint: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """A drawing of areas. former, of a change: the lines as they are now, as one SVG path."""

    width: int
    height: int
    cells: tuple[Cell, ...]
    former: str


@dataclass(frozen=True, slots=True)
class LineForm:
    """A line between two areas, drawn on a map or written as points."""

    map: MapView
    between: tuple[FormField, ...]
    points: FormField


@dataclass(frozen=True, slots=True)
class ChangePage:
    """`workbench/territory/change.html`: split, merge or redraw: the form, then the preview.

    kept: hidden fields that carry the form through the preview; seen: whether a preview stands.
    line: where a line may be drawn; the file then is the other way.
    inside, sorted: the areas inside, to see where they lie, and what becomes of each.
    """

    shell: Shell
    title: str
    intro: str
    action: str
    back: Link
    fields: tuple[FormField, ...]
    upload: str = ""
    line: LineForm | None = None
    inside: Sketch | None = None
    sorted: tuple[FormField, ...] = ()
    sketch: Sketch | None = None
    kept: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    seen: bool = False
    new: tuple[NewArea, ...] = ()
    ended: str = ""
    concerns: tuple[Fact, ...] = ()
    stands: tuple[Stand, ...] = ()
    faults: tuple[str, ...] = ()
    version: int = 0
    button: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)
