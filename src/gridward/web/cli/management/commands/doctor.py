"""`gridward doctor`: what is there, what is missing, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from gridward.web.cli import examination
from gridward.web.cli.base import ReportCommand

SIGNS = {"ok": "✓", "note": "·", "warn": "!", "missing": "✗"}


class Command(ReportCommand):
    help = "Say what is there, what is missing and how to mend it; exit code 1 when it cannot run."

    def report(self, **options: Any) -> None:
        found = examination.examine()
        lines = []
        for one in found:
            lines.append(f"{SIGNS[one.state]}  {_title(one)}: {one.what}")
            if one.mend and one.state != "ok":
                lines.append(f"   → {one.mend}")
        ok = all(one.state != "missing" for one in found)
        self.finish(ok, {"findings": [asdict(one) for one in found]}, "\n".join(lines))


def _title(one: examination.Finding) -> str:
    """What was looked at, in words; where it is of one jurisdiction, with its key."""
    titles = {
        "sqlite library": _("sqlite library"),
        "var": _("folder of data (GRIDWARD_VAR)"),
        "front end": _("front end"),
        "packs": _("packs"),
        "translations": _("translations"),
        "version": _("version"),
        "base map": _("base map"),
        "notices": _("messages"),
        "database": _("database"),
        "jobs": _("background jobs"),
        "deliveries": _("deliveries"),
        "keys": _("keys"),
    }
    if one.name in titles:
        return titles[one.name]
    kind, _space, key = one.name.partition(" ")
    return f"{titles[kind]} {key}" if kind in titles else one.name
