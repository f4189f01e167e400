"""Migrations say what the models say, and settings say what they read."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from tests.guards.source import PACKAGE

pytestmark = pytest.mark.guard


def test_migrations_hold_every_change_of_the_models(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


def test_every_setting_from_the_environment_is_described() -> None:
    source = (PACKAGE / "settings" / "base.py").read_text()
    described = source.split('"""')[1]
    read = set(re.findall(r'env\(\s*"(GRIDWARD_[A-Z_]+)"', source))
    internal = {"GRIDWARD_BUILDING"}

    assert sorted(name for name in read - internal if name not in described) == []


def test_every_journal_verb_names_a_thing_and_what_was_done() -> None:
    from gridward.journal import verbs

    faults = [v.key for v in verbs.every() if not re.fullmatch(r"[a-z_]+\.[a-z_]+", v.key)]

    assert not faults, "\n".join(faults)
