"""Every screen can be drawn with invented content, in both languages, without a database."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.web.preview import samples

from gridward.web.ui import context

pytestmark = pytest.mark.urls("tests.web.preview.urls")


@pytest.fixture(autouse=True)
def no_public_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a district decided stands in its database; these screens have none."""
    monkeypatch.setattr(context, "_shows_public", lambda: False)


@pytest.mark.parametrize("name", samples.names())
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_screen_is_drawn(name: str, language: str) -> None:
    answer = Client(headers={"accept-language": language}).get(f"/_preview/{name}/")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<main id="main"' in page
