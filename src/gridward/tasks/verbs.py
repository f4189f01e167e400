"""What the journal can say about tasks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.journal.verbs import Verb, code, commitment, declare, moment, number, optional, ref

declare(
    Verb(
        "task.asked",
        subject="task",
        title=_("Somebody was asked to look on site"),
        details={
            "kind": code,
            "about": ref,
            "round": number,
            "assignee": optional(ref),
            "organisation": ref,
            "due": optional(moment),
        },
    ),
    Verb(
        "task.handed_in",
        subject="task",
        title=_("Result of the look on site handed in"),
        details={
            "kind": code,
            "about": ref,
            "round": number,
            "result": code,
            "words": optional(commitment),
        },
    ),
    Verb(
        "task.handed_over",
        subject="task",
        title=_("Task handed to a colleague"),
        details={"about": ref, "from_post": optional(ref), "to_post": ref},
    ),
    Verb(
        "task.ended",
        subject="task",
        title=_("Task ended without a result"),
        details={"about": ref, "reason": code},
    ),
)
