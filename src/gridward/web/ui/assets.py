"""Which built files a page loads: read from the front end's manifest, kept by its time stamp."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

MANIFEST = Path(__file__).parent / "static" / "gridward" / "manifest.json"


@dataclass(frozen=True, slots=True)
class Assets:
    """Addresses below STATIC_URL. Empty when the front end was never built: pages still work."""

    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


_kept: tuple[int, Assets] | None = None


def assets() -> Assets:
    """The style sheets and scripts of every page."""
    global _kept
    try:
        stamp = MANIFEST.stat().st_mtime_ns
    except FileNotFoundError:
        return Assets()
    if _kept is None or _kept[0] != stamp:
        manifest = json.loads(MANIFEST.read_text())
        entries = [entry for entry in manifest.values() if entry.get("isEntry")]
        files = [f"gridward/{entry['file']}" for entry in entries]
        _kept = (
            stamp,
            Assets(
                styles=tuple(sorted(name for name in files if name.endswith(".css"))),
                scripts=tuple(sorted(name for name in files if name.endswith(".js"))),
            ),
        )
    return _kept[1]
