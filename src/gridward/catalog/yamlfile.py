"""YAML with its line numbers, and without YAML's surprises: `no`, `14:30` and dates stay text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from gridward.catalog.errors import Fault

Place = tuple[str | int, ...]  # ("matters", 3, "title")

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _first in [
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?[0-9]+\.[0-9]+$", "-0123456789"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
]:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


@dataclass(frozen=True)
class Document:
    """What a file says, and on which line it says it.

    data: dicts, lists, strings, numbers, truths and None; lines: from 1, by place
    """

    file: str
    data: Any
    lines: dict[Place, int]

    @cached_property
    def _by_beginning(self) -> dict[Place, list[tuple[Place, int]]]:
        """The lines under each place of one or two steps: those of entries and their lists."""
        found: dict[Place, list[tuple[Place, int]]] = {}
        for place, line in self.lines.items():
            for length in range(min(len(place), 2) + 1):
                found.setdefault(place[:length], []).append((place, line))
        return found

    def under(self, at: Place) -> list[tuple[Place, int]]:
        """The places from `at` on, itself included, with their lines."""
        found = self._by_beginning.get(at[:2], [])
        return [each for each in found if each[0][: len(at)] == at] if len(at) > 2 else found

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(path: Path, name: str, faults: list[Fault]) -> Document | None:
    """The file as a Document called `name`; None, and a fault, when it is not YAML."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except UnicodeDecodeError:
        faults.append(Fault(name, 1, "a text in UTF-8", "other bytes"))
        return None
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = mark.line + 1 if mark else 1
        faults.append(Fault(name, line, "well-formed YAML", str(fault.problem or fault)))
        return None
    lines: dict[Place, int] = {}
    data = None if node is None else _build(node, (), name, lines, faults)
    return Document(name, data, lines)


def _build(
    node: yaml.Node, place: Place, name: str, lines: dict[Place, int], faults: list[Fault]
) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        built: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key, line = _scalar(key_node), key_node.start_mark.line + 1
            if not isinstance(key, (str, int)):
                faults.append(Fault(name, line, "a plain key", str(key)))
                continue
            if key in built:
                faults.append(Fault(name, line, "every key once", f"{key} again"))
            lines[(*place, key)] = line
            built[key] = _build(value_node, (*place, key), name, lines, faults)
        return built
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*place, i), name, lines, faults) for i, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    value = node.value
    match node.tag.rpartition(":")[2]:
        case "bool":
            return value == "true"
        case "int":
            return int(value)
        case "float":
            return float(value)
        case "null":
            return None
        case _:
            return value
