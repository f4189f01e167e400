"""The repository: no addresses of registries, no paths of a machine, exact pins, nothing huge."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from tests.guards.source import ROOT, tracked

pytestmark = pytest.mark.guard

# written apart, so that this file does not find itself
HOSTS = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry." + "npmjs.org",
    "npm" + "mirror.com",
    "deb." + "debian.org",
    "tuna." + "tsinghua",
    "mirrors." + "aliyun",
]
PATHS = re.compile(r"/(?:wor" + r"k|hom" + r"e|Use" + r"rs|ro" + r"ot)/[A-Za-z0-9_.-]+")
TEXT = {
    ".py", ".md", ".toml", ".yaml", ".yml", ".json", ".html", ".ts", ".css", ".cfg", ".txt",
    ".lock", ".sh", ".po", ".svg", "",
}  # fmt: skip


def texts() -> list[tuple[str, str]]:
    """(path in the repository, text) of every text file."""
    found = []
    for path in tracked():
        if path.suffix in TEXT:
            found.append((path.relative_to(ROOT).as_posix(), path.read_text("utf-8", "replace")))
    return found


def test_no_registry_is_named() -> None:
    faults = [f"{name}: {host}" for name, text in texts() for host in HOSTS if host in text]

    assert not faults, "\n".join(faults)


def test_no_path_of_a_machine_is_named() -> None:
    faults = [f"{name}: {hit}" for name, text in texts() for hit in PATHS.findall(text)]

    assert not faults, "\n".join(faults)


def test_nothing_is_larger_than_a_mebibyte() -> None:
    large = [p.relative_to(ROOT).as_posix() for p in tracked() if p.stat().st_size > 1 << 20]

    assert not large, "\n".join(large)


def test_the_lock_pins_every_requirement_exactly() -> None:
    lines = [
        line
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = {_name(r) for r in [*project["dependencies"], *extras["dev"], *extras["build"]]}

    assert [
        line for line in lines if not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!]+", line)
    ] == []
    assert wanted - {_name(line) for line in lines} == set()


def test_the_front_end_is_locked_without_addresses() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())

    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []


def test_every_requirement_is_used() -> None:
    modules = {
        "django": "django", "django-ninja": "ninja", "django-csp": "csp", "django-axes": "axes",
        "django-tasks": "django_tasks", "python-calamine": "python_calamine",
        "django-tasks-db": "django_tasks_db", "granian": "granian",
        "cryptography": "cryptography", "numpy": "numpy", "pillow": "PIL", "pydantic": "pydantic",
        "pyproj": "pyproj", "pyyaml": "yaml", "shapely": "shapely", "structlog": "structlog",
        "babel": "babel", "whitenoise": "whitenoise", "fonttools": "fontTools",
    }  # fmt: skip
    # used by name in settings or by another package
    unseen = {"psycopg", "argon2-cffi", "tzdata", "brotli"}
    source = "\n".join(p.read_text("utf-8") for p in (ROOT / "src").rglob("*.py"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    faults = []
    for requirement in project["dependencies"]:
        name = _name(requirement)
        if name not in unseen and modules.get(name, name) not in source:
            faults.append(requirement)

    assert not faults, "\n".join(faults)


def _name(requirement: str) -> str:
    return re.split(r"[<>=!~\[; ]", requirement)[0].lower().replace("_", "-")
