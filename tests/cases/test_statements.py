"""What acts and pages cost, counted on the wire: never more for more rows or a longer history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from benchmarks.wire import statements
from django.test import Client
from tests.cases.walking import MONDAY, CaseTown, case_of, case_town, submit, walk
from tests.databases import Space

from gridward.access import queries as access
from gridward.cases import actions
from gridward.cases.models import Clock
from gridward.core import clock
from gridward.web.ui import sessions

CREATE, LIST, CASE, SWEEP = 14, 10, 18, 25


@pytest.fixture
def town(space: Space) -> Any:
    """The town in a database of its own, so that BEGIN and COMMIT are seen."""
    with space.entered():
        yield case_town()


def browser(town: CaseTown, number: str) -> Client:
    """A signed-in member of staff's browser."""
    account = access.account_by_login(number)
    assert account is not None
    made = Client()
    made.force_login(account, backend=sessions.BACKEND)
    session = made.session
    session[sessions.SEEN] = int(clock.now().timestamp())
    session[sessions.POST] = str(town.town.posts[number])
    session.save()
    return made


def counted(made: Client, path: str) -> int:
    """Statements of a page that has been asked for before."""
    assert made.get(path).status_code == 200
    with statements() as found:
        assert made.get(path).status_code == 200
    return len(found)


def report(n: int) -> dict[str, Any]:
    return {
        "client_id": f"client-{n:04d}",
        "text": "路口的井盖松了，车一过就响",
        "lng": 113.1030,
        "lat": 22.6170,
        "place": "菜市场东门",
        "matter": "manhole",
        "contact": {"phone": "13800138000", "name": "何来"},
    }


def test_a_report_by_the_api_costs_fourteen_statements_at_most(town: CaseTown) -> None:
    client = Client()
    for n in range(2):
        client.post("/api/v1/reports", report(n), content_type="application/json")

    with statements() as found:
        answer = client.post("/api/v1/reports", report(2), content_type="application/json")

    assert answer.status_code == 201
    assert len(found) <= CREATE, found.shown()


def test_a_report_by_the_portal_costs_one_statement_more_to_know_what_was_sent_before(
    town: CaseTown,
) -> None:
    client = Client()
    client.get("/report/")  # the browser has a device's cookie
    sent: dict[str, Any] = {
        **report(0),
        "words": report(0)["text"],
        "join": "none",
        "phone": "13800138000",
    }
    for n in range(2):
        client.post("/report/", {**sent, "client_id": f"{n:032x}"})

    with statements() as found:
        answer = client.post("/report/", {**sent, "client_id": f"{2:032x}"})

    assert answer.status_code == 303
    assert len(found) <= CREATE + 1, found.shown()


def test_a_list_costs_the_same_for_two_rows_and_for_fifty(town: CaseTown) -> None:
    desk = browser(town, "S001")
    for n in range(2):
        submit(at=MONDAY + timedelta(minutes=n))
    paths = ["/desk/cases/", "/desk/cases/?order=newest", "/desk/cases/?q=井盖"]
    few = [counted(desk, path) for path in paths]
    for n in range(2, 52):
        submit(at=MONDAY + timedelta(minutes=n))

    many = [counted(desk, path) for path in paths]

    assert many == few
    assert max(many) <= LIST


def test_what_waits_costs_no_more_than_a_list(town: CaseTown) -> None:
    submit()

    assert counted(browser(town, "S001"), "/desk/") <= LIST
    assert counted(browser(town, "M001"), "/desk/") <= LIST


def test_a_case_page_costs_no_more_with_a_long_history(town: CaseTown) -> None:
    desk = browser(town, "S001")
    fresh = case_of(submit())
    short = counted(desk, f"/desk/cases/{fresh.id}/")
    returned = walk(town, "returned", at=MONDAY)
    closed = walk(town, "closed", at=MONDAY)

    assert short <= CASE
    assert counted(desk, f"/desk/cases/{returned.id}/") <= CASE
    assert counted(desk, f"/desk/cases/{closed.id}/") <= CASE


def test_a_sweep_costs_the_same_for_one_clock_and_for_a_hundred(town: CaseTown) -> None:
    def sweep(cases: int) -> tuple[int, int]:
        at = MONDAY + timedelta(days=1)
        Clock.objects.update(look_at=None)
        for _ in range(cases):
            submit(at=at)
        with statements() as found:
            swept = actions.sweep_clocks(now=at + timedelta(minutes=16))
        return swept.warned, len(found)

    sweep(1)
    one, few = sweep(1)
    hundred, many = sweep(100)

    assert (one, hundred) == (1, 100)
    assert many == few <= SWEEP
