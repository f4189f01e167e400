"""The source tree as guards look at it."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "src" / "gridward"
FLOORS = [
    "core",
    "journal",
    "vault",
    "catalog",
    "territory",
    "directory",
    "access",
    "notify",
    "tasks",
    "cases",
    "web",
]
ROOMS = FLOORS[1:-1]


def python_files(*folders: Path) -> list[Path]:
    """The product's own Python, migrations left out."""
    found = [p for folder in folders or (PACKAGE,) for p in folder.rglob("*.py")]
    return sorted(p for p in found if "migrations" not in p.parts)


@functools.cache
def tree(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def place(path: Path, node: ast.AST | int = 0) -> str:
    """file:line as a person finds it."""
    line = node if isinstance(node, int) else getattr(node, "lineno", 0)
    return f"{path.relative_to(ROOT)}:{line}"


def imports(path: Path) -> Iterator[tuple[str, ast.stmt]]:
    """Full dotted names of everything imported at run time, `from a import b` as a.b."""
    yield from _imports(tree(path).body)


def _imports(body: list[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _imports(node.orelse)
            continue
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                yield f"{node.module}.{name.name}", node
        for child in ("body", "orelse", "finalbody"):
            inner = getattr(node, child, None)
            if isinstance(inner, list):
                yield from _imports([s for s in inner if isinstance(s, ast.stmt)])
        for handler in getattr(node, "handlers", []):
            yield from _imports(handler.body)


@functools.cache
def tracked() -> list[Path]:
    """The files of the repository: what git tracks and what would be added."""
    try:
        told = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        found = [ROOT / name for name in told.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        left_out = {".venv", "node_modules", "var", ".git", "__pycache__"}
        found = [p for p in ROOT.rglob("*") if not left_out & set(p.relative_to(ROOT).parts)]
    return sorted(p for p in found if p.is_file())
