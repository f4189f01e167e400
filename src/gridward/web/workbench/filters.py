"""The filters of a list: read from an address, drawn as fields, named as chips."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.cases.queries import Narrowing
from gridward.catalog.queries import catalogue
from gridward.core import jurisdiction
from gridward.territory import queries as territory
from gridward.web.ui.navigation import holds_cases
from gridward.web.ui.pages import Choice, FormField, Link
from gridward.web.ui.staff import channel_title
from gridward.web.workbench.lines import state_titles

CHANNELS = ("portal", "phone", "desk", "field", "api", "import")
FLAGS = (
    "urgent",
    "overdue",
    "soon",
    "broken",
    "returns",
    "reworked",
    "reopened",
    "hurried",
    "unplaced",
)
MORE = ("channel", "source", "since", "until", *FLAGS)
# what may be kept in a saved view; words that were searched for never are
KEPT = ("state", "area", "group", "mine", "order", *MORE)


@dataclass(frozen=True)
class Filters:
    """What an address asks of a list; what it says wrongly is left out."""

    state: str
    area: int | None
    mine: bool
    order: str
    query: str
    only: Narrowing
    kept: dict[str, str]

    @property
    def narrows(self) -> bool:
        return bool(self.kept.keys() - {"order"})


def read(asked: Mapping[str, Any]) -> Filters:
    """The filters of an address."""
    titles = state_titles()
    book = catalogue()
    kept = {key: str(asked.get(key, "")).strip() for key in ("q", *KEPT)}
    area = area_of(kept["area"])
    since, until = _day(kept["since"]), _day(kept["until"])
    sources = {source.key for source in book.settings.sources}
    known = {
        "q": True,
        "state": kept["state"] in titles,
        "area": area is not None,
        "group": kept["group"] in book.groups,
        "mine": kept["mine"] == "1",
        "order": kept["order"] in ("due", "newest"),
        "channel": kept["channel"] in CHANNELS,
        "source": kept["source"] in sources,
        "since": since is not None,
        "until": until is not None,
        **{flag: kept[flag] == "1" for flag in FLAGS},
    }
    kept = {key: value for key, value in kept.items() if value and known[key]}
    only = Narrowing(
        group=kept.get("group", ""),
        channel=kept.get("channel", ""),
        source=kept.get("source", ""),
        since=_midnight(since),
        until=_midnight(until + timedelta(days=1)) if until else None,
        urgent="urgent" in kept,
        overdue="overdue" in kept,
        soon="soon" in kept,
        broken="broken" in kept,
        returned="returns" in kept,
        reworked="reworked" in kept,
        reopened="reopened" in kept,
        hurried="hurried" in kept,
        unplaced="unplaced" in kept,
    )
    closed = {s.key for p in book.processes.values() for s in p.states if s.group != "open"}
    newest = kept.get("order") == "newest" or kept.get("state") in closed
    return Filters(
        state=kept.get("state", ""),
        area=area,
        mine="mine" in kept,
        order="newest" if newest else "due",
        query=kept.get("q", ""),
        only=only,
        kept=kept,
    )


def area_of(text: str) -> int | None:
    """An area's id from an address; None when there is no such area."""
    if not text.isdecimal() or len(text) > 17:
        return None
    return int(text) if int(text) in territory.ground().areas else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), jurisdiction.current().tz) if day else None


def kept_query(filters: Filters) -> str:
    """The filters as they are kept in a saved view: in a fixed order, without searched words."""
    return urlencode([(key, filters.kept[key]) for key in KEPT if key in filters.kept])


# --- drawing ----------------------------------------------------------------------------------


def fields_of(viewer: Viewer, filters: Filters) -> list[FormField]:
    """The filters that always stand there."""
    kept = filters.kept
    found = [
        _select("state", _("State"), _("All states"), state_titles(), kept),
        _select("group", _("Kind of matter"), _("All kinds"), _groups(viewer), kept),
    ]
    areas = _areas(viewer)
    if areas:
        found.append(_select("area", _("Area"), _("All areas"), areas, kept))
    if holds_cases(viewer):
        choices = {"1": _("My organisation")}
        found.append(_select("mine", _("Now with"), _("Anybody"), choices, kept))
    return found


def more_of(filters: Filters) -> list[FormField]:
    """The filters that are folded away: where it came from, and the days it was opened on."""
    kept = filters.kept
    channels = {key: channel_title(key) for key in CHANNELS}
    found = [_select("channel", _("By which way"), _("Any way"), channels, kept)]
    sources = _sources()
    if sources:
        found.append(_select("source", _("Outside source"), _("Any source"), sources, kept))
    found += [
        FormField("since", "date", _("Opened from"), value=kept.get("since", "")),
        FormField("until", "date", _("Opened until"), value=kept.get("until", "")),
    ]
    return found


def flags_of(filters: Filters) -> list[FormField]:
    """The checks among the folded filters."""
    return [
        FormField(flag, "check", title, value="1" if flag in filters.kept else "")
        for flag, title in _flag_titles().items()
    ]


def chips_of(viewer: Viewer, filters: Filters) -> list[Link]:
    """What is set now in words; each chip's address is the list without it."""
    named: dict[str, Mapping[str, str]] = {
        "state": state_titles(),
        "group": _groups(viewer),
        "area": _areas(viewer),
        "mine": {"1": _("My organisation")},
        "channel": {key: channel_title(key) for key in CHANNELS},
        "source": _sources(),
    }
    said: list[Link] = []
    for key, value in filters.kept.items():
        rest = urlencode({k: v for k, v in filters.kept.items() if k != key})
        address = f"?{rest}"
        if key in named:
            title = named[key].get(value) or _area_name(key, value)
            if title:
                said.append(Link(title, address))
        elif key in FLAGS:
            said.append(Link(_flag_titles()[key], address))
        elif key == "since":
            said.append(Link(_("From %(day)s") % {"day": value}, address))
        elif key == "until":
            said.append(Link(_("Until %(day)s") % {"day": value}, address))
    return said


def _area_name(key: str, value: str) -> str:
    if key != "area":
        return ""
    return territory.path_name(int(value))


def _flag_titles() -> dict[str, str]:
    return {
        "urgent": _("Urgent"),
        "overdue": _("Overdue"),
        "soon": _("Due soon"),
        "broken": _("Past the promised date"),
        "returns": _("Returned"),
        "reworked": _("Sent back to redo"),
        "reopened": _("Redone at the reporter's wish"),
        "hurried": _("The reporter asks to hurry"),
        "unplaced": _("Place unknown"),
    }


def _groups(viewer: Viewer) -> dict[str, str]:
    return {group.key: str(group.title) for group in catalogue().groups.values()}


def _sources() -> dict[str, str]:
    return {source.key: str(source.title) for source in catalogue().settings.sources}


def _areas(viewer: Viewer) -> dict[str, str]:
    language = get_language() or "zh"
    ground = territory.ground()
    if viewer.area_id is not None:
        areas = territory.children(viewer.area_id)
    else:
        areas = ground.of_level(2) if ground.scheme else ()
    return {str(area.id): area.name_in(language) for area in areas}


def _select(
    name: str, label: str, anything: str, titles: Mapping[str, str], kept: Mapping[str, str]
) -> FormField:
    return FormField(
        name,
        "select",
        label,
        value=kept.get(name, ""),
        placeholder=anything,
        choices=tuple(Choice(key, title) for key, title in titles.items()),
    )
