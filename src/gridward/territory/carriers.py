"""Rooms above whose rows stand on areas. They say here what a change of boundaries concerns, and
follow when it is made; this room knows none of their tables.

A room registers in its AppConfig.ready(). What it registers is called in the order of the floors
(lowest first), inside the action that changes the boundaries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from gridward.journal.rules import ActorRef
    from gridward.territory.rules import Change

# what stands on an ended area → the new areas it goes on in, the first its own
Grounds = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Concern:
    """So many rows would follow. title: what they are, in the active language when read."""

    title: str | Promise
    count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody or something that stands on an area which ends, and needs a new ground.

    key: under which the choice is given back; title, hint: who, and as what; several: whether it
    may stand on more than one of the new areas.
    """

    key: str
    area_id: int
    title: str
    hint: str = ""
    several: bool = False


@dataclass(frozen=True)
class Carrier:
    """floor: lower ones are asked and told first; the rest are dotted paths of functions.

    concerns(change) → [Concern]; standings(change) → [Standing];
    follow(change, grounds, *, actor, at) → how many rows followed.
    """

    name: str
    floor: int
    concerns: str = ""
    standings: str = ""
    follow: str = ""


_carriers: dict[str, Carrier] = {}


def register(carrier: Carrier) -> None:
    """Have a room be asked and told."""
    _carriers[carrier.name] = carrier


def registered() -> list[Carrier]:
    """All carriers, lowest floor first."""
    return sorted(_carriers.values(), key=lambda one: (one.floor, one.name))


def concerns(change: Change) -> list[Concern]:
    """How many rows of which room the change concerns."""
    return [found for call in _calls("concerns") for found in call(change)]


def standings(change: Change) -> list[Standing]:
    """Who stands on an area that ends."""
    return [found for call in _calls("standings") for found in call(change)]


def follow(change: Change, grounds: Grounds, *, actor: ActorRef, at: datetime) -> int:
    """Let every room's rows follow; returns how many did. Inside an action."""
    return sum(call(change, grounds, actor=actor, at=at) for call in _calls("follow"))


def _calls(what: str) -> list[Callable[..., Any]]:
    paths = [getattr(carrier, what) for carrier in registered()]
    return [import_string(path) for path in paths if path]
