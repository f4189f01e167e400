"""Every lock of the room, always in the order of primary keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from gridward.cases.models import Answer, Case, Clock
from gridward.core.errors import NotFound
from gridward.core.ids import new_id


def lock_case(case_id: UUID) -> Case:
    """The case, locked until the action ends. Raises NotFound."""
    found = Case.objects.select_for_update().filter(id=case_id).first()
    if found is None:
        raise NotFound()
    return found


def lock_cases(case_ids: Iterable[UUID]) -> list[Case]:
    """Several cases, locked in the order of their ids, so that two actions cannot deadlock."""
    return list(Case.objects.select_for_update().filter(id__in=list(case_ids)).order_by("id"))


def lock_answer(
    report_id: UUID, round_number: int, *, make: bool = False, at: datetime | None = None
) -> Answer:
    """What a report's reporter said of a round, locked; with `make` begun when it is missing.

    Whoever calls holds the lock of the case. Raises NotFound.
    """
    found = (
        Answer.objects.select_for_update(of=("self",))
        .select_related("report")
        .filter(report=report_id, round=round_number)
        .first()
    )
    if found is None and make:
        assert at is not None
        Answer.objects.create(id=new_id(), report_id=report_id, round=round_number, asked_at=at)
        return lock_answer(report_id, round_number)
    if found is None:
        raise NotFound()
    return found


def lock_due_clocks(now: datetime, limit: int) -> list[Clock]:
    """Clocks that the sweeper should look at now, oldest first; those that others hold are left."""
    return list(
        Clock.objects.select_for_update(skip_locked=True)
        .filter(look_at__lte=now)
        .order_by("look_at")[:limit]
    )
