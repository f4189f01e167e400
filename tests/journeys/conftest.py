"""A small town, served for real, and the people who work in it."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from PIL import Image
from tests.cases.walking import CaseTown, case_town
from tests.databases import Space
from tests.serving import browsing, serving

PICTURED = os.environ.get("WRITE_IMAGES") == "1"  # screenshots for the documentation


@pytest.fixture
def town_served(space: Space) -> Iterator[tuple[str, CaseTown]]:
    """The address of a served town with the sign-in cards, and the town."""
    town = case_town()
    with serving(space, demo=True) as address:
        yield address, town


class People:
    """Pages of residents and staff, each in a browser of their own; every one is watched."""

    def __init__(self, browser: Any, address: str, stack: ExitStack) -> None:
        self.browser, self.address, self.stack = browser, address, stack

    def somebody(
        self, shape: dict[str, Any], *, locale: str = "zh-CN", maps: bool = PICTURED
    ) -> Any:
        """A page of a visitor. maps: drawn by the browser; else their pictures stay."""
        page = browsing(self.browser, self.address, shape, locale=locale, maps=maps)
        return self.stack.enter_context(page)

    def staff(
        self, role: str, shape: dict[str, Any], *, locale: str = "zh-CN", maps: bool = PICTURED
    ) -> Any:
        """A page of whoever signs in with the card of this role."""
        page = self.somebody(shape, locale=locale, maps=maps)
        page.goto("/account/sign-in/")
        page.locator(f"button[data-role={role}]").click()
        page.wait_for_load_state()
        return page


@pytest.fixture
def people(browser: Any, town_served: tuple[str, CaseTown]) -> Iterator[People]:
    with ExitStack() as stack:
        yield People(browser, town_served[0], stack)


def jpeg(colour: str = "teal") -> dict[str, Any]:
    """A photo as a file input takes it."""
    made = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(made, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def step(page: Any, key: str) -> Any:
    """The form of a step on a case page, opened."""
    form = page.locator(f"#step-{key}")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    return form


def press(form: Any) -> None:
    """Send a step's form and wait for the page after it."""
    page = form.page
    form.locator("form button:not([type=button])").last.click()
    page.wait_for_load_state()


def state(page: Any) -> str:
    """The state that a case page shows."""
    return str(page.locator(".gw-case-top .gw-badge").first.inner_text()).strip()


def receipt_and_code(page: Any) -> tuple[str, str]:
    """What stands on the receipt page."""
    number = re.sub(r"\D", "", page.locator("#receipt").inner_text())
    return number, page.locator("#code").inner_text().strip()


@contextmanager
def no_script(browser: Any, address: str, shape: dict[str, Any]) -> Iterator[Any]:
    """A page in a browser that runs no script."""
    context = browser.new_context(
        base_url=address, locale="zh-CN", java_script_enabled=False, **shape
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def axe_faults(page: Any) -> list[str]:
    """What axe finds wrong on the page under WCAG 2.1 A and AA: rule, and the first element."""
    from axe_playwright_python.sync_playwright import Axe

    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
