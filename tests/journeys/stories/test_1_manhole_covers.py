"""Three loose manhole covers, as page 001-6 tells it: a word to the grid worker, and back again.

Told twice: in browsers that run the page's script, and in browsers that run none.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.cases.walking import CaseTown
from tests.databases import Space
from tests.journeys.conftest import PICTURED, People
from tests.journeys.stories.screens import Screen, number_and_code
from tests.journeys.stories.telling import Steps, explains
from tests.serving import DESK, PHONE

from gridward.cases.models import Case

pytestmark = pytest.mark.journey

WORDS = "丽华街三个井盖松了，车一过就响，晚上走路不安全"
STEPS = (
    "submit", "accept_dispatch", "acknowledge", "join_site", "dispose", "pass_to_callback",
    "log_call", "callback_close",
)  # fmt: skip


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


class Telling:
    """The story's journal, read after each act."""

    def __init__(self, space: Space) -> None:
        self.space, self.steps = space, Steps()

    def look(self) -> None:
        with self.space.entered():
            for case in self.steps.read():
                explains(case, "zh-hans")

    def not_drawn(self) -> None:
        """The lot for checks on site leaves it out."""
        with self.space.entered():
            case = Case.objects.get()
            Case.objects.update(number=f"{case.number[:6]}-0000053")


def test_three_covers_are_told_of_fixed_together_and_called_back_in_person(
    people: People, town_served: tuple[str, CaseTown], space: Space, script: bool
) -> None:
    story = Telling(space)

    def screen(shape: dict[str, Any], role: str = "") -> Screen:
        shape = {**shape, "java_script_enabled": script}
        maps = PICTURED or role == "grid_worker"
        page = people.staff(role, shape, maps=maps) if role else people.somebody(shape)
        return Screen(page, script=script)

    # A resident stops the grid worker in the lane and tells of three covers that rattle all night.
    # The worker looks, takes a photo, and reports it in the resident's name.
    worker = screen(PHONE, "grid_worker")
    worker.is_pictured("1-worker-begins")
    worker.follows("/field/report/resident/")
    form = worker.page.locator("main form").first
    worker.fills(form, words=WORDS, phone="13800138001", name="何来", photos="teal")
    worker.points_at_the_first_grid()
    worker.sees("第1社区第1网格")
    worker.is_sound()
    worker.is_pictured("2-for-a-resident")
    worker.presses(worker.page.locator(".gw-submit-bar"))
    receipt, code = number_and_code(worker.page.locator("body").inner_text())
    story.look()
    story.not_drawn()

    # At home the resident follows it with number and code.
    resident = screen(PHONE).opens("/track/")
    form = resident.page.locator("main form").first
    resident.fills(form, number=receipt, code=code)
    resident.presses(form)
    resident.sees("已提交", WORDS)
    resident.is_sound()

    # The street's command centre accepts and dispatches in one act; the community helps.
    desk = screen(DESK, "street_desk")
    desk.follows(WORDS[:8])
    event = desk.page.url
    assert desk.state() == "待受理"
    desk.is_sound()
    desk.takes("accept_dispatch", condition="松动、车压异响", lead="区市政局", helper="第1社区")
    assert desk.state() == "待签收"
    story.look()
    resident.opens("/track/mine/").sees("已派单", "区市政局")
    resident.is_pictured("3-resident-follows")

    # The municipal works take it up and drive out; the grid worker goes with them.
    works = screen(DESK, "department_handler").opens(event)
    works.takes("acknowledge")
    assert works.state() == "办理中"
    story.look()
    worker.opens("/field/").follows("/field/case/")
    worker.takes("join_site", came=["区市政局", "第1社区"], words="一起看过，换三个胶圈")
    worker.is_sound()
    worker.is_pictured("4-together-on-site")
    story.look()

    # Three rubber rings later the works report it, with a photo and a reply.
    works.opens(event)
    works.sees("一起看过，换三个胶圈")
    works.takes(
        "dispose", internal="更换胶圈三个", reply="三个井盖已换胶圈固定，不会再响", photos="green"
    )
    assert works.state() == "待核查"
    works.is_sound()
    story.look()

    # The desk looks at the photo, finds it good, and asks the grid worker to call in person.
    desk.opens(event)
    desk.takes("pass_to_callback")
    desk.takes("log_call", outcome="请网格员上门回访", worker="网格员1")
    story.look()
    worker.opens("/field/").follows("/field/call/")
    worker.sees("三个井盖已换胶圈固定，不会再响")
    worker.is_pictured("5-call-in-person")
    worker.presses(worker.page.locator("form[action$='/number/']"))
    worker.sees("13800138001", "何来")
    form = worker.page.locator("main form", has=worker.page.locator("[name=outcome]"))
    worker.fills(form, outcome="解决了", rating="非常满意")
    worker.presses(form)
    worker.is_sound()
    story.look()

    # The resident reads the answer; what was written for colleagues stays with them.
    resident.opens("/track/mine/").sees("已办结", "三个井盖已换胶圈固定，不会再响")
    assert "更换胶圈三个" not in resident.page.content()
    resident.is_sound()
    resident.is_pictured("6-resident-reads")
    desk.opens(event)
    assert desk.state() == "已办结"
    assert story.steps.taken == list(STEPS)
