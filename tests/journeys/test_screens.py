"""Every screen, on a phone and at a desk, in both languages: readable, nothing too wide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.cases import walking
from tests.cases.walking import CaseTown
from tests.journeys.conftest import People, axe_faults
from tests.serving import DESK, PHONE

pytestmark = pytest.mark.journey

PUBLIC = (
    "/",
    "/catalogue/",
    "/report/",
    "/report/protection/",
    "/track/",
    "/account/sign-in/",
    "/nowhere/",
)
OF_ROLE = {
    "street_desk": (
        "/desk/",
        "/desk/cases/",
        "/desk/cases/?q=龙",
        "/desk/?tab=soon",
        "/desk/?tab=passed",
        "/desk/cases/?urgent=1&overdue=1&since=2026-01-01",
        "/desk/cases/export/?urgent=1",
        "/desk/shift/",
        "/desk/report/",
        "/desk/overview/",
        "/o/nothing/",
    ),
    "department_handler": ("/desk/", "/desk/cases/?order=newest"),
    "duty_chief": ("/desk/",),
    "district_leader": (
        "/desk/catalogue/",
        "/desk/catalogue/?q=飞碟",
        "/desk/catalogue/matters/manhole/",
        "/desk/catalogue/admitted/",
        "/desk/catalogue/process/",
        "/desk/catalogue/roles/",
        "/desk/catalogue/rules/",
        "/desk/catalogue/calendars/",
        "/desk/catalogue/editions/",
        "/desk/catalogue/difference/",
    ),
    "grid_worker": (
        "/field/",
        "/field/report/",
        "/field/report/full/",
        "/field/report/resident/",
        "/field/tip/",
        "/field/grid/",
        "/field/solved/",
    ),
}


@pytest.fixture
def busy(town_served: tuple[str, CaseTown]) -> None:
    """Cases in every state, some late, one with very long words."""
    _address, town = town_served
    before = datetime.now(UTC) - timedelta(hours=30)
    for to in ("submitted", "returned", "handling", "disposed", "closure_checking", "closed"):
        walking.walk(town, to, at=before)
    walking.submit(at=before, words="很长的话" * 300 + "http" + "s" * 300, matter="")


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "locale"), [(PHONE, "zh-CN"), (DESK, "en-GB")])
def test_no_screen_is_too_wide_and_axe_finds_nothing(
    people: People, busy: None, shape: dict[str, Any], locale: str
) -> None:
    faults: list[str] = []

    def look(page: Any, address: str) -> None:
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > shape["viewport"]["width"]:
            faults.append(f"{address}: {width} px wide")
        faults.extend(f"{address}: {fault}" for fault in axe_faults(page))

    visitor = people.somebody(shape, locale=locale)
    for address in PUBLIC:
        look(visitor, address)
    for role, addresses in OF_ROLE.items():
        page = people.staff(role, shape, locale=locale)
        for address in addresses:
            look(page, address)
        links = page.locator("a[href*='/cases/'][href$='/'], a[href*='/check/']")
        found = {one.get_attribute("href") for one in links.all()} - {"/desk/cases/"}
        for address in sorted(found)[:4]:
            look(page, address)

    assert faults == []
