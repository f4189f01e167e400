"""What the demonstration is made of, in order. Every phase uses the product's own verbs.

A phase is a function `(say) -> None`: `say(text)` tells progress within it. It runs in the
jurisdiction that is being built, on an empty database, and may take for granted what the phases
before it made. Add one by adding a line to PHASES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core.management import call_command

from gridward.core import jurisdiction
from gridward.core.demo import mark_demo_database

Say = Callable[[str], None]


@dataclass(frozen=True)
class Phase:
    title: str
    run: Callable[[Say], None]


def tables(say: Say) -> None:
    """The database's tables, marked from the first moment as a demonstration's."""
    call_command(
        "migrate", database=jurisdiction.current().database, verbosity=0, interactive=False
    )
    mark_demo_database()


PHASES: list[Phase] = [
    Phase("tables", tables),
]
