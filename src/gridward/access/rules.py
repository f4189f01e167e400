"""Pure decisions about who may."""

from __future__ import annotations

import hmac
import ipaddress
import math
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

INVITATION_DAYS = 14
IDLE = timedelta(minutes=30)
TOKEN_DAYS_MAX = 366
TRIES_KEPT = timedelta(days=1)


PERIOD_S = 30
RECOVERY_CODES = 10
SENT_KEPT = timedelta(days=30)
SECOND_STEP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Tallied:
    """How often something happened in its window so far, and when the window closes."""

    count: int = 0
    ends: datetime | None = None

    def minutes_left(self, now: datetime) -> int:
        """Whole minutes until the window has closed, at least one."""
        left = (self.ends - now).total_seconds() if self.ends is not None else 0.0
        return max(1, math.ceil(left / 60))


def steps_around(now: datetime) -> tuple[int, int, int]:
    """The periods whose codes are taken at `now`: this one, and one for clocks that go wrong."""
    step = int(now.timestamp()) // PERIOD_S
    return step, step - 1, step + 1


def fresh_step(code: str, shown: Mapping[int, str], last: int) -> int | None:
    """The period whose code was typed; None for a wrong one and for one that was used already.

    shown: period → its code; last: the last period for which a code was taken.
    """
    typed = "".join(sign for sign in code if sign.isdecimal())
    fits = [step for step, right in shown.items() if hmac.compare_digest(right, typed)]
    return next((step for step in sorted(fits) if step > last), None)


def needs_second_factor(roles: Iterable[str], required: Iterable[str]) -> bool:
    """Whether one of the roles may only be worked in with a second factor."""
    return not set(required).isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks and acts: one account in one of its posts. “May they?” is asked of it alone.

    account_id: None where a command works in the post's name;
    area_level: level of the post's area (1 is the top), 0 without an area;
    scope: area | organisation | none: how far the role reaches;
    token_id: set when a personal API token speaks for the account;
    for_post, absent_name: the post of somebody absent, in which the person stands in.
    """

    post_id: uuid.UUID
    account_id: uuid.UUID | None
    person_id: uuid.UUID
    person_name: str
    role: str
    scope: str
    organisation_id: uuid.UUID
    organisation_kind: str
    organisation_type_code: str
    area_id: int | None
    area_level: int
    capabilities: frozenset[str]
    token_id: uuid.UUID | None = None
    for_post: uuid.UUID | None = None
    absent_name: str = ""

    @property
    def posts(self) -> tuple[uuid.UUID, ...]:
        """The posts whose work is the viewer's: the present one, and whose place it takes."""
        return (self.post_id,) if self.for_post is None else (self.post_id, self.for_post)

    def may(self, capability: str) -> bool:
        """Whether the present post has this capability."""
        return capability in self.capabilities

    def may_any(self, *capabilities: str) -> bool:
        """Whether the present post has one of these."""
        return not self.capabilities.isdisjoint(capabilities)


@dataclass(frozen=True, slots=True)
class Grant:
    """One right with the post that it follows from: the answer to “why may they?”."""

    capability: str
    post_id: uuid.UUID
    role: str
    scope: str
    area_id: int | None
    organisation_id: uuid.UUID


def covers(area_id: int | None, chain: Sequence[int | None]) -> bool:
    """Whether ground `area_id` holds the place whose areas are `chain`."""
    return area_id is not None and area_id in chain


def choose_post(
    current: Sequence[uuid.UUID], asked: uuid.UUID | None, last: uuid.UUID | None = None
) -> uuid.UUID | None:
    """The post to work in: the one asked for, else the last one used, else the first held.

    current: posts held now, oldest first. A post that is not held is never chosen; asking for
    one gives None.
    """
    if asked is not None:
        return asked if asked in current else None
    if last is not None and last in current:
        return last
    return current[0] if current else None


def is_usable(
    expires_at: datetime, used_at: datetime | None, revoked_at: datetime | None, now: datetime
) -> bool:
    """Whether an invitation or a token still opens anything."""
    return used_at is None and revoked_at is None and now < expires_at


def is_idle(seen_at: datetime, now: datetime, limit: timedelta = IDLE) -> bool:
    """Whether somebody who was last active at `seen_at` must sign in again."""
    return now - seen_at >= limit


def is_loopback(address: str) -> bool:
    """Whether an IP address, with or without brackets, is this machine's own."""
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost"


def demo_sign_in_refusal(
    *, switch: bool, marked: bool, bind: str, remote: str, host: str, forwarded: bool
) -> str | None:
    """Why the demo's sign-in cards do not exist here; None when all conditions hold.

    switch: the demo setting; marked: the database says it is a demo; bind: address that the
    server listens on; remote: the caller's address; host: the name that was asked for, without
    port; forwarded: a proxy stands in between, so that `remote` says nothing.
    """
    if not switch:
        return "switch"
    if not marked:
        return "database"
    if not is_loopback(bind):
        return "bind"
    if forwarded or not is_loopback(remote):
        return "remote"
    if not is_loopback(host):
        return "host"
    return None


def held_capabilities(
    role: str, capabilities: Iterable[str], exclusive: Mapping[str, str]
) -> frozenset[str]:
    """What a role really gives: without what belongs to an administrator alone, whatever a pack
    says."""
    return frozenset(c for c in capabilities if exclusive.get(c, role) == role)


def exclusive_faults(
    roles: Mapping[str, Iterable[str]], exclusive: Mapping[str, str]
) -> list[tuple[str, str]]:
    """(role, capability) pairs where a role has what belongs to another administrator alone."""
    return [
        (role, capability)
        for role, capabilities in roles.items()
        for capability in sorted(capabilities)
        if exclusive.get(capability, role) != role
    ]
