"""What the vault notes."""

from django.utils.translation import gettext_lazy as _

from gridward.journal.verbs import Verb, code, declare, number

declare(
    Verb(
        "person.erased",
        subject="person",
        title=_("Personal data erased"),
        details={"grounds": code, "texts": number, "files": number},
    ),
)
