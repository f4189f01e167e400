"""What the ticker does for notify, in the current jurisdiction. It never talks to the network."""

from __future__ import annotations

from gridward.core import clock, jurisdiction
from gridward.core.action import action
from gridward.notify import actions, rules


def queue_due() -> int:
    """Takes what is due, a bounded number, and has a worker send it; returns how many."""
    if not _anything_due():
        return 0
    return len(_take())


@action
def _take() -> list[str]:
    from gridward.notify.jobs import send  # needs the task backend, which needs the apps

    taken = [str(one) for one in actions.claim_due()]
    if taken:
        send.enqueue(jurisdiction.current().key, taken)
    return taken


def _anything_due() -> bool:
    """One look at the index, so that an idle tick takes no lock."""
    from gridward.catalog.queries import is_loaded
    from gridward.notify.models import Notice

    return (
        Notice.objects.filter(
            state__in=rules.UNDER_WAY, bundled_into=None, next_try_at__lte=clock.now()
        ).exists()
        and is_loaded()
    )


def clear_old() -> int:
    """Removes notices and news that are older than they are kept; returns how many rows."""
    return actions.clear_notices(clock.now() - rules.KEPT)
