"""Verifying, correcting, settling on the spot and closing by two people, through their screens."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.cases import walking
from tests.cases.walking import MONDAY, CaseTown, case_town
from tests.web.signing import client_of

from gridward.cases.models import Case, Proposal, Round
from gridward.core import clock
from gridward.tasks import queries as tasks


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


def address_of(page: str, key: str) -> str:
    """Where the form of this step is sent; the page has to offer it."""
    found = re.findall(rf'action="([^"]+/{key}/)"', page)
    assert found, key
    return found[0]


def picture(name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, walking.photo(), "image/jpeg")


def test_the_desk_sends_to_verify_and_the_worker_answers_in_words_of_before_acceptance(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY + timedelta(minutes=5)):
        case = walking.walk(town, "submitted")
        desk = client_of(town, "S001")
        page = desk.get(f"/desk/cases/{case.id}/").content.decode()
        desk.post(address_of(page, "pre_verify"), {"version": case.version, "words": "看看"})
        task = tasks.open_task_about(case.id, "pre_verification")
        assert task is not None
        number = next(n for n, post in town.town.posts.items() if post == task.assignee_id)
        worker = client_of(town, number)
        form = worker.get(f"/field/check/{task.id}/").content.decode()
        answer = worker.post(
            f"/field/check/{task.id}/", {"version": task.version, "result": "confirmed"}
        )
        seen = desk.get(f"/desk/cases/{case.id}/").content.decode()

    assert "属实" in form and "未发现" in form and "无法核实" in form and "核查通过" not in form
    assert (answer.status_code, answer["Location"]) == (303, "/field/")
    assert Round.objects.get(case=case, number=1).verify_result == "confirmed"
    assert "受理前核实" in seen and "属实" in seen


def test_the_desk_corrects_and_the_page_says_what_it_was_and_is(town: CaseTown) -> None:
    with clock.frozen(MONDAY + timedelta(hours=1)):
        case = walking.walk(town, "dispatched")
        desk = client_of(town, "S001")
        page = desk.get(f"/desk/cases/{case.id}/").content.decode()
        sent = {
            "version": case.version,
            "condition": "manhole.broken",
            "keep_lead": "1",
            "words": "井盖已开裂",
        }
        answer = desk.post(address_of(page, "correct"), sent)
        seen = desk.get(f"/desk/cases/{case.id}/").content.decode()

    assert answer.status_code == 303
    assert Case.objects.get(id=case.id).condition == "manhole.broken"
    assert "松动、车压异响 → 井盖松动异响、破损、缺失 · 开裂、破损" in seen
    assert "井盖已开裂" in seen


def test_a_correction_that_says_nothing_keeps_what_was_typed(town: CaseTown) -> None:
    with clock.frozen(MONDAY + timedelta(hours=1)):
        case = walking.walk(town, "dispatched")
        desk = client_of(town, "S001")
        page = desk.get(f"/desk/cases/{case.id}/").content.decode()
        sent = {"version": case.version, "condition": "manhole.rattling", "words": "写了的理由"}
        answer = desk.post(address_of(page, "correct"), sent)

    assert answer.status_code == 422
    assert "没有可更正的内容" in answer.content.decode()
    assert "写了的理由" in answer.content.decode()


def test_two_people_close_by_special_approval_on_their_own_pages(town: CaseTown) -> None:
    with clock.frozen(MONDAY + timedelta(hours=1)):
        case = walking.walk(town, "dispatched")
        chief, leader = client_of(town, "D002"), client_of(town, "D003")
        before = leader.get(f"/desk/cases/{case.id}/").content.decode()
        page = chief.get(f"/desk/cases/{case.id}/").content.decode()
        chief.post(
            address_of(page, "propose_force_close"),
            {"version": case.version, "words": "由新建工程解决", "reply": "将整体改造"},
        )
        again = chief.get(f"/desk/cases/{case.id}/").content.decode()
        listed = leader.get("/desk/approvals/").content.decode()
        asked = leader.get(f"/desk/cases/{case.id}/").content.decode()
        proposal = Proposal.objects.get()
        version = Case.objects.get(id=case.id).version
        answer = leader.post(
            address_of(asked, "force_close"), {"version": version, "proposal": str(proposal.id)}
        )
        decided = leader.get("/desk/approvals/").content.decode()
        barred = chief.get("/desk/approvals/").status_code

    assert "/force_close/" not in before and "/force_close/" not in again
    assert f"/desk/cases/{case.id}/" in listed
    assert f"/desk/cases/{case.id}/" not in decided
    assert barred == 403
    assert "由新建工程解决" in asked and "将整体改造" in asked
    assert answer.status_code == 303
    case.refresh_from_db()
    assert (case.state, case.close_type) == ("closed", "forced")


def test_the_community_settles_on_the_spot_from_its_desk(town: CaseTown) -> None:
    with clock.frozen(MONDAY + timedelta(minutes=10)):
        case = walking.walk(town, "submitted")
        number = next(
            n for n in ("C001", "C002", "C003", "C004") if town.viewer(n).area_id in case.chain
        )
        cadre = client_of(town, number)
        page = cadre.get(f"/desk/cases/{case.id}/").content.decode()
        answer = cadre.post(
            address_of(page, "self_handle"),
            {
                "version": case.version,
                "condition": "manhole.rattling",
                "internal": "垫胶圈",
                "reply": "已垫胶圈",
                "before": [picture("a.jpg")],
                "photos": [picture("b.jpg")],
            },
        )

    assert answer.status_code == 303
    assert Case.objects.get(id=case.id).state == "disposed"


def report(town: CaseTown, **changed: object) -> tuple[int, str]:
    worker = client_of(town, "G001")
    page = worker.get("/field/report/").content.decode()
    client_id = re.findall(r'name="client_id" value="([^"]+)"', page)[0]
    sent: dict[str, object] = {
        "client_id": client_id,
        "words": "井盖响，已垫好",
        "lng": "113.103",
        "lat": "22.617",
        "photos": [picture("before.jpg")],
        "settled_condition": "manhole.rattling",
        "settled_internal": "垫胶圈",
        "settled_reply": "已垫胶圈",
        "settled_after": [picture("after.jpg")],
    } | changed
    answer = worker.post("/field/report/", sent)
    return answer.status_code, answer.content.decode()


def test_a_worker_reports_and_has_settled_it_on_one_form(town: CaseTown) -> None:
    status, _page = report(town)

    assert status == 303
    case = Case.objects.get()
    assert (case.state, case.matter) == ("disposed", "manhole")


def test_without_a_photo_from_after_nothing_is_reported_and_the_words_stay(town: CaseTown) -> None:
    status, page = report(town, settled_after=[])

    assert status == 422
    assert "处理前、处理后的照片各一张" in page and "已垫胶圈" in page
    assert not Case.objects.exists()


def test_what_a_worker_was_not_offered_cannot_be_sent(town: CaseTown) -> None:
    status, page = report(town, settled_condition="manhole.missing")

    assert status == 422
    assert "不能由您一人现场办结" in page
    assert not Case.objects.exists()
