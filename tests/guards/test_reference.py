"""The reference pages tell what the code does now."""

import pytest
from tests.guards.source import ROOT

from gridward.web.cli import reference

pytestmark = pytest.mark.guard


def test_the_reference_pages_are_up_to_date() -> None:
    folder = ROOT / "docs" / "reference"
    stale = [
        name
        for name, text in reference.pages().items()
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != text
    ]

    assert stale == [], "run `make docs`"
