"""What this room does when the journal says that something happened."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from gridward.cases import queries
from gridward.cases.models import Case, Report, SearchDoc, Submission, Tip
from gridward.cases.queries.suggesting import suggested_matters
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.action import action
from gridward.journal import queries as journal
from gridward.journal.actions import note
from gridward.journal.rules import ActorRef
from gridward.vault import queries as vault


def suggest(entry_id: UUID) -> None:
    """Suggest matter, organisation and duplicates for a new case; never changes it. Once a case."""
    line = journal.entry(entry_id)
    if line is None:
        return
    report = Report.objects.filter(id=UUID(line.subject_id)).select_related("case").first()
    if report is None or report.join_state == "proposed":
        return
    words = vault.open_text(report.words) or ""
    _note_suggestion(report.case, words)


@action
def _note_suggestion(case: Case, words: str) -> None:
    locked = queries.lock_case(case.id)
    if any(line.verb == "case.suggested" for line in journal.timeline([case.id])):
        return
    book = catalogue(locked.edition)
    matters = [locked.matter] if locked.matter else suggested_matters(book, words)
    guess = matters[0] if matters else ""
    probe = locked
    if guess and not locked.matter:
        probe.matter = guess  # only in memory: what the rules would say of this matter
    suggestion = queries.suggested_lead(probe, book)
    note(
        "case.suggested",
        case.id,
        actor=ActorRef("system", "suggest"),
        at=wall.now(),
        matter=guess or None,
        organisation=suggestion.organisation if suggestion else None,
        rule=suggestion.rule if suggestion else None,
        duplicates=[each.id for each in queries.duplicates_of(probe)],
    )


def blank_erased(subjects: Sequence[UUID]) -> None:
    """Inside an erasure: search documents and digests of these people's submissions go too.

    Words of staff about a case whose only reporter is erased lie under the case's own key; they
    are erased by `subjects_of_receipt`, which names that key beside the reporter's.
    """
    Tip.objects.filter(vault_subject__in=list(subjects)).update(
        vault_subject=None, words=None, answer=None, photos=0
    )
    submissions = Submission.objects.filter(vault_subject__in=list(subjects))
    ids = list(submissions.values_list("id", flat=True))
    if not ids:
        return
    cases = list(Report.objects.filter(submission__in=ids).values_list("case_id", "first_case_id"))
    touched = {each for pair in cases for each in pair}
    submissions.update(
        digest="",
        client_id=None,
        has_contact=False,
        contact_phone=None,
        contact_name=None,
        erased_at=wall.now(),
    )
    SearchDoc.objects.filter(case__in=touched).delete()
    for case in Case.objects.filter(id__in=touched).order_by("id"):
        case.contactable = (
            Report.objects.filter(case=case, submission__has_contact=True)
            .exclude(join_state="proposed")
            .count()
        )
        case.version += 1
        case.save(update_fields=["contactable", "version"])
        queries.refresh_search(case, catalogue(case.edition))
        note(
            "report.erased",
            Report.objects.filter(submission__in=ids, case=case)
            .values_list("id", flat=True)
            .first()
            or case.id,
            actor=ActorRef("system", "erasure"),
            case=case.id,
        )


def subjects_of_receipt(number: str) -> list[UUID]:
    """Whose data stand behind a receipt: the reporter's, and the case's when nobody shares it."""
    return queries.subjects_of_receipt(number)


def subjects_of_phone(number: str) -> list[UUID]:
    """Whose data stand behind a telephone number: every submission that gave exactly this one."""
    subjects: list[UUID] = []
    for subject in vault.subjects_by_phone(number):
        subjects.append(subject)
        for receipt in Submission.objects.filter(vault_subject=subject).values_list(
            "receipt", flat=True
        ):
            subjects += subjects_of_receipt(receipt)
    return list(dict.fromkeys(subjects))
