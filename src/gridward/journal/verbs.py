"""The words the journal knows: each room declares its own in its `verbs.py`.

    from gridward.journal.verbs import Verb, code, declare, optional, ref

    declare(
        Verb("case.dispatched", subject="case", title=_("Dispatched to %(organisation)s"),
             details={"organisation": ref, "rule": code, "due": optional(moment)}),
    )

A verb is thing.past_tense. Its title is the wording of the timeline. Its details can only hold
codes, ids, moments, numbers, flags and commitments, so that no person's words or numbers can come
into the journal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gridward.journal import rules
from gridward.journal.errors import UnknownVerb
from gridward.journal.rules import (
    Kind,
    code,
    commitment,
    flag,
    many,
    moment,
    number,
    optional,
    ref,
)

__all__ = [
    "Kind",
    "Verb",
    "code",
    "commitment",
    "declare",
    "every",
    "flag",
    "many",
    "moment",
    "number",
    "optional",
    "ref",
    "verb",
]

_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+\Z")
_RESERVED = frozenset({"verb", "subject_id", "actor", "at", "entry_id"})


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that can have happened.

    key: thing.past_tense, never reused
    subject: the kind of thing it happened to; stands on every entry
    title: what the timeline says
    details: the declared shape of every detail
    """

    key: str
    subject: str
    title: Promise | str
    details: Mapping[str, Kind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _KEY.match(self.key):
            raise ValueError(f"{self.key!r} is not of the form thing.past_tense")
        if not rules.CODE.match(self.subject) or len(self.subject) > 40 or len(self.key) > 80:
            raise ValueError(f"{self.key}: the subject {self.subject!r} is not a short code")
        reserved = _RESERVED & set(self.details)
        if reserved:
            raise ValueError(f"{self.key}: the names {sorted(reserved)} belong to note() itself")

    def __str__(self) -> str:
        return self.key


_verbs: dict[str, Verb] = {}


def declare(*verbs: Verb) -> tuple[Verb, ...]:
    """Makes `verbs` known, and returns them. The same key twice with another shape is an error."""
    for one in verbs:
        known = _verbs.get(one.key)
        if known is not None and (known.subject, _shape(known)) != (one.subject, _shape(one)):
            raise ValueError(f"the verb {one.key} is declared twice")
        _verbs[one.key] = one
    return verbs


def verb(key: str | Verb) -> Verb:
    """The declared verb of this key. Raises UnknownVerb."""
    if isinstance(key, Verb):
        return key
    found = _verbs.get(key)
    if found is None:
        raise UnknownVerb(verb=key)
    return found


def every() -> list[Verb]:
    """All declared verbs by key."""
    return [_verbs[key] for key in sorted(_verbs)]


def _shape(one: Verb) -> dict[str, Any]:
    return {name: kind.name for name, kind in one.details.items()}


declare(
    Verb(
        "delivery.resent",
        subject="delivery",
        title=_("Sent again"),
        details={"entry": ref, "subscriber": code, "attempts": number},
    ),
)
