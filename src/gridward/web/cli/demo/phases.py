"""What the demonstration is made of, in order. Every phase uses the product's own verbs.

A phase is a function `(say) -> None`: `say(text)` tells progress within it. It runs in the
jurisdiction that is being built, on an empty database, and may take for granted what the phases
before it made. Add one by adding a line to PHASES.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gridward.catalog import actions as catalog
from gridward.core import clock, jurisdiction
from gridward.core.demo import mark_demo_database
from gridward.journal import actions as journal
from gridward.journal.actions import ActorRef
from gridward.web.cli.demo import cases, ground, messages, people

Say = Callable[[str], None]


@dataclass(frozen=True)
class Phase:
    title: Any  # a lazy text
    run: Callable[[Say], None]


def tables(say: Say) -> None:
    """The database's tables, marked from the first moment as a demonstration's."""
    call_command(
        "migrate", database=jurisdiction.current().database, verbosity=0, interactive=False
    )
    mark_demo_database()


def long_ago(run: Callable[[Say], None]) -> Callable[[Say], None]:
    """The phase as done a quarter of a year ago: posts must be older than the cases."""

    def then(say: Say) -> None:
        with clock.frozen(clock.now() - timedelta(days=90)):
            run(say)

    return then


def packs(say: Say) -> None:
    """What has been agreed: the base pack, a town's matters, the demo's own."""
    folder = Path(settings.GRIDWARD_PACKS)
    made = catalog.load_packs(
        [folder / "base", folder / "urban-grid", folder / "demo-district"],
        actor=ActorRef("import", "demo"),
    )
    say(_("edition %(number)s") % {"number": made.number})


def sealed(say: Say) -> None:
    """Every journal entry under a seal."""
    say(_("%(count)s seals") % {"count": len(journal.seal_pending())})


PHASES: list[Phase] = [
    Phase(gettext_lazy("tables"), tables),
    Phase(gettext_lazy("catalogue"), packs),
    Phase(gettext_lazy("ground"), long_ago(ground.draw_district)),
    Phase(gettext_lazy("organisations"), long_ago(people.make_organisations)),
    Phase(gettext_lazy("people"), long_ago(people.make_people)),
    Phase(gettext_lazy("cases"), cases.make_cases),
    Phase(gettext_lazy("messages"), messages.make_messages),
    Phase(gettext_lazy("journal"), sealed),
]
