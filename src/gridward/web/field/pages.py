"""What each page of a grid worker is given."""

from __future__ import annotations

from dataclasses import dataclass

from gridward.web.ui.pages import (
    Badge,
    Choice,
    Fact,
    FormField,
    Link,
    MapView,
    Photo,
    ReportForm,
    Row,
    Shell,
    Step,
    Tone,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A list of what waits, under its heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class HomePage:
    """`field/home.html`: what waits for me, what came up on my ground, my grid, what was solved."""

    shell: Shell
    nav: tuple[Link, ...] = ()
    waiting: tuple[Block, ...] = ()
    news: tuple[Row, ...] = ()
    grid: str = ""
    grid_text: str = ""
    behalf: bool = False
    solved: tuple[Row, ...] = ()
    done: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckPage:
    """`field/check.html`: one check to make on site; step holds pass or fail with photos; unheard:
    how many recordings stay with the desk."""

    shell: Shell
    title: str
    place: str
    kind: Badge
    nav: tuple[Link, ...] = ()
    clock_text: str = ""
    words: str = ""
    where: str = ""
    unheard: int = 0
    result: str = ""
    result_tone: str = ""
    asked: tuple[Fact, ...] = ()
    before: tuple[Photo, ...] = ()
    after: tuple[Photo, ...] = ()
    map: MapView | None = None
    step: Step | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class QuickPage:
    """`field/quick.html`: photo, matter, send. usual: matters chosen most; groups: all others under
    their plain groups, open where one is chosen (then elsewhere is true); ground: where it lies
    when no position is given."""

    shell: Shell
    form: ReportForm
    nav: tuple[Link, ...] = ()
    fresh: bool = True
    ground: str = ""
    usual: tuple[Choice, ...] = ()
    groups: tuple[tuple[str, tuple[Choice, ...], bool], ...] = ()
    elsewhere: bool = False
    settling: tuple[FormField, ...] = ()
    settling_open: bool = False


@dataclass(frozen=True, slots=True)
class ReportPage:
    """`field/report.html`: everything that can be said. for_resident: asks for their number;
    notice: what they are to be told; draft: under which name the browser keeps it."""

    shell: Shell
    form: ReportForm
    nav: tuple[Link, ...] = ()
    address: str = ""
    draft: str = "field.report-full"
    fresh: bool = True
    for_resident: bool = False
    notice: tuple[tuple[str, str], ...] = ()
    settling: tuple[FormField, ...] = ()
    settling_open: bool = False


@dataclass(frozen=True, slots=True)
class DonePage:
    """`field/done.html`."""

    shell: Shell
    receipt: str
    nav: tuple[Link, ...] = ()
    draft: str = "field.report"


@dataclass(frozen=True, slots=True)
class TipLine:
    """One of my tips. became: what became of it; answer: in the desk's words."""

    words: str
    when: str
    place: str
    became: str
    tone: Tone = ""
    answer: str = ""
    address: str = ""
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class TipPage:
    """`field/tip.html`: the form, and mine."""

    shell: Shell
    form: ReportForm
    nav: tuple[Link, ...] = ()
    fresh: bool = True
    ground: str = ""
    mine: tuple[TipLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CasePage:
    """`field/case.html`: an event on my ground; happened: when and what, and the words with it."""

    shell: Shell
    title: str
    badge: Badge
    place: str
    nav: tuple[Link, ...] = ()
    clock_text: str = ""
    words: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    unheard: int = 0
    facts: tuple[Fact, ...] = ()
    before: tuple[Photo, ...] = ()
    after: tuple[Photo, ...] = ()
    map: MapView | None = None
    steps: tuple[Step, ...] = ()
    happened: tuple[tuple[str, str], ...] = ()
    whole: str = ""


@dataclass(frozen=True, slots=True)
class CallPage:
    """`field/call.html`: somebody to call on; phone and name only once it was asked for."""

    shell: Shell
    title: str
    place: str
    step: Step
    nav: tuple[Link, ...] = ()
    words: tuple[str, ...] = ()
    reply: str = ""
    attempts: int = 0
    after: tuple[Photo, ...] = ()
    number: str = ""
    phone: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class GridPage:
    """`field/grid.html`: people and units: name, and what they do or who answers there."""

    shell: Shell
    nav: tuple[Link, ...]
    title: str
    synthetic: bool = False
    map: MapView | None = None
    people: tuple[tuple[str, str], ...] = ()
    desk: str = ""
    desk_phone: str = ""
    units: tuple[tuple[str, str], ...] = ()
    open: tuple[Row, ...] = ()
    closed: tuple[Row, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class SolvedPage:
    """`field/solved.html`."""

    shell: Shell
    nav: tuple[Link, ...]
    rows: tuple[Row, ...] = ()
