"""Background jobs of the journal."""

import logging
import traceback
from uuid import UUID

from django_tasks import task

from gridward.core import jurisdiction
from gridward.core.errors import Problem
from gridward.journal import actions, queries, subscriptions

log = logging.getLogger("gridward.journal")


@task()
def deliver(jurisdiction_key: str, cause: str) -> int:
    """Brings what one act left to tell to its subscribers; returns how many heard of it.

    Never raises: a failed delivery waits for its next try, and what went wrong stands on it.
    """
    with jurisdiction.using(jurisdiction_key):
        return sum(_attempt(row.id) for row in queries.open_deliveries(UUID(cause)))


def _attempt(delivery_id: UUID) -> bool:
    if not actions.claim_delivery(delivery_id):
        return False
    row = queries.delivery(delivery_id)
    try:
        with queries.remembered_generations():
            subscription = subscriptions.subscription(row.subscriber)
            if subscription is None:
                raise LookupError("no such subscriber")
            subscription.call(row.entry_id)
    except Exception as fault:
        state = actions.fail_delivery(delivery_id, error=_where(fault))
        log.warning(
            "delivery failed",
            extra={"delivery": str(delivery_id), "subscriber": row.subscriber, "state": state},
        )
        return False
    actions.finish_delivery(delivery_id)
    return True


def _where(fault: BaseException) -> str:
    """The kind of error and the line it came from; never its message, which may quote a person."""
    kind = type(fault)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(fault, Problem):
        name = f"{name} ({fault.code})"
    frames = traceback.extract_tb(fault.__traceback__)
    if not frames:
        return name
    last = next((f for f in reversed(frames) if "gridward" in f.filename), frames[-1])
    file = "/".join(last.filename.split("/")[-2:])
    return f"{name} at {file}:{last.lineno}"
