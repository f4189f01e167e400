"""The small town that the stories happen in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cases.walking import CaseTown, case_town
from tests.journeys.stories.picturing import PICTURED, camera


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


@pytest.fixture(autouse=True)
def pictures(request: pytest.FixtureRequest) -> Iterator[None]:
    """With WRITE_IMAGES=1 the stories take pictures of their pages."""
    camera.browser = request.getfixturevalue("browser") if PICTURED else None
    yield
    camera.browser = None
