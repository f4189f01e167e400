"""Every sentence in both languages, with the same holes; templates that any policy can serve."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import TemplateSyntaxError
from django.template.loader import get_template
from tests.guards.source import PACKAGE, place, python_files

from gridward.web.cli import messages

pytestmark = pytest.mark.guard

HOLES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))


def test_every_message_has_its_chinese() -> None:
    missing = [f"{m.place}: {m.id}" for m in messages.missing()]

    assert not missing, "run `make messages` and fill in locale/zh_Hans\n" + "\n".join(missing)


def test_nothing_is_translated_that_nobody_says() -> None:
    said = {(m.id, m.context) for m in messages.said()}
    left = [m.id for m in messages.read_catalogue() if m.id and (m.id, m.context) not in said]

    assert not left, "run `gridward messages --prune`\n" + "\n".join(map(str, left))


def test_translations_have_the_holes_of_their_message() -> None:
    faults = []
    for message in messages.read_catalogue():
        if not message.id or not message.string:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = _holes(ids[-1])
        for text in texts:
            # a count may be left out of a plural form, nothing else may be lost or invented
            if text and not (
                _holes(text) <= wanted and wanted - _holes(text) <= {"count", "number"}
            ):
                faults.append(ids[0])

    assert not faults, "\n".join(faults)


def test_messages_are_english() -> None:
    faults = [m.place for m in messages.said() if CHINESE.search(str(m.id))]

    assert not faults, "\n".join(faults)


# rules about Chinese words themselves: what is a name, a number, an address in them
ABOUT_LANGUAGE = {"cases/rules/ledger.py", "cases/rules/masking.py"}


def test_code_holds_no_chinese_sentences() -> None:
    import ast

    from tests.guards.source import tree

    # single words are data (headers of a city's files, units); a sentence goes through gettext
    sentence = re.compile("[，。！？；]|[\u4e00-\u9fff]{12}")
    faults = []
    for path in python_files():
        inside = path.relative_to(PACKAGE).as_posix()
        if "/demo/" in inside or inside in ABOUT_LANGUAGE:
            continue
        docs = {
            id(node.body[0].value)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
                continue
            if not any(sign.isalnum() for sign in node.value):
                continue  # marks alone say nothing
            if sentence.search(node.value) and id(node) not in docs:
                faults.append(f"{place(path, node)} {node.value[:30]}")

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_a_template_compiles_and_keeps_to_the_policy(path: Path) -> None:
    text = path.read_text("utf-8")
    name = path.as_posix().rsplit("/templates/", 1)[1]
    try:
        get_template(name)
    except TemplateSyntaxError as error:
        pytest.fail(f"{name}: {error}")
    without = _without_comments(text).replace(">中文<", "><")  # a language says its own name

    assert re.findall(r"\sstyle\s*=", without) == [], "no inline styles"
    assert re.findall(r"\son[a-z]+\s*=\s*[\"']", without) == [], "no inline handlers"
    assert re.findall(r"<style\b", without) == [], "no style elements"
    assert re.findall(r"<script(?![^>]*\bsrc=)", without) == [], "no inline scripts"
    assert re.findall(r"javascript:", without) == [], "no script addresses"
    assert re.findall(r"(?:src|href)=[\"']https?://", without) == [], "nothing from elsewhere"
    assert re.findall(r"\|\s*safe\b|{%\s*autoescape\s+off", without) == [], "nothing unescaped"
    assert CHINESE.findall(without) == [], "sentences go through gettext"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_a_template_says_nothing_past_gettext(path: Path) -> None:
    text = path.read_text("utf-8")
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text, flags=re.S)
    text = re.sub(r"<kbd>[^<]*</kbd>", "", text)  # what stands on a key is the same everywhere
    text = re.sub(
        r"{%\s*blocktrans(?:late)?.*?{%\s*endblocktrans(?:late)?\s*%}", "", text, flags=re.S
    )
    text = re.sub(r"<!--.*?-->|{%.*?%}|{{.*?}}", "", text, flags=re.S)
    text = re.sub(r"<(script|svg)\b.*?</\1>", "", text, flags=re.S)
    text = re.sub(r"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", "\n", text, flags=re.S)
    # the two languages say their own names; the product's name is the same in both
    allowed = {"English", "Gridward", "kB", "MB", "m", "km"}
    words = [
        line.strip()
        for line in text.splitlines()
        if re.search(r"[A-Za-z]{2,}", line) and line.strip() not in allowed
    ]

    # a block may give a class name to its parent
    assert [w for w in words if not re.fullmatch(r"&[a-z]+;|[a-z]+(-[a-z]+)+", w)] == []


def _without_comments(text: str) -> str:
    return re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text, flags=re.S)


def _holes(text: str) -> set[str]:
    return {a or b for a, b in HOLES.findall(text)}
