"""Background jobs, run where the test stands instead of in a worker."""

from __future__ import annotations

from django_tasks_db.models import DBTaskResult

from gridward.core.jurisdiction import current


def run_jobs(*, limit: int = 200) -> int:
    """Runs the jobs that wait in the current jurisdiction's queue, oldest first, also those that
    the first ones put there; returns how many ran. What a job raises, the test gets."""
    count = 0
    while count < limit:
        job = DBTaskResult.objects.using(current().database).ready().order_by("enqueued_at").first()
        if job is None:
            return count
        job.claim("test")
        result = job.task_result
        returned = result.task.call(*result.args, **result.kwargs)
        job.set_successful(returned)
        count += 1
    raise AssertionError(f"more than {limit} jobs: do they call each other?")
