"""A town with the real packs, and a gateway that only pretends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cases.walking import CaseTown, case_town
from tests.databases import Space
from tests.notify.telling import gateway as pretended

from gridward.notify import fake


@pytest.fixture
def town(space: Space) -> Iterator[CaseTown]:
    """The town in a database of its own: what is written is committed."""
    with space.entered():
        yield case_town()


@pytest.fixture
def gateway() -> Iterator[fake.Gateway]:
    """Text messages and WeCom go here."""
    with pretended() as found:
        yield found
