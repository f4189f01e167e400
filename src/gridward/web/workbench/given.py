"""What the people screens share: who acts, how roles are called, what was typed."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from gridward.access.rules import Viewer
from gridward.catalog.queries import catalogue
from gridward.core import jurisdiction
from gridward.core.errors import BadInput
from gridward.directory import actions as directory
from gridward.directory import rules
from gridward.directory.errors import FAULTS
from gridward.journal.rules import ActorRef


def actor(viewer: Viewer) -> ActorRef:
    """Who acts, for the journal."""
    return ActorRef("post", viewer.post_id)


def role_title(key: str) -> str:
    """A role in the reader's language."""
    role = catalogue().roles.get(key)
    return str(role.title) if role else key


def area_named(text: str) -> int | None:
    """The area with this code or unique name; None for nothing. Raises BadInput."""
    plain = text.strip()
    if not plain:
        return None
    found = directory.AreaFinder()(rules.folded(plain))
    if len(found) != 1:
        fault = FAULTS["unknown_area" if not found else "ambiguous_area"]
        raise BadInput({_("Area"): f"{fault} {plain}"})
    return found[0]


def day_begins(text: str, label: str) -> datetime | None:
    """The beginning of a day that was typed; None for nothing. Raises BadInput."""
    day = _day(text, label)
    return None if day is None else _local(day)


def day_ends(text: str, label: str) -> datetime | None:
    """The end of a last day that was typed; None for nothing. Raises BadInput."""
    day = _day(text, label)
    return None if day is None else _local(day + timedelta(days=1))


def _local(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=jurisdiction.current().tz)


def _day(text: str, label: str) -> date | None:
    if not text.strip():
        return None
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput({label: _("is no date; write it as 2026-11-26.")}) from None
    if not 2000 <= found.year <= 2200:
        raise BadInput({label: _("is no date of our time.")})
    return found


def id_in(text: str) -> uuid.UUID | None:
    """The id that was chosen; None for anything else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
