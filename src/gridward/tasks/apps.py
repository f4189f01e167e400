"""The tasks room as a Django app."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "gridward.tasks"
    label = "tasks"

    def ready(self) -> None:
        from gridward.tasks import verbs  # noqa: F401 - declares the journal verbs
        from gridward.territory import carriers

        carriers.register(
            carriers.Carrier(
                "tasks",
                floor=2,
                concerns="gridward.tasks.queries.concerned_by",
                follow="gridward.tasks.actions.follow_ground",
            )
        )
