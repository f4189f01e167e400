"""The workbench through its own forms: lists, one case, steps, figures."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cases import walking
from tests.cases.walking import MONDAY, RATTLING, CaseTown, case_of, case_town
from tests.web.signing import client_of, statements

from gridward.cases.actions import Place
from gridward.cases.models import Case, CaseFile
from gridward.cases.queries.figures import figures
from gridward.core import clock


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


@pytest.fixture
def desk(town: CaseTown) -> Client:
    return client_of(town, "S001")


def page_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def take(client: Client, case: UUID, key: str, **typed: object) -> tuple[int, str]:
    """Send a step's form as the page drew it; the status and the page or address after it."""
    version = Case.objects.values_list("version", flat=True).get(id=case)
    answer = client.post(f"/desk/cases/{case}/step/{key}/", {"version": version, **typed})
    return answer.status_code, answer.headers.get("Location") or answer.content.decode()


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", walking.photo(), "image/jpeg")


# --- who may enter ------------------------------------------------------------------------------


def test_a_visitor_is_sent_to_sign_in_and_back(town: CaseTown) -> None:
    answer = Client().get("/desk/cases/?state=submitted")

    assert answer.status_code == 302
    assert answer["Location"] == "/account/sign-in/?next=%2Fdesk%2Fcases%2F%3Fstate%3Dsubmitted"


def test_a_case_of_another_street_looks_like_none(town: CaseTown) -> None:
    receipt = walking.submit()
    other = client_of(town, "S002")
    nowhere = "01900000-0000-7000-8000-000000000000"

    hidden = other.get(f"/desk/cases/{receipt.cases[0]}/")
    missing = other.get(f"/desk/cases/{nowhere}/")

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert "没有找到这条记录，或您没有查看权限。" in hidden.content.decode()


def test_figures_are_for_those_who_may_see_them(town: CaseTown) -> None:
    assert client_of(town, "G001").get("/desk/overview/").status_code == 403
    assert client_of(town, "D003").get("/desk/overview/").status_code == 200


# --- one case -----------------------------------------------------------------------------------


def test_accept_and_dispatch_is_one_act_and_the_rules_may_name_the_lead(
    town: CaseTown, desk: Client
) -> None:
    with clock.frozen(MONDAY):
        case = case_of(walking.submit(matter=""))
        desk = client_of(town, "S001")
        page = page_of(desk, f"/desk/cases/{case.id}/")
        assert "根据反映内容建议，请核对。" in page  # the words name the manhole

        status, after = take(desk, case.id, "accept_dispatch", condition=RATTLING, lead="rule")

    assert (status, after) == (303, f"/desk/cases/{case.id}/")
    case.refresh_from_db()
    assert (case.state, case.condition, case.lead_id) == ("dispatched", RATTLING, town.org("mun"))


def test_a_refused_step_keeps_what_was_typed_and_says_what_to_do(town: CaseTown) -> None:
    with clock.frozen(MONDAY + timedelta(hours=2)):
        case = walking.walk(town, "handling")
        handler = client_of(town, "M001")

        typed = {"internal": "换了垫圈", "reply": "修好了", "close_type": "resolved"}
        status, page = take(handler, case.id, "dispose", **typed)

    assert status == 422
    assert "这类事项办结前要有处理后的照片，请先上传。" in page
    assert "换了垫圈" in page
    case.refresh_from_db()
    assert case.state == "handling"


def test_a_form_of_an_older_version_changes_nothing_and_names_who_was_faster(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        case = case_of(walking.submit())
        first, second = client_of(town, "S001"), client_of(town, "S001")
        sent = {"version": case.version, "words": "哪个路口？"}

        first.post(f"/desk/cases/{case.id}/step/ask_info/", sent)
        answer = second.post(f"/desk/cases/{case.id}/step/ask_info/", sent)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "街道员1 在 09:00 已经处理过，页面已更新。请看过后再操作。" in page
    assert "待补充" in page


def test_proof_photos_of_a_result_are_shown_to_the_desk(town: CaseTown) -> None:
    with clock.frozen(MONDAY + timedelta(hours=2)):
        case = walking.walk(town, "handling")
        handler = client_of(town, "M001")
        typed = {"internal": "换了垫圈", "reply": "修好了", "photos": [picture()]}

        status, _after = take(handler, case.id, "dispose", **typed)
        desk = client_of(town, "S001")
        photo = CaseFile.objects.get(case=case, report=None)
        shown = desk.get(f"/desk/cases/{case.id}/photo/{photo.id}/")

    assert status == 303
    assert shown["Content-Type"] == "image/jpeg"
    other = client_of(town, "S002").get(f"/desk/cases/{case.id}/photo/{photo.id}/")
    assert other.status_code == 404


def test_the_phone_number_is_shown_to_the_accepting_desk_and_not_to_the_department(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY + timedelta(hours=1)):
        waiting = case_of(walking.submit())
        handled = walking.walk(town, "handling")

        assert "13800138000" in page_of(client_of(town, "S001"), f"/desk/cases/{waiting.id}/")
        page = page_of(client_of(town, "M001"), f"/desk/cases/{handled.id}/")

    assert "13800138000" not in page
    assert "已留号码（受理、回访人员可见）" in page


def test_the_case_page_says_why_in_words_and_shows_no_raw_keys(town: CaseTown) -> None:
    with clock.frozen(MONDAY + timedelta(hours=1)):
        case = walking.walk(town, "dispatched")
        page = page_of(client_of(town, "M001"), f"/desk/cases/{case.id}/")

    text = re.sub(r"<[^>]*>", " ", page)
    assert "为什么由这个单位办？" in text
    for raw in ("manhole", "dispatched", "closure_check", "street_desk", "accept_dispatch"):
        assert raw not in text
    assert str(case.id) not in text


# --- lists --------------------------------------------------------------------------------------


def test_lists_and_the_case_page_cost_the_same_for_two_and_for_thirty(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        for _ in range(2):
            walking.submit()
        desk = client_of(town, "S001")
        few = [statements(desk, address) for address in ("/desk/", "/desk/cases/")]
        for _ in range(28):
            walking.submit()
        many = [statements(desk, address) for address in ("/desk/", "/desk/cases/")]
        one = statements(desk, f"/desk/cases/{Case.objects.first().id}/")

    assert few == many
    assert max(many) <= 10
    assert one <= 18


def test_pages_follow_each_other_without_gap_or_double(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        for _ in range(53):
            walking.submit()
        desk = client_of(town, "S001")
        first = page_of(desk, "/desk/cases/?order=newest")
        (following,) = re.findall(r'href="(\?[^"]*after=[^"]*)" rel="next"', first)
        second = page_of(desk, "/desk/cases/" + following.replace("&amp;", "&"))

    seen = [
        re.findall(r'<tr data-row><td><a id="[^"]*" href="/desk/cases/([^/]+)/"', page)
        for page in (first, second)
    ]
    assert [len(page) for page in seen] == [50, 3]
    assert len(set(seen[0]) | set(seen[1])) == 53


def test_a_case_is_found_by_two_characters_and_by_its_receipt(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        receipt = walking.submit(words="榕荫路口的井盖响")
        walking.submit(words="别处的路灯不亮")
        desk = client_of(town, "S001")

        by_words = page_of(desk, "/desk/cases/?q=榕荫")
        by_receipt = page_of(desk, f"/desk/cases/?q={receipt.number}")

    for page in (by_words, by_receipt):
        assert "榕荫路口的井盖响" in page
        assert "别处的路灯不亮" not in page


def test_nothing_found_says_what_to_try(town: CaseTown, desk: Client) -> None:
    page = page_of(desk, "/desk/cases/?q=没有这个词")

    assert "没有找到。试试编号，或只输地名里的两个字" in page


def test_a_cursor_that_no_page_gave_is_refused(town: CaseTown, desk: Client) -> None:
    assert desk.get("/desk/cases/?after=nonsense").status_code == 422


# --- reports for residents, figures ---------------------------------------------------------------


def test_the_desk_reports_for_a_resident_and_tells_number_and_code(
    town: CaseTown, desk: Client
) -> None:
    page = page_of(desk, "/desk/report/")
    client_id = re.findall(r'name="client_id" value="([^"]+)"', page)[0]
    typed = {
        "client_id": client_id,
        "words": "电话里说路灯不亮",
        "lng": "113.103",
        "lat": "22.617",
        "phone": "13900001111",
        "name": "来电人",
    }

    answer = desk.post("/desk/report/", typed, follow=True)

    text = answer.content.decode()
    assert "电话里说路灯不亮" in text
    assert re.search(r"请告诉反映人：编号 \d{4} \d{4} \d{4}，查询码 [A-Z2-9]{6}", text)
    assert Case.objects.get().channel == "phone"


def test_figures_count_open_late_and_closed_with_the_overdue_in_the_rate(town: CaseTown) -> None:
    closed = walking.walk(town, "closed")
    with clock.frozen(MONDAY):
        walking.submit()
    late = walking.walk(town, "handling", at=MONDAY - timedelta(days=21))
    now = closed.closed_at + timedelta(hours=1) if closed.closed_at else MONDAY

    found = figures(town.viewer("S001"), now)

    assert late.promised_at is not None and late.promised_at < now
    assert (found.total.open, found.total.late, found.total.closed) == (2, 1, 1)
    assert found.total.closed_on_time == 1
    assert found.total.on_time_percent == 50
    assert [line.open for line in found.areas] == [2, 0]


def test_a_helper_chosen_with_the_lead_gets_a_part_of_its_own(town: CaseTown, desk: Client) -> None:
    case = case_of(walking.submit())

    status, _address = take(
        desk,
        case.id,
        "accept_dispatch",
        condition=RATTLING,
        lead=str(town.org("mun")),
        helper=str(town.org("urb")),
    )

    assert status == 303
    parts = Case.objects.get(id=case.id).assignments.values_list("role", "organisation_id")
    assert set(parts) == {("lead", town.org("mun")), ("co", town.org("urb"))}


# --- place unknown ------------------------------------------------------------------------------


def test_what_has_no_place_stands_in_a_queue_of_the_widest_desk(town: CaseTown) -> None:
    placed = case_of(walking.submit())
    lost = case_of(walking.submit(place=Place(words="菜市场后门那条巷子"), client_id="lost"))
    district = client_of(town, "D001")

    queue = page_of(district, "/desk/?tab=unplaced")
    narrowed = page_of(district, "/desk/cases/?unplaced=1")

    assert "位置待定" in queue
    for page in (queue, narrowed):
        assert str(lost.id) in page
        assert str(placed.id) not in page
    assert "位置待定" not in page_of(client_of(town, "S001"), "/desk/")
