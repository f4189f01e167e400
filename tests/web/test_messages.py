"""Translations are read, compared and compiled without any tool of the system."""

import gettext
from pathlib import Path

import pytest

from gridward.web.cli import messages

TEMPLATE = (
    "{% load i18n %}<p>{% translate 'Good morning' %}</p>"
    "{% blocktranslate count n=n %}one house{% plural %}{{ n }} houses{% endblocktranslate %}"
)
CODE = "from django.utils.translation import gettext as _\nx = _('Good night, %(name)s')\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small package with a template and a module."""
    (tmp_path / "room" / "templates").mkdir(parents=True)
    (tmp_path / "room" / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "room" / "views.py").write_text(CODE)
    monkeypatch.setattr(messages, "PACKAGE", tmp_path)
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")
    return tmp_path


def fill(text: str, chinese: str) -> None:
    path = messages.catalogue_path()
    empty = f'msgid "{text}"\nmsgstr ""'
    assert empty in path.read_text()
    path.write_text(path.read_text().replace(empty, f'msgid "{text}"\nmsgstr "{chinese}"'))


def test_everything_that_is_said_is_found(package: Path) -> None:
    assert {m.id for m in messages.said()} == {
        "Good morning",
        ("one house", "%(n)s houses"),
        "Good night, %(name)s",
    }
    assert len(messages.missing()) == 3


def test_new_messages_wait_and_old_translations_stay(package: Path) -> None:
    assert messages.update() == (3, 0)
    fill("Good morning", "早上好")
    (package / "room" / "views.py").write_text(CODE + "y = _('Welcome')\n")

    assert messages.update() == (1, 0)

    assert {m.id for m in messages.missing()} == {
        ("one house", "%(n)s houses"),
        "Good night, %(name)s",
        "Welcome",
    }


def test_what_nobody_says_is_dropped_only_on_request(package: Path) -> None:
    messages.update()
    (package / "room" / "views.py").unlink()

    assert messages.update() == (0, 0)
    assert messages.update(prune=True) == (0, 1)


def test_the_catalogue_is_compiled_when_it_is_newer(package: Path) -> None:
    messages.update()
    fill("Good morning", "早上好")

    (written,) = messages.compile_stale()

    assert messages.compile_stale() == []
    with written.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Good morning") == "早上好"


def test_the_same_catalogue_is_written_twice_alike(package: Path) -> None:
    messages.update()
    first = messages.catalogue_path().read_bytes()
    messages.update()

    assert messages.catalogue_path().read_bytes() == first
