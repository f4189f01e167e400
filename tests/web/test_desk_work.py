"""What a desk does beside single cases: tabs, filters, views, several together, paper, links."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook
from tests.cases import walking
from tests.cases.walking import MONDAY, RATTLING, CaseTown, case_of, case_town
from tests.town import ACTOR, LONG_AGO
from tests.web.signing import client_of, statements

from gridward.access import actions as access
from gridward.cases import actions, queries
from gridward.cases.actions import Channel, Contact
from gridward.cases.models import (
    Assignment,
    Case,
    DeskHandover,
    OutsideLink,
    SavedView,
    Submission,
)
from gridward.cases.queries.figures import figures
from gridward.core import clock
from gridward.directory import actions as directory
from gridward.directory import queries as people
from gridward.directory.actions import NewPerson, NewPost
from gridward.journal.models import Entry
from gridward.vault import queries as vault

HOUR = timedelta(hours=1)


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def colleague(town: CaseTown, number: str, like: str, where: str) -> None:
    """Somebody else in the same role at the same organisation."""
    role = town.viewer(like).role
    (person,) = directory.create_people(
        [NewPerson(number, f"同事{number}", "", "none", (NewPost(role, town.org(where)),))],
        actor=ACTOR,
        at=LONG_AGO,
    )
    access.open_accounts([person], actor=ACTOR, at=LONG_AGO)
    town.town.people[number] = person
    town.town.posts[number] = people.posts_of_person(person)[0].post_id


def verbs() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("verb", flat=True))


# --- what waits -----------------------------------------------------------------------------------


def test_the_tabs_say_what_waits_what_falls_due_and_what_was_passed_on(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        walking.submit(words="旧的井盖响")
        given = case_of(walking.submit(words="要派的井盖响"))
        actions.accept_and_dispatch(
            given.id,
            by=town.viewer("S001"),
            version=given.version,
            condition=RATTLING,
            lead=town.org("mun"),
        )
    with clock.frozen(MONDAY + timedelta(minutes=29)):
        walking.submit(words="新的井盖响", at=clock.now())
        desk = client_of(town, "S001")

        mine, soon, passed = (
            page_of(desk, f"/desk/{tab}") for tab in ("", "?tab=soon", "?tab=passed")
        )

    assert ("旧的井盖响" in mine, "新的井盖响" in mine, "要派的井盖响" in mine) == (
        True,
        True,
        False,
    )
    assert ("旧的井盖响" in soon, "新的井盖响" in soon) == (True, False)
    assert ("要派的井盖响" in passed, "旧的井盖响" in passed) == (True, False)
    counts = re.findall(r'class="gw-tab-count">(\d+)<', mine)
    assert counts == ["2", "1"]


def test_every_list_of_the_desk_costs_the_same_for_two_and_for_fifty(town: CaseTown) -> None:
    told = Channel(key="phone", source="hotline", outside_due_at=MONDAY + HOUR)
    addresses = (
        "/desk/",
        "/desk/?tab=soon",
        "/desk/?tab=passed",
        "/desk/cases/?mine=1&urgent=&overdue=1&channel=phone&since=2026-11-01",
        "/desk/cases/?source=hotline&hurried=",
        "/desk/shift/",
        "/desk/overview/",
    )

    def bulk() -> str:
        ids = Case.objects.filter(state="submitted").values_list("id", flat=True)
        return "/desk/cases/bulk/?" + "&".join(f"case={each}" for each in ids)

    def dispatch(case: Case) -> None:
        actions.accept_and_dispatch(
            case.id,
            by=town.viewer("S001"),
            version=case.version,
            condition=RATTLING,
            lead=town.org("mun"),
        )

    with clock.frozen(MONDAY):
        for _ in range(2):
            walking.submit(channel=told)
            dispatch(case_of(walking.submit()))
        desk = client_of(town, "S001")
        few = [statements(desk, address) for address in (*addresses, bulk())]
        for _ in range(25):
            walking.submit(channel=told)
            dispatch(case_of(walking.submit()))
        many = [statements(desk, address) for address in (*addresses, bulk())]

    assert few == many
    assert max(many) <= 24


def test_next_leads_to_the_most_pressing_other_case_and_home_when_there_is_none(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        first = case_of(walking.submit())
        second = case_of(walking.submit(at=MONDAY + timedelta(minutes=1)))
        desk = client_of(town, "S001")

        there = desk.get(f"/desk/next/?not={first.id}")
        nowhere = client_of(town, "S002").get("/desk/next/")

    assert there["Location"] == f"/desk/cases/{second.id}/"
    assert nowhere["Location"] == "/desk/"


# --- filters and views ----------------------------------------------------------------------------


def test_filters_narrow_a_list_and_each_stands_as_a_chip_that_takes_it_away(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        walking.submit(words="居民说的井盖")
        walking.submit(
            words="热线转来的井盖", channel=Channel(key="phone", source="hotline", source_id="H-1")
        )
        desk = client_of(town, "S001")

        page = page_of(desk, "/desk/cases/?source=hotline&since=2026-11-01&state=nowhere")
        none = page_of(desk, "/desk/cases/?source=hotline&until=2026-11-01")

    assert ("热线转来的井盖" in page, "居民说的井盖" in page) == (True, False)
    assert "热线转来的井盖" not in none
    chips = re.findall(r'class="gw-chip" href="([^"]*)"><span>([^<]*)<', page)
    assert chips == [("?since=2026-11-01", "12345 热线"), ("?source=hotline", "2026-11-01 起")]


def test_a_view_keeps_filters_but_never_words_and_can_be_shared(town: CaseTown) -> None:
    colleague(town, "S009", "S001", "street-1")
    with clock.frozen(MONDAY):
        desk, other = client_of(town, "S001"), client_of(town, "S009")

        kept = desk.post("/desk/views/?q=张三&urgent=1&order=newest", {"name": "急件"})
        desk.post("/desk/views/?overdue=1", {"name": "超期", "shared": "1"})
        own, theirs = page_of(desk, "/desk/cases/"), page_of(other, "/desk/cases/")

    assert (kept.status_code, kept["Location"]) == (303, "/desk/cases/?order=newest&urgent=1")
    assert [name in own for name in ("急件", "超期")] == [True, True]
    assert [name in theirs for name in ("急件", "超期")] == [False, True]
    assert not SavedView.objects.filter(query__contains="q=").exists()


def test_a_view_without_a_name_or_without_filters_is_refused_and_nothing_is_kept(
    town: CaseTown,
) -> None:
    desk = client_of(town, "S001")

    unnamed = desk.post("/desk/views/?urgent=1", {"name": " "})
    empty = desk.post("/desk/views/?q=井盖", {"name": "井盖"})

    assert (unnamed.status_code, empty.status_code) == (422, 422)
    assert "请给视图起个短名" in unnamed.content.decode()
    assert "搜索过的字词不会保存" in empty.content.decode()
    assert (SavedView.objects.count(), "view.saved" in verbs()) == (0, False)


def test_only_whoever_kept_a_view_takes_it_away(town: CaseTown) -> None:
    colleague(town, "S009", "S001", "street-1")
    desk, other = client_of(town, "S001"), client_of(town, "S009")
    desk.post("/desk/views/?overdue=1", {"name": "超期", "shared": "1"})
    view = SavedView.objects.get()

    refused = other.post(f"/desk/views/{view.id}/remove/")
    assert (refused.status_code, SavedView.objects.count()) == (404, 1)
    desk.post(f"/desk/views/{view.id}/remove/")

    assert SavedView.objects.count() == 0
    assert verbs()[-2:] == ["view.saved", "view.removed"]


# --- several together -----------------------------------------------------------------------------


def picked(*cases: Case) -> list[str]:
    return [f"{case.id}.{case.version}" for case in cases]


def test_like_cases_are_dispatched_together_each_by_itself_under_one_cause(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        cases = [case_of(walking.submit(words=f"第{n}个井盖响")) for n in range(3)]
        desk = client_of(town, "S001")
        form = page_of(desk, "/desk/cases/bulk/?" + "&".join(f"case={c.id}" for c in cases))
        sent = {"case": picked(*cases), "condition": RATTLING, "lead": "rule", "words": "同一路段"}

        answer = desk.post("/desk/cases/bulk/", sent)
        again = desk.post("/desk/cases/bulk/", sent)

    assert "区市政局" in form
    assert "3 件中已派遣 3 件" in answer.content.decode()
    assert "3 件中已派遣 0 件" in again.content.decode()
    assert again.content.decode().count("已经处理过，页面已更新") == 3
    assert Assignment.objects.filter(role="lead", organisation=town.org("mun")).count() == 3
    entries = Entry.objects.filter(verb="case.dispatched")
    assert (entries.count(), len(set(entries.values_list("cause", flat=True)))) == (3, 1)
    said = vault.texts_of_entries(list(entries.values_list("id", flat=True)))
    assert [one.text for texts in said.values() for one in texts] == ["同一路段"] * 3


def test_one_that_a_colleague_changed_meanwhile_is_left_and_named_the_others_go(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        cases = [case_of(walking.submit()) for _ in range(2)]
        desk = client_of(town, "S001")
        sent = {"case": picked(*cases), "condition": RATTLING, "lead": "rule", "words": "同一路段"}
        actions.ask_for_info(
            cases[0].id, by=town.viewer("S001"), version=cases[0].version, words="哪个路口？"
        )

        page = desk.post("/desk/cases/bulk/", sent).content.decode()

    assert "2 件中已派遣 1 件" in page
    states = [Case.objects.values_list("state", flat=True).get(id=each.id) for each in cases]
    assert states == ["need_info", "dispatched"]


def test_without_a_reason_nothing_is_dispatched_and_another_matter_gets_its_own_form(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        cases = [case_of(walking.submit()) for _ in range(2)]
        lamp = case_of(walking.submit(matter="street_light", words="路灯不亮"))
        desk = client_of(town, "S001")
        ids = "&".join(f"case={each.id}" for each in (*cases, lamp))

        form = page_of(desk, f"/desk/cases/bulk/?{ids}")
        refused = desk.post(
            "/desk/cases/bulk/", {"case": picked(*cases), "condition": RATTLING, "lead": "rule"}
        )

    assert (form.count('name="case" value='), f"?case={lamp.id}" in form) == (2, True)
    assert refused.status_code == 422
    assert set(Case.objects.values_list("state", flat=True)) == {"submitted"}


def test_cases_of_another_desk_and_restricted_ones_are_never_picked(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        own = case_of(walking.submit())
        Case.objects.filter(id=own.id).update(sensitivity=2)
        page = page_of(client_of(town, "S001"), f"/desk/cases/bulk/?case={own.id}")
        other = page_of(client_of(town, "S002"), f"/desk/cases/bulk/?case={own.id}")
        refused = client_of(town, "M001").get(f"/desk/cases/bulk/?case={own.id}")

    assert ("所选事件不能一并派遣" in page, "所选事件不能一并派遣" in other) == (True, True)
    assert refused.status_code == 403


# --- out of the house -----------------------------------------------------------------------------


def sheet_of(answer: object) -> list[list[object]]:
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    return CalamineWorkbook.from_object(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def test_a_list_leaves_with_its_watermark_its_length_and_without_names_or_numbers(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        walking.submit(words="=HYPERLINK(1) 我叫王小明，电话13912345678，井盖响")
        hidden = case_of(walking.submit(words="不该出现的话"))
        Case.objects.filter(id=hidden.id).update(sensitivity=2)
        desk = client_of(town, "D001")

        answer = desk.post("/desk/cases/export/?state=submitted", {"purpose": "周例会"})
        rows = sheet_of(answer)

    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    text = str(rows)
    assert "导出人：区台一（区指挥中心）" in str(rows[1][0])
    assert "用途：周例会" in str(rows[1][0])
    assert rows[2][:3] == ["编号", "事项", "反映内容（摘要，姓名和号码已隐去）"]
    assert ("13912345678" in text, "不该出现的话" in text, "13800138000" in text) == (
        False,
        False,
        False,
    )
    assert "=HYPERLINK(1)" in str(rows[3][2])
    assert "共 1 行。" in text
    entry = Entry.objects.get(verb="list.exported")
    assert (entry.details["kind"], entry.details["rows"]) == ("cases", 1)
    assert "周例会" not in entry.canonical


def test_without_a_purpose_nothing_leaves_and_nothing_is_noted(town: CaseTown) -> None:
    desk = client_of(town, "S001")

    for address in ("/desk/cases/export/", "/desk/overview/"):
        answer = desk.post(address, {"purpose": " "})
        assert answer.status_code == 422
        assert "请写明用途" in answer.content.decode()

    assert "list.exported" not in verbs()


def test_a_list_that_is_too_long_asks_to_be_narrowed(
    town: CaseTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries.exporting.export_rows, "__kwdefaults__", {"most": 1})
    with clock.frozen(MONDAY):
        walking.submit(), walking.submit()
        answer = client_of(town, "S001").post("/desk/cases/export/", {"purpose": "核对"})

    assert answer.status_code == 422
    assert "请先缩小范围" in answer.content.decode()
    assert "list.exported" not in verbs()


def test_the_sheet_for_outside_shows_nothing_of_the_reporter(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        told = "我叫王小明，电话13912345678，井盖响"
        receipt = walking.submit(words=told)
        desk = client_of(town, "S001")

        inside = page_of(desk, f"/desk/cases/{receipt.cases[0]}/print/")
        outside = page_of(desk, f"/desk/cases/{receipt.cases[0]}/print/?for=outside")

    for page in (inside, outside):
        assert "井盖响" in page
        assert not re.search(r"13912345678|13800138000|何来", page)
        assert receipt.number not in page
    assert ("经办人" in outside, "经办人" in inside) == (True, False)


def test_a_restricted_case_stands_on_no_paper_in_no_chat_and_in_no_figure(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = case_of(walking.submit())
        Case.objects.filter(id=case.id).update(sensitivity=2)
        chief = town.viewer("D002")

        answer = client_of(town, "D002").get(f"/desk/cases/{case.id}/print/")
        brief = queries.day_brief(chief, MONDAY + HOUR)

    assert answer.status_code in (403, 404, 409)
    assert brief.total.received == 0


def test_a_case_as_a_group_message_holds_no_word_of_the_reporter(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = walking.walk(town, "disposed")
        page = page_of(client_of(town, "S001"), f"/desk/cases/{case.id}/")

    (text,) = re.findall(r'<textarea[^>]*id="chat"[^>]*>([^<]*)<', page)
    assert text.splitlines()[1] == "事项：井盖问题" or text.splitlines()[1].startswith("事项：")
    assert "三个井盖已更换胶垫并固定" in text
    assert not re.search(r"睡不着|13800138000|更换胶垫三个", text)


# --- a day in brief -------------------------------------------------------------------------------


def test_a_day_in_brief_counts_by_area_and_by_organisation_in_the_fixed_order(
    town: CaseTown,
) -> None:
    walking.walk(town, "closed")
    walking.walk(town, "returned")
    walking.submit(channel=Channel(key="phone", source="leader", outside_due_at=MONDAY + 50 * HOUR))
    with clock.frozen(MONDAY + 5 * HOUR):
        brief = queries.day_brief(town.viewer("D001"), clock.now())
        page = page_of(client_of(town, "D003"), "/desk/overview/")

    total = brief.total
    assert (total.received, total.accept_met, total.accept_late) == (3, 2, 0)
    assert (total.dispatched, total.closed, total.closed_in_time) == (2, 1, 1)
    assert (total.open, total.late, total.returned, total.unsolved) == (2, 0, 1, 0)
    assert [line.figures.received for line in brief.areas] == [3, 0]
    assert [line.organisation.key for line in brief.organisations] == ["mun"]
    assert [(line.source, line.open) for line in brief.sources] == [("leader", 1)]
    assert "领导交办" in page
    assert "今天收到的事件中，在受理时限内受理的" in page


def test_a_case_that_was_handed_on_is_counted_once_as_accepted(town: CaseTown) -> None:
    with clock.frozen(MONDAY + HOUR):
        case = walking.case_of(walking.submit(at=MONDAY + HOUR))
        case = actions.hand_over(
            case.id, by=town.viewer("S001"), version=case.version, level="district", words="跨街道"
        )
        before = queries.day_brief(town.viewer("D001"), clock.now()).total
        actions.accept_and_dispatch(
            case.id,
            by=town.viewer("D001"),
            version=case.version,
            condition=RATTLING,
            lead=town.org("mun"),
        )
        after = queries.day_brief(town.viewer("D001"), clock.now()).total

    assert (before.received, before.accept_met, before.accept_late) == (1, 0, 0)
    assert (after.received, after.accept_met, after.accept_late) == (1, 1, 0)


def test_what_a_reporter_takes_back_counts_among_no_closed_ones(town: CaseTown) -> None:
    with clock.frozen(MONDAY + HOUR):
        receipt = walking.submit(at=MONDAY + HOUR, matter="")
        case = walking.case_of(receipt)
        actions.withdraw_as_reporter(receipt.submission, case.id)
        viewer = town.viewer("D001")
        total = queries.day_brief(viewer, clock.now()).total
        month = figures(viewer, clock.now()).total

    case.refresh_from_db()
    assert case.close_type == "withdrawn"
    assert (total.received, total.closed, total.closed_in_time, total.open) == (1, 0, 0, 0)
    assert (month.closed, month.on_time_percent) == (0, None)


def test_the_day_leaves_as_a_workbook_and_as_a_message_of_numbers_only(town: CaseTown) -> None:
    with clock.frozen(MONDAY + HOUR):
        walking.submit(at=MONDAY)
        desk = client_of(town, "D001")

        answer = desk.post("/desk/overview/", {"purpose": "晚报"})
        rows = sheet_of(answer)
        page = page_of(desk, "/desk/overview/")

    assert rows[2][:2] == ["区域", "收到"]
    assert [row[1] for row in rows[3:6]] == [1, 0, 1]
    assert Entry.objects.get(verb="list.exported").details["kind"] == "brief"
    (text,) = re.findall(r'<textarea[^>]*id="chat"[^>]*>([^<]*)<', page)
    assert "收到 1 件" in text
    assert "井盖" not in text


# --- shifts ---------------------------------------------------------------------------------------


def test_a_shift_is_handed_over_with_words_and_the_next_one_takes_it(town: CaseTown) -> None:
    colleague(town, "S009", "S001", "street-1")
    told = Channel(key="phone", source="hotline", outside_due_at=MONDAY + 3 * HOUR)
    with clock.frozen(MONDAY):
        walking.submit(channel=told)
        first, next_one = client_of(town, "S001"), client_of(town, "S009")

        first.post("/desk/shift/", {"words": "答应王先生五点回电话"})
        given = DeskHandover.objects.get()
        seen = page_of(next_one, "/desk/shift/")
        taken = next_one.post(f"/desk/shift/{given.id}/take/")
        again = next_one.post(f"/desk/shift/{given.id}/take/")
        history = page_of(first, "/desk/shift/")

    assert (given.open_cases, given.late_cases, given.promises) == (1, 0, 1)
    assert "答应王先生五点回电话" in seen
    assert "12345 热线，11月9日12:00 前回复" in seen
    assert (taken.status_code, again.status_code) == (303, 409)
    assert "同事S009" in history
    assert verbs().count("desk.taken_over") == 1
    stored = Entry.objects.get(verb="desk.handed_over")
    assert "王先生" not in stored.canonical


def test_a_shift_that_waits_blocks_a_colleagues_and_its_giver_only_changes_the_words(
    town: CaseTown,
) -> None:
    colleague(town, "S009", "S001", "street-1")
    with clock.frozen(MONDAY):
        first, other = client_of(town, "S001"), client_of(town, "S009")
        first.post("/desk/shift/", {"words": "一"})
        first.post("/desk/shift/", {"words": "二"})
        given = DeskHandover.objects.get()

        own = first.post(f"/desk/shift/{given.id}/take/")
        blocked = other.post("/desk/shift/", {"words": "三"})

    assert (own.status_code, blocked.status_code) == (409, 409)
    assert "请先接班" in blocked.content.decode()
    given.refresh_from_db()
    assert (vault.open_text(given.words), given.taken_at) == ("二", None)


def test_no_shift_is_handed_over_away_from_a_desk_nor_taken_at_another(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        client_of(town, "S001").post("/desk/shift/", {"words": ""})
        given = DeskHandover.objects.get()

        other = client_of(town, "S002").post(f"/desk/shift/{given.id}/take/")
        handler = client_of(town, "M001").get("/desk/shift/")

    assert (other.status_code, handler.status_code) == (409, 403)
    given.refresh_from_db()
    assert given.taken_at is None


# --- one-time links -------------------------------------------------------------------------------


def led_outside(town: CaseTown, **told: object) -> Case:
    """A case that an organisation without accounts leads."""
    case = case_of(walking.submit(**told))  # type: ignore[arg-type]
    return actions.accept_and_dispatch(
        case.id,
        by=town.viewer("S001"),
        version=case.version,
        condition=RATTLING,
        lead=town.org("mun-1"),
    )


def link_of(client: Client, case: Case) -> str:
    page = client.post(f"/desk/cases/{case.id}/link/", {"version": case.version}).content.decode()
    (found,) = re.findall(r"http://testserver(/o/[^/<]+/)", page)
    return str(found)


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", walking.photo(), "image/jpeg")


def test_an_organisation_without_an_account_works_to_the_end_by_one_link(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        told = "我叫王小明，电话13912345678，井盖响"
        case = led_outside(town, words=told, contact=Contact(phone="13800138000", name="何来"))
        address = link_of(client_of(town, "S001"), case)
        somebody = Client(headers={"accept-language": "zh-CN"})

        page = page_of(somebody, address)
        version = int(re.findall(r'name="version" value="(\d+)"', page)[0])
        taken = somebody.post(f"{address}acknowledge/", {"version": version})
        noted = somebody.post(
            f"{address}progress/", {"version": version + 1, "words": "明天上午更换"}
        )
        bare = somebody.post(
            f"{address}dispose/", {"version": version + 2, "internal": "换了", "reply": "修好了"}
        )
        done = somebody.post(
            f"{address}dispose/",
            {
                "version": version + 2,
                "internal": "换了",
                "reply": "修好了",
                "photos": [picture()],
            },
        )
        after = somebody.get(address)

    assert "井盖响" in page
    assert not re.search(r"13912345678|13800138000|何来|王小明", page)
    assert (taken.status_code, noted.status_code, bare.status_code) == (303, 303, 422)
    assert "这类事项办结前要有处理后的照片" in bare.content.decode()
    assert (done.status_code, after.status_code) == (200, 404)
    case.refresh_from_db()
    assert case.state == "disposed"
    by_link = Entry.objects.filter(actor_kind="link").order_by("id").values_list("verb", flat=True)
    assert list(by_link) == [
        "case.link_opened",
        "case.acknowledged",
        "case.progress_noted",
        "case.disposed",
    ]


def test_wrong_used_expired_and_revoked_links_say_the_same_and_too_many_wait(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        case = led_outside(town)
        desk = client_of(town, "S001")
        first, second = link_of(desk, case), link_of(desk, case)
        somebody = Client(headers={"accept-language": "zh-CN"})
        gone, live = somebody.get(first), somebody.get(second)
        link = OutsideLink.objects.get(revoked_at=None)
        desk.post(f"/desk/cases/{case.id}/link/{link.id}/revoke/")
        revoked, wrong = somebody.get(second), somebody.get("/o/guessed/")
    with clock.frozen(MONDAY + timedelta(days=15)):
        third = link_of(client_of(town, "S001"), case)
    with clock.frozen(MONDAY + timedelta(days=30)):
        expired = somebody.get(third)
        for _ in range(20):
            last = somebody.get("/o/guessed/")

    said = {answer.content.decode().split("<h1>")[-1] for answer in (gone, revoked, wrong, expired)}
    assert [a.status_code for a in (gone, live, revoked, wrong, expired)] == [
        404,
        200,
        404,
        404,
        404,
    ]
    assert all("这个链接无效或已失效" in each for each in said)
    assert last.status_code == 429
    assert live["Referrer-Policy"] == "same-origin"
    assert live["Cache-Control"] == "no-store, private"


def test_a_link_ends_with_the_lead_and_takes_no_other_step(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = led_outside(town)
        address = link_of(client_of(town, "S001"), case)
        somebody = Client()

        other = somebody.post(f"{address}return/", {"version": case.version, "words": "不归我"})
        Assignment.objects.filter(case=case).update(active=False, ended_at=MONDAY)
        ended = somebody.get(address)

    assert (other.status_code, ended.status_code) == (404, 404)
    case.refresh_from_db()
    assert case.state == "dispatched"


def test_links_are_refused_for_restricted_cases_for_those_with_accounts_and_from_other_desks(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        outside, inside = led_outside(town), walking.walk(town, "dispatched")
        desk = client_of(town, "S001")

        accounts = desk.post(f"/desk/cases/{inside.id}/link/", {"version": inside.version})
        other = client_of(town, "S002").post(
            f"/desk/cases/{outside.id}/link/", {"version": outside.version}
        )
        above = client_of(town, "D001").post(
            f"/desk/cases/{outside.id}/link/", {"version": outside.version}
        )
        address = link_of(desk, outside)
        Case.objects.filter(id=outside.id).update(sensitivity=2)
        shut = Client().get(address)

    assert (accounts.status_code, other.status_code, above.status_code) == (409, 404, 403)
    assert shut.status_code == 404
    assert OutsideLink.objects.count() == 1


def test_a_link_double_pressed_leaves_one_result(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = led_outside(town)
        address = link_of(client_of(town, "S001"), case)
        somebody = Client()
        sent = {"version": case.version}

        first = somebody.post(f"{address}acknowledge/", sent)
        second = somebody.post(f"{address}acknowledge/", sent)

    assert first.status_code == 303
    assert second.status_code in (404, 409)
    assert verbs().count("case.acknowledged") == 1


def test_photos_of_a_link_are_those_of_before_and_of_that_case_alone(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = led_outside(town)
        address = link_of(client_of(town, "S001"), case)
        nowhere = UUID(int=7 << 76 | 2 << 62)

        answer = Client().get(f"{address}photo/{nowhere}/")

    assert answer.status_code == 404


# --- a report written at the desk -----------------------------------------------------------------


def entry(**typed: object) -> dict[str, object]:
    """The desk's form as it is sent."""
    return {
        "client_id": f"{len(str(typed)):032d}",
        "words": "路口三个井盖松了",
        "matter": "manhole",
        "lng": "113.1030",
        "lat": "22.6170",
        "datum": "wgs84",
        "way": "phone",
        "send": "1",
        **typed,
    }


def test_a_matter_passed_on_is_kept_with_its_source_number_and_date(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        desk = client_of(town, "S001")
        sent = entry(way="hotline", outside_number=" 粤 123 ", outside_due="2026-11-12T17:30")

        answer = desk.post("/desk/report/", sent)
        page = page_of(desk, str(answer["Location"]))

    told = Submission.objects.get()
    assert (told.channel, told.source, told.source_id) == ("desk", "hotline", "粤 123")
    assert told.outside_due_at is not None
    assert told.outside_due_at.isoformat() == "2026-11-12T09:30:00+00:00"
    assert ("12345 热线" in page, "粤 123" in page, "11月12日17:30" in page) == (True, True, True)


def test_an_outside_number_that_is_here_already_is_said_with_its_event(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        desk, other = client_of(town, "S001"), client_of(town, "S002")
        sent = entry(way="hotline", outside_number="H-1")
        desk.post("/desk/report/", sent)
        number = Case.objects.get().number

        again = desk.post("/desk/report/", entry(way="hotline", outside_number="H-1", name="x"))
        elsewhere = other.post("/desk/report/", entry(way="hotline", outside_number="H-1", x="1"))
        pressed_twice = desk.post("/desk/report/", sent)

    assert (again.status_code, elsewhere.status_code) == (409, 409)
    assert f"这个编号已登记，事件编号 {number}" in again.content.decode()
    assert number not in elsewhere.content.decode()
    assert pressed_twice.status_code == 303
    assert Case.objects.count() == 1


def test_a_report_is_dispatched_in_the_same_act_or_stands_when_the_rules_refuse(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        desk = client_of(town, "S001")

        desk.post("/desk/report/", entry(send="dispatch"))
        done = Case.objects.get()
        unclear = desk.post("/desk/report/", entry(send="dispatch", matter="", near="new"))
        said = page_of(desk, str(unclear["Location"]))

    assert (done.state, done.lead_id) == ("dispatched", town.org("mun"))
    assert "已登记，但还没有派遣" in said
    assert Case.objects.filter(state="submitted").count() == 1


def test_something_similar_nearby_is_shown_before_anything_is_registered(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        known = case_of(walking.submit())
        desk = client_of(town, "S001")

        asked = desk.post("/desk/report/", entry(words="井盖又响了"))
        before = Case.objects.count()
        desk.post("/desk/report/", entry(words="井盖又响了", near="new"))

    assert asked.status_code == 422
    assert known.number in asked.content.decode()
    assert "井盖又响了" in asked.content.decode()
    assert (before, Case.objects.count()) == (1, 2)


def test_a_date_that_is_none_is_refused_and_nothing_is_registered(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        desk = client_of(town, "S001")

        answers = [
            desk.post("/desk/report/", entry(way="leader", outside_due=text))
            for text in ("tomorrow", "1999-01-01T00:00")
        ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert Case.objects.count() == 0


def test_matters_that_fit_the_words_are_offered_while_typing(town: CaseTown) -> None:
    desk = client_of(town, "S001")

    offered = desk.post("/desk/report/suggest/", {"words": "路口井盖松了"}).content.decode()
    nothing = desk.post("/desk/report/suggest/", {"words": ""}).content.decode()

    assert 'data-suggest-value-param="manhole"' in offered
    assert "button" not in nothing
