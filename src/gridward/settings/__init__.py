"""Settings of the running product; tests use `gridward.settings.test`."""

import os

if not os.environ.get("DJANGO_SETTINGS_MODULE", "").startswith("gridward.settings."):
    # `gridward.settings.test` sets its own environment before it reads the base
    from gridward.settings.base import *  # noqa: F403
