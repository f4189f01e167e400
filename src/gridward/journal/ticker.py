"""What the ticker does for the journal, in the current jurisdiction."""

from datetime import timedelta

from django_tasks_db.models import DBTaskResult

from gridward.core import clock
from gridward.core.action import action
from gridward.journal import actions, queries, rules
from gridward.journal.models import Delivery
from gridward.journal.sealing import seal_pending

JOB_LOST_AFTER = timedelta(minutes=15)
"""A job that has run so long has lost its worker; ours take seconds."""

JOB_TRIES = 5
FINISHED_KEPT = timedelta(days=3)
DELIVERED_KEPT = timedelta(days=30)


def seal() -> int:
    """Seals what waits; returns the number of new seals."""
    return len(seal_pending(limit=20))


@action
def requeue_lost_jobs(*, older_than: timedelta = JOB_LOST_AFTER) -> int:
    """Puts jobs of killed workers back into the queue; returns how many.

    older_than: zero when the caller knows that no worker runs (the start of a single process tree)
    """
    now = clock.now()
    lost = list(
        DBTaskResult.objects.select_for_update()
        .filter(status="RUNNING", started_at__lte=now - older_than)
        .order_by("id")[:500]
    )
    again = [job.id for job in lost if len(job.worker_ids) < JOB_TRIES]
    given_up = [job.id for job in lost if len(job.worker_ids) >= JOB_TRIES]
    DBTaskResult.objects.filter(id__in=again).update(status="READY", started_at=None)
    DBTaskResult.objects.filter(id__in=given_up).update(
        status="FAILED", finished_at=now, exception_class_path="gridward.journal.WorkerLost"
    )
    return len(again)


@action
def retry_due_deliveries() -> int:
    """Queues a job for every act whose deliveries are due; returns how many acts.

    Those are deliveries that failed and have waited, whose worker died, or whose job never came.
    """
    causes = queries.due_causes()
    if not causes:
        return 0
    now = clock.now()
    due = Delivery.objects.filter(done_at=None, cause__in=causes, next_try_at__lte=now)
    # a dead worker's claim ends here; the new date keeps the next tick from queueing them twice
    due.update(state=Delivery.State.WAITING, next_try_at=now + rules.CLAIM)
    for cause in causes:
        actions.enqueue_delivery(cause)
    return len(causes)


@action
def clear_finished() -> int:
    """Removes old finished jobs and arrived deliveries; the entries stay. Returns how many rows."""
    now = clock.now()
    jobs, _ = DBTaskResult.objects.filter(
        status__in=["SUCCESSFUL", "FAILED"], finished_at__lt=now - FINISHED_KEPT
    ).delete()
    arrived, _ = Delivery.objects.filter(done_at__lt=now - DELIVERED_KEPT).delete()
    return jobs + arrived
