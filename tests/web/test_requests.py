"""Ids, contexts and log lines of requests."""

import contextvars
import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from gridward.web import logs
from gridward.web.entrance import entrance
from gridward.web.urls import urlpatterns as product

SECRET = "Zhang San 13800000000"
seen: contextvars.ContextVar[str] = contextvars.ContextVar("seen", default="nothing")


@entrance("everybody")
def remember(request: HttpRequest, number: str) -> HttpResponse:
    before = seen.get()
    seen.set(number)
    return HttpResponse(before)


@entrance("everybody")
def fall(request: HttpRequest) -> HttpResponse:
    raise ValueError(SECRET)


urlpatterns = [path("remember/<number>", remember), path("fall", fall), *product]
handler500 = "gridward.web.problems.our_fault"
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the log writes in real use."""
    written = io.StringIO()
    config = logs.config(debug=False)
    config["handlers"]["stderr"]["stream"] = written
    logging.config.dictConfig(config)
    yield written
    logging.config.dictConfig(logs.config(debug=False))


def told(written: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_request_gets_an_id(client: Client) -> None:
    first, second = client.get("/remember/1"), client.get("/remember/1")

    assert len(first["X-Request-ID"]) == 32
    assert first["X-Request-ID"] != second["X-Request-ID"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("abcd-1234", True), ("short", False), ("x" * 65, False), ("a b c d e f", False)],
)
def test_a_proxys_id_is_kept_when_it_has_the_shape_of_one(
    client: Client, given: str, kept: bool
) -> None:
    answer = client.get("/remember/1", headers={"x-request-id": given})

    assert (answer["X-Request-ID"] == given) is kept


def test_nothing_is_remembered_from_one_request_to_the_next(client: Client) -> None:
    client.get("/remember/first")

    assert client.get("/remember/second").content == b"nothing"


def test_a_line_tells_the_route_and_neither_path_nor_query_nor_body(
    client: Client, lines: io.StringIO
) -> None:
    client.post(
        f"/remember/440112345678?q={SECRET}",
        {"words": SECRET},
        headers={"x-request-id": "abcd-1234"},
    )

    (line,) = told(lines)
    assert line["route"] == "remember/<number>"
    assert line["request"] == "abcd-1234"
    assert (line["method"], line["status"]) == ("POST", 200)
    assert "440112345678" not in lines.getvalue()
    assert "Zhang" not in lines.getvalue()


def test_an_exception_is_told_by_type_and_places_only(client: Client, lines: io.StringIO) -> None:
    client.raise_request_exception = False
    client.get(f"/fall?q={SECRET}")

    fault = next(line for line in told(lines) if line.get("logger") == "django.request")
    assert fault["error"] == "builtins.ValueError"
    assert any("test_requests.py" in str(p) and "fall" in str(p) for p in fault["places"])  # type: ignore[attr-defined]
    assert "Zhang" not in lines.getvalue()


def test_a_librarys_record_keeps_its_template_and_loses_what_was_filled_in(
    lines: io.StringIO,
) -> None:
    logging.getLogger("django.something").warning("Bad thing: %s", SECRET)

    (line,) = told(lines)
    assert line["event"] == "Bad thing: %s"


def test_our_own_records_keep_the_ids_that_are_added_to_them(lines: io.StringIO) -> None:
    logging.getLogger("gridward.journal").warning("delivery failed", extra={"delivery": "d1"})
    logging.getLogger("library").warning("failed", extra={"words": SECRET})

    ours, theirs = told(lines)
    assert ours["delivery"] == "d1"
    assert "words" not in theirs


def test_machines_that_ask_for_health_leave_no_lines(client: Client, lines: io.StringIO) -> None:
    client.get("/healthz")

    assert [line for line in told(lines) if line["event"] == "request"] == []
