"""Creating under load: granian with eight clients, and the bare loop that it is held against."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

from benchmarks.deployment import Deployment

CLIENTS = 8
_serial = itertools.count()
_UUID = re.compile(r"^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$")


def a_report() -> str:
    """A resident's report as the API takes it, somewhere in the demo district."""
    lot = random.Random(next(_serial))
    lng, lat = lot.choice(_points())
    body = {
        "client_id": uuid.uuid4().hex,
        "text": f"小区门口的路灯不亮，晚上看不清，{lot.randrange(900)}号附近",
        "lng": lng,
        "lat": lat,
        "matter": "street_lamp",
        "contact": {"phone": f"13{lot.randrange(10**9):09d}"},
    }
    return json.dumps(body)


_known: list[tuple[float, float]] = []


def _points() -> list[tuple[float, float]]:
    if not _known:
        from gridward.territory import queries as territory

        _known.extend((a.lng, a.lat) for a in territory.areas_of_level(5))
    return _known


def bare_loop(case_number: str, *, seconds: float) -> float:
    """How many reports a second a loop writes that only inserts the same rows and commits.

    The rows of one stored report are read, given fresh ids, and written with the driver's own
    cursor: no Django, no rule, no cipher.
    """
    from gridward.cases.models import Case, Clock, Report, SearchDoc, Submission
    from gridward.core import db
    from gridward.journal.models import Delivery, Entry
    from gridward.vault.models import Secret

    case = Case.objects.get(number=case_number)
    report = Report.objects.get(first_case=case)
    submission = report.submission
    entries = list(
        Entry.objects.filter(subject_id__in=[str(case.id), str(report.id)], actor_kind="reporter")
    )
    deliveries = list(Delivery.objects.filter(entry__in=entries))
    cause = entries[0].cause
    models: list[tuple[Any, list[Any]]] = [
        (Secret, list(Secret.objects.filter(subject_id=submission.vault_subject))),
        (Submission, [submission]),
        (Case, [case]),
        (Report, [report]),
        (Clock, list(Clock.objects.filter(case=case))),
        (SearchDoc, list(SearchDoc.objects.filter(case=case))),
        (Entry, entries),
        (Delivery, deliveries),
    ]
    connection = db.connection()
    mark = "?" if connection.vendor == "sqlite" else "%s"
    inserts = []
    for model, rows in models:
        fields = [
            f for f in model._meta.concrete_fields if not (model is SearchDoc and f.primary_key)
        ]
        names = ", ".join(f'"{f.column}"' for f in fields)
        one = f"({', '.join([mark] * len(fields))})"
        values = [
            f.get_db_prep_save(getattr(row, f.attname), connection=connection)
            for row in rows
            for f in fields
        ]
        sql = (
            f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES {", ".join([one] * len(rows))}'
        )
        inserts.append((sql, values))
    job = _job(connection, str(cause), mark)
    if job is not None:
        inserts.append(job)
    tables = [model._meta.db_table for model, _rows in models]
    if job is not None:
        tables.append(job[0].split('"')[1])
    embedded = connection.vendor == "sqlite"
    link = connection.connection if embedded else _tables_apart(tables)
    keep = _references(case, submission)
    fresh: dict[Any, Any] = {}

    def changed(value: Any) -> Any:
        if isinstance(value, uuid.UUID) or (isinstance(value, str) and _UUID.match(value)):
            if value in keep:
                return value
            if value not in fresh:
                made = uuid.uuid4()
                if isinstance(value, str):
                    fresh[value] = str(made) if "-" in value else made.hex
                else:
                    fresh[value] = made
            return fresh[value]
        if value == submission.receipt:
            return f"b{next(_serial):011d}"
        if value == case.number:
            return f"b{next(_serial):013d}"
        return value

    if embedded:
        link.execute("PRAGMA foreign_keys=OFF")  # new ids do not agree across rows
    made: list[Any] = []
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        fresh.clear()
        cursor = link.cursor()
        cursor.execute("BEGIN IMMEDIATE" if embedded else "BEGIN")
        for sql, values in inserts:
            cursor.execute(sql, [changed(v) for v in values])
        cursor.execute("COMMIT")
        made += fresh.values()
        done += 1
    took = time.perf_counter() - begun
    if embedded:
        _take_away(link, tables, made)
        link.execute("PRAGMA foreign_keys=ON")
    else:
        link.execute("DROP SCHEMA bare CASCADE")
        link.close()
    return done / took


def _take_away(link: Any, tables: list[str], made: list[Any]) -> None:
    """Removes what the bare loop wrote into an embedded database: nobody could explain it."""
    link.execute("CREATE TEMP TABLE bare (id TEXT PRIMARY KEY)")
    link.executemany("INSERT OR IGNORE INTO bare VALUES (?)", [(str(one),) for one in made])
    guards = link.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'journal%'"
    ).fetchall()
    for name, _sql in guards:
        link.execute(f'DROP TRIGGER "{name}"')
    for table in reversed(tables):
        key = "case_id" if table == "cases_searchdoc" else "id"
        link.execute(f'DELETE FROM "{table}" WHERE {key} IN (SELECT id FROM bare)')
    for _name, sql in guards:
        link.execute(sql)
    link.execute("DROP TABLE bare")


def _tables_apart(tables: list[str]) -> Any:
    """A connection that writes into copies of the tables, with all their indexes: on PostgreSQL
    nothing could take these rows out of the real ones again."""
    import psycopg

    from benchmarks.deployment import APPLICATION, OWNER

    url = os.environ["GRIDWARD_DATABASE_URL"].split("?")[0].replace(APPLICATION, OWNER, 1)
    link = psycopg.connect(url, autocommit=True)
    link.execute("DROP SCHEMA IF EXISTS bare CASCADE")
    link.execute("CREATE SCHEMA bare")
    for table in tables:
        link.execute(f'CREATE TABLE bare."{table}" (LIKE public."{table}" INCLUDING ALL)')
    link.execute("SET search_path = bare, public")
    return link


def _references(case: Any, submission: Any) -> set[Any]:
    """Ids that point to what stays: the desk, the jurisdiction's organisations."""
    found = {case.desk_id, case.holder_id, case.lead_id}
    return found | {each.hex for each in found if each is not None}


def _job(connection: Any, cause: str, mark: str) -> tuple[str, list[Any]] | None:
    """The insert of the background job that a report leaves."""
    from django_tasks_db.models import DBTaskResult

    row = DBTaskResult.objects.order_by("-enqueued_at").first()
    if row is None:
        return None
    fields = list(row._meta.concrete_fields)
    names = ", ".join(f'"{f.column}"' for f in fields)
    values = [f.get_db_prep_save(getattr(row, f.attname), connection=connection) for f in fields]
    marks = ", ".join([mark] * len(fields))
    return f'INSERT INTO "{row._meta.db_table}" ({names}) VALUES ({marks})', values


# --- granian ------------------------------------------------------------------------------------


@contextlib.contextmanager
def served(deployment: Deployment) -> Iterator[int]:
    """The deployment's web server on a free port while the block runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, **deployment.environment()}
    command = [sys.executable, "-m", "gridward.cli", "web"]
    command += ["--port", str(port), "--bind", "127.0.0.1"]
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError, http.client.HTTPException):
                link = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
                link.request("GET", "/healthz")
                if link.getresponse().status == 200:
                    break
            time.sleep(0.1)
        else:
            raise TimeoutError("the web server did not begin to answer")
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def under_load(deployment: Deployment, *, seconds: float = 10) -> dict[str, Any]:
    """Eight clients, each sending one report after another: rate, p50, p99, errors."""
    bodies = [[a_report() for _ in range(4000)] for _ in range(CLIENTS)]
    took: list[list[float]] = [[] for _ in range(CLIENTS)]
    errors: list[str] = []
    with served(deployment) as port:
        gate = threading.Barrier(CLIENTS)
        until = [0.0]

        def run(n: int) -> None:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            headers = {"Content-Type": "application/json"}
            for body in bodies[n][:5]:  # warm
                link.request("POST", "/api/v1/reports", body, headers)
                link.getresponse().read()
            if gate.wait() == 0:
                until[0] = time.perf_counter() + seconds
            gate.wait()
            for body in bodies[n][5:]:
                begun = time.perf_counter()
                if begun > until[0]:
                    break
                try:
                    link.request("POST", "/api/v1/reports", body, headers)
                    answer = link.getresponse()
                    text = answer.read()
                    if answer.status != 201:
                        errors.append(f"{answer.status} {text[:200]!r}")
                except (OSError, http.client.HTTPException) as fault:
                    errors.append(repr(fault))
                    link.close()
                took[n].append((time.perf_counter() - begun) * 1000)

        threads = [threading.Thread(target=run, args=(n,)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    every = sorted(itertools.chain.from_iterable(took))
    return {
        "per_s": round(len(every) / seconds, 1),
        "p50_ms": round(statistics.median(every), 1),
        "p99_ms": round(every[int(len(every) * 0.99)], 1),
        "errors": len(errors),
        "error": errors[0] if errors else "",
    }


def main() -> None:
    """One JSON object: the rate under load, and the bare loop's alone."""
    import argparse
    from pathlib import Path

    from benchmarks.deployment import DEFAULT_FOLDER, ENGINES

    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("--engine", choices=ENGINES, default="sqlite")
    parser.add_argument("--name", default="1k")
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--seconds", type=float, default=10)
    given = parser.parse_args()
    deployment = Deployment(given.engine, given.name, given.folder)
    deployment.enter()
    from django.test import Client

    answer = Client().post("/api/v1/reports", a_report(), content_type="application/json")
    assert answer.status_code == 201, answer.content
    number = answer.json()["case_number"]
    bare = bare_loop(number, seconds=3)
    found = under_load(deployment, seconds=given.seconds)
    print(json.dumps(found | {"bare_per_s": round((bare + bare_loop(number, seconds=3)) / 2, 1)}))


if __name__ == "__main__":
    main()
