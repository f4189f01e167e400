"""What each workbench template is given. Views fill these from the rooms' queries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.safestring import SafeString

from gridward.web.ui.pages import (
    Badge,
    Choice,
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
    """One report of a case: its words and photos; contact: masked, or that none was left; unheard:
    recordings that stay with the desk."""

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
    crowded: bool = False
    unheard: int = 0


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A one-time link that was made. revoke: where to take it back, "" when it is past."""

    made_at: datetime
    words: str
    revoke: str = ""


@dataclass(frozen=True, slots=True)
class LinkPanel:
    """One-time links of a case. make: where a new one is made, "" when none may be."""

    organisation: str
    version: int
    make: str = ""
    lines: tuple[LinkLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CasePage:
    """`workbench/case.html`: one case, as this post may see it.

    clock: the one that runs on the reader; promised: the date told to the reporter;
    steps: first the likeliest; withheld: set on restricted cases, words and photos stay away;
    proposal: what somebody else asks this post to confirm; notice: why what was sent was not done;
    notice_to: the form it came from; typed: its words where that form is gone; following: where
    the next case that waits is opened; before_steps: why a step is missing; sheet: the case on
    paper; chat: as text for a chat group.
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
    proposal: tuple[Fact, ...] = ()
    notice: str = ""
    notice_to: str = ""
    typed: tuple[Fact, ...] = ()
    withheld: bool = False
    following: str = ""
    sheet: str = ""
    chat: str = ""
    links: LinkPanel | None = None
    before_steps: str = ""


@dataclass(frozen=True, slots=True)
class GonePage:
    """`workbench/gone.html`: a form's words, after its case went where this post does not see."""

    shell: Shell
    back: Link
    title: str
    problem: str
    typed: tuple[Fact, ...]


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

    poll: where the lines are asked for again; at_title: heads the moment of each line;
    shows_holder: whether each line says who has it now, which is oneself where one's own wait.
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
    shows_holder: bool = True


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
    shows_holder: bool = True


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One area or organisation in a table of figures, in a fixed order (no ranking)."""

    name: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """What an outside source still waits for."""

    title: str
    address: str
    open: int
    late: int
    soonest: datetime | None = None


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """`workbench/overview.html`: the day's counts with their definitions, read only.

    headings: of the numbers in every line; chat: the same as text for a chat group.
    """

    shell: Shell
    tiles: tuple[Tile, ...] = ()
    headings: tuple[str, ...] = ()
    areas: tuple[FigureLine, ...] = ()
    total: tuple[int, ...] = ()
    organisations: tuple[FigureLine, ...] = ()
    sources: tuple[SourceLine, ...] = ()
    definitions: tuple[Fact, ...] = ()
    chat: str = ""
    map: MapView | None = None
    as_of: datetime | None = None
    purpose: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """`workbench/report.html`: a report written by the desk.

    origin: how it came; near: the question whether it is one of those in hand nearby; known: where
    the event with the same outside number is; suggested: matters that fit the words.
    """

    shell: Shell
    form: ReportForm
    origin: tuple[FormField, ...] = ()
    near: FormField | None = None
    known: str = ""
    may_dispatch: bool = False
    suggested: tuple[Choice, ...] = ()


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


@dataclass(frozen=True, slots=True)
class ExportPage:
    """`workbench/export.html`: what the list is taken out for. chips: its filters in words."""

    shell: Shell
    back: Link
    address: str
    chips: tuple[str, ...] = ()
    most: int = 0
    purpose: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SheetPage:
    """`workbench/print.html`: a case on one A4 page.

    outside: for an organisation without an account, with room to write; other: the other variant.
    """

    title: str
    number: str
    place: str
    places: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    more_reports: int = 0
    facts: tuple[Fact, ...] = ()
    photos: tuple[str, ...] = ()
    picture: str = ""
    timeline: tuple[Fact, ...] = ()
    outside: bool = False
    printed: str = ""
    back: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class LinkMadePage:
    """`workbench/link_made.html`: a one-time link, shown this once. picture: its QR code."""

    shell: Shell
    back: Link
    title: str
    number: str
    place: str
    organisation: str
    address: str
    picture: SafeString
    until: datetime


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice on the operator's page; value: set where it can be sent again."""

    value: str
    title: str
    way: str
    whom: str
    state: Badge
    made: str
    sent: str
    tries: int
    why: str


@dataclass(frozen=True, slots=True)
class NoticesPage:
    """`workbench/notices.html`: what went out, failed, and can be sent again."""

    shell: Shell
    ways: tuple[Fact, ...] = ()
    faults: tuple[str, ...] = ()
    filters: tuple[Link, ...] = ()
    lines: tuple[NoticeLine, ...] = ()
    pager: Pager = field(default_factory=Pager)
    is_filtered: bool = False
    here: str = ""


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A case of which somebody waits for word; badges: who, and by when."""

    line: CaseLine
    badges: tuple[Badge, ...]


@dataclass(frozen=True, slots=True)
class HandoverLine:
    """A shift that was handed over; taken_at None: nobody has taken it yet."""

    given_at: datetime
    giver: str
    counts: str
    words: str
    taker: str
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShiftPage:
    """`workbench/shift.html`: what stands at the desk, and the form to hand it over.

    waiting: what was given and not taken; take: where to take it over, "" for whoever gave it.
    """

    shell: Shell
    tiles: tuple[Tile, ...] = ()
    due: tuple[CaseLine, ...] = ()
    hours: int = 0
    promises: tuple[PromiseLine, ...] = ()
    waiting: HandoverLine | None = None
    take: str = ""
    may_give: bool = True
    words: str = ""
    history: tuple[HandoverLine, ...] = ()
    problem: str = ""
    typed: tuple[Fact, ...] = ()
