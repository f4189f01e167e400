"""The notify room as a Django app."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "gridward.notify"
    label = "notify"

    def ready(self) -> None:
        from gridward.core import ticks
        from gridward.notify import verbs  # noqa: F401 - declares the journal verbs

        ticks.register("notify.queue_due", "gridward.notify.ticker.queue_due", 5)
        ticks.register("notify.clear_old", "gridward.notify.ticker.clear_old", 3600)
