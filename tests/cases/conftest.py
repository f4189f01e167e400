"""A town with the real packs for the cases' tests."""

from __future__ import annotations

import pytest
from tests.cases.walking import CaseTown, case_town


@pytest.fixture
def town(db: None) -> CaseTown:
    """The small town with the base and urban-grid packs loaded."""
    return case_town()
