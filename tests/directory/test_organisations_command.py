"""`gridward organisations`: desks and departments from a table, made once."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from tests.town import Town

from gridward.directory import queries
from gridward.territory.errors import NoSuchArea

HEADINGS = "key,kind,title_zh,title_en,type_code,area\n"


def _run(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("organisations", *words, "--json", stdout=out, stderr=io.StringIO())
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def _table(folder: Path, *rows: str) -> str:
    path = folder / "organisations.csv"
    path.write_text(HEADINGS + "\n".join(rows) + "\n", encoding="utf-8")
    return str(path)


def test_organisations_of_a_table_are_made_once(town: Town, tmp_path: Path) -> None:
    table = _table(tmp_path, "gas,department,燃气,Gas,UTL,", "mun,department,市政,Works,MUN,")

    first = _run("import", table)
    second = _run("import", table)

    assert (first["rows"], first["made"], first["already_there"]) == (2, 1, 1)
    assert (second["made"], second["already_there"]) == (0, 2)
    made = queries.organisation_by_key("gas")
    assert (made.kind, made.type_code, made.title_en) == ("department", "UTL", "Gas")
    assert made.area_id == town.district
    assert "gas" in {each["key"] for each in _run("list")["organisations"]}


def test_an_organisation_may_stand_for_an_area_by_its_code(town: Town, tmp_path: Path) -> None:
    from gridward.territory import queries as ground

    code = ground.area(town.streets[1]).code
    _run("import", _table(tmp_path, f"gas-2,department,燃气,Gas,UTL,{code}"))

    assert queries.organisation_by_key("gas-2").area_id == town.streets[1]
    with pytest.raises(NoSuchArea):
        _run("import", _table(tmp_path, "gas-3,department,燃气,Gas,UTL,nowhere"))


def test_a_row_without_a_title_is_refused_by_its_number(town: Town, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        _run("import", _table(tmp_path, "gas,department,燃气,Gas,UTL,", "oil,department,,Oil,,"))

    assert "3" in str(refused.value)
    assert "title_zh" in str(refused.value)
