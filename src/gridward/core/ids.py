"""Names for things: UUIDv7 ids, receipt numbers and their codes."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
import time
import uuid
from datetime import UTC, datetime

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id(at: datetime | None = None) -> uuid.UUID:
    """A UUIDv7 (RFC 9562), rising within this process.

    at: take the time part from this moment instead of the clock (import, generator); ids with a
    given time are unique but carry no order among the same millisecond.
    """
    global _last_ms, _counter
    if at is not None:
        return _uuid7(int(at.timestamp() * 1000), secrets.randbits(12))
    with _lock:
        ms = time.time_ns() // 1_000_000
        if ms > _last_ms:
            _last_ms, _counter = ms, secrets.randbits(9)
        else:
            _counter += 1
            if _counter > 0xFFF:  # the counter is full: borrow from the next millisecond
                _last_ms, _counter = _last_ms + 1, 0
        return _uuid7(_last_ms, _counter)


def _uuid7(ms: int, rand_a: int) -> uuid.UUID:
    rand_b = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    value = (ms & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (rand_a & 0xFFF) << 64
    return uuid.UUID(int=value | 0b10 << 62 | rand_b)


def moment_of(id_: uuid.UUID) -> datetime:
    """When a UUIDv7 was made, to the millisecond."""
    return datetime.fromtimestamp((id_.int >> 80) / 1000, tz=UTC)


def receipt_number(jurisdiction_number: str) -> str:
    """A fresh 12-digit receipt: 3 digits jurisdiction, 8 random, 1 check digit (ISO 7064 11,10)."""
    if len(jurisdiction_number) != 3 or not jurisdiction_number.isdigit():
        raise ValueError("a jurisdiction's number has three digits")
    body = f"{jurisdiction_number}{secrets.randbelow(10**8):08d}"
    return body + _check_digit(body)


def is_receipt(number: str) -> bool:
    """Whether `number` (spaces and dashes allowed) has the shape and check digit of a receipt."""
    plain = plain_receipt(number)
    return len(plain) == 12 and plain.isdigit() and _check_digit(plain[:11]) == plain[11]


def plain_receipt(number: str) -> str:
    """The receipt without spaces and dashes, full-width digits made plain."""
    table = str.maketrans("０１２３４５６７８９", "0123456789", " -　－")
    return number.translate(table)


def grouped_receipt(number: str) -> str:
    """The receipt as people read it: 4490 1234 5678."""
    return " ".join(number[i : i + 4] for i in range(0, len(number), 4))


def receipt_code(number: str, key: bytes) -> str:
    """The receipt's secret: six characters without 0/O, 1/I/L; derived, never stored."""
    alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
    digest = int.from_bytes(hmac.new(key, number.encode(), hashlib.sha256).digest(), "big")
    letters = []
    for _ in range(6):
        digest, place = divmod(digest, len(alphabet))
        letters.append(alphabet[place])
    return "".join(letters)


def _check_digit(body: str) -> str:
    product = 10
    for figure in body:
        product = (product + int(figure)) % 10 or 10
        product = product * 2 % 11
    return str((11 - product) % 10)
