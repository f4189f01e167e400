"""Where one may go from a staff page: a table of entries, in groups, by what a post may do.

The groups follow a street desk's day: what is in hand, who rings or comes, what one looks up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gridward.access.rules import Viewer
from gridward.cases import queries as cases
from gridward.web.ui.pages import Link, NavGroup


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the navigation. key: what a view names as the page one is at."""

    key: str
    title: str | Promise
    icon: str
    shown: Callable[[Viewer], bool]


def holds_cases(viewer: Viewer) -> bool:
    """Whether cases can wait for this post's organisation."""
    return viewer.may_any("case.accept", "case.acknowledge", "case.rule", "case.callback")


def reads_tips(viewer: Viewer) -> bool:
    """Whether the tips of grid workers are for this post's desk to read."""
    return _is_desk(viewer) and viewer.organisation_kind != "community_station"


def _is_desk(viewer: Viewer) -> bool:
    return viewer.may("case.accept") and cases.is_desk(viewer.organisation_id)


def _may(*capabilities: str) -> Callable[[Viewer], bool]:
    return lambda viewer: viewer.may_any(*capabilities)


def _reports(viewer: Viewer) -> bool:
    # whoever goes out has a form of their own, made for a phone
    goes_out = viewer.may("case.check_task") and not holds_cases(viewer)
    return viewer.may("report.on_behalf") and not goes_out


GROUPS: tuple[tuple[str, str | Promise, tuple[Entry, ...]], ...] = (
    (
        "work",
        pgettext_lazy("navigation", "In hand"),
        (
            Entry("home", _("Waiting for me"), "inbox", holds_cases),
            Entry("list", _("All events"), "list", _may("case.see")),
            Entry("map", _("On the map"), "map", _may("case.see")),
            Entry("approvals", _("To approve"), "gavel", _may("case.force_confirm")),
            Entry("tips", _("Tips"), "bulb", reads_tips),
            Entry("shift", _("Shift hand-over"), "arrows-exchange", _is_desk),
        ),
    ),
    (
        "people",
        pgettext_lazy("navigation", "Calls and callers"),
        (
            Entry("report", _("Report for a resident"), "message-report", _reports),
            Entry("phone", _("Look up a number"), "phone", _may("case.accept", "case.callback")),
            Entry("data", _("Requests about data"), "lock", _may("case.accept", "case.callback")),
        ),
    ),
    (
        "figures",
        pgettext_lazy("navigation", "Figures and lists"),
        (
            Entry("overview", _("Today in brief"), "chart-bar", _may("figures.see")),
            Entry(
                "areas",
                _("Areas"),
                "layout-grid",
                _may("figures.see", "territory.manage", "people.manage"),
            ),
            Entry(
                "catalogue",
                _("Catalogue of matters"),
                "clipboard-list",
                _may("packs.load", "case.see", "figures.see", "people.manage", "audit.read"),
            ),
            Entry("ledger", _("Import a ledger"), "file-text", _may("case.import")),
        ),
    ),
    (
        "staff",
        pgettext_lazy("navigation", "Staff"),
        (
            Entry("people", _("People"), "users", _may("people.manage")),
            Entry("organisations", _("Organisations"), "building-community", _may("people.manage")),
            Entry("people-import", _("Import people"), "download", _may("people.manage")),
        ),
    ),
    (
        "watch",
        pgettext_lazy("navigation", "Running and audit"),
        (
            Entry("notices", _("Messages sent"), "message", _may("system.run")),
            Entry("audit", _("Audit"), "history", _may("audit.read")),
            Entry("sight", _("Who may see what"), "eye", _may("people.manage", "audit.read")),
        ),
    ),
)


def navigation(viewer: Viewer, current: str, counts: Mapping[str, int]) -> tuple[NavGroup, ...]:
    """The groups that this post has entries in; counts: what waits behind an entry, by its key."""
    found = []
    for key, title, entries in GROUPS:
        links = tuple(
            Link(
                str(entry.title),
                reverse(f"workbench:{entry.key}"),
                entry.icon,
                entry.key == current,
                counts.get(entry.key) or None,
            )
            for entry in entries
            if entry.shown(viewer)
        )
        if links:
            found.append(NavGroup(key, str(title), links))
    return tuple(found)


def thumb_bar(current: str, waiting: int | None = None) -> tuple[Link, ...]:
    """The four places under a grid worker's thumb; current: home, report, tip or grid."""
    places = (
        ("home", _("To do"), "clipboard-check", waiting),
        ("report", pgettext_lazy("in the bar", "Report"), "camera", None),
        ("tip", _("Tip"), "bulb", None),
        ("grid", _("My grid"), "map", None),
    )
    return tuple(
        Link(str(title), reverse(f"field:{key}"), icon, key == current, count)
        for key, title, icon, count in places
    )
