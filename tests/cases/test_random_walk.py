"""Random legal and illegal steps: whatever people try, no invariant breaks and no refusal leaks.

The walk goes for the step or the refusal that it has met least, by the shortest way there is, and
now and then does anything at all. It is complete over the process as the pack has it: each step is
taken and each refusal met so many times; the counts are printed with `pytest -rP`.
"""

from __future__ import annotations

import os
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from tests.cases.stepping import join_staff
from tests.cases.walking import MONDAY, CaseTown, photo

from gridward.access.queries import viewer_of_post
from gridward.access.rules import Viewer
from gridward.cases import actions, errors, queries
from gridward.cases.actions import Contact, Given, Place, Settled, Told, acting_post
from gridward.cases.actions.work import SYSTEM, Work, acting_reporter
from gridward.cases.models import Assignment, Case, Clock, Report
from gridward.cases.queries.invariants import broken_invariants
from gridward.cases.rules.facts import CaseFacts
from gridward.cases.rules.guards import GUARDS
from gridward.cases.rules.process import may_by
from gridward.catalog.definitions import Step
from gridward.catalog.queries import catalogue
from gridward.core import clock as wall
from gridward.core.errors import Problem
from gridward.journal.models import Delivery, Entry
from gridward.tasks.models import Task
from gridward.vault import actions as vault

WANTED = int(os.environ.get("GRIDWARD_TEST_WALK", "50"))
"""How often each step is to be taken and each refusal met, at least."""

MOST = 500 * WANTED
POOL = 30
MONTHS = timedelta(days=60)
JPEG = photo()
DESKS = ("D001", "S001", "S101", "S002", "C001", "C002", "C003", "C004")
PEOPLE = (*DESKS, "D002", "D003", "M001", "M002", "U001", "U002", "G001", "G002")
APPEAL = "enterprise_request"
LEADS = {"mun": ("M001", "M002"), "urb": ("U001", "U002")}
Act = Callable[[], Any]

FEW = "a restricted case: tests/cases/test_restricted.py walks those"
PREFERS: dict[str, Callable[[Case], int]] = {
    "not_solved_again": lambda c: c.unsolved if c.contactable else -1,
    "rule": lambda c: c.returns,
    "!desk_decides": lambda c: int(c.state == "returned" and c.returns < 2),
    "return": lambda c: -c.returns,
    "help_done": lambda c: int(is_helped(c)),
    "give_plan": lambda c: int(c.matter == APPEAL),
    "!no_plan_asked": lambda c: int(c.matter not in ("", APPEAL)),
    "!check_needed": lambda c: int(c.check_on_site),
    "!ruling_binds": lambda c: c.returns,
    "!chief_decides": lambda c: min(c.returns, 2),
    "!returned_before": lambda c: c.returns,
    "!reopened_before": lambda c: int(bool(c.reopened)),
    "!nobody_to_call": lambda c: int(not c.contactable),
    "!reporter_waits": lambda c: int(c.contactable),
    "pass_close": lambda c: int(not c.contactable),
    "!hurried_today": lambda c: c.hurries,
    "confirm_join": lambda c: c.reports_proposed,
    "refuse_join": lambda c: c.reports_proposed,
    "leave": lambda c: c.reports_proposed,
    "!join_missing": lambda c: c.reports_proposed,
    "!joins_open": lambda c: c.reports_proposed,
    "!others_wait": lambda c: c.reports_count * 10 + c.reports_proposed,
    "!decided_before": lambda c: 2 if c.objected and c.is_open else int(not c.objected),
    "!objected_before": lambda c: c.objected,
}
"""Which cases a goal is nearer to than their state tells."""

UNMET = {
    "not_a_helper": "who may say so at all is asked first: not_in_your_hands",
    "restricted_words": FEW,
    "stays_with_few": FEW,
    "spot_photo_missing": "no filing condition of the packs asks for one photo alone",
    "own_report": "no grid worker reports here: tests/cases/test_verification.py",
    "same_person": "nobody here handles and checks: tests/cases/test_steps.py",
    "same_proposer": "nobody here proposes and confirms: tests/cases/test_proposals.py",
}
"""Refusals of the process's own guards that this walk does not meet, each with its reason."""


def codes_of_guards() -> set[str]:
    """Every code that a guard of the process's steps may refuse with, read from the guards."""
    import inspect
    import re

    named = {name for step in process_steps().values() for name in step.guards}
    found = {
        code
        for name in named
        for code in re.findall(r'"([a-z_]+)"', inspect.getsource(GUARDS[name]))
        if code in errors.REFUSALS
    }
    return found | {"not_found", "not_allowed", "not_in_your_hands", "step_not_open", "changed"}


def process_steps() -> dict[str, Step]:
    return {step.key: step for step in catalogue().process("event").steps}


COUNTED = ", ".join(f"(SELECT count(*) FROM {m._meta.db_table})" for m in (Entry, Delivery))


def told(case: Case) -> tuple[Any, ...]:
    """How many entries there are, how many deliveries, and the case's row as it is stored; read
    twice a step, and so without a model between."""
    key = case.id.hex if connection.vendor == "sqlite" else case.id
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COUNTED}, c.* FROM {Case._meta.db_table} c WHERE id = %s", [key])
        found: tuple[Any, ...] = cursor.fetchone()
    return found


def is_helped(case: Case) -> bool:
    return Assignment.objects.filter(case=case, role="co", active=True).exists()


class Walker:
    """Takes one step after another on a few dozen cases, wherever most is still wanted."""

    def __init__(self, town: CaseTown, seed: int) -> None:
        self.town = town
        self.lot = random.Random(seed)
        self.at = MONDAY
        join_staff(town, "M002", "department_handler", "mun")
        join_staff(town, "U002", "department_handler", "urb")
        join_staff(town, "S101", "street_desk", "street-1")
        self.viewers = {number: town.viewer(number) for number in PEOPLE}
        self.steps = process_steps()
        self.cases: dict[UUID, Case] = {}
        self.teller: dict[UUID, UUID] = {}
        self.number = 0
        self.taken: Counter[str] = Counter(dict.fromkeys(self.steps, 0))
        self.codes = codes_of_guards() - set(UNMET)
        self.refused: Counter[str] = Counter()
        self.checked: list[str] = []
        self.known: dict[UUID, tuple[int, CaseFacts]] = {}
        self.acting = {number: acting_post(each).facts for number, each in self.viewers.items()}
        self.goal = ""
        self.tries: Counter[str] = Counter()

    # --- what there is

    def report(self, *, beside: Case | None = None, matter: str = "") -> None:
        """One more report; beside: a neighbour's, of the same case."""
        lot = self.lot
        where = Place(beside.lng, beside.lat) if beside is not None else Place(113.103, 22.617)
        if beside is None and lot.random() < 0.15:
            where = lot.choice([Place(), Place(120.0, 30.0), Place(113.117, 22.603)])
        receipt = actions.submit_report(
            [Told("井盖响", where, matter if beside is None else "")],
            contact=Contact(phone="10012345678") if lot.random() < 0.7 else None,
            join=beside.id if beside is not None else None,
            at=self.at,
        )
        self.taken["submit"] += 1
        self.watch(receipt.cases[0])

    def watch(self, case_id: UUID) -> None:
        case = Case.objects.get(id=case_id)
        if case_id not in self.cases:
            # the lot for checks on site goes by the number: the same walk every time
            self.number += 1
            case.number = f"261109-{self.number * 37:07d}"
            Case.objects.filter(id=case_id).update(number=case.number)
            self.teller[case_id] = Report.objects.filter(first_case=case_id).values_list(
                "submission", flat=True
            )[0]
        self.cases[case_id] = case

    def look(self, case: Case) -> None:
        """What the last act changed: the case, others that it touched, and new ones."""
        touching = {"merge", "part", "refuse_join", "leave", "void"}
        touched = list(self.cases) if touching & set(self.checked) else [case.id]
        for each in Case.objects.filter(id__in=touched):
            self.cases[each.id] = each
        if touching & set(self.checked):
            own = Report.objects.filter(join_state="own").order_by("-id")
            for case_id in own.values_list("first_case", flat=True)[:3]:
                if case_id not in self.teller:
                    self.watch(case_id)
        if self.cases[case.id].archived_at is not None:
            del self.cases[case.id]  # it was put away months from now
        while len(self.cases) > POOL:
            del self.cases[next(iter(self.cases))]

    # --- where to

    def distances(self, goal: set[str]) -> dict[str, int]:
        """How many steps each state is away from the nearest of `goal`."""
        far = dict.fromkeys(goal, 0)
        waiting = deque(goal)
        while waiting:
            here = waiting.popleft()
            for step in self.steps.values():
                if step.to != here or step.key in ("submit", "part"):
                    continue
                for state in step.from_:
                    if state not in far:
                        far[state] = far[here] + 1
                        waiting.append(state)
        return far

    def wanted(self) -> str:
        """The step or refusal that most is wanted of, for what it costs to try."""
        counts = {**self.taken, **{f"!{code}": self.refused[code] for code in self.codes}}
        short = {key: n for key, n in counts.items() if n < WANTED and key != "submit"}
        if not short:
            return ""
        return min(short, key=lambda key: (short[key] + self.tries[key] / 6, self.lot.random()))

    def step(self) -> None:
        lot = self.lot
        self.at += timedelta(minutes=lot.choice([0, 1, 1, 2]))
        if len([c for c in self.cases.values() if c.state == "submitted"]) < 5:
            self.report(matter=lot.choice(["manhole", "manhole", "noise", "litter", ""]))
        goal = self.wanted()
        self.tries[goal] += 1
        self.goal = goal
        if goal.startswith("!"):
            states, prepare = self.spoilers()[goal[1:]]
        else:
            step = self.steps.get(goal)
            states = set(step.from_) if step else {"submitted"}
            prepare = lambda c: self.good(goal, c)  # noqa: E731
        far = self.distances(states)
        near = [c for c in self.cases.values() if c.state in far]
        if not near:
            self.report(matter="manhole")
            return
        if goal in PREFERS:
            nearness = {c.id: PREFERS[goal](c) for c in near}
            best = max(nearness.values())
            near = [c for c in near if nearness[c.id] == best]
        least = min(far[c.state] for c in near)
        case = lot.choice([c for c in near if far[c.state] == least])
        if least == 0:
            act = prepare(case)
        else:
            ways = [
                step.key
                for step in self.steps.values()
                if case.state in step.from_ and far.get(step.to, 99) == least - 1
            ]
            act = self.good(lot.choice(ways), case)
        if act is not None:
            self.do(case, act)

    def do(self, case: Case, act: Act) -> None:
        """Take it, and hold it to what every act is held to."""
        before = told(case)
        self.checked.clear()
        try:
            act()
        except Problem as problem:
            assert problem.status < 500, problem.params
            self.refused[problem.code] += 1
            if problem.code != self.goal[1:] and self.lot.random() < 0.12:
                self.cases.pop(case.id, None)  # too late for what is wanted
            assert told(case) == before, "a refusal changed, noted or told something"
            return
        self.taken.update(set(self.checked))
        assert told(case)[0] > before[0]
        self.look(case)
        after = self.cases.get(case.id) or Case.objects.get(id=case.id)
        assert after.version > case.version or self.checked == ["hurry"]
        assert not after.is_open or after.holder_id is not None

    # --- who and what

    def facts(self, case: Case) -> CaseFacts:
        """The case as the rules see it; read once for each state of it."""
        known = self.known.get(case.id)
        if known is None or known[0] != case.version:
            held = queries.active_assignments(case.id)
            read = queries.facts_of(case, held, catalogue(case.edition))
            known = self.known[case.id] = (case.version, read)
        return known[1]

    def who(self, case: Case, key: str) -> Viewer:
        """Somebody who may take this step of this case."""
        facts = self.facts(case)
        able = [
            viewer
            for number, viewer in self.viewers.items()
            if may_by(self.steps[key], facts, self.acting[number]) is None
            and not (case.objected and viewer.person_id == case.declined_person)
            and (key != "help_done" or viewer.organisation_id in facts.helpers)
        ]
        return self.lot.choice(able or [self.viewers["D002"]])

    def picture(self) -> list[UUID]:
        return [vault.stage_picture(JPEG, JPEG, 32, 24, "test")]

    def other_lead(self, case: Case) -> UUID:
        leads = [self.town.org(key) for key in LEADS]
        return self.lot.choice([one for one in leads if one != case.lead_id])

    def chosen(self, case: Case) -> dict[str, Any]:
        matter = case.matter or "manhole"
        condition = self.lot.choice(catalogue(case.edition).conditions_of(matter)).key
        return {"matter": matter, "condition": condition}

    def task(self, case: Case) -> tuple[Any, dict[str, Any]]:
        task = Task.objects.filter(subject_id=case.id, state="open").first()
        if task is None or task.assignee_id is None:
            return case.id, {"by": self.viewers["G001"], "version": 1, "at": self.at}
        by = viewer_of_post(task.assignee_id)
        return task.id, {"by": by, "version": task.version, "at": self.at}

    def waiting(self, case: Case) -> UUID:
        found = Report.objects.filter(case=case, join_state="proposed").first()
        return found.id if found is not None else case.id

    def asked(self, case: Case) -> UUID:
        found = Report.objects.filter(case=case, withdrawn_at=None).exclude(join_state="proposed")
        waits = found.filter(answers__round=case.round, answers__answer="").first()
        one = waits or found.first()
        return one.id if one is not None else case.id

    def take(self, case: Case, key: str, actor: Any, **given: Any) -> Any:
        return actions.take_step(
            case.id, key, actor=actor, given=Given(**given), version=case.version, at=self.at
        )

    def good(self, key: str, case: Case) -> Act | None:
        """The step as somebody who may would take it; None when something has to come before."""
        lot, at, town = self.lot, self.at, self.town
        by = self.who(case, key)
        common: dict[str, Any] = {"by": by, "version": case.version, "at": at}
        words = "现场看过"
        mine = self.teller[case.id]
        area = None if case.a1 is not None else town.town.grids[0]
        chosen = self.chosen(case)
        chief = {**common, "by": self.viewers["D002"]}
        leader = {**common, "by": self.viewers["D003"]}
        if key in ("confirm_join", "refuse_join", "leave") and not case.reports_proposed:
            if case.lng is not None and case.a1 is not None:
                self.report(beside=case)
            return None
        if key in ("refuse_force_close", "force_close"):
            proposal = queries.open_proposal(case.id, at)
            if proposal is None:
                return self.good("propose_force_close", case)
            if key == "force_close":
                return lambda: actions.confirm_force_close(case.id, proposal.id, **leader)
            return lambda: actions.refuse_force_close(
                case.id, proposal.id, **leader, words="继续办理"
            )
        if key == "help_done":
            helper = Assignment.objects.filter(case=case, role="co", active=True).first()
            if helper is None:
                self.cases.pop(case.id, None)  # a fresh one is dispatched with a helper
                return None
        if key == "merge":
            masters = [c for c in self.cases.values() if c.is_open and c.id != case.id]
            if not masters:
                return None
            master = lot.choice(masters).id
            return lambda: actions.merge_case(case.id, **common, master=master)
        if key == "self_handle":
            cadre = next(
                (
                    v
                    for v in self.viewers.values()
                    if v.role == "community_cadre" and v.area_id in case.chain
                ),
                by,
            )
            settled = Settled(
                "manhole.rattling", words, "已当场办好", self.picture(), self.picture()
            )
            return lambda: actions.settle_on_spot(
                case.id,
                by=cadre,
                version=case.version,
                settled=settled,
                matter="manhole",
                at=at,
            )
        if key == "give_plan":
            if case.matter != APPEAL:
                self.report(matter=APPEAL)
                return None
            common["by"] = self.of_lead(case)
        if key == "return":
            common["by"] = self.of_lead(case)
        if key == "not_solved_again" and case.unsolved < 1 and lot.random() < 0.2:
            key = "not_solved"
        if key.startswith("pass_") and case.check_on_site and lot.random() < 0.6:
            key = "send_to_check" if case.state == "disposed" else "check_done"
            common["by"] = self.who(case, key)
        if key == "rule" and case.state == "returned" and case.returns < 2 and lot.random() < 0.8:
            key = "redispatch"
            common["by"] = self.who(case, key)
        lead = self.other_lead(case)
        helper = next(town.org(each) for each in LEADS if town.org(each) != lead)
        tail = {"words": words}
        verbs: dict[str, Act] = {
            "accept_dispatch": lambda: actions.accept_and_dispatch(
                case.id,
                **common,
                **chosen,
                area=area,
                lead=lead,
                helpers=[helper],
            ),
            "accept": lambda: actions.accept_case(case.id, **common, **chosen, area=area),
            "dispatch": lambda: actions.dispatch_case(
                case.id, **common, lead=self.other_lead(case)
            ),
            "decline": lambda: actions.decline_case(case.id, **common, reason="private"),
            "ask_info": lambda: actions.ask_for_info(case.id, **common, **tail),
            "answer_info": lambda: actions.give_info(mine, case.id, words="门牌12号", at=at),
            "info_lapsed": lambda: actions.info_lapsed(case.id, at=at),
            "pre_verify": lambda: actions.send_to_verify(case.id, **common, **tail),
            "verify_done": lambda: self.answered(actions.answer_verification, case, "confirmed"),
            "verify_lapsed": lambda: actions.verify_lapsed(case.id, at=at),
            "hand_over": lambda: actions.hand_over(
                case.id, **common, level=lot.choice(["street", "district"]), words="转"
            ),
            "object": lambda: actions.object_as_reporter(mine, case.id, **tail, at=at),
            "part": lambda: actions.part_case(case.id, **common, **tail),
            "confirm_join": lambda: actions.confirm_joined(case.id, self.waiting(case), **common),
            "refuse_join": lambda: actions.refuse_joined(case.id, self.waiting(case), **common),
            "acknowledge": lambda: actions.acknowledge_case(case.id, **common),
            "return": lambda: actions.return_case(
                case.id, **common, **tail, suggested=self.other_lead(case)
            ),
            "redispatch": lambda: actions.redispatch_case(
                case.id, **common, lead=self.other_lead(case), **tail
            ),
            "uphold": lambda: actions.refuse_return(case.id, **common, **tail),
            "rule": lambda: actions.rule_case(case.id, **chief, lead=self.other_lead(case), **tail),
            "progress": lambda: actions.add_progress(case.id, **common, words="正在修"),
            "give_plan": lambda: actions.give_plan(case.id, **common, words="周三前完成"),
            "help_done": lambda: actions.end_help_on(case.id, **common),
            "join_site": lambda: actions.join_on_site(
                case.id,
                **{**common, "by": self.of_lead(case)},
                came=[case.lead_id] if case.lead_id else [],
            ),
            "hand_inside": lambda: self.handed_inside(case),
            "dispose": lambda: actions.dispose_case(
                case.id,
                **{**common, "by": self.of_lead(case)},
                internal="修好",
                reply="已修好",
                photos=self.picture(),
            ),
            "send_to_check": lambda: actions.send_to_check(case.id, **common),
            "check_done": lambda: self.answered(
                actions.answer_check, case, lot.choice(["passed", "passed", "not_passed"])
            ),
            "rework": lambda: actions.ask_rework(case.id, **common, **tail),
            "pass_to_callback": lambda: actions.pass_check(case.id, **common),
            "pass_close": lambda: actions.pass_check(case.id, **common),
            "log_call": lambda: actions.log_call(
                case.id, self.asked(case), **common, reached=False
            ),
            "callback_close": lambda: actions.log_call(
                case.id,
                self.asked(case),
                **{**common, "by": self.who(case, "log_call")},
                reached=True,
                answer="solved",
                rating=5,
            ),
            "not_solved": lambda: actions.log_call(
                case.id,
                self.asked(case),
                **{**common, "by": self.who(case, "log_call")},
                reached=True,
                answer="no",
            ),
            "not_solved_again": lambda: actions.log_call(
                case.id,
                self.asked(case),
                **{**common, "by": self.who(case, "log_call")},
                reached=True,
                answer="no",
            ),
            "reopen": lambda: actions.reopen_as_reporter(mine, case.id, words="又响了", at=at),
            "reopen_to_desk": lambda: actions.reopen_case(case.id, **chief, words="抽查未修好"),
            "details": lambda: actions.add_details(mine, case.id, **tail, photos=[], at=at),
            "hurry": lambda: actions.hurry_case(mine, case.id, at=at),
            "contact": lambda: actions.log_contact_with(
                case.id, **common, call="in", reached=True, **tail
            ),
            "withdraw": lambda: actions.withdraw_as_reporter(mine, case.id, at=at),
            "leave": lambda: actions.withdraw_as_reporter(
                Report.objects.get(id=self.waiting(case)).submission_id, case.id, at=at
            ),
            "correct": lambda: actions.correct_case(
                case.id, **common, words="更正", urgent=not case.urgent
            ),
            "correct_recall": lambda: actions.correct_case(
                case.id, **common, words="更正", urgent=not case.urgent, keep_lead=False
            ),
            "propose_force_close": lambda: actions.propose_force_close(
                case.id, **chief, words="由工程一并解决", reply="将整体改造"
            ),
            "archive": lambda: self.put_away(case, "archive"),
            "archive_apart": lambda: self.put_away(case, "archive_apart"),
            "void": lambda: actions.void_case(case.id, **common, reason="test"),
        }
        return verbs[key]

    def of_lead(self, case: Case) -> Viewer:
        mine = [v for v in self.viewers.values() if v.organisation_id == case.lead_id]
        return self.lot.choice(mine or [self.viewers["M001"]])

    def handed_inside(self, case: Case) -> Any:
        by = self.of_lead(case)
        posts = [self.town.town.posts[number] for staff in LEADS.values() for number in staff]
        others = [
            post
            for post in posts
            if post != by.post_id and viewer_of_post(post).organisation_id == by.organisation_id
        ]
        return actions.hand_to_colleague(
            case.id, by=by, version=case.version, colleague=(others or posts)[0], at=self.at
        )

    def answered(self, answer: Callable[..., Any], case: Case, result: str) -> Any:
        task, by = self.task(case)
        return answer(task, **by, result=result, words="到现场看过")

    def put_away(self, case: Case, key: str) -> Any:
        return actions.take_step(case.id, key, actor=SYSTEM, version=None, at=self.at + MONTHS)

    # --- what must not be

    def spoilers(self) -> dict[str, tuple[set[str], Callable[[Case], Act | None]]]:
        """For each refusal the states it is met in, and an act that asks for it."""
        at, lot, town = self.at, self.lot, self.town
        open_ = {"submitted", "dispatched", "handling", "disposed"}

        def staff(case: Case, key: str) -> dict[str, Any]:
            return {"by": self.who(case, key), "version": case.version, "at": at}

        def step(key: str, **given: Any) -> Callable[[Case], Act]:
            return lambda c: lambda: self.take(c, key, acting_post(self.who(c, key)), **given)

        def reporter(key: str, **given: Any) -> Callable[[Case], Act]:
            return lambda c: lambda: self.take(c, key, acting_reporter(self.teller[c.id]), **given)

        def late(key: str) -> Callable[[Case], Act | None]:
            def act(case: Case) -> Any:
                kept, self.at = self.at, self.at + MONTHS
                try:
                    made = self.good(key, case)
                    assert made is not None
                    return made()
                finally:
                    self.at = kept

            return lambda c: lambda: act(c)

        def of_lead(key: str, **given: Any) -> Callable[[Case], Act]:
            return lambda c: lambda: self.take(c, key, acting_post(self.of_lead(c)), **given)

        def unplaced(case: Case) -> Act | None:
            if case.a1 is not None:
                self.report_nowhere()
                bare = [c for c in self.cases.values() if c.a1 is None and c.state == "submitted"]
                if not bare:
                    return None
                case = bare[0]
            return lambda: actions.accept_case(
                case.id,
                by=self.viewers["D001"],
                version=case.version,
                matter="noise",
                condition=self.chosen(case)["condition"],
                at=at,
            )

        def matterless(case: Case) -> Act | None:
            if case.matter or case.a1 is None:
                self.report(matter="")
                return None
            return lambda: actions.accept_case(case.id, **staff(case, "accept"))

        def with_proposed(make: Callable[[Case], Act | None]) -> Callable[[Case], Act | None]:
            def prepare(case: Case) -> Act | None:
                if not case.reports_proposed:
                    return self.good("confirm_join", case)
                return make(case)

            return prepare

        def only(test: Callable[[Case], Any], before: str, make: Callable[[Case], Act | None]):  # type: ignore[no-untyped-def]
            """`make` where the case is so already; else the step that brings it about."""
            return lambda c: make(c) if test(c) else self.good(before, c)

        def proposed(case: Case) -> bool:
            return queries.open_proposal(case.id, at) is not None

        def bound(case: Case) -> bool:
            return Assignment.objects.filter(
                case=case, role="lead", active=True, binding=True
            ).exists()

        def not_open(case: Case) -> Act:
            key = lot.choice(
                [s.key for s in self.steps.values() if s.from_ and case.state not in s.from_]
            )
            return lambda: self.take(case, key, acting_post(self.who(case, key)))

        checked = {"disposed"}
        return {
            "not_found": (
                open_,
                lambda c: (
                    lambda: actions.hand_over(
                        c.id,
                        by=self.viewers["S002" if c.a2 != town.town.streets[1] else "S001"],
                        version=c.version,
                        level="district",
                        words="转",
                        at=at,
                    )
                ),
            ),
            "not_allowed": (
                open_,
                lambda c: (
                    lambda: actions.void_case(
                        c.id, by=self.viewers["D003"], version=c.version, reason="test", at=at
                    )
                ),
            ),
            "not_in_your_hands": (
                {"handling"},
                lambda c: (
                    lambda: self.take(
                        c,
                        "dispose",
                        acting_post(
                            self.viewers["U001" if c.lead_id == town.org("mun") else "M001"]
                        ),
                    )
                ),
            ),
            "step_not_open": (open_, not_open),
            "changed": (
                open_,
                lambda c: (
                    lambda: actions.log_contact_with(
                        c.id,
                        **{**staff(c, "contact"), "version": c.version - 1},
                        call="in",
                        reached=False,
                    )
                ),
            ),
            "not_placed": ({"submitted"}, unplaced),
            "matter_missing": ({"submitted"}, matterless),
            "condition_missing": (
                {"submitted"},
                lambda c: (
                    lambda: actions.accept_case(
                        c.id,
                        **staff(c, "accept"),
                        matter="noise",
                        area=None if c.a1 else town.town.grids[0],
                    )
                ),
            ),
            "reason_missing": ({"submitted"}, step("ask_info")),
            "reason_unknown": (
                {"submitted"},
                lambda c: (
                    lambda: actions.decline_case(c.id, **staff(c, "decline"), reason="nonsense")
                ),
            ),
            "lead_missing": ({"accepted"}, step("dispatch")),
            "lead_not_open": (
                {"accepted"},
                lambda c: (
                    lambda: actions.dispatch_case(
                        c.id, **staff(c, "dispatch"), lead=town.org("station-4")
                    )
                ),
            ),
            "ruling_binds": (
                {"dispatched", "handling", "to_rule"},
                only(
                    lambda c: c.state != "to_rule" and bound(c),
                    "rule",
                    lambda c: self.good("return", c),
                ),
            ),
            "return_late": ({"dispatched"}, late("return")),
            "returned_before": (
                {"handling", "returned"},
                lambda c: self.good("uphold" if c.state == "returned" else "return", c),
            ),
            "grounds_missing": ({"dispatched"}, of_lead("return")),
            "decision_missing": ({"returned"}, step("uphold")),
            "chief_decides": (
                {"handling", "dispatched"},
                lambda c: self.good("correct_recall" if c.returns >= 2 else "return", c),
            ),
            "desk_decides": (
                {"returned"},
                lambda c: (
                    lambda: self.take(c, "rule", acting_post(self.viewers["D002"]), words="看过")
                ),
            ),
            "need_photo": (
                {"handling"},
                lambda c: (
                    lambda: actions.dispose_case(
                        c.id,
                        by=self.of_lead(c),
                        version=c.version,
                        at=at,
                        internal="修好",
                        reply="已修好",
                    )
                ),
            ),
            "reply_missing": (
                {"handling"},
                lambda c: (
                    lambda: actions.dispose_case(
                        c.id,
                        by=self.of_lead(c),
                        version=c.version,
                        at=at,
                        internal="",
                        reply="",
                        photos=self.picture(),
                    )
                ),
            ),
            "nobody_to_call": (checked, step("pass_to_callback")),
            "reporter_waits": (checked, step("pass_close")),
            "check_needed": (
                checked,
                lambda c: lambda: actions.pass_check(c.id, **staff(c, "pass_close")),
            ),
            "joins_open": ({"handling", "disposed"}, self.passed_with_a_neighbour),
            "callbacks_open": ({"callback_pending"}, step("callback_close")),
            "reopen_late": ({"closed"}, late("reopen")),
            "reopened_before": ({"closed"}, lambda c: self.good("reopen", c)),
            "cannot_join": (
                {"submitted"},
                lambda c: lambda: actions.merge_case(c.id, **staff(c, "merge"), master=c.id),
            ),
            "not_the_reporter": (open_, reporter("details", words="补充")),
            "others_wait": (
                {"submitted", "handling"},
                lambda c: (
                    reporter("withdraw", receipt_fits=True)(c)
                    if c.reports_count > 1
                    else self.good("confirm_join", c)
                ),
            ),
            "nobody_else": ({"submitted"}, reporter("leave", receipt_fits=True)),
            "object_late": ({"declined"}, late("object")),
            "objected_before": ({"declined"}, lambda c: self.good("object", c)),
            "decided_before": ({"declined", "submitted"}, lambda c: self.decided_again(c)),
            "nothing_proposed": (open_, step("confirm_join")),
            "join_missing": (open_ - {"disposed"}, with_proposed(step("confirm_join"))),
            "cannot_part": ({"merged"}, lambda c: self.part_from_closed(c)),
            "hurried_today": (
                open_,
                lambda c: lambda: actions.hurry_case(self.teller[c.id], c.id, at=at),
            ),
            "look_photo_missing": (
                {"dispatched"},
                of_lead("return", words="看过", after_look=True),
            ),
            "call_missing": (open_, step("contact", call="in", reached=True)),
            "colleague_missing": ({"handling"}, of_lead("hand_inside")),
            "may_not_settle": ({"submitted"}, lambda c: self.settled(c, "manhole.broken")),
            "spot_photos_missing": ({"submitted"}, lambda c: self.settled(c, "manhole.rattling")),
            "nothing_corrected": (
                open_ - {"disposed"},
                lambda c: lambda: actions.correct_case(c.id, **staff(c, "correct"), words="更正"),
            ),
            "second_person_missing": (
                open_,
                only(
                    lambda c: not proposed(c),
                    "refuse_force_close",
                    lambda c: (
                        lambda: self.take(c, "force_close", acting_post(self.viewers["D003"]))
                    ),
                ),
            ),
            "still_pending": (
                {"closed"},
                lambda c: (
                    lambda: actions.take_step(c.id, "archive", actor=SYSTEM, version=None, at=at)
                ),
            ),
            "not_taking_part": (
                {"handling"},
                lambda c: lambda: self.take(c, "join_site", acting_post(self.outsider(c))),
            ),
            "no_plan_asked": ({"handling"}, of_lead("give_plan", words="周三前完成")),
            "visit_missing": ({"handling"}, of_lead("join_site")),
        }

    def report_nowhere(self) -> None:
        receipt = actions.submit_report([Told("井盖响", Place(), "noise")], at=self.at)
        self.taken["submit"] += 1
        self.watch(receipt.cases[0])

    def decided_again(self, case: Case) -> Act | None:
        """Declined and objected to: whoever declined it decides once more."""
        if case.state == "declined":
            return self.good("object", case)
        if not case.objected:
            return self.good("decline", case)
        before = [v for v in self.viewers.values() if v.person_id == case.declined_person]
        same = before[0] if before else self.viewers["S001"]
        return lambda: actions.decline_case(
            case.id, by=same, version=case.version, reason="private", at=self.at
        )

    def passed_with_a_neighbour(self, case: Case) -> Act | None:
        """Disposed and passed while a neighbour's report, which came before, waits."""
        if case.state == "handling":
            return self.good("dispose" if case.reports_proposed else "confirm_join", case)
        if not case.reports_proposed:
            self.cases.pop(case.id, None)  # nobody joins any more
            return None
        by = self.who(case, "pass_close")
        return lambda: actions.pass_check(case.id, by=by, version=case.version, at=self.at)

    def part_from_closed(self, case: Case) -> Act | None:
        master = Case.objects.get(id=case.master_id)
        if master.is_open:
            self.watch(master.id)
            made = self.good("void", master)
            assert made is not None
            self.do(master, made)
            return None
        return self.good("part", case)

    def outsider(self, case: Case) -> Viewer:
        """Somebody who sees the case, may join others on site, and takes no part in it."""
        taking = set(
            Assignment.objects.filter(case=case, active=True).values_list("organisation", flat=True)
        )
        found = [
            v
            for v in self.viewers.values()
            if v.may("case.join_site")
            and v.area_id in case.chain
            and v.organisation_id not in taking
        ]
        return self.lot.choice(found or [self.viewers["C001"]])

    def settled(self, case: Case, condition: str) -> Act:
        cadre = next(
            (
                v
                for v in self.viewers.values()
                if v.role == "community_cadre" and v.area_id in case.chain
            ),
            self.viewers["C001"],
        )
        return lambda: actions.settle_on_spot(
            case.id,
            by=cadre,
            version=case.version,
            settled=Settled(condition, "当场办好", "已当场办好", [], []),
            matter="manhole",
            at=self.at,
        )


@pytest.fixture
def walker(town: CaseTown, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walker]:
    with wall.frozen(MONDAY):
        made = Walker(town, 1)
        check = Work.check

        def noted(work: Work, key: str, given: Any) -> Step:
            step = check(work, key, given)
            made.checked.append(key)
            return step

        monkeypatch.setattr(Work, "check", noted)
        yield made


def test_every_step_is_taken_and_every_refusal_met_and_no_invariant_breaks(walker: Walker) -> None:
    for _ in range(MOST):
        if not walker.wanted():
            break
        walker.step()

    print(f"{sum(walker.taken.values())} steps, {sum(walker.refused.values())} refusals")
    for counts in (walker.taken, walker.refused):
        print(*(f"{n:6} {key}" for key, n in sorted(counts.items())), sep="\n")
    assert {i.key: i.cases for i in broken_invariants() if i.cases} == {}
    assert actions.audit_clocks().faults == []
    closed = Case.objects.filter(is_open=False).values_list("id", flat=True)
    assert not Clock.objects.filter(case__in=closed, stopped_at__isnull=True).exists()
    assert {key: n for key, n in walker.taken.items() if n < WANTED} == {}
    met = walker.refused
    assert {code: met[code] for code in walker.codes if met[code] < WANTED} == {}
    assert set(UNMET) <= codes_of_guards(), "what no guard says any more"
    assert not set(UNMET) & {code for code, n in walker.refused.items() if n}, "met after all"
