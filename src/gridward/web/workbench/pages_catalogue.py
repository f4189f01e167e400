"""What the templates of the catalogue are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gridward.web.ui.pages import Badge, Fact, FormField, Link, Shell


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings. Each cell is its words, or a Link; the first heads its row."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str | Link, ...], ...]
    note: str = ""
    empty: str = ""

    @property
    def lines(self) -> tuple[tuple[tuple[str, str | Link], ...], ...]:
        """Each row's cells with the headings they stand under."""
        return tuple(tuple(zip(self.headings, row, strict=True)) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of the catalogue shows above its content.

    tabs: the pages beside this one; warning: years that no calendar knows yet; act: where to load
    them, for whoever may
    """

    shell: Shell
    tabs: tuple[Link, ...]
    title: str
    sub: str = ""
    warning: str = ""
    act: Link | None = None
    back: Link | None = None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Framed:
    """A page of the catalogue; the shell is what every page of the workbench asks for."""

    frame: Frame

    @property
    def shell(self) -> Shell:
        """Who works here and where one may go."""
        return self.frame.shell


@dataclass(frozen=True, slots=True)
class MatterLine:
    """One matter in the list."""

    title: str
    address: str
    sub: str
    badges: tuple[Badge, ...] = ()


@dataclass(frozen=True, slots=True)
class MatterGroup:
    title: str
    icon: str
    lines: tuple[MatterLine, ...]


@dataclass(frozen=True, slots=True)
class MattersPage(Framed):
    """`workbench/catalogue/matters.html`. groups: those with something found."""

    groups: tuple[MatterGroup, ...]
    words: str
    found: str


@dataclass(frozen=True, slots=True)
class ConditionCard:
    """One way a matter can be. decide: where its limit is changed, for whoever may."""

    title: str
    facts: tuple[Fact, ...]
    leads: Table
    urgent: bool = False
    decide: str = ""


@dataclass(frozen=True, slots=True)
class MatterPage(Framed):
    """`workbench/catalogue/matter.html`."""

    badges: tuple[Badge, ...]
    facts: tuple[Fact, ...]
    conditions: tuple[ConditionCard, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class TablesPage(Framed):
    """`workbench/catalogue/tables.html`: filters, then tables."""

    tables: tuple[Table, ...]
    filters: tuple[FormField, ...] = ()
    actions: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A state in the picture of a process."""

    x: int
    y: int
    lines: tuple[str, ...]
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """A way between two states: path data, and whether it leads back."""

    path: str
    is_back: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A process drawn on a ground of width × height. columns: (x, what residents see there)."""

    width: int
    height: int
    columns: tuple[tuple[int, str], ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    words: str


@dataclass(frozen=True, slots=True)
class ProcessPage(Framed):
    """`workbench/catalogue/process.html`."""

    picture: Picture
    tables: tuple[Table, ...]
    others: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month; number 0 is a gap before the first. mark: what is special about it."""

    number: int
    kind: Literal["", "work", "week", "off", "makeup"] = ""
    mark: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    title: str
    weeks: tuple[tuple[Day, ...], ...]


@dataclass(frozen=True, slots=True)
class CalendarPage(Framed):
    """`workbench/catalogue/calendars.html`."""

    facts: tuple[Fact, ...]
    weekdays: tuple[str, ...]
    months: tuple[Month, ...]
    years: tuple[Link, ...]
    calendars: tuple[Link, ...]
    missing: str = ""
    actions: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One field that changed, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What changed in one entry. state: new, gone or changed."""

    kind: str
    title: str
    state: str
    lines: tuple[ChangeLine, ...] = ()


@dataclass(frozen=True, slots=True)
class EditionLine:
    """One edition: who made it, when, and why."""

    number: int
    at: datetime
    who: str
    why: str
    source: str
    address: str


@dataclass(frozen=True, slots=True)
class EditionsPage(Framed):
    """`workbench/catalogue/editions.html`."""

    editions: tuple[EditionLine, ...]


@dataclass(frozen=True, slots=True)
class DifferencePage(Framed):
    """`workbench/catalogue/difference.html`."""

    filters: tuple[FormField, ...]
    changes: tuple[ChangeSet, ...]
    between: str


@dataclass(frozen=True, slots=True)
class DecisionsPage(Framed):
    """`workbench/catalogue/decisions.html`."""

    kinds: tuple[Link, ...]
    taken: Table


@dataclass(frozen=True, slots=True)
class DecidePage(Framed):
    """`workbench/catalogue/decide.html`: the form, or what would change before it is decided.

    kept: fields carried on while the difference is shown
    """

    hint: str
    fields: tuple[FormField, ...]
    edition: int
    problem: str = ""
    changes: tuple[ChangeSet, ...] | None = None
    kept: tuple[FormField, ...] = ()
