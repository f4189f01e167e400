"""`make test` tells what it did not do; with CI=true that is a failure."""

import sys

import pytest
from tests import run

pytestmark = pytest.mark.guard


def test_what_was_skipped_is_named_with_its_reason(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "IN_CI", False)
    one = run.Run()
    one.step("nothing", sys.executable, "-c", "pass")
    one.skip("browser journeys", "no Chromium")

    assert one.close("make test") == 0
    told = capsys.readouterr().out
    assert "skipped  browser journeys: no Chromium" in told
    assert told.rstrip().splitlines()[-1].startswith("make test: all passed, 1 skipped in ")


def test_in_ci_a_skip_is_a_failure_by_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "IN_CI", True)
    one = run.Run()
    one.skip("PostgreSQL", "none answers")

    assert one.close("make test") == 1
    assert "1 failed: PostgreSQL: none answers" in capsys.readouterr().out


def test_a_failed_step_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    one = run.Run()
    one.step("good", sys.executable, "-c", "pass")
    one.step("bad", sys.executable, "-c", "raise SystemExit(3)")

    assert one.close("make test") == 1
    assert "1 failed: bad" in capsys.readouterr().out
