"""Every lock of the room, always in the order of primary keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from gridward.cases.models import Answer, Case, Clock, DeskHandover, OutsideLink, Proposal
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
    report_id: UUID, case: Case, *, make: bool = False, at: datetime | None = None
) -> Answer:
    """What a report's reporter said of the case's present round, locked; with `make` begun when it
    is missing.

    Whoever calls holds the lock of the case. Raises NotFound.
    """
    found = (
        Answer.objects.select_for_update(of=("self",))
        .select_related("report")
        .filter(report=report_id, case=case, round=case.round)
        .first()
    )
    if found is None and make:
        assert at is not None
        Answer.objects.create(
            id=new_id(), report_id=report_id, case=case, round=case.round, asked_at=at
        )
        return lock_answer(report_id, case)
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


def lock_open_handover(desk: UUID) -> DeskHandover | None:
    """The shift of a desk that was given and that nobody has taken over yet, locked."""
    return DeskHandover.objects.select_for_update().filter(desk=desk, taken_at__isnull=True).first()


def lock_link(link: UUID) -> OutsideLink:
    """A one-time link, locked; whoever calls holds the lock of its case. Raises NotFound."""
    found = (
        OutsideLink.objects.select_for_update(of=("self",))
        .select_related("assignment")
        .filter(id=link)
        .first()
    )
    if found is None:
        raise NotFound()
    return found


def lock_links_of(case_id: UUID) -> list[OutsideLink]:
    """The links of a case that are neither used nor taken back; its lock is held already."""
    return list(
        OutsideLink.objects.select_for_update(of=("self",))
        .filter(case=case_id, used_at__isnull=True, revoked_at__isnull=True)
        .order_by("id")
    )


def lock_lapsed_proposals(now: datetime, limit: int) -> list[Proposal]:
    """Open proposals whose time is up, oldest first; those that others hold are left."""
    return list(
        Proposal.objects.select_for_update(skip_locked=True)
        .filter(state="open", expires_at__lte=now)
        .order_by("expires_at", "id")[:limit]
    )


def lock_proposal(proposal_id: UUID) -> Proposal:
    """A proposal, locked. Whoever calls holds the lock of its case. Raises NotFound."""
    found = Proposal.objects.select_for_update().filter(id=proposal_id).first()
    if found is None:
        raise NotFound()
    return found
