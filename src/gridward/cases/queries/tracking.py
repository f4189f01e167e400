"""What the holder of a receipt sees: plain stages, the promised date, what was told."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from gridward.cases.errors import NotTheReporter
from gridward.cases.models import Answer, Assignment, Case, CaseFile, Clock, Report, Submission
from gridward.cases.queries.explaining import Why, explain_case
from gridward.cases.queries.reading import facts_of
from gridward.cases.queries.saying import CORRECTED, DECLINED, VOIDED, concerns_reporter
from gridward.cases.rules import process as process_rules
from gridward.cases.rules.joining import is_another_working_day
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Reason, Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core import ids
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchOrganisation
from gridward.directory.rules import Organisation
from gridward.journal import queries as journal
from gridward.territory import queries as territory
from gridward.vault import queries as vault

STAGES = ("submitted", "accepted", "assigned", "handling", "checking", "closed", "rated")
# kinds of texts that were written for the reporter
PUBLIC_WORDS = frozenset(
    {
        "case.reply",
        "step.progress",
        "step.give_plan",
        "step.ask_info",
        "step.decline",
        "step.answer_info",
        "step.details",
        "step.object",
    }
)
# what a reporter wrote: shown to that reporter, not to the neighbours who joined
OWN_WORDS = frozenset({"step.answer_info", "step.details", "step.object"})


@dataclass(frozen=True)
class Told:
    """One thing that the reporter is told: when, what, by whom, in which words."""

    at: datetime
    verb: str
    title: str
    stage: str
    organisation: Organisation | None
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class TrackedReport:
    """One matter of a submission as its reporter sees it.

    stage: one of STAGES; side: in words beside it (returned, need_info, declined, merged …);
    late: past the promised date; may: what the reporter can do now. waits_to_join: the reporter
    said it is a neighbour's problem; until the desk confirms, nothing of that case is shown.
    declined: why, and where to turn instead.
    """

    case_id: UUID
    case_number: str
    version: int
    stage: str
    side: str
    matter_title: object
    words: str | None
    place: str
    photos: list[UUID]
    media: dict[UUID, tuple[str, float | None]]
    submitted_at: datetime
    promised_at: datetime | None
    provisional: bool
    late: bool
    lead: Organisation | None
    close_type: str
    closed_at: datetime | None
    reply: str | None
    told: list[Told]
    may: frozenset[str]
    answer: Answer | None
    why: list[Why]
    restricted: bool
    waits_to_join: bool = False
    declined: Reason | None = None
    photos_left: int = 0


@dataclass(frozen=True)
class Track:
    """A submission as its reporter sees it."""

    receipt: str
    submission: UUID
    language: str
    reports: list[TrackedReport]
    erased: bool


def submission_for(receipt: str, code: str) -> Submission:
    """The submission behind a receipt and its code. Raises NotTheReporter, alike for both."""
    number = ids.plain_receipt(receipt)
    wanted = ids.receipt_code(number, vault.receipt_key())
    fits = hmac.compare_digest(wanted, code.strip().upper())
    found = Submission.objects.filter(receipt=number).first() if ids.is_receipt(number) else None
    if found is None or not fits:
        raise NotTheReporter()
    return found


def track(receipt: str, code: str) -> Track:
    """What the reporter may see; the same statements for any length of history."""
    submission = submission_for(receipt, code)
    reports = list(
        Report.objects.filter(submission=submission)
        .select_related("case", "first_case")
        .order_by("ordinal")
    )
    cases = [report.case_id for report in reports]
    everything: list[UUID] = [*cases, *[r.id for r in reports], *[r.first_case_id for r in reports]]
    lines = journal.timeline(dict.fromkeys(everything))
    texts = vault.texts_of_entries([line.id for line in lines])
    words = vault.open_texts([r.words for r in reports])
    assignments = list(Assignment.objects.filter(case__in=cases).order_by("dispatched_at", "id"))
    clocks = list(Clock.objects.filter(case__in=cases).order_by("start_at", "id"))
    answers = list(Answer.objects.filter(report__in=reports))
    photos = list(CaseFile.objects.filter(report__in=reports).order_by("added_at", "id"))
    return Track(
        receipt=submission.receipt,
        submission=submission.id,
        language=submission.language,
        reports=[
            _tracked(each, lines, texts, words, assignments, clocks, answers, photos)
            for each in reports
        ],
        erased=submission.erased_at is not None,
    )


def _tracked(
    report: Report,
    lines: Sequence[journal.Line],
    texts: dict[UUID, list[vault.OpenedText]],
    words: dict[UUID, str | None],
    assignments: Sequence[Assignment],
    clocks: Sequence[Clock],
    answers: Sequence[Answer],
    photos: Sequence[CaseFile],
) -> TrackedReport:
    case = report.case
    book = catalogue(case.edition)
    process = book.process(case.process)
    state = process_rules.state_of(process, case.state)
    if report.join_state == "proposed":
        return _waiting(report, lines, texts, words, photos)
    own = {str(case.id), str(report.id), str(report.first_case_id)}
    mine = [line for line in lines if line.subject_id in own]
    told = _told(mine, texts, process_verbs(book, case.process), report)
    said = [a for a in answers if a.case_id == case.id and a.round == case.round]
    answer = next((a for a in said if a.report_id == report.id), None)
    stage = state.stage if state.stage in STAGES else "submitted"
    side = state.side or ""
    if case.close_type == "withdrawn" or report.withdrawn_at is not None:
        side = "withdrawn"
    if report.join_state != "own" and not side:
        side = "merged"
    if case.round > 1 and case.is_open and not side:
        side = "reopened"
    if answer is not None and answer.rating is not None and stage == "closed":
        stage = "rated"
    now = wall.now()
    reply = _reply(mine, texts)
    parts = [a for a in assignments if a.case_id == case.id]
    times = [c for c in clocks if c.case_id == case.id]
    facts = facts_of(
        case,
        [a for a in parts if a.active],
        book,
        returned=[],
        answers=said,
    )
    deepest = next((a for a in reversed(case.chain[:4]) if a is not None), None)
    matter = book.matters.get(case.matter)
    may = _may(case, state.holder, report, answer, book, now)
    return TrackedReport(
        case_id=case.id,
        case_number=case.number,
        version=case.version,
        stage=stage,
        side=side,
        matter_title=matter.title if matter else None,
        words=words.get(report.words) if report.words else None,
        place=territory.path_name(deepest) if deepest is not None else "",
        photos=[p.id for p in photos if p.report_id == report.id],
        media={p.id: (p.media, p.seconds) for p in photos if p.report_id == report.id},
        submitted_at=report.submitted_at,
        promised_at=case.promised_at,
        provisional=case.promise_provisional,
        late=bool(case.is_open and case.promised_at and now > case.promised_at),
        lead=_organisation(case.lead_id) if stage not in ("submitted", "accepted") else None,
        # how two persons closed it is theirs to know; the reply says what the reporter needs
        close_type="" if case.close_type == "forced" else case.close_type,
        closed_at=case.closed_at,
        reply=reply,
        told=told,
        may=may,
        answer=answer,
        why=explain_case(case, book, parts, times, facts, mine, audience="public", may=may),
        restricted=case.sensitivity >= Sensitivity.RESTRICTED,
        declined=_declined(case, state.side or "", mine, book),
        photos_left=_photos_left(report, photos, book),
    )


def _waiting(
    report: Report,
    lines: Sequence[journal.Line],
    texts: dict[UUID, list[vault.OpenedText]],
    words: dict[UUID, str | None],
    photos: Sequence[CaseFile],
) -> TrackedReport:
    """A report that waits to be joined: what its reporter said, and nothing of the other case."""
    case = report.case
    book = catalogue(case.edition)
    mine = [line for line in lines if line.subject_id == str(report.id)]
    matter = book.matters.get(report.matter)
    withdrawn = report.withdrawn_at is not None
    keys = {"details": "add_details", "leave": "withdraw"}
    process = book.process(case.process)
    offered = [k for k in keys if process_rules.offers(process, case.state, k, by="reporter")]
    return TrackedReport(
        case_id=case.id,
        case_number="",
        version=case.version,
        stage="submitted",
        side="withdrawn" if withdrawn else "",
        matter_title=matter.title if matter else None,
        words=words.get(report.words) if report.words else None,
        place="",
        photos=[p.id for p in photos if p.report_id == report.id],
        media={p.id: (p.media, p.seconds) for p in photos if p.report_id == report.id},
        submitted_at=report.submitted_at,
        promised_at=None,
        provisional=False,
        late=False,
        lead=None,
        close_type="",
        closed_at=None,
        reply=None,
        told=_told(mine, texts, process_verbs(book, case.process), report),
        may=frozenset() if withdrawn else frozenset(keys[k] for k in offered),
        answer=None,
        why=[],
        restricted=False,
        waits_to_join=not withdrawn,
        photos_left=_photos_left(report, photos, book),
    )


def _photos_left(report: Report, photos: Sequence[CaseFile], book: Catalogue) -> int:
    given = sum(photo.report_id == report.id for photo in photos)
    return max(0, book.settings.photos_max - given)


def _declined(
    case: Case, side: str, lines: Sequence[journal.Line], book: Catalogue
) -> Reason | None:
    """Why it was declined or made void, and where to turn instead, while it is."""
    if case.is_open or side != "declined":
        return None
    said = [line for line in lines if line.verb in (DECLINED, VOIDED)]
    reason = str(said[-1].details.get("reason", "")) if said else ""
    reasons = (*book.settings.decline_reasons, *book.settings.void_reasons)
    return next((each for each in reasons if each.key == reason), None)


def process_verbs(book: Catalogue, process: str) -> dict[str, str]:
    """Verbs that the reporter is told of → the stage that their step leads to."""
    found: dict[str, str] = {}
    steps = book.process(process)
    for step in steps.steps:
        if "tell_reporter" in step.effects:
            target = steps.state(step.to)
            found[step.verb] = target.stage if target is not None else ""
    return found


def _told(
    lines: Sequence[journal.Line],
    texts: dict[UUID, list[vault.OpenedText]],
    verbs: dict[str, str],
    report: Report,
) -> list[Told]:
    found = []
    myself = str(report.submission_id)
    for line in lines:
        if line.verb not in verbs:
            continue
        if line.verb == CORRECTED and not concerns_reporter(line):
            continue
        organisation = line.details.get("lead")
        found.append(
            Told(
                at=line.occurred_at,
                verb=line.verb,
                title=line.title,
                stage=verbs[line.verb],
                organisation=_organisation(UUID(organisation)) if organisation else None,
                words=[
                    one.text
                    for one in texts.get(line.id, [])
                    if one.text
                    and one.kind in PUBLIC_WORDS
                    and (
                        one.kind not in OWN_WORDS
                        or line.actor_kind != "reporter"
                        or line.actor_id == myself
                    )
                ],
            )
        )
    return found


def _reply(lines: Sequence[journal.Line], texts: dict[UUID, list[vault.OpenedText]]) -> str | None:
    """The newest reply written for the reporter."""
    for line in reversed(lines):
        for one in texts.get(line.id, []):
            if one.kind == "case.reply" and one.text:
                return one.text
    return None


def _may(
    case: Case,
    holder: str,
    report: Report,
    answer: Answer | None,
    book: Catalogue,
    now: datetime,
) -> frozenset[str]:
    found: set[str] = set()
    settings = book.settings
    process = book.process(case.process)

    def offers(key: str) -> bool:
        return process_rules.offers(process, case.state, key, by="reporter")

    if report.withdrawn_at is not None:
        return frozenset()
    if offers("answer_info"):
        found.add("give_info")
    alone = case.reports_count - case.reports_withdrawn == 1 and not case.safety
    if offers("withdraw" if alone else "leave"):
        found.add("withdraw")
    if offers("details"):
        found.add("add_details")
    if offers("hurry") and (
        report.hurried_at is None
        or is_another_working_day(report.hurried_at, now, book.hours("desk"))
    ):
        found.add("hurry")
    if offers("object") and not case.objected and within_days(case, now, settings.object_days):
        found.add("object")
    if holder == "caller" and (answer is None or not answer.answer):
        found.add("answer")
    if case.closed_at is not None and case.close_type not in ("", "withdrawn"):
        in_time = now <= case.closed_at + timedelta(days=settings.reopen_days)
        if offers("reopen") and not case.reopened and in_time:
            found.add("reopen")
        if now <= case.closed_at + timedelta(days=settings.rating_days) and (
            answer is None or answer.rating is None
        ):
            found.add("rate")
    return frozenset(found)


def within_days(case: Case, now: datetime, days: int) -> bool:
    """Whether the case ended at most so many days ago."""
    return case.closed_at is not None and now <= case.closed_at + timedelta(days=days)


def _organisation(organisation_id: UUID | None) -> Organisation | None:
    if organisation_id is None:
        return None
    try:
        return directory.organisation(organisation_id)
    except NoSuchOrganisation:
        return None
