"""A street desk's morning by keyboard alone: twenty reports accepted and dispatched."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.cases import walking
from tests.cases.walking import CaseTown
from tests.journeys.conftest import People, state
from tests.serving import DESK

from gridward.cases.models import Case

pytestmark = pytest.mark.journey

MANY = 20
ALLOWED_S = 300


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Any) -> None:
        self.page, self.pressed = page, 0

    def press(self, key: str) -> None:
        self.pressed += 1
        self.page.keyboard.press(key)


def focused(page: Any) -> str:
    """What has the focus, in words."""
    return str(page.evaluate("document.activeElement.textContent")).strip()


def test_twenty_reports_are_accepted_and_dispatched_in_five_minutes_by_keyboard(
    people: People, town_served: tuple[str, CaseTown]
) -> None:
    _address, _town = town_served
    now = datetime.now(UTC)
    for number in range(MANY):
        walking.submit(words=f"第{number + 1}个井盖响", at=now - timedelta(minutes=MANY - number))
    page = people.staff("street_desk", DESK)
    keys = Keys(page)
    began = time.monotonic()

    for _ in range(MANY):
        keys.press("n")
        page.wait_for_url("**/desk/cases/*/#act")
        assert focused(page) == "受理并派遣"
        keys.press("Enter")
        page.locator(".gw-alert.is-good").wait_for()
        assert state(page) == "待签收"

    took = time.monotonic() - began
    assert Case.objects.filter(state="dispatched").count() == MANY
    assert keys.pressed == 2 * MANY
    assert took < ALLOWED_S, f"{took:.0f} s"


def test_rows_are_walked_chosen_and_opened_and_typing_is_left_alone(
    people: People, town_served: tuple[str, CaseTown]
) -> None:
    now = datetime.now(UTC)
    for number in range(3):
        walking.submit(words=f"第{number + 1}个井盖响", at=now - timedelta(minutes=9 - number))
    page = people.staff("street_desk", DESK)

    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert "第2个井盖响" in focused(page)
    assert page.locator("[data-pick-target=said]").inner_text() == "已选 2 件"
    page.keyboard.press("k")
    page.keyboard.press("?")
    assert page.locator("dialog[open] kbd").count() >= 7
    page.keyboard.press("?")
    page.keyboard.press("a")
    page.wait_for_url("**/desk/cases/*/#act")
    assert focused(page) == "受理并派遣"

    page.goto("/desk/cases/")
    page.keyboard.press("/")
    page.keyboard.type("ajn?")
    assert page.locator("#q").input_value() == "ajn?"
    assert page.url.endswith("/desk/cases/")
