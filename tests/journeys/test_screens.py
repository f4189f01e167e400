"""Every screen of those who receive, handle and lead, on a phone and at a desk, in both languages:
readable, nothing too wide. Residents' and grid workers' are looked at in `test_screens_public`.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.cases import walking
from tests.cases.walking import HERE, CaseTown
from tests.journeys.conftest import People, axe_faults
from tests.serving import DESK, PHONE

from gridward.cases import actions
from gridward.core import ids

pytestmark = pytest.mark.journey

OF_ROLE = {
    "street_desk": (
        "/desk/",
        "/desk/cases/",
        "/desk/cases/?q=龙",
        "/desk/?tab=soon",
        "/desk/?tab=passed",
        "/desk/cases/?urgent=1&overdue=1&since=2026-01-01",
        "/desk/cases/export/?urgent=1",
        "/desk/map/",
        "/desk/tips/",
        "/desk/shift/",
        "/desk/report/",
        "/desk/phone/",
        "/desk/data/",
        "/desk/overview/",
        "/desk/inbox/",
    ),
    "department_handler": ("/desk/", "/desk/cases/?order=newest", "/desk/inbox/", "/desk/data/"),
    "community_cadre": ("/desk/", "/desk/shift/", "/desk/report/"),
    "duty_chief": ("/desk/", "/desk/cases/?state=handling", "/desk/map/?overdue=1"),
    "district_leader": (
        "/desk/approvals/",
        "/desk/overview/",
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
}


# one page each of these kinds is opened from the links that the pages above hold
LINKED = {
    r"/desk/cases/[0-9a-f-]{36}/": 2,
    r"/desk/cases/[0-9a-f-]{36}/print/": 1,
    r"/desk/data/[0-9a-f-]{36}/": 1,
    r"/desk/tips/[0-9a-f-]{36}/": 1,
}
OPEN_ALL = "for (const each of document.querySelectorAll('main details')) each.open = true"


@pytest.fixture
def busy(town_served: tuple[str, CaseTown]) -> None:
    """Cases in every state, some late, one with very long words; a tip, a request, a proposal."""
    _address, town = town_served
    before = datetime.now(UTC) - timedelta(hours=30)
    for to in ("submitted", "returned", "handling", "disposed", "closure_checking", "closed"):
        walking.walk(town, to, at=before)
    long = "很长的话" * 300 + "http" + "s" * 300
    walking.submit(at=before, words=long, matter="")
    walking.submit(at=before, matter="family_violence")  # opened only with a reason
    proposed = walking.walk(town, "handling", at=before)
    actions.propose_force_close(
        proposed.id,
        by=town.viewer("D002"),
        version=proposed.version,
        words=long,
        reply="将纳入年度改造" * 20,
    )
    actions.note_tip(town.viewer("G001"), client_id=ids.new_id().hex, words=long[:480], place=HERE)
    asked = walking.submit(at=before)
    actions.ask_about_data(asked.submission, "correct", field="phone", wish="13900139000")
    actions.hand_over_shift(town.viewer("S001"), words="答应王先生五点回电话")


class Looking:
    """Pages of one person, looked at one after the other; what was wrong with them."""

    def __init__(self, page: Any, width: int) -> None:
        self.page, self.width = page, width
        self.faults: list[str] = []
        self.links: dict[str, None] = {}

    def go(self, address: str, ready: str = "body") -> None:
        """Opens an address and looks at it, when this part of it is there."""
        answer = self.page.goto(address)
        self.page.locator(ready).wait_for(timeout=60_000)
        if answer.status >= 500:
            self.faults.append(f"{address}: {answer.status}")
        self.look(address)

    def look(self, name: str) -> None:
        """The page as it came, and with everything on it unfolded: never too wide; then axe."""
        page = self.page
        hrefs = page.eval_on_selector_all("a", "all => all.map(one => one.getAttribute('href'))")
        self.links.update(dict.fromkeys(href for href in hrefs if href))
        for state in ("", " unfolded"):
            if state:
                page.evaluate(OPEN_ALL)
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > self.width:
                self.faults.append(f"{name}{state}: {wide} px wide")
        self.faults.extend(f"{name}: {fault}" for fault in axe_faults(page))

    def follow(self) -> None:
        """Looks at a few pages of each kind that the pages so far led to."""
        for kind, most in LINKED.items():
            for address in [link for link in self.links if re.fullmatch(kind, link)][:most]:
                self.go(address)


def refuse_a_step(looking: Looking) -> None:
    """A form sent without what it asks for: the page that says so, with what was typed."""
    page = looking.page
    page.goto("/desk/cases/?state=submitted")
    page.locator("a[id^='case-']:visible").first.click()
    form = page.locator("#step-ask_info form")
    form.evaluate("form => { form.noValidate = true; form.requestSubmit() }")
    page.locator("a[href='#step-ask_info']").wait_for()
    looking.look("a refused step")


def pick_several(looking: Looking) -> None:
    """Rows ticked on the page of what waits, on a phone as at a desk, and their common form."""
    page = looking.page
    page.goto("/desk/")
    for box in page.locator("input[name=case]:visible").all():
        box.check()
    page.locator(".gw-pick-bar button").click()
    page.wait_for_url("**/bulk/**")
    looking.look("several together")


# every screen at both widths takes minutes: GRIDWARD_TEST_SCREENS=all looks so, else each role's
# screens are looked at in one of them
WHOLE = os.environ.get("GRIDWARD_TEST_SCREENS") == "all"
ON_A_PHONE = ("street_desk", "community_cadre", "department_handler")
AT_A_DESK = ("duty_chief", "district_leader", "department_handler")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "locale", "roles"),
    [(PHONE, "zh-CN", ON_A_PHONE), (DESK, "en-GB", AT_A_DESK)],
    ids=["phone", "desk"],
)
def test_no_screen_of_staff_is_too_wide_and_axe_finds_nothing(
    people: People, busy: None, shape: dict[str, Any], locale: str, roles: tuple[str, ...]
) -> None:
    width = shape["viewport"]["width"]
    everybody = []

    for role, addresses in OF_ROLE.items():
        if not WHOLE and role not in roles:
            continue
        looking = Looking(people.staff(role, shape, locale=locale), width)
        everybody.append(looking)
        for address in addresses:
            looking.go(address)
        looking.follow()
        if role == "street_desk":
            refuse_a_step(looking)
            pick_several(looking)
        if shape is DESK and role == "duty_chief":  # elsewhere the map's picture stays
            drawn = Looking(people.staff(role, shape, locale=locale, maps=True), width)
            everybody.append(drawn)
            drawn.go("/desk/map/", ready="[data-map-ready]")

    assert [fault for looking in everybody for fault in looking.faults] == []
