"""Every route says who may enter. The words are few, and a guard holds them against what happens.

A view says it in one line above itself; what it shows is still decided by what it fetches.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

Who = Literal["everybody", "receipt", "link", "account", "staff", "token", "machine"]
V = TypeVar("V", bound=Callable[..., Any])

MEANING: dict[str, str] = {
    "everybody": "no sign-in: pages and forms that any visitor may open",
    "receipt": "whoever has a receipt's number and code",
    "link": "whoever has a one-time link that works",
    "account": "a person who signed in, with or without a present post",
    "staff": "a person who signed in and works at a post",
    "token": "a program that speaks for a person at a post, with a personal token",
    "machine": "load balancers and monitors; tells nothing about people",
}


def entrance(who: Who) -> Callable[[V], V]:
    """Marks a view with who may enter."""
    if who not in MEANING:
        raise ValueError(f"no entrance {who!r}; there are: {', '.join(MEANING)}")

    def marked(view: V) -> V:
        view.entrance = who  # type: ignore[attr-defined]
        return view

    return marked
