"""Whom a reply by text message can come from, and which question it can answer."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from gridward.cases.models import Report, Submission
from gridward.cases.rules import process as process_rules
from gridward.catalog.queries import catalogue
from gridward.vault import queries as vault


def submissions_by_phone(phone: str) -> list[UUID]:
    """The submissions whose reporter gave exactly this number and was not erased."""
    subjects = vault.subjects_by_phone(phone)
    if not subjects:
        return []
    return list(
        Submission.objects.filter(
            vault_subject__in=subjects, has_contact=True, erased_at__isnull=True
        )
        .order_by("-submitted_at", "-id")
        .values_list("id", flat=True)
    )


def asked_reports(ids: Iterable[UUID]) -> list[Report]:
    """These reports with their cases, submissions and answers, in the order asked for."""
    wanted = list(ids)
    found = {
        each.id: each
        for each in Report.objects.filter(id__in=wanted, withdrawn_at=None)
        .select_related("case", "submission")
        .prefetch_related("answers")
    }
    return [found[one] for one in wanted if one in found]


def newest_open_report(submissions: Iterable[UUID]) -> Report | None:
    """The newest report of these submissions whose case is still open."""
    return (
        Report.objects.filter(
            submission__in=list(submissions), case__is_open=True, withdrawn_at=None
        )
        .select_related("case", "submission")
        .order_by("-submitted_at", "-id")
        .first()
    )


def is_asked(report: Report) -> bool:
    """Whether the reporter's answer is waited for: the case is being called back about, and they
    have not said yet. The report comes with its case and its answers."""
    case = report.case
    process = catalogue(case.edition).process(case.process)
    if process_rules.holder_kind(process, case.state) != "caller":
        return False
    return not any(
        each.case_id == case.id and each.round == case.round and each.answer
        for each in report.answers.all()
    )
