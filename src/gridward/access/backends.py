"""How Django's sign-in reaches our accounts."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from gridward.access import models
from gridward.access.errors import NoFactor, WrongCode


class StaffBackend(BaseBackend):
    """An account's login and its password. What was typed becomes a login in `counted_name`."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> models.Account | None:
        """The account, or None. username: from `queries.counted_name`."""
        if not username or password is None:
            return None
        account = models.Account.objects.filter(login=username).first()
        if account is None:
            make_password(password)  # takes as long as for an account that is there
            return None
        return account if account.check_password(password) and account.is_active else None

    def get_user(self, user_id: uuid.UUID) -> models.Account | None:
        account = models.Account.objects.filter(pk=user_id).first()
        return account if account is not None and account.is_active else None


class SecondFactorBackend(StaffBackend):
    """The second step: an account whose password was right, and the code that it shows.

    A wrong code is a failed sign-in like a wrong password, and counts towards the same lock-out.
    """

    def authenticate(  # type: ignore[override]
        self, request: HttpRequest | None, username: str, code: str
    ) -> models.Account | None:
        """The account, or None; a code that was taken is used up."""
        from gridward.access import actions

        account = models.Account.objects.filter(login=username, is_active=True).first()
        if account is None:
            return None
        try:
            account.second_step = actions.use_second_factor(account.id, code)  # type: ignore[attr-defined]
        except (NoFactor, WrongCode):
            return None
        return account


def client_for_log(*args: Any, **kwargs: Any) -> str:
    """What stands in log lines about failed sign-ins: nothing that says who it was."""
    return "somebody"
