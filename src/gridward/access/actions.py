"""Every write of access."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from gridward.access import codes, errors, models, queries, rules
from gridward.core import clock
from gridward.core.action import action, single_statement
from gridward.core.db import connection, insert_many
from gridward.core.ids import new_id
from gridward.directory import actions as directory_actions
from gridward.directory import queries as directory
from gridward.directory.actions import ImportReport
from gridward.directory.errors import NoSuchPost
from gridward.journal.actions import note, note_many
from gridward.journal.rules import ActorRef
from gridward.vault import actions as vault
from gridward.vault import queries as vaulted


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as it is handed over, once. code: shown now and never again."""

    account_id: uuid.UUID
    staff_number: str
    name: str
    code: str
    expires_at: datetime


# --- accounts and invitations -----------------------------------------------------------------


@action
def open_accounts(
    person_ids: Iterable[uuid.UUID], *, actor: ActorRef, at: datetime | None = None
) -> list[uuid.UUID]:
    """Open an account, without a password, for each of these people who has none.

    Returns the ids of the new accounts. Flat statements for any number of people.
    """
    moment = at or clock.now()
    missing = queries.persons_without_account(person_ids)
    numbers = directory.staff_numbers(missing)
    rows = [
        models.Account(
            id=new_id(),
            person_id=person_id,
            login=queries.login_of(numbers[person_id]),
            password=make_password(None),
            made_at=moment,
        )
        for person_id in missing
    ]
    insert_many(models.Account, rows)
    note_many(
        "account.opened", [(a.id, {"person": a.person_id}) for a in rows], actor=actor, at=moment
    )
    return [a.id for a in rows]


@action
def admit_people(
    table: Sequence[Sequence[object]],
    *,
    actor: ActorRef,
    good_rows_only: bool = False,
    dry_run: bool = False,
    at: datetime | None = None,
) -> ImportReport:
    """Import people with their posts and open their accounts, all of it or nothing.

    The table and the report are those of `directory.actions.import_people`.
    """
    report = directory_actions.import_people(
        table, actor=actor, good_rows_only=good_rows_only, dry_run=dry_run, at=at
    )
    if not dry_run:
        open_accounts(report.people.values(), actor=actor, at=at)
    return report


@action
def invite(
    account_ids: Iterable[uuid.UUID],
    *,
    actor: ActorRef,
    days: int = rules.INVITATION_DAYS,
    at: datetime | None = None,
) -> list[Invited]:
    """Invite people to choose a password; returns the codes, which are kept nowhere.

    An earlier invitation that is still open ends: one account has one at a time.
    """
    moment = at or clock.now()
    expires_at = moment + timedelta(days=days)
    wanted = list(account_ids)
    rows: list[models.Invitation] = []
    invited: list[Invited] = []
    for start in range(0, len(wanted), 5000):
        part = wanted[start : start + 5000]
        models.Invitation.objects.filter(
            account_id__in=part, used_at__isnull=True, revoked_at__isnull=True
        ).update(revoked_at=moment)
        for account in models.Account.objects.filter(id__in=part).order_by("login"):
            code = codes.new_invitation_code()
            rows.append(
                models.Invitation(
                    id=new_id(),
                    account_id=account.id,
                    code_hash=codes.invitation_hash(code),
                    made_at=moment,
                    expires_at=expires_at,
                )
            )
            invited.append(
                Invited(
                    account_id=account.id,
                    staff_number=account.person.staff_number,
                    name=account.person.name,
                    code=code,
                    expires_at=expires_at,
                )
            )
    insert_many(models.Invitation, rows)
    note_many(
        "account.invited",
        [(i.account_id, {"invitation": i.id, "expires": i.expires_at}) for i in rows],
        actor=actor,
        at=moment,
    )
    return invited


def accept_invitation(code: str, password: str, *, at: datetime | None = None) -> uuid.UUID:
    """Set the password that an invited person chose; returns the account's id.

    Raises BadInvitation, WeakPassword.
    """
    account = queries.invited_account(code)
    # hashing takes a while on purpose: not inside the transaction
    return _use_invitation(code, _hashed(password, account), at=at)


@action
def _use_invitation(code: str, hashed: str, *, at: datetime | None = None) -> uuid.UUID:
    moment = at or clock.now()
    invitation = queries.lock_invitation(code, moment)
    invitation.used_at = moment
    invitation.save(update_fields=["used_at"])
    models.Account.objects.filter(id=invitation.account_id).update(password=hashed)
    note(
        "account.invitation_used",
        invitation.account_id,
        actor=_self(invitation.account_id),
        at=moment,
        invitation=invitation.id,
    )
    return invitation.account_id


def change_password(account_id: uuid.UUID, *, old: str, new: str) -> None:
    """Change one's own password; every other session of the account ends.

    Raises WrongSignIn when `old` is wrong, WeakPassword.
    """
    account = queries.account(account_id)
    if not check_password(old, account.password):
        raise errors.WrongSignIn()
    _set_password(account_id, _hashed(new, account))


@action
def _set_password(account_id: uuid.UUID, hashed: str) -> None:
    queries.lock_account(account_id)
    models.Account.objects.filter(id=account_id).update(password=hashed)
    note("account.password_changed", account_id, actor=_self(account_id), at=clock.now())


def _hashed(password: str, account: models.Account) -> str:
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise errors.WeakPassword(reasons=" ".join(error.messages)) from None
    return make_password(password)


@action
def lock_account(
    account_id: uuid.UUID, *, actor: ActorRef, reason: str = "", at: datetime | None = None
) -> None:
    """Nobody signs in with this account any more, and whoever is signed in is out."""
    if not queries.lock_account(account_id).is_active:
        return
    models.Account.objects.filter(id=account_id).update(is_active=False)
    note("account.locked", account_id, actor=actor, at=at or clock.now(), reason=reason or None)


@action
def unlock_account(account_id: uuid.UUID, *, actor: ActorRef, at: datetime | None = None) -> None:
    """The account works again, and its failed sign-ins are forgotten."""
    from axes.utils import reset

    account = queries.lock_account(account_id)
    models.Account.objects.filter(id=account_id).update(is_active=True)
    reset(username=account.login)
    note("account.unlocked", account_id, actor=actor, at=at or clock.now())


# --- the second factor ------------------------------------------------------------------------


@action
def begin_second_factor(account_id: uuid.UUID, *, at: datetime | None = None) -> None:
    """Make the secret that an authenticator shares; it is asked for once it has been confirmed.

    Asked again before that, the secret stays the same. Raises FactorThere.
    """
    moment = at or clock.now()
    queries.lock_account(account_id)
    found = queries.lock_second_factor(account_id)
    if found is not None:
        if found.confirmed_at is not None:
            raise errors.FactorThere()
        return
    subject = vault.new_subject()
    (secret,) = vault.seal_texts([(subject, "account.totp", codes.new_shared_secret())])
    models.SecondFactor(
        id=new_id(), account_id=account_id, subject=subject, secret=secret.id, made_at=moment
    ).save(force_insert=True)
    note("account.factor_prepared", account_id, actor=_self(account_id), at=moment)


@action
def confirm_second_factor(
    account_id: uuid.UUID, code: str, *, at: datetime | None = None
) -> list[str]:
    """Turn the second step on with a first code; returns the recovery codes, shown once.

    Raises NoFactor, FactorThere, WrongCode.
    """
    moment = at or clock.now()
    found = queries.lock_second_factor(account_id)
    if found is None:
        raise errors.NoFactor()
    if found.confirmed_at is not None:
        raise errors.FactorThere()
    _take_code(found, code, moment)
    models.SecondFactor.objects.filter(id=found.id).update(confirmed_at=moment)
    made = _write_recovery_codes(account_id, moment)
    note(
        "account.factor_set",
        account_id,
        actor=_self(account_id),
        at=moment,
        recovery_codes=len(made),
    )
    return made


@action
def use_second_factor(account_id: uuid.UUID, code: str, *, at: datetime | None = None) -> str:
    """Use up a code of the authenticator, or a recovery code; returns which: code or recovery.

    Raises NoFactor, WrongCode; a code works once.
    """
    moment = at or clock.now()
    found = queries.lock_second_factor(account_id)
    if found is None or found.confirmed_at is None:
        raise errors.NoFactor()
    how = "code"
    try:
        _take_code(found, code, moment)
    except errors.WrongCode:
        recovery = queries.lock_recovery_code(account_id, code)
        if recovery is None:
            raise
        recovery.used_at = moment
        recovery.save(update_fields=["used_at"])
        how = "recovery"
    note("account.factor_used", account_id, actor=_self(account_id), at=moment, how=how)
    return how


def _take_code(factor: models.SecondFactor, code: str, now: datetime) -> None:
    secret = vaulted.open_text(factor.secret)
    if secret is None:
        raise errors.NoFactor()
    shown = {step: codes.totp(secret, step) for step in rules.steps_around(now)}
    step = rules.fresh_step(code, shown, factor.last_step)
    if step is None:
        raise errors.WrongCode()
    models.SecondFactor.objects.filter(id=factor.id).update(last_step=step)


def _write_recovery_codes(account_id: uuid.UUID, at: datetime) -> list[str]:
    models.RecoveryCode.objects.filter(account_id=account_id).delete()
    made = [codes.new_recovery_code() for _ in range(rules.RECOVERY_CODES)]
    insert_many(
        models.RecoveryCode,
        [
            models.RecoveryCode(
                id=new_id(),
                account_id=account_id,
                code_hash=codes.recovery_hash(account_id, code),
                made_at=at,
            )
            for code in made
        ],
    )
    return made


@action
def renew_recovery_codes(
    account_id: uuid.UUID, code: str, *, at: datetime | None = None
) -> list[str]:
    """Make new recovery codes, shown once; the old ones end. Raises NoFactor, WrongCode."""
    moment = at or clock.now()
    use_second_factor(account_id, code, at=moment)
    made = _write_recovery_codes(account_id, moment)
    note(
        "account.recovery_codes_made",
        account_id,
        actor=_self(account_id),
        at=moment,
        recovery_codes=len(made),
    )
    return made


@action
def drop_second_factor(account_id: uuid.UUID, code: str, *, at: datetime | None = None) -> None:
    """Turn one's own second step off. Raises FactorRequired, NoFactor, WrongCode."""
    moment = at or clock.now()
    account = queries.account(account_id)
    held = directory.posts_of_person(account.person_id, at=moment)
    if rules.needs_second_factor((h.role for h in held), queries.roles_with_second_factor()):
        raise errors.FactorRequired()
    use_second_factor(account_id, code, at=moment)
    _forget_factor(account_id)
    note("account.factor_dropped", account_id, actor=_self(account_id), at=moment, how="asked")


@action
def reset_second_factor(
    account_id: uuid.UUID, *, actor: ActorRef, at: datetime | None = None
) -> None:
    """Take somebody's second step away, because the telephone is lost. Raises NoFactor."""
    queries.lock_account(account_id)
    if not _forget_factor(account_id):
        raise errors.NoFactor()
    note("account.factor_dropped", account_id, actor=actor, at=at or clock.now(), how="reset")


def _forget_factor(account_id: uuid.UUID) -> bool:
    found = queries.lock_second_factor(account_id)
    if found is None:
        return False
    models.RecoveryCode.objects.filter(account_id=account_id).delete()
    models.SecondFactor.objects.filter(id=found.id).delete()
    vault.drop_texts([found.secret])
    return True


# --- signing in and out -----------------------------------------------------------------------


@action
def record_sign_in(
    account_id: uuid.UUID, *, post_id: uuid.UUID | None, how: str, at: datetime | None = None
) -> None:
    """Note that somebody signed in. how: password, invitation, demo."""
    if post_id is not None:
        models.Account.objects.filter(id=account_id).update(last_post=post_id)
    note(
        "account.signed_in",
        account_id,
        actor=_by(account_id, post_id),
        at=at or clock.now(),
        post=post_id,
        how=how,
    )


@action
def record_sign_out(
    account_id: uuid.UUID, *, post_id: uuid.UUID | None, how: str, at: datetime | None = None
) -> None:
    """Note that somebody signed out. how: asked, idle."""
    note(
        "account.signed_out",
        account_id,
        actor=_by(account_id, post_id),
        at=at or clock.now(),
        how=how,
    )


@action
def switch_post(
    account_id: uuid.UUID, post_id: uuid.UUID, *, at: datetime | None = None
) -> rules.Viewer:
    """Work in another post of one's own from now on. Raises NotYourPost."""
    account = queries.account(account_id)
    viewer = queries.viewer_for(account, post_id, at=at)
    models.Account.objects.filter(id=account_id).update(last_post=post_id)
    note(
        "account.post_switched",
        account_id,
        actor=ActorRef("post", post_id),
        at=at or clock.now(),
        post=post_id,
    )
    return viewer


def _by(account_id: uuid.UUID, post_id: uuid.UUID | None) -> ActorRef:
    return ActorRef("post", post_id) if post_id is not None else _self(account_id)


def _self(account_id: uuid.UUID) -> ActorRef:
    """Somebody who acts for themselves before any post is chosen."""
    return ActorRef("system", f"account:{account_id}")


# --- tokens -----------------------------------------------------------------------------------


@action
def issue_token(
    viewer: rules.Viewer,
    *,
    name: str,
    scopes: Iterable[str],
    days: int = 90,
    at: datetime | None = None,
) -> tuple[uuid.UUID, str]:
    """Make a personal API token for the present post; returns its id and the token, shown once.

    scopes: capabilities, all of which the post has. Raises TokenTooWide, TokenTooLong, NoPost.
    """
    moment = at or clock.now()
    wanted = frozenset(scopes)
    if viewer.account_id is None:
        raise errors.NoPost()
    if extra := wanted - viewer.capabilities:
        raise errors.TokenTooWide(extra=", ".join(sorted(extra)))
    if not 0 < days <= rules.TOKEN_DAYS_MAX:
        raise errors.TokenTooLong(most=rules.TOKEN_DAYS_MAX)
    token = codes.new_token()
    row = models.ApiToken(
        id=new_id(),
        account_id=viewer.account_id,
        post_id=viewer.post_id,
        name=name[:80],
        token_hash=codes.token_hash(token),
        scopes=sorted(wanted),
        made_at=moment,
        expires_at=moment + timedelta(days=days),
    )
    row.save(force_insert=True)
    note(
        "token.issued",
        row.id,
        actor=ActorRef("post", viewer.post_id),
        at=moment,
        account=viewer.account_id,
        post=viewer.post_id,
        expires=row.expires_at,
    )
    return row.id, token


@action
def withdraw_token(
    viewer: rules.Viewer, token_id: uuid.UUID, *, at: datetime | None = None
) -> None:
    """End one of one's own tokens. Raises BadToken when it is not one's own or has ended."""
    moment = at or clock.now()
    if viewer.account_id is None:
        raise errors.BadToken()
    done = models.ApiToken.objects.filter(
        id=token_id, account_id=viewer.account_id, revoked_at__isnull=True
    ).update(revoked_at=moment)
    if not done:
        raise errors.BadToken()
    note(
        "token.withdrawn",
        token_id,
        actor=ActorRef("post", viewer.post_id),
        at=moment,
        account=viewer.account_id,
    )


# --- absence ----------------------------------------------------------------------------------


@action
def state_absence(
    viewer: rules.Viewer,
    post_id: uuid.UUID,
    *,
    deputy_id: uuid.UUID,
    begins: datetime,
    ends: datetime,
    at: datetime | None = None,
) -> uuid.UUID:
    """Name a deputy for a post of one's own, or for anybody's as the security administrator.

    Returns the deputy's post. Refuses as `directory.actions.name_deputy` does, and with
    NotYourPost.
    """
    _check_may_speak_for(viewer, post_id)
    return directory_actions.name_deputy(
        post_id,
        deputy_id=deputy_id,
        begins=begins,
        ends=ends,
        actor=ActorRef("post", viewer.post_id),
        at=at,
    )


@action
def withdraw_absence(
    viewer: rules.Viewer, stand_in_id: uuid.UUID, *, at: datetime | None = None
) -> None:
    """End an absence early: its holder is back. Raises NotYourPost, NoSuchPost, PostEnded."""
    stood = directory.holder(stand_in_id)
    if stood.stands_in_for is None:
        raise NoSuchPost()
    _check_may_speak_for(viewer, stood.stands_in_for)
    directory_actions.end_absence(stand_in_id, actor=ActorRef("post", viewer.post_id), at=at)


def _check_may_speak_for(viewer: rules.Viewer, post_id: uuid.UUID) -> None:
    held = directory.holder(post_id)
    if held.person_id != viewer.person_id and not viewer.may("people.manage"):
        raise errors.NotYourPost()


# --- what programs send -----------------------------------------------------------------------


def send_once(
    viewer: rules.Viewer,
    *,
    client_id: str,
    digest: str,
    act: Callable[[], uuid.UUID],
    at: datetime | None = None,
) -> tuple[uuid.UUID, bool]:
    """Do `act` unless it was done under this client_id; returns its id and whether it was new.

    digest: of all that was sent. `act` and the note of it are one transaction. Raises
    ClientIdUsed when something else was sent under the id, and whatever `act` refuses with.
    """
    if viewer.account_id is None:
        raise errors.NoPost()
    for attempt in (1, 2):
        before = queries.sent_before(viewer.account_id, client_id)
        if before is not None:
            if before.digest != digest:
                raise errors.ClientIdUsed()
            return before.result, False
        try:
            return _act_once(viewer.account_id, client_id, digest, act, at=at), True
        except IntegrityError:  # the same was sent twice at one moment: the other one did it
            if attempt == 2:
                raise
    raise AssertionError("unreachable")


@action
def _act_once(
    account_id: uuid.UUID,
    client_id: str,
    digest: str,
    act: Callable[[], uuid.UUID],
    *,
    at: datetime | None = None,
) -> uuid.UUID:
    # the note comes first, so that the second of two at one moment waits here and not on its act
    sent = models.SentOnce(
        id=new_id(),
        account_id=account_id,
        client_id=client_id,
        digest=digest,
        result=account_id,
        made_at=at or clock.now(),
    )
    sent.save(force_insert=True)
    sent.result = act()
    sent.save(update_fields=["result"])
    return sent.result


@action
def record_audit_look(
    viewer: rules.Viewer,
    *,
    kind: str,
    about: uuid.UUID | None = None,
    at: datetime | None = None,
) -> None:
    """Note that an auditor looked. kind: which list; about: the person asked for, if one was."""
    note(
        "audit.looked",
        viewer.account_id or viewer.post_id,
        actor=ActorRef("post", viewer.post_id),
        at=at or clock.now(),
        kind=kind,
        person=about,
    )


# --- how often --------------------------------------------------------------------------------


def count_up(windows: Mapping[str, timedelta]) -> dict[str, rules.Tallied]:
    """Count each key once more, for every process alike; how often it was in its window, and until
    when that is open.

    windows: key → how long its window stays open once it has begun
    One statement of its own, outside any transaction: nobody waits for a busy key longer than for
    that, and what was counted stays counted when the act that follows is refused. Raises NoRoom.
    """
    begins = int(clock.now().timestamp() * 1000)
    length_ms = {key: int(within.total_seconds() * 1000) for key, within in windows.items()}
    # in one order everywhere, so that two statements never wait for each other
    rows = [(key, begins + length_ms[key]) for key in sorted(windows)]
    marks = ", ".join(["(%s, 1, %s)"] * len(rows))
    with single_statement(), connection().cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO access_tally (key, count, ends_ms) VALUES {marks}
            ON CONFLICT (key) DO UPDATE SET
                count = CASE WHEN access_tally.ends_ms <= %s THEN 1
                        ELSE access_tally.count + 1 END,
                ends_ms = CASE WHEN access_tally.ends_ms <= %s THEN excluded.ends_ms
                          ELSE access_tally.ends_ms END
            RETURNING key, count, ends_ms
            """,  # noqa: S608 - marks alone
            [part for row in rows for part in row] + [begins, begins],
        )
        return {key: queries.tallied_as(count, ends) for key, count, ends in cursor.fetchall()}


# --- tidying ----------------------------------------------------------------------------------


@action
def tidy() -> int:
    """Take away ended sessions, old failed sign-ins (they hold addresses) and closed windows of
    counts; returns how many."""
    from axes.models import AccessAttempt
    from django.contrib.sessions.models import Session

    now = clock.now()
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    tries, _ = AccessAttempt.objects.filter(attempt_time__lt=now - rules.TRIES_KEPT).delete()
    sent, _ = models.SentOnce.objects.filter(made_at__lt=now - rules.SENT_KEPT).delete()
    counts, _ = models.Tally.objects.filter(ends_ms__lte=int(now.timestamp() * 1000)).delete()
    return int(sessions + tries + sent + counts)
