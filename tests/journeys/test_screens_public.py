"""Every screen of residents, of organisations without an account and of grid workers, looked at by
axe: on a phone and at a desk, in both languages, full, empty, refused and with very long words.

One browser for each width and language, and every screen once in it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.cases import walking
from tests.cases.walking import HERE, RATTLING, CaseTown, case_of
from tests.journeys.conftest import People, axe_faults, jpeg
from tests.serving import DESK, PHONE
from tests.town import ACTOR
from tests.vault.test_media import film
from tests.web.test_field_pages import near

from gridward.cases import actions
from gridward.cases.models import Answer, Case, Submission
from gridward.catalog import actions as catalog
from gridward.core import ids
from gridward.tasks import queries as tasks
from gridward.territory import queries as territory
from gridward.vault import actions as vault
from gridward.vault import queries as keys

pytestmark = pytest.mark.journey

LONG = "很长的话反复地说" * 150 + "http" + "s" * 300
PRESSED_PX = 44
STATES = ("dispatched", "handling", "callback_pending", "closed")
PRESSED_TOO_SMALL = """least => [...document.querySelectorAll(
    'main a, main button, main select, main summary, main input:not([type=hidden])')]
  .filter(one => {
    const box = one.getBoundingClientRect();
    if (!box.width || box.height >= least - 0.5 || one.closest('.visually-hidden')) return false;
    // a link among words is read, and a circle to tick is pressed by its words
    if (one.matches('a') && getComputedStyle(one).display === 'inline') return false;
    return !['radio', 'checkbox', 'file', 'image'].includes(one.type);
  })
  .map(one => `${one.tagName} ${(one.innerText || one.name || one.className).slice(0, 40)}`)"""
# what stays as it is in Chinese: names of formats, and the way to the other language
LATIN = {"English", "https", "http", "HEIC", "JPEG"}


@dataclass
class Looked:
    """Where one browser has been, and what was wrong there."""

    page: Any
    shape: dict[str, Any]
    chinese: bool
    faults: list[str] = field(default_factory=list)

    def at(self, *addresses: str) -> None:
        for address in addresses:
            answer = self.page.goto(address)
            if answer.status != (404 if "nowhere" in address else 200):
                self.faults.append(f"{address}: answered {answer.status}")
            self.look(address)

    def look(self, name: str) -> None:
        """Looks at the page as it stands."""
        page = self.page
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > self.shape["viewport"]["width"]:
            self.faults.append(f"{name}: {width} px wide")
        if self.shape is PHONE:
            small = page.evaluate(PRESSED_TOO_SMALL, PRESSED_PX)
            self.faults.extend(f"{name}: not {PRESSED_PX} px high: {one}" for one in small)
        if self.chinese:
            self.faults.extend(f"{name}: not Chinese: {one}" for one in _english(page))
        self.faults.extend(f"{name}: {fault}" for fault in axe_faults(page))

    def sent(self, name: str, fill: Callable[[Any], None], button: str) -> None:
        """Fills in what stands here, sends it, and looks at the answer."""
        fill(self.page)
        # what the browser itself would ask for is left to the server here
        self.page.evaluate("for (const one of document.forms) one.noValidate = true")
        with self.page.expect_navigation():
            self.page.locator(button).last.click()
        self.look(name)


def _english(page: Any) -> Iterable[str]:
    """Words of another language on a Chinese page, apart from what people wrote and from codes."""
    told = page.evaluate(
        """() => { const copy = document.body.cloneNode(true);
        copy.querySelectorAll('script, style, textarea, #code, .gw-words, .gw-row-sub, .gw-prose')
            .forEach(one => one.remove());
        return copy.innerText + ' ' + document.title; }"""
    )
    return sorted(set(re.findall(r"[A-Za-z_]{4,}", told)) - LATIN)


# --- what there is to see -------------------------------------------------------------------------


@dataclass
class Scene:
    """What was prepared: receipts by the state of their case, a link, what a worker has to do."""

    receipts: dict[str, tuple[str, str]]
    link: str
    check: str
    verification: str
    call: str
    on_ground: str


@pytest.fixture
def scene(town_served: tuple[str, CaseTown]) -> Scene:
    _address, town = town_served
    now = datetime.now(UTC)
    before = now - timedelta(hours=30)
    receipts = {}
    for to in STATES:
        receipts[to] = _receipt(walking.walk(town, to, at=before))
    asked = case_of(walking.submit(at=before, words=LONG, matter=""))
    asked = actions.ask_for_info(
        asked.id, by=town.viewer("S001"), version=asked.version, words="请说说是哪个路口"
    )
    receipts["need_info"] = _receipt(asked)
    declined = case_of(walking.submit(at=before))
    declined = actions.decline_case(
        declined.id,
        by=town.viewer("S001"),
        version=declined.version,
        reason="police",
        words="请报警",
    )
    receipts["declined"] = _receipt(declined)
    verifying = walking.walk(town, "pre_verifying", at=before)
    checking = walking.walk(town, "closure_checking", at=before)
    catalog.decide("setting", {"public_page": True}, actor=ACTOR)
    return Scene(
        receipts=receipts,
        link=_link(town, now),
        check=_task(checking),
        verification=_task(verifying),
        call=_call(town, before),
        on_ground=str(checking.id),
    )


def _receipt(case: Case) -> tuple[str, str]:
    number = Submission.objects.get(reports__case=case).receipt
    return number, ids.receipt_code(number, keys.receipt_key())


def _task(case: Case) -> str:
    return str(tasks.open_tasks_about(case.id)[0].id)


def _link(town: CaseTown, now: datetime) -> str:
    """A link to work on what was reported at length, with a photo and a film."""
    photos = [walking.staged(), vault.stage_upload(io.BytesIO(film(0.5)), "a.mp4", "test").id]
    case = case_of(walking.submit(at=now - timedelta(minutes=20), words=LONG, photos=photos))
    case = actions.accept_and_dispatch(
        case.id,
        by=town.viewer("S001"),
        version=case.version,
        condition=RATTLING,
        lead=town.org("mun-1"),
    )
    return actions.make_link(case.id, by=town.viewer("S001"), version=case.version).token


def _call(town: CaseTown, at: datetime) -> str:
    """A reporter whom the worker of the place is asked to call on."""
    case = walking.walk(town, "callback_pending", at=at)
    asked = Answer.objects.get(report__case=case)
    worker = town.town.posts[near(town, case)]
    desk = town.viewer("S001")
    actions.hand_call(case.id, asked.report_id, by=desk, version=case.version, post=worker)
    return str(asked.id)


# --- residents and whoever has no account ---------------------------------------------------------


def public_screens(looked: Looked, town: CaseTown, scene: Scene) -> None:
    """Every screen that needs no account; the fullest, the empty and the refused ones."""
    page = looked.page
    plate = territory.area(town.town.grids[0]).code
    looked.at(
        "/",
        "/catalogue/",
        "/catalogue/?q=飞碟",
        "/privacy/",
        "/worker/",
        "/worker/?q=社区",
        "/worker/?q=飞碟",
        f"/worker/?area={town.town.communities[0]}",
        f"/at/{plate}/",
        "/at/nowhere/",
        "/nearby/",
        "/nearby/?group=care",
        f"/o/{scene.link}/",
        "/o/nowhere/",
        "/account/sign-in/",
        "/account/invitation/",
        "/track/",
    )
    looked.sent("a code that is wrong", _fill(number="0001 0000 0000", code="AAAAAA"), "main .btn")
    page.goto("/account/sign-in/")
    looked.sent("a password that is wrong", _fill(login="X999", password="x"), SIGN_IN)
    page.goto("/report/protection/")
    looked.sent("protection, refused", lambda _page: None, "main form .btn-primary")
    report(looked)
    for state in scene.receipts:
        follow(looked, scene, state)
    looked.at("/track/mine/data/")
    looked.sent("a request refused", _opened("#step-correct"), "#step-correct .btn")


def follow(looked: Looked, scene: Scene, state: str) -> None:
    """How a report stands, opened by number and code."""
    number, code = scene.receipts[state]
    looked.page.context.clear_cookies(name="gw_receipt")
    looked.page.goto("/track/")
    looked.sent(f"progress: {state}", _fill(number=number, code=code), "main .btn")


def report(looked: Looked) -> None:
    """The form refused with everything in it, then the question, then the receipt."""
    page = looked.page

    def fill(page: Any) -> None:
        page.fill("#words", LONG[:2000])
        page.set_input_files("#photos", [jpeg(), jpeg("maroon")])
        page.fill("#place_words", "很长的地名" * 40)
        page.fill("#phone", "no number")

    page.goto("/report/")
    looked.sent("report, refused", fill, ".gw-submit-bar .btn")
    assert page.input_value("#words") == LONG[:2000]
    assert page.input_value("#place_words") == "很长的地名" * 40
    assert page.locator("input[name=staged]").count() == 2
    with page.expect_navigation():
        page.locator("button[name=leave_out]").first.click()
    assert page.locator("input[name=staged]").count() == 1
    assert page.input_value("#phone") == "no number"

    def mend(page: Any) -> None:
        page.fill("#phone", "13800138000")
        page.locator("#matter").select_option("manhole")
        page.evaluate(
            """([lng, lat]) => { document.querySelector('[name=lng]').value = lng;
            document.querySelector('[name=lat]').value = lat; }""",
            [str(HERE.lng), str(HERE.lat)],
        )

    looked.sent("is it the same?", mend, ".gw-submit-bar .btn")
    assert page.locator("button[name=join]").count() >= 2
    looked.sent("receipt", lambda _page: None, "button[name=join]")
    assert page.locator("#receipt").count() == 1


SIGN_IN = "main form[action='/account/sign-in/'] .btn-primary"


def _fill(**values: str) -> Callable[[Any], None]:
    def fill(page: Any) -> None:
        for name, value in values.items():
            page.fill(f"main [name={name}]", value)

    return fill


def _opened(step: str) -> Callable[[Any], None]:
    return lambda page: page.locator(f"{step} > summary").click()


# --- grid workers ---------------------------------------------------------------------------------


def field_screens(looked: Looked, scene: Scene) -> None:
    """A grid worker's day: what waits, three ways to report, tips, checks, calls, my grid."""
    page = looked.page
    assert page.url.endswith("/field/")
    looked.at(
        "/field/",
        "/field/report/",
        "/field/report/full/",
        "/field/report/resident/",
        "/field/tip/",
        "/field/grid/",
        "/field/solved/",
        "/field/inbox/",
        f"/field/check/{scene.verification}/",
        f"/field/call/{scene.call}/",
        f"/field/case/{scene.on_ground}/",
        "/account/",
        "/account/password/",
        "/account/factor/",
    )
    page.goto("/field/report/")
    looked.sent("three taps, refused", lambda _page: None, ".gw-submit-bar .btn")
    page.goto("/field/report/resident/")
    words = _fill(words=LONG[:2000], phone="no number")
    looked.sent("for a resident, refused", words, ".gw-submit-bar .btn")
    assert page.input_value("#words") == LONG[:2000]
    page.goto(f"/field/check/{scene.check}/")
    looked.sent("a check, refused", lambda _page: None, "main form .btn-primary")


# --- the rounds -----------------------------------------------------------------------------------


def looking(people: People, shape: dict[str, Any], locale: str) -> Looked:
    page = people.somebody(shape, locale=locale)
    page.goto("/track/")
    return Looked(page, shape, locale.startswith("zh"))


@pytest.mark.slow
def test_axe_finds_nothing_on_any_screen_that_needs_no_account(
    people: People, town_served: tuple[str, CaseTown], scene: Scene
) -> None:
    _address, town = town_served
    phone, desk = looking(people, PHONE, "zh-CN"), looking(people, DESK, "en-GB")

    public_screens(phone, town, scene)
    desk.at("/", "/catalogue/", "/worker/?q=社区", "/nearby/", f"/o/{scene.link}/", "/o/nowhere/")
    report(desk)
    follow(desk, scene, "callback_pending")

    assert phone.faults + desk.faults == []


@pytest.mark.slow
def test_axe_finds_nothing_on_any_screen_of_a_grid_worker(
    people: People, town_served: tuple[str, CaseTown], scene: Scene
) -> None:
    phone = Looked(people.staff("grid_worker", PHONE, locale="en-GB"), PHONE, chinese=False)
    desk = Looked(people.staff("grid_worker", DESK), DESK, chinese=True)

    field_screens(phone, scene)
    desk.at("/field/", "/field/report/full/", "/field/grid/", f"/field/call/{scene.call}/")

    assert phone.faults + desk.faults == []
