from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "gridward.catalog"
    label = "catalog"

    def ready(self) -> None:
        from gridward.catalog import verbs  # noqa: F401 - declares the room's journal verbs
