"""Managers read what a process asks and does: every guard and effect has a phrase."""

from __future__ import annotations

import pytest
from django.utils import translation

from gridward.catalog import registry
from gridward.catalog.registry import Kind
from gridward.web.workbench.process_words import EFFECTS, GUARDS

pytestmark = pytest.mark.guard


@pytest.mark.parametrize(("kind", "phrases"), [(Kind.GUARD, GUARDS), (Kind.EFFECT, EFFECTS)])
def test_every_name_that_a_step_may_use_has_its_phrase(
    kind: Kind, phrases: dict[str, object]
) -> None:
    assert set(phrases) == set(registry.names(kind))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_two_of_them_read_the_same(language: str) -> None:
    with translation.override(language):
        said = [str(phrase) for phrase in (*GUARDS.values(), *EFFECTS.values())]

    assert len(said) == len(set(said))
