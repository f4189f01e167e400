"""The demonstration's cases: some 300 of the last fortnight, walked by the product's own verbs.

Each case goes on until its next step would lie in the future, so that the youngest are where
young cases are. Everything is drawn by lot from a fixed seed; only the day is today's.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from gridward.access import queries as access
from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.actions import Channel, Contact, Place, Told
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.core.errors import Problem
from gridward.directory import queries as directory
from gridward.tasks import queries as tasks
from gridward.territory import queries as territory
from gridward.vault import actions as vault
from gridward.web.cli import jobs
from gridward.web.cli.demo.stories import ROADS, SPOTS, STORIES, Story

if TYPE_CHECKING:
    from gridward.cases.models import Case

Say = Callable[[str], None]
CASES, DAYS, SEED = 300, 14, 29
GROUNDS = "现场查看，井盖（设施）标识为其他权属单位，不属于本单位管养范围"
DECISION = "经核对权属资料，由改派后的单位办理"
KEEP = "权属资料显示该设施由贵单位管养，请继续办理"
RULING = "两次退单，现指定承办，不再退回"
TROUBLES = frozenset({"return_late", "check_needed", "step_not_open", "lead_not_open"})


@dataclass
class Teller:
    """The lot, the present moment and who stands where."""

    lot: random.Random
    now: datetime
    posts: dict[UUID, list[Viewer]] = field(default_factory=dict)

    def anybody(
        self, organisation: UUID, capability: str, *, but: frozenset[UUID] = frozenset()
    ) -> Viewer:
        """Somebody at an organisation who may do this; none of the people in `but`."""
        if organisation not in self.posts:
            holders = directory.staff_of(organisation)
            self.posts[organisation] = [
                access.viewer_of_post(h.post_id)
                for h in holders
                if h.role not in ("grid_worker", "protection_desk")
            ]
        able = [v for v in self.posts[organisation] if v.may(capability) and v.person_id not in but]
        return self.lot.choice(able)

    def handler(self, organisation: UUID) -> Viewer:
        """Who handles at an organisation: always the same one, so that a colleague can check."""
        self.anybody(organisation, "case.dispose")
        return next(v for v in self.posts[organisation] if v.may("case.dispose"))

    def later(self, at: datetime, least: float, most: float) -> datetime:
        """A moment in working hours, so many hours later by lot."""
        calendar = catalogue().hours("desk")
        moved = at + timedelta(hours=self.lot.uniform(least, most))
        if not calendar.is_open(moved):
            moved = calendar.next_opening(moved) + timedelta(minutes=self.lot.uniform(1, 25))
        return moved


def make_cases(say: Say) -> None:
    """Reports over the last fortnight, each brought as far as it would have come by now."""
    teller = Teller(random.Random(SEED), clock.now())  # noqa: S311 - a story by lot
    units = list(territory.areas_of_level("minimal_unit"))
    starts = sorted(_start(teller) for _ in range(CASES))
    weights = [story.weight for story in STORIES]
    for n, start in enumerate(starts, 1):
        story = teller.lot.choices(STORIES, weights)[0]
        unit = teller.lot.choice(units)
        _tell(teller, story, start, (unit.lng, unit.lat))
        if n % 50 == 0:
            say(_("%(done)s of %(count)s") % {"done": n, "count": CASES})
    swept = 0
    while (found := actions.sweep_clocks()).total:
        swept += found.total
    say(_("%(count)s cases, %(clocks)s clocks looked at") % {"count": CASES, "clocks": swept})


def _start(teller: Teller) -> datetime:
    day = teller.now - timedelta(days=teller.lot.uniform(0, DAYS))
    hour = teller.lot.triangular(6, 23, 10)
    local = day.astimezone(catalogue().hours("desk").tz)
    made = local.replace(hour=int(hour), minute=teller.lot.randrange(60), second=7)
    return min(made, teller.now - timedelta(minutes=teller.lot.uniform(3, 90)))


def _tell(teller: Teller, story: Story, start: datetime, point: tuple[float, float]) -> None:
    lot = teller.lot
    road, other = lot.sample(ROADS, 2)
    place = road + lot.choice(SPOTS).format(r=other)
    with clock.frozen(start):
        photos = [_photo(lot)] if lot.random() < 0.3 else []
        receipt = actions.submit_report(
            [
                Told(
                    words=lot.choice(story.said).format(place=place),
                    place=Place(point[0], point[1], words=place),
                    matter=story.matter if lot.random() < 0.8 else "",
                    photos=photos,
                )
            ],
            contact=_contact(lot),
            channel=Channel(
                key=lot.choices(["portal", "phone", "worker"], [6, 3, 2])[0],
                source="demo",
                notice_version="2026-11",
            ),
            staged_by="demo" if photos else None,
            at=start,
        )
        while (job := jobs.take("demo")) is not None:  # suggestions come right after the report
            jobs.run(job)
    case = queries.case(receipt.cases[0])
    at = start
    for _turn in range(14):
        following = _next(teller, story, case, at)
        if following is None:
            break
        at, act = following
        if at >= teller.now:
            break
        with clock.frozen(at):
            try:
                case = act(at)
            except Problem as refused:
                if refused.code not in TROUBLES:
                    raise
                break


def _contact(lot: random.Random) -> Contact:
    # numbers of a range that is given to nobody
    if lot.random() < 0.75:
        return Contact(phone=f"100{lot.randrange(10**8):08d}", name="")
    return Contact()


Act = Callable[[datetime], "Case"]


def _next(teller: Teller, story: Story, case: Case, at: datetime) -> tuple[datetime, Act] | None:
    """When the next step of this case is taken, and the step; None at an end."""
    makers: dict[str, Callable[[], tuple[datetime, Act]]] = {
        "submitted": lambda: _accept(teller, story, case, at),
        "need_info": lambda: _lapse(teller, case, at),
        "dispatched": lambda: _take_up(teller, case, at),
        "returned": lambda: _decide(teller, case, at),
        "handling": lambda: _handle(teller, story, case, at),
        "disposed": lambda: _check(teller, case, at),
        "closure_checking": lambda: _look(teller, case, at),
        "callback_pending": lambda: _call(teller, case, at),
    }
    make = makers.get(case.state)
    return make() if make is not None else None


def _accept(teller: Teller, story: Story, case: Case, at: datetime) -> tuple[datetime, Act]:
    lot, desk = teller.lot, teller.anybody(case.desk_id, "case.accept")
    when = teller.later(at, 0.05, 0.7)
    fate = lot.random()
    if fate < 0.03 and case.vault_subject is None:
        return when, lambda t: actions.ask_for_info(
            case.id, by=desk, version=case.version, words="请告诉我们靠近哪个门牌号", at=t
        )
    if fate < 0.06:
        return when, lambda t: actions.decline_case(
            case.id, by=desk, version=case.version, reason="private", words="请先与对方协商", at=t
        )
    matter = case.matter or story.matter
    book = catalogue(case.edition)
    condition = story.condition or book.matter(matter).default_condition
    case.matter, case.condition = matter, condition
    suggestion = queries.suggested_lead(case, book)
    open_ones = queries.open_organisations(case, book)
    lead = suggestion.organisation if suggestion is not None else None
    if lead is None or lead not in {o.id for o in open_ones}:
        lead = next(o.id for o in open_ones if o.kind == "department")
    helpers = suggestion.helpers[:1] if suggestion is not None else ()
    return when, lambda t: actions.accept_and_dispatch(
        case.id,
        by=desk,
        version=case.version,
        matter=matter,
        condition=condition,
        lead=lead,
        helpers=helpers,
        at=t,
    )


def _lapse(teller: Teller, case: Case, at: datetime) -> tuple[datetime, Act]:
    when = teller.later(at, 30, 60)
    return when, lambda t: actions.info_lapsed(case.id, at=t)


def _take_up(teller: Teller, case: Case, at: datetime) -> tuple[datetime, Act]:
    assert case.lead_id is not None
    handler = teller.handler(case.lead_id)
    when = teller.later(at, 0.1, 2.2)
    return when, lambda t: actions.acknowledge_case(case.id, by=handler, version=case.version, at=t)


def _handle(teller: Teller, story: Story, case: Case, at: datetime) -> tuple[datetime, Act]:
    lot = teller.lot
    assert case.lead_id is not None
    handler = teller.handler(case.lead_id)
    if case.returns == 0 and lot.random() < 0.07:
        return teller.later(at, 0.1, 0.4), lambda t: actions.return_case(
            case.id,
            by=handler,
            version=case.version,
            words=GROUNDS,
            after_look=True,
            photos=[_photo(lot)],
            at=t,
        )
    when = teller.later(at, 0.6, 20.0 if lot.random() < 0.8 else 60.0)
    photos = lot.random() < 0.75
    return when, lambda t: actions.dispose_case(
        case.id,
        by=handler,
        version=case.version,
        internal=story.done,
        reply=story.reply,
        photos=[_photo(lot)] if photos or _needs_proof(case) else [],
        at=t,
    )


def _needs_proof(case: Case) -> bool:
    condition = catalogue(case.edition).conditions.get(case.condition)
    return condition is not None and condition.proof == "required"


def _decide(teller: Teller, case: Case, at: datetime) -> tuple[datetime, Act]:
    when = teller.later(at, 0.2, 3.0)
    assert case.lead_id is not None
    if case.holder_kind == "chief":
        chief = teller.anybody(directory.organisation_by_key("district-desk").id, "case.rule")
        lead = case.lead_id
        return when, lambda t: actions.rule_case(
            case.id, by=chief, version=case.version, lead=lead, words=RULING, at=t
        )
    desk = teller.anybody(case.desk_id, "case.decide_return")
    others = [
        o
        for o in queries.open_organisations(case, catalogue(case.edition))
        if o.kind == "department" and o.id != case.lead_id
    ]
    if teller.lot.random() < 0.5 and others:
        lead = teller.lot.choice(others).id
        return when, lambda t: actions.redispatch_case(
            case.id, by=desk, version=case.version, lead=lead, words=DECISION, at=t
        )
    return when, lambda t: actions.refuse_return(
        case.id, by=desk, version=case.version, words=KEEP, at=t
    )


def _check(teller: Teller, case: Case, at: datetime) -> tuple[datetime, Act]:
    facts = queries.facts_of(case, queries.active_assignments(case.id), catalogue(case.edition))
    # a station may have settled it with its own people: a colleague looks at the result
    desk = teller.anybody(case.desk_id, "case.check", but=facts.acted)
    when = teller.later(at, 0.2, 3.0)
    if facts.check_needed:
        return when, lambda t: actions.send_to_check(case.id, by=desk, version=case.version, at=t)
    if case.reworks == 0 and teller.lot.random() < 0.05:
        return when, lambda t: actions.ask_rework(
            case.id, by=desk, version=case.version, words="照片中仍有松动，请复查", at=t
        )
    return when, lambda t: actions.pass_check(case.id, by=desk, version=case.version, at=t)


def _look(teller: Teller, case: Case, at: datetime) -> tuple[datetime, Act]:
    card = tasks.open_task_about(case.id, "closure_check")
    assert card is not None
    if card.assignee_id is not None:
        worker = access.viewer_of_post(card.assignee_id)
    else:
        worker = teller.anybody(card.organisation_id, "case.check_task")
    when = teller.later(at, 0.3, 5.0)
    return when, lambda t: actions.answer_check(
        card.id, by=worker, version=card.version, result="passed", at=t
    )


def _call(teller: Teller, case: Case, at: datetime) -> tuple[datetime, Act]:
    lot, desk = teller.lot, teller.anybody(case.desk_id, "case.callback")
    report = queries.contactable_reports(case.id)[0]
    reached = lot.random() < 0.8
    answer = lot.choices(["solved", "partly", "no"], [88, 8, 4])[0]
    if case.unsolved:
        answer = "solved"
    rating = lot.choices([5, 4, 3, 2], [55, 30, 12, 3])[0] if answer != "no" else 1
    when = teller.later(at, 1.0, 22.0)
    return when, lambda t: actions.log_call(
        case.id,
        report.id,
        by=desk,
        version=case.version,
        reached=reached,
        answer=answer if reached else "",
        rating=rating if reached else None,
        at=t,
    )


def _photo(lot: random.Random) -> UUID:
    """A drawn street scene: sky, houses, road and a round cover. Nobody's photo."""
    width, height = 960, 640
    picture = Image.new("RGB", (width, height), (196 + lot.randrange(30), 214, 224))
    pen = ImageDraw.Draw(picture)
    x = 0
    while x < width:
        wide, tall = lot.randrange(80, 170), lot.randrange(140, 300)
        shade = lot.randrange(150, 205)
        pen.rectangle([x, 340 - tall, x + wide - 8, 340], fill=(shade, shade - 8, shade - 22))
        for wx in range(x + 14, x + wide - 24, 30):
            for wy in range(360 - tall, 320, 42):
                pen.rectangle([wx, wy, wx + 14, wy + 20], fill=(120, 140, 150))
        x += wide
    pen.rectangle([0, 340, width, 390], fill=(176, 170, 160))
    pen.rectangle([0, 390, width, height], fill=(92, 96, 100))
    for stripe in range(0, width, 120):
        pen.rectangle([stripe, 500, stripe + 60, 508], fill=(224, 224, 214))
    cx, cy = lot.randrange(260, 700), lot.randrange(540, 590)
    pen.ellipse([cx - 70, cy - 28, cx + 70, cy + 28], fill=(58, 60, 62), outline=(30, 30, 30))
    pen.ellipse([cx - 52, cy - 19, cx + 52, cy + 19], outline=(96, 98, 100), width=3)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    out.seek(0)
    return vault.stage_upload(out, "photo.jpg", "demo").id
