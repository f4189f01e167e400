"""What happens next to a case of the demonstration, who does it and when: by lot, by their verbs.

The lot of a decision is drawn from the case's own name and version, so that whoever asks again
after an interruption gets the same answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from gridward.access import queries as access
from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.queries.suggesting import suggested_matters
from gridward.catalog.definitions import Sensitivity
from gridward.catalog.queries import catalogue
from gridward.directory import queries as directory
from gridward.tasks import queries as tasks
from gridward.web.cli.demo.people import POWER
from gridward.web.cli.demo.pictures import staged_scene
from gridward.web.cli.demo.stories import Story, Talk, story_of, talk_about, told_in

if TYPE_CHECKING:
    from gridward.cases.models import Case

SEED = 29
DECISION = "经核对职责分工，由改派后的单位办理"
KEEP = "经核对职责分工，该事项由贵单位承办，请继续办理"
RULING = "两次退单，现指定承办，不再退回"
DECLINED = "位置在小区围墙以内，属于业主共有部分，请先联系物业"
OBJECTION = "围墙外面这一段也是，大家天天都要经过，请再看一下"
UNFORESEEN = "需等上级专项工程统一实施，短期内无法办理，提请特批办结"
UNFORESEEN_REPLY = "该处已列入下一批专项工程，开工前我们会主动联系您"
CALLS = ("已向反映人核实情况", "告知反映人今天会有人联系", "反映人来电询问进度，已答复")
# what may turn out to lie on private ground
PRIVATE = frozenset({"roads", "water", "waste", "street_order", "fire", "building", "green"})
# what the manager of a housing estate or a firm settles itself, where there is one
ON_THEIR_GROUND = frozenset(
    {
        "bikes", "bin_damaged", "charging_pile", "clutter", "corridor", "ebike_charging",
        "elevator_trapped", "fire_equipment", "fire_lane", "illegal_parking", "lawn", "litter",
        "renovation", "stairwell_clutter", "street_lamp", "work_safety",
    }
)  # fmt: skip
HANDLER_ROLES_LEFT_OUT = ("grid_worker", "protection_desk")

# what comes between two steps, below which lot
BESIDE = (
    (0.03, "hurry"), (0.055, "add"), (0.08, "ring"), (0.09, "withdraw"), (0.11, "hasten"),
    (0.125, "force"), (0.128, "void"),
)  # fmt: skip

Act = Callable[[datetime], object]
Following = tuple[datetime, Act]


class NobodyThereError(LookupError):
    """Nobody of an organisation may take this step: the story waits there."""


@dataclass
class Teller:
    """Who stands where, and what follows."""

    posts: dict[UUID, list[Viewer]] = field(default_factory=dict)
    workers: dict[int, list[Viewer]] = field(default_factory=dict)
    hints: dict[UUID, tuple[str, str]] = field(default_factory=dict)  # what a case is really about

    def meant(self, case: Case) -> tuple[str, str]:
        """What a case is really about: as it was meant, else as whoever reads its words would say.

        Nobody who served the demonstration before has left word of what it meant.
        """
        if case.id not in self.hints:
            self.hints[case.id] = self._read(case)
        return self.hints[case.id]

    def _read(self, case: Case) -> tuple[str, str]:
        book = catalogue(case.edition)
        reader = next(iter(self.able(case.desk_id, "case.accept")), None)
        reports = queries.case_page(reader, case.id).reports if reader is not None else []
        words = next((one.words for one in reports if one.words), "")
        told = told_in(book, words)
        if told is not None:
            return told
        fitting = (
            key for key in suggested_matters(book, words) if not book.matter(key).is_restricted
        )
        return next(fitting, "opinion"), ""

    # --- people -------------------------------------------------------------------------------

    def able(
        self, organisation: UUID, capability: str, *, but: frozenset[UUID] = frozenset()
    ) -> list[Viewer]:
        """Who at an organisation may do this; none of the people in `but`."""
        if organisation not in self.posts:
            self.posts[organisation] = [
                access.viewer_of_post(holder.post_id)
                for holder in directory.staff_of(organisation)
                if holder.role not in HANDLER_ROLES_LEFT_OUT
            ]
        return [
            viewer
            for viewer in self.posts[organisation]
            if viewer.may(capability) and viewer.person_id not in but
        ]

    def anybody(
        self,
        lot: random.Random,
        organisation: UUID,
        capability: str,
        *,
        but: frozenset[UUID] = frozenset(),
    ) -> Viewer:
        """One of those who may, by lot. Raises NobodyThereError."""
        able = self.able(organisation, capability, but=but)
        if not able:
            raise NobodyThereError(capability)
        return lot.choice(able)

    def at_district(self, capability: str) -> Viewer:
        """Who at the district's centre may do this."""
        lot = random.Random(capability)  # noqa: S311 - the same one each time
        (centre,) = directory.organisations(kind="district_desk")[:1]
        return self.anybody(lot, centre.id, capability)

    def worker_at(self, grid: int | None) -> Viewer | None:
        """A grid worker of this grid; None where nobody works."""
        if grid is None:
            return None
        if grid not in self.workers:
            holders = directory.workers_of_grid(grid)[:1]
            self.workers[grid] = [access.viewer_of_post(each.post_id) for each in holders]
        return next(iter(self.workers[grid]), None)

    # --- what follows -------------------------------------------------------------------------

    def following(self, key: str, case: Case, since: datetime, tries: int = 0) -> Following | None:
        """When the next step of this case is taken, and the step; None at an end.

        key: the story's own name; since: when the last step was taken; tries: how many steps were
        refused since then
        """
        if case.sensitivity >= Sensitivity.RESTRICTED:
            return None  # few may know of it, and they decide themselves
        lot = random.Random(  # noqa: S311 - a story by lot
            f"{SEED}:{key}:{case.version}:{case.hurries}:{case.reports_proposed}:{tries}"
        )
        makers = {
            "submitted": _accept,
            "need_info": _give_info,
            "pre_verifying": _verify,
            "declined": _object,
            "merged": _part,
            "accepted": _dispatch,
            "dispatched": _take_up,
            "returned": _decide,
            "to_rule": _decide,
            "handling": _handle,
            "disposed": _check,
            "closure_checking": _look,
            "callback_pending": _call,
            "closed": _after,
        }
        make = makers.get(case.state)
        if make is None:
            return None
        return _beside(self, case, since, lot) or make(self, case, since, lot)


# --- moments ----------------------------------------------------------------------------------


def working(lot: random.Random, since: datetime, least: float, most: float) -> datetime:
    """A moment in the desks' hours, so many hours later by lot."""
    calendar = catalogue().hours("desk")
    moved = since + timedelta(hours=lot.uniform(least, most))
    if not calendar.is_open(moved):
        moved = calendar.next_opening(moved) + timedelta(minutes=lot.uniform(1, 25))
    return moved


def waking(lot: random.Random, since: datetime, least: float, most: float) -> datetime:
    """A moment at which residents are awake, so many hours later by lot."""
    moved = since + timedelta(hours=lot.uniform(least, most))
    local = moved.astimezone(catalogue().hours("desk").tz)
    if local.hour < 7:
        return moved + timedelta(hours=7 - local.hour)
    return moved + timedelta(hours=9) if local.hour >= 22 else moved


# --- words and photos -------------------------------------------------------------------------


def _story(teller: Teller, case: Case) -> Story:
    """What the case is really about, as it is filed, else as it was meant."""
    meant, kind = teller.meant(case)
    return story_of(
        catalogue(case.edition), case.matter or meant, case.condition if case.matter else kind
    )


def _group(teller: Teller, case: Case) -> str:
    return catalogue(case.edition).matter(_story(teller, case).matter).group


def _talk(teller: Teller, case: Case) -> Talk:
    """What is said on the way about such a case."""
    return talk_about(_group(teller, case))


def _photo(teller: Teller, case: Case, *, fixed: bool) -> UUID:
    """A photo from the place, before or after."""
    return staged_scene(_story(teller, case).picture, (case.lng, case.lat), fixed=fixed)


# --- beside the state ---------------------------------------------------------------------------


def _beside(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following | None:
    """What now and then comes between two steps."""
    chance = lot.random()
    if case.is_open and case.reports_proposed:
        return working(lot, since, 0.05, 0.5), lambda at: _decide_join(teller, case, lot, at)
    if not case.is_open or case.state in ("submitted", "need_info", "callback_pending"):
        return None
    kind = next((name for most, name in BESIDE if chance < most), "")
    away = case.state in ("dispatched", "returned", "handling")
    if kind == "hurry" and case.contactable and not case.hurries:
        return waking(lot, since, 0.3, 3), lambda at: _hurry(case, at)
    if kind == "add" and case.contactable:
        return waking(lot, since, 0.2, 2), lambda at: _add(teller, case, lot, at)
    if kind == "ring" and case.contactable:
        return working(lot, since, 0.1, 1), lambda at: _ring(teller, case, lot, at)
    if kind == "withdraw" and case.contactable and away:
        return waking(lot, since, 0.2, 2), lambda at: _withdraw(case, at)
    if kind == "hasten" and away and not case.urgent:
        return working(lot, since, 0.1, 0.5), lambda at: _hasten(teller, case, lot, at)
    if kind == "force" and case.state == "handling":
        return working(lot, since, 0.5, 3), lambda at: _force(teller, case, lot, at)
    if kind == "void" and away:
        return working(lot, since, 0.2, 1), lambda at: _void(teller, case, at)
    return None


def _reporter(case: Case) -> tuple[UUID, UUID]:
    """The submission and the report of somebody who can be reached."""
    reports = queries.contactable_reports(case.id)
    if not reports:
        raise NobodyThereError("reporter")
    return reports[0].submission_id, reports[0].id


def _asked(case: Case) -> tuple[UUID, UUID]:
    """The submission and the report of a reporter who has not said yet whether it is solved."""
    open_ones = {one.report_id for one in queries.answers_of(case.id, case.round) if not one.answer}
    for report in queries.contactable_reports(case.id):
        if report.id in open_ones:
            return report.submission_id, report.id
    raise NobodyThereError("reporter")


def _decide_join(teller: Teller, case: Case, lot: random.Random, at: datetime) -> object:
    desk = teller.anybody(lot, case.desk_id, "case.merge")
    report = queries.proposed_reports(case.id)[0].id
    decide = actions.confirm_joined if lot.random() < 0.8 else actions.refuse_joined
    return decide(case.id, report, by=desk, version=case.version, at=at)


def _hurry(case: Case, at: datetime) -> object:
    return actions.hurry_case(_reporter(case)[0], case.id, at=at)


def _add(teller: Teller, case: Case, lot: random.Random, at: datetime) -> object:
    words = lot.choice(_talk(teller, case).details)
    return actions.add_details(_reporter(case)[0], case.id, words=words, at=at)


def _ring(teller: Teller, case: Case, lot: random.Random, at: datetime) -> object:
    desk = teller.anybody(lot, case.desk_id, "case.contact")
    return actions.log_contact_with(
        case.id,
        by=desk,
        version=case.version,
        call=lot.choice(("out", "in")),
        reached=True,
        words=lot.choice(CALLS),
        report=_reporter(case)[1],
        at=at,
    )


def _withdraw(case: Case, at: datetime) -> object:
    return actions.withdraw_as_reporter(_reporter(case)[0], case.id, at=at)


def _hasten(teller: Teller, case: Case, lot: random.Random, at: datetime) -> object:
    desk = teller.anybody(lot, case.desk_id, "case.correct")
    words = "现场人流大，按紧急办理"
    return actions.correct_case(
        case.id, by=desk, version=case.version, words=words, urgent=True, at=at
    )


def _force(teller: Teller, case: Case, lot: random.Random, at: datetime) -> object:
    """Proposed by one, decided by another: at once where it was proposed before."""
    chief = teller.at_district("case.force_propose")
    waiting = queries.open_proposal(case.id, at)
    if waiting is None:
        case = actions.propose_force_close(
            case.id,
            by=chief,
            version=case.version,
            words=UNFORESEEN,
            reply=UNFORESEEN_REPLY,
            at=at,
        )
        waiting = queries.open_proposal(case.id, at)
        if waiting is None or lot.random() < 0.4:
            return case  # it waits for the leader's word
    leader = teller.at_district("case.force_confirm")
    if lot.random() < 0.3:
        return actions.refuse_force_close(
            case.id, waiting.id, by=leader, version=case.version, words="请继续协调", at=at
        )
    return actions.confirm_force_close(case.id, waiting.id, by=leader, version=case.version, at=at)


def _void(teller: Teller, case: Case, at: datetime) -> object:
    chief = teller.at_district("case.void")
    return actions.void_case(case.id, by=chief, version=case.version, reason="test", at=at)


# --- in -----------------------------------------------------------------------------------------


def _accept(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following:
    fate = lot.random()
    when = working(lot, since, 0.05, 0.7)
    if fate < 0.04 and case.vault_subject is None and case.contactable:
        return when, lambda at: actions.ask_for_info(
            case.id,
            by=_desk(teller, case, lot, "case.accept"),
            version=case.version,
            words="请告诉我们靠近哪个门牌号",
            at=at,
        )
    if fate < 0.09 and _group(teller, case) in PRIVATE:
        return when, lambda at: actions.decline_case(
            case.id,
            by=_desk(teller, case, lot, "case.decline"),
            version=case.version,
            reason="private",
            words=DECLINED,
            at=at,
        )
    if fate < 0.13:
        return when, lambda at: actions.send_to_verify(
            case.id,
            by=_desk(teller, case, lot, "case.accept"),
            version=case.version,
            words="请看看是否还在",
            at=at,
        )
    if fate < 0.16:
        return when, lambda at: _hand_over(teller, case, lot, at)
    if fate < 0.20:
        return when, lambda at: _settle(teller, case, lot, at)
    if fate < 0.27:
        return when, lambda at: _accept_first(teller, case, lot, at)
    return when, lambda at: _join_or_dispatch(teller, case, lot, at)


def _desk(teller: Teller, case: Case, lot: random.Random, capability: str) -> Viewer:
    """Somebody of the desk; never who declined it before."""
    declined = case.declined_person
    but = frozenset([declined]) if declined is not None else frozenset()
    return teller.anybody(lot, case.desk_id, capability, but=but)


def _matter_and_condition(teller: Teller, case: Case) -> tuple[str, str]:
    """What the desk files it as: as reported, else as whoever reads the words would."""
    book = catalogue(case.edition)
    meant, kind = teller.meant(case)
    matter = case.matter or meant
    if not case.condition and kind in book.matter(matter).conditions:
        return matter, kind
    return matter, case.condition or book.matter(matter).default_condition


def _hand_over(teller: Teller, case: Case, lot: random.Random, at: datetime) -> object:
    street = directory.organisation(case.desk_id).kind == "street_desk"
    return actions.hand_over(
        case.id,
        by=_desk(teller, case, lot, "case.hand_over"),
        version=case.version,
        level="community" if street else "street",
        words="由本级先行处理" if street else "需要街道协调",
        at=at,
    )


def _settle(teller: Teller, case: Case, lot: random.Random, at: datetime) -> object:
    """Settled by the community's own people where the condition lets them; else sent out."""
    matter, condition = _matter_and_condition(teller, case)
    book = catalogue(case.edition)
    station = directory.organisation(case.desk_id).kind == "community_station"
    cadres = teller.able(case.desk_id, "case.self_handle_team") if station else []
    worker = teller.worker_at(case.chain[3])
    settled_by = book.condition(condition).self_handle.by
    viewer: Viewer | None = None
    if "community" in settled_by and cadres:
        viewer = lot.choice(cadres)
    elif "worker" in settled_by:
        viewer = worker
    if viewer is None:
        return _join_or_dispatch(teller, case, lot, at)
    story = story_of(book, matter, condition)
    return actions.settle_on_spot(
        case.id,
        by=viewer,
        version=case.version,
        settled=settled(story, condition, (case.lng, case.lat)),
        matter=matter,
        at=at,
    )


def settled(
    story: Story, condition: str, spot: tuple[float | None, float | None]
) -> actions.Settled:
    """What was done on the spot, with a photo from before and one from after."""
    return actions.Settled(
        condition=condition,
        internal=story.done,
        reply=story.reply,
        photos=[staged_scene(story.picture, spot, fixed=True)],
        before=[staged_scene(story.picture, spot, fixed=False)],
    )


def _accept_first(teller: Teller, case: Case, lot: random.Random, at: datetime) -> object:
    matter, condition = _matter_and_condition(teller, case)
    return actions.accept_case(
        case.id,
        by=_desk(teller, case, lot, "case.accept"),
        version=case.version,
        matter=matter,
        condition=condition,
        at=at,
    )


def _join_or_dispatch(teller: Teller, case: Case, lot: random.Random, at: datetime) -> object:
    """Joined with the same problem next to it, where there is one; else sent out."""
    desk = _desk(teller, case, lot, "case.dispatch")
    matter, condition = _matter_and_condition(teller, case)
    if case.matter and case.reports_count == 1:
        for other in queries.duplicates_of(case, viewer=desk, at=at):
            if other.same_matter and desk.may("case.merge"):
                return actions.merge_case(
                    case.id, by=desk, version=case.version, master=other.id, at=at
                )
    parts = _lead(case, matter, condition)
    if parts is None:
        return _hand_over(teller, case, lot, at)
    return actions.accept_and_dispatch(
        case.id,
        by=desk,
        version=case.version,
        matter=matter,
        condition=condition,
        lead=parts[0],
        helpers=parts[1],
        at=at,
    )


def _lead(case: Case, matter: str, condition: str) -> tuple[UUID, tuple[UUID, ...]] | None:
    """Who leads and who helps: as the rules name them, else the first whom the desk may ask; None
    where the desk may ask nobody."""
    book = catalogue(case.edition)
    case.matter, case.condition = matter, condition
    suggestion = queries.suggested_lead(case, book)
    open_ones = queries.open_organisations(case, book)
    lead = suggestion.organisation if suggestion is not None else None
    if matter in ON_THEIR_GROUND and random.Random(case.number).random() < 0.5:  # noqa: S311
        theirs = [
            each
            for each in open_ones
            if (each.type_code == "PRO" or each.kind == "other") and each.key != POWER
        ]
        if theirs:  # its own manager or firm, where the place has one
            return random.Random(case.number).choice(theirs).id, ()  # noqa: S311
    if lead is None or lead not in {each.id for each in open_ones}:
        departments = [each for each in open_ones if each.kind == "department"] or open_ones
        if not departments:
            return None
        lead = departments[0].id
    helpers = suggestion.helpers[:1] if suggestion is not None else ()
    return lead, helpers


def _give_info(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following:
    if lot.random() < 0.7 and case.contactable:
        return waking(lot, since, 0.5, 8), lambda at: actions.give_info(
            _reporter(case)[0], case.id, words=lot.choice(_talk(teller, case).details), at=at
        )
    return working(lot, since, 30, 60), lambda at: actions.info_lapsed(case.id, at=at)


def _verify(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following:
    result = lot.choices(("confirmed", "not_found", "unable"), (86, 10, 4))[0]
    words = "" if result == "confirmed" else "到场查看，没有发现所述情况"
    return working(lot, since, 0.3, 1.6), lambda at: _answer_task(
        teller, case, lot, "pre_verification", result, words, at
    )


def _object(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following | None:
    if case.objected or not case.contactable or lot.random() > 0.4:
        return None
    return waking(lot, since, 1, 40), lambda at: actions.object_as_reporter(
        _reporter(case)[0], case.id, words=OBJECTION, at=at
    )


def _part(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following | None:
    if lot.random() > 0.2:
        return None
    return working(lot, since, 0.2, 2), lambda at: actions.part_case(
        case.id,
        by=teller.anybody(lot, case.desk_id, "case.merge"),
        version=case.version,
        words="现场看是两处，分开办理",
        at=at,
    )


def _dispatch(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following:
    def act(at: datetime) -> object:
        parts = _lead(case, case.matter, case.condition)
        if parts is None:
            return _hand_over(teller, case, lot, at)
        desk = teller.anybody(lot, case.desk_id, "case.dispatch")
        return actions.dispatch_case(
            case.id, by=desk, version=case.version, lead=parts[0], helpers=parts[1], at=at
        )

    return working(lot, since, 0.05, 0.5), act


# --- with the organisation ------------------------------------------------------------------------


def handler_of(teller: Teller, case: Case) -> Viewer:
    """Who handles at the lead: always the same one, so that a colleague can check."""
    assert case.lead_id is not None
    able = teller.able(case.lead_id, "case.dispose")
    if not able:
        raise NobodyThereError("case.dispose")
    return able[0]


def _take_up(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following:
    return working(lot, since, 0.1, 2.2), lambda at: actions.acknowledge_case(
        case.id, by=handler_of(teller, case), version=case.version, at=at
    )


def _decide(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following:
    when = working(lot, since, 0.2, 3.0)
    return when, lambda at: _decide_return(teller, case, lot, at)


def _decide_return(teller: Teller, case: Case, lot: random.Random, at: datetime) -> object:
    assert case.lead_id is not None
    if case.holder_kind == "chief":
        chief = teller.at_district("case.rule")
        return actions.rule_case(
            case.id, by=chief, version=case.version, lead=case.lead_id, words=RULING, at=at
        )
    desk = teller.anybody(lot, case.desk_id, "case.decide_return")
    others = [
        each
        for each in queries.open_organisations(case, catalogue(case.edition))
        if each.kind == "department" and each.id != case.lead_id
    ]
    if lot.random() < 0.6 and others:
        return actions.redispatch_case(
            case.id,
            by=desk,
            version=case.version,
            lead=lot.choice(others).id,
            words=DECISION,
            at=at,
        )
    return actions.refuse_return(case.id, by=desk, version=case.version, words=KEEP, at=at)


def _handle(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following:
    chance = lot.random()
    if chance < 0.08 and case.returns < 2:
        return working(lot, since, 0.1, 0.4), lambda at: actions.return_case(
            case.id,
            by=handler_of(teller, case),
            version=case.version,
            words=_talk(teller, case).grounds,
            after_look=True,
            photos=[_photo(teller, case, fixed=False)],
            at=at,
        )
    if chance < 0.17:
        return working(lot, since, 0.4, 5), lambda at: actions.add_progress(
            case.id,
            by=handler_of(teller, case),
            version=case.version,
            words=lot.choice(_talk(teller, case).progress),
            at=at,
        )
    if chance < 0.25:
        return working(lot, since, 0.3, 3), lambda at: _inside(teller, case, lot, at)
    urgent = case.urgent
    most = 1.5 if urgent else (20.0 if lot.random() < 0.8 else 60.0)
    bare = lot.random() < 0.25
    return working(lot, since, 0.2 if urgent else 0.6, most), lambda at: _dispose(
        teller, case, lot, bare, at
    )


def _inside(teller: Teller, case: Case, lot: random.Random, at: datetime) -> object:
    """A helper's part is done, or a colleague takes over; where neither can be, it is done."""
    for part in queries.active_assignments(case.id):
        if part.role == "co" and part.done_at is None:
            helpers = teller.able(part.organisation_id, "case.help")
            if helpers:
                return actions.end_help_on(
                    case.id, by=helpers[0], version=case.version, words="我方部分已完成", at=at
                )
    handler = handler_of(teller, case)
    colleagues = queries.colleagues_of(case.lead_id, handler.person_id)
    if colleagues and case.lead_id != case.desk_id:  # there somebody must be left to check
        return actions.hand_to_colleague(
            case.id,
            by=handler,
            version=case.version,
            colleague=colleagues[0].post_id,
            words="本人外出，请接手",
            at=at,
        )
    return _dispose(teller, case, lot, False, at)


def _dispose(teller: Teller, case: Case, lot: random.Random, bare: bool, at: datetime) -> object:
    book = catalogue(case.edition)
    story = story_of(book, case.matter, case.condition)
    condition = book.conditions.get(case.condition)
    proved = condition is not None and condition.proof == "required"
    kind = lot.choices(("resolved", "partly", "explained"), (92, 3, 5))[0]
    return actions.dispose_case(
        case.id,
        by=handler_of(teller, case),
        version=case.version,
        internal=story.done,
        reply=story.reply,
        close_type=kind,
        photos=[] if bare and not proved else [_photo(teller, case, fixed=True)],
        at=at,
    )


# --- checked, told, closed ------------------------------------------------------------------------


def _check(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following:
    again = case.reworks == 0 and lot.random() < 0.05
    return working(lot, since, 0.2, 3.0), lambda at: _pass(teller, case, lot, again, at)


def _pass(teller: Teller, case: Case, lot: random.Random, again: bool, at: datetime) -> object:
    facts = queries.facts_of(case, queries.active_assignments(case.id), catalogue(case.edition))
    # a station may have settled it with its own people: a colleague looks at the result
    desk = teller.anybody(lot, case.desk_id, "case.check", but=facts.acted)
    if facts.check_needed:
        return actions.send_to_check(case.id, by=desk, version=case.version, at=at)
    if again:
        return actions.ask_rework(
            case.id,
            by=desk,
            version=case.version,
            words=lot.choice(_talk(teller, case).still),
            at=at,
        )
    return actions.pass_check(case.id, by=desk, version=case.version, at=at)


def _look(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following:
    result = "passed" if lot.random() < 0.93 else "not_passed"
    words = "" if result == "passed" else lot.choice(_talk(teller, case).still)
    return working(lot, since, 0.3, 5.0), lambda at: _answer_task(
        teller, case, lot, "closure_check", result, words, at
    )


def _answer_task(
    teller: Teller,
    case: Case,
    lot: random.Random,
    kind: str,
    result: str,
    words: str,
    at: datetime,
) -> object:
    card = tasks.open_task_about(case.id, kind)
    assert card is not None
    if card.assignee_id is not None:
        worker = access.viewer_of_post(card.assignee_id)
    else:
        worker = teller.anybody(lot, card.organisation_id, "case.check_task")
    answer = actions.answer_check if kind == "closure_check" else actions.answer_verification
    return answer(card.id, by=worker, version=card.version, result=result, words=words, at=at)


def _call(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following:
    answer = lot.choices(("solved", "partly", "no"), (88, 7, 5))[0]
    rating = lot.choices((5, 4, 3, 2), (55, 30, 12, 3))[0] if answer != "no" else 1
    if lot.random() < 0.25:
        return waking(lot, since, 0.3, 18), lambda at: actions.answer_as_reporter(
            _asked(case)[0], case.id, answer=answer, rating=rating, at=at
        )
    reached = lot.random() < 0.8
    return working(lot, since, 1.0, 22.0), lambda at: actions.log_call(
        case.id,
        _asked(case)[1],
        by=teller.anybody(lot, case.desk_id, "case.callback"),
        version=case.version,
        reached=reached,
        answer=answer if reached else "",
        rating=rating if reached else None,
        at=at,
    )


def _after(teller: Teller, case: Case, since: datetime, lot: random.Random) -> Following | None:
    """Once in a while it was not solved after all."""
    if case.reopened or not case.contactable or case.close_type not in ("resolved", "partly"):
        return None
    if lot.random() > 0.03:
        return None
    return waking(lot, since, 20, 90), lambda at: actions.reopen_as_reporter(
        _reporter(case)[0], case.id, words=_talk(teller, case).again, at=at
    )
