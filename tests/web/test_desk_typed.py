"""Whatever a form was refused for, every word that was typed into it is on the page after it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.test import Client
from tests.cases import walking
from tests.cases.test_data_requests import filed, told
from tests.cases.walking import MONDAY, RATTLING, CaseTown, case_of, case_town
from tests.web.signing import client_of
from tests.web.test_desk_work import colleague, picture

from gridward.cases import actions
from gridward.cases.models import Case
from gridward.core import clock

GONE = "下面的内容没有提交"


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


def form_of(page: str, key: str) -> str:
    """The form of a step on a page; empty when it is not offered."""
    found = re.search(rf'id="step-{key}".*?</details>', page, re.DOTALL)
    return found[0] if found else ""


def texts(page: str) -> list[str]:
    """What stands in the text areas of a page."""
    return [unescape(text) for text in re.findall(r"<textarea[^>]*>([^<]*)</textarea>", page)]


def version_in(form: str) -> int:
    return int(re.findall(r'name="version" value="(\d+)"', form)[0])


def send(client: Client, case: Case, key: str, **typed: object) -> tuple[int, str]:
    """A step's form as the page had it when `case` was read."""
    answer = client.post(f"/desk/cases/{case.id}/step/{key}/", {"version": case.version, **typed})
    return answer.status_code, answer.content.decode()


def test_a_colleague_was_faster_and_the_form_stands_again_filled_in_and_up_to_date(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        case = walking.walk(town, "handling")
        first, second = client_of(town, "M001"), client_of(town, "M001")
        first.post(f"/desk/cases/{case.id}/step/progress/", {"version": case.version, "words": "a"})

        typed = {"internal": "换了 <垫圈>", "reply": "今天修好了", "close_type": "explained"}
        status, page = send(second, case, "dispose", **typed)
        form = form_of(page, "dispose")
        again = second.post(
            f"/desk/cases/{case.id}/step/dispose/", {"version": version_in(form), **typed}
        )

    assert status == 409
    assert texts(form) == ["换了 <垫圈>", "今天修好了"]
    assert '<option value="explained" selected>' in form
    assert re.search(r'id="step-dispose"[^>]* open', page)
    assert 'href="#step-dispose"' in page
    assert "你写的内容都在下面" in form
    assert GONE not in page
    assert again.status_code in (303, 422)
    assert "已经处理过" not in again.content.decode()


def test_the_step_is_over_and_its_words_stand_to_be_copied(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = case_of(walking.submit())
        first, second = client_of(town, "S001"), client_of(town, "S001")
        first.post(
            f"/desk/cases/{case.id}/step/accept_dispatch/",
            {"version": case.version, "condition": RATTLING, "lead": "rule"},
        )

        status, page = send(second, case, "ask_info", words="请问是哪一个路口？")
        asked = form_of(page, "ask_info")
        empty = send(second, case, "accept_dispatch", condition=RATTLING, lead="rule")[1]

    assert (status, asked) == (409, "")
    assert "请问是哪一个路口？" in texts(page)
    assert page.count(GONE) == 1
    assert re.search(r"<textarea[^>]* readonly", page)
    assert GONE not in empty


def test_what_is_out_of_sight_gives_the_words_back_and_nothing_of_the_case(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        case = case_of(walking.submit(words="龙门路的井盖"))
        stranger = client_of(town, "S002")

        status, page = send(stranger, case, "ask_info", words="我们已经在看了")
        empty_status, empty = send(stranger, case, "ask_info")

    assert (status, empty_status) == (404, 404)
    assert texts(page) == ["我们已经在看了"]
    assert "这件事现在由别的单位办理" in page
    assert case.number not in page and "龙门路" not in page
    assert GONE not in empty


def test_photos_that_came_with_a_refused_form_are_asked_for_again(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = walking.walk(town, "handling")
        desk = client_of(town, "M001")

        with_photo = send(desk, case, "dispose", internal="换了", photos=picture())[1]
        without = send(desk, case, "dispose", internal="换了")[1]

    assert "照片请重新选择" in form_of(with_photo, "dispose")
    assert "照片请重新选择" not in form_of(without, "dispose")


def test_what_others_read_is_refused_as_outdated_and_stands_there_again(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = case_of(walking.submit(words="王小明家门口井盖响"))
        desk = client_of(town, "S001")
        report = case.reports.values_list("id", flat=True)[0]
        actions.ask_for_info(
            case.id, by=town.viewer("S001"), version=case.version, words="哪个路口？"
        )

        answer = desk.post(
            f"/desk/cases/{case.id}/reports/{report}/words/",
            {"version": case.version, "words": "某住户门口井盖响"},
        )
        page = answer.content.decode()

    assert answer.status_code == 409
    assert "某住户门口井盖响" in texts(page)
    assert re.search(r'id="step-share-[0-9a-f]{6}"[^>]* open', page)


def test_a_shift_that_cannot_be_handed_over_keeps_what_was_written(town: CaseTown) -> None:
    colleague(town, "S009", "S001", "street-1")
    with clock.frozen(MONDAY):
        client_of(town, "S001").post("/desk/shift/", {"words": "一"})

        page = (
            client_of(town, "S009").post("/desk/shift/", {"words": "三件要回电"}).content.decode()
        )

    assert "三件要回电" in texts(page)
    assert GONE in page


def test_a_request_about_data_that_a_colleague_answered_keeps_the_answer(town: CaseTown) -> None:
    row = filed(told(), "copy")
    address = f"/desk/data/{row.id}/"
    refuse = {"decision": "refuse", "reason": "unfounded", "words": "写的是对的"}
    first, second = client_of(town, "S001"), client_of(town, "S001")
    first.post(address, {"decision": "grant", "identity": "code", "version": row.version})

    answer = second.post(address, {**refuse, "version": row.version})
    page = answer.content.decode()

    assert answer.status_code == 409
    assert texts(page) == ["写的是对的"]
    assert GONE in page


HERE = "http://testserver"


def sent_late(town: CaseTown, origin: str = HERE) -> tuple[str, int, str]:
    """A desk's answer that comes when its session has ended: the page's address, what came."""
    with clock.frozen(MONDAY):
        case = walking.walk(town, "handling")
        department = client_of(town, "M001")
    page = f"{HERE}/desk/cases/{case.id}/"
    with clock.frozen(MONDAY + timedelta(hours=1)):
        answer = department.post(
            f"/desk/cases/{case.id}/step/dispose/",
            {"version": case.version, "internal": "换了垫圈", "reply": "今天修好了"},
            headers={"referer": page, "origin": origin},
        )
    assert Case.objects.get(id=case.id).version == case.version
    return page, answer.status_code, answer.content.decode()


def test_what_was_sent_after_the_session_had_ended_is_given_back_with_the_way_to_its_form(
    town: CaseTown,
) -> None:
    page, status, answer = sent_late(town)

    assert status == 401
    assert texts(answer) == ["换了垫圈", "今天修好了"]
    assert GONE in answer
    path = page.removeprefix(HERE)
    assert f"/account/sign-in/?{urlencode({'next': path})}" in unescape(answer)


def test_words_that_another_site_sends_stand_on_no_page_of_ours(town: CaseTown) -> None:
    _page, _status, answer = sent_late(town, origin="https://elsewhere.example")

    assert "换了垫圈" not in answer


def test_a_form_without_words_that_comes_too_late_leads_to_the_sign_in_and_back(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY):
        case = walking.walk(town, "handling")
        late = client_of(town, "M001")
    path = f"/desk/cases/{case.id}/"
    with clock.frozen(MONDAY + timedelta(hours=1)):
        answer = late.post(
            f"{path}step/dispose/", {"version": case.version}, headers={"referer": HERE + path}
        )

    assert answer["Location"] == f"/account/sign-in/?{urlencode({'next': path})}"


def test_a_form_whose_token_does_not_fit_gives_its_words_back(town: CaseTown) -> None:
    case = walking.walk(town, "handling")
    strict = client_of(town, "M001")
    strict.handler.enforce_csrf_checks = True

    answer = strict.post(
        f"/desk/cases/{case.id}/step/progress/",
        {"version": case.version, "words": "明天去"},
        headers={"origin": HERE},
    )

    assert answer.status_code == 403
    assert texts(answer.content.decode()) == ["明天去"]
    assert Case.objects.get(id=case.id).version == case.version


@pytest.mark.parametrize(
    ("number", "address", "mark"),
    [("S001", "/desk/people/", "gw-nav-groups"), ("G001", "/desk/people/", "gw-nav-groups")],
)
def test_staff_are_refused_inside_the_page_that_they_work_in(
    town: CaseTown, number: str, address: str, mark: str
) -> None:
    answer = client_of(town, number).get(address)

    assert answer.status_code == 403
    assert mark in answer.content.decode()
