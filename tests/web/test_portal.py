"""What a resident can do without an account, through the portal's own forms."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cases import walking
from tests.cases.walking import HERE, WORDS, CaseTown, case_of, case_town

from gridward.cases import actions
from gridward.cases.errors import NotTheReporter
from gridward.cases.models import Case, CaseFile, Submission
from gridward.core import clock


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


@pytest.fixture
def resident(town: CaseTown) -> Client:
    return Client(headers={"accept-language": "zh-CN"})


def form_of(client: Client, **more: object) -> dict[str, object]:
    """The hidden fields of a fresh form, and what is typed into it."""
    page = client.get("/report/").content.decode()
    found = re.search(r'name="client_id" value="([^"]+)"', page)
    assert found is not None
    typed = {"words": WORDS, "lng": str(HERE.lng), "lat": str(HERE.lat), "send": "1"}
    return {"client_id": found[1], **typed, **more}


def text_of(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def picture(name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, walking.photo(), "image/jpeg")


# --- reporting --------------------------------------------------------------------------------


def test_a_report_with_photo_place_and_phone_gives_a_receipt(resident: Client) -> None:
    sent = form_of(resident, phone="138 0013 8000", photos=[picture()])

    answer = resident.post("/report/", sent)

    assert (answer.status_code, answer["Location"]) == (303, "/report/done/")
    submission = Submission.objects.get()
    case = Case.objects.get()
    assert submission.has_contact
    assert (case.lng, case.lat, case.state) == (HERE.lng, HERE.lat, "submitted")
    assert CaseFile.objects.filter(case=case).count() == 1
    done = text_of(resident, "/report/done/")
    number = submission.receipt
    assert f"{number[:4]} {number[4:8]} {number[8:]}" in done


def test_pressing_submit_twice_gives_the_same_receipt(resident: Client) -> None:
    sent = form_of(resident)

    resident.post("/report/", sent)
    resident.post("/report/", sent)

    assert Submission.objects.count() == 1


def test_a_report_without_words_and_photo_is_sent_back_with_what_was_typed(
    resident: Client,
) -> None:
    answer = resident.post("/report/", form_of(resident, words=" ", place_words="药店门口"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请写一句话说明发生了什么，或拍一张照片，有一样就行。" in page
    assert 'value="药店门口"' in page
    assert Submission.objects.count() == 0


def test_a_wrong_phone_number_is_named_and_the_photo_need_not_be_sent_again(
    resident: Client,
) -> None:
    sent = form_of(resident, phone="1380013800", photos=[picture()])
    page = resident.post("/report/", sent).content.decode()
    staged = re.findall(r'name="staged" value="([^"]+)"', page)

    assert "这个手机号不对，请核对，或留空。" in page
    assert len(staged) == 1
    again = {**sent, "phone": "", "staged": staged}
    del again["photos"]
    resident.post("/report/", again)
    assert CaseFile.objects.count() == 1


def test_a_staged_photo_is_shown_for_its_own_form_alone(resident: Client) -> None:
    sent = form_of(resident, words="", phone="x", photos=[picture()])
    page = resident.post("/report/", sent).content.decode()
    (address,) = re.findall(r'src="(/report/photo/[^"]+)"', page)

    shown = resident.get(address)
    elsewhere = resident.get(address.replace(str(sent["client_id"]), "0" * 32))

    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert elsewhere.status_code == 404


def test_something_that_is_no_photo_is_refused_in_words(resident: Client) -> None:
    program = SimpleUploadedFile("photo.jpg", b"MZ" + b"\0" * 400, "image/jpeg")

    answer = resident.post("/report/", form_of(resident, photos=[program]))

    assert answer.status_code == 422
    assert 'id="photos-error"' in answer.content.decode()
    assert Submission.objects.count() == 0


def test_a_press_on_the_picture_map_becomes_a_point_and_a_closer_look(resident: Client) -> None:
    sent = form_of(resident, lng="", lat="", place_words="路口")
    del sent["send"]

    page = resident.post("/report/", {**sent, "pick.x": "200", "pick.y": "150"}).content.decode()

    assert re.search(r'name="lng" value="113\.1\d+"', page)
    assert "第1街道第1社区" in page
    assert 'value="路口"' in page
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("value", ["NaN", "inf", "1e400", "abc", ""])
def test_a_point_that_is_no_number_is_no_point(resident: Client, value: str) -> None:
    resident.post("/report/", form_of(resident, lng=value, lat=value))

    assert Case.objects.get().lng is None


def test_a_place_outside_is_kept_and_told(resident: Client) -> None:
    resident.post("/report/", form_of(resident, lng="113.5", lat="22.9"))

    assert "这个位置可能不在本区范围内" in text_of(resident, "/report/done/")


def test_restricted_matters_are_not_offered_to_everybody(resident: Client) -> None:
    from gridward.catalog.definitions import Sensitivity
    from gridward.catalog.queries import catalogue

    page = text_of(resident, "/report/")

    hidden = [
        m.key for m in catalogue().matters.values() if m.sensitivity is Sensitivity.RESTRICTED
    ]
    assert all(f'value="{key}"' not in page for key in hidden)
    assert 'value="manhole"' in page


# --- tracking ---------------------------------------------------------------------------------


def opened(client: Client, number: str, code: str) -> Client:
    client.post("/track/", {"number": number, "code": code})
    return client


def test_number_and_code_open_the_page_and_neither_alone_does(
    town: CaseTown, resident: Client
) -> None:
    receipt = walking.submit()

    wrong = resident.post("/track/", {"number": receipt.number, "code": "AAAAAA"})
    assert wrong.status_code == NotTheReporter.status
    assert "编号或查询码不对，请核对后再试。" in wrong.content.decode()
    assert resident.get("/track/mine/").status_code == 302

    opened(resident, receipt.number, f" {receipt.code.lower()} ")
    assert WORDS in text_of(resident, "/track/mine/")


def test_an_altered_receipt_cookie_opens_nothing(town: CaseTown, resident: Client) -> None:
    receipt = walking.submit()
    resident.cookies["gw_receipt"] = f"{receipt.number}:{receipt.code}"

    assert resident.get("/track/mine/")["Location"] == "/track/"


def test_the_reporter_reads_stages_in_plain_words_and_never_the_internal_account(
    town: CaseTown, resident: Client
) -> None:
    case = walking.walk(town, "disposed")
    submission = Submission.objects.get()
    code = _code_of(submission)

    page = text_of(opened(resident, submission.receipt, code), "/track/mine/")

    assert "结果核实中" in page
    assert "三个井盖已更换胶垫并固定" in page
    assert "更换胶垫三个" not in page
    for inward in ("待核查", "待派遣", "主办", "案件", "结案"):
        assert inward not in page
    assert case.number not in page


def _code_of(submission: Submission) -> str:
    from gridward.core.ids import receipt_code
    from gridward.vault import queries as vault

    return receipt_code(submission.receipt, vault.receipt_key())


def test_the_reporter_gives_the_details_that_were_asked_for(
    town: CaseTown, resident: Client
) -> None:
    with clock.frozen(walking.MONDAY):
        receipt = walking.submit()
        case = case_of(receipt)
        actions.ask_for_info(
            case.id, by=town.viewer("S001"), version=case.version, words="哪个路口？"
        )
        opened(resident, receipt.number, receipt.code)
        page = text_of(resident, "/track/mine/")
        assert "请您补充信息" in page and "哪个路口？" in page

        sent = {"case": str(case.id), "version": "2", "words": "榕荫路口"}
        answer = resident.post("/track/mine/details/", sent)

    assert answer.status_code == 303
    assert case_of(receipt).state == "submitted"


def test_a_refused_answer_shows_the_form_again_with_the_reason(
    town: CaseTown, resident: Client
) -> None:
    with clock.frozen(walking.MONDAY):
        receipt = walking.submit()
        case = case_of(receipt)
        actions.ask_for_info(
            case.id, by=town.viewer("S001"), version=case.version, words="哪个路口？"
        )
        opened(resident, receipt.number, receipt.code)

        answer = resident.post("/track/mine/details/", {"case": str(case.id), "words": "  "})

    assert answer.status_code == 422
    assert "请写一句话说明发生了什么" in answer.content.decode()
    assert case_of(receipt).state == "need_info"


def test_another_reporters_case_cannot_be_answered_with_my_receipt(
    town: CaseTown, resident: Client
) -> None:
    mine, other = walking.submit(), walking.submit(words="另一件事")
    opened(resident, mine.number, mine.code)

    answer = resident.post("/track/mine/withdraw/", {"case": str(other.cases[0])})

    assert answer.status_code in (302, 404)
    assert case_of(other).state == "submitted"


def test_the_reporters_photos_open_with_the_receipt_only(town: CaseTown, resident: Client) -> None:
    resident.post("/report/", form_of(resident, photos=[picture()]))
    (address, *_rest) = re.findall(
        r'href="(/track/mine/photo/[^"]+)"', text_of(resident, "/track/mine/")
    )

    assert resident.get(address)["Content-Type"] == "image/jpeg"
    assert Client().get(address).status_code == 404


def test_closing_the_page_on_a_shared_device_forgets_the_receipt(
    town: CaseTown, resident: Client
) -> None:
    receipt = walking.submit()
    opened(resident, receipt.number, receipt.code)

    resident.post("/track/mine/forget/", {"forget": "1"})

    assert resident.get("/track/mine/")["Location"] == "/track/"


def test_every_page_forbids_inline_code_and_foreign_origins(resident: Client) -> None:
    policy = resident.get("/")["Content-Security-Policy"]

    assert "script-src 'self'" in policy and "style-src 'self'" in policy
    assert "unsafe" not in policy and "http" not in policy and "*" not in policy
    page = text_of(resident, "/report/")
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", page)


def test_large_text_and_language_are_kept_on_the_device(resident: Client) -> None:
    resident.post("/prefs/", {"text": "large", "next": "/report/"})
    answer = resident.post("/prefs/", {"language": "en", "next": "/report/"})

    page = text_of(resident, "/report/")
    assert answer["Location"] == "/report/"
    assert 'class="gw-large"' in page and "Report a problem" in page


def test_preferences_never_lead_to_another_site(resident: Client) -> None:
    answer = resident.post("/prefs/", {"text": "large", "next": "https://example.org/"})

    assert answer["Location"] == "/"


# --- answering ----------------------------------------------------------------------------------


def at_callback(town: CaseTown, resident: Client) -> Case:
    """A case whose reporter is asked, opened with the reporter's receipt."""
    case = walking.walk(town, "callback_pending")
    submission = Submission.objects.get()
    opened(resident, submission.receipt, _code_of(submission))
    return case


def test_a_reporter_who_says_no_begins_a_new_round(town: CaseTown, resident: Client) -> None:
    with clock.frozen(walking.MONDAY + timedelta(hours=8)):
        case = at_callback(town, resident)

        resident.post("/track/mine/answer/", {"case": str(case.id), "answer": "no"})
        page = text_of(resident, "/track/mine/")

    case.refresh_from_db()
    assert (case.state, case.round) == ("dispatched", 2)
    assert "重新办理中" in page


def test_a_reporter_who_says_yes_and_rates_closes_it(town: CaseTown, resident: Client) -> None:
    with clock.frozen(walking.MONDAY + timedelta(hours=8)):
        case = at_callback(town, resident)

        sent = {"case": str(case.id), "answer": "solved", "rating": "5"}
        resident.post("/track/mine/answer/", sent)
        page = text_of(resident, "/track/mine/")

    case.refresh_from_db()
    assert case.state == "closed"
    assert "已评价" in page and "已解决" in page
    assert "您对这次办理满意吗？" not in page  # once is enough


def test_a_closed_case_can_be_redone_once_at_the_reporters_wish(
    town: CaseTown, resident: Client
) -> None:
    with clock.frozen(walking.MONDAY + timedelta(hours=8)):
        case = at_callback(town, resident)
        resident.post("/track/mine/answer/", {"case": str(case.id), "answer": "solved"})
        assert "还没解决，申请重办" in text_of(resident, "/track/mine/")

        resident.post("/track/mine/redo/", {"case": str(case.id), "words": "又响了"})
        page = text_of(resident, "/track/mine/")

    case.refresh_from_db()
    assert (case.state, case.reopened) == ("dispatched", 1)
    assert "还没解决，申请重办" not in page
    assert "上次给您的答复" in page


def test_the_only_reporter_can_take_a_report_back(town: CaseTown, resident: Client) -> None:
    receipt = walking.submit(matter="")
    opened(resident, receipt.number, receipt.code)

    resident.post("/track/mine/withdraw/", {"case": str(receipt.cases[0])})

    assert case_of(receipt).close_type == "withdrawn"
    assert "已撤回" in text_of(resident, "/track/mine/")


def test_whoever_took_it_back_reads_no_step_that_was_never_done_and_no_promise(
    town: CaseTown, resident: Client
) -> None:
    with clock.frozen(walking.MONDAY + timedelta(hours=8)):
        case = walking.walk(town, "dispatched")
        submission = Submission.objects.get()
        opened(resident, submission.receipt, _code_of(submission))
        assert "前办好" in text_of(resident, "/track/mine/")

        resident.post("/track/mine/withdraw/", {"case": str(case.id)})
        page = text_of(resident, "/track/mine/")

    bar = page.split('<ol class="gw-stages"')[1].split("</ol>")[0]
    assert re.findall(r"</span><span>([^<]+)", bar) == ["已提交", "已受理", "已派单"]
    assert "前办好" not in page and "申请重办" not in page
    assert page.count(">已撤回</span>") == 1


def test_what_was_made_void_says_why_and_promises_nothing(town: CaseTown, resident: Client) -> None:
    case = walking.walk(town, "handling")
    actions.void_case(
        case.id,
        by=town.viewer("D002"),
        version=case.version,
        reason="out_of_area",
        words="只给同事看",
    )
    submission = Submission.objects.get()

    page = text_of(opened(resident, submission.receipt, _code_of(submission)), "/track/mine/")

    assert "不在受理范围" in page and "不在本区范围内" in page
    assert "前办好" not in page and "只给同事看" not in page


def test_the_reasons_name_neither_inward_steps_nor_inner_limits(
    town: CaseTown, resident: Client
) -> None:
    with clock.frozen(walking.MONDAY + timedelta(hours=8)):
        at_callback(town, resident)

        page = text_of(resident, "/track/mine/")

    assert "您可以：说说解决了没有、补充说明" in page
    assert "报值班长" not in page and "工作分钟" not in page


def test_what_was_done_is_confirmed_on_top_and_a_refusal_shows_its_own_form(
    town: CaseTown, resident: Client
) -> None:
    receipt = walking.submit()
    opened(resident, receipt.number, receipt.code)
    page = text_of(resident, "/track/mine/")
    assert 'action="/track/mine/details/#step-details"' in page and 'id="step-details"' in page

    sent = {"case": str(receipt.cases[0]), "words": "还在响"}
    answer = resident.post("/track/mine/details/", sent)

    assert answer["Location"] == "/track/mine/#main"
    assert "收到了，谢谢您" in text_of(resident, "/track/mine/")


@pytest.mark.parametrize("address", ["/track/mine/details/", "/track/mine/data/"])
def test_words_that_come_after_the_page_was_closed_are_given_back(
    town: CaseTown, resident: Client, address: str
) -> None:
    sent = {"words": "井盖编号是A12", "what": "名字写错了"}

    answer = resident.post(address, sent, headers={"origin": "http://testserver"})

    page = answer.content.decode()
    assert answer.status_code == 401
    assert "井盖编号是A12" in page and "名字写错了" in page and 'id="number"' in page
    assert resident.post(address, {})["Location"] == "/track/"


# --- the form as it comes back ----------------------------------------------------------------


def test_a_form_that_comes_back_names_each_fault_on_top_with_a_way_to_it(
    resident: Client,
) -> None:
    page = resident.post("/report/", form_of(resident, phone="12")).content.decode()

    top, form = page.split('<form method="post" enctype')
    assert '<a href="#phone">这个手机号不对，请核对，或留空。</a>' in top
    assert 'id="phone"' in form


def test_with_all_photos_received_no_more_are_asked_for(resident: Client) -> None:
    pictures = [picture(f"{n}.jpg") for n in range(9)]
    sent = form_of(resident, phone="12", photos=pictures)

    page = resident.post("/report/", sent).content.decode()

    assert len(re.findall(r'name="staged"', page)) == 9
    assert 'id="photos"' not in page and "最多 0 张" not in page
