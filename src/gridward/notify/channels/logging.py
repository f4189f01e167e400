"""The way that leads nowhere: a line in the log, without number or words. For trials."""

from __future__ import annotations

import logging

from gridward.notify.channels.base import Message

log = logging.getLogger("gridward.notify")


class LogChannel:
    """Takes every message; nothing leaves this machine."""

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, message: Message) -> str:
        """Always taken."""
        log.info(
            "notice not sent, only noted",
            extra={
                "notice": str(message.id),
                "key": message.key,
                "channel": self.name,
                "signs": len(message.text),
            },
        )
        return "log"

    def hosts(self) -> tuple[str, ...]:
        """None."""
        return ()
