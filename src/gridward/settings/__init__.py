"""Settings of the running product; tests use `gridward.settings.test`."""

from gridward.settings.base import *  # noqa: F403
