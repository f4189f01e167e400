"""What each portal template is given. Views fill these; templates only draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from gridward.web.ui.pages import (
    Badge,
    Choice,
    Fact,
    FormField,
    Link,
    MapView,
    Photo,
    StageBar,
    Step,
    TimelineItem,
    Why,
)


@dataclass(frozen=True, slots=True)
class WorkerCard:
    """`portal/_worker.html`: who answers for a place, as far as it is published.

    place: the area in words; said: the sentence; phones: (label, number) to be dialled.
    """

    place: str
    said: str
    phones: tuple[tuple[str, str], ...] = ()
    report: str = ""
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class WorkerPage:
    """`portal/worker.html`. cards: what was found; choices: areas whose name holds the words;
    picture, window: the map that is pressed without script."""

    cards: tuple[WorkerCard, ...] = ()
    choices: tuple[Link, ...] = ()
    notice: str = ""
    words: str = ""
    area: str = ""
    areas: tuple[Choice, ...] = ()
    map: MapView | None = None
    picture: str = ""
    window: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class HomePage:
    """`portal/home.html`. duty_phone "" leaves the line out."""

    duty_phone: str = ""


@dataclass(frozen=True, slots=True)
class NearLine:
    """A neighbour's problem as it may be known: never words, photos, numbers or people."""

    id: str
    title: str
    place: str
    about_m: int
    since: datetime
    stage: str


@dataclass(frozen=True, slots=True)
class NearPage:
    """`portal/near.html`: is it the same? kept: (name, value) of everything typed so far."""

    lines: tuple[NearLine, ...]
    kept: tuple[tuple[str, str], ...]
    words: str
    photos: int
    by_itself: str


@dataclass(frozen=True, slots=True)
class DonePage:
    """`portal/done.html`. address: of the page behind the QR code; joined: it waits to be joined
    with a neighbour's; again: it had been received before; opens_at: when the desk opens again,
    only outside its hours."""

    receipt: str
    code: str
    address: str
    outside: bool = False
    joined: bool = False
    again: bool = False
    restricted: bool = False
    opens_at: datetime | None = None
    duty_phone: str = ""


@dataclass(frozen=True, slots=True)
class TrackFormPage:
    """`portal/track_form.html`."""

    receipt: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class TrackPage:
    """`portal/track.html`: what the holder of a receipt may see, and what may be done with it.

    ended: how it ended, in words; reply: the organisation's answer; earlier_reply: it is worked on
    again after that answer; steps: add details, reminder, redo, withdraw …; asked: details, where
    they were asked for; answer and rating: the two questions, when they are due; waits_to_join: the
    desk looks whether it is a neighbour's problem; declined, elsewhere: why not, and where to turn.
    """

    receipt: str
    title: str
    bar: StageBar
    submitted_at: datetime
    timeline: tuple[TimelineItem, ...] = ()
    promised: datetime | None = None
    is_late: bool = False
    ended: Badge | None = None
    reply: str = ""
    earlier_reply: bool = False
    words: str = ""
    place: str = ""
    photos: tuple[Photo, ...] = ()
    facts: tuple[Fact, ...] = ()
    answer: Step | None = None
    rating: Step | None = None
    asked: Step | None = None
    steps: tuple[Step, ...] = ()
    case: str = ""
    why: Why = field(default_factory=Why)
    waits_to_join: bool = False
    declined: str = ""
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """One matter that may be reported. address: the form with the matter chosen."""

    title: str
    address: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueGroup:
    title: str
    icon: str
    lines: tuple[CatalogueLine, ...]


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """`portal/catalogue.html`. groups: those with something found; words: what was asked for."""

    groups: tuple[CatalogueGroup, ...]
    words: str = ""
    duty_phone: str = ""


@dataclass(frozen=True, slots=True)
class ProtectionPage:
    """`portal/protection.html`: the few fields of a matter that only a protection desk sees."""

    client_id: str
    fields: tuple[FormField, ...]
    problem: str = ""
    duty_phone: str = ""


@dataclass(frozen=True, slots=True)
class InHandLine:
    """A public-space matter that is in hand: what, in which community, since which day."""

    title: str
    place: str
    since: datetime
    stage: str


@dataclass(frozen=True, slots=True)
class InHandPage:
    """`portal/in_hand.html`. map: only with a configured base map; newer, older: addresses."""

    lines: tuple[InHandLine, ...]
    area: str = ""
    areas: tuple[Choice, ...] = ()
    group: str = ""
    groups: tuple[Choice, ...] = ()
    map: MapView | None = None
    older: str = ""
    newer: str = ""
