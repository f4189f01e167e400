"""Submitting: one act of one reporter becomes a submission, one to four reports and their cases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.actions.files import link_files
from gridward.cases.actions.given import clean
from gridward.cases.actions.work import (
    END_OF_TIME,
    Acting,
    Work,
    acting_post,
    acting_reporter,
    hold,
    keep_hand,
    show_clock,
    start_clock,
)
from gridward.cases.models import Case, CaseFile, Clock, Report, SearchDoc, Submission
from gridward.cases.rules import process as process_rules
from gridward.cases.rules.facts import CaseFacts
from gridward.cases.rules.start import choose_start
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Process, Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core import db, jurisdiction
from gridward.core.action import action
from gridward.core.errors import BadInput
from gridward.core.geodesy import Datum, is_coordinate
from gridward.core.ids import new_id, receipt_code, receipt_number
from gridward.directory import queries as directory
from gridward.directory.errors import NoSuchOrganisation
from gridward.journal.actions import note
from gridward.territory import queries as territory
from gridward.vault import actions as vault
from gridward.vault import queries as vault_queries

REPORTS_MAX = 4
TRIES = 6  # receipts and case numbers are drawn without a counter; a clash is drawn again


@dataclass(frozen=True)
class Place:
    """Where: a point with its datum, an area chosen from a list, or words; any of them or none."""

    lng: float | None = None
    lat: float | None = None
    datum: str = "wgs84"
    words: str = ""
    area: int | None = None


@dataclass(frozen=True)
class Told:
    """One matter as told: words or a photo, where, and what it is about if the reporter said."""

    words: str = ""
    place: Place = field(default_factory=Place)
    matter: str = ""
    photos: Sequence[UUID] = ()


@dataclass(frozen=True)
class Contact:
    """How the reporter can be reached; kept in the vault alone."""

    phone: str = ""
    name: str = ""


@dataclass(frozen=True)
class Channel:
    """By which way it came, and what the outside system calls it.

    crowded: many reports come from the same network address just now
    """

    key: str = "portal"
    source: str = "portal"
    source_id: str = ""
    outside_due_at: datetime | None = None
    reporter_kind: str = "resident"
    language: str = "zh-hans"
    notice_version: str = ""
    crowded: bool = False


@dataclass(frozen=True)
class Receipt:
    """What the reporter takes away.

    again: the same submission had been received before; joined: it waits to be joined with a
    neighbour's case
    """

    number: str
    code: str
    submission: UUID
    cases: tuple[UUID, ...]
    case_numbers: tuple[str, ...]
    chain: tuple[int | None, ...]
    submitted_at: datetime
    again: bool = False
    joined: bool = False


def submit_report(
    told: Sequence[Told],
    *,
    contact: Contact | None = None,
    channel: Channel | None = None,
    client_id: str | None = None,
    staged_by: str | None = None,
    by: Viewer | None = None,
    join: UUID | None = None,
    at: datetime | None = None,
    then: Callable[[Receipt], None] | None = None,
) -> Receipt:
    """Receive one to four matters from one reporter; returns the receipt.

    client_id: the client's own id; the same id and body again give the same receipt
    staged_by: the token under which the photos were uploaded
    by: the post that reports, for itself or for a resident
    join: the open case nearby that the one matter is the same as, to the reporter; the report
    belongs to it, proposed, until the desk confirms. Where that case has gone on or is too far
    away, the report opens its own as always.
    then: done in the same transaction, once a new submission stands
    Raises NothingSaid, WordsTooLong, TooManyReports, PlaceOutOfRange, ClientIdTaken.
    """
    channel = channel or Channel()
    contact = contact or Contact()
    items = [checked(each) for each in told]
    if not items:
        raise errors.NothingSaid()
    if len(items) > REPORTS_MAX:
        raise errors.TooManyReports()
    if client_id is not None and not 1 <= len(client_id) <= 64:
        raise BadInput({"client_id": "1–64"})
    if join is not None and len(items) != 1:
        raise BadInput({"join": "1"})
    digest = _digest(items, contact, channel, join)
    for attempt in range(TRIES):
        try:
            return _submit(
                items, contact, channel, client_id, digest, staged_by, by, join, at, then
            )
        except IntegrityError:
            known = _known(client_id, digest, channel)
            if known is not None:
                return known
            if attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def checked(told: Told) -> Told:
    """What was told, cleaned. Raises NothingSaid, WordsTooLong, PlaceOutOfRange."""
    words, place_words = clean(told.words), clean(told.place.words)
    if not words and not told.photos:
        raise errors.NothingSaid()
    place = told.place
    if (place.lng is None) != (place.lat is None):
        raise errors.PlaceOutOfRange()
    if place.lng is not None and place.lat is not None:
        if not is_coordinate(place.lng, place.lat):
            raise errors.PlaceOutOfRange()
        try:
            Datum(place.datum)
        except ValueError:
            known = ", ".join(str(each) for each in Datum)
            raise BadInput({"datum": known}) from None
    return Told(
        words,
        Place(place.lng, place.lat, place.datum, place_words, place.area),
        told.matter,
        tuple(told.photos),
    )


def _digest(items: Sequence[Told], contact: Contact, channel: Channel, join: UUID | None) -> str:
    """Keyed digest of the body, so that it gives nobody's words away."""
    body: dict[str, object] = {
        "told": [
            [
                t.words,
                t.matter,
                [t.place.lng, t.place.lat, t.place.datum, t.place.words, t.place.area],
                [str(p) for p in t.photos],
            ]
            for t in items
        ],
        "contact": [contact.phone, contact.name],
        "channel": [channel.key, channel.source, channel.source_id],
    }
    if join is not None:
        body["join"] = str(join)
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(
        text.encode(), key=vault_queries.receipt_key()[:32], digest_size=32
    ).hexdigest()


def _known(client_id: str | None, digest: str, channel: Channel) -> Receipt | None:
    """The receipt given for this client_id or outside number before. Raises ClientIdTaken."""
    found = None
    if client_id is not None:
        found = Submission.objects.filter(client_id=client_id).first()
        if found is not None and found.digest != digest:
            raise errors.ClientIdTaken()
    if found is None and channel.source_id:
        found = Submission.objects.filter(
            source=channel.source, source_id=channel.source_id
        ).first()
    return receipt_of(found, again=True) if found is not None else None


def known_receipt(client_id: str, *, channel: str) -> Receipt | None:
    """The receipt that a form's own id has brought already by this channel; one statement where
    there is none. For a form that is sent once more: the id is the form's secret."""
    found = Submission.objects.filter(client_id=client_id, channel=channel).first()
    return receipt_of(found, again=True) if found is not None else None


def receipt_of(submission: Submission, *, again: bool = False) -> Receipt:
    """The receipt of a stored submission; two statements."""
    reports = list(submission.reports.select_related("first_case").order_by("ordinal"))
    cases = [report.first_case for report in reports]
    return Receipt(
        number=submission.receipt,
        code=receipt_code(submission.receipt, vault_queries.receipt_key()),
        submission=submission.id,
        cases=tuple(case.id for case in cases),
        case_numbers=tuple(case.number for case in cases),
        chain=cases[0].chain,
        submitted_at=submission.submitted_at,
        again=again,
        joined=any(report.join_state == "proposed" for report in reports),
    )


@action
def _submit(
    items: Sequence[Told],
    contact: Contact,
    channel: Channel,
    client_id: str | None,
    digest: str,
    staged_by: str | None,
    by: Viewer | None,
    join: UUID | None,
    at: datetime | None,
    then: Callable[[Receipt], None] | None = None,
) -> Receipt:
    moment = at or wall.now()
    book = catalogue()
    submission = Submission(
        id=new_id(),
        receipt=receipt_number(jurisdiction.current().number),
        client_id=client_id,
        digest=digest,
        channel=channel.key,
        source=channel.source,
        source_id=channel.source_id,
        outside_due_at=channel.outside_due_at,
        language=channel.language,
        notice_version=channel.notice_version,
        reporter_kind=channel.reporter_kind,
        reporter_post=by.post_id if by is not None else None,
        has_contact=bool(contact.phone),
        crowded=channel.crowded,
        submitted_at=moment,
        recorded_at=wall.now(),
    )
    actor = acting_post(by) if by is not None else acting_reporter(submission.id)
    commitments = _keep(submission, items, contact)
    cases: list[Case] = []
    reports: list[Report] = []
    works: list[Work] = []
    spots = [_spot(each.place) for each in items]
    joined = _join(join, items[0], spots[0], moment) if join is not None else None
    for ordinal, (each, spot) in enumerate(zip(items, spots, strict=True), start=1):
        if joined is not None:
            case = joined[0]
        else:
            case = _new_case(each.matter, spot, submission, book, moment)
            works.append(_begin_clocks(case, book, actor, moment))
        cases.append(case)
        report = _new_report(submission, each, ordinal, spot, case, commitments, moment)
        if joined is not None:
            report.join_state = "proposed"
            report.matter = report.matter or case.matter
        reports.append(report)
    submission.save(force_insert=True)
    opened = [work.case for work in works]
    db.insert_many(Case, opened)
    db.insert_many(Report, reports)
    db.insert_many(Clock, [clock for work in works for clock in work.new_clocks])
    documents = [
        queries.search_document(case, book, [each.words, each.place.words])
        for case, each in zip(opened, items if opened else [], strict=True)
    ]
    db.insert_many(SearchDoc, [document for document in documents if document is not None])
    for case, report, each in zip(cases, reports, items, strict=True):
        _add_photos(case, report, each, staged_by, submission.vault_subject, moment)
        _tell(case, report, submission, each, commitments, actor, moment)
        if joined is None:
            note_opened(case, actor, moment)
        else:
            note(
                "report.join_proposed",
                report.id,
                actor=actor.ref,
                at=moment,
                case=case.id,
                distance_m=joined[1],
            )
    if by is not None:
        keep_hand([case.id for case in cases], by.post_id, moment)
    receipt = Receipt(
        number=submission.receipt,
        code=receipt_code(submission.receipt, vault_queries.receipt_key()),
        submission=submission.id,
        cases=tuple(case.id for case in cases),
        case_numbers=tuple(case.number for case in cases),
        chain=cases[0].chain,
        submitted_at=moment,
        joined=joined is not None,
    )
    if then is not None:
        then(receipt)
    return receipt


def _keep(
    submission: Submission, items: Sequence[Told], contact: Contact
) -> dict[tuple[int, str], vault.Sealed]:
    """Words, place, name and phone go into the vault under a key of this submission."""
    texts: list[tuple[int, str, str]] = []
    for ordinal, each in enumerate(items, start=1):
        texts += [
            (ordinal, "report.words", each.words),
            (ordinal, "report.place", each.place.words),
        ]
    texts += [(0, "contact.phone", contact.phone), (0, "contact.name", contact.name)]
    said = [each for each in texts if each[2]]
    if not said and not any(each.photos for each in items):
        return {}
    subject = vault.new_subject()
    submission.vault_subject = subject
    sealed = vault.seal_texts([(subject, kind, text) for _, kind, text in said]) if said else []
    kept = {(n, kind): one for (n, kind, _), one in zip(said, sealed, strict=True)}
    phone, name = kept.get((0, "contact.phone")), kept.get((0, "contact.name"))
    submission.contact_phone = phone.id if phone else None
    submission.contact_name = name.id if name else None
    return kept


def case_number(at: datetime) -> str:
    """A case's number: the local day and seven figures drawn by lot."""
    import secrets

    day = at.astimezone(jurisdiction.current().tz)
    return f"{day:%y%m%d}-{secrets.randbelow(10**7):07d}"


@dataclass(frozen=True)
class Spot:
    """A place as the ground knows it: the point in WGS84, the areas that hold it, and why those."""

    lng: float | None
    lat: float | None
    area_id: int | None
    chain: tuple[int | None, ...]
    reason: str
    boundary: int


def _spot(place: Place) -> Spot:
    boundary = territory.boundary_version()
    if place.lng is not None and place.lat is not None:
        from gridward.core.geodesy import to_wgs84

        lng, lat = to_wgs84(place.lng, place.lat, Datum(place.datum))
        found = territory.locate(lng, lat)
        return Spot(lng, lat, found.area_id, found.chain, found.reason, found.boundary_version)
    if place.area is not None:
        ground = territory.area(place.area)
        return Spot(None, None, ground.id, ground.chain, "chosen", boundary)
    return Spot(None, None, None, (None,) * 6, "none", boundary)


def _join(join: UUID, told: Told, spot: Spot, moment: datetime) -> tuple[Case, int] | None:
    """The case that a report is proposed to join, locked, and how far away it is in metres.

    A case that was merged meanwhile stands for its master; None when it cannot be joined (any
    more): a report is never refused for that.
    """
    found = queries.case_for_merge(join)
    if found is None or spot.lng is None or spot.lat is None:
        return None
    case = queries.lock_case(found.master_id or found.id)
    metres = queries.metres_to_join(case, matter=told.matter, lng=spot.lng, lat=spot.lat)
    if metres is None:
        return None
    case.reports_proposed += 1
    case.news_at = moment
    case.save(update_fields=["reports_proposed", "news_at"])
    return case, metres


def _new_case(
    matter_key: str, spot: Spot, submission: Submission, book: Catalogue, moment: datetime
) -> Case:
    """A case that has just begun, not stored yet."""
    matter = book.matters.get(matter_key) if matter_key else None
    process = book.process(matter.process) if matter else next(iter(book.processes.values()))
    case = Case(
        id=new_id(),
        number=case_number(moment),
        process=process.key,
        edition=book.number,
        matter=matter.key if matter else "",
        group=matter.group if matter else "",
        state=process.start,
        sensitivity=int(matter.sensitivity) if matter else 0,
        safety=matter.safety if matter else False,
        channel=submission.channel,
        area_id=spot.area_id,
        boundary=spot.boundary,
        lng=spot.lng,
        lat=spot.lat,
        desk_id=desk_for(str(matter.starts_at) if matter else "street", spot.chain),
        opened_at=moment,
        due_order=END_OF_TIME,
        contactable=1 if submission.has_contact else 0,
    )
    case.chain = spot.chain
    hold(case, process_rules.holder_kind(process, process.start))
    return case


def _new_report(
    submission: Submission,
    told: Told,
    ordinal: int,
    spot: Spot,
    case: Case,
    commitments: dict[tuple[int, str], vault.Sealed],
    moment: datetime,
) -> Report:
    place = told.place
    words = commitments.get((ordinal, "report.words"))
    place_words = commitments.get((ordinal, "report.place"))
    return Report(
        id=new_id(),
        submission=submission,
        ordinal=ordinal,
        case=case,
        first_case=case,
        matter=told.matter if told.matter in catalogue().matters else "",
        words=words.id if words else None,
        place_words=place_words.id if place_words else None,
        raw_lng=place.lng,
        raw_lat=place.lat,
        datum=place.datum if place.lng is not None else "",
        lng=spot.lng,
        lat=spot.lat,
        locate_reason=spot.reason,
        boundary=spot.boundary,
        area_id=spot.area_id,
        submitted_at=moment,
    )


# --- a case of its own, later ---------------------------------------------------------------------


def open_own_case(
    report: Report, joined: Case, *, actor: Acting, at: datetime, cause: str = "refused"
) -> Case:
    """A report that was proposed to join gets a case of its own, with clocks from its own time.

    cause: refused by the desk, or ended: the case it waited to join has ended.
    """
    book = catalogue()
    submission = report.submission
    case = _new_case(report.matter, _spot_of(report), submission, book, report.submitted_at)
    while queries.known_numbers([case.number]):
        case.number = case_number(report.submitted_at)
    if submission.erased_at is not None:
        case.contactable = 0
    work = _begin_clocks(case, book, actor, report.submitted_at)
    db.insert_many(Case, [case])
    db.insert_many(Clock, work.new_clocks)
    report.case = report.first_case = case
    report.join_state = "own"
    report.save(update_fields=["case", "first_case", "join_state"])
    CaseFile.objects.filter(report=report).update(case=case)
    queries.refresh_search(case, book)
    note_opened(case, actor, at)
    if cause != "refused":  # the step that refuses notes it itself
        note(
            "report.join_refused",
            report.id,
            actor=actor.ref,
            at=at,
            case=joined.id,
            own=case.id,
            cause=cause,
        )
    return case


def _spot_of(report: Report) -> Spot:
    """A stored report's place on the ground of today."""
    if report.lng is not None and report.lat is not None:
        return _spot(Place(report.lng, report.lat))
    return _spot(Place(area=report.area_id))


def release_proposed(work: Work) -> None:
    """The case has ended: whoever waited to be joined gets a case of their own."""
    if work.case.master_id is None:
        for report in queries.proposed_reports(work.case.id):
            open_own_case(report, work.case, actor=work.actor, at=work.at, cause="ended")
        work.case.reports_proposed = 0


def desk_for(level: str, chain: Sequence[int | None]) -> UUID:
    """The desk where a report begins. Raises NoDesk before any desk was made."""

    def at(which: str) -> UUID | None:
        kind = queries.DESK_KINDS[which]
        for each in directory.organisations(kind=kind):
            if which == "district" or (each.area_id is not None and each.area_id in chain):
                return each.id
        return None

    try:
        chosen = choose_start(level, any(chain), at)
    except NoSuchOrganisation:
        chosen = None
    if chosen is None:
        raise errors.NoDesk()
    return chosen[0]


def _begin_clocks(case: Case, book: Catalogue, actor: Acting, moment: datetime) -> Work:
    process: Process = book.process(case.process)
    work = Work(
        case=case,
        actor=actor,
        at=moment,
        catalogue=book,
        process=process,
        assignments=[],
        clocks=[],
        facts=CaseFacts(id=case.id, state=case.state),
    )
    for milestone in book.milestones(process.key, None):
        if "submit" in milestone.starts and milestone.owner == "case":
            start_clock(work, milestone, "case", case.id)
    show_clock(case, work.clocks)
    return work


def _add_photos(
    case: Case,
    report: Report,
    told: Told,
    staged_by: str | None,
    person: UUID | None,
    moment: datetime,
) -> None:
    if not told.photos:
        return
    if case.sensitivity >= Sensitivity.RESTRICTED:
        raise errors.RestrictedWords()
    link_files(
        case,
        told.photos,
        kind="report",
        report=report,
        person=person,
        at=moment,
        staged_by=staged_by,
    )


def _tell(
    case: Case,
    report: Report,
    submission: Submission,
    told: Told,
    commitments: dict[tuple[int, str], vault.Sealed],
    actor: Acting,
    moment: datetime,
) -> None:
    words = commitments.get((report.ordinal, "report.words"))
    place = commitments.get((report.ordinal, "report.place"))
    note(
        "report.submitted",
        report.id,
        actor=actor.ref,
        at=moment,
        case=case.id,
        submission=submission.id,
        channel=submission.channel,
        matter=case.matter or None,
        area=case.area_id,
        boundary=report.boundary,
        reason=report.locate_reason,
        words=words.commitment if words else None,
        place=place.commitment if place else None,
        photos=len(told.photos),
        contact=submission.has_contact,
    )


def note_opened(case: Case, actor: Acting, moment: datetime) -> None:
    """The entry that says how a case began."""
    note(
        "case.opened",
        case.id,
        actor=actor.ref,
        at=moment,
        desk=case.desk_id,
        process=case.process,
        edition=case.edition,
        matter=case.matter or None,
        area=case.area_id,
        sensitivity=case.sensitivity,
        urgent=case.urgent,
    )
