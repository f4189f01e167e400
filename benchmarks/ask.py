"""Asks one deployment its timed questions, through the product's own doors.

    .venv/bin/python -m benchmarks.ask --engine sqlite --name 1m [--folder var/bench]

Prints one JSON object: statements as counted on the wire, medians in milliseconds, yardsticks of
the same run. It judges nothing; `python -m benchmarks` holds the bounds.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.deployment import DEFAULT_FOLDER, ENGINES, Deployment

ROUNDS = 11
WORDS = ("路灯", "井盖", "社区", "小区")
"""Searched for: matters' words, and pairs that stand in nearly every document."""


def best_of(calls: dict[str, Callable[[], Any]], rounds: int = ROUNDS) -> dict[str, float]:
    """Medians of several calls taken in turns, so that a busy moment hits all of them."""
    for call in calls.values():
        call()
    took: dict[str, list[float]] = {name: [] for name in calls}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in calls.items():
                begun = time.perf_counter()
                call()
                took[name].append((time.perf_counter() - begun) * 1000)
    finally:
        gc.enable()
    return {name: round(statistics.median(times), 3) for name, times in took.items()}


class Browser:
    """A signed-in member of staff: Django's test client with a session as signing in makes it."""

    def __init__(self, staff_number: str) -> None:
        from django.test import Client

        from gridward.access import queries as access
        from gridward.core import clock
        from gridward.web.ui import sessions

        account = access.account_by_login(staff_number)
        assert account is not None, staff_number
        self.viewer = access.viewer_for(account)
        self.client = Client(headers={"accept-language": "zh-hans"})
        self.client.force_login(account, backend=sessions.BACKEND)
        session = self.client.session
        session[sessions.SEEN] = int(clock.now().timestamp())
        session[sessions.POST] = str(self.viewer.post_id)
        session.save()

    def get(self, path: str) -> str:
        """The page. Anything but 200 is a fault of the benchmark."""
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.content.decode())


def yardsticks() -> dict[str, Callable[[], Any]]:
    """What things cost here: one indexed read, one inserted and committed row, a page that reads
    no case (the sign-in form)."""
    from django.test import Client

    from gridward.core import db
    from gridward.core.ids import new_id

    connection = db.connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM cases_case LIMIT 1")
        (some,) = cursor.fetchone()

    def read() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM cases_case WHERE id = %s", [some])
            cursor.fetchone()

    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO journal_lease (name, holder, until) VALUES (%s, 'bench', %s)",
                [f"bench-{new_id()}", "2000-01-01 00:00:00+00"],
            )

    visitor = Client(headers={"accept-language": "zh-hans"})
    return {"read": read, "write": write, "page": lambda: visitor.get("/account/sign-in/")}


def statements_of(call: Callable[[], Any]) -> tuple[int, list[str]]:
    """How many statements a call takes once everything is warm, and which."""
    from benchmarks.wire import statements

    call()
    with statements() as found:
        call()
    return len(found), [text[:160] for text in found]


def pages(result: dict[str, Any], verbose: bool) -> None:
    """Lists and case pages: statements and times."""
    from gridward.cases.models import Case
    from gridward.territory import queries as territory

    district, street = Browser("Q002"), Browser("J101")
    (_whole,) = territory.areas_of_level(1)
    a_street = territory.areas_of_level(2)[0]
    # the generator's busy grid: a full page at any size
    grid = territory.area(territory.ground().leaves[0].chain[3])
    unit = territory.areas_of_level(5)[0]
    scopes = {
        "district": (district, ""),
        "street": (street, ""),
        "grid": (district, f"&area={grid.id}"),
    }
    calls: dict[str, Callable[[], Any]] = {}
    counts: dict[str, Any] = {}
    rows: dict[str, int] = {}
    seen: dict[str, Any] = {}

    def asked(browser: Browser, path: str) -> Callable[[], str]:
        return lambda: browser.get(path)

    for scope, (browser, more) in scopes.items():
        for order in ("due", "newest"):
            name = f"list {scope} by {order}"
            calls[name] = asked(browser, f"/desk/cases/?order={order}{more}")
        for word in WORDS:
            calls[f"search {scope} {word}"] = asked(browser, f"/desk/cases/?q={word}{more}")
    calls["list unit by newest"] = asked(district, f"/desk/cases/?order=newest&area={unit.id}")
    handler = Browser(_busy_handler())
    calls["list department by due"] = asked(handler, "/desk/cases/?order=due")
    calls["list department by newest"] = asked(handler, "/desk/cases/?order=newest")
    for flag in ("urgent", "overdue", "hurried"):
        calls[f"list street {flag}"] = asked(street, f"/desk/cases/?{flag}=1")
    calls["list district unplaced"] = asked(district, "/desk/cases/?unplaced=1")
    calls["home department"] = asked(handler, "/desk/")
    calls["home street"] = asked(street, "/desk/")
    calls["home street soon"] = asked(street, "/desk/?tab=soon")
    calls["home street passed on"] = asked(street, "/desk/?tab=passed")
    calls["inbox street"] = asked(street, "/desk/inbox/")
    calls["tips street"] = asked(street, "/desk/tips/")
    liaison = Browser(_busy_handler().removesuffix("1") + "2")
    for scope, browser in (("district", district), ("street", street), ("department", liaison)):
        calls[f"brief {scope}"] = asked(browser, "/desk/overview/")
    calls["shift district"] = asked(district, "/desk/shift/")
    calls["shift street"] = asked(street, "/desk/shift/")
    calls["approvals district"] = asked(Browser("Q004"), "/desk/approvals/")
    calls["audit district"] = asked(Browser("G003"), "/desk/audit/")
    calls["notices district"] = asked(Browser("G001"), "/desk/notices/")
    calls["people district"] = asked(Browser("G002"), "/desk/people/")
    calls["data street"] = asked(street, "/desk/data/")
    calls["area street"] = asked(street, f"/desk/areas/{a_street.id}/")
    worker = Browser("W0001")
    calls["worker home"] = asked(worker, "/field/")
    calls["worker grid"] = asked(worker, "/field/grid/")
    calls["near a point"] = _near(a_street)
    calls["map district"] = asked(district, f"/desk/map/points.json?box={_box_of(_whole)}")
    calls["map street"] = asked(street, f"/desk/map/points.json?box={_box_of(a_street)}")
    calls["map grid"] = asked(district, f"/desk/map/points.json?box={_box_of(grid)}")
    second = district.get("/desk/cases/?order=due")
    calls["list district page 2"] = asked(district, _next_page(second))
    short = Case.objects.filter(a2=a_street.id, state="closed", close_type="resolved").first()
    brief = Case.objects.filter(a2=a_street.id, close_type="").first()
    assert short is not None and brief is not None
    calls["case long history"] = asked(district, f"/desk/cases/{short.id}/")
    calls["case short history"] = asked(district, f"/desk/cases/{brief.id}/")
    for name, call in calls.items():
        html = call()
        rows[name] = len(set(re.findall(r"/desk/cases/([0-9a-f-]{36})/", html)))
        counts[name], seen[name] = statements_of(call)
    result["statements"] |= counts
    result["rows"] = rows
    result["ms"] |= best_of({**calls, **yardsticks()})
    if verbose:
        result["seen"] = seen


def _near(area: Any) -> Callable[[], str]:
    """What the portal asks while somebody writes: is it the same as something nearby?"""
    from django.test import Client

    visitor = Client(headers={"accept-language": "zh-hans"})
    told = {"lng": area.lng, "lat": area.lat, "words": "路灯不亮", "matter": "street_lamp"}
    return lambda: str(visitor.post("/report/near/", told).content.decode())


def _box_of(area: Any) -> str:
    """West, south, east, north around an area, as a map asks."""
    from gridward.territory import queries as territory

    return ",".join(f"{side:.5f}" for side in territory.ground().boundary(area.id).bounds)


def _next_page(html: str) -> str:
    from html import unescape

    found = re.search(r'href="(\?[^"]*after=[^"]+)"', html)
    return "/desk/cases/" + (unescape(found.group(1)) if found else "?order=due")


def _busy_handler() -> str:
    """The staff number of a handler whose department leads much."""
    from django.db.models import Count

    from gridward.cases.models import Case
    from gridward.directory import queries as directory

    lead = (
        Case.objects.filter(is_open=True, lead__isnull=False)
        .values_list("lead")
        .annotate(many=Count("id"))
        .order_by("-many")
        .first()
    )
    key = directory.organisation(lead[0]).key
    return f"B-{key}-1".upper()


def creating(result: dict[str, Any], verbose: bool) -> None:
    """A report by the API, alone: statements, time, and the bare loop beside it."""
    from django.test import Client

    from benchmarks.load import a_report, bare_loop

    client = Client()
    numbers: list[str] = []

    def create() -> None:
        answer = client.post("/api/v1/reports", a_report(), content_type="application/json")
        assert answer.status_code == 201, answer.content
        numbers.append(answer.json()["case_number"])

    result["statements"]["create"], seen = statements_of(create)
    result["ms"] |= best_of({"create": create}, 40)
    result["bare_per_s"] = round(bare_loop(numbers[-1], seconds=3), 1)
    if verbose:
        result["seen"]["create"] = seen


def sweeping(result: dict[str, Any], verbose: bool) -> None:
    """A sweep of 100 due clocks; each round takes the next hundred."""
    from benchmarks.wire import statements
    from gridward.cases.actions import sweep_clocks
    from gridward.cases.models import Clock

    took, counts, due = [], [], []
    seen: list[str] = []
    looks = list(
        Clock.objects.filter(look_at__isnull=False)
        .order_by("look_at")
        .values_list("look_at", flat=True)[:20_000]
    )
    # moments at which about a hundred more clocks are due
    at, moments = 0, []
    while at + 100 < len(looks) and len(moments) < 8:
        end = at + 99
        while end + 1 < len(looks) and looks[end + 1] == looks[end]:
            end += 1
        moments.append(looks[end])
        at = end + 1
    for n, moment in enumerate(moments):
        begun = time.perf_counter()
        if n % 2:
            with statements() as found:
                swept = sweep_clocks(now=moment)
            counts.append(len(found))
            seen = [text[:160] for text in found]
        else:
            swept = sweep_clocks(now=moment)
            took.append((time.perf_counter() - begun) * 1000)
            due.append(swept.total)
    result["statements"]["sweep"] = max(counts, default=0)
    result["ms"]["sweep"] = round(statistics.median(took), 2) if took else 0
    result["swept"] = round(statistics.median(due)) if due else 0
    result["open"] = Clock.objects.filter(look_at__isnull=False).count()
    if verbose:
        result["seen"]["sweep"] = seen


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ask")
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--name", default="1k")
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--only", default="pages,creating", help="pages, creating, sweeping")
    parser.add_argument("--verbose", action="store_true", help="the statements themselves")
    given = parser.parse_args()
    deployment = Deployment(given.engine, given.name, given.folder)
    deployment.enter()
    result: dict[str, Any] = {
        **json.loads(deployment.stamp.read_text()),
        "statements": {},
        "ms": {},
        "seen": {},
    }
    questions = {"pages": pages, "creating": creating, "sweeping": sweeping}
    for name in given.only.split(","):
        questions[name](result, given.verbose)
    print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
