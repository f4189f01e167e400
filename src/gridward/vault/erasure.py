"""Erasing a person: who has traces to blank, how a person is found, and the cleaning after."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.utils.module_loading import import_string

from gridward.core import db
from gridward.vault.errors import FinderUnknown
from gridward.vault.keyring import keyring

Handler = Callable[[Sequence[UUID]], None]
Finder = Callable[[str], Sequence[UUID]]

_handlers: list[str | Handler] = []
_finders: dict[str, str | Finder] = {}


def on_erase(handler: str | Handler) -> None:
    """Has `handler` (dotted path or function) called inside every erasure with the people's ids.

    It blanks what its room holds of them (search documents, names in drafts), and may be called
    again for people already erased, after a restore.
    """
    if handler not in _handlers:
        _handlers.append(handler)


def declare_finder(kind: str, finder: str | Finder) -> None:
    """Has `finder` say whose data stand behind what an operator gives (`receipt`, …)."""
    _finders[kind] = finder


def tell(subjects: Sequence[UUID]) -> None:
    """Calls every handler. Inside an action."""
    for handler in _handlers:
        call: Handler = import_string(handler) if isinstance(handler, str) else handler
        call(subjects)


def find(kind: str, value: str) -> list[UUID]:
    """The people behind `value`. Raises FinderUnknown."""
    finder = _finders.get(kind)
    if finder is None:
        raise FinderUnknown(kind=kind)
    call: Finder = import_string(finder) if isinstance(finder, str) else finder
    return list(call(value))


def scrub_if_due() -> bool:
    """Whether the database's free space was cleaned, because something was erased since. When
    somebody was in the way it stays due, and the ticker comes back.

    Rewrites the whole file of an embedded database, so nobody else writes meanwhile.
    """
    ring = keyring()
    if ring.fact("scrub") != "due":
        return False
    if not db.scrub():
        return False
    ring.set_fact("scrub", "done")
    return True
