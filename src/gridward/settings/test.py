"""Settings for the test suite; databases and folders are set by tests/conftest.py."""

from gridward.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
