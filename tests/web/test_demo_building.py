"""The demonstration is built beside and moved into place; nothing else is ever touched."""

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from gridward.core.demo import is_demo_file


def gridward(var: Path, *arguments: str, **more: str) -> Any:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GRIDWARD_")}
    environment |= {"GRIDWARD_VAR": str(var), "DJANGO_SETTINGS_MODULE": "gridward.settings", **more}
    return subprocess.run(
        [sys.executable, "-m", "gridward.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def demo(var: Path, **more: str) -> Any:
    return gridward(var, "demo", "--prepare-only", "--json", "--phases", "1", **more)


def test_it_is_made_once_and_again_only_when_it_is_of_another_version(tmp_path: Path) -> None:
    var = tmp_path / "var"

    first, second = demo(var), demo(var)
    (var / "demo.stamp").write_text("of an older version")
    third, fourth = demo(var), demo(var)

    assert first.returncode == 0, first.stderr
    made = [json.loads(told.stdout)["made"] for told in (first, second, third, fourth)]
    assert made == [True, False, True, False]
    assert is_demo_file(var / "gridward.sqlite3")
    assert var.stat().st_mode & 0o077 == 0  # nobody else on the machine looks in
    assert sorted(p.name for p in tmp_path.iterdir()) == ["var"]


def test_a_database_in_use_is_never_touched(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir()
    with sqlite3.connect(var / "gridward.sqlite3") as link:
        link.execute("CREATE TABLE town (name TEXT)")
    before = (var / "gridward.sqlite3").read_bytes()

    told = demo(var)

    assert told.returncode == 2
    assert json.loads(told.stdout)["code"] == "not_a_demo"
    assert (var / "gridward.sqlite3").read_bytes() == before


def test_keys_without_a_database_are_never_touched(tmp_path: Path) -> None:
    keys = tmp_path / "var" / "main" / "keys"
    keys.mkdir(parents=True)
    (keys / "master.key").write_bytes(b"x" * 32)

    told = demo(tmp_path / "var")

    assert json.loads(told.stdout)["code"] == "not_a_demo"
    assert (keys / "master.key").read_bytes() == b"x" * 32


def test_a_database_named_elsewhere_is_left_alone(tmp_path: Path) -> None:
    told = demo(tmp_path / "var", GRIDWARD_DATABASE_URL=f"sqlite:///{tmp_path}/other.sqlite3")

    assert json.loads(told.stdout)["code"] == "demo_elsewhere"
    assert not (tmp_path / "other.sqlite3").exists()


def test_an_interruption_leaves_nothing_that_looks_whole(tmp_path: Path) -> None:
    var = tmp_path / "var"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GRIDWARD_")}
    environment |= {"GRIDWARD_VAR": str(var), "DJANGO_SETTINGS_MODULE": "gridward.settings"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gridward.cli", "demo", "--prepare-only"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    building = tmp_path / "var.building"
    until = time.monotonic() + 30
    while not (building / "gridward.sqlite3").exists() and time.monotonic() < until:
        time.sleep(0.02)

    process.kill()  # the child that builds ends by its leash
    process.wait(20)
    time.sleep(1)

    assert not (var / "gridward.sqlite3").exists()
    again = demo(var)
    assert again.returncode == 0, again.stderr
    assert not building.exists()
