"""Every read of access: accounts, the viewer, tokens, the demo's people."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from gridward.access import codes, models, rules
from gridward.access.capabilities import EXCLUSIVE
from gridward.access.errors import (
    BadInvitation,
    BadToken,
    NoFactor,
    NoPost,
    NoSuchAccount,
    NotYourPost,
)
from gridward.access.rules import Grant, Viewer
from gridward.catalog.definitions import AreaKind, Role
from gridward.catalog.errors import NoResponsibleRule
from gridward.catalog.queries import catalogue, responsible
from gridward.core import clock
from gridward.directory import queries as directory
from gridward.directory.rules import Holder, folded, plain_phone
from gridward.territory import queries as ground
from gridward.vault import queries as vault


@dataclass(frozen=True, slots=True)
class PostCard:
    """A post as the switcher shows it. role_title: in both languages, shown in the active one."""

    post_id: uuid.UUID
    role: str
    role_title: object
    organisation_id: uuid.UUID
    organisation_zh: str
    organisation_en: str
    area_id: int | None
    absent_name: str = ""


# --- accounts ---------------------------------------------------------------------------------


def account(account_id: uuid.UUID) -> models.Account:
    """The account with its person. Raises NoSuchAccount."""
    try:
        return models.Account.objects.get(id=account_id)
    except models.Account.DoesNotExist:
        raise NoSuchAccount() from None


def account_by_login(written: str) -> models.Account | None:
    """The account that signs in with this staff number or telephone number.

    A phone is found through the vault's keyed index; a number that two people share opens neither.
    """
    found = models.Account.objects.filter(login=login_of(written)).first()
    if found is not None:
        return found
    phone = plain_phone(written)
    if phone is None:
        return None
    person = directory.person_of_subject(vault.subjects_by_phones([phone]).get(phone, ()))
    return None if person is None else models.Account.objects.filter(person=person).first()


def account_of_person(person_id: uuid.UUID) -> models.Account | None:
    """The account of a person, if one was opened."""
    return models.Account.objects.filter(person_id=person_id).first()


def login_of(staff_number: str) -> str:
    """A staff number as accounts keep it: half-width, lower case."""
    return folded(staff_number)[:32]


def counted_name(written: str) -> str:
    """The name under which failed sign-ins are counted.

    The same for a person's staff number and phone, so that two ways in are not twice the tries;
    for a stranger a digest, because people type telephone numbers and passwords there.
    """
    found = account_by_login(written)
    if found is not None:
        return found.login
    return "unknown:" + hashlib.sha256(folded(written).encode()).hexdigest()[:24]


def persons_without_account(person_ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Those of these people who have no account yet, in the order given."""
    wanted = list(person_ids)
    there: set[uuid.UUID] = set()
    for start in range(0, len(wanted), 5000):
        rows = models.Account.objects.filter(person_id__in=wanted[start : start + 5000])
        there.update(rows.values_list("person_id", flat=True))
    return [p for p in wanted if p not in there]


def names_of_accounts(account_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Account id → the person's name; one statement."""
    rows = models.Account.objects.filter(id__in=list(account_ids))
    return dict(rows.values_list("id", "person__name"))


def accounts_of_people(person_ids: Iterable[uuid.UUID]) -> list[models.Account]:
    """The accounts of these people, by login."""
    wanted = list(person_ids)
    found: list[models.Account] = []
    for start in range(0, len(wanted), 5000):
        found += models.Account.objects.filter(person_id__in=wanted[start : start + 5000])
    return sorted(found, key=lambda a: a.login)


def lock_account(account_id: uuid.UUID) -> models.Account:
    """The account, locked until the action ends. Raises NoSuchAccount."""
    found = models.Account.objects.select_for_update(of=("self",)).filter(id=account_id).first()
    if found is None:
        raise NoSuchAccount()
    return found


def lock_invitation(code: str, now: datetime) -> models.Invitation:
    """The invitation that `code` opens, locked until the action ends. Raises BadInvitation."""
    found = (
        models.Invitation.objects.select_for_update()
        .filter(code_hash=codes.invitation_hash(code))
        .first()
    )
    if found is None or not rules.is_usable(found.expires_at, found.used_at, found.revoked_at, now):
        raise BadInvitation()
    return found


def invited_account(code: str) -> models.Account:
    """Whom an invitation code is for, while it can be used. Raises BadInvitation."""
    found = models.Invitation.objects.filter(code_hash=codes.invitation_hash(code)).first()
    if found is None or not rules.is_usable(
        found.expires_at, found.used_at, found.revoked_at, clock.now()
    ):
        raise BadInvitation()
    return account(found.account_id)


# --- the second factor ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FactorSetup:
    """What an authenticator is told once: the secret, and the address that a picture holds."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class AccountState:
    """How somebody's account stands, as the administrator sees it."""

    id: uuid.UUID
    is_active: bool
    has_password: bool
    has_second_factor: bool
    invited_until: datetime | None


def account_states(
    person_ids: Iterable[uuid.UUID], *, at: datetime | None = None
) -> dict[uuid.UUID, AccountState]:
    """Person id → how the account stands, of those who have one; three statements for any
    number."""
    accounts = {
        a.id: a
        for a in models.Account.objects.filter(person_id__in=list(person_ids)).select_related(None)
    }
    stepped = accounts_with_second_factor(accounts)
    invited = dict(
        models.Invitation.objects.filter(
            account_id__in=accounts,
            used_at__isnull=True,
            revoked_at__isnull=True,
            expires_at__gt=at or clock.now(),
        ).values_list("account_id", "expires_at")
    )
    return {
        a.person_id: AccountState(
            id=a.id,
            is_active=a.is_active,
            has_password=a.has_usable_password(),
            has_second_factor=a.id in stepped,
            invited_until=invited.get(a.id),
        )
        for a in accounts.values()
    }


def has_second_factor(account_id: uuid.UUID) -> bool:
    """Whether the account is asked for a code when it signs in."""
    return models.SecondFactor.objects.filter(
        account_id=account_id, confirmed_at__isnull=False
    ).exists()


def accounts_with_second_factor(account_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these accounts that are asked for a code; one statement."""
    return set(
        models.SecondFactor.objects.filter(
            account_id__in=list(account_ids), confirmed_at__isnull=False
        ).values_list("account_id", flat=True)
    )


def factor_setup(account_id: uuid.UUID) -> FactorSetup:
    """The secret that waits to be confirmed. Raises NoFactor when none does."""
    found = models.SecondFactor.objects.filter(
        account_id=account_id, confirmed_at__isnull=True
    ).first()
    secret = None if found is None else vault.open_text(found.secret)
    if secret is None:
        raise NoFactor()
    login = account(account_id).login
    return FactorSetup(secret, codes.totp_address(secret, login=login, issuer="Gridward"))


def recovery_codes_left(account_id: uuid.UUID) -> int:
    """How many recovery codes still work."""
    return models.RecoveryCode.objects.filter(account_id=account_id, used_at__isnull=True).count()


def lock_second_factor(account_id: uuid.UUID) -> models.SecondFactor | None:
    """The account's second factor, locked until the action ends; None when there is none."""
    return models.SecondFactor.objects.select_for_update().filter(account_id=account_id).first()


def lock_recovery_code(account_id: uuid.UUID, written: str) -> models.RecoveryCode | None:
    """The unused recovery code that was typed, locked; None when there is none."""
    return (
        models.RecoveryCode.objects.select_for_update()
        .filter(
            account_id=account_id,
            code_hash=codes.recovery_hash(account_id, written),
            used_at__isnull=True,
        )
        .first()
    )


def roles_with_second_factor() -> frozenset[str]:
    """The roles that may only be worked in with a second factor, by the edition in force."""
    return frozenset(catalogue().settings.second_factor_roles)


def sent_before(account_id: uuid.UUID, client_id: str) -> models.SentOnce | None:
    """What a program sent under this id before."""
    return models.SentOnce.objects.filter(account_id=account_id, client_id=client_id).first()


# --- the viewer -------------------------------------------------------------------------------


def viewer_for(
    account: models.Account, post_id: uuid.UUID | None = None, *, at: datetime | None = None
) -> Viewer:
    """The account in one of its posts; one statement, whatever the number of posts.

    post_id: None takes the post last worked in, else the first one held.
    Raises NoPost when none is held, NotYourPost when `post_id` is not held (any more).
    """
    return viewer_and_posts(account, post_id, at=at)[0]


def viewer_and_posts(
    account: models.Account, post_id: uuid.UUID | None = None, *, at: datetime | None = None
) -> tuple[Viewer, list[PostCard]]:
    """`viewer_for` together with `posts_of`, still in one statement: what a page needs."""
    held = directory.posts_of_person(account.person_id, at=at) if account.is_active else []
    chosen = rules.choose_post([h.post_id for h in held], post_id, account.last_post_id)
    if chosen is None:
        raise NotYourPost() if held and post_id is not None else NoPost()
    viewer = _viewer(next(h for h in held if h.post_id == chosen), account.id)
    return viewer, [_post_card(h) for h in held]


def viewer_of_post(post_id: uuid.UUID, *, at: datetime | None = None) -> Viewer:
    """Whoever holds the post, as a viewer: for commands, replay and imports; two statements.

    Raises NoSuchPost, and NoPost when it has ended or not begun.
    """
    holder = directory.holder(post_id)
    if not _is_held(holder, at or clock.now()):
        raise NoPost()
    found = account_of_person(holder.person_id)
    return _viewer(holder, None if found is None else found.id)


def _is_held(holder: Holder, now: datetime) -> bool:
    return holder.valid_from <= now and (holder.valid_to is None or now < holder.valid_to)


def _viewer(
    holder: Holder,
    account_id: uuid.UUID | None,
    *,
    only: Iterable[str] | None = None,
    token_id: uuid.UUID | None = None,
) -> Viewer:
    organisation = directory.organisation(holder.organisation_id)
    role = catalogue().roles.get(holder.role)
    # a role that the edition in force no longer knows gives nothing
    capabilities = _capabilities_of(role) if role is not None else frozenset()
    return Viewer(
        post_id=holder.post_id,
        account_id=account_id,
        person_id=holder.person_id,
        person_name=holder.name,
        role=holder.role,
        scope=role.scope if role is not None else "none",
        organisation_id=organisation.id,
        organisation_kind=organisation.kind,
        organisation_type_code=organisation.type_code,
        area_id=holder.area_id,
        area_level=0 if holder.area_id is None else ground.area(holder.area_id).level,
        capabilities=capabilities if only is None else capabilities & frozenset(only),
        token_id=token_id,
        for_post=holder.stands_in_for,
        absent_name=holder.absent_name,
    )


def _capabilities_of(role: Role) -> frozenset[str]:
    return rules.held_capabilities(role.key, role.capabilities, EXCLUSIVE)


def posts_of(account: models.Account, *, at: datetime | None = None) -> list[PostCard]:
    """The posts that the account may switch to, oldest first; one statement."""
    return [_post_card(h) for h in directory.posts_of_person(account.person_id, at=at)]


def _post_card(held: Holder) -> PostCard:
    organisation = directory.organisation(held.organisation_id)
    role = catalogue().roles.get(held.role)
    return PostCard(
        post_id=held.post_id,
        role=held.role,
        role_title=held.role if role is None else role.title,
        organisation_id=organisation.id,
        organisation_zh=organisation.title_zh,
        organisation_en=organisation.title_en,
        area_id=held.area_id,
        absent_name=held.absent_name,
    )


def grants_of(person_id: uuid.UUID, *, at: datetime | None = None) -> list[Grant]:
    """Every right of a person with the post that it follows from; for “why may they?”."""
    roles = catalogue().roles
    return [
        Grant(
            capability=capability,
            post_id=held.post_id,
            role=held.role,
            scope=roles[held.role].scope,
            area_id=held.area_id,
            organisation_id=held.organisation_id,
        )
        for held in directory.posts_of_person(person_id, at=at)
        if held.role in roles
        for capability in sorted(_capabilities_of(roles[held.role]))
    ]


# --- tokens -----------------------------------------------------------------------------------


def viewer_for_token(token: str, *, at: datetime | None = None) -> Viewer:
    """Who speaks with a personal API token, with the rights that both token and post give.

    Two statements. Raises BadToken, also when the account is locked or the post has ended.
    """
    now = at or clock.now()
    found = (
        models.ApiToken.objects.select_related("account")
        .filter(token_hash=codes.token_hash(token))
        .first()
    )
    if (
        found is None
        or not found.account.is_active
        or not rules.is_usable(found.expires_at, None, found.revoked_at, now)
    ):
        raise BadToken()
    holder = directory.holder(found.post_id)
    if not _is_held(holder, now):
        raise BadToken()
    return _viewer(holder, found.account_id, only=found.scopes, token_id=found.id)


def tokens_of(account: models.Account) -> list[models.ApiToken]:
    """The account's tokens that still work, newest first."""
    return list(
        models.ApiToken.objects.filter(
            account=account, revoked_at__isnull=True, expires_at__gt=clock.now()
        )
    )


# --- the demo's people ------------------------------------------------------------------------

DEMO_ROLES = (
    "grid_worker",
    "community_cadre",
    "street_desk",
    "department_handler",
    "duty_chief",
    "district_leader",
    "caller",
    "system_admin",
    "security_admin",
    "audit_admin",
)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One sign-in card: somebody to be, and where they work."""

    role: str
    role_title: object
    account_id: uuid.UUID
    post_id: uuid.UUID
    name: str
    organisation_zh: str
    organisation_en: str


def demo_people() -> list[DemoPerson]:
    """One account for each role of the cards, so chosen that they can walk one report together.

    The grid worker is of the lowest grid among houses; the station and the street desk are those
    above that grid, the department is the one that leads the first matter of the catalogue there.
    """
    by_role: dict[str, list[Holder]] = {"grid_worker": _first_grid_workers()}
    for holder in directory.holders_of_roles(DEMO_ROLES[1:]):
        by_role.setdefault(holder.role, []).append(holder)
    first = next(iter(by_role["grid_worker"]), None)
    chain = ground.chain(first.area_id if first is not None else None)
    lead = _lead_of_first_matter()

    def order(holder: Holder) -> tuple[bool, int, str]:
        organisation = directory.organisation(holder.organisation_id)
        other = organisation.kind == "department" and organisation.type_code != lead
        return other, _distance(holder.area_id, chain), holder.staff_number

    # the grid workers stand in the order in which they are asked to check a result
    chosen = [first] if first is not None else []
    chosen += [min(by_role[role], key=order) for role in DEMO_ROLES[1:] if by_role.get(role)]
    accounts = {a.person_id: a for a in accounts_of_people(h.person_id for h in chosen)}
    roles = catalogue().roles
    people = []
    for holder in chosen:
        if holder.person_id not in accounts:
            continue
        organisation = directory.organisation(holder.organisation_id)
        people.append(
            DemoPerson(
                role=holder.role,
                role_title=roles[holder.role].title if holder.role in roles else holder.role,
                account_id=accounts[holder.person_id].id,
                post_id=holder.post_id,
                name=holder.name,
                organisation_zh=organisation.title_zh,
                organisation_en=organisation.title_en,
            )
        )
    return people


def _first_grid_workers() -> list[Holder]:
    """Who works in the lowest grids, those among houses first; a page does not read them all."""
    grids = sorted(
        ground.areas_of_level("grid"),
        key=lambda area: (area.kind != AreaKind.URBAN_COMMUNITY, area.id),
    )
    place = {area.id: number for number, area in enumerate(grids[:20])}
    found = directory.holders_of_roles(["grid_worker"], area_ids=place)
    return sorted(
        found,
        key=lambda h: (place[h.area_id or 0], h.worker_kind == "part_time", h.staff_number),
    )


def _lead_of_first_matter() -> str:
    """Type code of the department that leads the first matter of the catalogue; empty for none."""
    edition = catalogue()
    for matter in edition.matters.values():
        try:
            return str(responsible(edition, matter.key, matter.default_condition, None).lead)
        except NoResponsibleRule:
            return ""
    return ""


def _distance(area_id: int | None, chain: tuple[int | None, ...]) -> int:
    """0 for the grid itself, then upwards; what lies elsewhere comes last."""
    if area_id in chain and area_id is not None:
        return len(chain) - chain.index(area_id)
    return len(chain) + 1


# --- how often --------------------------------------------------------------------------------


def tallied(key: str) -> rules.Tallied:
    """How often this was counted in the window that is open now; one statement."""
    now_ms = int(clock.now().timestamp() * 1000)
    found = (
        models.Tally.objects.filter(key=key, ends_ms__gt=now_ms)
        .values_list("count", "ends_ms")
        .first()
    )
    return tallied_as(*found) if found is not None else rules.Tallied()


def tallied_as(count: int, ends_ms: int) -> rules.Tallied:
    """A stored count as it is judged."""
    return rules.Tallied(count, datetime.fromtimestamp(ends_ms / 1000, tz=UTC))
