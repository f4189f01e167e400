"""Every write of the catalogue: loading packs and taking decisions, each making a new edition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from gridward.catalog import checks, queries
from gridward.catalog.compiled import Content, digest_of
from gridward.catalog.decisions import Unfit, applied
from gridward.catalog.errors import EditionOutdated, Fault, NoCatalogue, PackFaulty
from gridward.catalog.loader import compile_packs
from gridward.catalog.models import Decision, Edition
from gridward.core.action import action, context
from gridward.core.ids import new_id
from gridward.journal.actions import ActorRef, bump_generation, note


@dataclass(frozen=True, slots=True)
class Made:
    """number: of the edition that now holds; is_new: whether this call made it."""

    number: int
    digest: str
    is_new: bool


def load_packs(
    packs: Iterable[str | Path], *, actor: ActorRef, remark: str = "", at: datetime | None = None
) -> Made:
    """A new edition from these packs and what they need, with every decision kept on top.

    The same content as the current edition makes none. packs: folders or keys, lowest first.
    Raises PackFaulty; nothing is changed then.
    """
    content = compile_packs(packs)  # before the transaction: reading files takes a while
    return make_edition(content, actor=actor, remark=remark, at=at)


@action
def make_edition(
    packs: Content, *, actor: ActorRef, remark: str = "", at: datetime | None = None
) -> Made:
    """A new edition of this packs' content with the decisions put in. Raises PackFaulty."""
    current = queries.lock_editions()
    try:
        content = applied(packs, queries.decided())
    except Unfit as fault:
        said = Fault("decisions", 1, "packs that every decision fits", str(fault))
        raise PackFaulty([said]) from None
    written = packs.canonical()
    canonical = written if content is packs else content.canonical()
    if not checks.is_sound(content, digest_of(canonical)):
        raise PackFaulty(checks.faults_of(content, queries.nowhere))
    return _edition(current, written, content, canonical, actor=actor, remark=remark, at=at)


@action
def decide(
    kind: str,
    payload: dict[str, Any],
    *,
    actor: ActorRef,
    source: str = "",
    based_on: int | None = None,
    at: datetime | None = None,
) -> Made:
    """A decision of this jurisdiction, recorded, and the edition that follows from it.

    kind: one of `decisions.KINDS`; payload: in the schema of the pack's entry
    source: the document it rests on
    based_on: the edition that whoever decided was looking at; any other is refused
    Raises DecisionFaulty, EditionOutdated, NoCatalogue.
    """
    current = queries.lock_editions()
    if current is None:
        raise NoCatalogue
    if based_on is not None and based_on != current.number:
        raise EditionOutdated(number=current.number)
    decision_id = new_id()
    key, content = queries.decided_content(current, kind, payload, str(decision_id))
    happened = at or context().recorded_at
    Decision.objects.create(
        id=decision_id,
        kind=kind,
        key=key,
        payload=payload,
        decided_by_kind=actor.kind,
        decided_by_id=str(actor.id),
        decided_at=happened,
        recorded_at=context().recorded_at,
        source=source,
    )
    made = _edition(
        current,
        current.packs,
        content,
        content.canonical(),
        actor=actor,
        remark=f"{kind} {key}",
        at=at,
    )
    note(
        "decision.taken",
        decision_id,
        actor=actor,
        at=happened,
        kind=kind,
        key=key,
        edition=made.number,
    )
    return made


def _edition(
    current: Edition | None,
    packs: str,
    content: Content,
    canonical: str,
    *,
    actor: ActorRef,
    remark: str,
    at: datetime | None,
) -> Made:
    digest = digest_of(canonical)
    if current is not None and current.digest == digest:
        return Made(current.number, digest, is_new=False)
    number = 1 if current is None else current.number + 1
    happened = at or context().recorded_at
    edition_id: UUID = new_id()
    Edition.objects.create(
        id=edition_id,
        number=number,
        digest=digest,
        stack=list(content.stack),
        packs=packs,
        content=canonical,
        created_at=happened,
        remark=remark[:200],
    )
    bump_generation("catalog")
    context().memo["catalog.made"] = number
    note(
        "edition.made",
        edition_id,
        actor=actor,
        at=happened,
        number=number,
        digest=digest,
        before=current.number if current else None,
    )
    return Made(number, digest, is_new=True)
