"""Decisions about notices: when one may go out, what is told together, when to try again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

CHANNELS = ("sms", "email", "wecom")
RECIPIENTS = ("reporter", "post", "organisation")
STATES = ("waiting", "held", "sending", "sent", "failed", "dropped")
UNDER_WAY = ("waiting", "held", "sending")

NEWS_FOR = timedelta(hours=48)
"""What happened longer ago is no news: an import, a replay or a worker that slept tells nobody."""

BATCH = 100
CLAIM = timedelta(minutes=5)
"""How long a worker has for a batch; then another takes it up."""
PATIENCE = timedelta(seconds=90)
"""How long one batch may talk to the network; what is left waits for the next."""
DOWN_AFTER = 3
"""So many failures in a row and a channel is left alone for the rest of the batch."""
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
"""Between the tries; after the last the notice has failed."""
REPLY_SPAN = timedelta(days=15)
"""A reply belongs to a question that was sent so long ago at most."""
REPLY_AGE = timedelta(minutes=10)
"""A gateway's call must be so fresh, or its signature is not believed."""
BUNDLED_MOST = 3
"""So many matters are named in one text message; the rest is counted."""
KEPT = timedelta(days=180)


def is_news(happened_at: datetime, now: datetime) -> bool:
    """Whether somebody should still be told."""
    return now - happened_at <= NEWS_FOR


def next_opening(at: datetime, quiet: Iterable[tuple[str, str]], zone: ZoneInfo) -> datetime:
    """The first moment from `at` on that lies in no quiet window; `at` itself when none holds.

    quiet: (from, to) as HH:MM of local time, each within one day; to may be 24:00
    """
    windows = [(_minutes(start), _minutes(end)) for start, end in quiet]
    moment = at
    for _ in range(2 * len(windows) + 1):
        local = moment.astimezone(zone)
        minute = local.hour * 60 + local.minute
        within = next((end for start, end in windows if start <= minute < end), None)
        if within is None:
            return moment
        day = local.date() + timedelta(days=within // 1440)
        opening = datetime.combine(day, time((within % 1440) // 60, within % 60), zone)
        moment = opening.astimezone(at.tzinfo)
    return moment


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many tries; None when it is enough."""
    return PAUSES[attempts - 1] if 1 <= attempts <= len(PAUSES) else None


# --- what goes out together -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Composed:
    """One notice, ready to be said. Exists while it is being sent and is stored nowhere.

    addresses: numbers or names at the channel; subject: what it is about, so that a newer notice
    takes an older one's place; brief: its part of a bundle; frame: sentences around a bundle, with
    {parts} and {more}; asks: stands alone, because an answer is understood by it
    """

    id: UUID
    channel: str
    addresses: tuple[str, ...]
    subject: str
    text: str
    brief: str = ""
    frame: tuple[str, str] = ("", "")
    asks: bool = False
    title: str = ""
    key: str = ""
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message: the notice that leads it, and those that it tells of besides."""

    lead: Composed
    text: str
    members: tuple[UUID, ...] = field(default=())


def bundled(notices: Sequence[Composed]) -> list[Outgoing]:
    """One message for each person, but that a question stands alone.

    Of several notices about the same matter the newest is said and covers the others. notices:
    oldest first.
    """
    people: dict[tuple[str, tuple[str, ...]], list[Composed]] = {}
    for one in notices:
        people.setdefault((one.channel, one.addresses), []).append(one)
    found: list[Outgoing] = []
    for own in people.values():
        newest: dict[str, Composed] = {}
        covered: dict[str, list[UUID]] = {}
        for one in own:
            before = newest.pop(one.subject, None)
            if before is not None:
                covered.setdefault(one.subject, []).append(before.id)
            newest[one.subject] = one
        told = list(newest.values())
        alone = [one for one in told if one.asks]
        rest = [one for one in told if not one.asks]
        for one in alone:
            found.append(Outgoing(one, one.text, tuple(covered.get(one.subject, ()))))
        if rest:
            found.append(_together(rest, covered))
    return found


def _together(rest: Sequence[Composed], covered: dict[str, list[UUID]]) -> Outgoing:
    lead = rest[0]
    members = [one.id for one in rest[1:]]
    for one in rest:
        members += covered.get(one.subject, [])
    if len(rest) == 1:
        return Outgoing(lead, lead.text, tuple(members))
    if lead.channel != "sms":
        text = "\n".join(dict.fromkeys(one.text for one in rest))
        return Outgoing(lead, text, tuple(members))
    named, more = rest[:BUNDLED_MOST], len(rest) - BUNDLED_MOST
    frame = lead.frame[1] if more > 0 else lead.frame[0]
    parts = _joined([one.brief for one in named], frame)
    return Outgoing(lead, frame.format(parts=parts, more=more), tuple(members))


def _joined(parts: Sequence[str], frame: str) -> str:
    chinese = any("\u4e00" <= sign <= "\u9fff" for sign in frame)
    return ("；" if chinese else "; ").join(dict.fromkeys(parts))


# --- answers --------------------------------------------------------------------------------------

Answer = Literal["solved", "no", "words"]
_WIDE = str.maketrans("１２", "12")


def understood(text: str) -> Answer:
    """What a reply says: 1 solved, 2 not solved, everything else is words for the caller."""
    plain = text.translate(_WIDE).strip().strip("。.！!“”\"'【】[]")
    return "solved" if plain == "1" else "no" if plain == "2" else "words"


def is_signed(secret: str, stamp: str, body: bytes, signature: str) -> bool:
    """Whether `signature` is HMAC-SHA256, in hex, of "stamp.body" with the shared secret."""
    wanted = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, signature.strip().lower())


def is_fresh(stamp: str, now: datetime) -> bool:
    """Whether a stamp (seconds since 1970) lies near enough to now."""
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        return False
    return abs(now.timestamp() - int(stamp)) <= REPLY_AGE.total_seconds()


def is_mobile(digits: str) -> bool:
    """Whether text messages reach this number (of the mainland, or with a country's code)."""
    if len(digits) == 11 and digits[0] == "1":
        return digits[1] in "3456789"
    return len(digits) > 11 and not digits.startswith("0")
