"""The command line as a Django app, so that its commands are found."""

from django.apps import AppConfig

from gridward.core import ticks


class CliConfig(AppConfig):
    name = "gridward.web.cli"
    label = "cli"

    def ready(self) -> None:
        """Has the ticker look for jobs that a killed worker of this host left behind, and an
        embedded database at its numbers."""
        ticks.register("jobs.requeue", "gridward.web.cli.jobs.requeue_of_dead_workers", 5)
        ticks.register("jobs.numbers", "gridward.web.cli.jobs.look_at_numbers", 24 * 3600)
