"""The directory room as a Django app."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "gridward.directory"
    label = "directory"

    def ready(self) -> None:
        from gridward.core import ticks
        from gridward.directory import verbs  # noqa: F401 - declares the journal verbs
        from gridward.territory import carriers

        ticks.register("directory.staged", "gridward.directory.files.tidy_staged", 3600)
        carriers.register(
            carriers.Carrier(
                "directory",
                floor=1,
                concerns="gridward.directory.grounds.concerns",
                standings="gridward.directory.grounds.standings",
                follow="gridward.directory.actions.follow_grounds",
            )
        )
