"""What the journal says about the catalogue."""

from django.utils.translation import gettext_lazy as _

from gridward.journal.verbs import Verb, code, declare, number, optional

declare(
    Verb(
        "edition.made",
        subject="edition",
        title=_("Edition %(number)s of the catalogue made"),
        details={"number": number, "digest": code, "before": optional(number)},
    ),
    Verb(
        "decision.taken",
        subject="decision",
        title=_("Decision taken for the catalogue"),
        details={"kind": code, "key": code, "edition": number},
    ),
)
