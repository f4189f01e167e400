from __future__ import annotations

import pytest
from tests.town import Town, make_town


@pytest.fixture
def town(db: None) -> Town:
    return make_town()
