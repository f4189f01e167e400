"""One-time links: the lead works on one page where its organisation has no account."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.actions.given import Given
from gridward.cases.actions.steps import take_step
from gridward.cases.actions.work import Acting
from gridward.cases.models import OutsideLink
from gridward.cases.queries.links import LINK_RIGHTS, link_actor, live_link
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.action import action
from gridward.core.errors import NotAllowed, NotFound
from gridward.core.ids import new_id
from gridward.directory import queries as directory
from gridward.journal.actions import note
from gridward.journal.rules import ActorRef

LINK_DAYS = 14


@dataclass(frozen=True)
class MadeLink:
    """A new link. token: shown once, never stored."""

    id: UUID
    token: str
    expires_at: datetime


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@action
def make_link(
    case_id: UUID, *, by: Viewer, version: int | None = None, at: datetime | None = None
) -> MadeLink:
    """A one-time link for the organisation that leads a case; an earlier one stops working.

    For whoever dispatches at the case's desk. Raises NotFound, NotAllowed, LinkRestricted,
    LinkWithoutLead, LinkUnneeded, CaseChanged.
    """
    queries.case_for(by, case_id)
    case = queries.lock_case(case_id)
    if not by.may("case.dispatch") or by.organisation_id != case.desk_id:
        raise NotAllowed()
    if version is not None and version != case.version:
        name, when = queries.last_actor(case)
        raise errors.CaseChanged(name=name, time=when)
    if case.sensitivity >= Sensitivity.RESTRICTED:
        raise errors.LinkRestricted()
    lead = next((a for a in queries.active_assignments(case.id) if a.role == "lead"), None)
    if lead is None:
        raise errors.LinkWithoutLead()
    if directory.staff_of(lead.organisation_id):
        raise errors.LinkUnneeded()
    moment = at or wall.now()
    for old in queries.lock_links_of(case.id):
        _revoke(old, by, moment)
    token = secrets.token_urlsafe(24)
    link = OutsideLink.objects.create(
        id=new_id(),
        case=case,
        assignment=lead,
        organisation_id=lead.organisation_id,
        digest=digest_of(token),
        made_by=by.post_id,
        made_at=moment,
        expires_at=moment + timedelta(days=LINK_DAYS),
    )
    note(
        "case.link_made",
        case.id,
        actor=ActorRef("post", by.post_id),
        at=moment,
        link=link.id,
        organisation=link.organisation_id,
        expires=link.expires_at,
    )
    return MadeLink(link.id, token, link.expires_at)


def _revoke(link: OutsideLink, by: Viewer, moment: datetime) -> None:
    link.revoked_at = moment
    link.save(update_fields=["revoked_at"])
    note(
        "case.link_revoked",
        link.case_id,
        actor=ActorRef("post", by.post_id),
        at=moment,
        link=link.id,
        organisation=link.organisation_id,
    )


@action
def revoke_link(case_id: UUID, link: UUID, *, by: Viewer, at: datetime | None = None) -> None:
    """Take a link back; it stops working at once. Again is harmless.

    Raises NotFound, NotAllowed.
    """
    queries.case_for(by, case_id)
    case = queries.lock_case(case_id)
    if not by.may("case.dispatch") or by.organisation_id != case.desk_id:
        raise NotAllowed()
    found = queries.lock_link(link)
    if found.case_id != case.id:
        raise NotFound()
    if found.revoked_at is None and found.used_at is None:
        _revoke(found, by, at or wall.now())


@action
def open_link(token: str, *, at: datetime | None = None) -> UUID:
    """The link's id; that it was opened for the first time is noted. Raises LinkGone."""
    moment = at or wall.now()
    link = live_link(digest_of(token), moment)
    if link.opened_at is None:
        queries.lock_case(link.case_id)
        locked = queries.lock_link(link.id)
        if locked.opened_at is None:
            locked.opened_at = moment
            locked.save(update_fields=["opened_at"])
            note(
                "case.link_opened",
                link.case_id,
                actor=ActorRef("link", link.id),
                at=moment,
                link=link.id,
                organisation=link.organisation_id,
            )
    return link.id


@action
def take_link_step(
    token: str, key: str, *, version: int, given: Given, at: datetime | None = None
) -> None:
    """What the organisation does by its link: the same steps under the same guards as with an
    account. With the result the link is used up.

    Raises LinkGone, StepNotOpen and whatever a guard refuses with.
    """
    moment = at or wall.now()
    found = live_link(digest_of(token), moment)
    case = queries.lock_case(found.case_id)
    link = queries.lock_link(found.id)
    if link.used_at is not None or link.revoked_at is not None or not link.assignment.active:
        raise errors.LinkGone()
    step = catalogue(case.edition).process(case.process).step(key)
    if step is None or not LINK_RIGHTS & set(step.by):
        raise errors.UnknownStep()
    actor = Acting(ActorRef("link", link.id), link_actor(link.organisation_id))
    take_step(case.id, key, actor=actor, given=given, version=version, at=moment)
    if "record_disposal" in step.effects:
        link.used_at = moment
        link.save(update_fields=["used_at"])
