"""`gridward organisations`: desks and departments from a table, made once."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from tests.town import Town

from gridward.directory import queries
from gridward.web.cli.base import NotOk
from gridward.web.cli.organising import NoHeadings

HEADINGS = "key,kind,title_zh,title_en,type_code,area\n"


def _run(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("organisations", *words, "--json", stdout=out, stderr=io.StringIO())
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def _refused(table: str) -> dict[str, Any]:
    with pytest.raises(NotOk) as refused:
        _run("import", table)
    return dict(refused.value.report)


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
    told = _refused(_table(tmp_path, "gas-3,department,燃气,Gas,UTL,nowhere"))
    assert [(f["row"], f["column"], f["value"]) for f in told["faults"]] == [(2, "area", "nowhere")]


def test_every_fault_of_a_table_is_named_by_row_and_column_and_nothing_is_made(
    town: Town, tmp_path: Path
) -> None:
    before = len(queries.organisations(active_only=False))
    told = _refused(
        _table(
            tmp_path,
            "gas,department,燃气,Gas,UTL,",
            "oil,department,,Oil,UTL,",
            "gas,department,燃气,Gas,UTL,",
            "坏,team,队,Team,,",
            "far,planet,远,Far,,",
            "dry,department,干,Dry,,",
        )
    )

    assert [(f["row"], f["column"]) for f in told["faults"]] == [
        (3, "title_zh"),
        (4, "key"),
        (5, "key"),
        (6, "kind"),
        (7, "type_code"),
    ]
    assert len(queries.organisations(active_only=False)) == before


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_is_read_again_with_its_chinese_words(
    town: Town, tmp_path: Path, kind: str
) -> None:
    out = tmp_path / f"organisations.{kind}"

    _run("template", str(out))
    _run("import", str(out))

    assert queries.organisation_by_key("street-1").kind == "street_desk"
    made = queries.organisation_by_key("urb-1")
    assert (made.kind, made.type_code, made.area_id) == ("department", "URB", town.streets[0])


def test_a_table_of_a_chinese_spreadsheet_is_read(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "单位.csv"
    path.write_bytes("代号,类型,名称\nteam-9,队伍,巡查队\n".encode("gb18030"))

    assert _run("import", str(path))["made"] == 1
    made = queries.organisation_by_key("team-9")
    assert (made.kind, made.title_zh, made.title_en) == ("team", "巡查队", "巡查队")


def test_a_table_without_the_headings_is_refused(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")

    with pytest.raises(NoHeadings) as refused:
        _run("import", str(path))

    assert "代号" in refused.value.message
