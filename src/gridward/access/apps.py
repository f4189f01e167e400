"""The access room as a Django app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "gridward.access"
    label = "access"

    def ready(self) -> None:
        from gridward.access import capabilities, verbs  # noqa: F401 - declares the journal verbs
        from gridward.core import ticks

        capabilities.declare()
        ticks.register("access.tidy", "gridward.access.actions.tidy", 3600)
