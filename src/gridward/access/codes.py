"""Codes and tokens that open something: made from chance, kept as hashes."""

from __future__ import annotations

import base64
import hashlib
import secrets
import unicodedata
import uuid

import pyotp

# without the letters that are mistaken for figures or for one another (I, L, O, U)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})

TOKEN_MARK = "gwt_"  # noqa: S105 - the mark that begins every token, not a token


def new_invitation_code() -> str:
    """Sixteen characters in groups of four: 80 bits, to be read out or typed from paper."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def invitation_hash(written: str) -> bytes:
    """The hash under which a code is found, however it was typed."""
    return hashlib.sha256(b"gridward invitation\0" + plain_code(written).encode()).digest()


def plain_code(written: str) -> str:
    """A code without blanks and dashes, the letters that are mistaken for others set right."""
    plain = unicodedata.normalize("NFKC", written).upper().translate(_ALIKE)
    return "".join(c for c in plain if c in _ALPHABET)


def new_recovery_code() -> str:
    """Twelve characters in groups of four: 60 bits, to be kept on paper."""
    return new_invitation_code()[:14]


def recovery_hash(account_id: uuid.UUID, written: str) -> bytes:
    """The hash under which an account's recovery code is kept, however it was typed."""
    letters = plain_code(written)
    return hashlib.sha256(b"gridward recovery\0" + account_id.bytes + letters.encode()).digest()


def new_shared_secret() -> str:
    """160 bits in Base32, as authenticators take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def totp(secret: str, step: int) -> str:
    """The six figures that an authenticator shows in the period `step` (RFC 6238, SHA-1, 30 s)."""
    return pyotp.HOTP(secret).at(step)


def totp_address(secret: str, *, login: str, issuer: str) -> str:
    """What the picture holds that an authenticator reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=issuer)


def new_token() -> str:
    """A personal API token: 256 bits behind a mark that scanners for leaked secrets can find."""
    return TOKEN_MARK + secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """The hash under which a token is found."""
    return hashlib.sha256(b"gridward token\0" + token.strip().encode()).digest()
