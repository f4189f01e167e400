"""Asking why somebody may see a case is itself an entry of the journal."""

from __future__ import annotations

from datetime import datetime

from gridward.cases.queries.sight import Sight, sight_of
from gridward.core import clock
from gridward.core.action import action
from gridward.directory import queries as directory
from gridward.journal.actions import note
from gridward.journal.rules import ActorRef


@action
def ask_sight(
    staff_number: str, number: str, *, actor: ActorRef, at: datetime | None = None
) -> Sight | None:
    """Why this person may or may not see a case, noted; None for a case that does not answer.

    None is noted too, and looks the same for a restricted case and for none. Raises NoSuchPerson.
    """
    person = directory.person_by_staff_number(staff_number)
    found = sight_of(staff_number, number)
    note(
        "sight.asked",
        person.id,
        actor=actor,
        at=at or clock.now(),
        case=found.case_id if found is not None else None,
        answered=found is not None,
    )
    return found
