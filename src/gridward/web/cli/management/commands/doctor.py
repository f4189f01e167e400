"""`gridward doctor`: what is there, what is missing, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from gridward.web.cli import examination
from gridward.web.cli.base import ReportCommand

SIGNS = {"ok": "✓", "note": "·", "warn": "!", "missing": "✗"}


class Command(ReportCommand):
    help = "Say what is there, what is missing and how to mend it; exit code 1 when it cannot run."

    def report(self, **options: Any) -> None:
        found = examination.examine()
        lines = []
        for one in found:
            lines.append(f"{SIGNS[one.state]}  {one.name}: {one.what}")
            if one.mend and one.state != "ok":
                lines.append(f"   → {one.mend}")
        ok = all(one.state != "missing" for one in found)
        self.finish(ok, {"findings": [asdict(one) for one in found]}, "\n".join(lines))
