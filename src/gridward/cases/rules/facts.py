"""What the rules look at: plain values, gathered by queries, judged by guards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

Holder = Literal["desk", "organisation", "worker", "chief", "caller", "none"]


@dataclass(frozen=True)
class LeadFacts:
    """The present lead assignment."""

    organisation: UUID
    dispatched_at: datetime
    acknowledged: bool
    binding: bool
    return_until: datetime | None = None


@dataclass(frozen=True)
class CaseFacts:
    """A case as the rules see it.

    returns: how many returns were asked for in this round; returned_by: organisations that used
    their one return; contactable: confirmed reports with contact; waiting: those of them that
    neither answered nor were tried as often as the policy asks.
    """

    id: UUID
    state: str
    round: int = 1
    version: int = 1
    placed: bool = True
    matter: str = ""
    condition: str = ""
    proof: Literal["none", "optional", "required"] = "none"
    check: Literal["desk", "site"] = "desk"
    urgent: bool = False
    restricted: bool = False
    desk: UUID | None = None
    lead: LeadFacts | None = None
    returns: int = 0
    returned_by: frozenset[UUID] = frozenset()
    acted: frozenset[UUID] = frozenset()
    check_needed: bool = False
    reports: int = 1
    safety: bool = False
    contactable: int = 0
    waiting: int = 0
    unsolved: int = 0
    reopened: int = 0
    closed_at: datetime | None = None
    objected: int = 0
    declined_person: UUID | None = None
    proposed: int = 0
    helpers: frozenset[UUID] = frozenset()
    chain: tuple[int | None, ...] = ()
    agreed: frozenset[str] = frozenset()  # milestones that its filing condition adds
    reported: frozenset[UUID] = frozenset()  # staff who reported it, while it is being verified


@dataclass(frozen=True)
class ActorFacts:
    """Who asks for a step.

    kind: post, reporter, system, import or link; acts: everybody whom the journal knows as this
    person's posts (a checker must differ from the handler by person, not by post).
    """

    kind: Literal["post", "reporter", "system", "import", "link"]
    post: UUID | None = None
    person: UUID | None = None
    organisation: UUID | None = None
    capabilities: frozenset[str] = frozenset()
    area: int | None = None
    area_level: int = 0
    check_task: bool = False

    def may(self, capability: str) -> bool:
        return capability in self.capabilities


@dataclass(frozen=True)
class Inputs:
    """What came with the step, reduced to what guards ask."""

    matter: str = ""
    condition: str = ""
    reason: str = ""
    reason_listed: bool = True
    lead: UUID | None = None
    lead_open: bool = True
    leads: int = 1
    grounds: bool = False
    suggested: UUID | None = None
    decision: bool = False
    internal: bool = False
    reply: bool = False
    photos: int = 0
    words: bool = False
    master_open: bool = False
    master_same: bool = False
    within_reopen: bool = True
    receipt_fits: bool = False
    within_object: bool = True
    may_part: bool = False
    may_hurry: bool = True
    join_proposed: bool = False
    after_look: bool = False
    call: str = ""
    reached: bool = False
    colleague: bool = False
    flags: frozenset[str] = field(default_factory=frozenset)
    settled_by: frozenset[str] = frozenset()  # who may settle it on the spot, by its condition
    spot_proof: str = "none"
    before: int = 0
    changes: bool = False
    second_person: str = ""  # of a proposal: "" none or gone, same, other
    came: int = 0  # how many organisations that take part came to the place
    archive_due: bool = False
    pending: bool = False
