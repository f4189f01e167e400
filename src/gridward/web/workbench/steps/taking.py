"""How a form that was sent becomes an act. One that is not named in TAKES is a plain step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, QueryDict

from gridward.access.rules import Viewer
from gridward.cases import actions, errors, queries
from gridward.cases.queries.reading import Suggestion
from gridward.catalog.compiled import Catalogue
from gridward.catalog.queries import catalogue
from gridward.core import jurisdiction
from gridward.core.errors import NotFound
from gridward.web.ui.media import take_in
from gridward.web.ui.onsite import ids_in
from gridward.web.ui.views import point_from


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent with a step, read once. photos: staged already."""

    case: UUID
    viewer: Viewer
    post: QueryDict
    photos: Sequence[UUID] = ()
    before: Sequence[UUID] = ()

    @property
    def version(self) -> int:
        text = self.post.get("version", "")
        return int(text) if text.isdecimal() and len(text) < 9 else 0

    def text(self, name: str) -> str:
        return self.post.get(name, "").strip()

    def id(self, name: str) -> UUID | None:
        try:
            return UUID(self.text(name))
        except ValueError:
            return None

    def moment(self, name: str) -> datetime | None:
        """A day and time as they were typed, in the town's own time."""
        text = self.text(name)
        if not text:
            return None
        try:
            typed = datetime.fromisoformat(text)
        except ValueError:
            raise errors.PromiseUnfit() from None
        return typed if typed.tzinfo else typed.replace(tzinfo=jurisdiction.current().tz)

    def number(self, name: str) -> int | None:
        text = self.text(name)
        return int(text) if text.isdecimal() and len(text) < 18 else None


def take(request: HttpRequest, case_id: UUID, key: str, viewer: Viewer) -> None:
    """Do what the form asks. Raises whatever Problem refuses it; then nothing has changed."""
    actor = f"post:{viewer.post_id}"
    # photos are read before any transaction is open: that takes a while
    photos = [take_in(upload, actor).id for upload in request.FILES.getlist("photos")]
    before = [take_in(upload, actor).id for upload in request.FILES.getlist("before")]
    form = Form(case_id, viewer, request.POST, photos, before)
    TAKES.get(key, _take_plain(key))(form)


def _matter_of(form: Form, book: Catalogue) -> tuple[str, str]:
    """Matter and condition keys from the one choice; empty when nothing was chosen."""
    condition = form.text("condition")
    if not condition:
        return "", ""
    matter = next((m.key for m in book.matters.values() if condition in m.conditions), "")
    if not matter:
        raise errors.ConditionMissing()
    return matter, condition


def _book(form: Form) -> Catalogue:
    return catalogue(queries.case_for(form.viewer, form.case).edition)


def _take_accept_dispatch(form: Form) -> None:
    case = queries.case_for(form.viewer, form.case)
    book = catalogue(case.edition)
    matter, condition = _matter_of(form, book)
    # ask the rules as if the choices stood on the case already; nothing is saved here
    case.matter, case.condition = matter or case.matter, condition or case.condition
    suggestion = queries.suggested_lead(case, book)
    lead = form.id("lead")
    if form.text("lead") == "rule":
        lead = suggestion.organisation if suggestion else None
    actions.accept_and_dispatch(
        form.case,
        by=form.viewer,
        version=form.version,
        matter=matter,
        condition=condition,
        area=form.number("area"),
        lead=lead,
        helpers=_helpers_of(form, suggestion, lead),
    )


def _helpers_of(form: Form, suggestion: Suggestion | None, lead: UUID | None) -> list[UUID]:
    """The helpers that were chosen, or the rule's when the lead is the rule's too."""
    if form.text("helper") == "rule":
        fits = suggestion is not None and suggestion.organisation == lead
        return list(suggestion.helpers) if suggestion is not None and fits else []
    helper = form.id("helper")
    return [helper] if helper is not None and helper != lead else []


def _take_accept(form: Form) -> None:
    matter, condition = _matter_of(form, _book(form))
    actions.accept_case(
        form.case,
        by=form.viewer,
        version=form.version,
        matter=matter,
        condition=condition,
        area=form.number("area"),
    )


def _lead_of(form: Form) -> UUID:
    lead = form.id("lead")
    if lead is None:
        raise errors.LeadMissing()
    return lead


def _take_merge(form: Form) -> None:
    number = form.text("near") or form.text("master")
    found = queries.list_page(form.viewer, query=number, limit=2).items
    others = [card for card in found if card.id != form.case]
    if len(others) != 1:
        raise errors.CannotJoin()
    actions.merge_case(form.case, by=form.viewer, version=form.version, master=others[0].id)


def _take_join(act: Callable[..., object]) -> Callable[[Form], None]:
    def take_join(form: Form) -> None:
        report = form.id("report")
        if report is None:
            raise errors.JoinMissing()
        act(form.case, report, by=form.viewer, version=form.version)

    return take_join


def _take_contact(form: Form) -> None:
    reached = form.text("reached")
    if reached not in ("yes", "no"):
        raise errors.CallMissing()
    actions.log_contact_with(
        form.case,
        by=form.viewer,
        version=form.version,
        call=form.text("call"),
        reached=reached == "yes",
        promised=form.moment("promised"),
        words=form.text("words"),
        report=form.id("report"),
    )


def _take_hand_inside(form: Form) -> None:
    colleague = form.id("colleague")
    if colleague is None:
        raise errors.ColleagueMissing()
    actions.hand_to_colleague(
        form.case,
        by=form.viewer,
        version=form.version,
        colleague=colleague,
        words=form.text("words"),
    )


def _take_correct(form: Form) -> None:
    matter, condition = _matter_of(form, _book(form))
    actions.correct_case(
        form.case,
        by=form.viewer,
        version=form.version,
        words=form.text("words"),
        matter=matter,
        condition=condition,
        area=form.number("area"),
        pin=_pin_of(form),
        urgent=_yes_or_no(form, "urgent"),
        sensitivity=form.number("sensitivity"),
        keep_lead=_yes_or_no(form, "keep_lead"),
    )


def _pin_of(form: Form) -> tuple[float, float] | None:
    """The point that was tapped; None when none was."""
    return point_from(f"{form.text('lng')},{form.text('lat')}")


def _yes_or_no(form: Form, name: str) -> bool | None:
    return {"1": True, "0": False}.get(form.text(name))


def _take_pre_verify(form: Form) -> None:
    actions.send_to_verify(
        form.case,
        by=form.viewer,
        version=form.version,
        worker=form.id("worker"),
        words=form.text("words"),
    )


def _take_self_handle(form: Form) -> None:
    matter, condition = _matter_of(form, _book(form))
    settled = actions.Settled(
        condition=condition,
        internal=form.text("internal"),
        reply=form.text("reply"),
        photos=form.photos,
        before=form.before,
    )
    actions.settle_on_spot(
        form.case, by=form.viewer, version=form.version, settled=settled, matter=matter
    )


def _take_propose(form: Form) -> None:
    actions.propose_force_close(
        form.case,
        by=form.viewer,
        version=form.version,
        words=form.text("words"),
        reply=form.text("reply"),
    )


def _proposal_of(form: Form) -> UUID:
    found = form.id("proposal")
    if found is None:
        raise errors.SecondPersonMissing()
    return found


def _take_force_close(form: Form) -> None:
    actions.confirm_force_close(form.case, _proposal_of(form), by=form.viewer, version=form.version)


def _take_refuse_force_close(form: Form) -> None:
    actions.refuse_force_close(
        form.case,
        _proposal_of(form),
        by=form.viewer,
        version=form.version,
        words=form.text("words"),
    )


def _take_log_call(form: Form) -> None:
    report = form.id("report")
    if report is None:
        raise NotFound()
    outcome = form.text("outcome")
    if outcome == "visit":
        worker = form.id("worker")
        if worker is None:
            raise errors.NoWorkerToCall()
        actions.hand_call(form.case, report, by=form.viewer, version=form.version, post=worker)
        return
    if outcome == "take_back":
        actions.take_call_back(form.case, report, by=form.viewer, version=form.version)
        return
    actions.log_call(
        form.case,
        report,
        by=form.viewer,
        version=form.version,
        reached=outcome != "unreached",
        answer="" if outcome == "unreached" else outcome,
        rating=form.number("rating") if outcome != "unreached" else None,
        words=form.text("words"),
    )


def _take_join_site(form: Form) -> None:
    actions.join_on_site(
        form.case,
        by=form.viewer,
        version=form.version,
        came=ids_in(form.post, "came"),
        words=form.text("words"),
        photos=form.photos,
    )


def _take_plain(key: str) -> Callable[[Form], None]:
    def take_plain(form: Form) -> None:
        text = form.text("words")
        actions.take_step(
            form.case,
            key,
            actor=actions.acting_post(form.viewer),
            given=actions.Given(words=text, reason=text, photos=tuple(form.photos)),
            version=form.version,
        )

    return take_plain


def _take_words(act: Callable[..., object]) -> Callable[[Form], None]:
    def take_words(form: Form) -> None:
        act(form.case, by=form.viewer, version=form.version, words=form.text("words"))

    return take_words


def _take_only(act: Callable[..., object]) -> Callable[[Form], None]:
    def take_only(form: Form) -> None:
        act(form.case, by=form.viewer, version=form.version)

    return take_only


def _take_reason(act: Callable[..., object]) -> Callable[[Form], None]:
    def take_reason(form: Form) -> None:
        act(
            form.case,
            by=form.viewer,
            version=form.version,
            reason=form.text("reason"),
            words=form.text("words"),
        )

    return take_reason


def _take_lead_words(act: Callable[..., object]) -> Callable[[Form], None]:
    def take_lead_words(form: Form) -> None:
        act(
            form.case,
            by=form.viewer,
            version=form.version,
            lead=_lead_of(form),
            words=form.text("words"),
        )

    return take_lead_words


def _take_dispatch(form: Form) -> None:
    case = queries.case_for(form.viewer, form.case)
    lead = _lead_of(form)
    suggestion = queries.suggested_lead(case, catalogue(case.edition))
    actions.dispatch_case(
        form.case,
        by=form.viewer,
        version=form.version,
        lead=lead,
        helpers=_helpers_of(form, suggestion, lead),
    )


def _take_hand_over(form: Form) -> None:
    actions.hand_over(
        form.case,
        by=form.viewer,
        version=form.version,
        desk=form.id("level"),
        level="" if form.id("level") else form.text("level"),
        words=form.text("words"),
    )


def _take_return(form: Form) -> None:
    actions.return_case(
        form.case,
        by=form.viewer,
        version=form.version,
        words=form.text("words"),
        suggested=form.id("suggested"),
        after_look=form.text("after_look") == "1",
        photos=form.photos,
    )


def _take_dispose(form: Form) -> None:
    actions.dispose_case(
        form.case,
        by=form.viewer,
        version=form.version,
        internal=form.text("internal"),
        reply=form.text("reply"),
        close_type=form.text("close_type") or "resolved",
        photos=form.photos,
    )


TAKES: dict[str, Callable[[Form], None]] = {
    "accept_dispatch": _take_accept_dispatch,
    "accept": _take_accept,
    "dispatch": _take_dispatch,
    "ask_info": _take_words(actions.ask_for_info),
    "hand_over": _take_hand_over,
    "merge": _take_merge,
    "decline": _take_reason(actions.decline_case),
    "correct": _take_correct,
    "pre_verify": _take_pre_verify,
    "self_handle": _take_self_handle,
    "propose_force_close": _take_propose,
    "force_close": _take_force_close,
    "refuse_force_close": _take_refuse_force_close,
    "acknowledge": _take_only(actions.acknowledge_case),
    "return": _take_return,
    "redispatch": _take_lead_words(actions.redispatch_case),
    "uphold": _take_words(actions.refuse_return),
    "rule": _take_lead_words(actions.rule_case),
    "progress": _take_words(actions.add_progress),
    "give_plan": _take_words(actions.give_plan),
    "dispose": _take_dispose,
    "send_to_check": _take_only(actions.send_to_check),
    "rework": _take_words(actions.ask_rework),
    "pass_to_callback": _take_only(actions.pass_check),
    "pass_close": _take_only(actions.pass_check),
    "log_call": _take_log_call,
    "join_site": _take_join_site,
    "reopen": _take_words(actions.reopen_case),
    "void": _take_reason(actions.void_case),
    "part": _take_words(actions.part_case),
    "confirm_join": _take_join(actions.confirm_joined),
    "refuse_join": _take_join(actions.refuse_joined),
    "contact": _take_contact,
    "help_done": _take_words(actions.end_help_on),
    "hand_inside": _take_hand_inside,
}
