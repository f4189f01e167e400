"""What a desk's screens say and how: navigation in groups, long words, proposals, rows to tick."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.cases import walking
from tests.cases.walking import MONDAY, CaseTown, case_of, case_town
from tests.web.signing import client_of, statements

from gridward.cases import actions
from gridward.catalog.queries import catalogue
from gridward.core import clock


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


def page_of(town: CaseTown, number: str, address: str) -> str:
    answer = client_of(town, number).get(address)
    assert answer.status_code == 200, address
    return unescape(answer.content.decode())


def groups_of(page: str) -> dict[str, list[str]]:
    """The navigation: the titles of the entries under the title of each group."""
    navigation = re.search(r'<nav class="gw-nav-groups".*?</nav>', page, re.DOTALL)
    assert navigation is not None
    found = {}
    for part in navigation[0].split('<div class="gw-nav-group">')[1:]:
        title = re.search(r'id="(nav-[a-z]+)">([^<]+)</p>', part)
        assert title is None or f'aria-labelledby="{title[1]}"' in part
        found[title[2] if title else ""] = re.findall(r"</svg><span>([^<]+)</span>", part)
    return found


def test_the_navigation_follows_the_day_of_a_street_desk(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        desk = page_of(town, "S001", "/desk/cases/")
        handler = page_of(town, "M001", "/desk/cases/")
        chief = page_of(town, "D002", "/desk/cases/")
        worker = page_of(town, "G001", "/desk/cases/")

    assert groups_of(desk) == {
        "办件": ["待我办理", "全部事件", "地图", "线索", "交接班"],
        "来电来访": ["代居民反映", "按号码查找", "个人信息申请"],
        "数据与资料": ["今日情况", "网格与区域", "事项目录", "导入台账"],
    }
    assert groups_of(handler) == {
        "办件": ["待我办理", "全部事件", "地图"],
        "数据与资料": ["事项目录"],
    }
    # a chief's own instruction is a report as well; a grid worker's form is on the field pages
    assert groups_of(chief)["来电来访"] == ["代居民反映"]
    assert "来电来访" not in groups_of(worker)
    assert len(re.findall(r'class="gw-nav-link"[^>]*aria-current="page"', desk)) == 1


def test_long_words_show_their_beginning_and_all_of_them_on_demand(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        short = case_of(walking.submit(words="井盖响"))
        long = case_of(walking.submit(words="很长的话" * 400 + "完"))

        pages = [page_of(town, "S001", f"/desk/cases/{case.id}/") for case in (short, long)]

    assert ["显示全部 1601 字" in page for page in pages] == [False, True]
    assert "很长的话" * 400 + "完</p></details>" in pages[1]
    assert "很长的话完</p>" not in pages[1].split("<summary>显示全部", 1)[0]


def test_rows_can_be_ticked_on_a_phone_as_at_a_desk(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = case_of(walking.submit())

        page = page_of(town, "S001", "/desk/")

    boxes = re.findall(rf'<input type="checkbox" name="case" value="{case.id}" id="([^"]+)"', page)
    assert boxes == [f"pick-{case.id}", f"pick-{case.id}-narrow"]
    assert "现在由谁办" not in page  # they all wait for this very desk


def test_a_proposal_stands_above_its_two_answers_and_says_what_it_is_about(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        case = walking.walk(town, "handling")
        plain = statements(client_of(town, "D003"), f"/desk/cases/{case.id}/")
        actions.propose_force_close(
            case.id,
            by=town.viewer("D002"),
            version=case.version,
            words="权属单位已注销",
            reply="将纳入年度改造",
        )

        waiting = page_of(town, "D003", "/desk/approvals/")
        page = page_of(town, "D003", f"/desk/cases/{case.id}/")
        own = page_of(town, "D002", f"/desk/cases/{case.id}/")
        asked = statements(client_of(town, "D003"), f"/desk/cases/{case.id}/")

    title = str(catalogue().matter("manhole").title)
    assert title in waiting and case.number in waiting
    proposal = page.split("他人提请，由你决定", 1)[1].split('id="step-force_close"', 1)[0]
    assert "权属单位已注销" in proposal and "将纳入年度改造" in proposal
    assert "他人提请，由你决定" not in own
    assert "等待另一人决定" in own and 'id="step-propose_force_close"' not in own
    assert asked <= plain + 2


def test_the_reason_for_which_a_case_was_declined_is_said(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = case_of(walking.submit())
        reason = catalogue().settings.decline_reasons[0]
        actions.decline_case(
            case.id,
            by=town.viewer("S001"),
            version=case.version,
            reason=reason.key,
            words="不归这里管",
        )

        page = page_of(town, "S001", f"/desk/cases/{case.id}/")

    assert f"{reason.title}\n不归这里管" in page
