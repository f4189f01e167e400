"""What the journal can say about notices. That one went out stands in the room's own table."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.journal.verbs import Verb, code, declare, number

declare(
    Verb(
        "notice.resent",
        subject="notice",
        title=_("A failed notice was sent again"),
        details={"key": code, "channel": code, "attempts": number},
    ),
)
