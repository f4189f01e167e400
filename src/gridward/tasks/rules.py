"""Pure decisions about tasks."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

KINDS = ("closure_check", "pre_verification")
STATES = ("open", "done", "ended")

# what may be answered; the first of each kind is the good end
RESULTS: dict[str, tuple[str, ...]] = {
    "closure_check": ("passed", "not_passed", "unable"),
    "pre_verification": ("confirmed", "not_found", "unable"),
}
# answers that the desk cannot act on without a word of explanation
NEEDS_WORDS = frozenset({"not_passed", "not_found", "unable"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be asked. worker_kind as in the directory."""

    post_id: uuid.UUID
    person_id: uuid.UUID
    staff_number: str
    worker_kind: str


def is_result(kind: str, result: str) -> bool:
    """Whether `result` answers a task of this kind."""
    return result in RESULTS[kind]


def choose_checker(
    candidates: Iterable[Candidate],
    *,
    open_tasks: Mapping[uuid.UUID, int],
    handlers: Collection[uuid.UUID],
) -> Candidate | None:
    """Who is asked: not a handler, full-time before others, the fewest open tasks, then by number.

    open_tasks: post id → how many are open; handlers: *person* ids that held or acted in the
    round, so that another post of the same person does not get past the rule.
    """
    free = [c for c in candidates if c.person_id not in handlers]
    if not free:
        return None
    return min(
        free,
        key=lambda c: (
            c.worker_kind == "part_time",
            open_tasks.get(c.post_id, 0),
            c.staff_number,
            c.post_id,
        ),
    )
