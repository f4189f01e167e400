"""A grid worker's pages: my checks, one check on site, a report."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cases import walking
from tests.cases.walking import MONDAY, CaseTown, case_town
from tests.web.signing import client_of

from gridward.cases.models import Case, Submission
from gridward.core import clock
from gridward.tasks import queries as tasks


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


def worker_of(town: CaseTown, case: Case) -> str:
    """The staff number of whoever was asked to check this case."""
    (task,) = tasks.tasks_about([case.id])[case.id]
    return next(n for n, post in town.town.posts.items() if post == task.assignee_id)


def test_a_check_that_waits_is_listed_and_can_be_handed_in_with_a_photo(town: CaseTown) -> None:
    with clock.frozen(MONDAY + timedelta(hours=4)):
        case = walking.walk(town, "closure_checking")
        (task,) = tasks.tasks_about([case.id])[case.id]
        worker = client_of(town, worker_of(town, case))
        listed = worker.get("/field/").content.decode()
        page = worker.get(f"/field/check/{task.id}/").content.decode()
        photo = SimpleUploadedFile("photo.jpg", walking.photo(), "image/jpeg")
        sent = {"version": task.version, "result": "passed", "photos": [photo]}

        answer = worker.post(f"/field/check/{task.id}/", sent)

    assert f"/field/check/{task.id}/" in listed
    assert walking.WORDS in page and "13800138000" not in page
    assert (answer.status_code, answer["Location"]) == (303, "/field/")
    case.refresh_from_db()
    assert case.state == "disposed"


def test_not_put_right_needs_words_and_what_was_chosen_stays(town: CaseTown) -> None:
    with clock.frozen(MONDAY + timedelta(hours=4)):
        case = walking.walk(town, "closure_checking")
        (task,) = tasks.tasks_about([case.id])[case.id]
        worker = client_of(town, worker_of(town, case))

        answer = worker.post(
            f"/field/check/{task.id}/", {"version": task.version, "result": "not_passed"}
        )

    page = answer.content.decode()
    assert 'role="alert" tabindex="-1" autofocus' in page  # far down, and seen first
    assert answer.status_code >= 400
    assert re.search(r'value="not_passed" checked', page)
    case.refresh_from_db()
    assert case.state == "closure_checking"


def test_a_check_of_somebody_else_looks_like_none(town: CaseTown) -> None:
    with clock.frozen(MONDAY + timedelta(hours=4)):
        case = walking.walk(town, "closure_checking")
        (task,) = tasks.tasks_about([case.id])[case.id]
        mine = worker_of(town, case)
        other = next(n for n in town.town.posts if n.startswith("G") and n != mine)

        assert client_of(town, other).get(f"/field/check/{task.id}/").status_code == 404


def test_a_worker_reports_what_they_see_and_gets_the_number(town: CaseTown) -> None:
    worker = client_of(town, "G001")
    page = worker.get("/field/report/").content.decode()
    client_id = re.findall(r'name="client_id" value="([^"]+)"', page)[0]
    sent = {"client_id": client_id, "words": "护栏松动", "lng": "113.103", "lat": "22.617"}

    answer = worker.post("/field/report/", sent, follow=True)

    submission = Submission.objects.get()
    number = submission.receipt
    assert f"{number[:4]} {number[4:8]} {number[8:]}" in answer.content.decode()
    assert (submission.channel, submission.reporter_kind) == ("field", "worker")


def test_with_nothing_to_check_the_page_says_so(town: CaseTown) -> None:
    page = client_of(town, "G001").get("/field/").content.decode()

    assert "都办完了，歇一会儿吧" in page


def test_visitors_are_sent_to_sign_in(town: CaseTown) -> None:
    assert Client().get("/field/")["Location"].startswith("/account/sign-in/")


def test_a_check_that_was_handed_in_has_no_clock_and_is_no_success_when_it_failed(
    town: CaseTown,
) -> None:
    with clock.frozen(MONDAY + timedelta(hours=4)):
        case = walking.walk(town, "closure_checking")
        (task,) = tasks.tasks_about([case.id])[case.id]
        worker = client_of(town, worker_of(town, case))
        address = f"/field/check/{task.id}/"
        before = worker.get(address).content.decode()
        sent = {"version": task.version, "result": "not_passed", "words": "还在响"}

        worker.post(address, sent)
    with clock.frozen(MONDAY + timedelta(days=3)):
        after = client_of(town, worker_of(town, case)).get(address).content.decode()

    assert "还有什么问题，或为什么无法核实</label>" in before  # needed where it is shown
    assert "已超期" not in after
    assert 'class="gw-alert is-warn"' in after and 'class="gw-alert is-good"' not in after
