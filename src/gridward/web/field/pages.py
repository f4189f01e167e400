"""What each page of a grid worker is given."""

from __future__ import annotations

from dataclasses import dataclass

from gridward.web.ui.pages import (
    Badge,
    Fact,
    FormField,
    Link,
    MapView,
    Photo,
    ReportForm,
    Row,
    Shell,
    Step,
    Tile,
)


@dataclass(frozen=True, slots=True)
class HomePage:
    """`field/home.html`: my checks, and the two big buttons."""

    shell: Shell
    nav: tuple[Link, ...] = ()
    checks: tuple[Row, ...] = ()
    done: tuple[Row, ...] = ()
    tiles: tuple[Tile, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckPage:
    """`field/check.html`: one check to make on site; step holds pass or fail with photos."""

    shell: Shell
    title: str
    place: str
    kind: Badge
    nav: tuple[Link, ...] = ()
    clock_text: str = ""
    words: str = ""
    where: str = ""
    result: str = ""
    asked: tuple[Fact, ...] = ()
    before: tuple[Photo, ...] = ()
    after: tuple[Photo, ...] = ()
    map: MapView | None = None
    step: Step | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportPage:
    """`field/report.html`: the resident's form, in the worker's frame."""

    shell: Shell
    form: ReportForm
    nav: tuple[Link, ...] = ()
    settling: tuple[FormField, ...] = ()
    settling_open: bool = False


@dataclass(frozen=True, slots=True)
class DonePage:
    """`field/done.html`."""

    shell: Shell
    receipt: str
    nav: tuple[Link, ...] = ()
