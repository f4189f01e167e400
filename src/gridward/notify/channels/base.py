"""What every way out has in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import httpx
from django.conf import settings

from gridward.notify.environment import NoticeSettings


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready to leave.

    id: the same at every try, for providers that know a message by it; addresses: several only
    where the channel takes several at once; values: what the text was filled with
    """

    id: UUID
    key: str
    addresses: tuple[str, ...]
    text: str
    title: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """The provider will never take this message. code: for the operator, never an address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unavailable(Exception):
    """It may be taken later: nobody answered, or not now. code: as for Refused."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Channel(Protocol):
    """A way out of the house. Never called inside a transaction."""

    def send(self, message: Message) -> str:
        """Hands the message over; returns the provider's reference, empty where it gives none.

        Raises Refused, Unavailable.
        """

    def hosts(self) -> tuple[str, ...]:
        """Where it connects to; empty when nothing leaves this machine."""


LATER = frozenset({408, 409, 423, 425, 429})
"""Answers of 4xx that may be mended by waiting."""


def options() -> NoticeSettings:
    """The settings of this process."""
    found: NoticeSettings = settings.GRIDWARD_NOTICES
    return found


def post(url: str, **request: object) -> httpx.Response:
    """One POST with a limit on every wait; no redirects, and no proxy but the one in the settings.

    Raises Refused for an answer of 4xx that waiting does not mend, Unavailable for all else that
    is no answer of 2xx.
    """
    return _answered("POST", url, **request)


def get(url: str, **request: object) -> httpx.Response:
    """One GET, like `post`."""
    return _answered("GET", url, **request)


def _answered(method: str, url: str, **request: object) -> httpx.Response:
    said = options()
    try:
        with httpx.Client(
            timeout=said.seconds, trust_env=False, proxy=said.proxy or None
        ) as client:
            answer = client.request(method, url, **request)  # type: ignore[arg-type]
    except httpx.TimeoutException:
        raise Unavailable("timeout") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        raise Unavailable("no_connection") from None
    if 200 <= answer.status_code < 300:
        return answer
    code = f"http_{answer.status_code}"
    if 400 <= answer.status_code < 500 and answer.status_code not in LATER:
        raise Refused(code)
    raise Unavailable(code)


def json_of(answer: httpx.Response) -> dict[str, object]:
    """The answer's JSON object. Raises Unavailable for anything else."""
    try:
        found = answer.json()
    except ValueError:
        raise Unavailable("bad_answer") from None
    if not isinstance(found, dict):
        raise Unavailable("bad_answer")
    return found
