"""Settings for the test suite.

GRIDWARD_TEST_ENGINE        sqlite (default) or postgres
GRIDWARD_TEST_POSTGRES_URL  an administrator's address; tests/conftest.py makes roles and databases

Nothing of the developer's own deployment is touched: VAR is a fresh folder that goes with the
process, and the database is named by tests/conftest.py.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_var = Path(tempfile.mkdtemp(prefix="gridward-test-"))
_maker = os.getpid()


def _remove() -> None:
    if os.getpid() == _maker:  # a forked child must not take the folder with it
        shutil.rmtree(_var, ignore_errors=True)


atexit.register(_remove)
for _name in [
    n
    for n in os.environ
    if n.startswith("GRIDWARD_") and not n.startswith(("GRIDWARD_TEST_", "GRIDWARD_ACCEPT_"))
]:
    del os.environ[_name]
os.environ["GRIDWARD_VAR"] = str(_var)
os.environ["GRIDWARD_SECRET_KEY"] = "only-for-tests"  # noqa: S105
GRIDWARD_TEST_ENGINE = os.environ.get("GRIDWARD_TEST_ENGINE", "sqlite")
if GRIDWARD_TEST_ENGINE not in ("sqlite", "postgres"):
    raise ValueError("GRIDWARD_TEST_ENGINE is sqlite or postgres")
if GRIDWARD_TEST_ENGINE == "postgres":
    os.environ["GRIDWARD_DATABASE_URL"] = "postgresql:///named_by_conftest"

from gridward.settings.base import *  # noqa: E402, F403
from gridward.settings.base import ALLOWED_HOSTS, DATABASES  # noqa: E402

ALLOWED_HOSTS += ["testserver"]
# put together once for all runs: that takes ten seconds
GRIDWARD_FONTS = Path(tempfile.gettempdir(), "gridward-test-fonts")
GRIDWARD_DURABLE = False  # test keys and files need not survive a power cut
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if GRIDWARD_TEST_ENGINE == "sqlite":
    # a test database need not survive a power cut
    DATABASES["default"]["OPTIONS"]["init_command"] = DATABASES["default"]["OPTIONS"][
        "init_command"
    ].replace("synchronous=FULL", "synchronous=OFF")
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
