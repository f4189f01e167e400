"""One-time links: which are live, and what their one page shows. Nothing of any reporter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors
from gridward.cases.models import Case, CaseFile, OutsideLink, Report
from gridward.cases.queries.reading import active_assignments, facts_of
from gridward.cases.rules import process as process_rules
from gridward.cases.rules.facts import ActorFacts
from gridward.cases.rules.masking import masked
from gridward.catalog.definitions import SAME, Sensitivity, Step
from gridward.catalog.queries import catalogue
from gridward.core.errors import NotFound
from gridward.directory import queries as directory
from gridward.directory.rules import Organisation
from gridward.territory import queries as territory
from gridward.vault import queries as vault

LINK_RIGHTS = frozenset({"case.acknowledge", "case.progress", "case.dispose"})


@dataclass(frozen=True)
class LinkCard:
    """A link as the desk sees it. state: live, used, revoked or expired."""

    id: UUID
    organisation: Organisation
    made_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    used_at: datetime | None
    state: str


@dataclass(frozen=True)
class LinkStep:
    """Something that the organisation may do. asks: result, words or nothing ("")."""

    key: str
    title: object
    asks: str


@dataclass(frozen=True)
class LinkPage:
    """What an organisation without an account is shown of the case it leads.

    words, places: what reporters wrote, numbers masked; photos: theirs, of before the work; films:
    those of them that are a film's first picture; unheard: how many voice notes are left out. A
    voice says who speaks, and a number spoken cannot be masked: no sound ever stands here. steps:
    those that move the case, or that ask for what the page has a field for.
    """

    case: UUID
    number: str
    version: int
    title: object
    words: tuple[str, ...]
    place: str
    places: tuple[str, ...]
    lng: float | None
    lat: float | None
    photos: tuple[UUID, ...]
    films: frozenset[UUID]
    unheard: int
    proof: str
    closing: object
    due_at: datetime | None
    organisation: Organisation
    steps: tuple[LinkStep, ...]
    expires_at: datetime
    edition: int


def link_actor(organisation: UUID) -> ActorFacts:
    """An organisation that comes by a link, as the rules see it."""
    return ActorFacts(kind="link", organisation=organisation, capabilities=LINK_RIGHTS)


def live_link(digest: str, now: datetime) -> OutsideLink:
    """The link with this digest, while it works. Raises LinkGone, whatever the reason."""
    found = (
        OutsideLink.objects.select_related("case", "assignment")
        .filter(digest=digest, used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)
        .first()
    )
    if found is None or not found.assignment.active:
        raise errors.LinkGone()
    if found.case.sensitivity >= Sensitivity.RESTRICTED:  # it became so after the link was made
        raise errors.LinkGone()
    return found


def link_page(digest: str, now: datetime) -> LinkPage:
    """What stands on the page of a live link. Raises LinkGone."""
    link = live_link(digest, now)
    case: Case = link.case
    book = catalogue(case.edition)
    facts = facts_of(case, active_assignments(case.id), book)
    actor = link_actor(link.organisation_id)
    open_steps = process_rules.steps_open_to(book.process(case.process), facts, actor, now)
    reports = list(
        Report.objects.filter(case=case, withdrawn_at__isnull=True).order_by("submitted_at", "id")
    )
    texts = vault.open_texts([x for r in reports for x in (r.words, r.place_words)])
    files = list(
        CaseFile.objects.filter(case=case, report__in=reports)
        .order_by("added_at", "id")
        .values_list("id", "media")
    )
    matter = book.matters.get(case.matter)
    condition = book.conditions.get(case.condition)
    return LinkPage(
        case=case.id,
        number=case.number,
        version=case.version,
        title=matter.title if matter else "",
        words=_masked(texts.get(r.words) for r in reports if r.words),
        place=territory.path_name(next(a for a in reversed(case.chain) if a is not None))
        if any(case.chain)
        else "",
        places=_masked(texts.get(r.place_words) for r in reports if r.place_words),
        lng=case.lng,
        lat=case.lat,
        photos=tuple(id for id, media in files if media != "voice"),
        films=frozenset(id for id, media in files if media == "video"),
        unheard=sum(media == "voice" for _id, media in files),
        proof=condition.proof if condition else "none",
        closing=condition.closing if condition else "",
        due_at=case.due_at,
        organisation=directory.organisation(link.organisation_id),
        steps=tuple(
            LinkStep(each.key, each.title, _asks(each))
            for each in open_steps
            if LINK_RIGHTS & set(each.by) and (_asks(each) or each.to != SAME)
        ),
        expires_at=link.expires_at,
        edition=case.edition,
    )


def _masked(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(masked(each) for each in texts if each)


def _asks(step: Step) -> str:
    if "record_disposal" in step.effects:
        return "result"
    return "words" if "reason_given" in step.guards else ""


def photo_of_link(digest: str, photo_id: UUID, now: datetime) -> tuple[UUID, bool]:
    """The vault's file behind a reporter's photo of the link's case, and whether only its small
    picture may be given: of a film that is the first one, without sound.

    Raises LinkGone, NotFound.
    """
    link = live_link(digest, now)
    found = (
        CaseFile.objects.filter(
            id=photo_id, case=link.case, report__isnull=False, report__withdrawn_at__isnull=True
        )
        .exclude(media="voice")
        .values_list("file", "media")
        .first()
    )
    if found is None:
        raise NotFound()
    file_id, media = found
    return file_id, media != "photo"


def links_of(viewer: Viewer, case: UUID, now: datetime) -> list[LinkCard]:
    """The links of a case, newest first, for whoever dispatches at its desk; one statement."""
    if not viewer.may("case.dispatch"):
        return []
    rows = OutsideLink.objects.filter(case=case, case__desk=viewer.organisation_id)
    return [
        LinkCard(
            id=row.id,
            organisation=directory.organisation(row.organisation_id),
            made_at=row.made_at,
            expires_at=row.expires_at,
            opened_at=row.opened_at,
            used_at=row.used_at,
            state=_state(row, now),
        )
        for row in rows.order_by("-made_at")
    ]


def _state(link: OutsideLink, now: datetime) -> str:
    if link.used_at is not None:
        return "used"
    if link.revoked_at is not None:
        return "revoked"
    return "live" if link.expires_at > now else "expired"
