"""Clients that are signed in as the people of the town."""

from __future__ import annotations

from django.test import Client
from tests.cases.walking import CaseTown

from gridward.access import models
from gridward.core import clock
from gridward.web.ui.sessions import BACKEND, POST, SEEN


def client_of(town: CaseTown, number: str, *, language: str = "zh-CN") -> Client:
    """A browser in which this staff number works in its first post."""
    client = Client(headers={"accept-language": language})
    account = models.Account.objects.get(id=town.town.account(number))
    client.force_login(account, backend=BACKEND)
    session = client.session
    session[POST] = str(town.town.posts[number])
    session[SEEN] = int(clock.now().timestamp())
    session.save()
    return client


def statements(client: Client, address: str) -> int:
    """How many statements a page costs once everything held in memory is there."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
