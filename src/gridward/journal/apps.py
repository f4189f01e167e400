"""The journal as a Django application."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules

from gridward.core import grants, ticks


class JournalConfig(AppConfig):
    name = "gridward.journal"
    label = "journal"

    def ready(self) -> None:
        """Collects every room's verbs and says what the ticker does and what is append-only."""
        autodiscover_modules("verbs")
        grants.append_only("journal_entry", except_columns=("seal_id", "position"))
        grants.append_only("journal_seal")
        ticks.register("journal.seal", "gridward.journal.ticker.seal", 10)
        ticks.register("journal.retry", "gridward.journal.ticker.retry_due_deliveries", 15)
        ticks.register("journal.lost_jobs", "gridward.journal.ticker.requeue_lost_jobs", 60)
        ticks.register("journal.clear", "gridward.journal.ticker.clear_finished", 3600)
