"""What administrators read and change, on a phone and at a desk: readable, nothing too wide."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cases.walking import CaseTown
from tests.journeys.conftest import axe_faults
from tests.serving import DESK, PHONE, browsing
from tests.town import ACTOR

from gridward.access import actions as access
from gridward.directory import actions as directory
from gridward.directory.actions import NewPerson, NewPost
from gridward.territory import queries as territory

pytestmark = pytest.mark.journey

LONG = "很长很长的名字" * 11
ADDRESSES = {
    "system_admin": (
        "/desk/areas/{district}/",
        "/desk/areas/check/",
        "/desk/areas/{community}/redraw/",
        "/desk/areas/{grid}/split/",
        "/desk/catalogue/",
        "/desk/catalogue/matters/manhole/",
        "/desk/catalogue/process/",
        "/desk/catalogue/calendars/",
        "/desk/catalogue/decisions/",
        "/desk/catalogue/decisions/year/",
    ),
    "security_admin": (
        "/desk/people/",
        "/desk/people/import/",
        "/desk/people/{person}/",
        "/desk/organisations/",
        "/desk/organisations/{organisation}/",
        "/desk/sight/",
    ),
    "audit_admin": ("/desk/audit/",),
}


@pytest.fixture
def administered(town_served: tuple[str, CaseTown]) -> tuple[str, dict[str, str]]:
    """The address of a town with its three administrators and somebody with a very long name."""
    address, town = town_served
    where = town.town.organisations["district"]
    new = [
        NewPerson("Z001", "系统员", "", "none", (NewPost("system_admin", where),)),
        NewPerson("Z002", "安全员", "", "none", (NewPost("security_admin", where),)),
        NewPerson("Z003", "审计员", "", "none", (NewPost("audit_admin", where),)),
        NewPerson("Z004", LONG, "", "none", (NewPost("district_desk", where),)),
    ]
    ids = directory.create_people(new, actor=ACTOR)
    access.open_accounts(ids, actor=ACTOR)
    named = {
        "district": town.town.district,
        "community": town.town.communities[0],
        "grid": town.town.grids[0],
        "person": ids[-1],
        "organisation": where,
    }
    return address, {key: str(value) for key, value in named.items()}


def signed_in(page: Any, role: str) -> Any:
    """The page, as whoever signs in with the card of this role; who was in is out."""
    page.context.clear_cookies()
    page.goto("/account/sign-in/")
    page.locator(f"button[data-role={role}]").click()
    page.wait_for_load_state()
    return page


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "locale"), [(PHONE, "zh-CN"), (DESK, "en-GB")])
def test_administrators_screens_are_readable_and_axe_finds_nothing(
    browser: Any, administered: tuple[str, dict[str, str]], shape: dict[str, Any], locale: str
) -> None:
    address, named = administered
    faults: list[str] = []

    with browsing(browser, address, shape, locale=locale) as page:
        for role, addresses in ADDRESSES.items():
            signed_in(page, role)
            for each in addresses:
                page.goto(each.format(**named))
                width = page.evaluate("document.documentElement.scrollWidth")
                if width > shape["viewport"]["width"]:
                    faults.append(f"{each}: {width} px wide")
                faults.extend(f"{each}: {fault}" for fault in axe_faults(page))

    assert faults == []


def test_a_line_drawn_on_the_map_is_previewed_and_then_holds(
    browser: Any, administered: tuple[str, dict[str, str]]
) -> None:
    address, named = administered
    one, other = territory.children(int(named["community"]))
    _west, _south, east, _north = territory.ground().boundary(int(named["community"])).bounds
    upright = min(territory.ground().boundary(each.id).bounds[2] for each in (one, other)) < east

    with browsing(browser, address, DESK, maps=True) as page:
        signed_in(page, "system_admin")
        page.goto(f"/desk/areas/{named['community']}/redraw/")
        page.select_option("#c-one", str(one.id))
        page.select_option("#c-other", str(other.id))
        page.locator("[data-line-target=tools]:not([hidden])").wait_for()
        box = page.locator("[data-line-target=map]").bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        # a line across the middle of the map, a little slanted, beyond the ground at both ends
        far = box["height"] / 2 - 6 if upright else box["width"] / 2 - 60
        for way in (-1, 1):
            along = (18 * way, far * way) if upright else (far * way, 18 * way)
            page.mouse.click(middle[0] + along[0], middle[1] + along[1])
            page.wait_for_timeout(250)
        page.mouse.click(middle[0] + along[0], middle[1] + along[1])
        page.wait_for_function("document.getElementById('c-line').value.split('\\n').length === 2")
        page.locator("button[name=look]").click()
        page.locator(".gw-sketch-former").wait_for()
        assert territory.boundary_version() == 1
        page.locator("button[name=make]").click()
        page.get_by_text("已完成").first.wait_for()

    assert territory.boundary_version() == 2
    sizes = [territory.area(area.id).area_m2 for area in (one, other)]
    assert sum(sizes) == pytest.approx(one.area_m2 + other.area_m2, rel=1e-6)
    assert sizes != [one.area_m2, other.area_m2]
