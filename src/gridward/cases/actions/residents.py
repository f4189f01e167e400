"""What reporters do on their own page: add, remind, object, withdraw. Receipt and code are the key.

Every form carries a name of its own (`form`), so that sending it twice is one act: the entry's id
follows from it, and under the case's lock an entry that is there already says it was done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from gridward.cases import errors, queries
from gridward.cases.actions.effects import COUNTS, effect, recount
from gridward.cases.actions.files import link_files
from gridward.cases.actions.given import Given, clean
from gridward.cases.actions.steps import DETAILS, take_on
from gridward.cases.actions.work import Work, acting_reporter, begin
from gridward.cases.models import Case, CaseFile, Report
from gridward.cases.rules import process as process_rules
from gridward.catalog.definitions import Sensitivity
from gridward.core.action import action
from gridward.journal import queries as journal
from gridward.vault import actions as vault

FORMS = UUID("6f1b54a8-0a86-4c9c-9d2f-4be0f8d3a5c1")  # the names of forms, as ids of entries


def _begin(
    submission: UUID, case_id: UUID, form: str, version: int | None, at: datetime | None
) -> tuple[Work, Report, bool]:
    """The locked case, the reporter's report in it, and whether this form came before."""
    work = begin(case_id, acting_reporter(submission), version=None, at=at)
    report = queries.report_of(submission, case_id, proposed=True)
    if form:
        work.entry = uuid5(FORMS, f"{submission}:{form[:64]}")
        if journal.entry(work.entry) is not None:
            return work, report, True
    if version is not None and version != work.case.version:
        name, when = queries.last_actor(work.case)
        raise errors.CaseChanged(name=name, time=when)
    if report.withdrawn_at is not None:
        raise errors.StepNotOpen(state=queries.state_title(work.case, work.catalogue))
    return work, report, False


# --- adding -------------------------------------------------------------------------------------


@effect
def keep_details(work: Work, given: Given) -> None:
    """A reporter's own words and photos, under the reporter's own key; the holder sees them new."""
    if given.report is None:  # the desk wrote down what it was told
        return
    report = Report.objects.select_related("submission").get(id=given.report)
    submission = report.submission
    if submission.vault_subject is None:
        submission.vault_subject = vault.new_subject()
        submission.save(update_fields=["vault_subject"])
    given.memo["words"] = None
    if given.words:
        kind = "step.details" if "subject" in given.memo else "step.answer_info"
        texts = [(submission.vault_subject, kind, given.words, work.entry)]
        (kept,) = vault.seal_texts(texts)
        given.memo["words"] = kept.commitment
    _add_photos(work, given, report, submission.vault_subject)
    work.case.news_at = work.at


def _add_photos(work: Work, given: Given, report: Report, person: UUID) -> None:
    if not given.photos:
        return
    if work.case.sensitivity >= Sensitivity.RESTRICTED:
        raise errors.RestrictedWords()
    most = work.catalogue.settings.photos_max
    left = max(0, most - CaseFile.objects.filter(report=report).count())
    if len(given.photos) > left:
        raise errors.TooManyPhotos(max=most, left=left)
    link_files(
        work.case,
        given.photos,
        kind="report",
        report=report,
        person=person,
        at=work.at,
        round=work.case.round,
        staged_by=given.staged_by,
    )


@action
def add_details(
    submission_id: UUID,
    case_id: UUID,
    *,
    words: str = "",
    photos: Sequence[UUID] = (),
    staged_by: str | None = None,
    form: str = "",
    at: datetime | None = None,
) -> Case:
    """The reporter adds words or photos to an open case; where details were asked for, they answer.

    photos: staged under `staged_by`; form: the name of the form, so that twice is once
    Raises NothingSaid, TooManyPhotos, StepNotOpen, NotFound.
    """
    said = clean(words)
    if not said and not photos:
        raise errors.NothingSaid()
    work, report, done = _begin(submission_id, case_id, form, None, at)
    if done:
        return work.case
    asked = process_rules.offers(work.process, work.case.state, "answer_info", by="reporter")
    given = Given(
        words=said,
        reason="details",
        photos=tuple(photos),
        staged_by=staged_by,
        report=report.id,
        receipt_fits=True,
        # an answer moves the case, other details are the report's own
        memo={} if asked else {"subject": report.id},
    )
    return take_on(work, "answer_info" if asked else "details", given)


@action
def give_info(
    submission_id: UUID,
    case_id: UUID,
    *,
    words: str,
    photos: Sequence[UUID] = (),
    staged_by: str | None = None,
    form: str = "",
    version: int | None = None,
    at: datetime | None = None,
) -> Case:
    """The reporter adds the details that were asked for; the accept clock runs on.

    Raises NothingSaid, and StepNotOpen where nothing was asked.
    """
    said = clean(words)
    if not said and not photos:
        raise errors.NothingSaid()
    work, report, done = _begin(submission_id, case_id, form, version, at)
    if done:
        return work.case
    given = Given(
        words=said,
        reason="details",
        photos=tuple(photos),
        staged_by=staged_by,
        report=report.id,
        receipt_fits=True,
    )
    return take_on(work, "answer_info", given)


# --- reminding ----------------------------------------------------------------------------------


@effect
def count_hurry(work: Work, given: Given) -> None:
    """One more reminder: desk and lead see it, no clock moves, and open forms stay good."""
    Report.objects.filter(id__in=[given.report]).update(hurried_at=work.at)
    work.case.hurries += 1
    work.case.news_at = work.at
    work.is_quiet = True
    given.memo.update(subject=given.report, count=work.case.hurries)


@action
def hurry_case(
    submission_id: UUID, case_id: UUID, *, form: str = "", at: datetime | None = None
) -> Case:
    """The reporter asks to hurry, once a working day; no clock moves. Raises HurriedToday."""
    work, report, done = _begin(submission_id, case_id, form, None, at)
    if done:
        return work.case
    return take_on(work, "hurry", Given(report=report.id, receipt_fits=True))


# --- objecting, withdrawing -----------------------------------------------------------------------


@action
def object_as_reporter(
    submission_id: UUID,
    case_id: UUID,
    *,
    words: str,
    form: str = "",
    at: datetime | None = None,
) -> Case:
    """The reporter asks for a review of a declined report, once, in time; another person decides.

    Raises ReasonMissing, ObjectionTooLate, ObjectedBefore, StepNotOpen.
    """
    work, _report, done = _begin(submission_id, case_id, form, None, at)
    if done:
        return work.case
    return take_on(work, "object", Given(words=clean(words), receipt_fits=True))


@effect
def leave_case(work: Work, given: Given) -> None:
    """One of several reporters withdraws, or the only one of a safety matter: the case goes on."""
    Report.objects.filter(id__in=[given.report]).update(withdrawn_at=work.at)
    recount(work.case)
    given.memo["subject"] = given.report


@action
def withdraw_as_reporter(
    submission_id: UUID,
    case_id: UUID,
    *,
    version: int | None = None,
    form: str = "",
    at: datetime | None = None,
) -> Case:
    """The reporter takes the report back. The case ends when nobody else waits for it; with others,
    and for safety, it goes on without them."""
    work, report, done = _begin(submission_id, case_id, form, version, at)
    if done:
        return work.case
    given = Given(receipt_fits=True, close_type="withdrawn", report=report.id)
    alone = work.facts.reports <= 1 and not work.facts.safety and report.join_state != "proposed"
    if not alone and work.process.step("leave") is not None:
        return take_on(work, "leave", given)
    case = take_on(work, "withdraw", given)
    Report.objects.filter(id=report.id).update(withdrawn_at=case.closed_at)
    recount(case)
    case.save(update_fields=COUNTS)
    return case


DETAILS.update(
    {
        "report.details_added": lambda w, g, s: {
            "case": w.case.id,
            "photos": len(g.photos),
            "words": g.memo.get("words"),
        },
        "report.hurried": lambda w, g, s: {"case": w.case.id, "count": g.memo["count"]},
        "report.withdrawn": lambda w, g, s: {"case": w.case.id},
    }
)
