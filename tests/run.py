"""`make check`, `make test` and `make accept`: runs the steps, names what was skipped and why.

With CI=true nothing may be skipped: what is missing is a failure with a name.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.machine import chromium, postgres_fault

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
# one more than there are processors: each waits for its database now and then
WORKERS = os.environ.get("GRIDWARD_TEST_WORKERS") or str((os.cpu_count() or 1) + 1)
BROWSERS = os.environ.get("GRIDWARD_TEST_WORKERS") or "2"


@dataclass
class Outcome:
    name: str
    code: int
    seconds: float
    said: str = ""


@dataclass
class Run:
    outcomes: list[Outcome] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def step(self, name: str, *command: str, **environment: str) -> None:
        """Runs one command with its output on our own, and remembers how it ended."""
        print(f"\n=== {name}", flush=True)
        began = time.monotonic()
        code = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **environment}, check=False
        ).returncode
        self.outcomes.append(Outcome(name, code, time.monotonic() - began))

    def at_once(self, *steps: tuple[str, list[str]]) -> None:
        """Runs commands side by side; each one's output comes whole, in the given order."""
        began = time.monotonic()
        running = [
            (
                name,
                subprocess.Popen(
                    command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
                ),
            )
            for name, command in steps
        ]
        for name, process in running:
            said, _none = process.communicate()
            print(f"\n=== {name}\n{said.rstrip()}", flush=True)
            self.outcomes.append(Outcome(name, process.returncode, time.monotonic() - began))

    def skip(self, name: str, why: str) -> None:
        """Notes that `name` did not run; in CI that is a failure."""
        if IN_CI:
            self.outcomes.append(Outcome(f"{name}: {why}", 1, 0.0))
        else:
            self.skipped.append(f"{name}: {why}")

    def close(self, title: str) -> int:
        """Prints every step, what was skipped and one closing line; 0 when all went well."""
        print(f"\n=== {title}")
        for outcome in self.outcomes:
            word = "ok" if outcome.code == 0 else "FAILED"
            print(f"{word:>7}  {outcome.name}  ({outcome.seconds:.0f} s)")
        for line in self.skipped:
            print(f"skipped  {line}")
        failed = [o.name for o in self.outcomes if o.code != 0]
        seconds = time.monotonic() - self.started
        end = f"{len(failed)} failed: {', '.join(failed)}" if failed else "all passed"
        if self.skipped:
            end += f", {len(self.skipped)} skipped"
        print(f"\n{title}: {end} in {seconds:.0f} s", flush=True)
        return 1 if failed else 0


def pytest(*arguments: str) -> list[str]:
    return [str(BIN / "python"), "-m", "pytest", "-q", *arguments]


def check(run: Run) -> None:
    """Lint, types, contracts and guards; the two long ones side by side on two cores."""
    run.at_once(
        ("ruff", [str(BIN / "ruff"), "check", "--quiet", "."]),
        ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
        ("import contracts", [str(BIN / "lint-imports"), "--no-cache"]),
    )
    run.at_once(
        ("types", [str(BIN / "mypy")]),
        ("guards", pytest("-n0", "tests/guards")),
    )


def test(run: Run, chosen: list[str]) -> None:
    """The suite on SQLite, then on PostgreSQL, then the browser journeys."""
    spread = ["-n", WORKERS, "--dist", "worksteal", "-m", "not journey"]
    # `.ci/run` says so when `make check` has just run them
    checked = ["--ignore=tests/guards"] if os.environ.get("GRIDWARD_GUARDS_HOLD") == "1" else []
    run.step("SQLite", *pytest(*spread, *checked, *chosen), GRIDWARD_TEST_ENGINE="sqlite")
    fault = postgres_fault()
    if fault:
        run.skip("PostgreSQL", fault)
    else:
        run.step(
            "PostgreSQL",
            *pytest(*spread, *chosen),
            GRIDWARD_TEST_ENGINE="postgres",
        )
    if not any((ROOT / "tests" / "journeys").glob("test_*.py")):
        return
    if chromium() is None:
        run.skip("browser journeys", "no Chromium (set GRIDWARD_TEST_CHROMIUM or install chromium)")
    else:
        run.step(
            "browser journeys",
            *pytest("-n", BROWSERS, "-m", "journey", *(chosen or ["tests/journeys"])),
            GRIDWARD_TEST_ENGINE="sqlite",
        )


def accept(run: Run, folder: str) -> None:
    """A city's real files, counted."""
    run.step(
        "acceptance",
        *pytest("-n0", "-s", "tests/acceptance"),
        GRIDWARD_ACCEPT_DATA=str(Path(folder).resolve()),
    )


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--accept", metavar="DATA")
    parser.add_argument("chosen", nargs="*", help="test files, else all")
    options = parser.parse_args()
    run = Run()
    title: str
    action: Callable[[], None]
    if options.check:
        title, action = "make check", lambda: check(run)
    elif options.accept:
        title, action = "make accept", lambda: accept(run, options.accept)
    else:
        title, action = "make test", lambda: test(run, options.chosen)
    action()
    return run.close(title)


if __name__ == "__main__":
    sys.exit(main())
