"""Translations without system tools: what is said, what stands in the catalogue, and compiling it.

Messages are English; `locale/zh_Hans` says each in Chinese. Python is read by babel, templates
through Django's own `templatize`.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent.parent
LOCALE = PACKAGE / "locale"
LANGUAGE = "zh_Hans"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@dataclass(frozen=True)
class Message:
    """id: the English text, or (one, many); place: file from the package's folder, with line."""

    id: str | tuple[str, ...]
    context: str | None
    place: str


def said() -> Iterator[Message]:
    """Every message in Python and templates, in the order of the files."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _in_python(path, path.read_bytes())
    for path in sorted(PACKAGE.rglob("templates/**/*.*")):
        if path.suffix in {".html", ".txt", ".xml"}:
            yield from _in_python(path, _as_python(path))


def catalogue_path() -> Path:
    """The Chinese catalogue."""
    return LOCALE / LANGUAGE / "LC_MESSAGES" / "django.po"


def read_catalogue() -> Catalog:
    """What stands in the Chinese catalogue now; empty when there is none."""
    path = catalogue_path()
    if not path.exists():
        return Catalog(locale=LANGUAGE, project="Gridward", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def missing() -> list[Message]:
    """Messages that are said and have no Chinese yet, each once."""
    catalogue = read_catalogue()
    found: dict[tuple[str | tuple[str, ...], str | None], Message] = {}
    for message in said():
        known = catalogue.get(message.id, message.context)
        translated = known is not None and not known.fuzzy and _is_filled(known.string)
        if not translated:
            found.setdefault((message.id, message.context), message)
    return list(found.values())


def update(*, prune: bool = False) -> tuple[int, int]:
    """Brings the catalogue up to date; how many messages were added and removed.

    An added message waits with an empty text. prune: drop those that nobody says any more.
    """
    old = read_catalogue()
    fresh = Catalog(
        locale=LANGUAGE,
        project="Gridward",
        version="",
        copyright_holder="Gridward contributors",
        msgid_bugs_address="",
        last_translator="Gridward contributors",
        language_team="Gridward contributors",
        charset="utf-8",
        fuzzy=False,
        header_comment="# Gridward in Simplified Chinese. Brought up to date by `make messages`.",
    )
    for message in said():
        known = old.get(message.id, message.context)
        fresh.add(
            message.id,
            known.string if known is not None else None,
            context=message.context,
            flags=(known.flags - {"fuzzy"}) if known is not None else (),
            user_comments=known.user_comments if known is not None else (),
        )
    for known in old if not prune else ():
        if known.id and fresh.get(known.id, known.context) is None:
            fresh.add(known.id, known.string, context=known.context)
    before = {(m.id, m.context) for m in old if m.id}
    after = {(m.id, m.context) for m in fresh if m.id}
    path = catalogue_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    # without places and dates: a moved line is not a change of a translation
    fresh.creation_date = fresh.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    target = io.BytesIO()
    write_po(target, fresh, width=96, no_location=True, sort_output=True, omit_header=False)
    path.write_bytes(target.getvalue())
    return len(after - before), len(before - after)


def compile_stale() -> list[Path]:
    """Compiles every catalogue that is newer than its compiled form; the files written.

    Where the package cannot be written (installed by another user) nothing happens.
    """
    written = []
    for po in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        with po.open("rb") as source:
            messages = read_po(source, locale=po.parent.parent.name)
        fresh = mo.with_suffix(f".{os.getpid()}.new")
        with suppress(PermissionError):
            with fresh.open("wb") as target:
                write_mo(target, messages)
            fresh.replace(mo)
            written.append(mo)
    return written


def _in_python(path: Path, source: bytes) -> Iterator[Message]:
    place = path.relative_to(PACKAGE).as_posix()
    options = {"encoding": "utf-8"}
    for line, text, _comments, context in extract(
        "python", io.BytesIO(source), keywords=KEYWORDS, options=options
    ):
        yield Message(text, context, f"{place}:{line}")


def _as_python(path: Path) -> bytes:
    from django.utils.translation.template import templatize

    return templatize(path.read_text("utf-8"), origin=str(path)).encode()


def _is_filled(text: str | tuple[str, ...] | list[str] | None) -> bool:
    if text is None or isinstance(text, str):
        return bool(text)
    return bool(text) and all(text)
