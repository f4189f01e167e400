"""What takes two people: one proposes a step with grounds, another one confirms or refuses it.

Which step proposes which stands in the process (`proposes`); whoever may take the proposed step is
who may confirm it, and never the one who proposed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from gridward.access.rules import Viewer
from gridward.cases import errors, queries
from gridward.cases.actions.effects import EFFECTS, effect
from gridward.cases.actions.given import Given, clean
from gridward.cases.actions.steps import take_step
from gridward.cases.actions.work import SYSTEM, Work, acting_post, keep_words, round_of
from gridward.cases.models import Case, Proposal
from gridward.catalog.definitions import OUTSIDERS
from gridward.core import clock as wall
from gridward.core.action import action
from gridward.core.ids import new_id
from gridward.journal.actions import note, note_many
from gridward.vault import queries as vault

LAPSE_AT_ONCE = 200
PAYLOAD = ("close_type", "reason")  # codes that the proposed step is taken with


@effect
def make_proposal(work: Work, given: Given) -> None:
    """The step is proposed, with grounds; nothing else happens before another person agrees."""
    step = work.taking
    if step is None or step.proposes is None:
        raise errors.UnknownStep()
    proposed = work.step(step.proposes)
    waiting = Proposal.objects.filter(case=work.case, step=proposed.key, state="open").first()
    if waiting is not None:
        if waiting.expires_at > work.at and waiting.round == work.case.round:
            raise errors.ProposedAlready()
        _decide(waiting, "lapsed", at=work.at)
    assert work.actor.post is not None and work.actor.facts.person is not None
    grounds, given.memo["words"] = keep_words(work, "proposal.grounds", given.words)
    reply = None
    if given.reply:
        reply, given.memo["reply"] = keep_words(work, "proposal.reply", given.reply)
    made = Proposal.objects.create(
        id=new_id(),
        case=work.case,
        step=proposed.key,
        payload={name: getattr(given, name) for name in PAYLOAD if getattr(given, name)},
        round=work.case.round,
        capability=next(name for name in proposed.by if name not in OUTSIDERS),
        grounds=grounds,
        reply=reply,
        proposed_at=work.at,
        proposed_by=work.actor.post,
        proposed_person=work.actor.facts.person,
        expires_at=work.at + timedelta(days=work.catalogue.settings.proposal_days),
    )
    given.memo["proposal"] = made.id
    given.memo["step"] = made.step
    given.memo["expires"] = made.expires_at


@effect
def confirm_proposal(work: Work, given: Given) -> None:
    """A second person agrees; what was written for the reporter becomes the reply."""
    found = _held(work, given)
    _decide(found, "confirmed", at=work.at, by=work.actor.post, person=work.actor.facts.person)
    record = round_of(work)
    reply = vault.open_text(found.reply) if found.reply is not None else None
    if reply:
        record.reply, _commitment = keep_words(work, "case.reply", reply)
        record.save()
    note(
        "case.proposal_confirmed",
        work.case.id,
        actor=work.actor.ref,
        at=work.at,
        proposal=found.id,
        step=found.step,
        proposed_by=found.proposed_by,
    )


@effect
def refuse_proposal(work: Work, given: Given) -> None:
    """A second person does not agree, and says why."""
    found = _held(work, given)
    words, given.memo["words"] = keep_words(work, "proposal.decision", given.words)
    _decide(
        found,
        "refused",
        at=work.at,
        by=work.actor.post,
        person=work.actor.facts.person,
        words=words,
    )
    given.memo["proposal"] = found.id
    given.memo["step"] = found.step


@effect
def close_forced(work: Work, given: Given) -> None:
    """The case ends by special approval: it counts among no results, and apart from all others."""
    EFFECTS["close_case"](work, replace(given, close_type="forced"))


def _held(work: Work, given: Given) -> Proposal:
    if given.proposal is None:
        raise errors.SecondPersonMissing()
    found = queries.lock_proposal(given.proposal)
    fits = found.case_id == work.case.id and found.round == work.case.round
    taking = work.taking.key if work.taking is not None else ""
    refusing = work.taking is not None and "refuse_proposal" in work.taking.effects
    if (
        not fits
        or found.state != "open"
        or found.expires_at <= work.at
        or (found.step != taking and not refusing)
    ):
        raise errors.ProposalGone()
    return found


def _decide(
    found: Proposal,
    state: str,
    *,
    at: datetime,
    by: UUID | None = None,
    person: UUID | None = None,
    words: UUID | None = None,
) -> None:
    found.state, found.decided_at = state, at
    found.decided_by, found.decided_person, found.decision = by, person, words
    found.save(update_fields=["state", "decided_at", "decided_by", "decided_person", "decision"])


# --- the verbs ----------------------------------------------------------------------------------


@action
def propose_force_close(
    case_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    words: str,
    reply: str,
    at: datetime | None = None,
) -> Case:
    """Propose to close a case by special approval; another person confirms or refuses.

    words: the grounds, for whoever decides; reply: what its reporters will read.
    Raises ReasonMissing, ReplyMissing, ProposedAlready, StepNotOpen.
    """
    if not clean(reply):
        raise errors.ProposalReplyMissing()
    given = Given(words=clean(words), reply=clean(reply))
    return take_step(
        case_id, "propose_force_close", actor=acting_post(by), given=given, version=version, at=at
    )


@action
def confirm_force_close(
    case_id: UUID,
    proposal_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    at: datetime | None = None,
) -> Case:
    """Confirm what somebody else proposed: the case is closed by special approval.

    Raises SecondPersonMissing, SameProposer, ProposalGone, StepNotOpen.
    """
    return take_step(
        case_id,
        "force_close",
        actor=acting_post(by),
        given=Given(proposal=proposal_id),
        version=version,
        at=at,
    )


@action
def refuse_force_close(
    case_id: UUID,
    proposal_id: UUID,
    *,
    by: Viewer,
    version: int | None,
    words: str,
    at: datetime | None = None,
) -> Case:
    """Do not agree to what somebody else proposed; the case goes on as it stands."""
    given = Given(proposal=proposal_id, words=clean(words))
    return take_step(
        case_id, "refuse_force_close", actor=acting_post(by), given=given, version=version, at=at
    )


@action
def lapse_proposals(*, now: datetime | None = None) -> int:
    """End proposals that nobody decided on in time; returns how many. A few statements at once."""
    moment = now or wall.now()
    lapsed = queries.lock_lapsed_proposals(moment, LAPSE_AT_ONCE)
    if not lapsed:
        return 0
    Proposal.objects.filter(id__in=[found.id for found in lapsed]).update(
        state="lapsed", decided_at=moment
    )
    note_many(
        "case.proposal_lapsed",
        [(found.case_id, {"proposal": found.id, "step": found.step}) for found in lapsed],
        actor=SYSTEM.ref,
        at=moment,
    )
    return len(lapsed)
