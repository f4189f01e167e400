"""Who reads what people wrote as they wrote it, and whose number may be shown to whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q

from gridward.access.rules import Viewer
from gridward.cases import errors
from gridward.cases.models import Case, Report
from gridward.cases.rules.masking import masked
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.journal import queries as journal
from gridward.vault import queries as vault

# who takes a report up or calls its reporter back reads it as it was written
DESK_WORK = ("case.accept", "case.callback")
REASON_HOLDS = timedelta(minutes=30)
"""How long a reason for opening a restricted case holds for the post that gave it."""

PHONE_HITS = 20


def reads_originals(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer reads the reporters' words with the names and numbers in them: at the
    desk of the case, where it is taken up and reporters are called back. Everybody else reads them
    masked."""
    return viewer.organisation_id == case.desk_id and viewer.may_any(*DESK_WORK)


def may_hear(viewer: Viewer, case: Case, *, media: str, is_report_s: bool) -> bool:
    """Whether a file may be opened. A reporter's recording says who speaks, and a number spoken
    cannot be masked: it stays with those who read the words as they were written."""
    return media != "voice" or not is_report_s or reads_originals(viewer, case)


def shown(text: str | None, *, original: bool) -> str | None:
    """A text as it may be read."""
    return text if original or not text else masked(text)


def shown_all(texts: Iterable[str], *, original: bool) -> list[str]:
    """Several texts as they may be read."""
    return [shown(each, original=original) or "" for each in texts]


class Reveal(StrEnum):
    """Whether 查看号码 is offered: yes, no number was left, or never for this viewer here."""

    OFFERED = "offered"
    NO_CONTACT = "no_contact"
    NEVER = "never"


def reveal_of(viewer: Viewer, case: Case, book: Catalogue, *, has_contact: bool) -> Reveal:
    """Whether the viewer may ask for a reporter's number with a reason.

    Never in a complaint about a person or a firm, and never in a restricted case: there only
    whoever accepts or calls back sees it, while they do.
    """
    matter = book.matters.get(case.matter)
    if (
        not viewer.may("contact.reveal")
        or case.sensitivity >= Sensitivity.RESTRICTED
        or (matter is not None and matter.about_party)
    ):
        return Reveal.NEVER
    return Reveal.OFFERED if has_contact else Reveal.NO_CONTACT


# --- restricted cases -----------------------------------------------------------------------------


def has_reason(viewer: Viewer, case: Case, now: datetime) -> bool:
    """Whether this post said lately why it opens this restricted case; one statement."""
    said = journal.happened("case.opened_with_reason", [case.id])
    return any(
        line.actor_id == str(viewer.post_id) and line.occurred_at > now - REASON_HOLDS
        for line in said
    )


def require_reason(viewer: Viewer, case: Case) -> None:
    """A restricted case is read after a reason was given. Raises ReasonNeeded."""
    if case.sensitivity >= Sensitivity.RESTRICTED and not has_reason(viewer, case, wall.now()):
        raise errors.ReasonNeeded()


# --- by number ------------------------------------------------------------------------------------


def reports_by_phone(viewer: Viewer, phone: str, *, now: datetime) -> list[Report]:
    """Reports with exactly this number, of the cases of the viewer's own desk that are in hand or
    were closed so lately that they can be reopened; the newest first, restricted ones left out."""
    subjects = vault.subjects_by_phone(phone)
    since = now - timedelta(days=catalogue().settings.reopen_days)
    lately = Q(case__is_open=True) | Q(case__closed_at__gte=since)
    return list(
        Report.objects.filter(
            lately,
            submission__vault_subject__in=subjects,
            submission__contact_phone__isnull=False,
            case__desk=viewer.organisation_id,
            case__sensitivity__lt=Sensitivity.RESTRICTED,
            withdrawn_at__isnull=True,
        )
        .select_related("submission")
        .order_by("-submitted_at", "-id")[:PHONE_HITS]
    )
