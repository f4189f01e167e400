"""A city's real table, as docs/howto/import-a-citys-history.md says it: every figure checked.

Runs only with GRIDWARD_ACCEPT_DATA, the folder that holds the table (`make accept DATA=…`).
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.databases import OWNER, PASSWORD
from tests.machine import admin_url, postgres_fault

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "howto" / "import-a-citys-history.md"
TABLE = "boston311-2011H2.zip"
FIGURES = {
    "cases": 58_251,
    "with_target": 47_270,
    "closed_by_target": 35_591,
    "closed_late": 8_230,
    "open_overdue": 3_449,
}
REPLAY_ROWS = int(os.environ.get("GRIDWARD_ACCEPT_REPLAY", "1000"))


class City:
    """Runs commands for one jurisdiction."""

    def __init__(self, folder: Path, url: str | None) -> None:
        self.folder = folder
        self.environment = {
            # as an operator's shell, which names no secret
            **{name: v for name, v in os.environ.items() if name != "GRIDWARD_SECRET_KEY"},
            "GRIDWARD_VAR": str(folder / "var"),
            "GRIDWARD_KEY": "boston",
            "GRIDWARD_ZONE": "America/New_York",
            "DJANGO_SETTINGS_MODULE": "gridward.settings",
            "GRIDWARD_DATABASE_URL": url or "",
        }

    def run(self, *words: str, ok: bool = True) -> dict[str, Any]:
        """What `gridward words --json` reports."""
        report = "--json" if words[0] != "migrate" else "-v0"
        done = subprocess.run(
            [sys.executable, "-m", "gridward.cli", *words, report],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) is ok, f"{words}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout) if report == "--json" else {}


@pytest.fixture(scope="module")
def table() -> Path:
    path = Path(os.environ["GRIDWARD_ACCEPT_DATA"], TABLE)
    if not path.exists():
        pytest.skip(f"no {TABLE} in {path.parent}")
    return path


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def city(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[City]:
    """An empty jurisdiction on each engine, used by real processes."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        yield City(folder, None)
        return
    fault = postgres_fault()
    if fault:
        pytest.skip(fault)
    name = f"gwt_accept_{uuid.uuid4().hex[:8]}"
    info = psycopg.conninfo.conninfo_to_dict(admin_url())
    with psycopg.connect(**info, autocommit=True) as link:
        there = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [OWNER]).fetchone()
        if not there:
            link.execute(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{PASSWORD}'")
        link.execute(f'CREATE DATABASE "{name}" OWNER {OWNER}')
    host, port = info.get("host", "127.0.0.1"), info.get("port", "5432")
    where = f"{host}:{port}" if not str(host).startswith("/") else ""
    query = f"?host={host}" if str(host).startswith("/") else ""
    yield City(folder, f"postgresql://{OWNER}:{PASSWORD}@{where}/{name}{query}")
    with psycopg.connect(**info, autocommit=True) as link:
        link.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def commands_of_the_page(table: Path) -> list[list[str]]:
    """Every `gridward …` line of the page, with its own places put in."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    found = []
    for line in lines:
        if line.startswith("gridward "):
            line = line.replace("$DATA", str(table)).replace("docs/howto", str(PAGE.parent))
            found.append([word for word in shlex.split(line)[1:] if word != "--json"])
    return found


def test_the_page_takes_the_table_over_and_the_figures_come_out_of_the_clocks(
    city: City, table: Path
) -> None:
    told: dict[str, dict[str, Any]] = {}
    for words in commands_of_the_page(table):
        if words[0] == "replay":
            words[words.index("--rows") + 1] = str(REPLAY_ROWS)
        if words[:2] == ["cases", "import"]:
            words += ["--faults", str(city.folder / "faults.csv")]
        told[" ".join(words[:2])] = city.run(*words)
        print(" ".join(words[:2]), _short(told[" ".join(words[:2])]), flush=True)

    imported = told["cases import"]
    assert (imported["read"], imported["imported"], imported["faulty"]) == (58_251, 58_251, 0)
    assert (imported["outside"], imported["without_place"]) == (0, 0)
    assert imported["accounted_for"]
    counted = told["cases count"]
    assert {key: counted[key] for key in FIGURES} == FIGURES
    assert counted["closed_by_target_percent"] == 75.29
    assert told["territory check"]["ok"]
    assert told["cases check"]["broken"] == {}
    audited = told["clocks audit"]
    assert (audited["clocks"], audited["faults"]) == (47_270, [])
    assert told["journal verify"]["ok"]
    assert told["journal verify"]["pending"] == 0
    walked = next(report for name, report in told.items() if name.startswith("replay"))
    assert walked["rows"] == REPLAY_ROWS
    assert walked["on_time"] == walked["on_time_of_the_rows"]
    assert (walked["broken_invariants"], walked["clock_faults"]) == ({}, [])

    again = city.run(
        "cases", "import", str(table), "--mapping", str(PAGE.parent / "import-boston.yaml")
    )
    assert (again["imported"], again["already_there"], again["faulty"]) == (0, 58_251, 0)
    assert city.run("cases", "count")["cases"] == 58_251


def _short(report: dict[str, Any]) -> str:
    plain = {key: value for key, value in report.items() if isinstance(value, int | float | str)}
    return json.dumps(plain, ensure_ascii=False)
