"""Pure decisions about who may."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from gridward.access import capabilities, codes, rules

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ONE, TWO, OTHER = (uuid.uuid4() for _ in range(3))


def test_the_post_asked_for_is_taken_only_when_it_is_held() -> None:
    assert rules.choose_post([ONE, TWO], TWO) == TWO
    assert rules.choose_post([ONE, TWO], OTHER) is None
    assert rules.choose_post([], ONE) is None


def test_without_asking_one_goes_on_in_the_last_post_else_in_the_first() -> None:
    assert rules.choose_post([ONE, TWO], None, last=TWO) == TWO
    assert rules.choose_post([ONE, TWO], None, last=OTHER) == ONE
    assert rules.choose_post([], None, last=ONE) is None


def test_a_code_opens_once_and_until_it_expires() -> None:
    later, before = NOW + timedelta(days=1), NOW - timedelta(days=1)

    assert rules.is_usable(later, None, None, NOW)
    assert not rules.is_usable(NOW, None, None, NOW)
    assert not rules.is_usable(later, before, None, NOW)
    assert not rules.is_usable(later, None, before, NOW)


def test_thirty_still_minutes_sign_out() -> None:
    assert not rules.is_idle(NOW - timedelta(minutes=29, seconds=59), NOW)
    assert rules.is_idle(NOW - timedelta(minutes=30), NOW)


LOOPBACK = {
    "switch": True,
    "marked": True,
    "bind": "127.0.0.1",
    "remote": "127.0.0.1",
    "host": "localhost",
    "forwarded": False,
}


def test_the_demos_cards_exist_when_every_condition_holds() -> None:
    assert rules.demo_sign_in_refusal(**LOOPBACK) is None
    assert rules.demo_sign_in_refusal(**{**LOOPBACK, "bind": "::1", "remote": "::1"}) is None


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("switch", False, "switch"),
        ("marked", False, "database"),
        ("bind", "0.0.0.0", "bind"),
        ("bind", "", "bind"),
        ("bind", "192.168.1.5", "bind"),
        ("remote", "192.168.1.7", "remote"),
        ("remote", "", "remote"),
        ("forwarded", True, "remote"),
        # a page elsewhere whose name was made to point here
        ("host", "evil.example", "host"),
    ],
)
def test_each_condition_alone_takes_the_demos_cards_away(
    name: str, value: object, why: str
) -> None:
    assert rules.demo_sign_in_refusal(**{**LOOPBACK, name: value}) == why


def test_an_invitation_code_is_found_however_it_is_typed() -> None:
    code = codes.new_invitation_code()
    plain = code.replace("-", "")

    assert len(plain) == 16
    for typed in (
        code.lower(),
        plain,
        f" {code} ",
        code.replace("-", " "),
        code.replace("0", "O").replace("1", "l"),
    ):
        assert codes.invitation_hash(typed) == codes.invitation_hash(code)
    assert codes.invitation_hash(codes.new_invitation_code()) != codes.invitation_hash(code)


@pytest.mark.guard
def test_no_role_of_the_base_pack_has_what_belongs_to_another_administrator() -> None:
    text = Path(settings.GRIDWARD_PACKS, "base", "roles.yaml").read_text(encoding="utf-8")
    roles = {role["key"]: role["capabilities"] for role in yaml.safe_load(text)}

    assert rules.exclusive_faults(roles, capabilities.EXCLUSIVE) == []
    assert {c for held in roles.values() for c in held} <= set(capabilities.CAPABILITIES)
    assert set(capabilities.EXCLUSIVE) <= set(capabilities.CAPABILITIES)
    for administrator in set(capabilities.EXCLUSIVE.values()):
        assert set(roles[administrator]) <= set(capabilities.EXCLUSIVE)


def test_a_pack_cannot_hand_out_what_belongs_to_an_administrator() -> None:
    given = ["case.accept", "audit.read"]
    exclusive = {"audit.read": "audit_admin"}

    assert rules.held_capabilities("street_desk", given, exclusive) == {"case.accept"}
    assert rules.held_capabilities("audit_admin", given, exclusive) == set(given)


def test_a_role_with_an_administrators_capability_is_named() -> None:
    roles = {"street_desk": ["case.accept", "audit.read"], "audit_admin": ["audit.read"]}

    assert rules.exclusive_faults(roles, {"audit.read": "audit_admin"}) == [
        ("street_desk", "audit.read")
    ]
