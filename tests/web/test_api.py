"""Programs report and follow: client ids, receipts, problems."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cases.walking import HERE, WORDS, CaseTown, case_town, photo

from gridward.cases.models import Case, Submission


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


def post(client: Client, **changed: Any) -> Any:
    body = {
        "client_id": "client-0001",
        "text": WORDS,
        "lng": HERE.lng,
        "lat": HERE.lat,
        "matter": "manhole",
        "contact": {"phone": "13800138000"},
        **changed,
    }
    return client.post(
        "/api/v1/reports",
        json.dumps(body),
        content_type="application/json",
        headers={"accept-language": "en"},
    )


def test_a_report_gets_a_receipt_a_code_and_its_areas(client: Client, town: CaseTown) -> None:
    answer = post(client)

    assert answer.status_code == 201
    body = answer.json()
    assert [area["level"] for area in body["areas"]] == [1, 2, 3, 4]
    assert Case.objects.get().number == body["case_number"]


def test_the_same_body_again_answers_the_same(client: Client, town: CaseTown) -> None:
    first, second = post(client), post(client)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Submission.objects.count() == 1


def test_another_body_under_the_same_client_id_is_a_conflict(
    client: Client, town: CaseTown
) -> None:
    post(client)

    answer = post(client, text="something else")

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "client_id_taken"
    assert Submission.objects.count() == 1


def test_the_receipt_and_its_code_open_the_report(client: Client, town: CaseTown) -> None:
    made = post(client).json()

    answer = client.get(
        f"/api/v1/reports/{made['receipt']}", headers={"x-receipt-code": made["code"]}
    )

    assert answer.status_code == 200
    assert answer.json()["stage"] == "submitted"
    assert [item["what"] for item in answer.json()["timeline"]] == ["report.submitted"]


@pytest.mark.parametrize("code", ["", "AAAAAA"])
def test_a_guessed_code_and_a_guessed_receipt_look_alike(
    client: Client, town: CaseTown, code: str
) -> None:
    made = post(client).json()

    wrong_code = client.get(f"/api/v1/reports/{made['receipt']}", headers={"x-receipt-code": code})
    wrong_receipt = client.get("/api/v1/reports/990000000000", headers={"x-receipt-code": "AAAAAA"})

    assert wrong_code.status_code == wrong_receipt.status_code == 404
    assert wrong_code.json()["detail"] == wrong_receipt.json()["detail"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"text": ""}, "nothing_said"),
        ({"lng": 22.6, "lat": 113.1}, "bad_input"),
        ({"lat": None}, "place_out_of_range"),
        ({"datum": "mars"}, "bad_input"),
        ({"matter": "unknown_thing"}, "not_in_catalogue"),
        ({"photos": [str(uuid.uuid4())]}, "file_gone"),
        ({"client_id": "x"}, "bad_input"),
        ({"surprise": 1}, "bad_input"),
    ],
)
def test_bad_input_is_a_problem_and_leaves_nothing(
    client: Client, town: CaseTown, changed: dict[str, Any], code: str
) -> None:
    answer = post(client, **changed)

    assert answer.status_code in (404, 409, 410, 422), answer.content
    assert answer.json()["code"] == code
    assert Submission.objects.count() == 0


def test_a_photo_is_staged_and_linked_by_its_own_report_only(
    client: Client, town: CaseTown
) -> None:
    staged = client.post(
        "/api/v1/uploads?client_id=client-0001",
        {"photo": SimpleUploadedFile("a.jpg", photo(), "image/jpeg")},
    ).json()

    foreign = post(client, client_id="client-0002", photos=[staged["id"]])
    own = post(client, photos=[staged["id"]])

    assert (foreign.status_code, own.status_code) == (404, 201)


def test_the_openapi_document_names_the_operations(client: Client, town: CaseTown) -> None:
    document = client.get("/api/v1/openapi.json").json()

    assert set(document["paths"]) == {
        "/api/v1/uploads",
        "/api/v1/uploads/staff",
        "/api/v1/notice",
        "/api/v1/reports",
        "/api/v1/reports/{receipt}",
        "/api/v1/me",
        "/api/v1/cases",
        "/api/v1/cases/{case_id}",
        "/api/v1/cases/{case_id}/steps",
        "/api/v1/cases/{case_id}/steps/{key}",
        "/api/v1/tasks",
        "/api/v1/tasks/{task_id}/answer",
        "/api/v1/catalogue/matters",
    }
