"""Text messages through a gateway that takes JSON by HTTP.

The body is {id, to, text, template, values}, under names that may be set; Idempotency-Key is the
notice's id. The gateway answers 2xx, with its own number of the message under “id”.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from urllib.parse import urlsplit

from gridward.core import clock
from gridward.notify.channels.base import Message, Refused, post
from gridward.notify.environment import SmsSettings


class SmsChannel:
    """settings: with url; token and secret where the gateway asks for them."""

    def __init__(self, settings: SmsSettings) -> None:
        self.settings = settings

    def send(self, message: Message) -> str:
        """Hands one message over; returns the gateway's number of it."""
        if not message.addresses:
            raise Refused("no_address")
        body = json.dumps(self._body(message), ensure_ascii=False, sort_keys=True).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": str(message.id),
        }
        if self.settings.token:
            headers["Authorization"] = f"Bearer {self.settings.token}"
        if self.settings.secret:
            stamp = str(int(clock.now().timestamp()))
            signed = hmac.new(
                self.settings.secret.encode(), stamp.encode() + b"." + body, hashlib.sha256
            )
            headers |= {"X-Timestamp": stamp, "X-Signature": signed.hexdigest()}
        answer = post(self.settings.url, content=body, headers=headers)
        try:
            told = answer.json()
        except ValueError:
            return ""
        return str(told.get("id", ""))[:120] if isinstance(told, dict) else ""

    def hosts(self) -> tuple[str, ...]:
        """The gateway."""
        return (urlsplit(self.settings.url).netloc,)

    def _body(self, message: Message) -> dict[str, object]:
        plain: dict[str, object] = {
            "id": str(message.id),
            "to": message.addresses[0],
            "text": message.text,
        }
        template = self.settings.templates.get(message.key)
        if template:
            plain |= {"template": template, "values": dict(message.values)}
        names = self.settings.fields
        return {names.get(name, name): value for name, value in plain.items()}
