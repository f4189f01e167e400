"""How a story is told: when it is, who acts through which door, and what the journal makes of it.

After every act the story reads the journal, says which steps of the process were taken, and asks
every case that changed to explain itself.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from tests.cases.walking import CaseTown, photo
from tests.jobs import run_jobs
from tests.journeys.stories.picturing import PICTURED, camera
from tests.journeys.stories.reading import Form, Page
from tests.town import ACTOR, LONG_AGO
from tests.web.signing import client_of

from gridward.access import actions as access
from gridward.cases import queries
from gridward.cases.models import Case, Report, Submission
from gridward.cases.queries.invariants import broken_invariants
from gridward.catalog.definitions import Process, Step
from gridward.catalog.queries import catalogue
from gridward.core import clock
from gridward.directory import actions as directory
from gridward.directory import queries as people
from gridward.directory.actions import NewOrganisation, NewPerson, NewPost
from gridward.journal import queries as journal
from gridward.journal.models import Entry
from gridward.notify.models import Notice
from gridward.web.cli import ticking
from gridward.web.cli.demo.scenes import painted

ZONE = ZoneInfo("Asia/Shanghai")
HERE = ("113.103000", "22.617000")  # in the first street
ASKED = {"area", "organisation", "deadline", "state", "next"}  # what explain answers of every case


Line = tuple[str, dict[str, Any], UUID]  # an entry's verb, details and cause


# what photos of these colours show in the documentation's pictures
SHOWN = {"red": ("pole", False), "green": ("pole", True), "grey": ("burst", False),
         "black": ("trench", False), "teal": ("stall", False), "blue": ("stall", True)}  # fmt: skip


def picture(colour: str = "teal") -> SimpleUploadedFile:
    if PICTURED and colour in SHOWN:
        subject, fixed = SHOWN[colour]
        drawn = io.BytesIO()
        painted(subject, 4, fixed=fixed).save(drawn, "JPEG")
        return SimpleUploadedFile("photo.jpg", drawn.getvalue(), "image/jpeg")
    return SimpleUploadedFile("photo.jpg", photo(colour), "image/jpeg")


# --- which steps were taken ---------------------------------------------------------------------


class Steps:
    """Reads the journal as it grows and names the steps of the process behind its entries."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.seen: set[UUID] = set()
        self.states: dict[UUID, str] = {}

    def read(self) -> list[Case]:
        """The cases about which something was written since the last reading."""
        lines: dict[UUID, list[Line]] = {}
        process = catalogue().process("event")
        verbs = {step.verb for step in process.steps}
        for entry in Entry.objects.exclude(id__in=self.seen).order_by("id"):
            self.seen.add(entry.id)
            if entry.verb not in verbs:
                continue
            details = json.loads(entry.canonical)["details"]
            case = UUID(details["case"] if entry.subject_kind == "report" else entry.subject_id)
            lines.setdefault(case, []).append((entry.verb, details, entry.cause))
        cases = {case.id: case for case in Case.objects.all()}
        for id_, found in lines.items():
            self.taken += self._steps(process, cases[id_], found)
        for case in cases.values():
            self.states[case.id] = case.state
        return [cases[id_] for id_ in lines]

    def _steps(self, process: Process, case: Case, lines: list[Line]) -> list[str]:
        known = self.states.get(case.id)
        kept: list[Line] = []
        for verb, details, cause in lines:
            beside = verb == "case.accepted" and any(
                other == cause and each != verb for each, _details, other in lines
            )
            joining = verb == "report.submitted" and (known is not None or kept)
            if not beside and not joining:
                kept.append((verb, details, cause))
        if known is None and (not kept or kept[0][0] != "report.submitted"):
            known = process.start  # a report that went its own way opened it
        found = path(process, known, case.state, kept)
        assert found is not None, (case.number, known, case.state, [verb for verb, *_ in kept])
        return found


def path(process: Process, state: str | None, end: str, lines: Sequence[Line]) -> list[str] | None:
    """The steps that lead from `state` to `end` with these entries; None when there are none.

    What one act wrote stands in no order.
    """
    if not lines:
        return [] if state == end else None
    for place, (verb, details, cause) in enumerate(lines):
        if cause != lines[0][2]:
            break
        rest = [*lines[:place], *lines[place + 1 :]]
        for step in process.steps:
            if step.verb != verb or not _begins(step, state, details):
                continue
            for there in _ends(process, step, state, end):
                further = path(process, there, end, rest)
                if further is not None:
                    return [step.key, *further]
    return None


def _begins(step: Step, state: str | None, details: dict[str, Any]) -> bool:
    if (state is None) != (not step.from_) or (step.from_ and state not in step.from_):
        return False
    forced = details.get("close_type") == "forced"
    return step.verb != "case.closed" or ("close_forced" in step.effects) is forced


def _ends(process: Process, step: Step, state: str | None, end: str) -> list[str | None]:
    if step.to == "same":
        return [state]
    if step.to == "before":
        return [end, *(each.key for each in process.states)]
    return [step.to]


# --- the story ------------------------------------------------------------------------------------


class Story:
    """The small town on one day after another, and everybody who acts in it."""

    def __init__(self, town: CaseTown, begins: str) -> None:
        self.town = town
        self.steps = Steps()
        self.moment = clock.now()
        self.it_is(begins)

    # --- when

    def it_is(self, when: str) -> None:
        """From now on it is so late: "11-09 09:05", or "09:05" of the same day."""
        day = when if "-" in when else f"{self.moment.astimezone(ZONE):%m-%d} {when}"
        self.moment = datetime.strptime(f"2026-{day}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)

    def days_later(self, days: int) -> None:
        self.moment += timedelta(days=days)

    @contextmanager
    def now(self) -> Iterator[None]:
        """Everything within the block happens at the story's moment."""
        with clock.frozen(self.moment):
            yield

    def time_passes(self, until: str = "", *, days: int = 0) -> None:
        """Later, the ticker and the worker have done what was due."""
        if until:
            self.it_is(until)
        self.days_later(days)
        with self.now():
            ticking.run_all()
            run_jobs()
        self.look()

    # --- who

    def resident(self) -> Resident:
        return Resident(self, Client(headers={"accept-language": "zh-CN"}))

    def staff(self, number: str) -> Staff:
        """Whoever has this staff number, signed in in a browser of their own."""
        with self.now():
            return Staff(self, client_of(self.town, number))

    def program(self, number: str) -> Program:
        """A program that works for this member of staff by the API."""
        viewer = self.town.viewer(number)
        with self.now():
            _id, token = access.issue_token(viewer, name="卓面", scopes=sorted(viewer.capabilities))
        return Program(self, Client(headers={"authorization": f"Bearer {token}"}))

    def joined_by(self, number: str, role: str, where: str, area: int | None = None) -> None:
        """One more member of staff, from long ago on."""
        post = NewPost(role, self.town.org(where), area)
        (person,) = directory.create_people(
            [NewPerson(number, f"同事{number}", "", "none", (post,))], actor=ACTOR, at=LONG_AGO
        )
        access.open_accounts([person], actor=ACTOR, at=LONG_AGO)
        self.town.town.people[number] = person
        self.town.town.posts[number] = people.posts_of_person(person)[0].post_id

    def organisation(self, key: str, kind: str, title: str, short: str) -> None:
        """One more organisation, without anybody who signs in."""
        new = NewOrganisation(key, kind, title, title, short, self.town.town.district, 60)
        (found,) = directory.create_organisations([new], actor=ACTOR, at=LONG_AGO)
        self.town.town.organisations[key] = found

    def worker_asked(self, case: UUID) -> Staff:
        """The grid worker who was asked to go there."""
        from gridward.tasks.models import Task

        task = Task.objects.filter(subject_id=case, state="open").get()
        return self.staff(self._number(task.assignee_id))

    def worker_of(self, case: UUID) -> str:
        """The staff number of the grid worker whose grid the place lies in."""
        found = people.workers_of_grid(self.case(case).area_id or 0)
        return self._number(found[0].post_id)

    def cadre_of(self, case: UUID) -> str:
        """The staff number of the cadre on duty in the place's community."""
        chain = self.case(case).chain
        return next(
            number
            for number in ("C001", "C002", "C003", "C004")
            if self.town.viewer(number).area_id in chain
        )

    def desk_of(self, case: UUID) -> str:
        """The staff number of somebody at the desk that has it."""
        desk = self.case(case).desk_id
        viewers = ((n, self.town.viewer(n)) for n in ("S001", "S002", "D001"))
        return next(number for number, viewer in viewers if viewer.organisation_id == desk)

    def _number(self, post: UUID | None) -> str:
        return next(n for n, each in self.town.town.posts.items() if each == post)

    # --- what is there

    def case(self, id_: UUID) -> Case:
        return Case.objects.get(id=id_)

    def state(self, id_: UUID) -> str:
        return self.case(id_).state

    def messages(self) -> list[str]:
        """What was sent out of the house."""
        return [f"{each.kind} {each.channel}" for each in Notice.objects.all()]

    def not_drawn(self, id_: UUID, *, drawn: bool = False) -> None:
        """The lot for checks on site goes by the number: this one is left out, or drawn."""
        day = self.case(id_).number[:6]
        taken = Case.objects.count()
        Case.objects.filter(id=id_).update(number=f"{day}-{taken * 100 + (3 if drawn else 53):07d}")

    def look(self) -> None:
        """Which steps were taken just now; every case that changed explains itself."""
        with self.now():
            changed = self.steps.read()
            for case in changed:
                for language in ("zh-hans", "en"):
                    explains(case, language)

    def ends(self, *steps: str) -> None:
        """Exactly these steps were taken, all is whole, and the journal verifies."""
        self.look()
        assert self.steps.taken == list(steps), self.steps.taken
        with self.now():
            assert {each.key: each.cases for each in broken_invariants() if each.cases} == {}
            run_jobs()
            assert journal.verify().ok


def explains(case: Case, language: str) -> None:
    """The case says why: this area, organisation, deadline, state, and who may do what next."""
    receipts = Submission.objects.filter(reports__case=case).values_list("receipt", flat=True)
    with translation.override(language):
        for asked in (case.number, *receipts[:1]):
            for audience in ("staff", "public"):
                found = dict(queries.explain_number(asked, audience=audience))
                whys = found[case.number]
                answered = {why.topic for why in whys if why.question and why.answer}
                assert ASKED - answered == set(), (case.number, case.state, audience)
                assert not any(why.answer.endswith("—") for why in whys if why.topic != "area")


# --- people ---------------------------------------------------------------------------------------


class Browser:
    """Somebody with a browser that runs no script: pages, links and forms, nothing else."""

    def __init__(self, story: Story, client: Client) -> None:
        self.story, self.client = story, client
        self.page = Page("", 0, "")

    def opens(self, address: str) -> Page:
        with self.story.now():
            answer = self.client.get(address, follow=True)
        self.page = self._page(answer, address)
        assert self.page.status == 200, (address, self.page.status)
        return self.page

    def follows(self, part: str) -> Page:
        """The first link on the page with this in its address or its words."""
        return self.opens(self.page.link(part))

    def sees(self, *words: str) -> None:
        for each in words:
            assert each in self.page.words, f"{each!r} is not on {self.page.address}"

    def does_not_see(self, *words: str) -> None:
        for each in words:
            assert each not in self.page.html, f"{each!r} is on {self.page.address}"

    def is_not_offered(self, *keys: str) -> None:
        for key in keys:
            assert not self.page.offers(key), f"{key} is offered on {self.page.address}"

    def sends(self, form: Form, button: tuple[str, str] | None = None, **given: Any) -> Page:
        """The form as it is drawn, filled in so, sent as a browser does."""
        address = form.action or self.page.address
        with self.story.now():
            answer = self.client.post(address, form.filled(given, button), follow=True)
        self.page = self._page(answer, address)
        return self.page

    def takes(self, key: str, **given: Any) -> None:
        """The step's form, which is taken."""
        sent = self.sends(self.page.form(key), **given)
        assert sent.status == 200, (key, sent.status, _alert(sent.html))
        self.story.look()

    def is_refused(self, key: str, says: str, **given: Any) -> None:
        """The step's form, which is refused in these words; nothing has changed."""
        entries, states = Entry.objects.count(), dict(self.story.steps.states)
        sent = self.sends(self.page.form(key), **given)
        assert sent.status in (403, 409, 422), (key, sent.status)
        self.sees(says)
        assert Entry.objects.count() == entries
        self.story.look()
        assert self.story.steps.states == states

    def is_pictured(self, name: str, at: str = "", *, wide: bool = False) -> None:
        """The page is kept for the documentation, when it is asked for. at: what stands near the
        upper edge; wide: on a desk's screen instead of a telephone's"""
        camera.take(name, self.client, self.page.html, moment=self.story.moment, wide=wide, at=at)

    def _page(self, answer: Any, address: str) -> Page:
        if answer.redirect_chain:
            address = answer.redirect_chain[-1][0]
        return Page(address, answer.status_code, answer.content.decode())


def _alert(html: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", each) for each in re.findall(r'class="gw-alert.*?</div>', html)]


class Resident(Browser):
    """Somebody on the portal, without an account."""

    case: UUID

    def reports(self, words: str, *, here: bool = True, **given: Any) -> UUID:
        """Fills in the form and sends it; the case that it has led to."""
        before = set(Report.objects.values_list("id", flat=True))
        form = self.opens("/report/").form("report")
        if here:
            given = {"lng": HERE[0], "lat": HERE[1], **given}
        self.sends(form, ("send", "1"), words=words, **given)
        return self._received(before)

    def reports_protected(self, **given: Any) -> UUID:
        """The form for restricted matters, which stands open."""
        before = set(Report.objects.values_list("id", flat=True))
        self.sends(self.page.form("protection"), **given)
        return self._received(before)

    def answers_near(self, *, same: bool) -> UUID:
        """Whether it is the same as the first of those that are shown."""
        before = set(Report.objects.values_list("id", flat=True))
        form = next(f for f in self.page.forms if any(n == "join" for n, _v in f.buttons))
        joins = [value for name, value in form.buttons if name == "join"]
        self.sends(form, ("join", joins[0] if same else joins[-1]))
        return self._received(before)

    def _received(self, before: set[UUID]) -> UUID:
        if "/report/done/" in self.page.address:
            report = Report.objects.exclude(id__in=before).get()
            self.case = report.case_id
            self.story.look()
        else:
            assert "join" in self.page.html, _alert(self.page.html)
            self.case = UUID(int=0)
        return self.case

    def tracks(self) -> Page:
        return self.opens("/track/mine/")

    def takes(self, key: str, **given: Any) -> None:
        self.tracks()
        super().takes(key, **given)


class Crew(Browser):
    """Somebody outside who was sent a one-time link."""

    def __init__(self, story: Story, client: Client, address: str) -> None:
        super().__init__(story, client)
        self.link = address

    def takes(self, key: str, **given: Any) -> None:
        self.opens(self.link)
        super().takes(key, **given)

    def is_refused(self, key: str, says: str, **given: Any) -> None:
        self.opens(self.link)
        super().is_refused(key, says, **given)

    def finds_it_gone(self) -> None:
        """The link has done its work."""
        with self.story.now():
            assert self.client.get(self.link).status_code == 404


class Staff(Browser):
    """A member of staff at the workbench or on the field pages."""

    def opens_case(self, case: UUID) -> Staff:
        self.opens(f"/desk/cases/{case}/")
        return self

    def asks_for(self, address: str) -> int:
        """The status with which an address is answered."""
        with self.story.now():
            return int(self.client.get(address, follow=True).status_code)

    def gives_reason(self, words: str) -> None:
        """Says why a restricted case is opened."""
        sent = self.sends(self.page.form("open"), reason=words)
        assert sent.status == 200, _alert(sent.html)
        self.story.look()

    def makes_a_link(self, case: UUID) -> Crew:
        """A one-time link for the lead of the case, and whoever it was sent to."""
        made = self.sends(self.opens_case(case).page.form("link"))
        found = re.search(r"<textarea[^>]*>http://[^/]+([^<]+)</textarea>", made.html)
        assert found is not None
        return Crew(self.story, Client(headers={"accept-language": "zh-CN"}), found[1])

    def hands_in(self, result: str, **given: Any) -> None:
        """The look on site that waits first on the field page."""
        self.opens("/field/")
        self.follows("/field/check/")
        form = next(form for form in self.page.forms if "result" in form.controls)
        sent = self.sends(form, result=result, **given)
        assert sent.status == 200, _alert(sent.html)
        self.story.look()


class Program:
    """A program with a personal token: the staff's API."""

    def __init__(self, story: Story, client: Client) -> None:
        self.story, self.client = story, client

    def takes(self, case: UUID, key: str, **body: Any) -> dict[str, Any]:
        with self.story.now():
            seen = self.client.get(f"/api/v1/cases/{case}/steps")
            assert seen.status_code == 200, seen.content
            offered = [step["key"] for step in seen.json()["steps"]]
            assert key in offered, (key, offered)
            answer = self.client.post(
                f"/api/v1/cases/{case}/steps/{key}",
                json.dumps(body),
                content_type="application/json",
                headers={"if-match": seen.headers["ETag"]},
            )
        assert answer.status_code == 200, answer.content
        self.story.look()
        return dict(answer.json())


def photos(*colours: str) -> list[Any]:
    """Photos for a file field."""
    return [picture(colour) for colour in colours or ("teal",)]


__all__ = ["Browser", "Program", "Resident", "Staff", "Story", "photos", "picture"]
