"""What leaves the house: one sheet of paper, and one page for whoever has no account."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.cases import walking
from tests.cases.walking import RATTLING, CaseTown, case_of
from tests.journeys.conftest import People, axe_faults, jpeg, no_script, press, state, step
from tests.serving import DESK, PHONE

from gridward.cases import actions
from gridward.cases.actions import Contact
from gridward.cases.models import Case

pytestmark = pytest.mark.journey

LONG = "很长的话" * 400 + "http" + "s" * 300


def led_outside(town: CaseTown, words: str) -> Case:
    """A case that an organisation without accounts leads."""
    now = datetime.now(UTC)
    case = case_of(
        walking.submit(
            words=words, at=now - timedelta(minutes=20), contact=Contact(phone="13800138000")
        )
    )
    return actions.accept_and_dispatch(
        case.id,
        by=town.viewer("S001"),
        version=case.version,
        condition=RATTLING,
        lead=town.org("mun-1"),
    )


def test_an_event_fits_on_one_sheet_of_paper_whatever_was_written(
    people: People, town_served: tuple[str, CaseTown]
) -> None:
    _address, town = town_served
    case = led_outside(town, LONG)
    page = people.staff("street_desk", DESK)

    for variant in ("", "?for=outside"):
        page.goto(f"/desk/cases/{case.id}/print/{variant}")
        page.wait_for_load_state("networkidle")
        assert axe_faults(page) == []
        paper = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


def test_an_organisation_without_an_account_sends_the_result_from_a_phone_without_script(
    people: People, town_served: tuple[str, CaseTown]
) -> None:
    _address, town = town_served
    case = led_outside(town, "井盖响，请打13912345678")
    desk = people.staff("street_desk", DESK)
    desk.goto(f"/desk/cases/{case.id}/")
    desk.locator(".gw-tool summary", has_text="一次性链接").click()
    desk.get_by_role("button", name="生成链接").click()
    address = desk.locator("#link").input_value()
    assert axe_faults(desk) == []

    with no_script(people.browser, people.address, PHONE) as phone:
        phone.goto(address)
        assert "13912345678" not in phone.content()
        press(step(phone, "acknowledge"))
        form = step(phone, "dispose")
        form.locator("[name=internal]").fill("换了三个胶垫")
        form.locator("[name=reply]").fill("井盖已固定，不再响")
        form.locator("[name=photos]").set_input_files([jpeg()])
        press(form)
        assert "结果已收到" in phone.locator("main").inner_text()
        phone.goto(address)
        assert "这个链接无效或已失效" in phone.locator("main").inner_text()

    desk.goto(f"/desk/cases/{case.id}/")
    assert state(desk) == "待核查"
