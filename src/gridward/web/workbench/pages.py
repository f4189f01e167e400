"""What each workbench template is given. Views fill these from the rooms' queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from gridward.web.ui.pages import (
    Badge,
    Clock,
    Fact,
    FormField,
    Link,
    MapView,
    Pager,
    Photo,
    ReportForm,
    Row,
    Shell,
    Step,
    Tile,
    TimelineItem,
    Why,
)


@dataclass(frozen=True, slots=True)
class Section:
    """A short list on the start page; more: address of the whole list."""

    title: str
    rows: tuple[Row, ...] = ()
    more: str = ""
    empty: str = ""


@dataclass(frozen=True, slots=True)
class HomePage:
    """`workbench/home.html`: what waits for me."""

    shell: Shell
    tiles: tuple[Tile, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportView:
    """One report of a case: its words and photos; contact: masked, or that none was left."""

    receipt: str
    submitted_at: datetime
    source: str
    words: str
    place: str = ""
    photos: tuple[Photo, ...] = ()
    contact: str = ""
    reveal: Step | None = None
    outside_number: str = ""
    badge: Badge | None = None


@dataclass(frozen=True, slots=True)
class CasePage:
    """`workbench/case.html`: one case, as this post may see it.

    clock: the one that runs on the reader; promised: the date told to the reporter;
    steps: first the likeliest; withheld: set on restricted cases, words and photos stay away.
    """

    shell: Shell
    title: str
    number: str
    place: str
    state: Badge
    badges: tuple[Badge, ...] = ()
    clock: Clock | None = None
    promised: datetime | None = None
    holder: str = ""
    facts: tuple[Fact, ...] = ()
    reports: tuple[ReportView, ...] = ()
    proofs: tuple[Photo, ...] = ()
    map: MapView | None = None
    steps: tuple[Step, ...] = ()
    timeline: tuple[TimelineItem, ...] = ()
    why: Why = field(default_factory=Why)
    back: Link | None = None
    notice: str = ""
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of the list of cases."""

    address: str
    title: str
    number: str
    place: str
    state: Badge
    holder: str
    opened_at: datetime
    clock: Clock | None = None
    badges: tuple[Badge, ...] = ()


@dataclass(frozen=True, slots=True)
class ListPage:
    """`workbench/list.html`. Lines are ready to draw; filters keep values; no total."""

    shell: Shell
    title: str
    lines: tuple[CaseLine, ...] = ()
    filters: tuple[FormField, ...] = ()
    words: str = ""
    pager: Pager = field(default_factory=Pager)
    is_filtered: bool = False
    order: str = "due"
    orders: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit in the overview, in the fixed order of the organisation list (no ranking)."""

    name: str
    open: int
    late: int
    closed: int
    on_time: str = ""


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """`workbench/overview.html`: simple counts with their definitions, read only."""

    shell: Shell
    tiles: tuple[Tile, ...] = ()
    units: tuple[UnitLine, ...] = ()
    definitions: tuple[Fact, ...] = ()
    map: MapView | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """`workbench/report.html`: a resident's report, written by the desk."""

    shell: Shell
    form: ReportForm
