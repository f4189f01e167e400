"""The journal's two keys, outside the database: one signs seals, one marks entries as ours.

    var/<jurisdiction>/keys/seal.key    Ed25519, private; replaced when it is renewed
    var/<jurisdiction>/keys/seal.pub    every public key ever used: "<id> <key>" per line
    var/<jurisdiction>/keys/entry.key   32 bytes for the mark on each entry

Whoever may only reach the database can change rows, but cannot make a seal or a mark.
"""

import base64
import os
import threading
from dataclasses import dataclass
from hashlib import blake2b, sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from gridward.core import jurisdiction
from gridward.core.keyfiles import folder, keep_secret, sync

_lock = threading.Lock()
_entry_keys: dict[tuple[str, str], bytes] = {}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def key_id(public: bytes) -> str:
    """The short name of a public key: 16 hexadecimal characters."""
    return sha256(public).hexdigest()[:16]


# Entries ------------------------------------------------------------------------------------------


def entry_key() -> bytes:
    """The key of the marks, made on first use."""
    place = (str(settings.GRIDWARD_VAR), jurisdiction.current().key)
    known = _entry_keys.get(place)
    if known is None:
        with _lock:
            known = keep_secret(folder() / "entry.key", os.urandom(32))
            _entry_keys[place] = known
    return known


def known_entry_key() -> bytes | None:
    """The key of the marks, or None where it is not (a copy of the database alone)."""
    return entry_key() if (folder() / "entry.key").exists() else None


def mark(key: bytes, text: str) -> str:
    """The mark of an entry with this canonical text: 22 characters."""
    return b64(blake2b(text.encode(), key=key, digest_size=16).digest())


def forget() -> None:
    """Lets the keys held in memory go, so that they are read anew (after a restore)."""
    _entry_keys.clear()


# Seals --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signer:
    id: str
    public: bytes
    private: Ed25519PrivateKey

    def sign(self, text: str) -> str:
        """The signature under `text`: 86 characters."""
        return b64(self.private.sign(text.encode()))


def signer() -> Signer:
    """The present sealing key, made on first use, its public half kept in seal.pub."""
    path = folder() / "seal.key"
    raw = keep_secret(path, Ed25519PrivateKey.generate().private_bytes_raw())
    private = Ed25519PrivateKey.from_private_bytes(raw)
    public = private.public_key().public_bytes_raw()
    name = key_id(public)
    if name not in public_keys():
        with _lock, (folder() / "seal.pub").open("a") as file:
            file.write(f"{name} {b64(public)}\n")
            file.flush()
            sync(file.fileno())
    return Signer(name, public, private)


def renew_signer() -> Signer:
    """Puts a fresh sealing key in place of the present one; old seals stay verifiable."""
    signer()
    path = folder() / "seal.key"
    path.replace(path.with_name(f"seal.key.until-{signer().id}"))
    return signer()


def public_keys() -> dict[str, bytes]:
    """Every public key that ever sealed here, by id."""
    try:
        lines = (folder() / "seal.pub").read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split() for line in lines if line.strip())
    return {name: unb64(public) for name, public in pairs}


def is_signed(text: str, signature: str, public: bytes) -> bool:
    """Whether the owner of `public` signed `text`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(unb64(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
