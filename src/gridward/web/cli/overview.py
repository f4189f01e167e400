"""What `gridward` alone says: the product's own commands by purpose, one line each.

Django's commands keep working; only those that an operator needs are named.
"""

from __future__ import annotations

import django
from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Lines = dict[str, str | Promise]

GROUPS: list[tuple[str | Promise, Lines]] = [
    (
        _("Begin"),
        {
            "demo": _("a demonstration district, made and served"),
            "migrate": _("make or change the tables, as their owner"),
            "grants": _("give the service's PostgreSQL role its rights"),
            "doctor": _("what is there, what is missing, how to mend it"),
            "serve": _("web, worker and ticker; Ctrl-C ends all three"),
        },
    ),
    (
        _("What has been agreed"),
        {
            "packs": _("check packs, load them as an edition"),
            "catalog": _("show an edition, or what differs between two"),
        },
    ),
    (
        _("Ground and people"),
        {
            "territory": _("outline, draw, import, prove, print plates"),
            "locate": _("which area a point lies in"),
            "organisations": _("desks and departments from a table"),
            "people": _("staff and their posts from a table"),
            "invite": _("codes with which people choose a password"),
        },
    ),
    (
        _("Events"),
        {
            "cases": _("take over older ones, count them, check them"),
            "replay": _("walk an older system's cases through the steps"),
            "explain": _("why an event is where it is, and who may see it"),
            "clocks": _("audit deadlines, count them anew"),
            "notices": _("messages: ways out, what failed, send again"),
        },
    ),
    (
        _("Proof, persons, copies"),
        {
            "journal": _("verify it, publish its head"),
            "persons": _("erase, export or keep what is known of people"),
            "backup": _("an online copy, and the keys apart"),
            "restore": _("put a copy in place, and verify it"),
        },
    ),
    (
        _("Parts of serve, each alone"),
        {
            "web": _("pages and API"),
            "worker": _("background jobs"),
            "ticker": _("what happens by itself at a time"),
        },
    ),
    (
        _("For developers"),
        {
            "messages": _("bring the translations up to date"),
            "reference": _("write the reference pages from the code"),
        },
    ),
]


def overview() -> str:
    """The product's commands with what each is for, in the operator's language."""
    django.setup()
    with translation.override(settings.GRIDWARD_LANGUAGE):
        lines = [gettext("gridward COMMAND …; more of each with --help"), ""]
        for title, commands in GROUPS:
            lines.append(str(title))
            lines += [f"  {name:<14} {text}" for name, text in commands.items()]
            lines.append("")
        lines.append(
            gettext("Exit code 0: done or right, 1: something is wrong, 2: it could not run.")
        )
        lines.append(gettext("All that Django brings: gridward help --commands"))
    return "\n".join(lines)
