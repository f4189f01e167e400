"""What Gridward never does, as tests: absences by design, not things left to do.

No face recognition, no scoring of persons, no religion, no ethnicity, no blacklist of petitioners,
no leaderboard of workers, no quota of reports, no track of anybody.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver
from tests.guards.source import PACKAGE, ROOT, place

pytestmark = pytest.mark.guard

# parts of identifiers (English) and words (Chinese) that name what must not exist
IDENTIFIERS = re.compile(
    r"(^|_)(face|facial|biometric\w*|religion\w*|religious|ethnic\w*|race_of_person|nationality_group"
    r"|petitioner\w*|blacklist\w*|leaderboard\w*|league_table|ranking_of_\w+|worker_rank\w*"
    r"|quota\w*|gps_track\w*|track_point\w*|trajectory|person_score|personal_score|credit_score"
    r"|social_credit|political_status)($|_)"
)
WORDS = [
    "人脸",
    "人臉",
    "宗教",
    "民族",
    "信访黑名单",
    "黑名单",
    "排行榜",
    "红黑榜",
    "上报指标数",
    "任务指标数",
    "轨迹",
    "信用分",
    "个人评分",
    "政治面貌",
]


def test_no_table_or_column_holds_it() -> None:
    faults = []
    for config in apps.get_app_configs():
        if not config.name.startswith("gridward."):
            continue
        for model in config.get_models():
            names = [model.__name__, *(f.name for f in model._meta.get_fields())]
            faults += [f"{model.__name__}: {n}" for n in names if IDENTIFIERS.search(_snake(n))]

    assert not faults, "\n".join(faults)


def test_no_address_leads_to_it() -> None:
    faults = [
        route
        for route in _routes(get_resolver())
        if any(IDENTIFIERS.search(_snake(part)) for part in re.split(r"[/<>:.-]", route))
    ]

    assert not faults, "\n".join(faults)


def test_no_pack_asks_for_it() -> None:
    faults = []
    for path in sorted((ROOT / "packs").rglob("*")):
        if path.suffix in {".yaml", ".json"}:
            faults += _lines_with_it(path)

    assert not faults, "\n".join(faults)


def test_no_screen_names_it() -> None:
    faults = []
    for path in sorted(PACKAGE.rglob("templates/**/*.html")):
        faults += _lines_with_it(path)
    for path in sorted((PACKAGE / "locale").rglob("*.po")):
        faults += _lines_with_it(path)

    assert not faults, "\n".join(faults)


def test_the_guard_itself_finds_what_it_looks_for(tmp_path: Path) -> None:
    assert IDENTIFIERS.search(_snake("PersonScore")) is not None
    assert IDENTIFIERS.search("monthly_quota") is not None
    assert IDENTIFIERS.search("surface") is None
    assert IDENTIFIERS.search("track_page") is None


def _lines_with_it(path: Path) -> list[str]:
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        key = re.match(r"\s*-?\s*\"?(?:key|name|id)\"?\s*:\s*\"?([A-Za-z0-9_.-]+)", line)
        if any(word in line for word in WORDS) or (
            key and IDENTIFIERS.search(_snake(key.group(1).replace("-", "_").replace(".", "_")))
        ):
            found.append(place(path, number))
    return found


def _routes(resolver: URLResolver, before: str = "") -> list[str]:
    found = []
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            found.append(route)
        else:
            found += _routes(entry, route)
    return found


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
