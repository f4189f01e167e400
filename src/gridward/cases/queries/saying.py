"""What an entry's codes say in words: who got it, what was corrected, found, answered, proposed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
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
    asked = SAID.get(line.verb)
    return [words for words in asked(line.details, book) if words] if asked is not None else []


def _reason_words(line: Line, book: Catalogue) -> list[str]:
    """The reason that was chosen, as the catalogue calls it."""
    settings = book.settings
    reasons = settings.decline_reasons if line.verb == DECLINED else settings.void_reasons
    return [str(each.title) for each in reasons if each.key == line.details.get("reason")]


def _names(organisations: Iterable[object]) -> str:
    """Organisations by name; empty for none."""
    language = get_language() or "zh"
    found = (directory.organisation(UUID(str(each))) for each in organisations if each)
    between = ", " if language.startswith("en") else "、"
    return between.join(one.title(language) for one in found)


def _desk_words(details: Mapping[str, Any], book: Catalogue) -> list[str]:
    return [_("To the desk: %(desk)s") % {"desk": _names([details.get("desk")])}]


def _lead_words(details: Mapping[str, Any], book: Catalogue) -> list[str]:
    helpers = _names(details.get("helpers") or ())
    return [
        _("Lead: %(value)s") % {"value": _names([details.get("lead")])},
        _("Co-handler: %(value)s") % {"value": helpers} if helpers else "",
    ]


def _return_words(details: Mapping[str, Any], book: Catalogue) -> list[str]:
    whose = _names([details.get("suggested")])
    return [
        _("After a look on site") if details.get("after_look") else "",
        _("Named as responsible: %(name)s") % {"name": whose} if whose else "",
    ]


def _call_words(details: Mapping[str, Any], book: Catalogue) -> list[str]:
    return [_("Reached") if details.get("reached") else _("Not reached")]


def _answer_words(details: Mapping[str, Any], book: Catalogue) -> list[str]:
    """What the reporter said, and how satisfied they are; ratings count down to one."""
    said = {"solved": _("Yes, solved"), "partly": _("Partly"), "no": _("No")}
    ratings, rating = book.settings.ratings, details.get("rating")
    return [
        said.get(str(details.get("answer")), ""),
        str(ratings[len(ratings) - int(rating)].title) if rating else "",
    ]


def _end_words(details: Mapping[str, Any], book: Catalogue) -> list[str]:
    ends = book.settings.close_types
    return [str(each.title) for each in ends if each.key == details.get("close_type")]


def _step_words(details: Mapping[str, Any], book: Catalogue) -> list[str]:
    steps = (process.step(str(details.get("step"))) for process in book.processes.values())
    return [str(step.title) for step in steps if step is not None][:1]


SAID: dict[str, Callable[[Mapping[str, Any], Catalogue], list[str]]] = {
    "case.dispatched": _lead_words,
    "case.redispatched": _lead_words,
    "case.ruled": _lead_words,
    "case.handed_over": _desk_words,
    "case.return_asked": _return_words,
    "case.step_proposed": _step_words,
    "case.closed": _end_words,
    "report.called": _call_words,
    "report.answered": _answer_words,
}


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
        found.extend(_desk_words(details, book))
    return found


def _matter_words(book: Catalogue, matter: object, condition: object) -> str:
    known = book.matters.get(str(matter))
    if known is None:
        return "—"
    chosen = book.conditions.get(str(condition))
    return f"{known.title} · {chosen.title}" if chosen is not None else str(known.title)


def _area_words(area: object) -> str:
    return territory.path_name(int(str(area))) if area is not None else "—"
