"""No code depends on what a state is called: processes are data."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.guards.source import PACKAGE, ROOT, place, python_files, tree

pytestmark = pytest.mark.guard

# what plays the product's own sample process, with its people's lines
EXEMPT = {PACKAGE / "web" / "cli" / "demo"}


def state_keys() -> set[str]:
    """The states of every process that the product ships."""
    files = sorted((ROOT / "packs" / "base" / "processes").glob("*.yaml"))
    return {state["key"] for file in files for state in yaml.safe_load(file.read_text())["states"]}


def literals(node: ast.AST) -> set[str]:
    return {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def speaks_of_a_state(node: ast.AST) -> bool:
    """Whether an expression is a state or holds one: `case.state`, `state.key`, `state`."""
    return any(
        (isinstance(each, ast.Attribute) and each.attr in ("state", "states"))
        or (isinstance(each, ast.Name) and each.id in ("state", "states"))
        for each in ast.walk(node)
    )


def is_outward(node: ast.AST) -> bool:
    """Whether it is what residents are shown of a state, from a closed list, or open or closed."""
    return isinstance(node, ast.Attribute) and node.attr in ("stage", "side", "group", "holder")


def names_of_states(source: ast.AST, keys: set[str]) -> Iterator[tuple[ast.AST, str]]:
    """Where a state is asked for, filtered by or looked up under its name."""
    for node in ast.walk(source):
        found: set[str] = set()
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(speaks_of_a_state(side) and not is_outward(side) for side in sides):
                found = set().union(*(literals(side) for side in sides))
        elif isinstance(node, ast.Call):
            for keyword in node.keywords:
                name = keyword.arg or ""
                if name in ("state", "after__state") or name.startswith(("state__", "case__state")):
                    found |= literals(keyword.value)
            for argument in node.args:  # ("state", "closed") as queries and migrations say it
                if isinstance(argument, ast.Tuple) and literals(argument) & {"state"}:
                    found |= literals(argument)
        elif isinstance(node, ast.Dict):
            known = set().union(*(literals(key) for key in node.keys if key is not None), set())
            # one that only states have, so that a table of stages is none of states
            found = known & (keys - STAGES)
        elif isinstance(node, ast.match_case):
            found = literals(node.pattern)
        for name in found & keys:
            yield node, name


# the words of the stages that residents see, whatever a process calls its states; some are the same
STAGES = {"submitted", "accepted", "assigned", "handling", "checking", "closed", "rated"}
# the outward words beside a stage, likewise
SIDES = {"need_info", "returned", "declined", "merged", "withdrawn", "reopened"}
WORDING = {PACKAGE / "web" / "portal" / "wording.py", PACKAGE / "cases" / "verbs.py"}


def test_no_code_asks_for_a_state_by_its_name() -> None:
    keys = state_keys()
    faults = [
        f"{place(path, node)}: {name}"
        for path in python_files(PACKAGE / "cases", PACKAGE / "web")
        if not any(path.is_relative_to(folder) for folder in EXEMPT)
        for node, name in names_of_states(tree(path), keys)
        if not (path in WORDING and name in STAGES | SIDES)
    ]

    assert not faults, "\n".join(faults)


def test_no_screen_asks_for_a_state_by_its_name() -> None:
    quoted = [f"{quote}{key}{quote}" for key in state_keys() for quote in "'\""]
    faults = [
        f"{place(path, number)}: {line.strip()}"
        for path in sorted(PACKAGE.rglob("*.html"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "state" in line and any(key in line for key in quoted)
    ]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    "code",
    [
        "if case.state == 'callback_pending': pass",
        "if case.state in ('submitted', 'need_info'): pass",
        "if found.key != state.key or state == 'closed': pass",
        "Case.objects.filter(state='voided')",
        "Case.objects.exclude(state__in=['voided'])",
        "Q(('state', 'merged'))",
        "TONES = {'dispatched': 'blue'}",
    ],
)
def test_the_guard_itself_finds_what_it_looks_for(code: str) -> None:
    assert list(names_of_states(ast.parse(code), state_keys()))


@pytest.mark.parametrize(
    "code",
    [
        "if state.stage == 'closed': pass",
        "TITLES = {'submitted': 'Submitted', 'closed': 'Completed'}",
        "reader.moment('closed')",
        "if state.group == 'closed' and state.stage == 'closed': pass",
    ],
)
def test_what_residents_see_may_be_named(code: str) -> None:
    assert not list(names_of_states(ast.parse(code), state_keys()))


def test_the_keys_come_from_the_packs() -> None:
    assert Path(ROOT / "packs" / "base" / "processes").is_dir()
    assert len(state_keys()) > 8
