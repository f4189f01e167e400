"""What the portal's pages about people's data are given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gridward.web.ui.pages import Badge, Step


@dataclass(frozen=True, slots=True)
class PrivacyPage:
    """`portal/privacy.html`: points: what people are told, title and text."""

    title: str
    version: str
    points: tuple[tuple[str, str], ...]
    duty_phone: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One request that the reporter made: what for, how it stands, and what was answered."""

    title: str
    badge: Badge
    filed: datetime
    due: datetime | None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class MyDataPage:
    """`portal/my_data.html`: what the reporter asked about their data, and what they can ask."""

    receipt: str
    asked: tuple[AskedLine, ...]
    steps: tuple[Step, ...]
    erased: bool = False
    said: str = ""
