"""Background jobs: run once, told apart by jurisdiction, found again when a worker is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django_tasks import task
from django_tasks_db.models import DBTaskResult
from tests.databases import Space

from gridward.core import clock, db, jurisdiction
from gridward.web.cli import jobs

done: list[tuple[str, int]] = []


@task()
def write_down(number: int) -> int:
    done.append((jurisdiction.current().key, number))
    return number


@task()
def fail_with(words: str) -> None:
    raise ValueError(words)


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    done.clear()


@pytest.mark.django_db
def test_waiting_jobs_run_in_order_and_once() -> None:
    for number in (1, 2, 3):
        write_down.enqueue(number)

    assert jobs.run_pending() == 3
    assert jobs.run_pending() == 0
    assert [number for _key, number in done] == [1, 2, 3]
    assert set(DBTaskResult.objects.values_list("status", flat=True)) == {"SUCCESSFUL"}


@pytest.mark.django_db
def test_a_failed_job_keeps_the_kind_of_error_and_not_its_words() -> None:
    fail_with.enqueue("Zhang San 13800000000")
    DBTaskResult.objects.update(args_kwargs={"args": ["Zhang"], "kwargs": {}})

    jobs.run_pending()

    job = DBTaskResult.objects.get()
    assert (job.status, job.exception_class_path) == ("FAILED", "builtins.ValueError")
    assert job.traceback == ""


def test_each_jurisdiction_runs_its_own_jobs(two_spaces: tuple[Space, Space]) -> None:
    first, second = two_spaces
    with first.entered():
        write_down.enqueue(1)
    with second.entered():
        write_down.enqueue(2)

    assert jobs.work(lambda: False, drain=True) == 2

    assert sorted(done) == sorted([(first.key, 1), (second.key, 2)])
    with second.entered():
        assert [j.args_kwargs["args"] for j in DBTaskResult.objects.all()] == [[2]]


def test_two_workers_never_run_the_same_job(space: Space) -> None:
    for number in range(30):
        write_down.enqueue(number)

    counts = space.at_once(lambda: jobs.run_pending("one"), lambda: jobs.run_pending("two"))
    rest = jobs.run_pending("three")

    assert sum(counts) + rest == 30
    assert sorted(number for _key, number in done) == list(range(30))


def test_a_killed_workers_job_is_put_back_at_once(space: Space) -> None:
    write_down.enqueue(1)
    job = DBTaskResult.objects.get()
    marked = (
        "import time, sys, django; django.setup(); from gridward.web.cli import jobs\n"
        "with jobs.WorkerMark() as mark:\n    print(mark.id, flush=True)\n    time.sleep(60)"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", marked],
        env={**os.environ, **space.environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    job.claim(worker.stdout.readline().strip())

    assert jobs.requeue_of_dead_workers() == 0
    assert len(jobs.living_workers()) == 1
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert jobs.requeue_of_dead_workers() == 1

    assert jobs.run_pending() == 1
    assert done == [(space.key, 1)]
    assert list(Path(settings.GRIDWARD_VAR, "workers").glob("*.lock")) == []


def test_a_worker_of_another_host_is_not_taken_for_dead(space: Space) -> None:
    write_down.enqueue(1)
    DBTaskResult.objects.get().claim("elsewhere-12-abcdef")

    assert jobs.requeue_of_dead_workers() == 0
    assert DBTaskResult.objects.get().status == "RUNNING"


def test_an_idle_worker_ends_when_it_is_asked_to(space: Space) -> None:
    started = time.monotonic()
    ends = iter([False, False, True, True, True])

    assert jobs.work(lambda: next(ends, True)) == 0
    assert time.monotonic() - started < 3
    assert clock.now() is not None


def test_an_embedded_database_knows_how_many_rows_it_holds(space: Space) -> None:
    with space.entered():
        known = jobs.look_at_numbers()

        assert (known > 0) == (db.vendor() == "sqlite")
