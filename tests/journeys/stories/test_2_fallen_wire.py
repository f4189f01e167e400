"""A fallen wire: the village's own people make it safe within a quarter of an hour."""

from __future__ import annotations

from tests.cases.walking import CaseTown
from tests.journeys.stories.telling import Story, photos

STEPS = ("submit", "self_handle", "send_to_check", "check_done", "pass_to_callback", "log_call",
         "callback_close", "archive")  # fmt: skip


def test_the_village_makes_a_fallen_wire_safe_and_the_lot_sends_somebody_to_look(
    town: CaseTown,
) -> None:
    story = Story(town, begins="11-09 19:40")

    # 19:40. A wire lies across the lane; somebody passing by reports it.
    passer_by = story.resident()
    wire = passer_by.reports(
        "巷口有根电线掉下来了，还在冒火花", matter="wiring", phone="13800138002"
    )
    story.not_drawn(wire, drawn=True)
    passer_by.tracks()
    passer_by.sees("已提交")

    # 19:48. The cadre on duty, whose village it is, has it cut off and fenced in.
    story.it_is("19:48")
    cadre = story.staff(story.cadre_of(wire)).opens_case(wire)
    cadre.is_refused(
        "self_handle",
        says="照片",
        condition="wiring.sparking",
        internal="已通知电工断电，拉警戒线",
        reply="电线已断电并围好",
        photos=photos("green"),
    )
    story.it_is("19:55")
    cadre.opens_case(wire).takes(
        "self_handle",
        condition="wiring.sparking",
        internal="电工到场断电，收线，拉警戒线",
        reply="电线已断电收好，可以放心通行",
        before=photos("red"),
        photos=photos("green"),
    )
    cadre.is_pictured("2-made-safe", wide=True)
    passer_by.tracks()
    passer_by.sees("结果核实中")
    passer_by.is_pictured("2-resident-follows")

    # The lot has drawn it: somebody who had no hand in it looks.
    story.it_is("20:05")
    desk = story.staff("S001").opens_case(wire)
    desk.is_not_offered("pass_to_callback")
    desk.takes("send_to_check")
    story.it_is("20:20")
    worker = story.worker_asked(wire)
    worker.hands_in("passed", photos=photos("blue"))
    desk.opens_case(wire).takes("pass_to_callback")

    # The next morning the desk calls back; after thirty days it is put away.
    story.it_is("11-10 09:10")
    desk = story.staff("S001").opens_case(wire)
    desk.takes("log_call", outcome="解决了", rating="非常满意")
    assert story.state(wire) == "closed"
    passer_by.tracks()
    passer_by.sees("已办结", "电线已断电收好，可以放心通行")
    passer_by.does_not_see("电工到场断电")
    story.time_passes(days=40)

    assert story.state(wire) == "archived"
    story.ends(*STEPS)
