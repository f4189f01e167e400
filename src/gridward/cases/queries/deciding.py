"""Proposals that wait for a second person, and cases that wait to be put away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from gridward.access.rules import Viewer
from gridward.cases.models import Case, CaseFile, Proposal
from gridward.cases.queries.reading import about, visible_cases
from gridward.catalog.queries import catalogue

PROPOSALS_SHOWN = 50


@dataclass(frozen=True)
class ProposalView:
    """A proposal as those who decide on it read it. grounds, reply: ids of the vault's texts."""

    id: UUID
    case_id: UUID
    case_number: str
    step: str
    grounds: UUID
    reply: UUID | None
    proposed_at: datetime
    proposed_by: UUID
    proposed_person: UUID
    expires_at: datetime
    capability: str


def view_of(found: Proposal) -> ProposalView:
    """The proposal as screens read it."""
    return ProposalView(
        id=found.id,
        case_id=found.case_id,
        case_number=found.case.number,
        step=found.step,
        grounds=found.grounds,
        reply=found.reply,
        proposed_at=found.proposed_at,
        proposed_by=found.proposed_by,
        proposed_person=found.proposed_person,
        expires_at=found.expires_at,
        capability=found.capability,
    )


def _holding(at: datetime) -> Q:
    return Q(state="open", expires_at__gt=at)


def proposal_for(case: Case, proposal_id: UUID, at: datetime) -> Proposal | None:
    """The proposal about this round of this case, while it holds."""
    return Proposal.objects.filter(
        _holding(at), id=proposal_id, case=case, round=case.round
    ).first()


def open_proposal(case_id: UUID, at: datetime) -> ProposalView | None:
    """What was proposed about a case's present round and waits for another person."""
    found = (
        Proposal.objects.filter(_holding(at), case=case_id, round=F("case__round"))
        .select_related("case")
        .order_by("proposed_at")
        .first()
    )
    return None if found is None else view_of(found)


def proposals_waiting(viewer: Viewer, at: datetime) -> list[ProposalView]:
    """What waits for this viewer's word, the earliest to expire first; one statement.

    Only about cases that the viewer may see, and nothing that the viewer proposed.
    """
    rows = (
        Proposal.objects.filter(
            _holding(at),
            about(visible_cases(viewer).filter(is_open=True)),
            capability__in=sorted(viewer.capabilities),
        )
        .exclude(proposed_person=viewer.person_id)
        .select_related("case")
        .order_by("expires_at", "id")
    )
    return [view_of(found) for found in rows[:PROPOSALS_SHOWN]]


def report_photos(case_id: UUID) -> int:
    """How many photos came with the reports of a case."""
    return CaseFile.objects.filter(case=case_id, report__isnull=False).count()


# --- putting away -------------------------------------------------------------------------------


def is_pending(case: Case) -> bool:
    """Whether a closed case waits for something: its master to be put away, or a decision."""
    if case.master_id is not None:
        return Case.objects.filter(id=case.master_id, archived_at__isnull=True).exists()
    return Proposal.objects.filter(case=case, state="open").exists()


def cases_to_archive(at: datetime, days: int, steps: Iterable[str], limit: int) -> list[UUID]:
    """Closed cases whose days are over, the longest closed first; one statement by index.

    steps: keys of the steps that put away; cases of editions whose process has none are left.
    """
    wanted = set(steps)
    ready = Q()
    for number in range(1, catalogue().number + 1):
        for process in catalogue(number).processes.values():
            states = {state for step in process.steps if step.key in wanted for state in step.from_}
            if states:
                ready |= Q(edition=number, process=process.key, state__in=sorted(states))
    if not ready:
        return []
    cutoff = at - timedelta(days=days)
    rows = (
        Case.objects.filter(ready, closed_at__lt=cutoff, archived_at__isnull=True)
        .filter(Q(master__isnull=True) | Q(master__archived_at__isnull=False))
        .exclude(proposals__state="open")
        .order_by("closed_at", "id")
    )
    return list(rows.values_list("id", flat=True)[:limit])
