"""One report from the phone that made it to its end, through everybody's own screens."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cases.walking import CaseTown
from tests.journeys.conftest import (
    People,
    jpeg,
    no_script,
    press,
    receipt_and_code,
    state,
    step,
)
from tests.serving import DESK, PHONE

pytestmark = pytest.mark.journey

WORDS = "文昌路口井盖不见了，晚上很危险"


def test_a_report_is_accepted_returned_ruled_disposed_checked_called_back_and_closed(
    people: People,
) -> None:
    resident = people.somebody(PHONE, maps=True)
    resident.goto("/")
    resident.get_by_role("main").get_by_role("link", name="我要反映").click()
    resident.fill("#words", WORDS)
    resident.set_input_files("#photos", [jpeg()])
    resident.locator(".gw-map").first.scroll_into_view_if_needed()  # maps load when they are seen
    resident.locator(".gw-map[data-map-ready]").wait_for(timeout=20_000)
    box = resident.locator(".gw-map").bounding_box()
    side = min(box["width"], box["height"]) - 32
    # a tap near the upper left corner of the town: its first grid
    corner = {"x": box["width"] / 2 - 0.35 * side, "y": box["height"] / 2 - 0.35 * side}
    resident.locator(".gw-map").tap(position=corner)
    resident.locator("[data-place-target=found] span").wait_for()
    assert "第1社区第1网格" in resident.locator("[data-place-target=found]").inner_text()
    resident.fill("#phone", "13800138000")
    resident.locator(".gw-submit-bar button").click()
    resident.wait_for_url("**/report/done/")
    receipt, code = receipt_and_code(resident)

    def told() -> str:
        resident.goto("/track/mine/")
        return str(resident.locator("[aria-current=step]").inner_text())

    assert len(receipt) == 12 and code
    assert "已提交" in told()

    desk = people.staff("street_desk", DESK)
    desk.locator("a", has_text=WORDS[:8]).first.click()
    address = desk.url
    assert state(desk) == "待受理"
    form = step(desk, "accept_dispatch")
    form.locator("[name=condition]").select_option("manhole.missing")
    form.locator("[name=lead]").select_option("rule")
    press(form)
    assert state(desk) == "待签收"
    assert "已派单" in told()

    handler = people.staff("department_handler", DESK)
    handler.goto(address)
    press(step(handler, "acknowledge"))
    assert state(handler) == "办理中"
    assert "办理中" in told()

    form = step(handler, "return")
    form.locator("[name=words]").fill("井盖上印的是通信字样")
    form.locator("[name=suggested]").select_option(index=1)
    form.locator("[name=after_look]").check()
    form.locator("[name=photos]").set_input_files([jpeg("grey")])
    press(form)
    assert state(handler) == "退单审核中"
    resident.goto("/track/mine/")
    assert "正在确认承办单位" in resident.get_by_role("main").inner_text()

    desk.goto(address)
    form = step(desk, "uphold")
    form.locator("[name=words]").fill("先由市政处置，权属另查")
    press(form)
    assert state(desk) == "办理中"

    handler.goto(address)
    form = step(handler, "dispose")
    form.locator("[name=internal]").fill("补装井盖一个")
    form.locator("[name=reply]").fill("井盖已补装好，可以放心通行")
    press(form)
    # no after-photo yet: refused, and nothing typed is lost
    assert "处理后的照片" in handler.locator("#step-dispose [role=alert]").inner_text()
    form = step(handler, "dispose")
    assert form.locator("[name=reply]").input_value() == "井盖已补装好，可以放心通行"
    form.locator("[name=photos]").set_input_files([jpeg("green")])
    press(form)
    assert state(handler) == "待核查"
    assert "结果核实中" in told()

    desk.goto(address)
    press(step(desk, "send_to_check"))
    assert state(desk) == "核查中"

    worker = people.staff("grid_worker", PHONE)
    worker.locator(".gw-row a").first.click()
    assert WORDS in worker.get_by_role("main").inner_text()
    worker.locator("label.gw-choice", has_text="核查通过").click()
    worker.locator("main form .btn-primary").click()
    worker.wait_for_url("**/field/")
    assert "核查通过" in worker.get_by_role("main").inner_text()

    desk.goto(address)
    press(step(desk, "pass_to_callback"))
    assert state(desk) == "待回访"
    assert "您反映的问题解决了吗" in _track(resident)

    form = step(desk, "log_call")
    form.locator("label.gw-choice", has_text="解决了").first.click()
    form.locator("[name=rating]").select_option("5")
    press(form)
    assert state(desk) == "已办结"
    page = _track(resident)
    assert "已办结" in page
    assert "井盖已补装好，可以放心通行" in page
    assert "补装井盖一个" not in page  # the internal account stays inside


def _track(resident: Any) -> str:
    resident.goto("/track/mine/")
    return str(resident.get_by_role("main").inner_text())


def test_without_script_a_tap_on_the_picture_map_places_the_report_and_keeps_what_was_typed(
    browser: Any, town_served: tuple[str, CaseTown]
) -> None:
    address, _town = town_served

    with no_script(browser, address, PHONE) as page:
        page.goto("/report/")
        page.fill("#words", "路灯不亮")
        page.set_input_files("#photos", [jpeg()])
        picture = page.locator("input[type=image]:visible")
        box = picture.bounding_box()
        picture.click(position={"x": box["width"] * 0.4, "y": box["height"] * 0.4})
        page.wait_for_load_state()

        assert page.locator("#words").input_value() == "路灯不亮"
        assert page.locator("input[name=staged]").count() == 1
        assert "第1社区" in page.locator("[data-place-target=found]").inner_text()

        page.locator(".gw-submit-bar button").click()
        page.wait_for_url("**/report/done/")
        receipt, code = receipt_and_code(page)
        page.context.clear_cookies()
        page.goto("/track/")
        page.fill("#number", receipt)
        page.fill("#code", "WRONG1")
        page.locator("main form .btn-primary").click()
        assert "编号或查询码不对" in page.locator("[role=alert]").inner_text()
        page.fill("#code", code.lower())
        page.locator("main form .btn-primary").click()
        page.wait_for_url("**/track/mine/")
        assert "路灯不亮" in page.get_by_role("main").inner_text()


def test_whoever_acts_on_an_old_form_is_told_who_was_faster_and_sees_the_case_as_it_is(
    people: People,
) -> None:
    resident = people.somebody(PHONE)
    resident.goto("/report/")
    resident.fill("#words", WORDS)
    resident.fill("#place_words", "文昌路口")
    resident.locator("details summary", has_text="选择街道和社区").click()
    resident.locator("#area").select_option(label="第1街道第1社区")
    resident.locator(".gw-submit-bar button").click()
    resident.wait_for_url("**/report/done/")
    first, second = people.staff("street_desk", DESK), people.staff("street_desk", DESK)
    for page in (first, second):
        page.goto("/desk/cases/?order=newest")
        page.locator("td a").first.click()
        page.wait_for_load_state()
    for page in (first, second):
        form = step(page, "ask_info")
        form.locator("[name=words]").fill("请说明具体在哪个路口")

    press(step(first, "ask_info"))
    press(step(second, "ask_info"))

    assert state(first) == "待补充"
    assert state(second) == "待补充"
    assert "已经处理过" in second.locator(".gw-alert.is-warn").inner_text()
    assert "请您补充信息" in _track(resident)
    details = resident.locator("#step-details")
    details.evaluate("form => { form.open = true; }")
    details.locator("[name=words]").fill("文昌路与榕荫路路口")
    details.locator("form button").last.click()
    resident.wait_for_load_state()
    second.reload()


def test_a_desk_accepts_and_dispatches_with_four_keys_when_the_suggestion_is_right(
    people: People,
) -> None:
    resident = people.somebody(PHONE)
    resident.goto("/report/")
    resident.fill("#words", "路口三个井盖松了，车一过就响")
    resident.locator("details summary", has_text="选择街道和社区").click()
    resident.locator("#area").select_option(label="第1街道第1社区")
    resident.locator(".gw-submit-bar button").click()
    resident.wait_for_url("**/report/done/")
    desk = people.staff("street_desk", DESK)

    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/desk/cases/**")
    desk.keyboard.press("a")
    with desk.expect_navigation():
        desk.keyboard.press("Enter")

    assert state(desk) == "待签收"
    assert "井盖" in desk.locator("h1").inner_text()
