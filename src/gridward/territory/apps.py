from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "gridward.territory"
    label = "territory"

    def ready(self) -> None:
        from gridward.territory import verbs  # noqa: F401 - declares the room's journal verbs
