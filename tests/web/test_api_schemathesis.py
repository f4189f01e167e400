"""The API walked by its own description: every link followed, nothing of ours ever falls.

Schemathesis makes requests that the OpenAPI document allows, and follows its links from the answer
of one operation into the next. No answer may be a fault of ours, no exception may stand in the log
that nobody expected, refusals have the shape that is promised, and of the requests that the
document allows most are answered with success: else the walk would only see refusals.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.cases.walking import MONDAY, CaseTown, case_town, submit, walk

from gridward.access import actions as access
from gridward.web.api import tokens

# a string of bytes that a generator makes is no photo
UNGUESSABLE = {"stage_photo", "upload"}
LEAST_PERCENT = 60


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The walk speaks to the application itself, in the test's own transaction, which a request
    must not close; Django's test client does the same."""
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    yield
    signals.request_started.connect(close_old_connections)
    signals.request_finished.connect(close_old_connections)


@pytest.fixture
def town(db: None) -> CaseTown:
    found = case_town()
    for n in range(6):
        submit(at=MONDAY, client_id=f"walked-{n:04}")
    for state in ("dispatched", "handling", "disposed", "closure_checking"):
        walk(found, state)
    return found


def token_of(town: CaseTown, number: str) -> str:
    viewer = town.viewer(number)
    _id, token = access.issue_token(viewer, name="walk", scopes=viewer.capabilities)
    return token


@pytest.mark.parametrize("who", ["S001", "M001"])
def test_the_api_walked_by_its_own_links_never_falls_and_mostly_succeeds(
    town: CaseTown, who: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.GRIDWARD_API_CALLS_A_MINUTE = 100_000
    settings.ALLOWED_HOSTS = ["*"]
    tokens._windows.clear()
    token = token_of(town, who)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    schema.config.generation.update(modes=[GenerationMode.POSITIVE])
    # the links that the document states are walked, not ones that the tool guesses from names
    schema.config.phases.stateful.inference.algorithms = []
    answered: Counter[tuple[str, int]] = Counter()

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": {"Authorization": f"Bearer {token}", "Accept-Language": "en"}}

        def after_call(self, response: Any, case: Any) -> None:
            name = case.operation.definition.raw.get("operationId", case.operation.label)
            answered[name, response.status_code] += 1

        def validate_response(self, response: Any, case: Any, **_more: Any) -> None:
            case.validate_response(
                response,
                checks=[
                    not_a_server_error,
                    status_code_conformance,
                    content_type_conformance,
                    response_schema_conformance,
                ],
            )

    with caplog.at_level(logging.ERROR):
        Walk.run(settings=walk_settings())

    faults = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert not faults, faults[0].getMessage()
    assert not [key for key in answered if key[1] >= 500]
    guessable = {key: n for key, n in answered.items() if key[0] not in UNGUESSABLE}
    total = sum(guessable.values())
    good = sum(n for (_name, status), n in guessable.items() if 200 <= status < 300)
    print(f"{who}: {good} of {total} with success")
    assert total >= 50
    assert 100 * good >= LEAST_PERCENT * total, sorted(answered.items())
    # the walk came to the steps of events, and at least one was taken by its own example
    reached = {name for name, status in answered if status == 200}
    assert {"list_cases", "read_case", "read_steps", "take_step", "list_tasks"} <= reached


def walk_settings() -> settings:
    """The same walk every time: what is found once is found again."""
    return settings(
        max_examples=10,
        stateful_step_count=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
