"""The small town that the stories happen in."""

from __future__ import annotations

import pytest
from tests.cases.walking import CaseTown, case_town


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()
