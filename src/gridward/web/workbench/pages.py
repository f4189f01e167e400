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
    Shell,
    Step,
    Tile,
    TimelineItem,
    Why,
)


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
    share: Step | None = None
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
    """One line of the list of cases. pick: its value in a form for several; "" cannot be picked."""

    key: str
    address: str
    title: str
    number: str
    place: str
    state: Badge
    holder: str
    opened_at: datetime
    clock: Clock | None = None
    badges: tuple[Badge, ...] = ()
    pick: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HomePage:
    """`workbench/home.html`: what waits for me, what falls due soon, what I passed on.

    poll: where the lines are asked for again; at_title: heads the moment of each line.
    """

    shell: Shell
    tabs: tuple[Link, ...] = ()
    tiles: tuple[Tile, ...] = ()
    lines: tuple[CaseLine, ...] = ()
    pager: Pager = field(default_factory=Pager)
    empty: str = ""
    empty_text: str = ""
    poll: str = ""
    at_title: str = ""
    can_pick: bool = False


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list's filters under a name. remove: where to take it away, "" for a colleague's."""

    name: str
    address: str
    current: bool = False
    shared: bool = False
    remove: str = ""


@dataclass(frozen=True, slots=True)
class ListPage:
    """`workbench/list.html`. Lines are ready to draw; filters keep values; no total.

    filters: always there; more: folded until one of them is set; flags: further checks; chips:
    what is set now, each with the address without it; keep: the filters as one text, to be saved.
    """

    shell: Shell
    title: str
    lines: tuple[CaseLine, ...] = ()
    filters: tuple[FormField, ...] = ()
    more: tuple[FormField, ...] = ()
    flags: tuple[FormField, ...] = ()
    more_open: bool = False
    chips: tuple[Link, ...] = ()
    words: str = ""
    pager: Pager = field(default_factory=Pager)
    is_filtered: bool = False
    order: str = "due"
    orders: tuple[Link, ...] = ()
    views: tuple[SavedView, ...] = ()
    keep: str = ""
    export: str = ""
    phone_search: str = ""
    problem: str = ""
    view_name: str = ""
    at_title: str = ""
    can_pick: bool = False


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


@dataclass(frozen=True, slots=True)
class BulkLine:
    """One of the cases to be dispatched together. value: id and version; lead: as the rules say."""

    line: CaseLine
    value: str
    lead: str


@dataclass(frozen=True, slots=True)
class BulkPage:
    """`workbench/bulk.html`: like cases and the one form; others: what is about something else."""

    shell: Shell
    back: Link
    lines: tuple[BulkLine, ...] = ()
    fields: tuple[FormField, ...] = ()
    others: tuple[Link, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of one of them. number and address are empty for one that may not be seen."""

    number: str
    address: str
    words: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class BulkDonePage:
    """`workbench/bulk_done.html`: what became of each of them."""

    shell: Shell
    back: Link
    title: str
    outcomes: tuple[BulkOutcome, ...] = ()
