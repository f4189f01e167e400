"""The pages tell the truth: the map of the house, the decisions, the glossary, the guides."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.guards.source import PACKAGE, ROOT, place, python_files, tracked, tree

from gridward.cases.queries.tracking import STAGES
from gridward.catalog.loader import compile_packs
from gridward.journal import verbs
from gridward.web.api.schemas import ReceiptOut, ReportIn

pytestmark = pytest.mark.guard

NAMING = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "README.zh-CN.md", "SECURITY.md"]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
FILE = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+/?|[A-Za-z0-9_-]+\.(md|toml|yaml|lock|py)")
DOTTED = re.compile(r"[a-z_]+(\.[A-Za-z_]+)+")
# files that a room, a pack or a deployment has, named without saying which
ANYWHERE = {"actions.py", "apps.py", "handlers.py", "models.py", "pages.py", "queries.py"}


def pages() -> list[Path]:
    """Every page of the repository."""
    return [path for path in tracked() if path.suffix == ".md"]


def prose(path: Path) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", path.read_text("utf-8"))


def named_files(path: Path) -> list[str]:
    """What looks like a file or a folder of the repository in a page's code spans."""
    return [span for span in SPAN.findall(prose(path)) if FILE.fullmatch(span)]


def exists(name: str) -> bool:
    if name in ANYWHERE or "var/" in name:
        return True
    roots = [ROOT, PACKAGE, *(p for p in PACKAGE.iterdir() if p.is_dir())]
    packs = [p for p in (ROOT / "packs").iterdir() if p.is_dir()]
    return any((root / name).exists() for root in [*roots, *packs])


def is_name_of_ours(dotted: str) -> bool:
    """Whether `cases.actions.submit_report` is a module or something in one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(["gridward", *parts[:length]]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("page", NAMING)
def test_every_file_that_a_page_names_exists(page: str) -> None:
    faults = [name for name in named_files(ROOT / page) if not exists(name)]

    assert not faults, "\n".join(faults)


def test_every_decision_names_files_that_exist() -> None:
    faults = []
    for path in sorted((ROOT / "docs" / "adr").glob("0*.md")):
        faults += [f"{path.name}: {name}" for name in named_files(path) if not exists(name)]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("page", NAMING)
def test_every_function_that_a_page_names_exists(page: str) -> None:
    rooms = {p.name for p in PACKAGE.iterdir() if p.is_dir()}
    known = {verb.key for verb in verbs.every()}
    faults = [
        span
        for span in SPAN.findall(prose(ROOT / page))
        if DOTTED.fullmatch(span)
        and span.split(".")[0] in rooms
        and span not in known
        and not FILE.fullmatch(span)
        and not is_name_of_ours(span)
    ]

    assert not faults, "\n".join(faults)


def test_the_walk_of_a_report_names_functions_of_the_files_beside_them() -> None:
    walk = (ROOT / "ARCHITECTURE.md").read_text("utf-8").split("in five files")[1].split("\n## ")[0]
    steps = re.findall(r"^\d\. \*\*`([^`]+)`\*\*(?:, `(\w+)`)?", walk, re.MULTILINE)

    assert len(steps) == 5
    for name, function in steps:
        assert exists(name)
        if name.endswith(".py"):
            defined = {n.name for n in tree(ROOT / name).body if isinstance(n, ast.FunctionDef)}
            assert function in defined, f"{name} has no {function}"


def test_every_link_to_a_heading_finds_it() -> None:
    faults = []
    for path in pages():
        for target in LINK.findall(prose(path)):
            file, _hash, anchor = target.partition("#")
            there = (path.parent / file).resolve() if file else path
            inside = "://" not in target and there.suffix == ".md"
            if anchor and inside and anchor not in anchors(there):
                faults.append(f"{path.relative_to(ROOT)}: {target}")

    assert not faults, "\n".join(faults)


def anchors(path: Path) -> set[str]:
    """The addresses of a page's headings, as hosts of repositories make them."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(plain.strip(" ").replace(" ", "-") if plain.strip() else "")
        found.add(plain.replace(" ", "-"))
    return found


def test_every_decision_stands_in_the_index_once_under_its_own_number() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| \[(\d+)\]\((\S+)\) \| (.+?) \|", index, re.MULTILINE)
    found = []
    for path in sorted(folder.glob("0*.md")):
        number, title = re.match(r"# (\d+)\. (.+)\n", path.read_text("utf-8")).groups()  # type: ignore[union-attr]
        assert path.name.startswith(f"{int(number):04}-"), path.name
        found.append((number, path.name, title))

    assert listed == found
    assert [int(number) for number, *_rest in found] == list(range(1, len(found) + 1))


def test_every_how_to_and_explanation_is_reached_from_another_page() -> None:
    reached = set()
    for path in pages():
        for target in LINK.findall(prose(path)):
            if "://" not in target:
                reached.add((path.parent / target.partition("#")[0]).resolve())
    wanted = [p for p in (ROOT / "docs").rglob("*.md") if p.parent.name != "adr"]

    assert [p.relative_to(ROOT).as_posix() for p in wanted if p.resolve() not in reached] == []


def test_every_setting_that_is_read_is_described() -> None:
    text = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    source = (PACKAGE / "settings" / "base.py").read_text("utf-8")
    read = set(re.findall(r'env\("(GRIDWARD_[A-Z_]+)"', source))
    between_our_own_processes = {"GRIDWARD_BUILDING"}

    assert "GRIDWARD_DATABASE_URL" in read
    assert [n for n in sorted(read - between_our_own_processes) if f"`{n}`" not in text] == []


def test_the_floors_on_the_page_are_those_that_are_enforced() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8").split("## Floors")[1].split("\nInside")[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", text, re.MULTILINE)
    told = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]

    assert told == contracts["contracts"][0]["layers"]


def test_the_pack_that_the_guide_writes_has_no_fault(tmp_path: Path) -> None:
    folder = tmp_path / "my-town"
    folder.mkdir()
    text = (ROOT / "docs" / "howto" / "write-a-pack.md").read_text("utf-8")
    for kind, block in FENCE.findall(text):
        if kind == "yaml" and (name := re.match(r"# (\S+\.yaml)\n", block)):
            (folder / name[1]).write_text(block, encoding="utf-8")

    content = compile_packs([folder])

    assert content.stack == ("base@1", "urban-grid@1", "my-town@1")
    assert "shared_bike" in {matter.key for matter in content.matters}


def test_the_guide_to_the_api_sends_what_the_api_takes_and_names_its_stages() -> None:
    text = (ROOT / "docs" / "howto" / "report-by-api.md").read_text("utf-8")
    sent = re.search(r"-d '(\{.*?\})'", text, re.DOTALL)
    got = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    stages = re.search(r"`stage` is one of (.*?);", text, re.DOTALL)
    assert sent and got and stages

    assert ReportIn.model_validate_json(sent[1]).datum == "wgs84"
    assert ReceiptOut.model_validate_json(got[1]).receipt == "000067898201"
    assert tuple(re.findall(r"`(\w+)`", stages[1])) == STAGES


def test_every_fragment_of_the_changelog_is_named_and_written_as_agreed() -> None:
    kinds = {"added", "changed", "fixed", "removed", "security"}
    places = {p.name for p in [*PACKAGE.iterdir(), *(PACKAGE / "web").iterdir()] if p.is_dir()}
    places |= {"tooling", "docs", "packs"}
    faults = []
    for path in sorted((ROOT / "changelog.d").iterdir()):
        if path.name == "README.md":
            continue
        where, *_what, kind, ending = path.name.split(".")
        lines = path.read_text("utf-8").splitlines()
        if where not in places or kind not in kinds or ending != "md":
            faults.append(f"{path.name}: not <room>.<kind>.md")
        if (
            not lines
            or not lines[0].startswith("- ")
            or any(x[:2] not in ("- ", "  ") for x in lines)
        ):
            faults.append(f"{path.name}: a line begins neither with “- ” nor with two spaces")

    assert not faults, "\n".join(faults)


def test_every_picture_is_shown_and_light() -> None:
    shown = "\n".join(path.read_text("utf-8") for path in pages())
    pictures = sorted((ROOT / "docs" / "images").iterdir())

    assert [p.name for p in pictures if p.name not in shown] == []
    assert [p.name for p in pictures if p.stat().st_size > 300_000] == []


# --- words --------------------------------------------------------------------------------------


def glossary() -> list[list[str]]:
    """The rows of the glossary's tables."""
    text = (ROOT / "GLOSSARY.md").read_text("utf-8")
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("| ") and not line.startswith("| ---")
    ]


def test_the_glossary_has_every_step_state_and_role() -> None:
    rows = [" | ".join(row) for row in glossary()]
    process = yaml.safe_load((ROOT / "packs/base/processes/event.yaml").read_text("utf-8"))
    roles = yaml.safe_load((ROOT / "packs/base/roles.yaml").read_text("utf-8"))
    missing = [
        f"{entry['key']} {entry['title']['zh']}"
        for entry in [*process["steps"], *process["states"], *roles]
        if not any(f"`{entry['key']}`" in row and entry["title"]["zh"] in row for row in rows)
    ]

    assert not missing, "\n".join(missing)


def test_no_word_of_the_glossary_is_used_for_two_identifiers() -> None:
    seen: dict[str, str] = {}
    twice = []
    for row in glossary():
        name = re.fullmatch(r"`(\w+)`", row[2]) if len(row) > 2 else None
        if row[0] and name and seen.setdefault(row[0], name[1]) != name[1]:
            twice.append(f"{row[0]}: {seen[row[0]]}, {name[1]}")

    assert not twice, "\n".join(twice)


# identifiers in which a word would mean its second thing
SECOND_MEANINGS = re.compile(
    r"(^|_)(org_?unit|handling_unit|responsible_unit|lead_unit|work_?unit|unit_name"
    r"|clue|lead_info|new_lead_info|public_notice|notice_board"
    r"|case_note|staff_note|internal_note|note_text|add_note|log_entry|list_entry"
    r"|human_task_job|background_task|celery_task|person_job|worker_job"
    r"|accept_check|accept_result|accept_return|accept_extension|accept_withdrawal)($|_)"
)


def test_words_that_must_not_mean_two_things_do_not() -> None:
    faults = []
    for path in python_files():
        for node in ast.walk(tree(path)):
            names = []
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names = [re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", node.name).lower()]
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names = [node.id]
            elif isinstance(node, ast.arg):
                names = [node.arg]
            faults += [f"{place(path, node)} {n}" for n in names if SECOND_MEANINGS.search(n)]

    assert not faults, "see GLOSSARY.md\n" + "\n".join(faults)
