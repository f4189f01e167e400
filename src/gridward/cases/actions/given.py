"""What people hand in with a step, and what the rules need to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from gridward.cases import queries
from gridward.cases.actions.work import Work
from gridward.cases.models import Case
from gridward.cases.rules.facts import Inputs
from gridward.core.text import without_controls

WORDS_MAX = 2000


@dataclass(frozen=True)
class Given:
    """Everything that can come with a step; each verb asks for its own part.

    words: grounds, decision, reason in words or progress note, as the step has it; photos: ids of
    staged files; desk: level word or id of the desk it goes to; master: the case to join.
    """

    matter: str = ""
    condition: str = ""
    area: int | None = None
    lead: UUID | None = None
    leads: int | None = None
    helpers: Sequence[UUID] = ()
    informed: Sequence[UUID] = ()
    reason: str = ""
    words: str = ""
    suggested: UUID | None = None
    after_look: bool = False
    internal: str = ""
    reply: str = ""
    close_type: str = ""
    photos: Sequence[UUID] = ()
    desk: UUID | None = None
    master: UUID | None = None
    task: UUID | None = None
    result: str = ""
    receipt_fits: bool = False
    memo: dict[str, object] = field(default_factory=dict, compare=False)


def clean(text: str) -> str:
    """Typed words without control characters and outer space; at most WORDS_MAX characters."""
    from gridward.cases.errors import WordsTooLong

    plain = without_controls(text).strip()
    if len(plain) > WORDS_MAX:
        raise WordsTooLong(count=len(plain), max=WORDS_MAX)
    return plain


def inputs_of(work: Work, given: Given) -> Inputs:
    """The step's inputs as the guards see them."""
    case, book = work.case, work.catalogue
    settings = book.settings
    listed = {r.key for r in (*settings.decline_reasons, *settings.void_reasons)}
    master = queries.case_for_merge(given.master) if given.master else None
    return Inputs(
        matter=given.matter,
        condition=given.condition,
        reason=given.reason or given.words,
        reason_listed=given.reason in listed,
        lead=given.lead,
        lead_open=given.lead is None or queries.may_dispatch_to(case, book, given.lead),
        leads=given.leads if given.leads is not None else (1 if given.lead else 0),
        grounds=bool(given.words),
        suggested=given.suggested,
        decision=bool(given.words),
        internal=bool(given.internal),
        reply=bool(given.reply),
        photos=len(given.photos),
        words=bool(given.words),
        master_open=master is not None and master.is_open and master.master_id is None,
        master_same=master is not None and _may_join(case, master),
        within_reopen=within(case.closed_at, work.at, settings.reopen_days),
        receipt_fits=given.receipt_fits,
    )


def _may_join(case: Case, master: Case) -> bool:
    same = not case.matter or not master.matter or case.matter == master.matter
    return master.id != case.id and same and case.sensitivity == master.sensitivity


def within(since: datetime | None, at: datetime, days: int) -> bool:
    """Whether `at` lies within so many natural days after `since`."""
    return since is not None and at <= since + timedelta(days=days)
