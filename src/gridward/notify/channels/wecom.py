"""Messages of a WeCom (企业微信) application: gettoken, then message/send.

The token is kept in memory until shortly before it ends. The interface answers 200 with an
errcode; which of them waiting can mend is said here.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from gridward.core import clock
from gridward.notify.channels.base import Message, Refused, Unavailable, get, json_of, post
from gridward.notify.environment import WecomSettings

OLD_TOKEN = frozenset({40001, 40014, 41001, 42001})
LATER = frozenset({-1, 45009, 45033, 50002, 301051})
MOST_USERS = 1000
MOST_BYTES = 2000

_lock = threading.Lock()
_tokens: dict[tuple[str, str, str], tuple[str, datetime]] = {}


def forget_tokens() -> None:
    """Lets the tokens in memory go (tests, changed secrets)."""
    with _lock:
        _tokens.clear()


class WecomChannel:
    """settings: with corp, agent and secret."""

    def __init__(self, settings: WecomSettings) -> None:
        self.settings = settings

    def send(self, message: Message) -> str:
        """Hands one message over to up to 1,000 members; returns WeCom's number of it."""
        if not message.addresses:
            raise Refused("no_address")
        told = self._call(message, self._token(fresh=False))
        if told.get("errcode") in OLD_TOKEN:
            told = self._call(message, self._token(fresh=True))
        code = told.get("errcode")
        if code == 0:
            return str(told.get("msgid", ""))[:120]
        if code in LATER or code in OLD_TOKEN:
            raise Unavailable(f"wecom_{code}")
        raise Refused(f"wecom_{code}")

    def hosts(self) -> tuple[str, ...]:
        """The API's host."""
        return (urlsplit(self.settings.url).netloc,)

    def _call(self, message: Message, token: str) -> dict[str, object]:
        body = {
            "touser": "|".join(message.addresses[:MOST_USERS]),
            "msgtype": "text",
            "agentid": int(self.settings.agent) if self.settings.agent.isdigit() else 0,
            "text": {"content": _clipped(message.text)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        }
        address = f"{self.settings.url}/cgi-bin/message/send"
        headers = {"Idempotency-Key": str(message.id)}
        return json_of(post(address, params={"access_token": token}, json=body, headers=headers))

    def _token(self, *, fresh: bool) -> str:
        key = (self.settings.url, self.settings.corp, self.settings.agent)
        with _lock:
            kept = _tokens.get(key)
        if kept is not None and not fresh and kept[1] > clock.now():
            return kept[0]
        told = json_of(
            get(
                f"{self.settings.url}/cgi-bin/gettoken",
                params={"corpid": self.settings.corp, "corpsecret": self.settings.secret},
            )
        )
        code = told.get("errcode", 0)
        token = told.get("access_token")
        if code != 0 or not isinstance(token, str) or not token:
            raise Unavailable(f"wecom_token_{code}")
        seconds = told.get("expires_in")
        lasts = timedelta(seconds=seconds if isinstance(seconds, int) else 7200)
        with _lock:
            _tokens[key] = (token, clock.now() + lasts - timedelta(minutes=5))
        return token


def _clipped(text: str) -> str:
    raw = text.encode()
    if len(raw) <= MOST_BYTES:
        return text
    return raw[: MOST_BYTES - 3].decode(errors="ignore") + "…"
