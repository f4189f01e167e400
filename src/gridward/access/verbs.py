"""What the journal can say about access."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.journal.verbs import Verb, code, declare, flag, moment, number, optional, ref

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
        "account.factor_prepared",
        subject="account",
        title=_("Second step of sign-in prepared"),
        details={},
    ),
    Verb(
        "account.factor_set",
        subject="account",
        title=_("Second step of sign-in turned on"),
        details={"recovery_codes": number},
    ),
    Verb(
        "account.factor_used",
        subject="account",
        title=_("Second step of sign-in passed"),
        details={"how": code},
    ),
    Verb(
        "account.factor_dropped",
        subject="account",
        title=_("Second step of sign-in turned off"),
        details={"how": code},
    ),
    Verb(
        "account.recovery_codes_made",
        subject="account",
        title=_("New recovery codes made"),
        details={"recovery_codes": number},
    ),
    Verb(
        "sight.asked",
        subject="person",
        title=_("Asked why this person may see an event"),
        details={"case": optional(ref), "answered": flag},
    ),
    Verb(
        "audit.looked",
        subject="account",
        title=_("Looked at the audit"),
        details={"kind": code, "person": optional(ref)},
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
