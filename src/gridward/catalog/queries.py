"""Every read of the catalogue. Nobody is kept from reading it: what has been agreed is public."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from datetime import datetime
from typing import Any

from gridward.catalog import checks, rules
from gridward.catalog.compiled import Catalogue, Content, digest_of
from gridward.catalog.decisions import Unfit, applied, key_of
from gridward.catalog.definitions import AreaKind, Matter, ResponsibilityRule
from gridward.catalog.errors import (
    DecisionFaulty,
    NoCatalogue,
    NoResponsibleRule,
    NoSuchEdition,
)
from gridward.catalog.models import Decision, Edition
from gridward.catalog.rules import Change
from gridward.catalog.yamlfile import Place
from gridward.core import jurisdiction, text
from gridward.core.action import in_action
from gridward.journal.queries import generation

__all__ = [
    "Catalogue",
    "Change",
    "Content",
    "catalogue",
    "current_number",
    "decided",
    "decided_content",
    "decisions",
    "difference",
    "editions",
    "foretold",
    "forget",
    "found_matters",
    "is_loaded",
    "lock_editions",
    "nowhere",
    "responsible",
    "years_to_load",
]

KEPT = 24  # editions in memory over all jurisdictions; one takes about half a megabyte

_lock = threading.Lock()
_editions: OrderedDict[tuple[str, int], Catalogue] = OrderedDict()
_current: dict[str, tuple[int, int | None]] = {}  # jurisdiction -> (generation, number)


def catalogue(number: int | None = None) -> Catalogue:
    """An edition, the current one by default, from memory once it has been read.

    Costs no statement when the edition is in memory, but for the generation that all names share.
    Raises NoCatalogue before the first load, NoSuchEdition for a number never made.
    """
    if number is None:
        number = current_number()
        if number is None:
            raise NoCatalogue
    key = (jurisdiction.current().key, number)
    with _lock:
        found = _editions.get(key)
        if found is not None:
            _editions.move_to_end(key)
            return found
    row = Edition.objects.filter(number=number).values_list("content", "digest").first()
    if row is None:
        raise NoSuchEdition(number=number)
    made = Catalogue(number, _content(*row), row[1])
    if in_action() and number == _uncommitted():
        return made  # may still be rolled back: not for others
    with _lock:
        _editions[key] = made
        while len(_editions) > KEPT:
            _editions.popitem(last=False)
    return made


def _content(stored: str, digest: str) -> Content:
    """What an edition holds; jurisdictions whose editions hold the same share it in memory."""
    with _lock:
        held = next((each for each in _editions.values() if each.digest == digest), None)
    if held is not None and digest_of(stored) == digest:  # not where it was changed in place
        return held.content
    return Content.model_validate_json(stored)


def current_number() -> int | None:
    """The number of the newest edition, None before the first."""
    key, now = jurisdiction.current().key, generation("catalog")
    known = _current.get(key)
    if known is not None and known[0] == now and _uncommitted() is None:
        return known[1]
    number = Edition.objects.order_by("-number").values_list("number", flat=True).first()
    if _uncommitted() is None:
        _current[key] = (now, number)
    return number


def is_loaded() -> bool:
    """Whether there is an edition at all."""
    return current_number() is not None


def _uncommitted() -> int | None:
    """The edition made by the action that is running, if it made one."""
    if not in_action():
        return None
    from gridward.core.action import context

    made = context().memo.get("catalog.made")
    return int(made) if made is not None else None


def forget() -> None:
    """Drops every edition held in memory; for tests and after a restore."""
    with _lock:
        _editions.clear()
        _current.clear()


def responsible(
    catalogue: Catalogue, matter: str, condition: str | None, area_kind: AreaKind | str | None
) -> ResponsibilityRule:
    """The responsibility rule that holds; its `because` says why.

    Raises NotInCatalogue, and NoResponsibleRule where no rule fits.
    """
    fitting = catalogue.candidates(matter, condition, area_kind)
    if not fitting:
        raise NoResponsibleRule(matter=str(catalogue.matter(matter).title))
    return fitting[0]


def difference(before: int | Catalogue, after: int | Catalogue) -> tuple[Change, ...]:
    """What changed from one edition to another, entry by entry and field by field."""
    old, new = (
        each if isinstance(each, Catalogue) else catalogue(each) for each in (before, after)
    )
    return rules.differences(
        json.loads(old.content.canonical()), json.loads(new.content.canonical())
    )


def found_matters(catalogue: Catalogue, said: str) -> tuple[Matter, ...]:
    """The matters whose names, other words or conditions hold all that was asked for, in the
    packs' order; all of them for nothing asked."""
    wanted = text.query_tokens(said)
    return tuple(each for each in catalogue.matters.values() if _is_called(catalogue, each, wanted))


def _is_called(catalogue: Catalogue, matter: Matter, wanted: list[str]) -> bool:
    titles = [matter.title, *(each.title for each in catalogue.conditions_of(matter.key))]
    names = [word for title in titles for word in (title.zh, title.en)]
    known = {
        token
        for name in (*names, *matter.search.zh, *matter.search.en)
        for token in text.tokens(name)
    }
    return all(token in known for token in wanted)


def years_to_load(catalogue: Catalogue, now: datetime) -> tuple[tuple[str, int], ...]:
    """The (calendar, year) pairs that managers should load by now, soonest first.

    The running year, and from 1 November the coming one; only of calendars that clocks use.
    """
    used = sorted(set(catalogue.settings.calendars.values()))
    return tuple(
        (key, year)
        for step in (0, 1)
        for key in used
        if (year := rules.year_wanted(now.astimezone(catalogue.calendar(key).tz), step))
        and year not in catalogue.calendar(key).years
    )


def editions() -> list[Edition]:
    """Every edition without its content, newest first."""
    return list(Edition.objects.defer("content", "packs").order_by("-number"))


def decisions() -> list[Decision]:
    """Every decision in the order it was recorded, also those that a later one replaced."""
    return list(Decision.objects.order_by("recorded_at", "id"))


def decided() -> list[tuple[str, str, dict[str, Any], str]]:
    """Every decision as `decisions.applied` takes it, oldest first."""
    return [(each.kind, each.key, each.payload, str(each.id)) for each in decisions()]


def decided_content(
    current: Edition, kind: str, payload: dict[str, Any], decision: str
) -> tuple[str, Content]:
    """What a decision is about, and the content that would hold with it. Raises DecisionFaulty."""
    packs = Content.model_validate_json(current.packs)
    try:
        key = key_of(kind, payload)
        content = applied(packs, [*decided(), (kind, key, payload, decision)])
    except Unfit as fault:
        raise DecisionFaulty(fault=str(fault)) from None
    faults = checks.faults_of(content, nowhere)
    if faults:
        first = faults[0]
        raise DecisionFaulty(fault=f"expected {first.expected}, found {first.found}")
    return key, content


def foretold(kind: str, payload: dict[str, Any]) -> Catalogue:
    """The catalogue as it would be with this decision; nothing is written, its number is the
    current one's. Raises DecisionFaulty, NoCatalogue."""
    current = Edition.objects.order_by("-number").first()
    if current is None:
        raise NoCatalogue
    _key, content = decided_content(current, kind, payload, "")
    return Catalogue(current.number, content, digest_of(content.canonical()))


def nowhere(section: str, key: str, place: Place) -> tuple[str, int]:
    """Where an entry stands that is in no file."""
    return (f"{section}/{key}", 1)


def lock_editions() -> Edition | None:
    """The newest edition, while no other action can add one; None before the first."""
    # the first edition stands for all: whoever waits for it reads the newest only afterwards
    if not list(Edition.objects.select_for_update().filter(number=1).values_list("id")):
        return None
    return Edition.objects.order_by("-number").first()
