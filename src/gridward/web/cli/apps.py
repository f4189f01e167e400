"""The command line as a Django app, so that its commands are found."""

from django.apps import AppConfig


class CliConfig(AppConfig):
    name = "gridward.web.cli"
    label = "cli"
