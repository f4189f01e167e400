"""A measured deployment: a database on one engine, a VAR folder of its own, the demo district.

Each lives in `<folder>/<engine>-<name>/`; PostgreSQL databases are called gridward_bench_<name>.
Whatever works with one does so in a process of its own, under the product's own settings.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENGINES = ("sqlite", "postgres")
OWNER, APPLICATION, PASSWORD = "gridward_bench_owner", "gridward_bench_app", "only-for-benchmarks"
DEFAULT_FOLDER = Path("var/bench")


def admin_url() -> str:
    """Where an administrator reaches the PostgreSQL server that is measured."""
    default = "postgresql://postgres@127.0.0.1:5432/postgres"
    return os.environ.get("GRIDWARD_TEST_POSTGRES_URL", "").strip() or default


@dataclass(frozen=True)
class Deployment:
    """engine: sqlite or postgres; name: size and kind, such as `1m`."""

    engine: str
    name: str
    folder: Path = DEFAULT_FOLDER

    @property
    def var(self) -> Path:
        return (self.folder / f"{self.engine}-{self.name}").resolve()

    @property
    def database(self) -> str:
        return f"gridward_bench_{self.name}"

    @property
    def stamp(self) -> Path:
        """Written last; what stands there says how the database was generated."""
        return self.var / "generated.json"

    def url(self, role: str = APPLICATION) -> str:
        if self.engine == "sqlite":
            return f"sqlite:///{self.var / 'gridward.sqlite3'}"
        info = _info()
        where = f"{info.get('host', '127.0.0.1')}:{info.get('port', '5432')}"
        return f"postgresql://{role}:{PASSWORD}@{where}/{self.database}?schema=public"

    def environment(self, role: str = APPLICATION) -> dict[str, str]:
        """What a process needs to work for this deployment."""
        return {
            "GRIDWARD_VAR": str(self.var),
            "GRIDWARD_DATABASE_URL": self.url(role),
            "GRIDWARD_SECRET_KEY": "only-for-benchmarks",
            "GRIDWARD_HOSTS": "127.0.0.1,localhost,testserver",
            "GRIDWARD_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "gridward.settings",
        }

    def enter(self, role: str = APPLICATION) -> None:
        """Make this process one of the deployment's: once, before anything of Django's."""
        for name in [n for n in os.environ if n.startswith("GRIDWARD_") and "_TEST_" not in n]:
            del os.environ[name]
        os.environ.update(self.environment(role))
        import django

        django.setup()

    def make_database(self) -> None:
        """An empty database, in place of an older one."""
        import shutil

        shutil.rmtree(self.var, ignore_errors=True)
        self.var.mkdir(parents=True)
        if self.engine == "sqlite":
            return
        with _admin() as link:
            for role in (OWNER, APPLICATION):
                if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    link.execute(
                        f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE "
                        f"PASSWORD '{PASSWORD}'"
                    )
            link.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
            link.execute(
                f'CREATE DATABASE "{self.database}" OWNER {OWNER} '
                "TEMPLATE template0 ENCODING 'UTF8'"
            )
        with _admin(self.database) as link:
            link.execute(f"ALTER SCHEMA public OWNER TO {OWNER}")

    def drop(self) -> None:
        """Nothing of it is left."""
        import shutil

        shutil.rmtree(self.var, ignore_errors=True)
        if self.engine == "postgres":
            with _admin() as link:
                link.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')


def _info() -> dict[str, Any]:
    from psycopg.conninfo import conninfo_to_dict

    return dict(conninfo_to_dict(admin_url()))


def _admin(database: str | None = None) -> Any:
    import psycopg

    info = _info() | ({"dbname": database} if database else {})
    return psycopg.connect(**info, autocommit=True)


def postgres_fault() -> str | None:
    """Why nothing can be measured on PostgreSQL; None when it can."""
    import psycopg

    try:
        _admin().close()
    except psycopg.OperationalError:
        return "no PostgreSQL answers (GRIDWARD_TEST_POSTGRES_URL, else 127.0.0.1:5432)"
    return None
