"""What the pages about the territory are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from gridward.web.ui.pages import Choice, Fact, FormField, Link, MapView, Shell, Tile


@dataclass(frozen=True, slots=True)
class AreaLine:
    """One area in a list. who: who answers, in words; empty where nobody does."""

    name: str
    address: str
    level: str
    kind: str
    size: str
    inside: int
    who: str = ""
    synthetic: bool = False


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


@dataclass(frozen=True, slots=True)
class PastLine:
    day: date
    text: str
    areas: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaPage:
    """`workbench/territory/area.html`."""

    shell: Shell
    title: str
    path: tuple[Link, ...]
    facts: tuple[Fact, ...]
    people: tuple[Person, ...]
    offices: tuple[Person, ...]
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
    tiles: tuple[Tile, ...] = ()


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
    faults: tuple[FaultLine, ...]
    map: MapView | None
    back: Link


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
class ChangePage:
    """`workbench/territory/change.html`: split, merge or redraw: the form, then the preview.

    kept: hidden fields that carry the form through the preview; seen: whether a preview stands.
    """

    shell: Shell
    title: str
    intro: str
    action: str
    back: Link
    fields: tuple[FormField, ...]
    upload: str = ""
    kept: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    seen: bool = False
    new: tuple[NewArea, ...] = ()
    ended: tuple[str, ...] = ()
    concerns: tuple[Fact, ...] = ()
    stands: tuple[Stand, ...] = ()
    faults: tuple[str, ...] = ()
    version: int = 0
    button: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)
