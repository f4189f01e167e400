"""A report without a place: asked back, handed about, looked for, and closed by two people."""

from __future__ import annotations

from tests.cases.walking import CaseTown
from tests.journeys.stories.telling import Story

STEPS = (
    "submit", "ask_info", "info_lapsed", "ask_info", "answer_info", "correct",
    "hand_over", "hand_over", "hand_over", "hand_over", "hand_over",
    "pre_verify", "verify_lapsed", "pre_verify", "verify_done",
    "propose_force_close", "refuse_force_close", "propose_force_close", "force_close",
    "reopen_to_desk", "void", "submit", "withdraw", "archive_apart", "archive",
)  # fmt: skip


def test_nobody_finds_the_place_and_two_people_close_it(town: CaseTown) -> None:
    story = Story(town, begins="11-09 09:00")

    # Monday. “There is a hole in the road.” Where? The district's desk asks back.
    resident = story.resident()
    hole = resident.reports("路上有个坑，车子颠得厉害", here=False, phone="13800138006")
    district = story.staff("D001").opens_case(hole)
    district.takes("ask_info", words="请说明在哪条路、哪个路口")
    resident.tracks()
    resident.sees("请您补充信息", "请说明在哪条路、哪个路口")
    resident.is_pictured("6-asked-back")

    # Three working days go by without an answer; it comes back to the desk, which asks again.
    story.time_passes("11-13 09:00")
    assert story.state(hole) == "submitted"
    story.staff("D001").opens_case(hole).takes("ask_info", words="请再说明一下位置")
    resident.takes("details", words="好像在第1社区菜市场后面")
    assert story.state(hole) == "submitted"

    # The desk sets the place and hands it down; the street further down, the community up again,
    # and the street sideways to the next one, whose own program sends it back.
    story.it_is("11-13 09:10")
    district = story.staff("D001").opens_case(hole)
    district.takes("correct", area="第1社区", words="反映人补充了位置")
    district.takes("hand_over", level="街道", words="请核实后办理")
    street = story.desk_of(hole)
    beside = {"S001": "S002", "S002": "S001"}[street]
    story.staff(street).opens_case(hole).takes(
        "hand_over", level="交村（社区）办理", words="请先看看"
    )
    cadre = story.staff(story.cadre_of(hole)).opens_case(hole)
    cadre.takes("hand_over", level="街道", words="社区没有施工力量")
    desk = story.staff(street).opens_case(hole)
    desk.takes("hand_over", level=f"第{beside[-1]}街道", words="可能在你们那边")
    there = story.staff(beside)
    there.opens("/desk/")
    there.follows(f"/desk/cases/{hole}/")
    here = story.town.viewer(street).organisation_id
    story.program(beside).takes(hole, "hand_over", desk=str(here), words="不在我们这边")

    # A grid worker is asked to look. The first does not get to it; the second finds nothing.
    desk = story.staff(street).opens_case(hole)
    desk.takes("pre_verify", words="菜市场后面")
    story.time_passes("15:00")
    assert story.state(hole) == "submitted"
    story.staff(street).opens_case(hole).takes("pre_verify", words="再看一次")
    story.it_is("15:20")
    worker = story.worker_asked(hole)
    worker.hands_in("未发现", words="前后都走过，没有坑")
    desk = story.staff(street).opens_case(hole)
    desk.sees("未发现")

    # Nobody closes it alone: the chief proposes, a leader refuses, and agrees to better grounds.
    story.it_is("16:00")
    chief = story.staff("D002").opens_case(hole)
    chief.takes("propose_force_close", words="找不到", reply="现场没有找到")
    chief.is_not_offered("force_close")
    leader = story.staff("D003").opens_case(hole)
    leader.takes("refuse_force_close", words="请写明找过哪些地方")
    chief.opens_case(hole).takes(
        "propose_force_close",
        words="网格员两次到场，菜市场前后均未发现",
        reply="两次到场都没有找到，如再看到请拍照告诉我们",
    )
    leader.opens_case(hole)
    leader.sees("网格员两次到场，菜市场前后均未发现")
    leader.is_pictured("6-a-second-person", wide=True)
    leader.takes("force_close")
    resident.tracks()
    resident.sees("两次到场都没有找到")

    # The reporter asks again and then says: it was in another town. The chief voids it.
    story.it_is("11-16 09:00")
    resident.takes("redo", words="还有坑")
    assert story.state(hole) == "submitted"
    chief = story.staff("D002").opens_case(hole)
    chief.takes("void", reason="不在本区范围内", words="反映人来电说在邻县")
    resident.tracks()
    resident.sees("不在受理范围", "未作为事件办理")

    # A second one, sent by mistake, is taken back. After thirty days both are put away.
    again = story.resident()
    mistaken = again.reports("试一下")
    again.takes("withdraw")
    assert story.state(mistaken) == "closed"
    story.time_passes(days=40)
    assert (story.state(hole), story.state(mistaken)) == ("voided", "archived")

    story.ends(*STEPS)
