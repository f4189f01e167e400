"""A burst pipe goes to the wrong organisation twice, until the duty chief says who handles it."""

from __future__ import annotations

from tests.cases.walking import CaseTown
from tests.journeys.stories.telling import Story, photos

STEPS = (
    "submit", "accept_dispatch", "acknowledge", "hand_inside", "return", "redispatch", "help_done",
    "return", "rule", "acknowledge", "contact", "progress", "dispose", "pass_close",
)  # fmt: skip


def test_two_organisations_return_it_and_a_contractor_mends_it_by_a_link(town: CaseTown) -> None:
    story = Story(town, begins="11-09 09:00")
    story.joined_by("M002", "department_handler", "mun")
    story.joined_by("N001", "department_handler", "mun-1")
    story.organisation("pipes", "department", "管线抢修队", "UTL")

    # 09:00. Water comes up through the road. Whoever reports it leaves no number.
    resident = story.resident()
    burst = resident.reports("路中间喷水，水管爆了", matter="pipe_burst")
    story.not_drawn(burst)

    # 09:03. The desk sends it to the municipal works, the street's own works help.
    story.it_is("09:03")
    desk = story.staff("S001").opens_case(burst)
    desk.takes(
        "accept_dispatch", condition="pipe_burst.supply", lead="区市政局", helper="第一街道市政所"
    )
    resident.tracks()
    resident.sees("已派单", "区市政局")

    # 09:06. They take it up, a colleague drives out, and finds another owner's name on the valve.
    story.it_is("09:06")
    clerk = story.staff("M001").opens_case(burst)
    clerk.takes("acknowledge")
    clerk.takes("hand_inside", colleague="同事M002", words="就近，请马上去看")
    story.it_is("09:12")
    fitter = story.staff("M002").opens_case(burst)
    look = {"words": "阀门上是自来水管线的字样", "suggested": "区城管局", "after_look": "1"}
    fitter.is_refused("return", says="照片", **look)
    fitter.takes("return", **look, photos=photos("grey"))
    resident.tracks()
    resident.sees("正在确认承办单位")

    # 09:15. The desk believes it and sends it on; meanwhile the helpers have closed the road.
    story.it_is("09:15")
    desk.opens_case(burst).takes("redispatch", lead="区城管局", words="先由城管局接手")
    story.it_is("09:17")
    story.staff("N001").opens_case(burst).takes("help_done", words="已封闭半幅道路")

    # 09:20. It is not theirs either. The second return is not the desk's to decide.
    story.it_is("09:20")
    other = story.staff("U001").opens_case(burst)
    other.takes(
        "return",
        words="不是我局管线",
        after_look="1",
        photos=photos("black"),
        suggested="管线抢修队",
    )
    desk.opens_case(burst).is_not_offered("redispatch", "uphold")
    chief = story.staff("D002").opens_case(burst)
    chief.is_pictured("3-chief-rules", wide=True)
    chief.takes("rule", lead="管线抢修队", words="产权单位负责，立即抢修")

    # 09:25. The repair crew has no account; the desk makes a link that works once.
    story.it_is("09:25")
    crew = desk.makes_a_link(burst)
    crew.opens(crew.link)
    crew.sees("管道破裂", "路中间喷水")
    crew.takes("acknowledge")
    desk.opens_case(burst).takes(
        "contact", call="我们打出", reached="接通", words="抢修队说十分钟到场"
    )
    crew.takes("progress", words="已关阀，正在开挖")
    crew.opens(crew.link)
    crew.is_pictured("3-one-time-link")
    story.it_is("09:58")
    done = {"internal": "换管两米", "reply": "水管已修好，恢复供水"}
    crew.is_refused("dispose", says="照片", **done)
    crew.takes("dispose", **done, photos=photos("green"))
    crew.finds_it_gone()

    # 10:10. Nobody left a number: with the check the case is closed, and the page says so.
    story.it_is("10:10")
    desk = story.staff("S001").opens_case(burst)
    desk.takes("pass_close")
    resident.tracks()
    resident.sees("已办结", "水管已修好，恢复供水")
    resident.does_not_see("换管两米", "阀门上是")

    story.ends(*STEPS)
