"""The residents' portal: follow and answer. The receipt and its code are the only key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from gridward.cases import actions as cases
from gridward.cases import queries
from gridward.cases.errors import CaseChanged, NotTheReporter, StepNotOpen, TooManyPhotos
from gridward.cases.queries.photos import photo_of_receipt
from gridward.cases.queries.tracking import STAGES, Told, TrackedReport
from gridward.catalog.queries import catalogue
from gridward.core import ids
from gridward.core.errors import Problem
from gridward.web import limits
from gridward.web.portal import pages, wording
from gridward.web.ui.media import file_answer, picture_of, said_again, take_in
from gridward.web.ui.pages import (
    Badge,
    Choice,
    Fact,
    FormField,
    Stage,
    StageBar,
    Step,
    TimelineItem,
)
from gridward.web.ui.sessions import for_everybody
from gridward.web.ui.staff import name_of, why_of
from gridward.web.ui.typed import typed_here
from gridward.web.ui.views_account import demo_cards

COOKIE = "gw_receipt"
COOKIE_PATH = "/"
KEPT_S = 12 * 3600
MOVED_ON = (StepNotOpen, CaseChanged)  # told in plain words: residents never see inward states


@for_everybody
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The start page; in a demonstration with the sign-in cards."""
    page = pages.HomePage(duty_phone=catalogue().settings.duty_phone or "")
    context = {"page": page, "cards": demo_cards(request)}
    return render(request, "portal/home.html", context)


# --- track ----------------------------------------------------------------------------------


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Number and code; with both the page opens and stays open on this device for some hours."""
    number = request.POST.get("number") or request.GET.get("number") or ""
    if request.method == "POST":
        code = request.POST.get("code", "").replace(" ", "").upper()
        plain = ids.plain_receipt(number)
        try:
            limits.refuse_guesses(request, plain)
            submission = queries.submission_for(number, code)
        except (NotTheReporter, limits.TooOften) as problem:
            if isinstance(problem, NotTheReporter):
                limits.count_guess(request, plain)
            page = pages.TrackFormPage(number, problem.message)
            context = {"page": page, "here": "track"}
            return render(request, "portal/track_form.html", context, status=problem.status)
        answer = HttpResponseRedirect(reverse("portal:tracked"), status=303)
        return keep_receipt(answer, submission.receipt, code)
    held = receipt_of(request)
    if held is not None and (not number or ids.plain_receipt(number) == held[0]):
        return HttpResponseRedirect(reverse("portal:tracked"))
    page = pages.TrackFormPage(number)
    return render(request, "portal/track_form.html", {"page": page, "here": "track"})


@for_everybody
@require_GET
def tracked(request: HttpRequest) -> HttpResponse:
    """How it stands."""
    return _tracked(request)


def _tracked(
    request: HttpRequest, *, verb: str = "", problem: Problem | None = None
) -> HttpResponse:
    """The page, with what refused an act beside its form and what was typed still there."""
    held = receipt_of(request)
    if held is None:
        return HttpResponseRedirect(reverse("portal:track"))
    try:
        found = queries.track(*held)
    except NotTheReporter:
        return forget(HttpResponseRedirect(reverse("portal:track")))
    said = said_again(request, problem) if problem is not None else ""
    tried = Tried(verb, problem, request.POST, said)
    views = [_page(found.receipt, one, tried.on(one.case_id)) for one in found.reports]
    context = {"page": views[0], "pages": views, "here": "track"}
    if isinstance(problem, MOVED_ON):
        context["moved_on"] = _("It has moved on meanwhile. This is how it stands now.")
    status = problem.status if problem is not None else 200
    return private(render(request, "portal/track.html", context, status=status))


@for_everybody
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, verb: str) -> HttpResponse:
    """What the reporter may do: add, remind, answer, rate, object, ask to redo, withdraw."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("portal:tracked"))
    if request.POST.get("forget"):
        return forget(HttpResponseRedirect(reverse("portal:track")))
    held = receipt_of(request)
    if held is None:
        return to_track(request)
    try:
        submission = queries.submission_for(*held)
        _acted(submission.id, verb, request)
    except NotTheReporter:
        return forget(HttpResponseRedirect(reverse("portal:track")))
    except Problem as problem:
        return _tracked(request, verb=verb, problem=problem)
    messages.success(request, _("Received, thank you"))
    # the address of a form names the form, so that a refusal is seen beside it; done is on top
    return HttpResponseRedirect(reverse("portal:tracked") + "#main", status=303)


def to_track(request: HttpRequest) -> HttpResponse:
    """Number and code are asked for again; words of a form that came too late are shown."""
    typed = typed_here(request)
    if not typed:
        return HttpResponseRedirect(reverse("portal:track"))
    said = _(
        "Nothing was sent, because the page was closed on this device. Open it and send again."
    )
    context = {"page": pages.TrackFormPage("", said), "here": "track", "typed": typed}
    return private(render(request, "portal/track_form.html", context, status=401))


def _acted(submission: UUID, verb: str, request: HttpRequest) -> None:
    post = request.POST
    case = UUID(post.get("case", "")) if _is_uuid(post.get("case", "")) else submission
    version = int(post["version"]) if post.get("version", "").isdecimal() else None
    words, form = post.get("words", ""), post.get("form", "")
    rating = int(post["rating"]) if post.get("rating", "") in set("12345") else None
    if verb == "details":
        token = f"receipt:{submission}"
        photos = _staged(request, token)
        cases.add_details(submission, case, words=words, photos=photos, staged_by=token, form=form)
    elif verb == "hurry":
        cases.hurry_case(submission, case, form=form)
    elif verb == "object":
        cases.object_as_reporter(submission, case, words=words, form=form)
    elif verb == "answer":
        cases.answer_as_reporter(
            submission, case, answer=post.get("answer", ""), rating=rating, version=version
        )
    elif verb == "rate":
        cases.rate_as_reporter(submission, case, rating=rating or 0)
    elif verb == "withdraw":
        cases.withdraw_as_reporter(submission, case, form=form)
    elif verb == "redo":
        cases.reopen_as_reporter(submission, case, words=words, version=version)
    else:
        raise NotTheReporter()


def _staged(request: HttpRequest, token: str) -> list[UUID]:
    """The photos that came with a form, read before any transaction is open: that takes a while."""
    uploads = request.FILES.getlist("photos")
    most = catalogue().settings.photos_max
    if len(uploads) > most:
        raise TooManyPhotos(max=most, left=most)
    return [take_in(one, token).id for one in uploads]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@for_everybody
@require_GET
def photo(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """A photo that the reporter gave."""
    held = receipt_of(request)
    if held is None:
        return HttpResponse(status=404)
    file_id = photo_of_receipt(*held, photo_id)
    return file_answer(request, file_id, thumb="small" in request.GET)


# --- drawing --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    """What the reporter has just tried in vain; verb "" when nothing. said: why, in words."""

    verb: str = ""
    problem: Problem | None = None
    post: QueryDict | None = None
    said: str = ""

    def on(self, case: UUID) -> Tried:
        """The same, when it was tried on this case."""
        if self.post is not None and self.post.get("case", "") not in ("", str(case)):
            return Tried()
        return self


def _page(receipt: str, one: TrackedReport, tried: Tried) -> pages.TrackPage:
    ended = wording.close_title(one.close_type)
    steps = _steps(one, tried)
    asked = next((step for step in steps if step.tone == "first"), None)
    return pages.TrackPage(
        receipt=receipt,
        title=str(one.matter_title or "") or _("What you reported"),
        bar=_bar(one),
        submitted_at=one.submitted_at,
        timeline=_timeline(one),
        promised=one.promised_at if one.closed_at is None and not _is_over(one) else None,
        is_late=one.late and not _is_over(one),
        ended=Badge(ended, "green") if ended and one.closed_at and not _is_over(one) else None,
        reply=one.reply or "",
        earlier_reply=one.stage in ("submitted", "accepted", "assigned", "handling")
        and not _is_over(one),
        words=one.words or "",
        place=one.place,
        photos=tuple(
            picture_of(
                reverse("portal:photo", args=[each]),
                media=one.media[each][0],
                seconds=one.media[each][1],
            )
            for each in one.photos
        ),
        facts=(Fact(_("Handled by"), name_of(one.lead)),)
        if one.lead and one.side != "returned"
        else (),
        answer=_answer(one, tried),
        rating=_rating(one, tried),
        asked=asked,
        steps=tuple(step for step in steps if step is not asked),
        case=str(one.case_id),
        why=why_of(one.why),
        waits_to_join=one.waits_to_join,
        declined=str(one.declined.title) if one.declined else "",
        elsewhere=str(one.declined.where or "") if one.declined else "",
    )


def _is_over(one: TrackedReport) -> bool:
    """Whether it ended without being handled to its end; the side words say how."""
    return one.side in ("declined", "withdrawn")


def _bar(one: TrackedReport) -> StageBar:
    order = STAGES
    here = order.index(one.stage)
    reached = _reached(one)
    stages: list[Stage] = []
    for place, key in enumerate(order):
        state: Any = "done" if place < here else "now" if place == here else "todo"
        if place == here and key in ("closed", "rated"):
            state = "done"
        if _is_over(one) and (place > here or key not in reached or key in ("closed", "rated")):
            continue  # nothing further will come, and what was skipped was not done
        at = reached.get(key) if place <= here else None
        stages.append(Stage(str(wording.STAGE_TITLES[key]), state, at))
    side = wording.SIDE_TITLES.get(one.side)
    return StageBar(tuple(stages), str(side) if side else "")


def _reached(one: TrackedReport) -> dict[str, datetime]:
    """Stage → when it was last reached, from what the reporter was told."""
    found = {"submitted": one.submitted_at}
    for told in one.told:
        if told.stage and told.stage != "submitted":
            found[told.stage] = told.at
            if told.stage == "assigned":
                found.setdefault("accepted", told.at)
    if one.closed_at is not None:
        found["closed"] = one.closed_at
    return found


def _timeline(one: TrackedReport) -> tuple[TimelineItem, ...]:
    items = [TimelineItem(one.submitted_at, str(wording.STAGE_TITLES["submitted"]))]
    items += [_told(told) for told in one.told if told.verb != "report.submitted"]
    return tuple(reversed(items))


def _told(told: Told) -> TimelineItem:
    unit = name_of(told.organisation)
    return TimelineItem(
        told.at, wording.told_title(told.verb, unit, told.title), words="\n".join(told.words)
    )


def _address(verb: str) -> str:
    part = verb if verb == "answer" else "rating" if verb == "rate" else f"step-{verb}"
    return f"{reverse('portal:act', args=[verb])}#{part}"


def _step(one: TrackedReport, verb: str, title: str, **more: Any) -> Step:
    case = FormField("case", "hidden", value=str(one.case_id))
    form = FormField("form", "hidden", value=uuid4().hex)  # sent twice is done once
    fields = (case, form, *more.pop("fields", ()))
    return Step(verb, title, _address(verb), one.version, fields, **more)


def _with_problem(step: Step, tried: Tried) -> Step:
    if tried.problem is None or step.key != tried.verb or isinstance(tried.problem, MOVED_ON):
        return step
    post = tried.post or QueryDict()
    fields = tuple(
        field
        if field.kind in ("hidden", "photos")
        else replace(field, value=post.get(field.name, field.value))
        for field in step.fields
    )
    return replace(step, fields=fields, error=tried.said, is_open=True)


def _rating_field(*, required: bool) -> FormField:
    ratings = catalogue().settings.ratings
    return FormField(
        "rating",
        "choices",
        _("How satisfied are you?"),
        required=required,
        choices=tuple(
            Choice(str(len(ratings) - place), str(each.title)) for place, each in enumerate(ratings)
        ),
    )


def _answer(one: TrackedReport, tried: Tried) -> Step | None:
    if "answer" not in one.may:
        return None
    choices = (
        Choice("solved", _("Yes, solved")),
        Choice("partly", _("Partly")),
        Choice("no", _("No")),
    )
    question = FormField("answer", "choices", _("Your answer"), required=True, choices=choices)
    step = _step(
        one,
        "answer",
        _("Has your problem been solved?"),
        fields=(question, _rating_field(required=False)),
        button=_("Submit"),
    )
    return _with_problem(step, tried)


def _rating(one: TrackedReport, tried: Tried) -> Step | None:
    if "rate" not in one.may:
        return None
    field = _rating_field(required=True)
    step = _step(
        one,
        "rate",
        field.label,
        fields=(replace(field, label=_("Your rating")),),
        button=_("Submit"),
    )
    return _with_problem(step, tried)


def _words(label: str, *, required: bool = True) -> FormField:
    return FormField("words", "textarea", label, required=required, most=2000)


def _details(one: TrackedReport) -> Step:
    """Words and photos, whenever it is open; first and unfolded where they were asked for."""
    asked = "give_info" in one.may
    fields = [_words(_("Your details"), required=False)]
    if one.photos_left and not one.restricted:
        label = ngettext(
            "Photos (optional, up to %(n)d)", "Photos (optional, up to %(n)d)", one.photos_left
        ) % {"n": one.photos_left}
        fields.append(FormField("photos", "photos", label, most=one.photos_left))
    return _step(
        one,
        "details",
        _("Add details"),
        fields=tuple(fields),
        button=_("Submit"),
        icon="message",
        hint="" if asked else _("Whoever handles it sees them at once."),
        tone="first" if asked else "",
        is_open=asked,
        with_files=any(field.kind == "photos" for field in fields),
    )


def _steps(one: TrackedReport, tried: Tried) -> list[Step]:
    steps: list[Step] = []
    settings = catalogue().settings
    if one.may & {"give_info", "add_details"}:
        steps.append(_details(one))
    if "hurry" in one.may:
        hint = _("Desk and handler see it; once a working day.")
        steps.append(
            _step(
                one,
                "hurry",
                _("Send a reminder"),
                button=_("Send a reminder"),
                icon="bell",
                hint=hint,
            )
        )
    if "object" in one.may:
        days = settings.object_days
        hint = ngettext(
            "Possible once, within %(days)d day. Somebody else than before decides.",
            "Possible once, within %(days)d days. Somebody else than before decides.",
            days,
        ) % {"days": days}
        steps.append(
            _step(
                one,
                "object",
                _("Ask for a review"),
                fields=(_words(_("Why should it be taken up?")),),
                button=_("Submit"),
                icon="refresh",
                hint=hint,
            )
        )
    if "reopen" in one.may:
        days = settings.reopen_days
        hint = ngettext(
            "Possible once, within %(days)d day after it was completed.",
            "Possible once, within %(days)d days after it was completed.",
            days,
        ) % {"days": days}
        steps.append(
            _step(
                one,
                "redo",
                _("Not solved: ask to redo"),
                fields=(_words(_("What is not solved?")),),
                button=_("Submit"),
                icon="refresh",
                hint=hint,
            )
        )
    if "withdraw" in one.may:
        steps.append(
            _step(
                one,
                "withdraw",
                _("Withdraw"),
                button=_("Withdraw"),
                icon="arrow-back-up",
                tone="warn",
                hint=_("You take your report back; if nobody else waits for it, it ends."),
            )
        )
    return [_with_problem(step, tried) for step in steps]


# --- the receipt in this browser --------------------------------------------------------------


def receipt_of(request: HttpRequest) -> tuple[str, str] | None:
    """Number and code that this browser holds, signed by us; None when it holds none."""
    held = request.get_signed_cookie(COOKIE, default="", max_age=KEPT_S)
    number, _sep, code = (held or "").partition(":")
    return (number, code) if number and code else None


def keep_receipt(answer: HttpResponseRedirect, number: str, code: str) -> HttpResponseRedirect:
    answer.set_signed_cookie(
        COOKIE,
        f"{number}:{code}",
        max_age=KEPT_S,
        path=COOKIE_PATH,
        httponly=True,
        samesite="Lax",
    )
    return answer


def forget(answer: HttpResponseRedirect) -> HttpResponseRedirect:
    answer.delete_cookie(COOKIE, path=COOKIE_PATH, samesite="Lax")
    return answer


def private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store, private"
    return answer
