"""Accounts, invitations and passwords."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.test import RequestFactory, override_settings
from tests.databases import Space
from tests.town import ACTOR, Town, make_town

from gridward.access import actions, errors, models, queries
from gridward.core import clock
from gridward.core.errors import Problem
from gridward.directory.errors import FaultyRows
from gridward.journal import queries as journal

PASSWORD = "three dogs on the roof"


def test_people_get_accounts_once_and_without_a_password(town: Town) -> None:
    again = actions.open_accounts(town.people.values(), actor=ACTOR)

    assert again == []
    account = queries.account(town.account("G001"))
    assert account.login == "g001"
    assert not account.has_usable_password()


def test_an_account_is_found_by_staff_number_and_by_phone_in_any_spelling(town: Town) -> None:
    wanted = town.account("G001")

    for written in ("G001", "g001", " Ｇ００１ ", "13900000001", "+86 139-0000-0001"):
        found = queries.account_by_login(written)
        assert found is not None
        assert found.id == wanted
    for written in ("G999", "13999999999", "", "139"):
        assert queries.account_by_login(written) is None


def test_both_ways_in_are_counted_under_one_name_and_strangers_under_none_of_theirs(
    town: Town,
) -> None:
    assert queries.counted_name("G001") == queries.counted_name("13900000001") == "g001"
    stranger = queries.counted_name("13812345678")
    assert stranger.startswith("unknown:")
    assert "13812345678" not in stranger


def test_an_invitation_sets_the_password_once(town: Town) -> None:
    account = town.account("G001")
    (invited,) = actions.invite([account], actor=ACTOR)

    assert (invited.staff_number, invited.name) == ("G001", "网格员1")
    assert actions.accept_invitation(invited.code.lower(), PASSWORD) == account
    assert queries.account(account).check_password(PASSWORD)
    with pytest.raises(errors.BadInvitation):
        actions.accept_invitation(invited.code, "another long password")

    assert queries.account(account).check_password(PASSWORD)
    assert [line.verb for line in journal.timeline([account])] == [
        "account.opened",
        "account.invited",
        "account.invitation_used",
    ]


def test_only_a_hash_of_the_code_is_kept(town: Town) -> None:
    (invited,) = actions.invite([town.account("G001")], actor=ACTOR)
    row = models.Invitation.objects.get()

    assert invited.code.replace("-", "").encode() not in bytes(row.code_hash)
    assert len(bytes(row.code_hash)) == 32


def test_a_new_invitation_ends_the_one_before(town: Town) -> None:
    (first,) = actions.invite([town.account("G001")], actor=ACTOR)
    (second,) = actions.invite([town.account("G001")], actor=ACTOR)

    with pytest.raises(errors.BadInvitation):
        actions.accept_invitation(first.code, PASSWORD)
    actions.accept_invitation(second.code, PASSWORD)


def test_an_invitation_expires(town: Town) -> None:
    (invited,) = actions.invite([town.account("G001")], actor=ACTOR, days=14)

    with clock.frozen(invited.expires_at), pytest.raises(errors.BadInvitation):
        actions.accept_invitation(invited.code, PASSWORD)
    with clock.frozen(invited.expires_at - timedelta(seconds=1)):
        actions.accept_invitation(invited.code, PASSWORD)


def test_one_code_used_twice_at_once_works_once(space: Space) -> None:
    town = make_town()
    (invited,) = actions.invite([town.account("G001")], actor=ACTOR)

    results = space.at_once(
        lambda: actions.accept_invitation(invited.code, PASSWORD),
        lambda: actions.accept_invitation(invited.code, "four cats in the yard"),
    )

    assert sum(isinstance(r, errors.BadInvitation) for r in results) == 1
    assert results.count(town.account("G001")) == 1


@pytest.mark.parametrize("weak", ["short", "1234567890123", "password123"])
def test_a_weak_password_is_refused_and_the_code_stays_good(town: Town, weak: str) -> None:
    (invited,) = actions.invite([town.account("G001")], actor=ACTOR)

    with pytest.raises(errors.WeakPassword):
        actions.accept_invitation(invited.code, weak)

    actions.accept_invitation(invited.code, PASSWORD)


def test_changing_a_password_asks_for_the_present_one(town: Town) -> None:
    account = town.account("G001")
    (invited,) = actions.invite([account], actor=ACTOR)
    actions.accept_invitation(invited.code, PASSWORD)

    with pytest.raises(errors.WrongSignIn):
        actions.change_password(account, old="not this one", new="four cats in the yard")
    actions.change_password(account, old=PASSWORD, new="four cats in the yard")

    assert queries.account(account).check_password("four cats in the yard")


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"])
def test_passwords_are_kept_as_argon2(town: Town) -> None:
    (invited,) = actions.invite([town.account("G001")], actor=ACTOR)

    actions.accept_invitation(invited.code, PASSWORD)

    assert queries.account(town.account("G001")).password.startswith("argon2$argon2id$")


def test_a_locked_account_does_not_sign_in_until_it_is_unlocked(town: Town) -> None:
    account = town.account("G001")
    (invited,) = actions.invite([account], actor=ACTOR)
    actions.accept_invitation(invited.code, PASSWORD)
    request = RequestFactory().post("/account/sign-in/")

    def signs_in() -> bool:
        return authenticate(request=request, username="g001", password=PASSWORD) is not None

    assert signs_in()
    actions.lock_account(account, actor=ACTOR, reason="left")
    assert not signs_in()
    actions.unlock_account(account, actor=ACTOR)
    assert signs_in()


def test_inviting_costs_the_same_statements_for_one_and_for_many(
    town: Town, django_assert_num_queries: object
) -> None:
    few = [town.account("G001")]
    many = [town.account(number) for number in town.people]

    for accounts in (few, many):
        with django_assert_num_queries(6):  # type: ignore[operator]
            actions.invite(accounts, actor=ACTOR)


def test_the_invite_command_writes_codes_that_work_to_a_private_file(
    town: Town, tmp_path: object
) -> None:
    import csv
    from pathlib import Path

    out = Path(str(tmp_path), "codes.csv")

    call_command("invite", "G001", "S001", "--out", str(out))

    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows[1:]] == ["G001", "S001"]
    assert out.stat().st_mode & 0o777 == 0o600
    assert actions.accept_invitation(rows[1][2], PASSWORD) == town.account("G001")


def test_codes_are_only_made_where_they_can_be_written_and_nobody_else_reads_them(
    town: Town, tmp_path: Path
) -> None:
    account = town.account("G001")
    (before,) = actions.invite([account], actor=ACTOR)

    with pytest.raises(FileNotFoundError):
        call_command("invite", "G001", "--out", str(tmp_path / "nowhere" / "codes.csv"))
    assert actions.accept_invitation(before.code, PASSWORD) == account

    open_to_all = tmp_path / "codes.csv"
    open_to_all.touch(mode=0o644)
    call_command("invite", "S001", "--out", str(open_to_all))
    assert stat.S_IMODE(open_to_all.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], "nobody_named"),
        (["G001", "NIX-1"], "no_such_staff_numbers"),
        (["G001", "--days", "0"], "invitation_days"),
        (["G001", "--days", "91"], "invitation_days"),
    ],
)
def test_an_invitation_that_cannot_be_meant_invites_nobody(
    town: Town, words: list[str], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        call_command("invite", *words)

    assert refused.value.code == code
    assert not models.Invitation.objects.exists()


def test_admitting_people_opens_their_accounts_or_does_nothing_at_all(town: Town) -> None:
    head = ["工号", "姓名", "岗位", "所属单位"]
    good = ["A1", "张示例", "caller", "street-1"]

    with pytest.raises(FaultyRows):
        actions.admit_people([head, good, ["A2", "", "", ""]], actor=ACTOR)
    assert queries.account_by_login("A1") is None

    report = actions.admit_people([head, good], actor=ACTOR)
    account = queries.account_of_person(report.people["A1"])
    assert account is not None
    assert queries.viewer_for(account).role == "caller"
    # the same file again opens no second account
    actions.admit_people([head, good], actor=ACTOR)
    assert queries.account_of_person(report.people["A1"]) == account


def test_coming_and_going_stand_in_the_journal_with_the_post(town: Town) -> None:
    account, post = town.account("S001"), town.posts["S001"]

    actions.record_sign_in(account, post_id=post, how="password")
    actions.record_sign_out(account, post_id=post, how="asked")

    came, went = journal.timeline([account])[-2:]
    assert (came.verb, came.details) == (
        "account.signed_in",
        {"post": str(post), "how": "password"},
    )
    assert (went.verb, went.details) == ("account.signed_out", {"how": "asked"})
    assert {line.actor_id for line in (came, went)} == {str(post)}
    assert queries.account(account).last_post_id == post


def test_tidying_takes_ended_sessions_and_old_tries_and_nothing_else(town: Town) -> None:
    from axes.models import AccessAttempt
    from django.contrib.sessions.models import Session

    now = clock.now()
    for key, ends in (("ended", now - timedelta(minutes=1)), ("running", now + timedelta(hours=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
    for name, when in (("old", now - timedelta(days=2)), ("new", now)):
        AccessAttempt.objects.create(username=name, attempt_time=when, failures_since_start=1)
    AccessAttempt.objects.filter(username="old").update(attempt_time=now - timedelta(days=2))

    assert actions.tidy() == 2

    assert [s.session_key for s in Session.objects.all()] == ["running"]
    assert [a.username for a in AccessAttempt.objects.all()] == ["new"]
