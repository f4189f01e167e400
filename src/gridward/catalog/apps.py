"""The catalog room as a Django app."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "gridward.catalog"
    label = "catalog"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        """Declare the room's journal verbs, and that what was agreed is never rewritten."""
        from gridward.catalog import verbs  # noqa: F401 - declares the room's journal verbs
        from gridward.core import grants

        # one column stays open: PostgreSQL locks rows only for whoever may change something
        grants.append_only("catalog_edition", except_columns=("remark",))
        grants.append_only("catalog_decision")
