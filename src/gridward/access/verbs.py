"""What the journal can say about access."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.journal.verbs import Verb, code, declare, moment, optional, ref

declare(
    Verb(
        "account.opened",
        subject="account",
        title=_("Account opened"),
        details={"person": ref},
    ),
    Verb(
        "account.invited",
        subject="account",
        title=_("Invited to choose a password"),
        details={"invitation": ref, "expires": moment},
    ),
    Verb(
        "account.invitation_used",
        subject="account",
        title=_("Password chosen with an invitation"),
        details={"invitation": ref},
    ),
    Verb(
        "account.password_changed",
        subject="account",
        title=_("Password changed"),
        details={},
    ),
    Verb(
        "account.locked",
        subject="account",
        title=_("Account locked by an administrator"),
        details={"reason": optional(code)},
    ),
    Verb(
        "account.unlocked",
        subject="account",
        title=_("Account unlocked"),
        details={},
    ),
    Verb(
        "account.signed_in",
        subject="account",
        title=_("Signed in"),
        details={"post": optional(ref), "how": code},
    ),
    Verb(
        "account.signed_out",
        subject="account",
        title=_("Signed out"),
        details={"how": code},
    ),
    Verb(
        "account.post_switched",
        subject="account",
        title=_("Switched posts"),
        details={"post": ref},
    ),
    Verb(
        "token.issued",
        subject="token",
        title=_("Access token made"),
        details={"account": ref, "post": ref, "expires": moment},
    ),
    Verb(
        "token.withdrawn",
        subject="token",
        title=_("Access token withdrawn"),
        details={"account": ref},
    ),
)
