"""What reporters ask about their data, what is kept of a person, and what is due to go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from gridward.access.rules import Viewer
from gridward.cases.models import Answer, Case, CaseFile, DataRequest, Report, Submission
from gridward.cases.queries.privacy import DESK_WORK
from gridward.cases.rules.retention import months_after
from gridward.catalog.definitions import RetentionClass
from gridward.catalog.queries import catalogue
from gridward.core import ids, jurisdiction
from gridward.core.errors import NotFound
from gridward.journal import queries as journal
from gridward.territory import queries as territory
from gridward.vault import queries as vault
from gridward.vault.errors import FileGone

OPEN = ("filed", "granted")
BATCH = 500


@dataclass(frozen=True, slots=True)
class AskedView:
    """A request as its desk or its reporter sees it; the words opened."""

    id: UUID
    receipt: str
    submission: UUID
    case: UUID | None
    kind: str
    field: str
    state: str
    what: str
    wish: str
    answer: str
    reason: str
    filed_at: datetime
    due_at: datetime
    late: bool
    version: int


def lock_request(request_id: UUID) -> DataRequest:
    """A request, locked until the action ends. Raises NotFound."""
    found = (
        DataRequest.objects.select_for_update(of=("self",))
        .select_related("submission")
        .filter(id=request_id)
        .first()
    )
    if found is None:
        raise NotFound()
    return found


def lock_submission(submission_id: UUID) -> Submission:
    """A submission, locked until the action ends. Raises NotFound."""
    found = Submission.objects.select_for_update().filter(id=submission_id).first()
    if found is None:
        raise NotFound()
    return found


def may_decide_requests(viewer: Viewer) -> bool:
    """Whether the viewer's post decides on what reporters ask about their data: desk work."""
    return viewer.may_any(*DESK_WORK)


def requests_of_desk(viewer: Viewer, now: datetime, *, limit: int = 100) -> list[AskedView]:
    """What waits for the viewer's desk, the most pressing first; three statements."""
    if not may_decide_requests(viewer):
        return []
    rows = list(
        DataRequest.objects.filter(desk=viewer.organisation_id, state__in=OPEN)
        .select_related("submission")
        .order_by("due_at", "id")[:limit]
    )
    return _views(rows, now)


def request_for(viewer: Viewer, request_id: UUID, now: datetime) -> AskedView:
    """One request, for the desk that decides on it. Raises NotFound."""
    row = (
        DataRequest.objects.filter(id=request_id, desk=viewer.organisation_id)
        .select_related("submission")
        .first()
    )
    if row is None or not may_decide_requests(viewer):
        raise NotFound()
    return _views([row], now)[0]


def requests_of_submission(submission_id: UUID, now: datetime) -> list[AskedView]:
    """What a reporter asked, newest first."""
    rows = list(
        DataRequest.objects.filter(submission=submission_id)
        .select_related("submission")
        .order_by("-filed_at", "-id")
    )
    return _views(rows, now)


def _views(rows: Sequence[DataRequest], now: datetime) -> list[AskedView]:
    texts = vault.open_texts(each for row in rows for each in (row.what, row.wish, row.answer))
    first = (
        Report.objects.filter(submission__in=[row.submission_id for row in rows])
        .order_by("-ordinal")
        .values_list("submission_id", "case_id")
    )
    cases: dict[UUID, UUID] = dict(first)

    def text(secret: UUID | None) -> str:
        return (texts.get(secret) or "") if secret is not None else ""

    return [
        AskedView(
            id=row.id,
            receipt=row.submission.receipt,
            submission=row.submission_id,
            case=cases.get(row.submission_id),
            kind=row.kind,
            field=row.field,
            state=row.state,
            what=text(row.what),
            wish=text(row.wish),
            answer=text(row.answer),
            reason=row.reason,
            filed_at=row.filed_at,
            due_at=row.due_at,
            late=row.state in OPEN and now > row.due_at,
            version=row.version,
        )
        for row in rows
    ]


def subjects_of_receipt(number: str) -> list[UUID]:
    """Whose data stand behind a receipt: the reporter's, and the case's when nobody shares it."""
    found = Submission.objects.filter(receipt=ids.plain_receipt(number)).first()
    if found is None:
        return []
    subjects = [found.vault_subject] if found.vault_subject is not None else []
    for report in found.reports.select_related("case"):
        others = Report.objects.filter(case=report.case_id).exclude(submission=found)
        if report.case.vault_subject is not None and not others.exists():
            subjects.append(report.case.vault_subject)
    noted = found.tips.exclude(vault_subject=None).values_list("vault_subject", flat=True)
    return [*subjects, *(each for each in noted if each is not None)]


# --- what is kept of a person ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PersonCopy:
    """Everything kept of a person, ready to be handed out: data for JSON, files by name."""

    data: dict[str, Any]
    files: dict[str, bytes]
    submissions: int
    texts: int


def person_copy(subjects: Sequence[UUID], *, now: datetime) -> PersonCopy:
    """A machine-readable copy of what is kept of these subjects, with what is left out and why."""
    submissions = list(Submission.objects.filter(vault_subject__in=subjects).order_by("id"))
    reports = list(
        Report.objects.filter(submission__in=submissions)
        .select_related("case")
        .order_by("submission_id", "ordinal")
    )
    answers = list(
        Answer.objects.filter(report__in=reports)
        .select_related("case")
        .order_by("report_id", "asked_at", "id")
    )
    kept = [one for one in vault.texts_of_subjects(subjects) if one.text is not None]
    own = {submission.vault_subject for submission in submissions}
    words = [one for one in kept if one.subject_id in own]
    files: dict[str, bytes] = {}
    listed: list[dict[str, Any]] = []
    for row in CaseFile.objects.filter(report__in=reports).order_by("added_at", "id"):
        try:
            opened = vault.open_file(row.file)
        except FileGone:
            continue
        ending = {"video/mp4": "mp4", "audio/mp4": "m4a"}.get(opened.media_type, "jpg")
        name = f"files/{len(files) + 1:03d}.{ending}"
        files[name] = opened.data
        listed.append({"file": name, "kind": row.media, "added_at": row.added_at.isoformat()})
    cases = [report.case_id for report in reports]
    looked = journal.happened("case.contact_revealed", cases)
    mine = {str(report.id) for report in reports}
    data = {
        "made_at": now.isoformat(),
        "jurisdiction": jurisdiction.current().name or jurisdiction.current().key,
        "submissions": [
            {
                "receipt": submission.receipt,
                "submitted_at": submission.submitted_at.isoformat(),
                "channel": submission.channel,
                "language": submission.language,
                "notice_version": submission.notice_version,
                "reports": [
                    _report_data(report, answers)
                    for report in reports
                    if report.submission_id == submission.id
                ],
            }
            for submission in submissions
        ],
        "texts": [
            {"kind": one.kind, "at": one.created_at.isoformat(), "text": one.text} for one in words
        ],
        "files": listed,
        "number_looked_at": [
            line.occurred_at.isoformat() for line in looked if line.details.get("report") in mine
        ],
        "left_out": [
            {
                "what": "names of members of staff and what organisations wrote for themselves",
                "why": "data of other persons, and internal accounts; ask the desk for the reply",
            },
            {
                "what": "words, numbers and photos of other people who reported the same problem",
                "why": "data of other persons",
            },
            {
                "what": "entries of the journal",
                "why": "they hold codes and times only, and nobody's words or numbers",
            },
        ],
    }
    return PersonCopy(data, files, len(submissions), len(words))


def _report_data(report: Report, answers: Sequence[Answer]) -> dict[str, Any]:
    case = report.case
    matter = catalogue(case.edition).matters.get(report.matter or case.matter)
    deepest = next((area for area in reversed(case.chain) if area is not None), None)
    return {
        "event": case.number,
        "matter": {"zh": matter.title.zh, "en": matter.title.en} if matter else None,
        "place": territory.path_name(deepest) if deepest is not None else "",
        "point": None
        if report.raw_lng is None
        else {"lng": report.raw_lng, "lat": report.raw_lat, "datum": report.datum},
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
        "close_type": case.close_type,
        "promised_at": case.promised_at.isoformat() if case.promised_at else None,
        "withdrawn_at": report.withdrawn_at.isoformat() if report.withdrawn_at else None,
        "answers": [
            {
                "event": each.case.number,
                "round": each.round,
                "answer": each.answer,
                "rating": each.rating,
                "attempts": each.attempts,
            }
            for each in answers
            if each.report_id == report.id
        ],
    }


def held_numbers(subjects: Sequence[UUID]) -> list[str]:
    """Numbers of the cases of these subjects that are kept for the law."""
    return sorted(
        set(
            Report.objects.filter(case__held=True)
            .filter(Q(submission__vault_subject__in=subjects) | Q(case__vault_subject__in=subjects))
            .values_list("case__number", flat=True)
        )
    )


def case_by_number(number: str) -> UUID:
    """The case of this number. Raises NotFound."""
    found = Case.objects.filter(number=number.strip()).values_list("id", flat=True).first()
    if found is None:
        raise NotFound()
    return found


# --- retention ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expired:
    """A submission whose time is over. subjects: whose keys go; kept: the class that says so."""

    submission: UUID
    receipt: str
    kept: str
    since: datetime
    subjects: tuple[UUID, ...]


def expired(now: datetime, *, limit: int | None = None) -> Iterator[Expired]:
    """Submissions whose words, numbers and files are to go, oldest first.

    Every case of a submission must have been put away and its time be over; what is kept for the
    law stays, and so does what no class names. Read in batches: three statements each.
    """
    shortest = min((each.months for each in _classes_in_use()), default=None)
    if shortest is None:
        return
    after: tuple[datetime, UUID] | None = None
    found = 0
    while True:
        rows = Submission.objects.filter(
            erased_at__isnull=True,
            vault_subject__isnull=False,
            submitted_at__lt=months_after(now, -shortest),
        )
        if after is not None:
            at, last = after
            rows = rows.filter(Q(submitted_at__gt=at) | Q(submitted_at=at, id__gt=last))
        batch = list(rows.order_by("submitted_at", "id")[:BATCH])
        if not batch:
            return
        after = (batch[-1].submitted_at, batch[-1].id)
        reports = Report.objects.filter(submission__in=batch).select_related("case")
        by_submission: dict[UUID, list[Report]] = {}
        for report in reports:
            by_submission.setdefault(report.submission_id, []).append(report)
        shared = _shared_cases([report.case_id for report in reports], [one.id for one in batch])
        for submission in batch:
            one = _expired(submission, by_submission.get(submission.id, []), shared, now)
            if one is not None:
                yield one
                found += 1
                if limit is not None and found >= limit:
                    return


def _shared_cases(cases: Sequence[UUID], batch: Sequence[UUID]) -> set[UUID]:
    """Cases that somebody else's report belongs to too, who has not been erased."""
    return set(
        Report.objects.filter(case__in=cases, submission__erased_at__isnull=True)
        .exclude(submission__in=batch)
        .values_list("case_id", flat=True)
    )


def _expired(
    submission: Submission, reports: Sequence[Report], shared: set[UUID], now: datetime
) -> Expired | None:
    subjects = {submission.vault_subject}
    kept: RetentionClass | None = None
    since = submission.submitted_at
    for report in reports:
        case = report.case
        found = retention_of(case)
        if found is None or case.held or case.archived_at is None:
            return None
        if months_after(case.archived_at, found.months) > now:
            return None
        kept, since = kept or found, max(since, case.archived_at)
        if "staff" in found.blanks and case.vault_subject is not None and case.id not in shared:
            subjects.add(case.vault_subject)
        if "reporter" not in found.blanks:
            subjects.discard(submission.vault_subject)
    if kept is None or not subjects:
        return None
    return Expired(
        submission.id,
        submission.receipt,
        kept.key,
        since,
        tuple(sorted(each for each in subjects if each is not None)),
    )


def retention_of(case: Case) -> RetentionClass | None:
    """The class that was decided on when the case was put away; None keeps it."""
    if not case.retention or case.retention_edition is None:
        return None
    return catalogue(case.retention_edition).retention[case.retention]


def _classes_in_use() -> list[RetentionClass]:
    """Every class that some case was put away under."""
    rows = Case.objects.filter(retention_edition__isnull=False).exclude(retention="")
    return [
        catalogue(number).retention[key]
        for number, key in rows.order_by().values_list("retention_edition", "retention").distinct()
        if number is not None
    ]
