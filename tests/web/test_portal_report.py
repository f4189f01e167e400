"""Reporting by the portal's forms: is it the same?, too often, protection, what is in hand."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.cases import walking
from tests.cases.walking import HERE, MONDAY, CaseTown, case_of, case_town, submit, walk
from tests.town import ACTOR
from tests.web.test_portal import form_of, picture, text_of

from gridward.cases import actions, queries
from gridward.cases.models import Case, CaseFile, Report, Submission
from gridward.catalog import actions as catalog
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.core.ids import receipt_code
from gridward.territory import queries as territory
from gridward.vault import queries as vault
from gridward.web import limits
from gridward.web.ui.basemap import Basemap

SAME = "是同一个，我也遇到了"
LATER = MONDAY + timedelta(hours=1)


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


@pytest.fixture
def resident(town: CaseTown) -> Client:
    return somebody()


def somebody() -> Client:
    return Client(headers={"accept-language": "zh-CN"})


def hidden(page: str) -> dict[str, Any]:
    """What a page's form keeps in hidden fields."""
    found: dict[str, Any] = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page):
        if name == "staged":
            found.setdefault("staged", []).append(value)
        elif name not in ("csrfmiddlewaretoken", "next"):
            found[name] = value
    return found


# --- is it the same? ------------------------------------------------------------------------------


def test_a_problem_known_nearby_is_asked_about_with_everything_kept(resident: Client) -> None:
    first = submit()

    with clock.frozen(LATER):
        sent = form_of(resident, phone="138 0013 8000", photos=[picture()], place_words="药店旁")
        answer = resident.post("/report/", sent)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "附近有人反映过类似问题，是同一个吗？" in page
    assert page.count(SAME) == 1 and f'value="{first.cases[0]}"' in page
    assert "井盖松动" in page and "第1街道第1社区" in page and "约 50 米" in page
    kept = hidden(page)
    assert kept["words"] == walking.WORDS
    assert (kept["phone"], kept["place_words"]) == ("138 0013 8000", "药店旁")
    assert len(kept["staged"]) == 1
    assert Submission.objects.count() == 1  # nothing is filed before the answer
    assert first.case_numbers[0] not in page and "何来" not in page


def test_the_same_problem_joins_and_the_reporter_is_told_so(resident: Client) -> None:
    first = submit()
    with clock.frozen(LATER):
        page = resident.post("/report/", form_of(resident, photos=[picture()])).content.decode()

        answer = resident.post("/report/", {**hidden(page), "join": str(first.cases[0])})

        assert (answer.status_code, answer["Location"]) == (303, "/report/done/")
        told = text_of(resident, "/report/done/")
    report = Report.objects.exclude(submission=first.submission).get()
    assert (report.case_id, report.join_state) == (first.cases[0], "proposed")
    assert CaseFile.objects.filter(report=report).count() == 1
    assert Case.objects.count() == 1
    assert "您选择了和邻居反映的是同一个问题" in told


def test_another_problem_is_filed_by_itself(resident: Client) -> None:
    submit()
    with clock.frozen(LATER):
        page = resident.post("/report/", form_of(resident)).content.decode()

        resident.post("/report/", {**hidden(page), "join": "none"})

    assert Case.objects.count() == 2
    assert [one.join_state for one in Report.objects.all()] == ["own", "own"]


def test_back_to_the_form_finds_everything_there(resident: Client) -> None:
    submit()
    with clock.frozen(LATER):
        page = resident.post("/report/", form_of(resident, photos=[picture()])).content.decode()

        again = resident.post("/report/", {**hidden(page), "edit": "1"}).content.decode()

    assert walking.WORDS in again
    assert len(re.findall(r'name="staged" value="', again)) == 1
    assert Submission.objects.count() == 1


def test_faults_are_told_before_anything_is_asked(resident: Client) -> None:
    submit()
    with clock.frozen(LATER):
        answer = resident.post("/report/", form_of(resident, phone="12"))

    assert answer.status_code == 422
    assert SAME not in answer.content.decode()


@pytest.mark.parametrize("matter", ["noise", "litter"])
def test_a_different_matter_is_not_asked_about(resident: Client, matter: str) -> None:
    submit()
    with clock.frozen(LATER):
        answer = resident.post("/report/", form_of(resident, matter=matter))

    assert answer.status_code == 303
    assert Case.objects.count() == 2


def test_what_is_not_of_public_space_is_never_offered_to_neighbours(resident: Client) -> None:
    submit(matter="noise")
    with clock.frozen(LATER):
        answer = resident.post("/report/", form_of(resident, words="楼上半夜很吵", matter="noise"))

    assert answer.status_code == 303


def test_a_case_that_has_gone_on_meanwhile_costs_nobody_the_receipt(
    town: CaseTown, resident: Client
) -> None:
    first = submit()
    with clock.frozen(LATER):
        page = resident.post("/report/", form_of(resident)).content.decode()
    Case.objects.filter(id=first.cases[0]).update(lng=113.2, lat=22.7)

    with clock.frozen(LATER):
        resident.post("/report/", {**hidden(page), "join": str(first.cases[0])})

    assert Case.objects.count() == 2
    assert {one.join_state for one in Report.objects.all()} == {"own"}


def test_the_form_itself_asks_as_soon_as_the_place_is_known(resident: Client) -> None:
    first = submit()
    with clock.frozen(LATER):
        here = {"lng": str(HERE.lng), "lat": str(HERE.lat), "datum": "wgs84"}
        found = resident.post("/report/near/", {**here, "words": "井盖响"})
        other = resident.post("/report/near/", {**here, "lng": "113.3"})

    assert f'name="join" value="{first.cases[0]}"' in found.content.decode()
    assert (other.status_code, other.content) == (204, b"")
    assert found["Cache-Control"] == "no-store, private"
    assert resident.get("/report/near/").status_code == 405


@pytest.mark.parametrize("lng", ["", "NaN", "1e9", "abc"])
def test_an_odd_place_is_near_nothing(resident: Client, lng: str) -> None:
    assert resident.post("/report/near/", {"lng": lng, "lat": "22.6"}).status_code == 204


# --- once more ------------------------------------------------------------------------------------


def test_a_form_that_is_sent_again_with_its_photo_gives_the_first_receipt(
    resident: Client,
) -> None:
    sent = form_of(resident, photos=[picture()])
    resident.post("/report/", sent)

    answer = resident.post("/report/", {**sent, "photos": [picture()], "words": "又写了几个字"})

    assert (answer.status_code, answer["Location"]) == (303, "/report/done/?again=1")
    assert Submission.objects.count() == 1
    assert "这份反映之前已经收到，没有重复登记" in text_of(resident, "/report/done/?again=1")


def test_the_id_of_a_report_by_another_way_opens_nothing(resident: Client) -> None:
    id_ = "0" * 31 + "a"
    submit(client_id=id_, channel=walking.Channel(key="api", source="api"))

    answer = resident.post("/report/", form_of(resident, client_id=id_, join="none"))

    assert answer.status_code == 409
    assert "gw_receipt" not in answer.cookies


# --- too often ------------------------------------------------------------------------------------


def test_neighbours_behind_one_address_all_get_receipts_and_are_marked(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        for n in range(60):
            neighbour = somebody()
            sent = form_of(neighbour, words=f"停水了 {n}", join="none", matter="noise")
            assert neighbour.post("/report/", sent).status_code == 303

    assert Submission.objects.count() == 60
    marked = Submission.objects.filter(crowded=True).count()
    assert marked == 60 - limits.CROWD


def test_what_a_program_sends_is_kept_and_marked(town: CaseTown) -> None:
    program = Client()
    with clock.frozen(MONDAY):
        for n in range(limits.CROWD + 5):
            body = {"client_id": f"flood-{n:06d}", "text": f"第 {n} 条"}
            answer = program.post("/api/v1/reports", json.dumps(body), "application/json")
            assert answer.status_code == 201

    assert Submission.objects.filter(crowded=True).count() == 5


def test_the_desk_sees_that_it_came_in_a_crowd(town: CaseTown) -> None:
    receipt = submit(channel=walking.Channel(crowded=True))

    (one,) = queries.case_page(town.viewer("S001"), receipt.cases[0]).reports

    assert one.crowded


def test_one_device_that_floods_waits_and_keeps_what_it_wrote(resident: Client) -> None:
    with clock.frozen(MONDAY):
        for n in range(limits.REPORTS):
            answer = resident.post("/report/", form_of(resident, words=f"事 {n}", join="none"))
            assert answer.status_code == 303

        refused = resident.post(
            "/report/", form_of(resident, words="第十一件", join="none", photos=[picture()])
        )
        neighbour = somebody()
        other = neighbour.post("/report/", form_of(neighbour, words="邻居的事", join="none"))

    page = refused.content.decode()
    assert refused.status_code == 429
    assert "操作有点频繁，请 10 分钟后再试。您填的内容都还在。" in page
    assert "第十一件" in page and len(re.findall(r'name="staged" value="', page)) == 1
    assert other.status_code == 303
    assert Submission.objects.count() == limits.REPORTS + 1
    with clock.frozen(MONDAY + timedelta(minutes=11)):
        kept = {**form_of(resident, words="第十一件"), "join": "none"}
        assert resident.post("/report/", kept).status_code == 303


def test_guessed_codes_are_slowed_down_for_that_number_and_address_alone(
    town: CaseTown, resident: Client
) -> None:
    mine, other = submit(), submit(words="另一件")
    with clock.frozen(MONDAY):
        for _n in range(limits.GUESSES):
            wrong = resident.post("/track/", {"number": mine.number, "code": "AAAAAA"})
            assert wrong.status_code == 404

        slowed = resident.post("/track/", {"number": mine.number, "code": mine.code})
        neighbour = somebody().post("/track/", {"number": other.number, "code": other.code})
        elsewhere = Client(REMOTE_ADDR="203.0.113.9").post(
            "/track/", {"number": mine.number, "code": mine.code}
        )
        by_api = resident.get(
            f"/api/v1/reports/{mine.number}", headers={"X-Receipt-Code": mine.code}
        )

    assert slowed.status_code == 429
    assert "操作有点频繁，请 15 分钟后再试" in slowed.content.decode()
    assert f'value="{mine.number}"' in slowed.content.decode()
    assert neighbour.status_code == 303
    assert elsewhere.status_code == 303
    assert by_api.status_code == 429
    with clock.frozen(MONDAY + timedelta(minutes=16)):
        again = resident.post("/track/", {"number": mine.number, "code": mine.code})
    assert again.status_code == 303


def test_the_address_is_what_the_proxy_next_to_us_says(rf: Any, settings: Any) -> None:
    request = rf.get("/", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})

    assert limits.address_of(request) == "127.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert limits.address_of(request) == "203.0.113.9"


# --- the receipt ----------------------------------------------------------------------------------


def test_the_receipt_has_a_code_to_scan_that_gives_nothing_away(
    resident: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import segno

    made: list[str] = []
    make = segno.make

    def drawing(text: str, **how: Any) -> Any:
        made.append(text)
        return make(text, **how)

    monkeypatch.setattr(segno, "make", drawing)
    settings.GRIDWARD_ADDRESS = "https://grid.example"
    resident.post("/report/", form_of(resident))

    drawn = resident.get("/report/done/qr.svg")

    number = Submission.objects.get().receipt
    assert made == [f"https://grid.example/track/?number={number}"]
    assert drawn["Content-Type"] == "image/svg+xml"
    assert drawn["Cache-Control"] == "no-store, private"
    assert b"style" not in drawn.content and b"<script" not in drawn.content
    assert somebody().get("/report/done/qr.svg").status_code == 404


def test_at_night_the_receipt_says_when_it_is_taken_up_and_whom_to_call(
    town: CaseTown, resident: Client
) -> None:
    catalog.decide("setting", {"duty_phone": "0999-0000000"}, actor=ACTOR)
    with clock.frozen(MONDAY + timedelta(hours=14)):  # 23:00
        resident.post("/report/", form_of(resident))
        page = text_of(resident, "/report/done/")
    with clock.frozen(MONDAY + timedelta(hours=1)):
        by_day = text_of(resident, "/report/done/")

    assert "现在是下班时间，工作人员将在 11月10日" in page
    assert "0999-0000000" in page
    assert "现在是下班时间" not in by_day


# --- protection -----------------------------------------------------------------------------------


def protected(client: Client, **more: str) -> dict[str, str]:
    found = re.search(r'name="client_id" value="([^"]+)"', text_of(client, "/report/protection/"))
    assert found is not None
    return {
        "client_id": found[1],
        "matter": "family_violence",
        "when": "昨晚十点",
        "place": "榕荫路 1 号三楼",
        "alerted": "police",
        "reach": "never",
        **more,
    }


def test_the_police_come_first_and_there_is_no_room_for_a_story_or_a_photo(
    resident: Client,
) -> None:
    page = text_of(resident, "/report/protection/")

    assert page.index("如孩子或他人正面临危险，请立即拨打 110") < page.index("<form class")
    assert 'href="tel:110"' in page
    assert 'type="file"' not in page and "<textarea" not in page
    assert "draft" not in page
    assert resident.get("/report/protection/")["Cache-Control"] == "no-store, private"
    assert "/report/protection/" in text_of(resident, "/report/")


def test_a_restricted_report_reaches_the_protection_desk_with_a_safe_way_to_be_reached(
    resident: Client,
) -> None:
    sent = protected(resident, reach="call", phone="13800138000", safe="上午")

    answer = resident.post("/report/protection/", sent)

    assert (answer.status_code, answer["Location"]) == (303, "/report/done/")
    case, report = Case.objects.get(), Report.objects.get()
    assert (case.matter, case.sensitivity) == ("family_violence", 2)
    words = vault.open_texts([report.words, report.place_words])
    assert words[report.words] == (
        "时间：昨晚十点\n已告诉：已报警（110）\n联系方式：可以打这个电话\n方便接电话的时间：上午"
    )
    assert words[report.place_words] == "榕荫路 1 号三楼"
    assert Submission.objects.get().has_contact
    done = text_of(resident, "/report/done/")
    assert "qr.svg" not in done and "在这台设备上关闭" in done


def test_whoever_must_not_be_called_leaves_no_number(resident: Client) -> None:
    resident.post("/report/protection/", protected(resident, phone="13800138000"))

    assert not Submission.objects.get().has_contact


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"matter": "manhole"}, "请选一下是哪类情况。"),
        ({"place": ""}, "请写下地点，或选择街道和社区。"),
        ({"alerted": ""}, "请选一下已经告诉了谁。"),
        ({"reach": "letter"}, "请选一下怎样联系您才安全。"),
        ({"reach": "call", "phone": "1"}, "这个手机号不对，请核对，或选择不要联系。"),
        ({"when": "很" * 61}, "最多 60 个字"),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_filed(
    resident: Client, given: dict[str, str], said: str
) -> None:
    answer = resident.post("/report/protection/", protected(resident, **given))

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Submission.objects.count() == 0


def test_a_restricted_report_sent_twice_is_filed_once(resident: Client) -> None:
    sent = protected(resident)
    resident.post("/report/protection/", sent)

    answer = resident.post("/report/protection/", sent)

    assert answer["Location"] == "/report/done/?again=1"
    assert Submission.objects.count() == 1


# --- choosing a matter ----------------------------------------------------------------------------


def test_matters_that_fit_the_words_are_offered_and_restricted_ones_go_another_way(
    resident: Client,
) -> None:
    plain = resident.post("/report/matters/", {"words": "井盖一直响"}).content.decode()
    violence = resident.post("/report/matters/", {"words": "邻居家暴打老婆"}).content.decode()

    assert 'data-suggest-value-param="manhole"' in plain
    assert "family_violence" not in violence
    assert "/report/protection/" in violence and "110" in violence


def test_what_is_reported_most_stands_first(resident: Client) -> None:
    from gridward.cases.queries import suggesting

    with clock.frozen(LATER):
        for _n in range(2):
            submit(matter="noise")
        submit(matter="manhole")
        for _n in range(3):
            submit(matter="family_violence", words="三楼")
        suggesting._usual.clear()
        page = text_of(resident, "/report/")

    options = re.findall(r'<option value="(\w+)"', page[page.index('id="matter"') :])
    assert options[:2] == ["noise", "manhole"]
    assert '<optgroup label="反映最多的">' in page
    assert "family_violence" not in options


# --- in hand nearby -------------------------------------------------------------------------------


def turned_on() -> None:
    catalog.decide("setting", {"public_page": True}, actor=ACTOR)


def test_the_public_page_is_off_and_nothing_of_it_answers(town: CaseTown, resident: Client) -> None:
    walk(town, "handling")

    assert not catalogue().settings.public_page
    assert resident.get("/nearby/").status_code == 404
    assert resident.get("/nearby/points.json?box=113,22,114,23").status_code == 404
    assert "身边在办" not in text_of(resident, "/")


def test_turned_on_it_names_the_matter_the_community_and_the_day_and_nothing_else(
    town: CaseTown, resident: Client
) -> None:
    turned_on()
    case = walk(town, "handling")

    page = text_of(resident, "/nearby/")

    assert "身边在办" in page
    assert "井盖松动" in page and "第1街道第1社区" in page and "办理中" in page
    assert "11月9日" in page
    for told in (walking.WORDS[:6], case.number, str(case.id), "13800138000", "第1网格"):
        assert told not in page
    assert 'data-controller="map"' not in page  # no base map is configured


@pytest.mark.parametrize("to", ["submitted", "closed"])
def test_what_nobody_has_taken_up_or_what_has_ended_is_not_shown(
    town: CaseTown, resident: Client, to: str
) -> None:
    turned_on()
    walk(town, to)

    assert "井盖松动" not in _listed(text_of(resident, "/nearby/"))


def test_private_and_restricted_matters_are_never_shown(town: CaseTown, resident: Client) -> None:
    turned_on()
    case = walk(town, "handling")
    Case.objects.filter(id=case.id).update(matter="noise")
    assert "噪" not in _listed(text_of(resident, "/nearby/"))

    Case.objects.filter(id=case.id).update(matter="manhole", sensitivity=2)
    assert "井盖" not in _listed(text_of(resident, "/nearby/"))


def _listed(page: str) -> str:
    found = re.search(r'<ul class="gw-card gw-rows gw-in-hand">(.*?)</ul>', page, re.S)
    return found[1] if found else ""


def test_the_list_is_narrowed_by_community_and_kind(town: CaseTown, resident: Client) -> None:
    turned_on()
    case = walk(town, "handling")
    other = next(one.id for one in territory.areas_of_level(3) if one.id != case.a3)

    assert "井盖松动" in _listed(text_of(resident, f"/nearby/?area={case.a3}&group=roads"))
    assert _listed(text_of(resident, f"/nearby/?area={other}")) == ""
    assert _listed(text_of(resident, "/nearby/?group=water")) == ""
    # a grid is finer than the list may tell
    assert _listed(text_of(resident, f"/nearby/?area={case.a4}")) == _listed(
        text_of(resident, "/nearby/")
    )
    for odd in ("area=abc", "area=99999999999999999999", "group=x", "page=-1", "page=9999"):
        assert resident.get(f"/nearby/?{odd}").status_code == 200


def test_points_are_coarse_and_there_only_with_a_base_map(
    town: CaseTown, resident: Client, settings: Any
) -> None:
    turned_on()
    walk(town, "handling")
    address = "/nearby/points.json?box=113,22,114,23"
    assert resident.get(address).status_code == 404
    settings.GRIDWARD_MAP = Basemap(kind="xyz", tiles=("https://tiles.example/{z}/{x}/{y}",))

    (point,) = resident.get(address).json()["features"]

    assert point["geometry"]["coordinates"] != [HERE.lng, HERE.lat]
    assert set(point["properties"]) == {"title", "state", "light", "total", "address"}
    assert point["properties"]["address"].startswith("/nearby/?area=")
    assert "data-map-said" in text_of(resident, "/nearby/")
    assert resident.get("/nearby/points.json?box=a,b").json()["features"] == []


def test_the_public_list_costs_the_same_for_two_rows_and_for_thirty(
    town: CaseTown, resident: Client, django_assert_num_queries: Any
) -> None:
    turned_on()
    case = walk(town, "handling")
    resident.get("/nearby/")
    with clock.frozen(LATER):
        few = _statements(resident)
        for n in range(29):
            receipt = submit(at=MONDAY + timedelta(minutes=n))
            Case.objects.filter(id=receipt.cases[0]).update(
                state=case.state, matter=case.matter, edition=case.edition
            )
        many = _statements(resident)

    assert many == few <= 4
    assert case_of(receipt).state == case.state


def _statements(client: Client) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        client.get("/nearby/")
    return len(found)


# --- afterwards -----------------------------------------------------------------------------------


def followed(case: Case) -> Client:
    """A browser that holds the receipt of the case's only reporter."""
    submission = Submission.objects.get()
    reporter = somebody()
    code = receipt_code(submission.receipt, vault.receipt_key())
    reporter.post("/track/", {"number": submission.receipt, "code": code})
    return reporter


def answered(town: CaseTown) -> Case:
    """A case whose reporter said that it is solved, and has not rated it yet."""
    case = walk(town, "callback_pending")
    with clock.frozen(MONDAY + timedelta(hours=9)):
        reporter = followed(case)
        reporter.post("/track/mine/answer/", {"case": str(case.id), "answer": "solved"})
    case.refresh_from_db()
    return case


def test_a_rating_is_asked_for_a_week_and_a_redo_for_fifteen_days(town: CaseTown) -> None:
    case = answered(town)
    assert case.closed_at is not None
    seen = []
    for days in (1, 8, 16):
        with clock.frozen(case.closed_at + timedelta(days=days)):
            page = text_of(followed(case), "/track/mine/")
            seen.append(("您对这次办理满意吗？" in page, "还没解决，申请重办" in page))

    assert seen == [(True, True), (False, True), (False, False)]


def test_a_rating_has_the_five_national_levels_and_counts_once(town: CaseTown) -> None:
    case = answered(town)
    assert case.closed_at is not None
    with clock.frozen(case.closed_at + timedelta(hours=1)):
        reporter = followed(case)
        page = text_of(reporter, "/track/mine/")
        scale = re.findall(r"<span>(\S*满意)\s*</span>", page)
        reporter.post("/track/mine/rate/", {"case": str(case.id), "rating": "4"})
        after = text_of(reporter, "/track/mine/")

    assert scale == ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]
    assert "已评价" in after and "您对这次办理满意吗？" not in after


def test_whoever_was_declined_reads_why_and_where_to_turn_and_may_object_once(
    town: CaseTown,
) -> None:
    receipt = submit()
    case = case_of(receipt)
    with clock.frozen(LATER):
        actions.decline_case(
            case.id, by=town.viewer("S001"), version=case.version, reason="police", words=""
        )
        reporter = followed(case)
        page = text_of(reporter, "/track/mine/")
        assert "不在受理范围" in page and "属于公安机关管辖" in page and "就近派出所" in page
        assert "申请复核" in page

        sent = {"case": str(case.id), "words": "井盖在路上，不是治安问题"}
        answer = reporter.post("/track/mine/object/", sent)
        after = text_of(reporter, "/track/mine/")

    assert answer.status_code == 303
    assert "申请复核" not in after
    assert Case.objects.get().objected == 1
