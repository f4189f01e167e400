"""Who reads what people wrote as they wrote it, and whose number may be shown to whom."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from gridward.access.rules import Viewer
from gridward.cases.models import Case
from gridward.cases.rules.masking import masked
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import Sensitivity

# who takes a report up or calls its reporter back reads it as it was written
DESK_WORK = ("case.accept", "case.callback")


def reads_originals(viewer: Viewer, case: Case) -> bool:
    """Whether the viewer reads the reporters' words with the names and numbers in them: at the
    desk of the case, where it is taken up and reporters are called back. Everybody else reads them
    masked."""
    return viewer.organisation_id == case.desk_id and viewer.may_any(*DESK_WORK)


def shown(text: str | None, *, original: bool) -> str | None:
    """A text as it may be read."""
    return text if original or not text else masked(text)


def shown_all(texts: Iterable[str], *, original: bool) -> list[str]:
    """Several texts as they may be read."""
    return [shown(each, original=original) or "" for each in texts]


class Reveal(StrEnum):
    """Whether 查看号码 is offered: yes, no number was left, or never for this viewer here."""

    OFFERED = "offered"
    NO_CONTACT = "no_contact"
    NEVER = "never"


def reveal_of(viewer: Viewer, case: Case, book: Catalogue, *, has_contact: bool) -> Reveal:
    """Whether the viewer may ask for a reporter's number with a reason.

    Never in a complaint about a person or a firm, and never in a restricted case: there only
    whoever accepts or calls back sees it, while they do.
    """
    matter = book.matters.get(case.matter)
    if (
        not viewer.may("contact.reveal")
        or case.sensitivity >= Sensitivity.RESTRICTED
        or (matter is not None and matter.about_party)
    ):
        return Reveal.NEVER
    return Reveal.OFFERED if has_contact else Reveal.NO_CONTACT
