"""What a jurisdiction may decide itself, and how a decision changes the content of an edition."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from gridward.catalog.compiled import Content
from gridward.catalog.definitions import (
    Admitted,
    CalendarDay,
    CalendarDefinition,
    CalendarYearData,
    Department,
    FilingCondition,
    Matter,
    NoticeDefinition,
    ResponsibilityRule,
    Settings,
)

# kind -> (section, model): the payload is an entry of a pack and takes the place of its namesake
ENTRIES: dict[str, tuple[str, type[BaseModel]]] = {
    "matter": ("matters", Matter),
    "filing_condition": ("conditions", FilingCondition),
    "responsibility_rule": ("responsibility", ResponsibilityRule),
    "department": ("departments", Department),
    "admitted": ("admitted", Admitted),
    "notice": ("notices", NoticeDefinition),
}
KINDS = frozenset({*ENTRIES, "calendar_day", "calendar_year", "setting"})


class Unfit(ValueError):
    """A decision that cannot be applied; the message says why."""


def key_of(kind: str, payload: dict[str, Any]) -> str:
    """What a decision is about: a later one of the same kind and key takes its place.

    Raises Unfit for an unknown kind or a payload that does not fit its schema.
    """
    if kind in ENTRIES:
        return str(_read(ENTRIES[kind][1], payload).key)
    if kind == "calendar_day":
        day: CalendarDay = _read(CalendarDay, payload)
        return f"{day.calendar}/{day.day.isoformat()}"
    if kind == "calendar_year":
        year: CalendarYearData = _read(CalendarYearData, payload)
        return f"{year.calendar}/{year.year}"
    if kind == "setting":
        if len(payload) != 1 or not payload.keys() <= Settings.model_fields.keys():
            raise Unfit("a setting names exactly one field of the settings")
        return str(next(iter(payload)))
    raise Unfit(f"{kind} is not one of {', '.join(sorted(KINDS))}")


def applied(content: Content, decisions: Iterable[tuple[str, str, dict[str, Any], str]]) -> Content:
    """The content with every decision put in, in order.

    decisions: (kind, key, payload, id), oldest first; of the same kind and key the last one holds
    Raises Unfit.
    """
    last = {(kind, key): (payload, name) for kind, key, payload, name in decisions}
    for (kind, key), (payload, name) in last.items():
        content = _one(content, kind, key, payload, f"decision:{name}")
    return content


def _one(content: Content, kind: str, key: str, payload: dict[str, Any], origin: str) -> Content:
    if kind in ENTRIES:
        section, model = ENTRIES[kind]
        entry = _read(model, payload)
        entries = _replaced(getattr(content, section), entry)
        return _changed(content, section, key, origin, {section: entries})
    if kind == "setting":
        shape = content.settings.model_dump(mode="json", by_alias=True) | payload
        return _changed(content, kind, key, origin, {"settings": _read(Settings, shape)})
    if kind == "calendar_day":
        day: CalendarDay = _read(CalendarDay, payload)
        return _calendar(content, day.calendar, origin, lambda shape: _with_day(shape, day))
    year: CalendarYearData = _read(CalendarYearData, payload)
    return _calendar(content, year.calendar, origin, lambda shape: _with_year(shape, year))


def _with_day(shape: dict[str, Any], decided: CalendarDay) -> None:
    # a single day does not make a year known: its other days are still not announced
    day = decided.day.isoformat()
    amended = {each["day"]: each for each in shape.get("amendments", []) if each["day"] != day}
    amended[day] = {"day": day, "works": decided.works}
    shape["amendments"] = [amended[each] for each in sorted(amended)]


def _with_year(shape: dict[str, Any], decided: CalendarYearData) -> None:
    year = decided.model_dump(mode="json", exclude={"calendar", "year"})
    shape["years"] = {str(known): data for known, data in shape["years"].items()}
    shape["years"][str(decided.year)] = year


def _calendar(
    content: Content, key: str, origin: str, change: Callable[[dict[str, Any]], None]
) -> Content:
    found = next((each for each in content.calendars if each.key == key), None)
    if found is None:
        raise Unfit(f"there is no calendar {key}")
    shape = found.model_dump(mode="json", by_alias=True)
    change(shape)
    entries = _replaced(content.calendars, _read(CalendarDefinition, shape))
    return _changed(content, "calendars", key, origin, {"calendars": entries})


def _replaced(entries: Iterable[Any], entry: Any) -> tuple[Any, ...]:
    kept = {each.key: each for each in entries}
    kept[entry.key] = entry
    return tuple(kept.values())


def _changed(
    content: Content, section: str, key: str, origin: str, update: dict[str, Any]
) -> Content:
    origins = {**content.origins, f"{section}/{key}": origin}
    return content.model_copy(update={**update, "origins": dict(sorted(origins.items()))})


def _read(model: type[Any], payload: Any) -> Any:
    try:
        return model.model_validate(payload)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        said = str(first["msg"]).removeprefix("Value error, ")
        raise Unfit(f"{place}: {said}" if place else said) from None
