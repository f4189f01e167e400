"""What the templates of one-time links are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gridward.web.ui.pages import MapView, Photo, Step


@dataclass(frozen=True, slots=True)
class WorkPage:
    """`outside/page.html`: what is to be done, where, by when, and what one may send back.

    unheard: how many recordings the desk keeps for itself.
    """

    title: str
    number: str
    organisation: str
    words: tuple[str, ...]
    place: str
    places: tuple[str, ...]
    closing: str
    photos: tuple[Photo, ...] = ()
    unheard: int = 0
    map: MapView | None = None
    due: datetime | None = None
    until: datetime | None = None
    steps: tuple[Step, ...] = ()
    said: str = ""
    arrived: str = ""
    problem: str = ""
