"""The second step through the door: asked after the password, required by role, never logged."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from tests.cases.walking import CaseTown, case_town
from tests.town import ACTOR
from tests.web.signing import client_of

from gridward.access import actions, codes, queries, rules
from gridward.access import queries as accounts
from gridward.core import clock, db

PASSWORD = "three dogs on the roof"
SIGN_IN, STEP, FACTOR = "/account/sign-in/", "/account/second-step/", "/account/factor/"


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


@pytest.fixture
def desk(town: CaseTown) -> tuple[uuid.UUID, str, list[str]]:
    """S001 with a password and the second step on: account, secret, recovery codes."""
    account = town.town.account("S001")
    (invited,) = actions.invite([account], actor=ACTOR)
    actions.accept_invitation(invited.code, PASSWORD)
    actions.begin_second_factor(account)
    secret = accounts.factor_setup(account).secret
    return account, secret, actions.confirm_second_factor(account, shown(secret, later=-1))


def shown(secret: str, *, later: int = 0) -> str:
    return codes.totp(secret, rules.steps_around(clock.now())[0] + later)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def give_password(client: Client, **more: str) -> str:
    answer = client.post(SIGN_IN, {"login": "S001", "password": PASSWORD, **more})
    return str(answer["Location"])


def test_the_password_alone_signs_nobody_in(
    desk: tuple[uuid.UUID, str, list[str]], client: Client
) -> None:
    assert give_password(client) == STEP

    assert not is_signed_in(client)
    assert client.get("/desk/").status_code == 302
    assert 'autocomplete="one-time-code"' in client.get(STEP).content.decode()


def test_password_and_code_sign_in_and_go_where_one_wanted(
    desk: tuple[uuid.UUID, str, list[str]], client: Client
) -> None:
    give_password(client, next="/desk/cases/")

    answer = client.post(STEP, {"code": shown(desk[1])})

    assert (answer.status_code, answer["Location"]) == (302, "/desk/cases/")
    assert is_signed_in(client)


def test_a_code_that_was_used_signs_nobody_in_a_second_time(
    desk: tuple[uuid.UUID, str, list[str]], client: Client
) -> None:
    code = shown(desk[1])
    give_password(client)
    client.post(STEP, {"code": code})
    other = Client()
    give_password(other)

    answer = other.post(STEP, {"code": code})

    assert answer.status_code == 422
    assert not is_signed_in(other)


def test_five_wrong_codes_lock_out_and_the_right_one_is_refused_then(
    desk: tuple[uuid.UUID, str, list[str]], client: Client
) -> None:
    give_password(client)
    for _ in range(5):
        client.post(STEP, {"code": "000000"})

    locked = client.post(STEP, {"code": shown(desk[1])})

    assert locked.status_code == 429
    assert not is_signed_in(client)
    # and the password does not help either
    assert client.post(SIGN_IN, {"login": "S001", "password": PASSWORD}).status_code == 429
    with db.connection().cursor() as cursor:
        cursor.execute("SELECT * FROM axes_accessattempt")
        assert "000000" not in str(cursor.fetchall())


def test_the_password_counts_for_five_minutes(
    desk: tuple[uuid.UUID, str, list[str]], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_password(client)
    code, later = shown(desk[1]), clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)

    answer = client.post(STEP, {"code": code})

    assert (answer.status_code, answer["Location"]) == (302, SIGN_IN)
    assert not is_signed_in(client)


def test_a_recovery_code_signs_in_and_says_how_many_are_left(
    desk: tuple[uuid.UUID, str, list[str]], client: Client
) -> None:
    give_password(client)

    client.post(STEP, {"code": desk[2][3]})

    assert is_signed_in(client)
    assert "9" in client.get("/account/factor/").content.decode()


def test_one_turns_it_on_with_picture_key_and_a_first_code(town: CaseTown) -> None:
    client = client_of(town, "S001", language="en")
    account = town.town.account("S001")
    assert client.post(FACTOR, {"do": "begin"})["Location"] == FACTOR

    page = client.get(FACTOR).content.decode()
    picture = client.get("/account/factor/picture.svg")
    secret = queries.factor_setup(account).secret
    done = client.post(FACTOR, {"do": "confirm", "code": shown(secret)}).content.decode()

    assert secret[:4] in page
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<script" not in picture.content and b"style=" not in picture.content
    assert done.count("<code>") == 10
    assert queries.has_second_factor(account)
    # afterwards neither picture nor key can be asked for again
    assert client.get("/account/factor/picture.svg").status_code == 409
    assert secret[:8] not in client.get(FACTOR).content.decode()


def test_a_wrong_first_code_turns_nothing_on(town: CaseTown) -> None:
    client = client_of(town, "S001")
    client.post(FACTOR, {"do": "begin"})

    answer = client.post(FACTOR, {"do": "confirm", "code": "000000"})

    assert answer.status_code == 422
    assert not queries.has_second_factor(town.town.account("S001"))


def test_a_role_that_requires_it_is_sent_to_set_it_up_and_then_let_in(
    town: CaseTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "roles_with_second_factor", lambda: frozenset({"street_desk"}))
    client, other = client_of(town, "S001"), client_of(town, "D001")

    assert client.get("/desk/")["Location"] == FACTOR
    assert client.post("/desk/report/")["Location"] == FACTOR
    assert other.get("/desk/").status_code == 200

    client.post(FACTOR, {"do": "begin"})
    secret = queries.factor_setup(town.town.account("S001")).secret
    client.post(FACTOR, {"do": "confirm", "code": shown(secret)})
    assert client.get("/desk/").status_code == 200
    # and it cannot be turned off again
    refused = client.post(FACTOR, {"do": "drop", "code": shown(secret, later=1)})
    assert refused.status_code == 409
    assert queries.has_second_factor(town.town.account("S001"))
