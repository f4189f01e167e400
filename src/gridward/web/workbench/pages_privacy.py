"""What the pages around people's numbers and words are given."""

from __future__ import annotations

from dataclasses import dataclass

from gridward.web.ui.pages import FormField, Link, Row, Shell, Step


@dataclass(frozen=True, slots=True)
class ContactPage:
    """`workbench/contact.html`: a number shown once, or the form again with what is missing."""

    shell: Shell
    back: Link
    phone: str = ""
    name: str = ""
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class ReasonPage:
    """`workbench/reason.html`: why a restricted case is opened."""

    shell: Shell
    back: Link
    step: Step


@dataclass(frozen=True, slots=True)
class PhonePage:
    """`workbench/phone.html`: what is in hand under one number; asked: whether it was looked up."""

    shell: Shell
    fields: tuple[FormField, ...]
    rows: tuple[Row, ...] = ()
    asked: bool = False
    problem: str = ""
