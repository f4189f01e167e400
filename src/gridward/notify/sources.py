"""Who puts the words together: a room above declares it, because notify knows only ids.

    declare("cases", "gridward.cases.notices.compose")

The function is given notices and returns for each of them what to say and where, or the code of
why nothing is said any more. It reads, opens the vault, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from django.utils.module_loading import import_string

from gridward.notify.models import Notice
from gridward.notify.rules import Composed

Composer = Callable[[Sequence[Notice]], Mapping[UUID, Composed | str]]

_composers: dict[str, str] = {}


def declare(name: str, composer: str) -> None:
    """Has `composer` (a dotted path) put the words of this source's notices together."""
    _composers[name] = composer


def compose(notices: Sequence[Notice]) -> dict[UUID, Composed | str]:
    """What to say for each notice, or the code of why it is dropped; one call for each source."""
    by_source: dict[str, list[Notice]] = {}
    for one in notices:
        by_source.setdefault(one.source, []).append(one)
    found: dict[UUID, Composed | str] = {one.id: "no_source" for one in notices}
    for name, own in by_source.items():
        path = _composers.get(name)
        if path is not None:
            call: Composer = import_string(path)
            found.update(call(own))
    return found
