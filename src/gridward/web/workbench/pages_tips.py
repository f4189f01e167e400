"""What the pages of tips are given."""

from __future__ import annotations

from dataclasses import dataclass

from gridward.web.ui.pages import Fact, Link, MapView, Photo, Row, Shell, Step


@dataclass(frozen=True, slots=True)
class TipsPage:
    """`workbench/tips.html`: what waits to be read."""

    shell: Shell
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class TipPage:
    """`workbench/tip.html`: one tip; steps while nobody has read it, then what became of it."""

    shell: Shell
    back: Link
    title: str
    words: str
    facts: tuple[Fact, ...]
    photos: tuple[Photo, ...] = ()
    map: MapView | None = None
    steps: tuple[Step, ...] = ()
    problem: str = ""
    typed: tuple[Fact, ...] = ()
    case: str = ""
    answer: str = ""
