"""What the shared components are given: frozen values, words in the reader's language.

Views of the surfaces build these; templates under `ui/components/` draw them. No component
knows a model, a code or an id.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Tone = Literal["", "teal", "blue", "green", "yellow", "orange", "red", "dark"]
Light = Literal["green", "yellow", "orange", "red"]


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go. icon: name in ui.icons."""

    title: str
    address: str
    icon: str = ""
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Badge:
    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One outward stage of a report. state: done, now or todo; at: when it was reached."""

    title: str
    state: Literal["done", "now", "todo"]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StageBar:
    """The seven stages and, in words, the side state (returned, waiting for details, …)."""

    stages: tuple[Stage, ...]
    side: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """The one clock that runs on the reader.

    kind: left, today, late or paused; text: what the pill says; provisional: the calendar of
    that year is not loaded yet.
    """

    kind: Literal["left", "today", "late", "paused"]
    text: str
    light: Light
    due: datetime | None = None
    title: str = ""
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """address: the whole picture; small: the thumbnail ("" = the same); caption: time and place;
    media: photo, video or voice; length: how long it plays, 0:12.
    """

    address: str
    small: str = ""
    caption: str = ""
    media: str = "photo"
    length: str = ""


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened, newest first. words: what a person wrote, already opened."""

    at: datetime
    title: str
    who: str = ""
    words: str = ""
    photos: tuple[Photo, ...] = ()
    tone: Literal["", "warn"] = ""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    title: str
    hint: str = ""
    chosen: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a generated form.

    kind: text, textarea, select, choices, check, checks, photos, number, date, moment, hidden or
    tel. rows and most only where they make sense. needed: with the choice it is
    shown for it has to be filled in. shown_if: (name, values): with script the
    field shows only while that other field has one of these values (values joined by blanks).
    """

    name: str
    kind: str
    label: str = ""
    help: str = ""
    value: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    error: str = ""
    most: int = 0
    shown_if: tuple[str, str] | None = None
    needed: bool = False
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Something the reader may do now, as a form that carries the version it was made from.

    draft: name under which the browser keeps what was typed until it was done; "" keeps nothing.
    """

    key: str
    title: str
    address: str
    version: int
    fields: tuple[FormField, ...] = ()
    hint: str = ""
    button: str = ""
    icon: str = "chevron-right"
    tone: Literal["", "first", "warn"] = ""
    is_open: bool = False
    error: str = ""
    with_files: bool = False
    draft: str = ""


@dataclass(frozen=True, slots=True)
class MapView:
    """areas: address of the polygons (GeoJSON); bounds: west, south, east, north in WGS84;
    lng/lat: the pin; picture: address of the server-drawn picture of the same place.
    """

    areas: str
    bounds: tuple[float, float, float, float]
    lng: float | None = None
    lat: float | None = None
    picture: str = ""
    points: str = ""


@dataclass(frozen=True, slots=True)
class Pager:
    """Keyset pages: no page numbers, no total. An empty address means there is no such page."""

    next: str = ""
    first: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list that reads well at 390 px: title, a second line, a pill at the side."""

    title: str
    address: str
    sub: str = ""
    clock: Clock | None = None
    badge: Badge | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    value: str
    address: str = ""
    tone: Tone = ""
    hint: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, under its name. address: where it can be looked at."""

    label: str
    value: str
    hint: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of "why": the question, its answers, and the rule and edition they rest on."""

    question: str
    answers: tuple[str, ...]
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    reasons: tuple[Reason, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class ReportForm:
    """`ui/components/report_fields.html`, in the portal and in the field.

    values/errors: by field name (words, place_words, lng, lat, datum, area, matter, phone, name);
    found: the area's name for the point chosen so far; picture: address of the picture map that
    is tapped without script, with its window in picture_window; staged: ids of photos that the
    server already has; film_s, voice_s: seconds a film or a recording may have, both 0 when none
    can be added, film_mb: how large; client_id: makes a second press of the button harmless.
    """

    client_id: str
    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    areas: tuple[Choice, ...] = ()
    matters: tuple[Choice, ...] = ()
    map: MapView | None = None
    picture: str = ""
    picture_window: str = ""
    found: str = ""
    staged: tuple[tuple[str, Photo], ...] = ()
    photos_left: int = 9
    film_s: int = 0
    voice_s: int = 0
    film_mb: int = 0
    notice_version: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Entries of the navigation that belong together. key: names the group within its page."""

    key: str
    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of every staff page: who works here, in which post, and where one may go.

    posts: the other posts of the same person, for the switcher (value = post id).
    """

    person: str
    role: str
    organisation: str
    nav: tuple[NavGroup, ...] = ()
    posts: tuple[Choice, ...] = ()
    waiting: int = 0
    unread: int = 0
