"""The directory room as a Django app."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "gridward.directory"
    label = "directory"

    def ready(self) -> None:
        from gridward.directory import verbs  # noqa: F401 - declares the journal verbs
