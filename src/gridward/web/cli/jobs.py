"""Background jobs: taking them, running them, and finding those whose worker was killed.

django-tasks-db keeps the queue; its own worker knows one database and writes messages of errors
into the row, which may quote a person. This one goes round all jurisdictions and keeps types and
places only.
"""

from __future__ import annotations

import contextvars
import fcntl
import os
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import structlog
from django.conf import settings
from django.db import OperationalError, connections, transaction
from django_tasks_db.models import DBTaskResult

from gridward.core import clock, jurisdiction
from gridward.core.action import single_statement
from gridward.core.db import look_at_numbers as look
from gridward.journal.queries import remembered_generations

PAUSE_SECONDS = 0.25
Job = DBTaskResult[Any, Any]
log = structlog.get_logger("gridward.jobs")


class WorkerMark:
    """A file that a living worker holds locked; the kernel lets go when the worker is killed."""

    def __init__(self) -> None:
        self.id = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._file: IO[str] | None = None

    def __enter__(self) -> WorkerMark:
        path = _mark(self.id)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file:
            _mark(self.id).unlink(missing_ok=True)
            self._file.close()


def is_dead(worker_id: str) -> bool:
    """Whether a worker of this host is known to be gone. False for workers of other hosts."""
    if not worker_id.startswith(socket.gethostname() + "-"):
        return False
    try:
        with _mark(worker_id).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def living_workers() -> list[str]:
    """The ids of this host's workers that run now."""
    folder = Path(settings.GRIDWARD_VAR, "workers")
    if not folder.is_dir():
        return []
    return sorted(p.stem for p in folder.glob("*.lock") if not is_dead(p.stem))


def requeue_of_dead_workers() -> int:
    """Puts jobs that a killed worker of this host left RUNNING back; returns how many.

    Jobs of workers elsewhere come back by age (journal.ticker).
    """
    again = 0
    for job in DBTaskResult.objects.filter(status="RUNNING").only("id", "worker_ids")[:500]:
        if job.worker_ids and is_dead(job.worker_ids[-1]):
            again += DBTaskResult.objects.filter(
                id=job.id, status="RUNNING", worker_ids=job.worker_ids
            ).update(status="READY", started_at=None)
    if again:
        log.warning("jobs requeued", count=again)
    folder = Path(settings.GRIDWARD_VAR, "workers")
    for left in folder.glob("*.lock") if folder.is_dir() else ():
        if is_dead(left.stem):
            left.unlink(missing_ok=True)
    return again


def look_at_numbers() -> int:
    """Once a day: have an embedded database look how many rows it holds."""
    with single_statement():
        return look()


def take(worker_id: str) -> Job | None:
    """The next job of the current jurisdiction, claimed for this worker; None when none waits."""
    ready = DBTaskResult.objects.ready()
    if not ready.exists():  # a plain read: an idle worker takes no lock
        return None
    try:
        with transaction.atomic(using=jurisdiction.current().database):
            job: Job | None = ready.get_locked()
            if job is not None:
                job.claim(worker_id)
            return job
    except OperationalError as error:
        if "locked" in str(error).lower():
            return None
        raise


def run(job: Job) -> bool:
    """Whether the job did its work; its row says so either way."""
    started = time.perf_counter()
    name = job.task_path.rsplit(".", 1)[-1]
    try:
        with remembered_generations():
            told = job.task.call(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
        job.set_successful(told)
    except Exception as error:
        kind = type(error)
        DBTaskResult.objects.filter(id=job.id).update(
            status="FAILED",
            finished_at=clock.now(),
            exception_class_path=f"{kind.__module__}.{kind.__qualname__}",
            traceback="",
            return_value=None,
        )
        log.error("job failed", job=str(job.id), task=name, exc_info=error)
        return False
    ms = round((time.perf_counter() - started) * 1000, 1)
    log.info("job", job=str(job.id), task=name, ms=ms)
    return True


def run_pending(worker_id: str = "here", limit: int | None = None) -> int:
    """Runs what waits in the current jurisdiction until nothing does; returns how many jobs."""
    done = 0
    while limit is None or done < limit:
        job = take(worker_id)
        if job is None:
            break
        contextvars.copy_context().run(run, job)
        done += 1
    return done


def work(is_ending: Callable[[], bool], *, drain: bool = False) -> int:
    """Runs jobs of every jurisdiction in turn until `is_ending()`; returns how many.

    drain: end when nothing waits anywhere.
    """
    done = 0
    with WorkerMark() as mark:
        while not is_ending():
            before = done
            for here in jurisdiction.every():
                if is_ending():
                    break
                with jurisdiction.using(here.key):
                    # a handful each, so that a busy jurisdiction does not starve its neighbour
                    done += _guarded(lambda: run_pending(mark.id, limit=20))
            if done == before:
                if drain:
                    break
                time.sleep(PAUSE_SECONDS)
    return done


def _guarded(call: Callable[[], int]) -> int:
    try:
        return call()
    except OperationalError as error:
        log.error("database unreachable", exc_info=error)
        with suppress(Exception):
            connections[jurisdiction.current().database].close()
        time.sleep(2)
        return 0


def _mark(worker_id: str) -> Path:
    return Path(settings.GRIDWARD_VAR, "workers", f"{worker_id}.lock")


def holder() -> str:
    """A name for this process in leases."""
    return f"{socket.gethostname()}-{os.getpid()}"


def in_context(call: Callable[[], Any]) -> Any:
    """What `call` returns, run in a context of its own with what it reads remembered."""

    def remembered() -> Any:
        with remembered_generations():
            return call()

    return contextvars.copy_context().run(remembered)
