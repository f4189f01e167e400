"""What an entry's codes say in words: what was corrected, what was found, what was proposed."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from gridward.catalog.compiled import Catalogue
from gridward.directory import queries as directory
from gridward.journal.queries import Line
from gridward.territory import queries as territory

VERIFIED = "case.verified"
CORRECTED = "case.corrected"
DECLINED = "case.declined"
VOIDED = "case.voided"


def result_words(result: str) -> str:
    """What a look on site before acceptance found, in the active language."""
    return {
        "confirmed": pgettext("verification", "Confirmed"),
        "not_found": pgettext("verification", "Not found"),
        "unable": pgettext("verification", "Unable to tell"),
    }.get(result, "")


def said_in(line: Line, book: Catalogue) -> list[str]:
    """Sentences for the codes of an entry; empty for entries whose title says everything."""
    if line.verb == VERIFIED:
        return [result_words(str(line.details.get("result", "")))]
    if line.verb == CORRECTED:
        return corrected_words(line, book)
    if line.verb in (DECLINED, VOIDED):
        return _reason_words(line, book)
    return []


def _reason_words(line: Line, book: Catalogue) -> list[str]:
    """The reason that was chosen, as the catalogue calls it."""
    settings = book.settings
    reasons = settings.decline_reasons if line.verb == DECLINED else settings.void_reasons
    return [str(each.title) for each in reasons if each.key == line.details.get("reason")]


def concerns_reporter(line: Line) -> bool:
    """Whether a correction is one that the reporter should hear of: of place or matter."""
    details = line.details
    return any(details.get(name) != details.get(f"{name}_before") for name in ("matter", "area"))


def corrected_words(line: Line, book: Catalogue) -> list[str]:
    """What it was and what it is, one sentence for each fact that a correction changed."""
    details = line.details

    def changed(name: str) -> bool:
        return details.get(name) != details.get(f"{name}_before")

    def both(name: str) -> tuple[object, object]:
        return details.get(f"{name}_before"), details.get(name)

    found = []
    if changed("matter") or changed("condition"):
        before, after = (
            _matter_words(book, details.get(f"matter{end}"), details.get(f"condition{end}"))
            for end in ("_before", "")
        )
        found.append(_("Matter: %(before)s → %(after)s") % {"before": before, "after": after})
    if changed("area"):
        before, after = (_area_words(area) for area in both("area"))
        found.append(_("Place: %(before)s → %(after)s") % {"before": before, "after": after})
    if changed("urgent"):
        found.append(_("Now urgent") if details.get("urgent") else _("No longer urgent"))
    if changed("sensitivity"):
        found.append(_("Who may know of it was corrected"))
    if details.get("desk"):
        desk = directory.organisation(UUID(str(details["desk"])))
        name = desk.title_en if (get_language() or "").startswith("en") else desk.title_zh
        found.append(_("To the desk: %(desk)s") % {"desk": name})
    return found


def _matter_words(book: Catalogue, matter: object, condition: object) -> str:
    known = book.matters.get(str(matter))
    if known is None:
        return "—"
    chosen = book.conditions.get(str(condition))
    return f"{known.title} · {chosen.title}" if chosen is not None else str(known.title)


def _area_words(area: object) -> str:
    return territory.path_name(int(str(area))) if area is not None else "—"
