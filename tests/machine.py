"""What this machine has for testing: a PostgreSQL that answers, a Chromium."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

DEFAULT_POSTGRES = "postgresql://postgres@127.0.0.1:5432/postgres"


def admin_url() -> str:
    """Where an administrator reaches the test server."""
    return os.environ.get("GRIDWARD_TEST_POSTGRES_URL", "").strip() or DEFAULT_POSTGRES


def postgres_fault() -> str | None:
    """Why the suite cannot run on PostgreSQL; None when it can."""
    import psycopg

    try:
        with psycopg.connect(admin_url(), connect_timeout=5) as link:
            if link.info.server_version < 150000:
                return f"server version {link.info.server_version // 10000}, 15 or newer is needed"
            row = link.execute(
                "SELECT rolsuper OR (rolcreatedb AND rolcreaterole) FROM pg_roles "
                "WHERE rolname = current_user"
            ).fetchone()
            if not row or not row[0]:
                return "the test role may not create roles and databases"
    except psycopg.OperationalError:
        return "none answers (GRIDWARD_TEST_POSTGRES_URL, else 127.0.0.1:5432 as postgres)"
    return None


def chromium() -> str | None:
    """The browser's program, or None."""
    if named := os.environ.get("GRIDWARD_TEST_CHROMIUM"):
        return named if Path(named).exists() else None
    for name in ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None
