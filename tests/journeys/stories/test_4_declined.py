"""A report is declined, its reporter objects, and somebody else takes it up."""

from __future__ import annotations

from tests.cases.walking import CaseTown
from tests.journeys.stories.telling import Story, photos

STEPS = (
    "submit", "decline", "object", "correct", "accept", "dispatch", "acknowledge", "return",
    "uphold", "correct_recall", "dispatch", "acknowledge", "dispose", "rework", "dispose",
    "pass_close", "reopen", "acknowledge", "dispose", "pass_close",
    "submit", "accept_dispatch", "acknowledge", "give_plan", "dispose", "pass_close",
)  # fmt: skip


def test_a_declined_report_is_reviewed_by_another_corrected_and_redone(town: CaseTown) -> None:
    story = Story(town, begins="11-09 09:00")
    story.joined_by("S009", "street_desk", "street-1")

    # Monday, 09:00. A wall of boxes on the pavement; the desk takes it for a private quarrel.
    resident = story.resident()
    boxes = resident.reports("店家把货箱堆在门口，路走不过去")
    story.not_drawn(boxes)
    story.it_is("09:10")
    first = story.staff("S001").opens_case(boxes)
    first.takes("decline", reason="属于市场主体之间或个人之间的事务", words="请先与店家协商")
    resident.tracks()
    resident.sees("属于市场主体之间或个人之间的事务", "可向村（社区）调解委员会申请调解")

    resident.is_pictured("4-declined")

    # 10:00. The reporter asks for a review, once; whoever declined may not decide again.
    story.it_is("10:00")
    resident.takes("object", words="堆在人行道上，不是私人地方")
    first.opens_case(boxes).is_not_offered("decline", "accept", "accept_dispatch")
    second = story.staff("S009").opens_case(boxes)
    second.takes(
        "correct",
        condition="street_trade.occupying",
        words="看过照片，是占道经营",
    )
    second.takes("accept", condition="street_trade.occupying")
    second.takes("dispatch", lead="区市政局")
    resident.tracks()
    resident.sees("已派单")

    # 10:20. The organisation would give it back; the desk keeps it there, with its grounds.
    story.it_is("10:20")
    handler = story.staff("M001").opens_case(boxes)
    handler.takes("acknowledge")
    handler.takes("return", words="应由城管局负责", suggested="区城管局")
    second.opens_case(boxes).takes("uphold", words="先清出通道，再议")

    # 11:00. On site it is something else: corrected, taken back, and given to whom it concerns.
    story.it_is("11:00")
    second = story.staff("S009").opens_case(boxes)
    second.takes(
        "correct",
        condition="clutter.piled",
        keep_lead="收回",
        words="现场是长期堆放，不是经营",
    )
    assert story.state(boxes) == "accepted"
    second.takes("dispatch", lead="区城管局")
    story.it_is("11:30")
    team = story.staff("U001").opens_case(boxes)
    team.takes("acknowledge")
    team.takes("dispose", internal="劝导", reply="已清理", photos=photos("red"))

    # 14:00. The photo shows one row of boxes still there: redone.
    story.it_is("14:00")
    story.staff("S009").opens_case(boxes).takes("rework", words="照片里还有一排没清")
    resident.tracks()
    resident.sees("办理中")
    story.it_is("15:00")
    team = story.staff("U001").opens_case(boxes)
    team.takes("dispose", internal="全部清走", reply="人行道已清空", photos=photos("green"))
    story.staff("S001").opens_case(boxes).takes("pass_close")
    resident.tracks()
    resident.sees("已办结", "人行道已清空")
    resident.is_pictured("4-redone")

    # Thursday. The boxes are back. One may ask to redo it once; it goes to the same team.
    story.it_is("11-12 09:00")
    resident.takes("redo", words="货箱又堆出来了")
    assert story.state(boxes) == "dispatched"
    team = story.staff("U001").opens_case(boxes)
    team.takes("acknowledge")
    team.takes("dispose", internal="立案查处", reply="已清走并立案", photos=photos("blue"))
    story.staff("S001").opens_case(boxes).takes("pass_close")
    resident.tracks()
    resident.sees("已办结", "已清走并立案")
    assert not resident.page.offers("redo")

    # The shop has nowhere to unload and asks as a firm does: a plan is due within the day.
    story.it_is("14:30")
    shop = story.resident()
    bay = shop.reports("店里没有地方卸货，想申请临时卸货位", matter="enterprise_request")
    story.not_drawn(bay)
    desk = story.staff("S009").opens_case(bay)
    desk.takes("accept_dispatch", condition="enterprise_request.ask", lead="区城管局")
    story.it_is("15:00")
    team = story.staff("U001").opens_case(bay)
    team.takes("acknowledge")
    team.opens_case(bay).sees("给出方案")
    team.takes("give_plan", words="周五现场踏勘，下周一划线")
    shop.tracks()
    shop.sees("周五现场踏勘，下周一划线")
    story.it_is("11-16 15:00")
    team = story.staff("U001").opens_case(bay)
    team.takes("dispose", internal="已划线", reply="已划临时卸货位，每天六点到八点可用")
    story.staff("S009").opens_case(bay).takes("pass_close")
    shop.tracks()
    shop.sees("已办结", "每天六点到八点可用")

    story.ends(*STEPS)
