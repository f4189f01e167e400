"""What reporters ask about their data, and what a person's time being over does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.actions.given import clean
from gridward.cases.actions.work import acting_reporter
from gridward.cases.models import Case, DataRequest, Report, Submission
from gridward.cases.queries import data_requests as asked
from gridward.cases.queries.tips import expired_tips
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.action import action
from gridward.core.errors import BadInput, NotFound
from gridward.core.ids import new_id
from gridward.journal.actions import note
from gridward.journal.rules import ActorRef
from gridward.vault import actions as vault
from gridward.vault import queries as vault_queries
from gridward.vault.rules import is_dialable, is_grounds, normal_phone

KINDS = ("copy", "correct", "erase")
FIELDS = ("phone", "name", "words")
IDENTITIES = ("code", "called_back", "came_in")
REFUSALS = ("not_identified", "still_open", "kept_by_law", "not_theirs", "unfounded")
RETENTION = ActorRef("system", "retention")


@dataclass(frozen=True, slots=True)
class Retained:
    """What a run of retention did, or would do."""

    submissions: int
    persons: int
    by_class: dict[str, int]
    tips: int = 0


@action
def ask_about_data(
    submission_id: UUID,
    kind: str,
    *,
    field: str = "",
    what: str = "",
    wish: str = "",
    at: datetime | None = None,
) -> UUID:
    """The holder of a receipt asks for a copy, a correction or erasure; the request's id.

    kind: copy, correct or erase; field: phone, name or words, for a correction; what: what is
    wrong; wish: what it should be. It is due within the settings' `data_request_days`.
    Raises RequestOpen, RequestUnclear, BadInput, NotFound.
    """
    if kind not in KINDS or (kind == "correct" and field not in FIELDS):
        raise BadInput({"kind": ", ".join(KINDS), "field": ", ".join(FIELDS)})
    submission = asked.lock_submission(submission_id)
    if submission.erased_at is not None or submission.vault_subject is None:
        raise errors.NoContactLeft()
    if DataRequest.objects.filter(submission=submission, kind=kind, state__in=asked.OPEN).exists():
        raise errors.RequestOpen()
    what, wish = clean(what), clean(wish)
    if kind == "correct" and not wish:
        raise errors.RequestUnclear()
    if kind == "correct" and field == "phone" and not is_dialable(wish):
        raise errors.PhoneUnclear()
    moment = at or wall.now()
    entry = new_id()
    given = [("data.what", what), ("data.wish", wish)]
    said = [(name, text) for name, text in given if text]
    # the wish may be a number: it is no word of the journal, and is dropped when it is done
    sealed = vault.seal_texts(
        [
            (submission.vault_subject, name, text, entry if name == "data.what" else None)
            for name, text in said
        ]
    )
    kept = {name: one for (name, _), one in zip(said, sealed, strict=True)}
    case = Case.objects.filter(reports__submission=submission).order_by("id").first()
    if case is None:
        raise NotFound()
    what_kept, wish_kept = kept.get("data.what"), kept.get("data.wish")
    row = DataRequest.objects.create(
        id=new_id(),
        submission=submission,
        desk_id=case.desk_id,
        kind=kind,
        field=field if kind == "correct" else "",
        what=what_kept.id if what_kept else None,
        wish=wish_kept.id if wish_kept else None,
        filed_at=moment,
        due_at=moment + timedelta(days=catalogue().settings.data_request_days),
    )
    note(
        "data_request.filed",
        row.id,
        actor=acting_reporter(submission.id).ref,
        at=moment,
        entry_id=entry,
        submission=submission.id,
        kind=kind,
        due=row.due_at,
        words=what_kept.commitment if what_kept else None,
    )
    return row.id


@action
def grant_request(
    request_id: UUID,
    *,
    by: Viewer,
    identity: str,
    version: int,
    words: str = "",
    at: datetime | None = None,
) -> str:
    """The desk agrees, having made sure who asks, and it is done at once; the state it is in now.

    identity: code, called_back or came_in. A correction of the number or name and an erasure are
    carried out; a correction of words is written into the event by the desk; a copy waits until it
    is fetched. Raises NotFound, RequestAnswered, IdentityMissing, KeptForTheLaw.
    """
    row = _held_by_desk(request_id, by, version)
    if identity not in IDENTITIES:
        raise errors.IdentityMissing()
    if row.kind == "erase":
        subjects = _subjects(row.submission)
        held = asked.held_numbers(subjects)
        if held:
            raise errors.KeptForTheLaw(numbers=", ".join(held))
    moment = at or wall.now()
    actor = _answer(row, by, "data_request.granted", words, moment, identity=identity)
    row.state, row.identity = "granted", identity
    row.save()
    if row.kind != "copy":
        _execute(row, actor, moment)
    return row.state


@action
def refuse_request(
    request_id: UUID,
    *,
    by: Viewer,
    reason: str,
    words: str,
    version: int,
    at: datetime | None = None,
) -> None:
    """The desk does not agree and says why.

    Raises NotFound, RequestAnswered, RefusalReasonMissing.
    """
    row = _held_by_desk(request_id, by, version)
    if reason not in REFUSALS or not clean(words):
        raise errors.RefusalReasonMissing()
    moment = at or wall.now()
    _answer(row, by, "data_request.refused", words, moment, reason=reason)
    row.state, row.reason = "refused", reason
    row.save()
    _drop_wish(row)


@action
def hand_out_copy(request_id: UUID, *, by: Viewer, at: datetime | None = None) -> asked.PersonCopy:
    """The copy that was granted, made and recorded; the request is carried out with it.

    Raises NotFound, RequestAnswered.
    """
    row = asked.lock_request(request_id)
    if row.desk_id != by.organisation_id or not asked.may_decide_requests(by):
        raise NotFound()
    if row.kind != "copy" or row.state not in ("granted", "executed"):
        raise errors.RequestAnswered(name="", time="")
    moment = at or wall.now()
    actor = ActorRef("post", str(by.post_id))
    made = asked.person_copy(_subjects(row.submission), now=moment)
    record_copy(_subjects(row.submission)[:1], made, actor=actor, at=moment)
    if row.state == "granted":
        _execute(row, actor, moment)
    return made


@action
def record_copy(
    subjects: Sequence[UUID],
    made: asked.PersonCopy,
    *,
    actor: ActorRef,
    at: datetime | None = None,
) -> None:
    """That a copy of what is kept of these people was made."""
    for subject in subjects:
        note(
            "person.exported",
            subject,
            actor=actor,
            at=at or wall.now(),
            submissions=made.submissions,
            texts=made.texts,
            files=len(made.files),
        )


@action
def correct_contact(
    submission_id: UUID,
    field: str,
    value: str,
    *,
    actor: ActorRef,
    at: datetime | None = None,
) -> None:
    """A reporter's number or name put right: a new secret, the old one dropped.

    Raises PhoneUnclear, NoContactLeft.
    """
    submission = asked.lock_submission(submission_id)
    if submission.vault_subject is None or submission.erased_at is not None:
        raise errors.NoContactLeft()
    plain = clean(value)
    if field == "phone" and not normal_phone(plain):
        raise errors.PhoneUnclear()
    before = submission.contact_phone if field == "phone" else submission.contact_name
    (kept,) = vault.seal_texts([(submission.vault_subject, f"contact.{field}", plain)])
    if field == "phone":
        submission.contact_phone, submission.has_contact = kept.id, True
    else:
        submission.contact_name = kept.id
    submission.save(update_fields=["contact_phone", "contact_name", "has_contact"])
    if before is not None:
        vault.drop_texts([before])
    for report in Report.objects.filter(submission=submission).order_by("id"):
        case = queries.lock_case(report.case_id)
        case.contactable = len(queries.contactable_reports(case.id))
        case.save(update_fields=["contactable"])
        note(
            "report.contact_corrected",
            report.id,
            actor=actor,
            at=at or wall.now(),
            case=case.id,
            field=field,
        )


def _held_by_desk(request_id: UUID, by: Viewer, version: int) -> DataRequest:
    row = asked.lock_request(request_id)
    if row.desk_id != by.organisation_id or not asked.may_decide_requests(by):
        raise NotFound()
    if row.state != "filed" or row.version != version:
        name, when = "", ""
        raise errors.RequestAnswered(name=name, time=when)
    return row


def _answer(
    row: DataRequest, by: Viewer, verb: str, words: str, at: datetime, **details: str
) -> ActorRef:
    """What the desk says to the reporter, and the entry of the decision."""
    actor = ActorRef("post", str(by.post_id))
    said = clean(words)
    entry = new_id()
    commitment = None
    if said and row.submission.vault_subject is not None:
        (kept,) = vault.seal_texts([(row.submission.vault_subject, "data.answer", said, entry)])
        row.answer, commitment = kept.id, kept.commitment
    row.decided_at, row.decided_by = at, by.post_id
    row.version += 1
    note(verb, row.id, actor=actor, at=at, entry_id=entry, words=commitment, **details)
    return actor


def _execute(row: DataRequest, actor: ActorRef, at: datetime) -> None:
    if row.kind == "correct" and row.field in ("phone", "name"):
        wish = vault_queries.open_text(row.wish) or ""
        correct_contact(row.submission_id, row.field, wish, actor=actor, at=at)
    row.state, row.executed_at = "executed", at
    row.save()
    note("data_request.executed", row.id, actor=actor, at=at, kind=row.kind)
    if row.kind == "erase":
        vault.erase_subjects(_subjects(row.submission), actor=actor, grounds_code="request")
    else:
        _drop_wish(row)


def _drop_wish(row: DataRequest) -> None:
    if row.wish is not None and row.field in ("phone", "name"):
        vault.drop_texts([row.wish])
        row.wish = None
        row.save(update_fields=["wish"])


def _subjects(submission: Submission) -> list[UUID]:
    """Whose keys hold a submission: the reporter's, and the case's when nobody shares it."""
    return asked.subjects_of_receipt(submission.receipt)


# --- holds and retention --------------------------------------------------------------------------


@action
def hold_case(case_id: UUID, *, grounds: str, actor: ActorRef, at: datetime | None = None) -> None:
    """Nothing of a case is erased while the law asks for it. grounds: a code (court, audit).

    Raises NotFound, BadInput.
    """
    _hold(case_id, grounds, actor, at, held=True)


@action
def let_go_case(
    case_id: UUID, *, grounds: str, actor: ActorRef, at: datetime | None = None
) -> None:
    """A case is no longer kept for the law. Raises NotFound, BadInput."""
    _hold(case_id, grounds, actor, at, held=False)


def _hold(case_id: UUID, grounds: str, actor: ActorRef, at: datetime | None, *, held: bool) -> None:
    if not is_grounds(grounds):
        raise BadInput({"grounds": "court, audit …"})
    case = queries.lock_case(case_id)
    if case.held == held:
        return
    case.held = held
    case.version += 1
    case.save(update_fields=["held", "version"])
    verb = "case.held" if held else "case.let_go"
    note(verb, case.id, actor=actor, at=at or wall.now(), grounds=grounds)


def run_retention(now: datetime, *, limit: int | None = None, dry: bool = False) -> Retained:
    """Erases what was kept long enough, submission by submission; what it did, or with `dry` would.

    Each submission is a transaction of its own, so that a run that is cut short has done a part.
    """
    by_class: dict[str, int] = {}
    persons = 0
    for one in asked.expired(now, limit=limit):
        by_class[one.kept] = by_class.get(one.kept, 0) + 1
        persons += len(one.subjects)
        if not dry:
            vault.erase_subjects(one.subjects, actor=RETENTION, grounds_code="retention")
    noted = expired_tips(now, limit=limit)
    if not dry:
        for subject in noted:
            vault.erase_subjects([subject], actor=RETENTION, grounds_code="retention")
    return Retained(sum(by_class.values()), persons, by_class, tips=len(noted))


def retain_by_itself() -> int:
    """What the ticker calls: retention, where the district's settings say so; how many went."""
    if not catalogue().settings.retention_by_itself:
        return 0
    return run_retention(wall.now(), limit=500).submissions
