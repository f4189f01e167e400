"""The ways out of the house, chosen by the settings. By default there are none.

channels.channel("sms").send(Message(...))
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from gridward.notify.channels.base import Channel, Message, Refused, Unavailable, options
from gridward.notify.channels.logging import LogChannel
from gridward.notify.channels.mail import MailChannel
from gridward.notify.channels.sms import SmsChannel
from gridward.notify.channels.wecom import WecomChannel, forget_tokens
from gridward.notify.environment import EmailSettings, SmsSettings, WecomSettings
from gridward.notify.errors import ChannelIncomplete, ChannelOff, ChannelUnknown
from gridward.notify.rules import CHANNELS

__all__ = [
    "Channel",
    "Message",
    "Refused",
    "Unavailable",
    "channel",
    "connections",
    "faults",
    "forget_tokens",
    "is_on",
    "options",
    "way_of",
]

S = TypeVar("S", SmsSettings, WecomSettings, EmailSettings)

SETTINGS = {"sms": "GRIDWARD_SMS", "wecom": "GRIDWARD_WECOM", "email": "GRIDWARD_EMAIL"}
WAYS = {
    "sms": ("none", "log", "fake", "http"),
    "wecom": ("none", "log", "fake", "wecom"),
    "email": ("none", "log", "smtp"),
}
NEEDED = {
    "sms": ("url",),
    "wecom": ("corp", "agent", "secret"),
    "email": ("host", "sender", "address"),
}


def way_of(name: str) -> str:
    """What the settings say of this channel: none, log, fake or the real thing."""
    said = options()
    return str({"sms": said.sms.way, "wecom": said.wecom.way, "email": said.email.way}[name])


def is_on(name: str) -> bool:
    """Whether messages go this way at all."""
    return way_of(name) != "none"


def channel(name: str) -> Channel:
    """The channel, as the settings want it.

    Raises ChannelOff, ChannelUnknown, ChannelIncomplete.
    """
    said, way = options(), way_of(name)
    if way not in WAYS[name]:
        raise ChannelUnknown(setting=SETTINGS[name], value=way, known=", ".join(WAYS[name]))
    if way == "none":
        raise ChannelOff(channel=name, setting=SETTINGS[name])
    if way == "log":
        return LogChannel(name)
    if name == "sms":
        own = replace(said.sms, url=f"{said.fake}/sms/send") if way == "fake" else said.sms
        return SmsChannel(_whole(name, own))
    if name == "wecom":
        there = said.wecom
        if way == "fake":
            there = replace(there, url=said.fake, corp="fake", agent="1", secret="fake")  # noqa: S106
        return WecomChannel(_whole(name, there))
    return MailChannel(_whole(name, said.email))


def _whole(name: str, own: S) -> S:
    missing = [part for part in NEEDED[name] if not getattr(own, part)]
    if missing:
        wanted = ", ".join(f"{SETTINGS[name]}_{part.upper()}" for part in missing)
        raise ChannelIncomplete(channel=name, settings=wanted)
    return own


def connections() -> dict[str, tuple[str, ...]]:
    """Channel → where it connects to. Empty unless somebody has set a channel up."""
    found = {}
    for name in CHANNELS:
        if is_on(name):
            hosts = channel(name).hosts()
            if hosts:
                found[name] = hosts
    return found


def faults() -> list[str]:
    """What is wrong with the settings, in sentences; for the doctor and the operator's page."""
    found = []
    for name in CHANNELS:
        try:
            if is_on(name):
                channel(name)
        except (ChannelUnknown, ChannelIncomplete) as problem:
            found.append(problem.message)
    return found
