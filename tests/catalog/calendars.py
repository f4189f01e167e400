"""Calendars for tests: the one that ships, and plain ones."""

from functools import cache

from gridward.catalog.definitions import CalendarDefinition
from gridward.catalog.loader import packs_root
from gridward.catalog.worktime import Calendar, Convention
from gridward.catalog.yamlfile import read_yaml


@cache
def mainland(convention: Convention = Convention.END_OF_LAST_WINDOW) -> Calendar:
    """The shipped calendar, with either convention."""
    document = read_yaml(packs_root() / "base" / "calendars" / "cn-mainland.yaml", "calendar", [])
    assert document is not None
    return CalendarDefinition.model_validate({**document.data, "convention": convention}).calendar()


@cache
def plain(
    zone: str,
    windows: tuple[tuple[int, int], ...] = ((540, 720), (780, 1020)),
    convention: Convention = Convention.END_OF_LAST_WINDOW,
) -> Calendar:
    """Monday to Friday without holidays, 2025 to 2027 known."""
    return Calendar(
        key="plain",
        zone=zone,
        windows=windows,
        weekdays=frozenset(range(1, 6)),
        convention=convention,
        years=frozenset({2025, 2026, 2027}),
        days={},
    )
