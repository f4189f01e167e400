"""How Django's sign-in reaches our accounts."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from gridward.access import models, queries


class StaffBackend(BaseBackend):
    """Staff number or telephone number, and a password."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        written: str | None = None,
        **kwargs: Any,
    ) -> models.Account | None:
        """The account, or None. username: the name that failures are counted under.

        written: what was typed; kept apart because it may be a telephone number.
        """
        if password is None or not (written or username):
            return None
        account = queries.account_by_login(written or username or "")
        if account is None:
            make_password(password)  # takes as long as for an account that is there
            return None
        return account if account.check_password(password) and account.is_active else None

    def get_user(self, user_id: uuid.UUID) -> models.Account | None:
        account = models.Account.objects.filter(pk=user_id).first()
        return account if account is not None and account.is_active else None
