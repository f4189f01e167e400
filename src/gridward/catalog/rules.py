"""Pure decisions of the catalogue: which rule holds, which limits make up a clock, what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gridward.catalog.definitions import (
    AreaKind,
    FilingCondition,
    Limit,
    LimitFrom,
    Matter,
    Milestone,
    Process,
    ResponsibilityRule,
    Settings,
)

FIRST_MONTH_OF_WARNING: Final = 11


def merged_milestones(
    process: Sequence[Milestone], condition: Sequence[Milestone]
) -> tuple[Milestone, ...]:
    """The process's milestones, those with a key of the condition's replaced, the rest added."""
    merged = {milestone.key: milestone for milestone in process}
    merged.update({milestone.key: milestone for milestone in condition})
    return tuple(merged.values())


def limits_of(
    milestone: Milestone,
    condition: FilingCondition | None,
    settings: Settings,
    *,
    urgent: bool | None = None,
) -> tuple[Limit, ...] | None:
    """The limits that follow each other in a milestone; None while only a condition can tell.

    urgent: overrides the condition's own urgency; without either a matter is not urgent
    """
    if urgent is None:
        urgent = condition.urgent if condition else False
    source = milestone.limit
    if not isinstance(source, LimitFrom):
        return (source,)
    kind, _, name = source.from_.partition(".")
    if kind == "settings":
        pace = settings.pace(name)
        return (pace.of(urgent=urgent),) if pace else None
    if condition is None:
        return None
    if name == "limit":
        return (condition.limit,)
    return promise_of(condition, settings, urgent=urgent)


def promise_of(
    condition: FilingCondition, settings: Settings, *, urgent: bool
) -> tuple[Limit, ...]:
    """What the reporter is promised: the condition's own word, else its stages and some slack."""
    if condition.promise:
        return (condition.promise,)
    return (
        settings.accept.of(urgent=urgent),
        condition.limit,
        settings.check.of(urgent=urgent),
        settings.callback.of(urgent=urgent),
        settings.promise_slack.of(urgent=urgent),
    )


def fitting_rules(
    rules: Iterable[ResponsibilityRule],
    *,
    matter: Matter,
    condition: str | None,
    area_kind: AreaKind | None,
) -> tuple[ResponsibilityRule, ...]:
    """The responsibility rules that fit, the most specific first.

    Condition before matter before several matters before group; with an area kind before without.
    None for a matter that is deliberately left to its desk.
    """
    if matter.unassigned is not None:
        return ()
    fitting = [rule for rule in rules if _fits(rule, matter, condition, area_kind)]
    return tuple(sorted(fitting, key=lambda rule: rule.weight, reverse=True))


def _fits(
    rule: ResponsibilityRule, matter: Matter, condition: str | None, area_kind: AreaKind | None
) -> bool:
    if rule.area_kind and rule.area_kind is not area_kind:
        return False
    if rule.condition:
        return rule.condition == condition
    if rule.matter:
        return rule.matter == matter.key
    if rule.matters:
        return matter.key in rule.matters
    return rule.group == matter.group


def _concerns(rule: ResponsibilityRule, matter: Matter) -> bool:
    """Whether the rule may fit the matter under some condition, in some area."""
    if rule.condition:
        return rule.condition in matter.conditions
    return _fits(rule, matter, None, rule.area_kind)


def tied_rules(
    rules: Sequence[ResponsibilityRule], matters: Iterable[Matter]
) -> Iterator[tuple[Matter, tuple[ResponsibilityRule, ResponsibilityRule]]]:
    """The pairs of rules between which nothing decides, each pair once."""
    seen: set[tuple[str, str]] = set()
    for matter in matters:
        near = [rule for rule in rules if _concerns(rule, matter)]
        for condition in (None, *matter.conditions):
            for kind in (None, *AreaKind):
                fitting = fitting_rules(near, matter=matter, condition=condition, area_kind=kind)
                if len(fitting) < 2 or fitting[0].weight != fitting[1].weight:
                    continue
                if (pair := (fitting[0].key, fitting[1].key)) not in seen:
                    seen.add(pair)
                    yield matter, (fitting[0], fitting[1])


def year_wanted(local: datetime, step: int) -> int | None:
    """The year whose days off should be known at a local time: this one (`step` 0), or the next
    (`step` 1), which is announced in November; None before that.
    """
    if step and local.month < FIRST_MONTH_OF_WARNING:
        return None
    return local.year + step


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two editions.

    field is empty when the whole entry is new (`before` None) or gone (`after` None), and where an
    entry is a single value
    """

    kind: str
    key: str
    field: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """What changed between two contents given as plain JSON, entry by entry, field by field."""
    changes: list[Change] = []
    for kind in sorted((before.keys() | after.keys()) - {"origins"}):
        old, new = _entries(before.get(kind)), _entries(after.get(kind))
        for key in [*old, *(key for key in new if key not in old)]:
            if key not in old:
                changes.append(Change(kind, key, "", None, new[key]))
            elif key not in new:
                changes.append(Change(kind, key, "", old[key], None))
            else:
                changes += _fields(kind, key, "", old[key], new[key])
    return tuple(changes)


def _entries(value: Any) -> dict[str, Any]:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {entry["key"]: entry for entry in value}
    if isinstance(value, dict):
        return value
    return {} if value is None or value == [] else {"": value}


def _fields(kind: str, key: str, path: str, old: Any, new: Any) -> Iterator[Change]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted(old.keys() | new.keys()):
            inner = f"{path}.{name}" if path else name
            yield from _fields(kind, key, inner, old.get(name), new.get(name))
    else:
        yield Change(kind, key, path, old, new)


STAGE_ORDER: Final = ("submitted", "accepted", "assigned", "handling", "checking", "closed")
MANY_WAYS: Final = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """How a process is drawn: a column for each outward stage, its states below each other.

    places: state -> (column, row); ways: (from, to), each once, without those that end an event
    from almost everywhere
    """

    stages: tuple[str, ...]
    places: Mapping[str, tuple[int, int]]
    ways: tuple[tuple[str, str], ...]


def drawn(process: Process) -> Shown:
    """Where the states of a process stand in its picture, and the ways between them."""
    stages = tuple(
        stage for stage in STAGE_ORDER if any(each.stage == stage for each in process.states)
    )
    places: dict[str, tuple[int, int]] = {}
    for column, stage in enumerate(stages):
        # open states first: the main way runs along the top
        here = [each for each in process.states if each.stage == stage]
        here.sort(key=lambda each: (each.group == "closed", each.side is not None))
        places |= {each.key: (column, row) for row, each in enumerate(here)}
    found = dict.fromkeys(
        (start, step.to)
        for step in process.steps
        for start in step.from_
        if step.to in places and start in places and step.to != start
    )
    closed = {each.key for each in process.states if each.group == "closed" and each.side}
    into: dict[str, int] = {}
    for _start, end in found:
        into[end] = into.get(end, 0) + 1
    ways = tuple(way for way in found if way[1] not in closed or into[way[1]] <= MANY_WAYS)
    return Shown(stages, places, ways)
