"""What residents may report, by plain groups and by their own words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gridward.cases.queries.suggesting import usual_matters
from gridward.catalog.compiled import Catalogue
from gridward.catalog.definitions import FilingCondition, Matter
from gridward.catalog.queries import catalogue, found_matters
from gridward.web.portal.pages import CatalogueGroup, CatalogueLine, CataloguePage
from gridward.web.ui.sessions import for_everybody
from gridward.web.ui.words import limit_words


@for_everybody
@require_GET
def matters(request: HttpRequest) -> HttpResponse:
    """Everything one may report; ?q= finds some. What is restricted is not listed: it is told to
    the police, or to a desk."""
    book = catalogue()
    said = request.GET.get("q", "").strip()[:80]
    found = [each for each in found_matters(book, said) if not each.is_restricted]
    groups = tuple(
        CatalogueGroup(str(group.title), group.icon, lines)
        for group in book.groups.values()
        if (lines := tuple(_line(book, each) for each in found if each.group == group.key))
    )
    usual = [each for key in usual_matters() if (each := book.matters.get(key)) is not None]
    if usual and not said:
        lines = tuple(_line(book, each) for each in usual if not each.is_restricted)
        groups = (CatalogueGroup(_("Reported most"), "message-report", lines), *groups)
    page = CataloguePage(groups=groups, words=said, duty_phone=book.settings.duty_phone or "")
    return render(request, "portal/catalogue.html", {"page": page})


def _line(book: Catalogue, matter: Matter) -> CatalogueLine:
    address = f"{reverse('portal:report')}?{urlencode({'matter': matter.key})}"
    usual = book.condition(matter.default_condition)
    danger = next((each for each in book.conditions_of(matter.key) if each.urgent), None)
    hint = _promised(usual)
    if danger is not None and danger.key != usual.key:
        hint = _("%(usual)s When dangerous: taken up at once.") % {"usual": hint}
    return CatalogueLine(title=str(matter.title), address=address, hint=hint.strip())


def _promised(condition: FilingCondition) -> str:
    if condition.promise is None:
        return ""
    promise = condition.promise
    said = limit_words(promise.amount, str(promise.unit))
    return _("Usually settled within %(limit)s.") % {"limit": said}
