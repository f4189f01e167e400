"""The small town that the stories happen in."""

from __future__ import annotations

import pytest
from tests.cases.walking import CaseTown, case_town

from gridward.web.outside.views import misses


@pytest.fixture
def town(db: None) -> CaseTown:
    misses.forget()
    return case_town()
