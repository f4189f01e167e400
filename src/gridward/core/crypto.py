"""Ciphers behind one provider, so that a certified one can be dropped in (SM4, an HSM)."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class CryptoProvider(Protocol):
    """What the vault and the journal ask for. Keys are 32 bytes."""

    name: str

    def seal(self, key: bytes, plain: bytes, bound_to: bytes) -> bytes: ...

    def open(self, key: bytes, sealed: bytes, bound_to: bytes) -> bytes: ...

    def mac(self, key: bytes, message: bytes) -> bytes: ...


class AesProvider:
    """AES-256-GCM with a random 96-bit nonce in front; HMAC-SHA-256."""

    name = "aes-gcm-256"

    def seal(self, key: bytes, plain: bytes, bound_to: bytes) -> bytes:
        """nonce + ciphertext + tag; opens only with the same `bound_to`."""
        nonce = os.urandom(12)
        return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)

    def open(self, key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
        """The plain bytes. Raises cryptography.exceptions.InvalidTag."""
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], bound_to)

    def mac(self, key: bytes, message: bytes) -> bytes:
        return hmac.new(key, message, hashlib.sha256).digest()


_provider: CryptoProvider = AesProvider()


def provider() -> CryptoProvider:
    """The provider of this deployment."""
    return _provider


def new_key() -> bytes:
    """32 random bytes."""
    return os.urandom(32)
