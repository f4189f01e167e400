"""What the ticker calls, and how often. Rooms register themselves in AppConfig.ready()."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tick:
    """name: unique; target: dotted path of a function without arguments; every: seconds."""

    name: str
    target: str
    every_seconds: float


_ticks: dict[str, Tick] = {}


def register(name: str, target: str, every_seconds: float) -> None:
    """Have the ticker call `target` every so many seconds in every jurisdiction."""
    _ticks[name] = Tick(name, target, every_seconds)


def registered() -> list[Tick]:
    """All ticks, by name."""
    return [_ticks[name] for name in sorted(_ticks)]
