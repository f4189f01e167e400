"""Rows written in bulk are the rows that Django writes, value for value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError
from tests.cases.walking import CaseTown, case_town, walk

from gridward.cases.models import Case, Clock, Report, SearchDoc
from gridward.core import db
from gridward.core.action import action
from gridward.core.ids import new_id

MOMENTS = [
    datetime(2026, 11, 9, 1, 0, tzinfo=UTC),
    datetime(2026, 11, 9, 1, 0, 0, 7, tzinfo=UTC),
    datetime(2026, 11, 9, 9, 0, tzinfo=timezone(timedelta(hours=8))),
]


@pytest.fixture
def town(request: pytest.FixtureRequest) -> CaseTown:
    request.getfixturevalue("db")
    return case_town()


@action
def write(model: Any, rows: list[Any]) -> None:
    db.copy_rows(model, rows)


@action
def write_values(model: Any, rows: list[Any]) -> None:
    db.copy_values(model, rows)


def stored(model: Any, id_: UUID) -> tuple[Any, ...]:
    """The row as the driver gives it, its id left out."""
    with db.connection().cursor() as cursor:
        value = id_.hex if db.vendor() == "sqlite" else id_
        cursor.execute(f'SELECT * FROM "{model._meta.db_table}" WHERE id = %s', [value])
        return tuple(cursor.fetchone()[1:])


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_copied_clock_is_stored_as_djangos_own(town: CaseTown, moment: datetime) -> None:
    case = walk(town, "submitted")
    Clock.objects.filter(case=case).update(stopped_at=moment, outcome="met", look_at=None)
    own, copied = (
        Clock(
            id=new_id(),
            case=case,
            milestone="total",
            owner_kind="case",
            owner_id=case.id,
            start_at=moment,
            stopped_at=moment,
            outcome="met",
            limits=[[2, "working_day"]],
            basis="rule",
            edition=1,
            provisional=True,
        )
        for _ in range(2)
    )
    own.save(force_insert=True)

    write(Clock, [copied])

    assert stored(Clock, copied.id) == stored(Clock, own.id)


def test_rows_of_a_maker_have_the_models_defaults(town: CaseTown) -> None:
    case = walk(town, "submitted")
    report = Report.objects.get()
    make = db.row_maker(Report)
    given = {f.attname: getattr(report, f.attname) for f in Report._meta.concrete_fields[1:]}
    given |= {"ordinal": 2, "lng": None}
    del given["join_state"]

    row = make(**given)
    write_values(Report, [row])

    made = Report.objects.get(id=row[0])
    assert (made.join_state, made.lng, made.lat) == ("own", None, report.lat)
    assert made.submitted_at == report.submitted_at
    assert make(**given)[0] != row[0]
    assert case.id == made.case_id


def test_a_number_that_the_database_gives_is_left_to_it(town: CaseTown) -> None:
    walk(town, "submitted")
    SearchDoc.objects.all().delete()
    case = Case.objects.get()

    write(SearchDoc, [SearchDoc(case=case, tokens="a1x1")])

    assert SearchDoc.objects.get().id > 0


def test_a_refusal_of_the_database_looks_like_djangos(town: CaseTown) -> None:
    case = walk(town, "submitted")
    twice = Case(**{f.attname: getattr(case, f.attname) for f in Case._meta.concrete_fields})
    twice.id = new_id()

    with pytest.raises(IntegrityError):
        write(Case, [twice])
