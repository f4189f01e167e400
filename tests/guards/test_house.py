"""The plan of the house, held by tests: floors, doors of rooms, and who may write."""

from __future__ import annotations

import ast
import importlib
import inspect
import re

import pytest
from django.apps import apps
from django.db import models
from tests.guards.source import (
    FLOORS,
    PACKAGE,
    ROOMS,
    ROOT,
    imports,
    place,
    python_files,
    tree,
)

pytestmark = pytest.mark.guard

# what a room offers to others beside its common doors
DOORS = {"actions", "queries", "rules", "errors", "verbs"}
MORE_DOORS = {
    "journal": {"guards", "sealing", "subscriptions", "ticker", "verification"},
    "catalog": {"compiled", "definitions", "loader", "messages", "registry", "worktime"},
    "directory": {"files", "grounds"},
    "access": {"capabilities"},
    "notify": {"channels", "environment", "fake", "jobs", "sources", "ticker"},
    "cases": {"notices"},
    "territory": {"carriers", "files"},
    "vault": {"backup", "erasure"},
}
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals")


def present_rooms() -> list[str]:
    return [room for room in ROOMS if (PACKAGE / room / "__init__.py").exists()]


def test_foreign_keys_go_down_the_floors_only() -> None:
    faults = []
    for config in apps.get_app_configs():
        if not config.name.startswith("gridward."):
            continue
        here = FLOORS.index(config.name.split(".")[1])
        for model in config.get_models():
            for field in model._meta.get_fields():
                target = getattr(field, "related_model", None)
                if field.auto_created or not isinstance(target, type):
                    continue
                there = target.__module__.split(".")
                if there[0] == "gridward" and FLOORS.index(there[1]) > here:
                    faults.append(f"{model.__name__}.{field.name} → {target.__name__}")

    assert not faults, "\n".join(faults)


def test_rooms_enter_each_other_through_their_doors_only() -> None:
    faults = []
    for path in python_files():
        inside = path.relative_to(PACKAGE).parts
        for name, node in imports(path):
            parts = name.split(".")
            if parts[0] != "gridward" or len(parts) < 3 or parts[1] not in ROOMS:
                continue
            room, door = parts[1], parts[2]
            if inside[0] == room or door in DOORS | MORE_DOORS.get(room, set()):
                continue
            faults.append(f"{place(path, node)} imports {name}")

    assert not faults, "\n".join(faults)


def test_every_room_has_its_page_and_its_errors() -> None:
    missing = [
        f"{room}/{name}"
        for room in present_rooms()
        for name in ("README.md", "errors.py", "models.py", "queries.py", "actions.py", "verbs.py")
        if not (PACKAGE / room / name).exists()
        and not (PACKAGE / room / name.removesuffix(".py")).is_dir()
    ]

    assert not missing, "\n".join(missing)


def test_nobody_uses_django_signals() -> None:
    faults = [
        f"{place(path, node)} imports {name}"
        for path in python_files()
        for name, node in imports(path)
        if name.startswith(SIGNALS)
    ]

    assert not faults, "\n".join(faults)


def test_no_time_is_set_behind_our_backs() -> None:
    faults = []
    for config in apps.get_app_configs():
        if config.name.startswith("gridward."):
            for model in config.get_models():
                for field in model._meta.get_fields():
                    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
                        faults.append(f"{model.__name__}.{field.name}")

    assert not faults, "\n".join(faults)


def test_the_clock_is_read_in_one_place() -> None:
    allowed = {"core/clock.py", "core/ids.py"}
    faults = []
    for path in python_files():
        if path.relative_to(PACKAGE).as_posix() in allowed:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                said = ast.unparse(node.func)
                if said in ("datetime.now", "datetime.datetime.now", "timezone.now", "date.today"):
                    faults.append(f"{place(path, node)} {said}")

    assert not faults, "use gridward.core.clock.now()\n" + "\n".join(faults)


def test_no_model_has_a_tenant_column() -> None:
    forbidden = {"jurisdiction", "jurisdiction_id", "tenant", "tenant_id", "space", "space_id"}
    faults = [
        f"{model.__name__}.{field.name}"
        for config in apps.get_app_configs()
        if config.name.startswith("gridward.")
        for model in config.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.Field) and forbidden & {field.name, field.column}
    ]

    assert not faults, "\n".join(faults)


def test_only_actions_open_transactions() -> None:
    allowed = {"core/action.py", "web/cli/backups.py", "web/cli/jobs.py"}
    faults = []
    for path in python_files():
        if path.relative_to(PACKAGE).as_posix() in allowed:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and ast.unparse(node) == "transaction.atomic":
                faults.append(place(path, node))

    assert not faults, "write an @action instead\n" + "\n".join(faults)


def test_rows_are_locked_in_queries_only() -> None:
    faults = []
    for path in python_files():
        inside = path.relative_to(PACKAGE).parts
        if inside[0] not in ROOMS or path.stem in ("queries", "ticker") or "queries" in inside:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr == "select_for_update":
                faults.append(place(path, node))

    assert not faults, "write a queries.lock_… function\n" + "\n".join(faults)


def test_rules_are_pure() -> None:
    forbidden = ("django.db", "django.conf", "gridward.core.clock", "gridward.core.jurisdiction")
    faults = []
    for path in python_files():
        inside = path.relative_to(PACKAGE).parts
        if inside[0] not in ROOMS or not (path.stem == "rules" or "rules" in inside):
            continue
        for name, node in imports(path):
            if name.startswith(forbidden) or ".models" in name or ".queries" in name:
                faults.append(f"{place(path, node)} imports {name}")

    assert not faults, "\n".join(faults)


def actions_of(room: str) -> dict[str, object]:
    """The public actions that a room defines."""
    try:
        module = importlib.import_module(f"gridward.{room}.actions")
    except ModuleNotFoundError:
        return {}
    return {
        name: thing
        for name, thing in inspect.getmembers(module)
        if getattr(thing, "is_action", False)
        and not name.startswith("_")
        and thing.__module__.startswith(f"gridward.{room}")
    }


def test_every_action_has_a_test() -> None:
    tests = "\n".join(
        p.read_text("utf-8")
        for p in (ROOT / "tests").rglob("*.py")
        if "guards" not in p.parts and p.name != "conftest.py"
    )
    said = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", tests))
    missing = [
        f"{room}.{name}"
        for room in present_rooms()
        for name in actions_of(room)
        if name not in said
    ]

    assert not missing, "\n".join(missing)


def test_every_action_says_what_changes() -> None:
    faults = [
        f"{room}.{name}"
        for room in present_rooms()
        for name, thing in actions_of(room).items()
        if not (inspect.getdoc(thing) or "").strip()
    ]

    assert not faults, "\n".join(faults)


def test_no_city_is_in_the_code() -> None:
    faults = []
    for path in python_files():
        for node in ast.walk(tree(path)):
            named = isinstance(node, ast.Attribute) and ast.unparse(node)
            if named in ("settings.CITY", "settings.TOWN", "settings.DISTRICT"):
                faults.append(place(path, node))

    assert not faults, "\n".join(faults)
