"""`gridward serve`: one process tree that starts whole and ends whole."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Space
from tests.serving import free_port, serving


def children_of(pid: int) -> list[int]:
    """Every process below this one."""
    told = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in told.stdout.splitlines()]
    found, waiting = [], [pid]
    while waiting:
        parent = waiting.pop()
        mine = [p for p, above in pairs if above == parent]
        found += mine
        waiting += mine
    return found


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def start(space: Space, port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gridward.cli", "serve", "--port", str(port)],
        env={**os.environ, **space.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 40
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
        except OSError:
            time.sleep(0.1)
            continue
        if len(children_of(process.pid)) >= 4:
            return process
    process.kill()
    raise AssertionError("not served")


def all_gone(pids: list[int], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(is_running(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


def test_ctrl_c_ends_the_whole_tree(space: Space) -> None:
    process = start(space, free_port())
    tree = children_of(process.pid)

    process.send_signal(signal.SIGINT)

    assert process.wait(20) == 0
    assert all_gone(tree)


def test_the_children_end_when_the_supervisor_is_killed(space: Space) -> None:
    process = start(space, free_port())
    tree = children_of(process.pid)

    process.kill()
    process.wait()

    assert all_gone(tree)


def test_a_part_that_falls_is_started_again(space: Space) -> None:
    process = start(space, free_port())
    try:
        worker = next(
            p
            for p in children_of(process.pid)
            if b"worker" in Path(f"/proc/{p}/cmdline").read_bytes().split(b"\0")
        )
        os.kill(worker, signal.SIGKILL)
        until = time.monotonic() + 15
        while time.monotonic() < until:
            again = [
                p
                for p in children_of(process.pid)
                if p != worker
                and is_running(p)
                and b"worker" in Path(f"/proc/{p}/cmdline").read_bytes().split(b"\0")
            ]
            if again:
                break
            time.sleep(0.1)
        assert again
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def run(space: Space, *arguments: str, **more: str) -> Any:
    return subprocess.run(
        [sys.executable, "-m", "gridward.cli", *arguments],
        env={**os.environ, **space.environment, **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_taken_port_is_refused_with_another_one(space: Space) -> None:
    with serving(space) as address:
        port = address.rsplit(":", 1)[1]
        told = run(space, "serve", "--port", port)

    assert told.returncode == 2
    assert str(int(port) + 1) in told.stderr


def test_an_empty_database_is_not_served(space: Space, tmp_path: Path) -> None:
    told = run(space, "serve", "--json", GRIDWARD_DATABASE_URL=f"sqlite:///{tmp_path}/no.sqlite3")

    assert told.returncode == 2
    assert json.loads(told.stdout)["code"] == "nothing_to_serve"


def test_a_demonstration_is_not_served_in_the_open(space: Space) -> None:
    told = run(space, "serve", "--json", "--bind", "0.0.0.0", GRIDWARD_DEMO="1")

    assert told.returncode == 2
    assert json.loads(told.stdout)["code"] == "demo_in_the_open"


@pytest.mark.parametrize("argument", ["--no-such", "--port=x"])
def test_a_wrong_argument_is_exit_code_two(space: Space, argument: str) -> None:
    assert run(space, "serve", argument).returncode == 2
