"""What the cases room tells the floors below when the product starts."""

from __future__ import annotations

from gridward.cases import notices, verbs
from gridward.cases.rules.guards import GUARDS
from gridward.cases.rules.process import EFFECTS
from gridward.catalog import registry
from gridward.core import ticks
from gridward.journal.subscriptions import subscribe
from gridward.notify import sources
from gridward.territory import carriers
from gridward.vault import erasure


def declare_all() -> None:
    """Declare the names that packs may use, the subscriptions and the ticks of this room."""
    registry.declare_guards(set(GUARDS))
    registry.declare_effects(set(EFFECTS))
    registry.declare_verbs({verb.key for verb in verbs.VERBS})
    subscribe(
        "cases.suggest",
        verbs=["report.submitted", "report.join_refused"],
        handler="gridward.cases.handlers.suggest",
    )
    registry.declare_news(notices.NEWS)
    subscribe("cases.notices", verbs=notices.NEWS, handler="gridward.cases.notices.tell")
    sources.declare(notices.SOURCE, "gridward.cases.notices.compose")
    subscribe(
        "cases.stamp",
        verbs=["case.disposed", "case.self_handled"],
        handler="gridward.cases.stamping.stamp",
    )
    ticks.register("cases.sweep_clocks", "gridward.cases.actions.sweep_clocks", 20)
    ticks.register(
        "cases.recompute_provisional", "gridward.cases.actions.recompute_provisional", 300
    )
    ticks.register("cases.lapse_proposals", "gridward.cases.actions.lapse_proposals", 300)
    ticks.register("cases.archive_closed", "gridward.cases.actions.archive_closed", 600)
    ticks.register(
        "cases.retention",
        "gridward.cases.actions.data_requests.retain_by_itself",
        24 * 3600,
    )
    erasure.on_erase("gridward.cases.handlers.blank_erased")
    erasure.declare_finder("receipt", "gridward.cases.handlers.subjects_of_receipt")
    erasure.declare_finder("phone", "gridward.cases.handlers.subjects_of_phone")
    carriers.register(
        carriers.Carrier(
            "cases",
            floor=3,
            concerns="gridward.cases.queries.following.concerned_by",
            follow="gridward.cases.actions.following.follow_ground",
        )
    )
