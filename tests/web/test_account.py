"""Signing in and out through the door, in and out of the demo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from tests.town import ACTOR, Town, make_town

from gridward.access import actions, queries
from gridward.core import clock, db
from gridward.core.demo import is_demo_database, mark_demo_database
from gridward.directory import actions as directory
from gridward.journal import queries as journal

pytestmark = pytest.mark.urls("tests.web.preview.urls")  # account pages alone, no other surface

PASSWORD = "three dogs on the roof"
SIGN_IN = "/account/sign-in/"


@pytest.fixture
def town(db: None) -> Town:
    return make_town()


@pytest.fixture
def worker(town: Town) -> Town:
    """The town with a password for G001."""
    (invited,) = actions.invite([town.account("G001")], actor=ACTOR)
    actions.accept_invitation(invited.code, PASSWORD)
    return town


def sign_in(
    client: Client, login: str = "G001", password: str = PASSWORD, **more: object
) -> object:
    return client.post(SIGN_IN, {"login": login, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- the form ---------------------------------------------------------------------------------


def test_the_sign_in_page_stands_in_both_languages(town: Town, client: Client) -> None:
    assert "工号" in client.get(SIGN_IN).content.decode()
    english = client.get(SIGN_IN, headers={"accept-language": "en"}).content.decode()
    assert "Staff number or mobile number" in english


@pytest.mark.parametrize("login", ["G001", "g001", "139 0000 0001"])
def test_staff_number_and_phone_both_sign_in(worker: Town, client: Client, login: str) -> None:
    response = sign_in(client, login)

    assert (response.status_code, response["Location"]) == (302, "/field/")
    assert client.session["post"] == str(worker.posts["G001"])
    last = journal.timeline([worker.account("G001")])[-1]
    assert (last.verb, last.details["how"]) == ("account.signed_in", "password")


def test_a_wrong_password_says_what_to_do_and_repeats_no_password(
    worker: Town, client: Client
) -> None:
    response = sign_in(client, password="four cats in the yard")

    assert response.status_code == 422
    assert "four cats" not in response.content.decode()
    assert not is_signed_in(client)


def test_after_five_wrong_tries_the_right_password_is_refused_too(
    worker: Town, client: Client
) -> None:
    for login in ("G001", "139 0000 0001", "g001", "G001", "13900000001"):
        sign_in(client, login, "wrong password here")

    locked = sign_in(client)

    assert locked.status_code == 429
    assert "15" in locked.content.decode()
    assert not is_signed_in(client)
    # elsewhere the same person is not locked out by it
    other = Client(REMOTE_ADDR="10.0.0.9")
    assert sign_in(other).status_code == 302
    # and whoever shares the address signs in as before
    assert sign_in(client, "S001", "no such password").status_code == 422


def test_no_table_holds_a_telephone_number_that_was_typed_wrongly(
    worker: Town, client: Client
) -> None:
    sign_in(client, "139 0000 0001", "wrong password here")
    sign_in(client, "13812345678", "wrong password here")

    with db.connection().cursor() as cursor:
        cursor.execute("SELECT * FROM axes_accessattempt")
        text = str(cursor.fetchall())
    assert len(text) > 10
    for secret in ("13900000001", "139 0000 0001", "13812345678", "wrong password"):
        assert secret not in text


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("/desk/?x=1", "/desk/?x=1"),
        ("https://evil.example/", "/field/"),
        ("//evil.example", "/field/"),
    ],
)
def test_one_comes_back_only_to_an_address_of_this_site(
    worker: Town, client: Client, asked: str, there: str
) -> None:
    assert sign_in(client, next=asked)["Location"] == there


def test_the_session_gets_a_new_key_when_somebody_signs_in(worker: Town, client: Client) -> None:
    client.get(SIGN_IN)
    session = client.session
    session["before"] = 1
    session.save()
    old = client.session.session_key

    sign_in(client)

    assert client.session.session_key != old


def test_signing_out_ends_the_session(worker: Town, client: Client) -> None:
    sign_in(client)

    assert client.get("/account/sign-out/").status_code == 405
    client.post("/account/sign-out/")

    assert not is_signed_in(client)
    last = journal.timeline([worker.account("G001")])[-1]
    assert (last.verb, last.details) == ("account.signed_out", {"how": "asked"})


# --- being still ------------------------------------------------------------------------------


def test_after_thirty_still_minutes_one_is_signed_out(worker: Town, client: Client) -> None:
    sign_in(client)
    now = clock.now()

    with clock.frozen(now + timedelta(minutes=29)):
        assert client.get("/account/").status_code == 200
    with clock.frozen(now + timedelta(minutes=58)):
        assert client.get("/account/").status_code == 200
    with clock.frozen(now + timedelta(minutes=89)):
        response = client.get("/account/")
    assert response["Location"] == "/account/sign-in/?next=%2Faccount%2F"
    assert not is_signed_in(client)
    assert journal.timeline([worker.account("G001")])[-1].details == {"how": "idle"}


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(worker: Town, client: Client) -> None:
    sign_in(client)
    now = clock.now()

    with clock.frozen(now + timedelta(minutes=20)):
        client.get("/account/", headers={"x-gridward-poll": "1"})
    with clock.frozen(now + timedelta(minutes=31)):
        client.get("/account/")

    assert not is_signed_in(client)


# --- posts ------------------------------------------------------------------------------------


def test_one_switches_to_another_post_of_ones_own_and_to_no_other(
    worker: Town, client: Client
) -> None:
    street = worker.organisations["street-1"]
    desk = directory.give_post(
        worker.people["G001"], role="street_desk", organisation_id=street, actor=ACTOR
    )
    sign_in(client)

    assert client.post("/account/post/", {"post": worker.posts["S001"]}).status_code == 403
    assert client.session["post"] == str(worker.posts["G001"])
    moved = client.post("/account/post/", {"post": desk})

    assert moved["Location"] == "/desk/"
    assert client.session["post"] == str(desk)


def test_when_the_present_post_ends_work_goes_on_in_another(worker: Town, client: Client) -> None:
    sign_in(client)
    street = worker.organisations["street-1"]
    directory.give_post(worker.people["G001"], role="caller", organisation_id=street, actor=ACTOR)
    directory.end_post(worker.posts["G001"], actor=ACTOR)

    page = client.get("/account/").content.decode()

    assert "第1街道" in page
    assert str(worker.posts["G001"]) not in page


def test_without_any_post_one_is_told_whom_to_ask(worker: Town, client: Client) -> None:
    directory.end_post(worker.posts["G001"], actor=ACTOR)

    assert sign_in(client)["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert client.get("/account/tokens/").status_code == 403


def test_a_locked_account_is_out_at_once(worker: Town, client: Client) -> None:
    sign_in(client)
    actions.lock_account(worker.account("G001"), actor=ACTOR)

    assert client.get("/account/")["Location"].startswith(SIGN_IN)


def test_another_password_ends_the_other_sessions(worker: Town, client: Client) -> None:
    other = Client()
    sign_in(client)
    sign_in(other)

    changed = client.post(
        "/account/password/",
        {"old": PASSWORD, "password": "four cats in the yard", "again": "four cats in the yard"},
    )

    assert changed.status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302


# --- invitations and tokens -------------------------------------------------------------------


def test_an_invited_person_chooses_a_password_and_is_in(town: Town, client: Client) -> None:
    (invited,) = actions.invite([town.account("S001")], actor=ACTOR)
    form = {"code": invited.code, "password": PASSWORD, "again": "something else"}

    assert client.post("/account/invitation/", form).status_code == 422
    response = client.post("/account/invitation/", {**form, "again": PASSWORD})

    assert response["Location"] == "/desk/"
    assert is_signed_in(client)
    used = Client().post("/account/invitation/", {**form, "again": PASSWORD})
    assert used.status_code == 422


def test_a_token_is_shown_once(worker: Town, client: Client) -> None:
    sign_in(client)

    page = client.post("/account/tokens/", {"name": "sheet", "days": "30", "scopes": ["case.see"]})

    assert page.content.decode().count("gwt_") == 1
    assert "gwt_" not in client.get("/account/tokens/").content.decode()
    too_wide = client.post(
        "/account/tokens/", {"name": "x", "days": "30", "scopes": ["audit.read"]}
    )
    assert too_wide.status_code == 422
    (token,) = queries.tokens_of(queries.account(worker.account("G001")))
    client.post(f"/account/tokens/{token.id}/withdraw/")
    assert queries.tokens_of(queries.account(worker.account("G001"))) == []


# --- the demo's cards -------------------------------------------------------------------------


@pytest.fixture
def marked(town: Town, settings: object) -> Iterator[Town]:
    """The town as a demo: switch on, loopback, database marked."""
    settings.GRIDWARD_DEMO = True  # type: ignore[attr-defined]
    settings.GRIDWARD_BIND = "127.0.0.1"  # type: ignore[attr-defined]
    import gridward.web.ui.sessions as sessions

    before = sessions.is_demo_database
    sessions.is_demo_database = lambda: True
    yield town
    sessions.is_demo_database = before


LOCAL = {"REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "127.0.0.1"}


def cards_of(client: Client) -> int:
    return client.get(SIGN_IN).content.decode().count('class="gw-door"')


def test_seven_cards_stand_on_the_first_page_of_a_demo(marked: Town) -> None:
    assert cards_of(Client(**LOCAL)) == 7


def test_a_card_signs_in_and_another_one_after_it(marked: Town) -> None:
    client = Client(**LOCAL)

    for number, home in (("G001", "/field/"), ("S001", "/desk/"), ("D002", "/desk/")):
        response = client.post("/account/demo/", {"post": marked.posts[number]})
        assert response["Location"] == home
        assert client.session["post"] == str(marked.posts[number])


def test_a_card_signs_in_nobody_who_has_no_card(marked: Town) -> None:
    response = Client(**LOCAL).post("/account/demo/", {"post": marked.posts["G008"]})

    assert response.status_code == 404


@pytest.mark.parametrize("missing", ["switch", "mark", "bind", "remote", "proxy", "host"])
def test_each_condition_alone_takes_cards_and_sign_in_away(
    marked: Town, settings: object, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    meta, headers = dict(LOCAL), {}
    if missing == "switch":
        settings.GRIDWARD_DEMO = False  # type: ignore[attr-defined]
    elif missing == "mark":
        monkeypatch.setattr("gridward.web.ui.sessions.is_demo_database", is_demo_database)
        assert not is_demo_database()
    elif missing == "bind":
        settings.GRIDWARD_BIND = "0.0.0.0"  # type: ignore[attr-defined]
    elif missing == "remote":
        meta["REMOTE_ADDR"] = "192.168.1.7"
    elif missing == "proxy":
        headers["x-forwarded-for"] = "192.168.1.7"
    else:
        settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
        meta["SERVER_NAME"] = "demo.example"
    client = Client(headers=headers, **meta)

    assert cards_of(client) == 0
    refused = client.post("/account/demo/", {"post": marked.posts["G001"]})
    assert refused.status_code == 404
    assert not is_signed_in(client)


def test_the_mark_is_read_from_the_database_itself(space: object) -> None:
    assert not is_demo_database()
    if db.vendor() == "sqlite":
        mark_demo_database()
        assert is_demo_database()


def test_a_page_reads_session_account_and_posts_once_each(
    worker: Town, client: Client, django_assert_num_queries: object
) -> None:
    sign_in(client)
    client.get("/account/")

    # session, account with its person, posts for viewer and switcher, generations
    with django_assert_num_queries(4):  # type: ignore[operator]
        client.get("/account/")
