"""What is done with people's numbers and words: shown for a reason, looked up, shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.actions.given import clean
from gridward.cases.models import Case, Report
from gridward.cases.queries.privacy import Reveal, reads_originals, reveal_of
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.action import action
from gridward.core.errors import NotAllowed, NotFound
from gridward.core.ids import new_id
from gridward.journal.actions import note
from gridward.journal.rules import ActorRef
from gridward.vault import actions as vault
from gridward.vault import queries as vault_queries
from gridward.vault.rules import normal_phone

REASON_LEAST = 6
"""A reason is a few words; a single sign is none."""

PHONE_LEAST = 7


@dataclass(frozen=True, slots=True)
class Contact:
    """What is shown once: a reporter's number and the name that came with it."""

    phone: str
    name: str


@dataclass(frozen=True, slots=True)
class PhoneHit:
    """One report in hand that was given with the number."""

    case: UUID
    receipt: str
    submitted_at: datetime


def _actor(by: Viewer) -> ActorRef:
    return ActorRef("post", str(by.post_id))


def _reason(text: str) -> str:
    """A typed reason. Raises OwnReasonMissing, WordsTooLong."""
    said = clean(text)
    if len(set(said) - {" "}) < 3 or len(said) < REASON_LEAST:
        raise errors.OwnReasonMissing(least=REASON_LEAST)
    return said


def _seal(case: Case, kind: str, text: str, entry: UUID) -> str:
    """Words of staff about a case, under the case's own key; their commitment."""
    if case.vault_subject is None:
        case.vault_subject = vault.new_subject()
        case.save(update_fields=["vault_subject"])
    (kept,) = vault.seal_texts([(case.vault_subject, kind, text, entry)])
    return kept.commitment


@action
def reveal_contact(
    case_id: UUID, report_id: UUID, *, by: Viewer, reason: str, at: datetime | None = None
) -> Contact:
    """A reporter's number, shown to this viewer once; who, when, which and why are recorded.

    The case is not changed, so that nobody's open form is outdated by somebody looking.
    Raises NotFound, ContactNotShown, NoContactLeft, OwnReasonMissing.
    """
    if not by.may("contact.reveal"):
        raise errors.ContactNotShown()
    queries.case_for(by, case_id)
    case = queries.lock_case(case_id)
    report = Report.objects.select_related("submission").filter(id=report_id, case=case).first()
    if report is None:
        raise NotFound()
    submission = report.submission
    offered = reveal_of(by, case, catalogue(case.edition), has_contact=submission.has_contact)
    if offered is Reveal.NEVER:
        raise errors.ContactNotShown()
    said = _reason(reason)
    opened = vault_queries.open_texts([submission.contact_phone, submission.contact_name])
    phone = opened.get(submission.contact_phone) if submission.contact_phone else None
    if offered is Reveal.NO_CONTACT or not phone:
        raise errors.NoContactLeft()
    name = opened.get(submission.contact_name) if submission.contact_name else None
    entry = new_id()
    note(
        "case.contact_revealed",
        case.id,
        actor=_actor(by),
        at=at or wall.now(),
        entry_id=entry,
        report=report.id,
        reason=_seal(case, "reveal.reason", said, entry),
    )
    return Contact(phone, name or "")


@action
def open_restricted(case_id: UUID, *, by: Viewer, reason: str, at: datetime | None = None) -> None:
    """Record why a restricted case is opened; for a while this post may then read it.

    Raises NotFound, OwnReasonMissing.
    """
    queries.case_for(by, case_id)
    case = queries.lock_case(case_id)
    if case.sensitivity < Sensitivity.RESTRICTED:
        return
    said = _reason(reason)
    entry = new_id()
    note(
        "case.opened_with_reason",
        case.id,
        actor=_actor(by),
        at=at or wall.now(),
        entry_id=entry,
        reason=_seal(case, "open.reason", said, entry),
    )


@action
def share_words(
    case_id: UUID,
    report_id: UUID,
    *,
    by: Viewer,
    words: str,
    version: int | None,
    at: datetime | None = None,
) -> Case:
    """What those who settle the matter read in place of the masked words; the original stays.

    words: empty goes back to the masked words. Raises NotFound, OnlyTheDesk, CaseChanged.
    """
    queries.case_for(by, case_id)
    case = queries.lock_case(case_id)
    if not reads_originals(by, case):
        raise errors.OnlyTheDesk()
    if version is not None and version != case.version:
        name, when = queries.last_actor(case)
        raise errors.CaseChanged(name=name, time=when)
    report = Report.objects.filter(id=report_id, case=case).first()
    if report is None:
        raise NotFound()
    said = clean(words)
    entry = new_id()
    if case.vault_subject is None:
        case.vault_subject = vault.new_subject()
    (kept,) = vault.seal_texts([(case.vault_subject, "report.shared", said, entry)])
    report.shared_words = kept.id if said else None
    report.save(update_fields=["shared_words"])
    case.version += 1
    case.save(update_fields=["version", "vault_subject"])
    note(
        "report.words_shared",
        report.id,
        actor=_actor(by),
        at=at or wall.now(),
        entry_id=entry,
        case=case.id,
        words=kept.commitment,
    )
    return case


@action
def find_by_phone(
    phone: str, *, by: Viewer, reason: str, at: datetime | None = None
) -> list[PhoneHit]:
    """What of this desk is in hand under exactly this number, newest first.

    For who takes reports up or calls back; open reports, and those closed so lately that they can
    still be reopened, of the desk's own cases: never a list of what one person ever complained of.
    Who looked, when, why and which cases were found is recorded; the number is not.
    Raises NotAllowed, PhoneUnclear, OwnReasonMissing.
    """
    if not by.may_any("case.accept", "case.callback"):
        raise NotAllowed()
    plain = normal_phone(phone)
    if len(plain) < PHONE_LEAST:
        raise errors.PhoneUnclear()
    said = _reason(reason)
    moment = at or wall.now()
    reports = queries.reports_by_phone(by, plain, now=moment)
    entry = new_id()
    subject = vault.new_subject()
    (kept,) = vault.seal_texts([(subject, "phone_search.reason", said, entry)])
    note(
        "phone.searched",
        by.organisation_id,
        actor=_actor(by),
        at=moment,
        entry_id=entry,
        reason=kept.commitment,
        cases=sorted({report.case_id for report in reports}),
    )
    return [
        PhoneHit(report.case_id, report.submission.receipt, report.submitted_at)
        for report in reports
    ]
