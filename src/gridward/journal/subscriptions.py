"""Who wants to hear of what: declared by rooms in `AppConfig.ready()`.

    subscribe("cases.suggest", verbs=["report.submitted"],
              handler="gridward.cases.handlers.suggest")

A handler takes the entry's id and may be called more than once for it, so it does its work only
where the work is not yet done.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.module_loading import import_string

Handler = Callable[[UUID], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    name: str
    verbs: frozenset[str]
    handler: str

    def call(self, entry_id: UUID) -> None:
        handler: Handler = import_string(self.handler)
        handler(entry_id)


_by_name: dict[str, Subscription] = {}
_by_verb: dict[str, tuple[str, ...]] = {}


def subscribe(name: str, *, verbs: Iterable[str], handler: str) -> Subscription:
    """Makes `handler` (a dotted path) hear of every later entry of `verbs`.

    name: stands on every delivery; never reused for something else
    """
    known = _by_name.get(name)
    one = Subscription(name, frozenset(verbs), handler)
    if known is not None and known != one:
        raise ValueError(f"the subscriber {name} is declared twice")
    _by_name[name] = one
    _index()
    return one


def unsubscribe(name: str) -> None:
    """Takes a subscriber out again (tests, and rooms switched off)."""
    _by_name.pop(name, None)
    _index()


def subscribers(verb: str) -> tuple[str, ...]:
    """The names of those who hear of `verb`, in alphabetical order."""
    return _by_verb.get(verb, ())


def subscription(name: str) -> Subscription | None:
    return _by_name.get(name)


def every() -> list[Subscription]:
    return [_by_name[name] for name in sorted(_by_name)]


def _index() -> None:
    found: dict[str, list[str]] = {}
    for name in sorted(_by_name):
        for verb in _by_name[name].verbs:
            found.setdefault(verb, []).append(name)
    _by_verb.clear()
    _by_verb.update({verb: tuple(names) for verb, names in found.items()})
