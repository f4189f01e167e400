"""What a desk is told of what became of a case: to whom it went, what was answered, where it is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.cases import walking
from tests.cases.walking import MONDAY, CaseTown, case_town
from tests.web.signing import client_of

from gridward.cases import actions
from gridward.cases.actions import Channel
from gridward.core import clock
from gridward.directory import queries as directory

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


def page_of(town: CaseTown, number: str, address: str) -> str:
    answer = client_of(town, number).get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def history(page: str) -> str:
    """What has happened, as plain words, without the second drawing for a phone."""
    found = page[page.index("办理经过") : page.rindex("办理经过")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))


def test_the_history_says_to_whom_it_was_given(town: CaseTown) -> None:
    with clock.frozen(MONDAY + 5 * HOUR):
        case = walking.walk(town, "returned")
        case = actions.redispatch_case(
            case.id,
            by=town.viewer("S001"),
            version=case.version,
            lead=town.org("urb"),
            words="按字样改派",
        )
        other = walking.case_of(walking.submit(at=MONDAY + 5 * HOUR))
        actions.hand_over(
            other.id, by=town.viewer("S001"), version=other.version, level="district", words="跨街"
        )
        said = history(page_of(town, "S001", f"/desk/cases/{case.id}/"))
        handed = history(page_of(town, "S001", f"/desk/cases/{other.id}/"))

    mun, urb = (directory.organisation(town.org(key)).title_zh for key in ("mun", "urb"))
    assert f"主办：{mun}" in said
    assert f"主办：{urb}" in said
    assert f"认为应由{urb}办理" in said
    assert "已到现场看过" in said
    assert "转到值班台：" in handed


def test_what_a_reporter_said_on_the_telephone_reaches_whoever_puts_it_right(
    town: CaseTown,
) -> None:
    case = walking.walk(town, "callback_pending")
    with clock.frozen(MONDAY + 3 * HOUR):
        form = {
            "version": case.version,
            "report": case.reports.get().id,
            "outcome": "no",
            "rating": "1",
            "words": "只换了一个，13900139000 还在响",
        }
        client_of(town, "S001").post(f"/desk/cases/{case.id}/step/log_call/", form)
        said = history(page_of(town, "M001", f"/desk/cases/{case.id}/"))

    case.refresh_from_db()
    assert case.round == 2
    assert "没有解决 非常不满意 只换了一个，139******** 还在响" in said
    assert said.index("没有解决，重新办理") < said.index("反映人已答复") < said.index("已回访")


def test_a_call_that_reached_nobody_is_told_from_one_that_did(town: CaseTown) -> None:
    case = walking.walk(town, "callback_pending")
    with clock.frozen(MONDAY + 3 * HOUR):
        actions.log_call(
            case.id,
            case.reports.get().id,
            by=town.viewer("S001"),
            version=case.version,
            reached=False,
        )
        said = history(page_of(town, "S001", f"/desk/cases/{case.id}/"))

    assert "未接通" in said


def test_a_joined_event_and_the_one_it_was_joined_to_lead_to_each_other(town: CaseTown) -> None:
    with clock.frozen(MONDAY + MINUTE):
        master, joined = (walking.case_of(walking.submit(at=MONDAY)) for _ in range(2))
        actions.merge_case(
            joined.id, by=town.viewer("S001"), version=joined.version, master=master.id
        )
        there = page_of(town, "S001", f"/desk/cases/{joined.id}/")
        here = page_of(town, "S001", f"/desk/cases/{master.id}/")

    assert f'并入</dt><dd><a href="/desk/cases/{master.id}/">{master.number}</a>' in there
    assert f'并入的事件</dt><dd><a href="/desk/cases/{joined.id}/">{joined.number}</a>' in here


def test_the_next_one_that_waits_is_none_that_a_grid_worker_looks_at(town: CaseTown) -> None:
    out = walking.walk(town, "closure_checking")
    with clock.frozen(MONDAY + 100 * HOUR):
        first = walking.case_of(walking.submit(at=MONDAY + 99 * HOUR))
        desk = client_of(town, "S001")

        there = desk.get("/desk/next/")
        nothing = desk.get(f"/desk/next/?not={first.id}")

    out.refresh_from_db()
    assert out.due_order < first.due_order
    assert there["Location"] == f"/desk/cases/{first.id}/"
    assert nothing["Location"] == "/desk/"


def test_what_another_system_passed_on_is_not_said_to_have_been_told_in_person(
    town: CaseTown,
) -> None:
    passed_on = Channel(key="desk", source="hotline", source_id="GZ1")
    with clock.frozen(MONDAY + MINUTE):
        case = walking.case_of(walking.submit(at=MONDAY, channel=passed_on))
        page = page_of(town, "S001", f"/desk/cases/{case.id}/")

    assert "12345 热线 · " in page
    assert "当面反映" not in page


def test_whoever_confirms_sees_how_many_proposals_wait(town: CaseTown) -> None:
    case = walking.walk(town, "handling", at=MONDAY)
    with clock.frozen(MONDAY + HOUR):
        before = page_of(town, "D003", "/desk/overview/")
        actions.propose_force_close(
            case.id,
            by=town.viewer("D002"),
            version=case.version,
            words="由新建工程一并解决",
            reply="该路段将整体改造",
        )
        after = page_of(town, "D003", "/desk/overview/")

    counted = r"<span>待我审批</span><span class=\"gw-nav-count\">1</span>"
    assert not re.search(counted, before)
    assert re.search(counted, after)


def test_the_overdue_of_the_brief_open_as_the_list_that_they_count(town: CaseTown) -> None:
    late = walking.walk(town, "handling", at=MONDAY)
    assert late.promised_at is not None
    with clock.frozen(late.promised_at + MINUTE):
        fresh = walking.case_of(walking.submit(at=clock.now()))
        brief = page_of(town, "D003", "/desk/overview/")
        listed = page_of(town, "D003", "/desk/cases/?broken=1")

    assert 'href="/desk/cases/?broken=1"' in brief
    assert late.number in listed
    assert fresh.number not in listed
    assert "超过答应时间" in listed


def test_whoever_declined_is_told_why_a_colleague_decides_on_the_objection(town: CaseTown) -> None:
    with clock.frozen(MONDAY + HOUR):
        receipt = walking.submit(at=MONDAY)
        case = walking.case_of(receipt)
        case = actions.decline_case(
            case.id, by=town.viewer("S001"), version=case.version, reason="police", words=""
        )
        actions.object_as_reporter(receipt.submission, case.id, words="这就是街道管的")
        said = page_of(town, "S001", f"/desk/cases/{case.id}/")

    assert "须由其他同事决定" in said
    assert 'id="step-accept_dispatch"' not in said
