"""When a reporter has been tried often enough: *not reached* is a fact of its own."""

from __future__ import annotations


def is_tried_enough(attempts: int, days: int, wanted_attempts: int, wanted_days: int) -> bool:
    """Whether so many attempts on so many days satisfy the policy."""
    return attempts >= wanted_attempts and days >= wanted_days


def is_heard(answer: str, attempts: int, days: int, wanted_attempts: int, wanted_days: int) -> bool:
    """Whether a report needs no further call in this round."""
    return bool(answer) or is_tried_enough(attempts, days, wanted_attempts, wanted_days)
