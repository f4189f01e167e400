"""Reports that join and part, reminders, helpers and colleagues: what their steps ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from gridward.cases.models import Answer, Case, Report
from gridward.catalog.queries import catalogue
from gridward.directory import queries as directory
from gridward.directory.rules import Holder
from gridward.journal import queries as journal


@dataclass(frozen=True)
class ReportCounts:
    """The reports of a case. own: all that belong to it, withdrawn ones among them; contactable:
    those of them whose reporter can be asked."""

    own: int
    withdrawn: int
    proposed: int
    contactable: int


def report_counts(case_id: UUID) -> ReportCounts:
    """How many reports a case has, by what they are; one statement."""
    own = ~Q(join_state="proposed")
    reached = own & Q(
        withdrawn_at=None, submission__has_contact=True, submission__erased_at__isnull=True
    )
    found = Report.objects.filter(case=case_id).aggregate(
        own=Count("id", filter=own),
        withdrawn=Count("id", filter=own & Q(withdrawn_at__isnull=False)),
        proposed=Count("id", filter=~own & Q(withdrawn_at=None)),
        contactable=Count("id", filter=reached),
    )
    return ReportCounts(**found)


def proposed_reports(case_id: UUID) -> list[Report]:
    """Neighbours' reports that wait to be joined, oldest first."""
    return list(
        Report.objects.filter(case=case_id, join_state="proposed", withdrawn_at=None)
        .select_related("submission")
        .order_by("submitted_at", "id")
    )


def is_proposed(case_id: UUID, report_id: UUID) -> bool:
    """Whether this report waits to be joined with this case."""
    return any(report.id == report_id for report in proposed_reports(case_id))


def last_merge(case_id: UUID) -> journal.Line | None:
    """The entry that says what went over when this case was joined to its master."""
    lines = journal.happened("case.merged", [case_id])
    return lines[-1] if lines else None


def ids_of(line: journal.Line, name: str) -> list[UUID]:
    """The ids that an entry's detail lists; none in entries from before it was kept."""
    return [UUID(str(each)) for each in line.details.get(name) or ()]


def may_part(case: Case) -> bool:
    """Whether a joined case can go its own way without a lie.

    Its master is open, and no reporter who came with it was asked about the master's result.
    """
    line = last_merge(case.id)
    if line is None or case.master_id is None or not line.details.get("before"):
        return False
    if not Case.objects.filter(id=case.master_id, is_open=True).exists():
        return False
    asked = Answer.objects.filter(
        report__in=ids_of(line, "reports"), case=case.master_id, asked_at__gte=case.closed_at
    )
    return not asked.exists()


def merged_into(master_id: UUID) -> list[Case]:
    """Cases that point to this master, in the order of their ids."""
    return list(Case.objects.filter(master=master_id).order_by("id"))


def first_masters(cases: Iterable[Case]) -> dict[UUID, UUID]:
    """Case → the one that it was joined to itself, before that one went on to another."""
    found = {}
    for line in journal.happened("case.merged", [case.id for case in cases]):
        found[UUID(line.subject_id)] = UUID(str(line.details["master"]))
    return found


def last_hurry(report_id: UUID) -> datetime | None:
    """When this report's reporter asked to hurry last."""
    return Report.objects.filter(id=report_id).values_list("hurried_at", flat=True).first()


def colleagues_of(organisation_id: UUID | None, person_id: UUID | None) -> list[Holder]:
    """To whom somebody of an organisation may hand a case: whoever of it may report a result."""
    if organisation_id is None:
        return []
    roles = catalogue().roles
    return [
        holder
        for holder in directory.staff_of(organisation_id)
        if holder.person_id != person_id
        and holder.role in roles
        and "case.dispose" in roles[holder.role].capabilities
    ]


def is_colleague(organisation_id: UUID | None, person_id: UUID | None, post_id: UUID) -> bool:
    """Whether the holder of this post is such a colleague."""
    return any(one.post_id == post_id for one in colleagues_of(organisation_id, person_id))
