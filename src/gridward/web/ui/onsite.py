"""Fields of what is done on site, the same at the desk and on a grid worker's phone."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from gridward.cases.queries.pages import CasePage
from gridward.catalog.queries import catalogue
from gridward.web.ui.pages import Choice, FormField
from gridward.web.ui.staff import name_of

WORDS_MAX = 2000


def visit_fields(found: CasePage) -> tuple[FormField, ...]:
    """Who came to the place, a word, and photos. Where anybody is, is not asked."""
    parts = [(part, one) for part, one in found.assignments if part.active and one is not None]
    return (
        FormField(
            "came",
            "checks",
            _("Who came"),
            required=True,
            choices=tuple(
                Choice(str(part.organisation_id), name_of(one))
                for part, one in parts
                if part.role in ("lead", "co")
            ),
            most=1,
        ),
        FormField("words", "textarea", _("What was seen or agreed"), most=WORDS_MAX),
        FormField("photos", "photos", _("Photos on site (optional)"), most=3),
    )


def answer_fields(edition: int) -> tuple[FormField, ...]:
    """What a reporter who was called on says of the result."""
    return (
        FormField(
            "outcome",
            "choices",
            _("Has the problem been solved?"),
            required=True,
            choices=(
                Choice("solved", _("Yes, solved")),
                Choice("partly", _("Partly")),
                Choice("no", _("No")),
                Choice("unreached", _("Nobody met")),
            ),
        ),
        *said_fields(edition),
    )


def said_fields(edition: int) -> tuple[FormField, ...]:
    """What stands beside a reporter's answer, by telephone and in person: how satisfied they are,
    and their words."""
    answered = ("outcome", "solved partly no")
    ratings = catalogue(edition).settings.ratings
    return (
        FormField(
            "rating",
            "select",
            _("How satisfied is the reporter?"),
            choices=tuple(
                Choice(str(len(ratings) - number), str(each.title))
                for number, each in enumerate(ratings)
            ),
            shown_if=answered,
        ),
        FormField(
            "words",
            "textarea",
            _("What was said"),
            _("Whoever has to put it right reads this."),
            most=WORDS_MAX,
            shown_if=answered,
        ),
    )


def ids_in(post: QueryDict, name: str) -> list[UUID]:
    """The ids that were ticked; what is none is passed over."""
    found = []
    for text in post.getlist(name):
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def as_sent(field: FormField, post: QueryDict) -> FormField:
    """The field with what was sent in it; photos have to be chosen again."""
    if field.kind == "photos":
        return field
    if field.kind == "checks":
        ticked = {str(one) for one in ids_in(post, field.name)}
        return replace(
            field, choices=tuple(replace(one, chosen=one.value in ticked) for one in field.choices)
        )
    return replace(field, value=post.get(field.name, ""))
