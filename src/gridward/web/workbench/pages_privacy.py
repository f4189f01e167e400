"""What the pages around people's numbers and words are given."""

from __future__ import annotations

from dataclasses import dataclass

from gridward.web.ui.pages import Fact, FormField, Link, Row, Shell, Step


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
    """`workbench/reason.html`: why a restricted case is opened; typed: words of a form that
    was sent after the last reason had lapsed."""

    shell: Shell
    back: Link
    step: Step
    typed: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class PhonePage:
    """`workbench/phone.html`: what is in hand under one number; asked: whether it was looked up."""

    shell: Shell
    fields: tuple[FormField, ...]
    rows: tuple[Row, ...] = ()
    asked: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DataPage:
    """`workbench/data.html`: what reporters ask about their data; days: within which it is due."""

    shell: Shell
    rows: tuple[Row, ...]
    days: int
    staff_notice: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DataRequestPage:
    """`workbench/data_request.html`: copy: address of the file, once it was granted."""

    shell: Shell
    back: Link
    title: str
    facts: tuple[Fact, ...]
    steps: tuple[Step, ...] = ()
    copy: str = ""
    case: str = ""
    problem: str = ""
    typed: tuple[Fact, ...] = ()
