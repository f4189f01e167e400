"""The reference pages tell what the code does now."""

import os
import subprocess
import sys

import pytest
from tests.guards.source import ROOT

pytestmark = pytest.mark.guard


def test_the_reference_pages_are_up_to_date() -> None:
    # in a process of its own: tests declare verbs that the product does not have
    told = subprocess.run(
        [sys.executable, "-m", "gridward.cli", "reference", "--check"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "gridward.settings.test"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0, f"run `make docs`\n{told.stdout}{told.stderr}"
