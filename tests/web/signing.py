"""Clients that are signed in as the people of the town."""

from __future__ import annotations

from django.test import Client
from tests.cases.walking import CaseTown
from tests.town import ACTOR

from gridward.access import actions as access
from gridward.access import models
from gridward.core import clock
from gridward.directory import actions as directory
from gridward.directory.actions import NewPerson, NewPost
from gridward.directory.queries import posts_of_person
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


def admit_keepers(town: CaseTown) -> None:
    """The town's security and its audit administrator, Z001 and Z002."""
    where = town.town.organisations["district"]
    new = [
        NewPerson("Z001", "安全管理员甲", "", "none", (NewPost("security_admin", where),)),
        NewPerson("Z002", "审计管理员乙", "", "none", (NewPost("audit_admin", where),)),
    ]
    ids = directory.create_people(new, actor=ACTOR)
    access.open_accounts(ids, actor=ACTOR)
    for one, person in zip(new, ids, strict=True):
        town.town.people[one.staff_number] = person
        town.town.posts[one.staff_number] = posts_of_person(person)[0].post_id


def statements(client: Client, address: str) -> int:
    """How many statements a page costs once everything held in memory is there."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
