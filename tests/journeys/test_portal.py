"""The residents' portal in real browsers: without script, offline, after a closed tab."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from tests.cases.walking import HERE, CaseTown
from tests.journeys.conftest import People, axe_faults, jpeg, no_script, receipt_and_code
from tests.serving import PHONE

pytestmark = pytest.mark.journey

WORDS = "路口井盖松了，车一过就响"
SAME = "是同一个，我也遇到了"
PLACED = {
    **PHONE,
    "geolocation": {"longitude": HERE.lng, "latitude": HERE.lat},
    "permissions": ["geolocation"],
}


def filled_without_script(page: Any) -> None:
    """The form with words, a photo, a matter, and a place pressed on the picture map."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="我要反映").click()
    page.fill("#words", WORDS)
    page.set_input_files("#photos", [jpeg()])
    picture = page.locator("input[type=image]:visible")
    box = picture.bounding_box()
    picture.click(position={"x": box["width"] * 0.4, "y": box["height"] * 0.4})
    page.wait_for_load_state()
    page.locator("#matter").select_option("manhole")
    page.locator(".gw-submit-bar button").click()
    page.wait_for_load_state()


def test_without_script_a_neighbour_reports_is_asked_joins_and_follows(
    browser: Any, town_served: tuple[str, CaseTown]
) -> None:
    address, _town = town_served
    with no_script(browser, address, PHONE) as first:
        filled_without_script(first)
        assert first.url.endswith("/report/done/")
        number, _code = receipt_and_code(first)

    with no_script(browser, address, PHONE) as second:
        filled_without_script(second)
        told = second.get_by_role("main").inner_text()
        assert "附近有人反映过类似问题，是同一个吗？" in told
        assert "井盖松动" in told and WORDS in told and "已收到 1 个照片" in told
        assert number[:4] + " " + number[4:8] not in told
        second.get_by_role("button", name=SAME).click()
        second.wait_for_load_state()
        assert second.url.endswith("/report/done/")
        mine, code = receipt_and_code(second)
        assert mine != number
        assert second.locator(".gw-receipt-qr img").evaluate("one => one.naturalWidth") > 0
        second.context.clear_cookies()
        second.goto(f"/track/?number={mine}")
        second.fill("#code", code)
        second.locator("main form .btn-primary").click()
        second.wait_for_load_state()
        track = second.get_by_role("main").inner_text()
        assert "已提交" in track and "您选择了和邻居反映的是同一个问题" in track
        assert "补充说明" in track and "撤回" in track


def test_a_draft_survives_a_closed_tab_and_a_dead_network_and_is_filed_once(
    people: People,
) -> None:
    page = people.somebody(PLACED)
    page.goto("/report/")
    page.fill("#words", WORDS)
    page.set_input_files("#photos", [jpeg()])
    page.locator(".gw-photo-preview img").wait_for()
    page.get_by_role("button", name="用当前位置").click()
    page.locator("[data-place-target=found] span").wait_for()
    page.locator("#matter").select_option("manhole")
    form_id = page.locator("[name=client_id]").input_value()
    page.wait_for_timeout(300)

    # the tab is closed, another is opened
    again = page.context.new_page()
    page.close()
    again.goto("/report/")
    again.locator(".gw-photo-preview img").wait_for()
    assert again.locator("#words").input_value() == WORDS
    assert again.locator("#matter").input_value() == "manhole"
    assert again.locator("[name=client_id]").input_value() == form_id
    assert float(again.locator("[name=lng]").input_value()) == pytest.approx(HERE.lng)
    assert again.locator("#photos").evaluate("one => one.files.length") == 1
    assert again.locator(".gw-draft-note").is_visible()

    again.context.set_offline(True)
    again.locator(".gw-submit-bar button").click()
    offline = again.locator("[data-draft-target=offline]")
    offline.wait_for(state="visible")
    assert "网络断开了，内容已存在这台手机上" in offline.inner_text()

    again.context.set_offline(False)
    again.locator(".gw-submit-bar button").click()
    again.wait_for_url("**/report/done/")
    number, _code = receipt_and_code(again)

    # the draft is gone with the receipt, and a form that comes once more is not filed twice
    again.goto("/report/")
    again.wait_for_timeout(300)
    assert again.locator("#words").input_value() == ""
    assert again.locator(".gw-photo-preview").count() == 0
    again.fill("#words", WORDS)
    again.locator("[name=client_id]").evaluate("(one, id) => { one.value = id }", form_id)
    again.locator(".gw-submit-bar button").click()
    again.wait_for_url("**/report/done/?again=1")
    assert receipt_and_code(again)[0] == number


def test_photos_are_made_small_and_lose_what_the_camera_wrote(people: People) -> None:
    made = io.BytesIO()
    large = Image.effect_noise((4000, 3000), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: to be turned
    exif[0x010F] = "Camera"
    large.save(made, "JPEG", quality=95, exif=exif)
    page = people.somebody(PHONE)
    page.goto("/report/")

    page.set_input_files(
        "#photos", [{"name": "p.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}]
    )
    page.locator(".gw-photo-preview img").wait_for()
    sent = page.locator("#photos").evaluate(
        """async one => {
            const bytes = new Uint8Array(await one.files[0].arrayBuffer());
            return Array.from(bytes);
        }"""
    )

    with Image.open(io.BytesIO(bytes(sent))) as shrunk:
        assert shrunk.size == (1920, 2560)
        assert dict(shrunk.getexif()) == {}


def test_a_form_sent_at_once_waits_for_its_photos(people: People) -> None:
    def large(name: str) -> dict[str, object]:
        made = io.BytesIO()
        Image.effect_noise((3000, 2000), 60).convert("RGB").save(made, "JPEG", quality=95)
        return {"name": name, "mimeType": "image/jpeg", "buffer": made.getvalue()}

    page = people.somebody(PHONE)
    page.goto("/report/")
    page.fill("#words", WORDS)
    page.set_input_files("#photos", [large("a.jpg")])
    page.set_input_files("#photos", [large("b.jpg"), large("c.jpg")])

    page.locator(".gw-submit-bar button").click()

    page.wait_for_url("**/report/done/")
    page.goto("/track/mine/")
    assert page.locator(".gw-photos img").count() == 3


def test_the_form_asks_by_itself_whether_it_is_the_same(people: People) -> None:
    first = people.somebody(PLACED)
    first.goto("/report/")
    first.fill("#words", WORDS)
    first.get_by_role("button", name="用当前位置").click()
    first.locator("[data-place-target=found] span").wait_for()
    first.locator("#matter").select_option("manhole")
    first.locator(".gw-submit-bar button").click()
    first.wait_for_url("**/report/done/")

    second = people.somebody(PLACED)
    second.goto("/report/")
    second.fill("#words", "井盖响得睡不着")
    second.get_by_role("button", name="用当前位置").click()
    second.locator(".gw-near").wait_for()
    assert axe_faults(second) == []
    second.locator(".gw-near label", has_text=SAME).click()
    second.locator(".gw-submit-bar button").click()
    second.wait_for_url("**/report/done/")

    assert "您选择了和邻居反映的是同一个问题" in second.get_by_role("main").inner_text()
    assert axe_faults(second) == []


# what is pressed stands inside its card, with every word of it
CUT_OFF = """() => [...document.querySelectorAll("main .btn")].filter((one) => {
  const around = one.closest(".gw-card, .gw-hero, main").getBoundingClientRect();
  return one.offsetParent && (one.scrollWidth > one.clientWidth + 1
    || one.getBoundingClientRect().right > around.right);
}).map((one) => one.innerText)"""


@pytest.mark.parametrize(("locale", "large"), [("zh-CN", "大字版"), ("en-US", "Large text")])
def test_large_text_and_a_narrow_screen_hold_everything(
    people: People, locale: str, large: str
) -> None:
    narrow = {**PHONE, "viewport": {"width": 320, "height": 640}}
    page = people.somebody(narrow, locale=locale, maps=True)
    page.goto("/report/")
    page.get_by_role("button", name=large).click()
    page.wait_for_load_state()
    wide = []
    for address in (
        "/",
        "/report/",
        "/report/protection/",
        "/track/",
        "/catalogue/",
        "/worker/",
        "/account/invitation/",
    ):
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            wide.append(address)
        wide += [f"{address}: {words}" for words in page.evaluate(CUT_OFF)]

    assert wide == []
