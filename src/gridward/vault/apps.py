"""The vault as a Django application."""

from django.apps import AppConfig

from gridward.core import ticks


class VaultConfig(AppConfig):
    name = "gridward.vault"
    label = "vault"

    def ready(self) -> None:
        """Says what the ticker does, and how a person is found by telephone."""
        from gridward.vault import erasure

        erasure.declare_finder("phone", "gridward.vault.queries.subjects_by_phone")
        ticks.register("vault.reap", "gridward.vault.ticker.reap_staged_files", 600)
        ticks.register("vault.orphans", "gridward.vault.ticker.sweep_orphans", 24 * 3600)
        ticks.register("vault.finish", "gridward.vault.ticker.finish", 3600)
