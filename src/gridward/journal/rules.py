"""What an entry, a seal and a delivery are made of: pure, no clock, no database."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

ACTOR_KINDS = ("post", "reporter", "system", "import", "link")
"""Who may stand as the doer of an entry: a post, a reporter, the system itself, an import, an
organisation without accounts by a one-time link."""

LARGEST_NUMBER = 2**53 - 1
"""JSON readers may hold numbers as doubles; RFC 8785 ends here."""

CODE = re.compile(r"[A-Za-z0-9_.:@/+-]{1,120}\Z")
COMMITMENT = re.compile(r"[A-Za-z0-9_-]{43}\Z")


@dataclass(frozen=True, slots=True)
class ActorRef:
    """Who did it: a kind of `ACTOR_KINDS` and an id (the post, the submission, a component)."""

    kind: str
    id: UUID | int | str

    def __post_init__(self) -> None:
        if self.kind not in ACTOR_KINDS:
            raise ValueError(f"{self.kind!r} is not a kind of actor; use one of {ACTOR_KINDS}")
        if not CODE.match(str(self.id)):
            raise ValueError("an actor's id is a UUID, a number or a code")


class Unfit(ValueError):
    """A value that its declared kind does not take; the message names no value."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The declared shape of one detail.

    fit: returns the JSON value to store, or raises `Unfit`
    """

    name: str
    fit: Callable[[Any], Any]
    is_optional: bool = False


def _fit_ref(value: Any) -> str | int:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bool):
        raise Unfit("is not an id")
    if isinstance(value, int) and abs(value) <= LARGEST_NUMBER:
        return value
    if isinstance(value, str):
        try:
            return str(UUID(value))
        except ValueError:
            pass
    raise Unfit("is not an id (UUID or whole number)")


def _fit_code(value: Any) -> str:
    text = str(value) if isinstance(value, str) else None
    if text is None or not CODE.match(text):
        raise Unfit("is not a code (1 to 120 of A-Z a-z 0-9 _ . : @ / + -)")
    return text


def _fit_moment(value: Any) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Unfit("is not an aware moment")
    return moment_text(value)


def _fit_number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_NUMBER:
        raise Unfit("is not a whole number below 2^53")
    return int(value)


def _fit_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("is neither true nor false")
    return value


def _fit_commitment(value: Any) -> str:
    if not isinstance(value, str) or not COMMITMENT.match(value):
        raise Unfit("is not a commitment")
    return value


ref = Kind("ref", _fit_ref)
code = Kind("code", _fit_code)
moment = Kind("moment", _fit_moment)
number = Kind("number", _fit_number)
flag = Kind("flag", _fit_flag)
commitment = Kind("commitment", _fit_commitment)


def optional(kind: Kind) -> Kind:
    """`kind`, but the detail may be left out or None."""
    return Kind(f"optional({kind.name})", kind.fit, is_optional=True)


def many(kind: Kind) -> Kind:
    """A list of `kind`, in the order given; an empty list is a value."""

    def fit(value: Any) -> list[Any]:
        if isinstance(value, str | bytes) or not isinstance(value, Iterable):
            raise Unfit("is not a list")
        return [kind.fit(one) for one in value]

    return Kind(f"many({kind.name})", fit)


def fitted(declared: Mapping[str, Kind], given: Mapping[str, Any]) -> dict[str, Any]:
    """The details as they are stored.

    Raises Unfit naming the detail (never its value) when one is missing, unknown or of another
    shape.
    """
    for name in given:
        if name not in declared:
            raise Unfit(f"“{name}” is not declared")
    details: dict[str, Any] = {}
    for name, kind in declared.items():
        value = given.get(name)
        if value is None:
            if kind.is_optional:
                continue
            raise Unfit(f"“{name}” is missing")
        try:
            details[name] = kind.fit(value)
        except Unfit as fault:
            raise Unfit(f"“{name}” {fault}") from None
    return details


def moment_text(value: datetime) -> str:
    """`value` in UTC with microseconds: 2026-11-20T01:02:03.000004Z."""
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="microseconds")[:26] + "Z"


def moment_of(text: str) -> datetime:
    """The aware moment that `moment_text` wrote."""
    return datetime.fromisoformat(text[:26]).replace(tzinfo=UTC)


_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def canonical(value: Mapping[str, Any]) -> str:
    """`value` in the one spelling of RFC 8785.

    The values of an entry are text, whole numbers below 2^53, true, false and lists of them, under
    ASCII names; for these the C encoder of the standard library writes exactly what RFC 8785 asks
    for (a test holds it against the `rfc8785` package), twenty times as fast.
    """
    return _encode(value)


def entry_text(
    *,
    id: UUID,
    verb: str,
    subject_kind: str,
    subject_id: str,
    actor_kind: str,
    actor_id: str,
    cause: UUID,
    occurred_at: datetime,
    recorded_at: datetime,
    details: Mapping[str, Any],
) -> str:
    """The canonical text of an entry: every fact of it, once.

    Ids, codes and moments need no escaping and the names stand in their order, so only the details
    are encoded.
    """
    return (
        f'{{"actor":["{actor_kind}","{actor_id}"],"at":"{moment_text(occurred_at)}",'
        f'"cause":"{cause}","details":{_encode(details)},"id":"{id}",'
        f'"recorded":"{moment_text(recorded_at)}","subject":["{subject_kind}","{subject_id}"],'
        f'"verb":"{verb}"}}'
    )


def commitment_to(value: str | bytes, salt: bytes) -> str:
    """A commitment to `value` that says nothing about it without `salt` (43 characters).

    salt: at least 16 random bytes, kept with the value and destroyed with it.
    """
    if len(salt) < 16:
        raise ValueError("a salt has at least 16 bytes")
    data = value.encode() if isinstance(value, str) else value
    digest = hashlib.sha256(len(salt).to_bytes(2, "big") + salt + data).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


# Seals -------------------------------------------------------------------------------------------

NO_SEAL = "0" * 64
"""What the first seal names as its previous one."""


def leaf(text: str | bytes) -> bytes:
    """The Merkle leaf of one entry. The prefix keeps leaves and nodes apart."""
    data = text.encode() if isinstance(text, str) else text
    return hashlib.sha256(b"\x00" + data).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle root over `leaves` in order; a lone node moves up unchanged."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    sha256 = hashlib.sha256
    row = list(leaves)
    while len(row) > 1:
        pairs = [sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)]
        if len(row) % 2:
            pairs.append(row[-1])
        row = pairs
    return row[0]


def seal_text(
    *,
    number: int,
    previous: str,
    root: str,
    count: int,
    total: int,
    sealed_at: datetime,
    key_id: str,
) -> str:
    """The canonical text of a seal, which is hashed into the next one and signed."""
    return canonical(
        {
            "count": count,
            "key": key_id,
            "number": number,
            "previous": previous,
            "root": root,
            "sealed": moment_text(sealed_at),
            "total": total,
        }
    )


def seal_hash(text: str) -> str:
    """The name of a seal in the chain: 64 hexadecimal characters."""
    return hashlib.sha256(text.encode()).hexdigest()


# Deliveries --------------------------------------------------------------------------------------

ATTEMPTS = 8
"""After so many failures a delivery is stuck and waits for a person."""

FIRST_LOOK = timedelta(minutes=2)
"""A delivery whose job has not come round by then is picked up by the ticker."""

CLAIM = timedelta(minutes=10)
"""How long one attempt may take before the ticker believes its worker dead."""


def pause_after(attempts: int) -> timedelta:
    """The wait after the given number of failures: 30 s, 2 min, 8 min … at most 6 h."""
    seconds: int = 30 * 4 ** max(attempts - 1, 0)
    return min(timedelta(seconds=seconds), timedelta(hours=6))
