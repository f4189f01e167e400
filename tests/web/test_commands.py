"""How every command reports: words or JSON, and an exit code that means something."""

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command, load_command_class
from django.core.management.base import CommandError, CommandParser
from django.db import OperationalError, connections
from tests.databases import OWNER, Space, as_owner

from gridward.core import grants, jurisdiction
from gridward.core.errors import BadInput
from gridward.directory.errors import NoSuchPerson
from gridward.web.cli import overview, reference
from gridward.web.cli.base import NotOk, ReportCommand


class Weigh(ReportCommand):
    help = "For tests."

    def add_options(self, parser: CommandParser) -> None:
        subs = self.subcommands(parser)
        for name in ("light", "heavy", "broken", "lost", "shut", "nobody"):
            subs.add(name, help=name)

    def report(self, **options: Any) -> None:
        if options["sub"] == "broken":
            raise BadInput({"weight": "Say how much."})
        if options["sub"] == "lost":
            Path("/nowhere/at/all").read_bytes()
        if options["sub"] == "shut":
            raise OSError(errno.EADDRINUSE, "Address already in use")
        if options["sub"] == "nobody":
            raise NoSuchPerson()
        self.say("weighing")
        where = jurisdiction.current().key
        self.finish(options["sub"] == "light", {"sub": options["sub"], "where": where})


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error, as a shell would see them."""
    out, err = io.StringIO(), io.StringIO()
    command = Weigh(stdout=out, stderr=err)  # type: ignore[arg-type]
    try:
        command.run_from_argv(["gridward", "weigh", *arguments])
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_words_come_on_the_standard_output() -> None:
    code, out, err = run("light")

    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == ["weighing", "sub: light"]


def test_json_is_one_object_and_progress_goes_beside_it() -> None:
    code, out, err = run("light", "--json")

    assert code == 0
    assert json.loads(out)["ok"] is True
    assert err == "weighing\n"


def test_json_may_stand_before_the_subcommand_too() -> None:
    assert json.loads(run("--json", "light")[1])["sub"] == "light"


def test_what_was_found_wrong_is_exit_code_one() -> None:
    code, out, err = run("heavy", "--json")

    assert (code, json.loads(out)["ok"], err) == (1, False, "weighing\n")


def test_a_refusal_is_exit_code_two_with_its_sentence() -> None:
    code, out, err = run("broken")
    assert (code, out) == (2, "")
    assert "Say how much." in err

    code, out, _err = run("broken", "--json")
    assert code == 2
    assert json.loads(out)["code"] == "bad_input"


@pytest.mark.parametrize(
    ("sub", "code", "said"),
    [
        ("lost", "file_trouble", "没有这个文件或文件夹"),
        ("shut", "address_taken", "端口已被占用"),
        ("nobody", "nothing_by_that_name", "请核对输入"),
    ],
)
def test_what_the_operator_can_mend_is_a_sentence_and_no_trace(
    sub: str, code: str, said: str
) -> None:
    ended, out, err = run(sub, "--json")

    assert (ended, json.loads(out)["code"]) == (2, code)
    assert said in err
    assert "Traceback" not in err


def test_commands_speak_the_language_of_the_settings(settings: Any) -> None:
    settings.GRIDWARD_LANGUAGE = "en"

    assert "there is no such file or folder" in run("lost")[2]


def test_gridward_alone_names_every_command_with_its_purpose(settings: Any) -> None:
    told = overview.overview()
    named = {name for _title, commands in overview.GROUPS for name in commands}

    assert named == {*reference.command_names(), "migrate"}
    assert "检查运行环境" in told
    settings.GRIDWARD_LANGUAGE = "en"
    assert "how to mend it" in overview.overview()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GRIDWARD_NUMBER", "12345"),
        ("GRIDWARD_ZONE", "Mars/Olympus"),
        ("GRIDWARD_KEY", "../elsewhere"),
        ("GRIDWARD_DATABASE_URL", "mysql://localhost/x"),
        ("GRIDWARD_MAP", "tianditu"),
        ("GRIDWARD_EMAIL_PORT", "smtp"),
        ("GRIDWARD_API_CALLS_A_MINUTE", "many"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_nothing_runs(
    name: str, value: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gridward.cli", "doctor"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "gridward.settings", name: value}
        | {"GRIDWARD_VAR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_ready_is_exit_code_two(
    space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_args: Any, **_options: Any) -> None:
        raise OperationalError("no such table: zhang_san")

    monkeypatch.setattr(Weigh, "report", fall)
    with pytest.raises(OperationalError):  # the database is in order, so the fault is ours
        run("light")

    monkeypatch.setattr("gridward.web.cli.base.database_state", lambda _alias: "not migrated")
    code, out, err = run("light", "--json")
    assert (code, json.loads(out)["code"]) == (2, "database_not_ready")
    assert "gridward doctor" in err
    assert "zhang_san" not in err


def test_an_unknown_jurisdiction_is_exit_code_two() -> None:
    code, _out, err = run("light", "--jurisdiction", "nowhere")

    assert code == 2
    assert "nowhere" in err


def test_a_jurisdiction_is_chosen_by_its_key(two_spaces: tuple[Space, Space]) -> None:
    for space in two_spaces:
        assert json.loads(run("light", "--json", "--jurisdiction", space.key)[1])["where"] == (
            space.key
        )


def test_code_is_told_by_an_exception_that_holds_the_report() -> None:
    with pytest.raises(NotOk) as caught:
        call_command(Weigh(), "heavy")

    assert caught.value.report["sub"] == "heavy"


@pytest.mark.parametrize("name", reference.command_names())
def test_every_command_explains_itself(name: str) -> None:
    command = load_command_class(reference.APP, name)

    assert isinstance(command, ReportCommand)
    assert command.help
    text = command.create_parser("gridward", name).format_help()
    assert "--json" in text


def test_grants_shut_the_journal_and_open_the_rest(space: Space) -> None:
    if connections[space.alias].vendor != "postgresql":
        code = _refusal("grants", "somebody")
        assert code == "no_roles_here"
        return
    # the server would take it from the application, warn, and change nothing
    assert _refusal("grants", "gridward_test_app") == "grants_owner_only"
    with as_owner(space):
        assert _refusal("grants", "somebody_not_there") == "no_such_role"
        command = load_command_class(reference.APP, "grants")
        call_command(command, "gridward_test_app", "--json", stdout=io.StringIO())
        statements = command.data["statements"]
        shown = io.StringIO()
        call_command("grants", "gridward_test_app", "--show", stdout=shown)

    assert shown.getvalue().count(";") == len(statements)
    assert {kept.table for kept in grants.registered()} >= {"journal_entry", "journal_seal"}
    with connections[space.alias].cursor() as cursor:
        for right, table, has in [
            ("UPDATE", "journal_entry", False),
            ("DELETE", "journal_entry", False),
            ("TRUNCATE", "journal_entry", False),
            ("INSERT", "journal_entry", True),
            ("DELETE", "journal_seal", False),
            ("UPDATE", "cases_case", True),
            ("INSERT", "django_migrations", False),
        ]:
            cursor.execute("SELECT has_table_privilege(current_user, %s, %s)", [table, right])
            assert cursor.fetchone()[0] is has, (right, table)
        cursor.execute(
            "SELECT current_user, has_schema_privilege(current_user, 'public', 'CREATE')"
        )
        user, may_create = cursor.fetchone()
    assert user != OWNER
    assert may_create is False


def _refusal(*arguments: str) -> str:
    from gridward.core.errors import Problem

    with pytest.raises(Problem) as caught:
        call_command(*arguments)
    return caught.value.code


def test_a_wrong_argument_from_code_is_an_error() -> None:
    with pytest.raises(CommandError):
        call_command("doctor", "--no-such")
