"""Invented content for looking at every screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gridward.core import clock
from gridward.web.field import pages as field
from gridward.web.portal import pages as portal
from gridward.web.ui import words
from gridward.web.ui.pages import (
    Badge,
    Choice,
    Fact,
    FormField,
    Link,
    MapView,
    NavGroup,
    Pager,
    Photo,
    Reason,
    ReportForm,
    Row,
    Shell,
    Stage,
    StageBar,
    Step,
    Tile,
    TimelineItem,
    Why,
)
from gridward.web.workbench import pages as desk

NOW = datetime(2026, 11, 20, 15, 4, tzinfo=ZoneInfo("Asia/Shanghai"))
WORDS = "榕荫路和文昌街路口三个井盖松了，车一过就响，晚上吵得睡不着。"
PHOTOS = tuple(Photo(f"/_preview/photo/{n}.svg") for n in (1, 2, 3))
MAP = MapView("/map/areas.json", (113.08, 22.55, 113.14, 22.60), 113.11, 22.575)


def zh(chinese: str, english: str) -> str:
    return chinese if words.is_chinese() else english


def pill(hours: float, *, warn: float = 0, urgent: float = 0) -> Any:
    return words.clock_pill(
        due=NOW + timedelta(hours=hours),
        warn_at=NOW - timedelta(hours=warn) if warn else None,
        urgent_at=NOW - timedelta(hours=urgent) if urgent else None,
        now=NOW,
        title=zh("办理", "Disposal"),
    )


def photo(n: int) -> str:
    tints = ("#b9d6ce", "#cfc4b1", "#e9d3b0")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"><rect width="200" '
        f'height="200" fill="{tints[n % 3]}"/><ellipse cx="100" cy="120" rx="66" ry="30" '
        'fill="#55615f"/><ellipse cx="100" cy="112" rx="66" ry="30" fill="#7d8986"/></svg>'
    )


def areas() -> dict[str, Any]:
    features = []
    for i in range(6):
        for j in range(5):
            w, s = 113.08 + i * 0.01, 22.55 + j * 0.01
            ring = [[w, s], [w + 0.01, s], [w + 0.01, s + 0.01], [w, s + 0.01], [w, s]]
            features.append(
                {
                    "type": "Feature",
                    "properties": {"id": i * 5 + j, "level": 3 if (i + j) % 3 else 2, "name": "x"},
                    "geometry": {"type": "Polygon", "coordinates": [ring]},
                }
            )
    return {"type": "FeatureCollection", "features": features}


def shell(role: str, organisation: str) -> Shell:
    return Shell(
        person=zh("陈小满", "Chen Xiaoman"),
        role=role,
        organisation=organisation,
        nav=(
            NavGroup(
                "work",
                zh("办件", "In hand"),
                (
                    Link(zh("待我办理", "Waiting for me"), "#", "inbox", True, 7),
                    Link(zh("全部事件", "All events"), "#", "list"),
                ),
            ),
            NavGroup(
                "figures",
                zh("数据与资料", "Figures and lists"),
                (Link(zh("今日情况", "Today in brief"), "#", "chart-bar"),),
            ),
        ),
        waiting=7,
    )


def desk_shell() -> Shell:
    return shell(zh("街道坐席", "Street desk"), zh("文昌街道指挥中心", "Wenchang street desk"))


FIELD_NAV = (
    ("待我核查", "My checks", "clipboard-check"),
    ("上报事件", "Report", "camera"),
)


def field_nav() -> tuple[Link, ...]:
    return tuple(Link(zh(a, b), "#", i, n == 0) for n, (a, b, i) in enumerate(FIELD_NAV))


def rows() -> tuple[Row, ...]:
    return (
        Row(
            zh("井盖松动异响", "Manhole rattling"),
            "#",
            zh("榕荫社区第3网格 · 榕荫路口", "Rongyin grid 3"),
            pill(-3),
            Badge(zh("待受理", "To accept"), "teal"),
        ),
        Row(
            zh("占道经营", "Street vending in the way"),
            "#",
            zh("文昌社区第1网格", "Wenchang grid 1"),
            pill(1.5, warn=3, urgent=1),
            Badge(zh("待受理", "To accept"), "teal"),
        ),
        Row(
            zh(
                "路灯不亮，从体育中心南门一直到菜市场后巷都是黑的，老人晚上不敢出门",
                "Street lights out from the sports centre to the lane behind the market",
            ),
            "#",
            zh("体育中心社区第12网格 · 南门后巷", "Sports Centre grid 12"),
            pill(30, warn=3),
            Badge(zh("退单审核中", "Return to be decided"), "yellow"),
        ),
        Row(
            zh("垃圾堆积", "Piled-up rubbish"),
            "#",
            zh("江畔社区第2网格", "Riverside grid 2"),
            pill(51),
        ),
    )


def timeline() -> tuple[TimelineItem, ...]:
    return (
        TimelineItem(
            NOW - timedelta(hours=1),
            zh("反馈结果", "Result reported"),
            zh("市政管理所", "Municipal works"),
            zh(
                "三个井盖已更换减震垫圈，现场试车无异响。",
                "All three covers have new rings; no more noise.",
            ),
            PHOTOS[:2],
        ),
        TimelineItem(
            NOW - timedelta(hours=20),
            zh("退单审核：维持原派", "Return decided: upheld"),
            zh("值班长", "Duty chief"),
            zh("井盖上印有“排水”，属市政排水。", "The cover is marked drainage."),
            (),
            "warn",
        ),
        TimelineItem(
            NOW - timedelta(hours=26),
            zh("签收", "Acknowledged"),
            zh("市政管理所", "Municipal works"),
        ),
        TimelineItem(
            NOW - timedelta(hours=27),
            zh("受理并派遣", "Accepted and dispatched"),
            zh("文昌街道指挥中心", "Wenchang street desk"),
        ),
        TimelineItem(
            NOW - timedelta(hours=27.4), zh("提交", "Submitted"), zh("居民", "A resident")
        ),
    )


def bar(now: int, side: str = "") -> StageBar:
    titles = (
        ("已提交", "Submitted"),
        ("已受理", "Accepted"),
        ("已派单", "Assigned"),
        ("办理中", "In progress"),
        ("结果核实中", "Checking the result"),
        ("已办结", "Completed"),
        ("已评价", "Rated"),
    )
    return StageBar(
        tuple(
            Stage(
                zh(*t),
                "done" if i < now else "now" if i == now else "todo",
                NOW - timedelta(hours=27 - i * 4) if i <= now else None,
            )
            for i, t in enumerate(titles)
        ),
        side,
    )


def steps() -> tuple[Step, ...]:
    lead = FormField(
        "lead",
        "select",
        zh("主办单位", "Lead"),
        required=True,
        value="1",
        choices=(
            Choice("1", zh("市政管理所", "Municipal works"), zh("建议", "suggested")),
            Choice("2", zh("城市管理执法队", "Urban management")),
        ),
    )
    matter = FormField(
        "matter",
        "select",
        zh("事项", "Matter"),
        required=True,
        value="m",
        choices=(
            Choice("m", zh("井盖松动异响", "Manhole rattling"), group=zh("道路设施", "Roads")),
            Choice("n", zh("路面坑洼", "Pothole"), group=zh("道路设施", "Roads")),
        ),
    )
    reason = FormField("reason", "textarea", zh("理由", "Why"), required=True, most=500)
    return (
        Step(
            "accept_dispatch",
            zh("受理并派遣", "Accept and dispatch"),
            "#",
            3,
            (matter, lead),
            zh(
                "依据：井盖类由市政管理所主办（事项目录第3版）",
                "Basis: covers are led by municipal works (edition 3)",
            ),
            icon="check",
            tone="first",
            is_open=True,
        ),
        Step(
            "hand_over",
            zh("上报区级", "Send up to the district"),
            "#",
            3,
            (reason,),
            icon="arrow-up",
        ),
        Step(
            "ask_info", zh("请反映人补充", "Ask for details"), "#", 3, (reason,), icon="help-circle"
        ),
        Step(
            "decline",
            zh("不予受理", "Decline"),
            "#",
            3,
            (
                FormField(
                    "code",
                    "choices",
                    zh("原因", "Reason"),
                    required=True,
                    choices=(
                        Choice("a", zh("不在本区", "Outside")),
                        Choice("b", zh("应走司法途径", "A matter for the courts")),
                    ),
                    error=zh("请选一个原因。", "Please choose a reason."),
                ),
                reason,
            ),
            icon="x",
            tone="warn",
        ),
    )


def question() -> Step:
    return Step(
        "answer",
        zh("您反映的问题解决了吗？", "Has your problem been solved?"),
        "#",
        4,
        (
            FormField(
                "answer",
                "choices",
                "",
                required=True,
                choices=(
                    Choice("yes", zh("解决了", "Yes, solved")),
                    Choice("partly", zh("解决了一部分", "Partly")),
                    Choice("no", zh("没有解决", "No")),
                ),
            ),
            FormField(
                "words",
                "textarea",
                zh("还差什么？", "What is missing?"),
                shown_if=("answer", "partly no"),
            ),
        ),
        button=zh("提交", "Submit"),
    )


def rating() -> Step:
    names = (
        ("非常满意", "Very satisfied"),
        ("满意", "Satisfied"),
        ("基本满意", "Fairly satisfied"),
        ("不满意", "Dissatisfied"),
        ("非常不满意", "Very dissatisfied"),
    )
    return Step(
        "rating",
        zh("您对这次办理满意吗？", "How satisfied are you?"),
        "#",
        4,
        (
            FormField(
                "rating",
                "choices",
                "",
                required=True,
                choices=tuple(Choice(str(5 - i), zh(*n)) for i, n in enumerate(names)),
            ),
        ),
        button=zh("提交", "Submit"),
    )


def report_form(**more: Any) -> ReportForm:
    given: dict[str, Any] = {
        "client_id": "x",
        "areas": (
            Choice("1", "榕荫社区", group="文昌街道"),
            Choice("2", "江畔社区", group="文昌街道"),
            Choice("3", "体育中心社区", group="滨江街道"),
        ),
        "matters": (
            Choice("a", zh("井盖松动异响", "Manhole rattling"), group=zh("道路设施", "Roads")),
            Choice("b", zh("占道经营", "Vending in the way"), group=zh("街面秩序", "Street order")),
        ),
        "map": MapView("/map/areas.json", (113.08, 22.55, 113.14, 22.60)),
        "picture": "/_preview/photo/1.svg",
    }
    return ReportForm(**(given | more))


def case_page(**more: Any) -> desk.CasePage:
    given: dict[str, Any] = {
        "shell": desk_shell(),
        "title": zh("井盖松动异响", "Manhole rattling"),
        "number": "2026-11-20-0031",
        "place": zh(
            "文昌街道 · 榕荫社区第3网格 · 榕荫路与文昌街路口",
            "Wenchang · Rongyin grid 3 · junction",
        ),
        "state": Badge(zh("待受理", "To accept"), "teal"),
        "badges": (Badge(zh("紧急", "Urgent"), "red"),),
        "clock": pill(0.3, warn=2, urgent=1),
        "promised": NOW + timedelta(days=4),
        "holder": zh("文昌街道指挥中心", "Wenchang street desk"),
        "facts": (
            Fact(zh("事项", "Matter"), zh("井盖松动异响 · 影响休息", "Rattling · disturbs sleep")),
            Fact(zh("来源", "Source"), zh("居民", "Resident")),
        ),
        "reports": (
            desk.ReportView(
                "000123456784",
                NOW - timedelta(hours=2),
                zh("居民反映", "Resident"),
                WORDS,
                zh("榕荫路口，药店门口", "by the pharmacy"),
                PHOTOS,
                zh("留有手机号", "Left a number"),
            ),
        ),
        "map": MAP,
        "steps": steps(),
        "timeline": timeline(),
        "why": Why(
            (
                Reason(
                    zh("为什么在这个网格？", "Why this grid?"),
                    (zh("点位在网格范围内。", "The point lies inside."),),
                    zh("边界第1版", "Boundaries 1"),
                ),
                Reason(
                    zh("为什么是这个时限？", "Why this deadline?"),
                    (zh("松动异响：2个工作日。", "Rattling: 2 working days."),),
                    zh("目录第3版", "Edition 3"),
                ),
            )
        ),
        "back": Link(zh("待我办理", "Waiting for me"), "#"),
    }
    return desk.CasePage(**(given | more))


def lines() -> tuple[desk.CaseLine, ...]:
    return tuple(
        desk.CaseLine(
            f"case-{i}",
            "#",
            row.title,
            f"2026-11-{20 - i:02}-00{i}1",
            row.sub,
            row.badge or Badge(zh("办理中", "In progress"), "blue"),
            zh("市政管理所", "Municipal works"),
            NOW - timedelta(hours=9 * i),
            row.clock,
            (Badge(zh("紧急", "Urgent"), "red"),) if i == 1 else (),
            pick=str(i) if i < 2 else "",
            at=NOW - timedelta(hours=9 * i),
        )
        for i, row in enumerate(rows())
    )


def list_page(**more: Any) -> desk.ListPage:
    given: dict[str, Any] = {
        "shell": desk_shell(),
        "title": zh("全部事件", "All events"),
        "lines": lines(),
        "filters": (
            FormField(
                "state",
                "select",
                zh("状态", "State"),
                placeholder=zh("全部", "All"),
                choices=(Choice("a", zh("待受理", "To accept")),),
            ),
            FormField(
                "clock",
                "select",
                zh("时限", "Clock"),
                placeholder=zh("全部", "All"),
                choices=(Choice("a", zh("已超期", "Overdue")),),
            ),
        ),
        "pager": Pager("?after=x"),
        "orders": (
            Link(zh("按到期时间", "By due time"), "?order=due", current=True),
            Link(zh("最新", "Newest"), "?order=new"),
        ),
    }
    return desk.ListPage(**(given | more))


def check_page() -> field.CheckPage:
    return field.CheckPage(
        shell=shell(zh("网格员", "Grid worker"), zh("榕荫社区第3网格", "Rongyin grid 3")),
        nav=field_nav(),
        title=zh("井盖松动异响", "Manhole rattling"),
        place=zh("榕荫社区第3网格 · 榕荫路口", "Rongyin grid 3"),
        kind=Badge(zh("办结核查", "Closure check"), "teal"),
        clock_text=zh("还剩 3小时", "3 h left"),
        words=WORDS,
        before=PHOTOS[:1],
        after=PHOTOS[1:],
        map=MAP,
        step=Step(
            "check",
            zh("现场情况", "On site"),
            "#",
            1,
            (
                FormField(
                    "result",
                    "choices",
                    zh("结果", "Result"),
                    required=True,
                    choices=(
                        Choice("pass", zh("核查通过", "Check passed")),
                        Choice("fail", zh("退回重办", "Send back to redo")),
                    ),
                ),
                FormField(
                    "reason",
                    "textarea",
                    zh("还有什么问题？", "What is still wrong?"),
                    shown_if=("result", "fail"),
                ),
                FormField("photos", "photos", zh("现场照片", "Photos on site"), most=3),
            ),
            button=zh("提交", "Submit"),
        ),
    )


SCREENS: dict[str, Callable[[], tuple[str, dict[str, Any]]]] = {
    "portal-home": lambda: ("portal/home.html", {"page": portal.HomePage("0750-000 1234")}),
    "portal-report": lambda: ("portal/report.html", {"page": report_form(), "here": "report"}),
    "portal-report-errors": lambda: (
        "portal/report.html",
        {
            "page": report_form(
                errors={
                    "words": zh("请写一句话，或拍一张照片。", "Write a sentence or add a photo."),
                    "place": zh("请说明问题在哪里。", "Say where it is."),
                    "phone": zh("手机号不对。", "This is no phone number."),
                },
                problem=zh(
                    "有几处需要补一下，您填的内容都还在。",
                    "Some things are missing; nothing you wrote is lost.",
                ),
            ),
            "here": "report",
        },
    ),
    "portal-done": lambda: (
        "portal/done.html",
        {
            "page": portal.DonePage(
                "000123456784", "7KQ4-M2XD", True, NOW + timedelta(hours=17), "0750-000 1234"
            )
        },
    ),
    "portal-track-form": lambda: (
        "portal/track_form.html",
        {
            "page": portal.TrackFormPage("", zh("编号或查询码不对，请核对后再试。", "Wrong.")),
            "here": "track",
        },
    ),
    "portal-track": lambda: (
        "portal/track.html",
        {
            "page": portal.TrackPage(
                "000123456784",
                zh("井盖松动异响", "Manhole rattling"),
                bar(3, zh("正在确认承办单位", "Confirming who will handle it")),
                NOW - timedelta(hours=27),
                timeline()[2:],
                NOW + timedelta(days=3),
                words=WORDS,
                place=zh("榕荫社区第3网格", "Rongyin grid 3"),
                photos=PHOTOS,
                steps=steps()[2:3],
            ),
            "here": "track",
        },
    ),
    "portal-track-answer": lambda: (
        "portal/track.html",
        {
            "page": portal.TrackPage(
                "000123456784",
                zh("井盖松动异响", "Manhole rattling"),
                bar(4),
                NOW - timedelta(hours=27),
                timeline(),
                NOW - timedelta(days=1),
                True,
                reply=zh("三个井盖都换了垫圈，今晚起不会再响。", "All covers have new rings."),
                words=WORDS,
                answer=question(),
                rating=rating(),
            )
        },
    ),
    "problem": lambda: (
        "ui/problem.html",
        {
            "problem": type("P", (), {"status": 404})(),
            "message": zh(
                "没有找到这条记录，或您没有查看权限。",
                "This record does not exist, or you may not see it.",
            ),
            "back": "/",
            "frame": "ui/public.html",
        },
    ),
    "desk-home": lambda: (
        "workbench/home.html",
        {
            "page": desk.HomePage(
                desk_shell(),
                (
                    Link(zh("待我办理", "Waiting for me"), "#", current=True, count=6),
                    Link(zh("即将到期", "Due soon"), "#", count=2),
                    Link(zh("我经手的", "Passed on by me"), "#"),
                ),
                (
                    Tile(zh("待受理", "To accept"), "4", "#"),
                    Tile(zh("即将到期", "Due soon"), "2", "#", "orange"),
                    Tile(zh("已超期", "Overdue"), "1", "#", "red"),
                    Tile(zh("待核查", "To check"), "0", "#"),
                ),
                lines=lines(),
                at_title=zh("提交时间", "Opened"),
                can_pick=True,
            )
        },
    ),
    "desk-case": lambda: ("workbench/case.html", {"page": case_page()}),
    "desk-case-late": lambda: (
        "workbench/case.html",
        {
            "page": case_page(
                clock=pill(-30),
                state=Badge(zh("退单审核中", "Return to be decided"), "yellow"),
                steps=(),
                notice=zh(
                    "王强在 14:32 已经处理过，页面已更新。请看过后再操作。",
                    "Wang Qiang already acted at 14:32.",
                ),
                proofs=PHOTOS,
            )
        },
    ),
    "desk-list": lambda: ("workbench/list.html", {"page": list_page()}),
    "desk-list-empty": lambda: (
        "workbench/list.html",
        {"page": list_page(lines=(), words="龙", is_filtered=True)},
    ),
    "desk-overview": lambda: (
        "workbench/overview.html",
        {
            "page": desk.OverviewPage(
                desk_shell(),
                (
                    Tile(zh("在办", "Open"), "312"),
                    Tile(zh("已超期", "Overdue"), "18", tone="red"),
                    Tile(zh("今日新增", "New today"), "46"),
                    Tile(zh("今日办结", "Closed today"), "39"),
                ),
                (zh("收到", "Received"), zh("办结", "Closed"), zh("在办", "Open")),
                tuple(
                    desk.FigureLine(zh(a, b), (20 + i, i, 100 - i))
                    for i, (a, b) in enumerate(
                        (
                            ("文昌街道", "Wenchang"),
                            ("滨江街道", "Riverside"),
                            ("体育中心街道", "Sports Centre"),
                        )
                    )
                ),
                (63, 3, 297),
                (desk.FigureLine(zh("市政管理所", "Municipal works"), (12, 9, 41)),),
                (desk.SourceLine(zh("12345 热线", "Hotline 12345"), "#", 3, 1, NOW),),
                (
                    Fact(
                        zh("按时办结率", "On time"),
                        zh(
                            "按时办结数 ÷（办结数 + 已超期未办结数）",
                            "closed on time ÷ (closed + open overdue)",
                        ),
                    ),
                ),
                zh("【文昌区】今日情况", "[Wenchang] Today in brief"),
                MapView("/map/areas.json", (113.08, 22.55, 113.14, 22.60)),
                NOW,
            )
        },
    ),
    "field-home": lambda: (
        "field/home.html",
        {
            "page": field.HomePage(
                check_page().shell,
                field_nav(),
                (field.Block(zh("待核查", "Results to check"), rows()[:2]),),
                news=rows()[2:3],
                grid=zh("文昌街道 · 榕荫社区第3网格", "Wenchang · Rongyin grid 3"),
                grid_text=zh("3 件在办", "3 events are open there"),
                behalf=True,
                solved=rows()[:1],
            )
        },
    ),
    "field-home-empty": lambda: (
        "field/home.html",
        {"page": field.HomePage(check_page().shell, field_nav())},
    ),
    "field-quick": lambda: (
        "field/quick.html",
        {
            "page": field.QuickPage(
                check_page().shell,
                report_form(),
                field_nav(),
                ground=zh("文昌街道 · 榕荫社区第3网格", "Wenchang · Rongyin grid 3"),
                usual=report_form().matters[:3],
                groups=(
                    (zh("道路与井盖", "Roads and manholes"), report_form().matters[3:], False),
                ),
            )
        },
    ),
    "field-tip": lambda: (
        "field/tip.html",
        {
            "page": field.TipPage(
                check_page().shell,
                report_form(),
                field_nav(),
                mine=(
                    field.TipLine(
                        zh("窗户连着三晚亮着灯", "The window has been lit for three nights"),
                        zh("11月26日17:30", "26 Nov 17:30"),
                        zh("榕荫社区第3网格", "Rongyin grid 3"),
                        zh("已看，不用办理", "Read, nothing to do"),
                        answer=zh("住户外出，已联系", "They are away; we reached them"),
                    ),
                ),
            )
        },
    ),
    "field-grid": lambda: (
        "field/grid.html",
        {
            "page": field.GridPage(
                check_page().shell,
                field_nav(),
                zh("文昌街道 · 榕荫社区第3网格", "Wenchang · Rongyin grid 3"),
                people=((zh("林晓", "Lin Xiao"), zh("网格员", "Grid worker")),),
                units=((zh("1号楼", "Block 1"), ""),),
                open=rows()[:2],
            )
        },
    ),
    "field-check": lambda: ("field/check.html", {"page": check_page()}),
    "field-report": lambda: (
        "field/report.html",
        {"page": field.ReportPage(check_page().shell, report_form(), field_nav())},
    ),
}


def names() -> list[str]:
    return list(SCREENS)


def screen(name: str) -> tuple[str, dict[str, Any]]:
    with clock.frozen(NOW):
        return SCREENS[name]()
