"""A refusal as a page, as a part of a page and as problem+json."""

import json
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils.translation import gettext_lazy as _

from gridward.core.errors import BadInput, Problem
from gridward.web.entrance import entrance
from gridward.web.problems import OurFault, problem_document
from gridward.web.urls import urlpatterns as product


class TooMany(Problem):
    code = "too_many"
    status = 409
    text = _("%(count)s <b>are</b> too many.")


@entrance("everybody")
def refuse(request: HttpRequest) -> HttpResponse:
    raise TooMany(count=3)


@entrance("everybody")
def fields(request: HttpRequest) -> HttpResponse:
    raise BadInput({"place": "Say where."})


@entrance("everybody")
def fall(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("Zhang San, 13800000000")


urlpatterns = [
    path("refuse", refuse),
    path("api/v1/refuse", refuse),
    path("api/v1/fields", fields),
    path("fall", fall),
    path("api/v1/fall", fall),
    *product,
]
handler404 = "gridward.web.problems.not_found"
handler500 = "gridward.web.problems.our_fault"
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def test_a_program_is_told_with_a_code(client: Client) -> None:
    answer = client.get("/api/v1/refuse", headers={"x-request-id": "abcd-1234"})

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content) == {
        "type": "urn:gridward:problem:too_many",
        "title": "too many",
        "status": 409,
        "detail": "3 <b>are</b> too many.",
        "code": "too_many",
        "request": "abcd-1234",
    }


def test_json_is_told_to_whoever_asks_for_it_anywhere(client: Client) -> None:
    answer = client.get("/refuse", headers={"accept": "application/json"})

    assert answer.json()["code"] == "too_many"


def test_fields_are_named_to_a_program(client: Client) -> None:
    answer = client.get("/api/v1/fields")

    assert answer.status_code == 422
    assert answer.json()["fields"] == {"place": "Say where."}


def test_a_person_gets_a_page_with_the_sentence_escaped(client: Client) -> None:
    answer = client.get("/refuse", headers={"accept-language": "en"})
    text = answer.content.decode()

    assert answer.status_code == 409
    assert "3 &lt;b&gt;are&lt;/b&gt; too many." in text
    assert "<html" in text
    assert answer["Cache-Control"] == "no-store"


def test_htmx_gets_a_part_that_says_where_it_goes(client: Client) -> None:
    answer = client.get("/refuse", headers={"hx-request": "true", "accept-language": "en"})
    text = answer.content.decode()

    assert "3 &lt;b&gt;are&lt;/b&gt; too many." in text
    assert "<html" not in text
    assert answer["HX-Retarget"] == "#problem"


def test_a_fault_of_ours_tells_the_request_id_and_nothing_of_the_fault(client: Client) -> None:
    client.raise_request_exception = False
    for address in ("/fall", "/api/v1/fall"):
        answer = client.get(address, headers={"x-request-id": "abcd-1234"})
        text = answer.content.decode()

        assert answer.status_code == 500
        assert "abcd-1234" in text
        assert "Zhang" not in text


def test_an_unknown_address_is_a_page_too(client: Client) -> None:
    answer = client.get("/nowhere", headers={"accept-language": "en"})

    assert answer.status_code == 404
    assert "There is no page at this address." in answer.content.decode()


def test_a_page_about_a_problem_never_fails_itself(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> str:
        raise ValueError

    monkeypatch.setattr("gridward.web.problems.render_to_string", broken)
    answer = client.get("/refuse", headers={"accept-language": "en"})

    assert answer.status_code == 409
    assert "3 &lt;b&gt;are&lt;/b&gt; too many." in answer.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_a_document_has_the_request_of_its_request(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.META["gridward.request_id"] = "one"

    assert problem_document(request, OurFault())["request"] == "one"


def test_a_page_that_follows_a_form_says_so_when_it_is_opened_by_itself(client: Client) -> None:
    answer = client.get("/report/near/", headers={"accept-language": "zh-CN"})

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "这个页面在提交之后才会出现" in answer.content.decode()


def test_the_language_is_changed_where_the_form_stood(client: Client) -> None:
    page = client.post(
        "/account/demo/",
        headers={"origin": "http://testserver", "referer": "http://testserver/account/sign-in/"},
    ).content.decode()

    assert 'name="next" value="/account/sign-in/"' in page
