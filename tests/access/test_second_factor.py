"""The second step of signing in: codes that work once, recovery codes, resets."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from tests.town import ACTOR, Town

from gridward.access import actions, codes, errors, models, queries, rules
from gridward.core import clock, db
from gridward.journal import queries as journal


def secret_of(account_id: uuid.UUID) -> str:
    actions.begin_second_factor(account_id)
    return queries.factor_setup(account_id).secret


def shown(secret: str, *, later: int = 0) -> str:
    """What an authenticator with this secret shows now, or so many periods later."""
    return codes.totp(secret, rules.steps_around(clock.now())[0] + later)


@pytest.fixture
def stepped(town: Town) -> tuple[uuid.UUID, str, list[str]]:
    """G001 with the second step on: account, secret, recovery codes."""
    account = town.account("G001")
    secret = secret_of(account)
    return account, secret, actions.confirm_second_factor(account, shown(secret, later=-1))


def test_a_first_code_turns_the_second_step_on_and_gives_ten_recovery_codes(town: Town) -> None:
    account = town.account("G001")
    secret = secret_of(account)
    assert not queries.has_second_factor(account)

    recovery = actions.confirm_second_factor(account, shown(secret))

    assert queries.has_second_factor(account)
    assert len(set(recovery)) == 10
    assert queries.recovery_codes_left(account) == 10


def test_asked_twice_the_secret_stays_the_same_until_it_is_confirmed(town: Town) -> None:
    account = town.account("G001")

    first, second = secret_of(account), secret_of(account)

    assert first == second
    assert models.SecondFactor.objects.count() == 1


def test_a_code_works_once(stepped: tuple[uuid.UUID, str, list[str]]) -> None:
    account, secret, _ = stepped
    code = shown(secret)

    assert actions.use_second_factor(account, code) == "code"

    with pytest.raises(errors.WrongCode):
        actions.use_second_factor(account, code)
    used = [e for e in journal.timeline([account]) if e.verb == "account.factor_used"]
    assert len(used) == 1


def test_an_earlier_code_works_no_more_once_a_later_one_was_taken(
    stepped: tuple[uuid.UUID, str, list[str]],
) -> None:
    account, secret, _ = stepped
    actions.use_second_factor(account, shown(secret, later=1))

    with pytest.raises(errors.WrongCode):
        actions.use_second_factor(account, shown(secret))


def test_a_clock_that_is_half_a_minute_wrong_is_forgiven_and_two_minutes_are_not(
    stepped: tuple[uuid.UUID, str, list[str]],
) -> None:
    account, secret, _ = stepped
    with pytest.raises(errors.WrongCode):
        actions.use_second_factor(account, shown(secret, later=4))

    assert actions.use_second_factor(account, shown(secret, later=1)) == "code"


def test_a_recovery_code_works_once_however_it_is_typed(
    stepped: tuple[uuid.UUID, str, list[str]],
) -> None:
    account, _, recovery = stepped

    assert actions.use_second_factor(account, recovery[0].lower().replace("-", " ")) == "recovery"

    assert queries.recovery_codes_left(account) == 9
    with pytest.raises(errors.WrongCode):
        actions.use_second_factor(account, recovery[0])


def test_one_persons_recovery_code_opens_nobody_elses_account(
    stepped: tuple[uuid.UUID, str, list[str]], town: Town
) -> None:
    _, _, recovery = stepped
    other = town.account("G002")
    secret = secret_of(other)
    actions.confirm_second_factor(other, shown(secret))

    with pytest.raises(errors.WrongCode):
        actions.use_second_factor(other, recovery[0])


def test_new_recovery_codes_end_the_old_ones(stepped: tuple[uuid.UUID, str, list[str]]) -> None:
    account, secret, old = stepped

    new = actions.renew_recovery_codes(account, shown(secret))

    assert not set(new) & set(old)
    with pytest.raises(errors.WrongCode):
        actions.use_second_factor(account, old[0])


def test_turning_it_off_needs_a_code_and_leaves_nothing_behind(
    stepped: tuple[uuid.UUID, str, list[str]],
) -> None:
    account, secret, _ = stepped
    with pytest.raises(errors.WrongCode):
        actions.drop_second_factor(account, "000000")
    assert queries.has_second_factor(account)

    actions.drop_second_factor(account, shown(secret))

    assert not models.SecondFactor.objects.exists()
    assert not models.RecoveryCode.objects.exists()
    with db.connection().cursor() as cursor:
        cursor.execute("SELECT count(*) FROM vault_secret WHERE kind = 'account.totp'")
        assert cursor.fetchone() == (0,)


def test_a_reset_is_journaled_with_who_did_it(
    stepped: tuple[uuid.UUID, str, list[str]], town: Town
) -> None:
    account, _, _ = stepped

    actions.reset_second_factor(account, actor=ACTOR)

    last = journal.timeline([account])[-1]
    assert (last.verb, last.details, last.actor_id) == (
        "account.factor_dropped",
        {"how": "reset"},
        "test",
    )
    assert not queries.has_second_factor(account)
    with pytest.raises(errors.NoFactor):
        actions.reset_second_factor(account, actor=ACTOR)


def test_no_table_and_no_entry_holds_the_secret_or_a_recovery_code(
    stepped: tuple[uuid.UUID, str, list[str]],
) -> None:
    _, secret, recovery = stepped
    with db.connection().cursor() as cursor:
        text = ""
        for table in ("access_secondfactor", "access_recoverycode", "vault_secret"):
            cursor.execute(f"SELECT * FROM {table}")
            text += str(
                [
                    [bytes(v) if isinstance(v, memoryview) else v for v in row]
                    for row in cursor.fetchall()
                ]
            )
        cursor.execute("SELECT canonical FROM journal_entry")
        text += str(cursor.fetchall())

    for hidden in (secret, recovery[0], recovery[0].replace("-", "")):
        assert hidden not in text


def test_what_was_sent_before_is_done_once(town: Town) -> None:
    viewer = town.viewer("G001")
    done: list[int] = []

    def act() -> uuid.UUID:
        done.append(1)
        return viewer.post_id

    first = actions.send_once(viewer, client_id="client-0001", digest="a", act=act)
    again = actions.send_once(viewer, client_id="client-0001", digest="a", act=act)

    assert (first, again, len(done)) == ((viewer.post_id, True), (viewer.post_id, False), 1)
    with pytest.raises(errors.ClientIdUsed):
        actions.send_once(viewer, client_id="client-0001", digest="b", act=act)
    assert len(done) == 1


def test_what_was_refused_may_be_sent_again_under_the_same_id(town: Town) -> None:
    viewer = town.viewer("G001")

    def refuse() -> uuid.UUID:
        raise errors.NoPost()

    with pytest.raises(errors.NoPost):
        actions.send_once(viewer, client_id="client-0001", digest="a", act=refuse)

    assert not models.SentOnce.objects.exists()


def test_what_programs_sent_is_forgotten_after_a_month(town: Town) -> None:
    viewer = town.viewer("G001")
    long_ago = clock.now() - rules.SENT_KEPT - timedelta(days=1)
    actions.send_once(
        viewer, client_id="old-0001", digest="a", act=lambda: viewer.post_id, at=long_ago
    )
    actions.send_once(viewer, client_id="new-0001", digest="a", act=lambda: viewer.post_id)

    actions.tidy()

    assert list(models.SentOnce.objects.values_list("client_id", flat=True)) == ["new-0001"]
