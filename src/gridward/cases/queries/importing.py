"""What an import asks of what is there: ids of a source, receipts and numbers already given."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from gridward.cases.models import Case, Submission


def known_source_ids(source: str, ids: Collection[str]) -> set[str]:
    """Those of a source's ids that were taken over before; one statement."""
    return set(
        Submission.objects.filter(source=source, source_id__in=ids).values_list(
            "source_id", flat=True
        )
    )


def cases_by_id(ids: Collection[UUID]) -> list[Case]:
    """These cases, in the order of their ids, whoever may see them: for imports and proofs."""
    return list(Case.objects.filter(id__in=ids).order_by("id"))


def known_receipts(numbers: Collection[str]) -> set[str]:
    """Those of these receipt numbers that somebody has; one statement."""
    return set(Submission.objects.filter(receipt__in=numbers).values_list("receipt", flat=True))


def known_numbers(numbers: Collection[str]) -> set[str]:
    """Those of these case numbers that a case has; one statement."""
    return set(Case.objects.filter(number__in=numbers).values_list("number", flat=True))
