"""Codes and tokens that open something: made from chance, kept as hashes."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

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
    plain = unicodedata.normalize("NFKC", written).upper().translate(_ALIKE)
    letters = "".join(c for c in plain if c in _ALPHABET)
    return hashlib.sha256(b"gridward invitation\0" + letters.encode()).digest()


def new_token() -> str:
    """A personal API token: 256 bits behind a mark that scanners for leaked secrets can find."""
    return TOKEN_MARK + secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """The hash under which a token is found."""
    return hashlib.sha256(b"gridward token\0" + token.strip().encode()).digest()
