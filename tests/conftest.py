"""What every test may ask for. See docs of each fixture; `db` is for most, `space` for races."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from tests import databases, machine
from tests.databases import Space

from gridward.core.jurisdiction import Jurisdiction
from gridward.web.cli.messages import compile_stale

_serial = iter(range(1, 10**9))


# a loaded machine is slow, which is no fault of what is tested
hypothesis.settings.register_profile("gridward", deadline=None)
hypothesis.settings.load_profile("gridward")
# what has no database in it, or the demonstration's embedded one, is tested once
if os.environ.get("GRIDWARD_TEST_ENGINE") == "postgres":
    collect_ignore_glob = ["guards/*", "catalog/test_worktime*", "web/test_demo_*"]
# real files of a city are looked at when somebody says where they are: make accept DATA=…
collect_ignore = [] if os.environ.get("GRIDWARD_ACCEPT_DATA") else ["acceptance"]


def pytest_report_header(config: pytest.Config) -> str:
    return f"gridward: engine {settings.GRIDWARD_TEST_ENGINE}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """With CI=true a skipped test is a failed one: what is missing there has to be put there."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        report.outcome = "failed"
        report.longrepr = f"skipped, though CI skips nothing: {report.longrepr}"
    return report


def pytest_configure(config: pytest.Config) -> None:
    compile_stale()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        databases.sweep(config)


@pytest.fixture(scope="session")
def run_dir(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """One folder for the whole run, the same for every worker of it."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def maker(
    run_dir: Path, django_db_blocker: pytest.FixtureRequest, pytestconfig: pytest.Config
) -> databases.Maker:
    """Makes migrated databases: the first worker builds the template, all copy it."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        return databases.maker_for(settings.GRIDWARD_TEST_ENGINE, run_dir)


@pytest.fixture(scope="session")
def django_db_setup(
    maker: databases.Maker,
    django_db_blocker: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """The database behind pytest-django's `db`: one per worker, copied from the template."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        made = maker.make(tmp_path_factory.mktemp("db"))
        connections["default"].close()
        connections.databases["default"].update(made)
        connections["default"].settings_dict.update(made)
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections["default"].close()
        maker.drop(made)


@pytest.fixture(autouse=True)
def _own_jurisdiction(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Every test has a jurisdiction of its own name, so nothing kept in memory, no key and no file
    of one test is met by another."""
    before = dict(settings.GRIDWARD_JURISDICTIONS)
    key = f"t{next(_serial)}"
    settings.GRIDWARD_JURISDICTIONS.clear()
    settings.GRIDWARD_JURISDICTIONS[key] = Jurisdiction(key=key, number="990", database="default")
    yield
    settings.GRIDWARD_JURISDICTIONS.clear()
    settings.GRIDWARD_JURISDICTIONS.update(before)


@pytest.fixture
def space(
    maker: databases.Maker,
    django_db_blocker: pytest.FixtureRequest,
    tmp_path: Path,
    _own_jurisdiction: None,
) -> Iterator[Space]:
    """A fresh jurisdiction with a database and a var folder of its own. What is written is
    committed; threads open their own connections. It is the current jurisdiction everywhere."""
    with django_db_blocker.unblock(), databases.spaces(maker, tmp_path, 1) as made:  # type: ignore[attr-defined]
        yield made[0]


@pytest.fixture
def two_spaces(
    maker: databases.Maker,
    django_db_blocker: pytest.FixtureRequest,
    tmp_path: Path,
    _own_jurisdiction: None,
) -> Iterator[tuple[Space, Space]]:
    """Two jurisdictions side by side in this process: two SQLite files, or two schemas of one
    PostgreSQL database. Enter one with `with space.entered():`."""
    with django_db_blocker.unblock(), databases.spaces(maker, tmp_path, 2) as made:  # type: ignore[attr-defined]
        yield made[0], made[1]


class Browsers:
    """Chromium twice, each started when it is first asked for: plain, and with WebGL drawn by the
    processor, which moves maps and costs several times as much for every page."""

    PLAIN = ("--no-sandbox", "--disable-gpu", "--disable-3d-apis")
    MAPS = (
        "--no-sandbox",
        "--use-gl=angle",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--ignore-gpu-blocklist",
    )

    def __init__(self, playwright: Any, program: str) -> None:
        self.playwright, self.program = playwright, program
        self.started: dict[bool, Any] = {}

    def new_context(self, *, maps: bool = False, **given: Any) -> Any:
        """A context of Playwright's. maps: whether WebGL is there."""
        if maps not in self.started:
            self.started[maps] = self.playwright.chromium.launch(
                executable_path=self.program, args=list(self.MAPS if maps else self.PLAIN)
            )
        return self.started[maps].new_context(**given)

    def close(self) -> None:
        for each in self.started.values():
            each.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browsers]:
    """Chromium, driven by Playwright; one for all journeys of a worker."""
    program = machine.chromium()
    if program is None:
        pytest.skip("no Chromium (set GRIDWARD_TEST_CHROMIUM or install chromium)")
    from playwright.sync_api import sync_playwright

    # its event loop lives in this thread as long as the browser does
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browsers = Browsers(playwright, str(program))
        yield browsers
        browsers.close()
