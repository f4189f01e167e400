"""What pages, acts and the ticker ask is found by an index, however many rows there are.

Every statement of a day's work is explained by the database afterwards. With few rows an engine
reads a table from end to end and is right; asked not to (PostgreSQL), or not knowing how many rows
there are (SQLite), it shows where it has no other way.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils.module_loading import import_string
from tests.cases import walking
from tests.cases.walking import MONDAY, CaseTown, case_of, case_town
from tests.web.signing import admit_keepers, client_of
from tests.web.test_portal import form_of, picture
from tests.web.test_portal_report import hidden

from gridward.cases.models import Case
from gridward.core import clock, ticks

GROWING = frozenset(
    {
        "cases_answer",
        "cases_assignment",
        "cases_case",
        "cases_casefile",
        "cases_clock",
        "cases_report",
        "cases_return",
        "cases_round",
        "cases_searchdoc",
        "cases_submission",
        "journal_delivery",
        "journal_entry",
        "notify_inboxitem",
        "notify_notice",
        "tasks_task",
        "vault_file",
        "vault_secret",
    }
)
# statements that may: (what they begin with, why)
MAY = (
    ('SELECT "cases_clock"."case_id"', "running clocks without a calendar: none in a usual year"),
)

Asked = dict[str, Any]


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


@contextmanager
def listening() -> Iterator[Asked]:
    """Every statement inside, once each, with the values of its first time."""
    heard: Asked = {}

    def hear(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not many and sql.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE")):
            heard.setdefault(sql, params)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hear):
        yield heard


def read_whole(asked: Asked) -> list[str]:
    """The statements that would read a growing table from end to end."""
    found = _whole_on_sqlite if connection.vendor == "sqlite" else _whole_on_postgres
    return [
        f"{table}: {sql}"
        for sql, params in asked.items()
        if not sql.startswith(tuple(begin for begin, _why in MAY))
        for table in sorted(found(sql, params) & GROWING)
    ]


def _whole_on_sqlite(sql: str, params: Any) -> set[str]:
    names = {alias: table for table, alias in re.findall(r'"(\w+)" ([A-Z]\d+)\b', sql)}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        plan = [row[-1] for row in cursor.fetchall()]
    scans = [re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", line) for line in plan]
    return {
        names.get(scan[1], scan[1])
        for scan in scans
        if scan and (scan[2] is None or scan[2].startswith("sqlite_autoindex"))
    }


def _whole_on_postgres(sql: str, params: Any) -> set[str]:
    ways = ("seqscan", "hashjoin", "mergejoin")  # right where there are few rows
    with connection.cursor() as cursor:
        for way in ways:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        (told,) = cursor.fetchone()
        for way in ways:
            cursor.execute(f"SET LOCAL enable_{way} = on")
    plan = told if isinstance(told, list) else json.loads(told)
    return set(_scanned(plan[0]["Plan"]))


def _scanned(node: dict[str, Any]) -> Iterator[str]:
    by_key = str(node.get("Index Name", "")).endswith("_pkey") and "Index Cond" not in node
    if node["Node Type"] == "Seq Scan" or (node["Node Type"].startswith("Index") and by_key):
        yield node["Relation Name"]
    for below in node.get("Plans", ()):
        yield from _scanned(below)


def test_the_explanations_are_understood(town: CaseTown) -> None:
    walking.submit()
    with listening() as heard:
        list(Case.objects.filter(channel="portal"))
        list(Case.objects.filter(channel="portal").order_by("id")[:5])
        list(Case.objects.filter(is_open=True).order_by("due_order", "id")[:5])

    assert len(read_whole(heard)) == 2


def test_no_act_of_a_case_reads_all_there_is(town: CaseTown) -> None:
    with listening() as heard:
        for state in ("archived", "returned", "self_handled", "forced", "verified", "disposed"):
            walking.walk(town, state)
        walking.walk(town, "closure_checking", contact=False)

    assert not read_whole(heard)


def test_no_page_of_a_desk_reads_all_there_is(town: CaseTown) -> None:
    admit_keepers(town)
    with clock.frozen(MONDAY + timedelta(hours=5)):
        closed = walking.walk(town, "closed")
        handling = walking.walk(town, "handling")
        fresh = case_of(walking.submit())
        with listening() as heard:
            for number in ("S001", "M001", "C001", "D001", "D002", "D003", "Z001", "Z002"):
                browser = client_of(town, number)
                for path in (
                    "",
                    "?tab=soon",
                    "?tab=passed",
                    "?tab=unplaced",
                    "cases/",
                    "cases/?order=newest",
                    "cases/?q=井盖",
                    "cases/?q=13800138000",
                    "cases/?state=closed",
                    "cases/?overdue=1",
                    "cases/?urgent=1",
                    "cases/?hurried=1",
                    "cases/?unplaced=1",
                    f"cases/?q={fresh.number}",
                    f"cases/{closed.id}/",
                    f"cases/{handling.id}/",
                    f"cases/{fresh.id}/",
                    f"cases/{handling.id}/print/",
                    "inbox/",
                    "inbox/count",
                    "tips/",
                    "shift/",
                    "overview/",
                    "approvals/",
                    "data/",
                    "notices/",
                    "map/",
                    "map/points.json?box=113.0,22.5,113.3,22.7",
                    "audit/",
                    "people/",
                    "areas/",
                ):
                    answer = browser.get(f"/desk/{path}")
                    assert answer.status_code in (200, 302, 403, 404), (number, path)

    assert not read_whole(heard)


def test_no_page_of_a_grid_worker_reads_all_there_is(town: CaseTown) -> None:
    with clock.frozen(MONDAY + timedelta(hours=5)):
        walking.walk(town, "closed")
        walking.walk(town, "closure_checking")
        browser = client_of(town, "G001")
        with listening() as heard:
            for path in ("", "inbox/", "grid/", "solved/", "report/", "tip/"):
                assert browser.get(f"/field/{path}").status_code == 200, path

    assert not read_whole(heard)


def test_nothing_that_a_resident_does_reads_all_there_is(town: CaseTown) -> None:
    resident = Client(headers={"accept-language": "zh-CN"})
    walking.submit()
    with clock.frozen(MONDAY + timedelta(hours=1)), listening() as heard:
        form = form_of(resident, phone="13900139000", photos=[picture()])
        asked = resident.post("/report/", form).content.decode()
        assert "是同一个吗" in asked
        sent = resident.post("/report/", {**hidden(asked), "join": "none"})
        assert sent.status_code == 303
        for path in ("/report/done/", "/track/mine/", "/track/mine/data/"):
            assert resident.get(path).status_code == 200, path
        for verb in ("hurry", "details", "withdraw"):
            resident.post(f"/track/mine/{verb}/", {"words": "响得更厉害了", "version": "1"})

    assert not read_whole(heard)


def test_no_tick_reads_all_there_is(town: CaseTown) -> None:
    walking.walk(town, "closed")
    walking.walk(town, "dispatched")
    with listening() as heard, clock.frozen(MONDAY + timedelta(days=40)):
        for tick in ticks.registered():
            import_string(tick.target)()

    assert not read_whole(heard)
