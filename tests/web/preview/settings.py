"""Settings for looking at screens: runserver --settings tests.web.preview.settings."""

from gridward.settings.test import *  # noqa: F403

ROOT_URLCONF = "tests.web.preview.urls"
