"""How messages leave the house, from the environment. Nothing is set, and nothing leaves it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SmsSettings:
    """way: none, log, fake or http. templates: notice key → the gateway's number of its template;
    fields: our names in the gateway's body → its own."""

    way: str = "none"
    url: str = ""
    token: str = ""
    secret: str = ""
    reply_secret: str = ""
    templates: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WecomSettings:
    """way: none, log, fake or wecom. user: a member's name there, made from the staff number."""

    way: str = "none"
    url: str = "https://qyapi.weixin.qq.com"
    corp: str = ""
    agent: str = ""
    secret: str = ""
    user: str = "{staff_number}"


@dataclass(frozen=True)
class EmailSettings:
    """way: none, log or smtp. address: where staff is written to, made from the staff number."""

    way: str = "none"
    host: str = ""
    port: int = 587
    user: str = ""
    password: str = ""
    tls: str = "starttls"
    sender: str = ""
    address: str = ""


@dataclass(frozen=True)
class NoticeSettings:
    """fake: where `gridward notices fake` listens; seconds: patience with one answer."""

    sms: SmsSettings = SmsSettings()
    wecom: WecomSettings = WecomSettings()
    email: EmailSettings = EmailSettings()
    fake: str = "http://127.0.0.1:8025"
    proxy: str = ""
    seconds: float = 10.0


def from_environment(env: Callable[..., str]) -> NoticeSettings:
    """The settings as the environment says; `env(name, default)` gives its words."""
    return NoticeSettings(
        sms=SmsSettings(
            way=env("GRIDWARD_SMS") or "none",
            url=env("GRIDWARD_SMS_URL"),
            token=env("GRIDWARD_SMS_TOKEN"),
            secret=env("GRIDWARD_SMS_SECRET"),
            reply_secret=env("GRIDWARD_SMS_REPLY_SECRET"),
            templates=_table(env("GRIDWARD_SMS_TEMPLATES"), "GRIDWARD_SMS_TEMPLATES"),
            fields=_table(env("GRIDWARD_SMS_FIELDS"), "GRIDWARD_SMS_FIELDS"),
        ),
        wecom=WecomSettings(
            way=env("GRIDWARD_WECOM") or "none",
            url=env("GRIDWARD_WECOM_URL") or WecomSettings.url,
            corp=env("GRIDWARD_WECOM_CORP"),
            agent=env("GRIDWARD_WECOM_AGENT"),
            secret=env("GRIDWARD_WECOM_SECRET"),
            user=env("GRIDWARD_WECOM_USER") or WecomSettings.user,
        ),
        email=EmailSettings(
            way=env("GRIDWARD_EMAIL") or "none",
            host=env("GRIDWARD_EMAIL_HOST"),
            port=int(
                _number(env("GRIDWARD_EMAIL_PORT"), "GRIDWARD_EMAIL_PORT") or EmailSettings.port
            ),
            user=env("GRIDWARD_EMAIL_USER"),
            password=env("GRIDWARD_EMAIL_PASSWORD"),
            tls=env("GRIDWARD_EMAIL_TLS") or EmailSettings.tls,
            sender=env("GRIDWARD_EMAIL_SENDER"),
            address=env("GRIDWARD_EMAIL_ADDRESS"),
        ),
        fake=env("GRIDWARD_NOTICES_FAKE") or NoticeSettings.fake,
        proxy=env("GRIDWARD_NOTICES_PROXY"),
        seconds=_number(env("GRIDWARD_NOTICES_SECONDS"), "GRIDWARD_NOTICES_SECONDS")
        or NoticeSettings.seconds,
    )


def _number(text: str, name: str) -> float:
    """A number above 0; 0 when nothing is said."""
    try:
        found = float(text or 0)
    except ValueError:
        found = -1
    if found < 0:
        raise ValueError(f"{name} is {text!r}; use a number")
    return found


def _table(text: str, name: str) -> dict[str, str]:
    """A JSON object of texts."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(f'{name} is a JSON object such as {{"notice.callback": "SMS_123"}}')
    return {str(key): str(value) for key, value in found.items()}
