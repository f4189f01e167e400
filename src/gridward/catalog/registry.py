"""The closed lists of names a pack may use, as the rooms that do the work declare them.

A room declares in its AppConfig.ready(); a pack that names anything else does not load.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class Kind(StrEnum):
    """What a name is for."""

    GUARD = "guard"
    EFFECT = "effect"
    CAPABILITY = "capability"
    VERB = "verb"
    NEWS = "news"


_names: dict[Kind, set[str]] = {kind: set() for kind in Kind}


def declare_guards(names: Iterable[str]) -> None:
    """Make guards known that a process step may name."""
    _names[Kind.GUARD].update(names)


def declare_effects(names: Iterable[str]) -> None:
    """Make effects known that a process step may name."""
    _names[Kind.EFFECT].update(names)


def declare_capabilities(names: Iterable[str]) -> None:
    """Make capabilities known that a role may hold and a step may ask for."""
    _names[Kind.CAPABILITY].update(names)


def declare_verbs(names: Iterable[str]) -> None:
    """Make journal verbs known that a step may write."""
    _names[Kind.VERB].update(names)


def declare_news(names: Iterable[str]) -> None:
    """Make journal verbs known that a notice may follow: those that somebody listens to."""
    _names[Kind.NEWS].update(names)


def names(kind: Kind) -> frozenset[str]:
    """Every name of a kind declared so far."""
    return frozenset(_names[kind])


@contextmanager
def only(**declared: Iterable[str]) -> Iterator[None]:
    """Within the block only these names are known: `only(guard=[…], verb=[…])`; for tests."""
    saved = {kind: set(known) for kind, known in _names.items()}
    for kind in Kind:
        _names[kind] = set(declared.get(kind.value, ()))
    try:
        yield
    finally:
        _names.update(saved)
