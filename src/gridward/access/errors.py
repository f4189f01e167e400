"""Every way in which access refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gridward.core.errors import NotFound, Problem


class NoSuchAccount(NotFound):
    """No account with this id or login."""


class NoPost(Problem):
    code = "no_post"
    status = 403
    text = _("You hold no post at present. Ask your organisation's security administrator.")


class NotYourPost(Problem):
    code = "not_your_post"
    status = 403
    text = _("You do not hold this post, or it has ended. Choose one of your own posts.")


class WrongSignIn(Problem):
    code = "wrong_sign_in"
    status = 422
    text = _("The number or the password is wrong. Please check and try again.")


class LockedOut(Problem):
    code = "locked_out"
    status = 429
    text = _(
        "Too many wrong tries. Please try again in %(minutes)s minutes, or ask your security "
        "administrator."
    )


class WrongCode(Problem):
    code = "wrong_code"
    status = 422
    text = _(
        "This code is wrong or was used already. Wait for the next one on your phone, and check "
        "that its clock is right."
    )


class SignInAgain(Problem):
    code = "sign_in_again"
    status = 422
    text = _("That took too long. Enter your number and password again.")


class FactorThere(Problem):
    code = "second_factor_there"
    status = 409
    text = _("The second step is already on for this account.")


class NoFactor(Problem):
    code = "no_second_factor"
    status = 409
    text = _("The second step is not on for this account.")


class FactorRequired(Problem):
    code = "second_factor_required"
    status = 409
    text = _(
        "One of your posts may only be worked in with the second step, so it cannot be turned off."
    )


class ClientIdUsed(Problem):
    code = "client_id_used"
    status = 409
    text = _("Something else was sent under this client_id before. Make a new one for each act.")


class BadInvitation(Problem):
    code = "bad_invitation"
    status = 422
    text = _(
        "This invitation code is wrong, has been used or has expired. Ask for a new one at your "
        "organisation."
    )


class WeakPassword(Problem):
    code = "weak_password"
    status = 422
    text = _("This password cannot be used: %(reasons)s")


class AccountExists(Problem):
    code = "account_exists"
    status = 409
    text = _("%(name)s has an account already.")


class BadToken(Problem):
    code = "bad_token"
    status = 401
    text = _("This access token is wrong, has expired or was withdrawn. Make a new one.")


class TooManyCalls(Problem):
    code = "too_many_calls"
    status = 429
    text = _("This token calls too often. Wait %(seconds)s seconds and go on.")


class TokenTooWide(Problem):
    code = "token_too_wide"
    status = 422
    text = _("A token can only have what your present post may do. Too much: %(extra)s.")


class TokenTooLong(Problem):
    code = "token_too_long"
    status = 422
    text = _("A token is valid for %(most)s days at most. Choose an earlier day.")


class NoDemoSignIn(NotFound):
    """The demo's sign-in cards do not exist here."""
