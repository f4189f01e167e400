"""A grid worker's pages beside checks: home, reports, tips, joining, calls in person, my grid."""

from __future__ import annotations

import gzip
import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from tests.cases import walking
from tests.cases.walking import MONDAY, CaseTown, case_town
from tests.jobs import run_jobs
from tests.web.signing import client_of, statements

from gridward.cases import actions
from gridward.cases.models import Answer, Case, CaseFile, Report, Submission, Tip
from gridward.core import clock
from gridward.directory import queries as directory
from gridward.journal import queries as journal
from gridward.vault import queries as vault
from gridward.web.ui.assets import MANIFEST

NOON = MONDAY + timedelta(hours=4)


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", walking.photo(), "image/jpeg")


def form_id(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    return re.findall(r'name="client_id" value="([^"]+)"', page)[0]


def near(town: CaseTown, case: Case) -> str:
    """The staff number of the grid worker of the place."""
    posts = {post: number for number, post in town.town.posts.items()}
    found = [
        posts[each.post_id]
        for area in case.chain
        if area is not None
        for each in directory.workers_of_grid(area)
    ]
    return found[0]


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


# --- three taps -----------------------------------------------------------------------------------


def test_a_photo_and_a_matter_are_a_report_on_my_own_grid(town: CaseTown) -> None:
    worker = client_of(town, "G001")
    sent = {
        "client_id": form_id(worker, "/field/report/"),
        "matter": "manhole",
        "area": str(town.viewer("G001").area_id),
        "photos": [picture()],
    }

    first = worker.post("/field/report/", sent)
    again = worker.post("/field/report/", {**sent, "photos": [picture()]})

    assert first.status_code == 303 and again.status_code in (303, 409)
    case = Case.objects.get()
    assert (case.matter, case.channel) == ("manhole", "field")
    assert town.viewer("G001").area_id in case.chain
    assert CaseFile.objects.filter(case=case, kind="report").count() == 1


def test_a_given_position_wins_over_my_grid(town: CaseTown) -> None:
    worker = client_of(town, "G008")
    sent = {
        "client_id": form_id(worker, "/field/report/"),
        "matter": "manhole",
        "area": str(town.viewer("G008").area_id),
        "lng": "113.103",
        "lat": "22.617",
        "words": "井盖松动",
    }

    worker.post("/field/report/", sent)

    case = Case.objects.get()
    assert (case.lng, town.viewer("G008").area_id in case.chain) == (113.103, False)


def test_the_quick_page_shows_groups_and_asks_for_no_code(town: CaseTown) -> None:
    page = text(client_of(town, "G001").get("/field/report/"))

    assert page.count('name="matter"') > 50
    assert "拍照" in page and "其他事项" in page
    assert 'data-draft-photos-value="true"' in page


def test_nothing_said_brings_the_form_back_with_what_was_chosen(town: CaseTown) -> None:
    worker = client_of(town, "G001")
    sent = {"client_id": form_id(worker, "/field/report/"), "matter": "street.lamp_out"}

    answer = worker.post("/field/report/", sent)

    assert answer.status_code == 422
    assert 'data-draft-fresh-value="false"' in text(answer)
    assert Case.objects.count() == 0


# --- for a resident -------------------------------------------------------------------------------


def test_for_a_resident_they_are_the_reporter_and_get_number_and_code(town: CaseTown) -> None:
    worker = client_of(town, "G001")
    page = text(worker.get("/field/report/resident/"))
    sent = {
        "client_id": form_id(worker, "/field/report/resident/"),
        "words": "楼道灯不亮",
        "lng": "113.103",
        "lat": "22.617",
        "phone": "13800138000",
        "name": "何来",
    }

    answer = worker.post("/field/report/resident/", sent, follow=True)

    assert "念给居民听" in page
    submission = Submission.objects.get()
    assert (submission.reporter_kind, submission.has_contact) == ("resident", True)
    assert submission.reporter_post == town.town.posts["G001"]
    assert submission.notice_version
    assert vault.subjects_by_phone("13800138000") == [submission.vault_subject]
    assert "查询码" in text(answer)


def test_a_wrong_number_is_said_and_nothing_is_filed(town: CaseTown) -> None:
    worker = client_of(town, "G001")
    sent = {
        "client_id": form_id(worker, "/field/report/resident/"),
        "words": "楼道灯不亮",
        "phone": "abc",
    }

    answer = worker.post("/field/report/resident/", sent)

    assert answer.status_code == 422 and 'id="phone-error"' in text(answer)
    assert Submission.objects.count() == 0


def test_who_may_not_report_for_others_has_no_such_page(town: CaseTown) -> None:
    assert client_of(town, "M001").get("/field/report/resident/").status_code == 403


# --- tips -----------------------------------------------------------------------------------------


def noted(town: CaseTown, number: str = "G001", words: str = "灯连亮三晚") -> Tip:
    worker = client_of(town, number)
    sent = {"client_id": form_id(worker, "/field/tip/"), "words": words, "photos": [picture()]}
    assert worker.post("/field/tip/", sent).status_code == 303
    return Tip.objects.latest("noted_at")


def test_a_tip_is_noted_read_by_the_desk_and_the_worker_sees_what_became_of_it(
    town: CaseTown,
) -> None:
    tip = noted(town)
    desk = client_of(town, "S001" if tip.desk_id == town.org("street-1") else "S002")
    listed = text(desk.get("/desk/tips/"))
    page = text(desk.get(f"/desk/tips/{tip.id}/"))
    photo = re.findall(rf"/desk/tips/{tip.id}/photo/[0-9a-f-]+/", page)[0]

    done = desk.post(f"/desk/tips/{tip.id}/", {"do": "read", "words": "已联系住户"})

    assert "灯连亮三晚" in listed and "网格员1" in listed
    assert desk.get(photo)["Content-Type"] == "image/jpeg"
    assert (done.status_code, done["Location"]) == (303, "/desk/tips/")
    mine = text(client_of(town, "G001").get("/field/tip/"))
    assert "已看，不用办理" in mine and "已联系住户" in mine
    assert "线索都看完了" in text(desk.get("/desk/tips/"))


def test_the_desk_makes_a_report_of_a_tip(town: CaseTown) -> None:
    tip = noted(town)
    number = "S001" if tip.desk_id == town.org("street-1") else "S002"
    sent = {"do": "report", "words": "住户失联", "matter": ""}

    answer = client_of(town, number).post(f"/desk/tips/{tip.id}/", sent)

    case = Case.objects.get()
    assert answer["Location"] == f"/desk/cases/{case.id}/"
    mine = text(client_of(town, "G001").get("/field/tip/"))
    assert "已转为事件" in mine and f"/field/case/{case.id}/" in mine


def test_a_tip_of_another_desk_or_worker_looks_like_none(town: CaseTown) -> None:
    tip = noted(town)
    other = "S002" if tip.desk_id == town.org("street-1") else "S001"

    assert client_of(town, other).get(f"/desk/tips/{tip.id}/").status_code == 404
    photo = uuid.uuid4()
    assert client_of(town, "G002").get(f"/field/tip/{tip.id}/photo/{photo}/").status_code == 404
    assert "灯连亮三晚" not in text(client_of(town, "G002").get("/field/tip/"))


def test_an_empty_tip_is_refused_with_a_sentence(town: CaseTown) -> None:
    worker = client_of(town, "G001")

    answer = worker.post("/field/tip/", {"client_id": form_id(worker, "/field/tip/")})

    assert answer.status_code == 422 and 'id="words-error"' in text(answer)
    assert Tip.objects.count() == 0


# --- on site --------------------------------------------------------------------------------------


def helped(town: CaseTown) -> Case:
    """In the hands of the municipal works, the place's community helping."""
    case = walking.walk(town, "submitted")
    case = actions.accept_and_dispatch(
        case.id,
        by=town.viewer("S001"),
        version=case.version,
        condition=walking.RATTLING,
        lead=town.org("mun"),
        helpers=[town.viewer(near(town, case)).organisation_id],
        at=MONDAY + timedelta(hours=1),
    )
    by = town.viewer("M001")
    return actions.acknowledge_case(
        case.id, by=by, version=case.version, at=MONDAY + timedelta(hours=2)
    )


def test_home_lists_what_may_be_joined_and_the_visit_stands_in_the_event(town: CaseTown) -> None:
    with clock.frozen(NOON):
        case = helped(town)
        worker = client_of(town, near(town, case))
        home = text(worker.get("/field/"))
        page = text(worker.get(f"/field/case/{case.id}/"))
        sent = {
            "version": case.version,
            "came": [str(town.org("mun"))],
            "words": "一起看过",
            "photos": [picture()],
        }

        answer = worker.post(f"/field/case/{case.id}/", sent)

    assert "协同到场" in home and f"/field/case/{case.id}/" in home
    assert "区市政局" in page and walking.WORDS in page
    assert answer.status_code == 303
    line = journal.happened("case.joined_on_site", [case.id])[0]
    assert line.details["came"] == [str(town.org("mun"))]
    shown = text(client_of(town, "M001").get(f"/desk/cases/{case.id}/"))
    assert "一起看过" in shown


def test_what_arrived_is_kept_on_the_phone_no_longer(town: CaseTown) -> None:
    with clock.frozen(NOON):
        case = helped(town)
        worker = client_of(town, near(town, case))
        page = text(worker.get(f"/field/case/{case.id}/"))
        (draft,) = re.findall(r'data-draft-key-value="(join[^"]+)"', page)
        sent = {"version": case.version, "came": [str(town.org("mun"))], "words": "一起看过"}

        answer = worker.post(f"/field/case/{case.id}/", sent)
        after = text(worker.get(answer["Location"]))

    cleared = f'data-draft-key-value="{draft}" data-draft-clear-value="true"'
    assert cleared not in page and cleared in after
    assert 'data-draft-alive-value="/healthz"' in page  # nothing is sent where nothing arrives


def test_nobody_ticked_brings_the_form_back_with_the_words(town: CaseTown) -> None:
    with clock.frozen(NOON):
        case = helped(town)
        worker = client_of(town, near(town, case))

        answer = worker.post(
            f"/field/case/{case.id}/", {"version": case.version, "words": "一起看过"}
        )

    assert answer.status_code == 422 and "一起看过" in text(answer)
    assert not journal.happened("case.joined_on_site", [case.id])


def test_an_event_on_other_ground_looks_like_none(town: CaseTown) -> None:
    case = walking.walk(town, "submitted")
    far = next(n for n in ("G001", "G008") if town.viewer(n).area_id not in case.chain)

    assert client_of(town, far).get(f"/field/case/{case.id}/").status_code == 404


# --- calling in person ----------------------------------------------------------------------------


def to_call(town: CaseTown) -> tuple[Case, Answer]:
    """A reporter waits to be asked; the desk hands the call to the worker of the place."""
    case = walking.walk(town, "callback_pending")
    asked = Answer.objects.get(report__case=case)
    sent = {
        "version": case.version,
        "report": str(asked.report_id),
        "outcome": "visit",
        "worker": str(town.town.posts[near(town, case)]),
    }
    answer = client_of(town, "S001").post(f"/desk/cases/{case.id}/step/log_call/", sent)
    assert answer.status_code == 303
    asked.refresh_from_db()
    case.refresh_from_db()
    return case, asked


def test_a_call_in_person_from_the_desk_to_the_door_and_back(town: CaseTown) -> None:
    with clock.frozen(NOON):
        case, asked = to_call(town)
        worker = client_of(town, near(town, case))
        home = text(worker.get("/field/"))
        page = text(worker.get(f"/field/call/{asked.id}/"))
        shown = worker.post(f"/field/call/{asked.id}/number/")
        sent = {"version": case.version, "outcome": "solved", "rating": "5", "words": "说很满意"}

        answer = worker.post(f"/field/call/{asked.id}/", sent)
        desk = text(client_of(town, "S001").get(f"/desk/cases/{case.id}/"))
        after = worker.get(f"/field/call/{asked.id}/").status_code
        solved = text(worker.get("/field/solved/"))

    assert "待我回访" in home and f"/field/call/{asked.id}/" in home
    assert "13800138000" not in page and "三个井盖已更换胶垫并固定" in page
    assert "13800138000" in text(shown) and "no-store" in shown["Cache-Control"]
    assert (answer.status_code, answer["Location"]) == (303, "/field/")
    case.refresh_from_db()
    asked.refresh_from_db()
    assert (case.state, asked.answer, asked.via) == ("closed", "solved", "visit")
    assert after == 409
    assert "说很满意" in desk
    assert f"/field/case/{case.id}/" in solved


def test_the_page_with_a_number_opens_again_without_it(town: CaseTown) -> None:
    with clock.frozen(NOON):
        case, asked = to_call(town)
        worker = client_of(town, near(town, case))
        worker.post(f"/field/call/{asked.id}/number/")

        again = worker.get(f"/field/call/{asked.id}/number/")

    assert (again.status_code, again["Location"]) == (302, f"/field/call/{asked.id}/")


def test_whoever_is_asked_to_call_is_told_in_their_inbox(town: CaseTown) -> None:
    with clock.frozen(NOON):
        case, _asked = to_call(town)
        run_jobs()
        worker = client_of(town, near(town, case))

        assert "请上门回访" in text(worker.get("/field/inbox/"))


def test_a_call_of_somebody_else_looks_like_none(town: CaseTown) -> None:
    with clock.frozen(NOON):
        case, asked = to_call(town)
        far = next(n for n in ("G001", "G008") if n != near(town, case))
        other = client_of(town, far)

        assert other.get(f"/field/call/{asked.id}/").status_code == 404
        assert other.post(f"/field/call/{asked.id}/number/").status_code == 404


def test_the_desk_takes_a_handed_call_back_and_the_worker_is_told(town: CaseTown) -> None:
    with clock.frozen(NOON):
        case, asked = to_call(town)
        desk, worker = client_of(town, "S001"), client_of(town, near(town, case))
        offered = text(desk.get(f"/desk/cases/{case.id}/"))
        sent = {
            "version": case.version,
            "report": str(asked.report_id),
            "outcome": "take_back",
        }

        answer = desk.post(f"/desk/cases/{case.id}/step/log_call/", sent)

        run_jobs()
        after = worker.get(f"/field/call/{asked.id}/").status_code
        told = text(worker.get("/field/inbox/"))
        again = text(desk.get(f"/desk/cases/{case.id}/"))

    assert 'value="take_back"' in offered and 'value="take_back"' not in again
    assert (answer.status_code, after) == (303, 409)
    assert "不用上门回访了" in told
    asked.refresh_from_db()
    assert asked.handed_to is None


def test_a_promised_call_is_typed_at_the_desk_and_stands_on_the_page_of_the_shift(
    town: CaseTown,
) -> None:
    with clock.frozen(NOON):
        case = walking.walk(town, "handling")
        desk = client_of(town, "S001")
        sent = {
            "version": case.version,
            "call": "out",
            "reached": "yes",
            "words": "明天再打",
            "promised": "2026-11-10T09:30",
        }

        wrong = desk.post(f"/desk/cases/{case.id}/step/contact/", {**sent, "promised": "明天"})
        answer = desk.post(f"/desk/cases/{case.id}/step/contact/", sent)
        page = text(desk.get("/desk/shift/"))
        form = text(desk.get(f"/desk/cases/{case.id}/"))

    assert (wrong.status_code, answer.status_code) == (422, 303)
    assert "已答应" in page and "9:30" in page
    assert "9:30" in form
    case.refresh_from_db()
    assert case.word_by == datetime(2026, 11, 10, 1, 30, tzinfo=UTC)


def test_the_desk_names_a_worker_when_it_hands_a_call_over(town: CaseTown) -> None:
    with clock.frozen(NOON):
        case = walking.walk(town, "callback_pending")
        sent = {
            "version": case.version,
            "report": str(Report.objects.get(case=case).id),
            "outcome": "visit",
        }

        answer = client_of(town, "S001").post(f"/desk/cases/{case.id}/step/log_call/", sent)

    assert answer.status_code == 422
    assert Answer.objects.get(report__case=case).handed_to is None


# --- my grid --------------------------------------------------------------------------------------


def test_my_grid_shows_who_answers_and_what_is_open(town: CaseTown) -> None:
    with clock.frozen(NOON):
        case = walking.walk(town, "dispatched")
        number = near(town, case)
        worker = client_of(town, number)
        page = text(worker.get("/field/grid/"))
        shapes = worker.get("/field/grid/shapes.json").json()
        home = text(worker.get("/field/"))

    assert town.viewer(number).person_name in page
    assert f"/field/case/{case.id}/" in page and "/account/tasks/" in page
    assert shapes["type"] == "FeatureCollection" and len(shapes["features"]) >= 1
    assert "网格新事件" in home and f"/field/case/{case.id}/" in home


def test_more_events_on_my_ground_cost_no_more_statements(town: CaseTown) -> None:
    with clock.frozen(NOON):
        walking.walk(town, "submitted")
        case = Case.objects.get()
        worker = client_of(town, near(town, case))
        home, grid = statements(worker, "/field/"), statements(worker, "/field/grid/")
        for minute in range(4):
            walking.submit(at=MONDAY + timedelta(minutes=minute + 5))

        assert statements(worker, "/field/") == home
        assert statements(worker, "/field/grid/") == grid


# --- weight ---------------------------------------------------------------------------------------

BUDGET = 200 * 1024  # HTML, styles and scripts as they travel; fonts come once and stay


@pytest.mark.skipif(not MANIFEST.exists(), reason="the front end is not built")
def test_the_first_page_weighs_little_on_a_weak_network(town: CaseTown) -> None:
    with clock.frozen(NOON):
        for minute in range(8):
            walking.submit(at=MONDAY + timedelta(minutes=minute))
        case = walking.walk(town, "closure_checking")
        page = client_of(town, near(town, case)).get("/field/").content

    loaded = re.findall(r'(?:href|src)="([^"]+\.(?:css|js))"', page.decode())
    weights = {name: len(gzip.compress(static_file(name).read_bytes(), 6)) for name in loaded}
    weights["HTML"] = len(gzip.compress(page, 6))
    assert {name.rsplit(".", 1)[-1] for name in weights} == {"css", "js", "HTML"}
    assert sum(weights.values()) < BUDGET, weights


def static_file(address: str) -> Path:
    """The built file behind an address; nothing else is loaded with it at once."""
    return MANIFEST.parent / address.split("/gridward/", 1)[1]


def test_ones_own_account_is_one_tap_away(town: CaseTown) -> None:
    assert 'href="/account/"' in text(client_of(town, "G001").get("/field/"))
    assert 'href="/account/"' in text(client_of(town, "S001").get("/desk/"))
