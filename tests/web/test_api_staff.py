"""The staff's half of the API: tokens, lists, versions, repeated requests, restricted events."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cases.walking import MONDAY, RATTLING, CaseTown, case_of, case_town, photo, submit, walk

from gridward.access import actions as access
from gridward.cases import actions
from gridward.cases.models import Case
from gridward.core import clock
from gridward.journal.models import Entry
from gridward.web.api import tokens

API = "/api/v1"


@pytest.fixture(autouse=True)
def fresh_windows() -> None:
    tokens._windows.clear()


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


class Program:
    """A program with the personal token of a member of staff."""

    def __init__(self, town: CaseTown, number: str, *scopes: str) -> None:
        viewer = town.viewer(number)
        wanted = scopes or sorted(viewer.capabilities)
        self.id, self.token = access.issue_token(viewer, name="test", scopes=wanted)
        self.client = Client(
            headers={"authorization": f"Bearer {self.token}", "accept-language": "en"}
        )

    def get(self, path: str) -> Any:
        return self.client.get(API + path)

    def post(self, path: str, body: dict[str, Any], version: int | None = None) -> Any:
        headers = {} if version is None else {"if-match": f'"{version}"'}
        return self.client.post(
            API + path, json.dumps(body), content_type="application/json", headers=headers
        )

    def take(self, case: Case, key: str, body: dict[str, Any], version: int | None = None) -> Any:
        asked = case.version if version is None else version
        return self.post(f"/cases/{case.id}/steps/{key}", body, asked)


def is_problem(answer: Any, status: int, code: str) -> bool:
    body = answer.json()
    return (answer.status_code, answer["Content-Type"], body["code"], body["status"]) == (
        status,
        "application/problem+json",
        code,
        status,
    )


# --- who calls ----------------------------------------------------------------------------------


def test_without_a_token_one_is_told_to_bring_one(town: CaseTown, client: Client) -> None:
    answer = client.get(f"{API}/cases")

    assert is_problem(answer, 401, "token_missing")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_an_expired_and_a_withdrawn_token_open_nothing(town: CaseTown) -> None:
    program = Program(town, "S001")
    wrong = Client(headers={"authorization": "Bearer gwt_nonsense"})
    assert is_problem(wrong.get(f"{API}/me"), 401, "bad_token")
    assert program.get("/me").status_code == 200

    access.withdraw_token(town.viewer("S001"), program.id)

    assert is_problem(program.get("/me"), 401, "bad_token")


def test_a_token_says_whose_it_is_and_does_no_more_than_its_scopes(town: CaseTown) -> None:
    program = Program(town, "S001", "case.see")
    case = walk(town, "submitted")

    me = program.get("/me").json()
    refused = program.take(case, "accept_dispatch", {"condition": RATTLING})

    assert (me["name"], me["role"], me["scopes"]) == ("街道员1", "street_desk", ["case.see"])
    assert refused.status_code in (403, 409)
    assert Case.objects.get().version == case.version


def test_a_token_without_the_right_to_see_lists_nothing(town: CaseTown) -> None:
    program = Program(town, "S001", "case.accept")

    assert is_problem(program.get("/cases"), 403, "not_allowed")


def test_beyond_the_limit_a_token_waits_and_others_go_on(town: CaseTown, settings: Any) -> None:
    settings.GRIDWARD_API_CALLS_A_MINUTE = 3
    busy, other = Program(town, "S001"), Program(town, "S002")
    for _ in range(3):
        assert busy.get("/me").status_code == 200

    assert is_problem(busy.get("/me"), 429, "too_many_calls")
    assert other.get("/me").status_code == 200


# --- lists and one event --------------------------------------------------------------------------


def test_the_list_holds_what_the_post_may_see_page_after_page(town: CaseTown) -> None:
    cases = [case_of(submit(at=MONDAY + timedelta(minutes=n))) for n in range(5)]
    program, elsewhere = Program(town, "S001"), Program(town, "S002")

    found, cursor = [], ""
    for _ in range(3):
        page = program.get(f"/cases?limit=2&order=newest&cursor={cursor}").json()
        found += [item["id"] for item in page["items"]]
        cursor = page["cursor"] or ""

    assert found == [str(case.id) for case in reversed(cases)]
    assert cursor == ""
    assert elsewhere.get("/cases").json() == {"items": [], "cursor": None}


def test_filters_narrow_and_an_unknown_area_has_no_events(town: CaseTown) -> None:
    walk(town, "dispatched")
    case = walk(town, "submitted")
    program = Program(town, "S001")

    by_state = program.get("/cases?state=submitted").json()["items"]
    by_words = program.get("/cases?query=井盖").json()["items"]

    assert [item["id"] for item in by_state] == [str(case.id)]
    assert len(by_words) == 2
    assert program.get("/cases?area=999999").json()["items"] == []
    assert is_problem(program.get("/cases?cursor=nonsense"), 422, "bad_input")
    assert is_problem(program.get("/cases?limit=0"), 422, "bad_input")


def test_a_list_costs_the_same_for_two_events_and_for_twelve(town: CaseTown) -> None:
    program = Program(town, "S001")

    def cost() -> int:
        program.get("/cases")
        with CaptureQueriesContext(connection) as captured:
            program.get("/cases")
        return len(captured)

    for n in range(2):
        submit(at=MONDAY + timedelta(minutes=n))
    few = cost()
    for n in range(10):
        submit(at=MONDAY + timedelta(hours=1, minutes=n))

    assert cost() == few


def test_an_event_has_its_version_as_etag_and_never_a_telephone_number(town: CaseTown) -> None:
    case = walk(town, "handling")
    program = Program(town, "S001")

    answer = program.get(f"/cases/{case.id}")

    body = answer.json()
    assert answer["ETag"] == f'"{case.version}"'
    assert (body["number"], body["state"]) == (case.number, "handling")
    assert body["reports_in_it"][0]["has_contact"] is True
    assert "13800138000" not in answer.content.decode()
    assert [entry["what"] for entry in body["timeline"]][:2] != []


def test_an_event_of_elsewhere_and_none_look_the_same(town: CaseTown) -> None:
    case = walk(town, "submitted")
    program = Program(town, "S002")

    elsewhere = program.get(f"/cases/{case.id}")
    nowhere = program.get(f"/cases/{uuid.uuid4()}")

    assert is_problem(elsewhere, 404, "not_found") and is_problem(nowhere, 404, "not_found")
    first, second = elsewhere.json(), nowhere.json()
    assert {**first, "request": ""} == {**second, "request": ""}


def test_a_restricted_event_is_not_there_even_for_who_may_open_it_by_hand(town: CaseTown) -> None:
    case = walk(town, "submitted")
    Case.objects.filter(id=case.id).update(sensitivity=3)
    chief = Program(town, "D002")

    assert chief.get("/cases?order=newest").json()["items"] == []
    for path in (f"/cases/{case.id}", f"/cases/{case.id}/steps"):
        assert is_problem(chief.get(path), 404, "not_found")
    assert is_problem(chief.take(case, "void", {"reason": "test"}), 404, "not_found")


# --- steps ----------------------------------------------------------------------------------------


def test_the_steps_say_what_each_asks_for_and_the_example_is_taken(town: CaseTown) -> None:
    case = walk(town, "submitted")
    program = Program(town, "S001")

    steps = program.get(f"/cases/{case.id}/steps")
    first = next(s for s in steps.json()["steps"] if s["key"] == "accept_dispatch")
    done = program.post(
        f"/cases/{case.id}/steps/accept_dispatch", first["example"], steps.json()["version"]
    )

    assert [i["name"] for i in first["inputs"] if i["required"]] == ["condition", "lead"]
    assert done.status_code == 200, done.content
    now = Case.objects.get()
    assert (done.json()["state"], done["ETag"]) == (now.state, f'"{now.version}"')
    assert now.lead_id == town.org("mun-1") or now.lead_id == town.org("mun")


def test_a_step_without_a_version_is_asked_for_it_and_changes_nothing(town: CaseTown) -> None:
    case = walk(town, "dispatched")
    program = Program(town, "M001")
    before = Entry.objects.count()

    answer = program.post(f"/cases/{case.id}/steps/acknowledge", {})
    star = program.client.post(
        f"{API}/cases/{case.id}/steps/acknowledge",
        "{}",
        content_type="application/json",
        headers={"if-match": "*"},
    )

    assert is_problem(answer, 428, "version_missing") and is_problem(star, 428, "version_missing")
    assert Entry.objects.count() == before


def test_an_outdated_version_says_who_acted_and_changes_nothing(town: CaseTown) -> None:
    case = walk(town, "dispatched")
    version = case.version
    actions.acknowledge_case(case.id, by=town.viewer("M001"), version=version)
    program = Program(town, "M001")
    before = Entry.objects.count()

    answer = program.take(case, "progress", {"words": "明天上午换胶垫"}, version)

    assert is_problem(answer, 412, "changed")
    assert "市政员" in answer.json()["detail"]
    assert Entry.objects.count() == before


def test_the_same_request_twice_is_one_step(town: CaseTown) -> None:
    case = walk(town, "dispatched")
    program = Program(town, "M001")
    body = {"client_id": "sync-0001"}

    first = program.take(case, "acknowledge", body)
    again = program.take(case, "acknowledge", body)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert Entry.objects.filter(verb="case.acknowledged").count() == 1
    # other content under the same id is refused
    other = program.post(
        f"/cases/{case.id}/steps/progress",
        {"client_id": "sync-0001", "words": "x"},
        first.json()["version"],
    )
    assert is_problem(other, 409, "client_id_used")


@pytest.mark.parametrize("name", ["helpers", "informed"])
def test_an_organisation_that_nobody_knows_is_refused_by_its_input(
    town: CaseTown, name: str
) -> None:
    case = walk(town, "submitted")
    program = Program(town, "S001")
    example = program.get(f"/cases/{case.id}/steps").json()["steps"]
    body = next(s for s in example if s["key"] == "accept_dispatch")["example"]

    answer = program.take(case, "accept_dispatch", {**body, name: [str(uuid.uuid4())]})

    assert is_problem(answer, 422, "bad_input")
    assert list(answer.json()["fields"]) == [name]
    assert Case.objects.get().version == case.version


def test_an_unknown_input_and_broken_json_are_refused_as_problems(town: CaseTown) -> None:
    case = walk(town, "dispatched")
    program = Program(town, "M001")

    unknown = program.take(case, "acknowledge", {"colour": "blue"})
    broken = program.client.post(
        f"{API}/cases/{case.id}/steps/acknowledge",
        "{",
        content_type="application/json",
        headers={"if-match": '"1"'},
    )

    assert is_problem(unknown, 422, "bad_input")
    assert is_problem(broken, 400, "bad_request")
    assert Case.objects.get().version == case.version


def test_a_call_may_promise_another_one_by_a_moment_with_its_zone(town: CaseTown) -> None:
    program = Program(town, "S001")
    case = walk(town, "submitted", at=clock.now())
    by = (clock.now() + timedelta(days=1)).replace(microsecond=0)
    call = {"call": "out", "reached": True, "words": "明天再来电", "promised": by.isoformat()}

    inputs = {
        one["key"]: {each["name"]: each["kind"] for each in one["inputs"]}
        for one in program.get(f"/cases/{case.id}/steps").json()["steps"]
    }
    zoneless = program.take(case, "contact", call | {"promised": by.isoformat()[:19]})
    taken = program.take(case, "contact", call)

    assert inputs["contact"]["promised"] == "moment"
    assert zoneless.status_code == 422 and taken.status_code == 200
    assert Case.objects.get().word_by == by


def test_a_photo_staged_with_the_token_proves_the_work(town: CaseTown) -> None:
    case = walk(town, "handling")
    program = Program(town, "M001")
    upload = SimpleUploadedFile("x.jpg", photo(), "image/jpeg")
    staged = program.client.post(f"{API}/uploads/staff", {"photo": upload})
    body = {
        "internal": "更换胶垫三个",
        "reply": "三个井盖已固定",
        "close_type": "resolved",
        "photos": [staged.json()["id"]],
    }

    done = program.take(case, "dispose", body)

    assert (staged.status_code, done.status_code) == (201, 200), done.content
    assert done.json()["state"] == "disposed"


# --- tasks and the catalogue ----------------------------------------------------------------------


def test_a_grid_worker_answers_a_task_from_a_program(town: CaseTown) -> None:
    walk(town, "closure_checking")
    workers = [Program(town, f"G00{n}") for n in range(1, 9)]
    program = next(w for w in workers if w.get("/tasks").json()["items"])
    (task,) = program.get("/tasks").json()["items"]

    missing = program.post(f"/tasks/{task['id']}/answer", {"result": "passed"})
    done = program.post(f"/tasks/{task['id']}/answer", {"result": "passed"}, task["version"])
    late = program.post(f"/tasks/{task['id']}/answer", {"result": "passed"}, task["version"])

    assert "passed" in task["results"]
    assert is_problem(missing, 428, "version_missing")
    assert done.status_code == 200, done.content
    assert late.status_code in (404, 409, 412)
    assert Entry.objects.filter(verb="task.handed_in").count() == 1


def test_the_catalogue_leaves_restricted_matters_out(town: CaseTown) -> None:
    found = Program(town, "G001").get("/catalogue/matters").json()

    keys = {item["key"] for item in found["items"]}
    assert "manhole" in keys
    assert all(item["conditions"] for item in found["items"])


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/nowhere", 404, "page_not_found"),
        ("delete", "/cases", 405, "method_not_allowed"),
        ("get", "/cases/not-a-uuid", 422, "bad_input"),
    ],
)
def test_every_refusal_is_a_problem_document(
    town: CaseTown, method: str, path: str, status: int, code: str
) -> None:
    program = Program(town, "S001")

    answer = getattr(program.client, method)(API + path)

    assert is_problem(answer, status, code)
    assert answer.json()["detail"]
