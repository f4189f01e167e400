"""The reference names what a pack may say, all of it."""

import re
from pathlib import Path

import pytest

from gridward.catalog import decisions, definitions, registry
from gridward.catalog.definitions import Entry
from gridward.catalog.registry import Kind

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference" / "packs.md").read_text("utf-8")
NAMED = set(re.findall(r"`([A-Za-z0-9_.]+)`", REFERENCE))
NAMED |= {word for code in re.findall(r"`([^`]*)`", REFERENCE) for word in re.findall(r"\w+", code)}
MODELS = [
    model
    for model in vars(definitions).values()
    if isinstance(model, type) and issubclass(model, Entry) and model is not Entry
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_reference_names_every_field(model: type[Entry]) -> None:
    fields = {field.alias or name for name, field in model.model_fields.items()}

    assert fields - NAMED == set()


@pytest.mark.parametrize("kind", [Kind.GUARD, Kind.EFFECT])
def test_the_reference_names_every_guard_and_effect(kind: Kind) -> None:
    assert registry.names(kind) - NAMED == set()


def test_the_reference_names_every_choice_and_kind_of_decision() -> None:
    choices = {
        *definitions.Unit,
        *definitions.AreaKind,
        *definitions.Level,
        *definitions.DeskKind,
        *definitions.Owner,
        *definitions.Convention,
        *definitions.STAGES,
        *definitions.SIDES,
        *decisions.KINDS,
    }

    assert {str(choice) for choice in choices} - NAMED == set()
