"""Two phones, two desks and a department work on one event at the same time: one truth is left."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from tests.cases.walking import CaseTown
from tests.databases import Space
from tests.jobs import run_jobs
from tests.journeys.conftest import People, axe_faults
from tests.journeys.stories.screens import Screen
from tests.journeys.stories.telling import Steps, Story, explains
from tests.serving import DESK, PHONE
from tests.web.signing import client_of

from gridward.cases.models import Assignment, Case, Submission
from gridward.cases.queries.invariants import broken_invariants
from gridward.journal.models import Entry
from gridward.notify.models import InboxItem

pytestmark = pytest.mark.journey

WORDS = "路口井盖松了，车一过就响"
STEPS = (
    "submit", "accept_dispatch", "acknowledge", "confirm_join", "contact", "dispose",
    "pass_to_callback", "callback_close",
)  # fmt: skip
ONCE = (
    "case.opened", "case.accepted", "case.dispatched", "case.acknowledged", "case.disposed",
    "case.contact_logged", "case.check_passed", "case.closed", "report.join_proposed",
    "report.join_confirmed", "report.answered",
)  # fmt: skip


def test_two_phones_two_desks_and_a_department_leave_one_truth(
    people: People, town_served: tuple[str, CaseTown], space: Space
) -> None:
    town = town_served[1]
    steps = Steps()
    with space.entered():
        Story(town, begins="11-09 09:00").joined_by("S009", "street_desk", "street-1")

    def look() -> None:
        with space.entered():
            for case in steps.read():
                explains(case, "zh-hans")

    def at_desk(number: str) -> Screen:
        """A member of staff who signed in on a machine of their own."""
        page = people.somebody(DESK)
        with space.entered():
            held = client_of(town, number).cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": held, "url": people.address}
        page.context.add_cookies([cookie])
        return Screen(page)

    def phone() -> Screen:
        return Screen(people.somebody({**PHONE, "java_script_enabled": False}), script=False).opens(
            "/report/"
        )

    # The first phone sends its report with two presses; the second says that it is the same.
    first, second = phone(), phone()
    for each, contact in ((first, "13800138008"), (second, "")):
        form = each.page.locator("main form").first
        each.fills(form, words=WORDS, matter="井盖", phone=contact)
        each.points_at_the_first_grid()
    first.page.locator(".gw-submit-bar button").last.dblclick()
    first.page.wait_for_url("**/report/done/**")
    with space.entered():  # the lot for checks on site leaves it out
        Case.objects.update(number=f"{Case.objects.get().number[:6]}-0000053")
    look()
    second.presses(second.page.locator(".gw-submit-bar"))
    second.page.locator("button[name=join]").first.click()
    second.page.wait_for_url("**/report/done/**")
    with space.entered():
        assert (Submission.objects.count(), Case.objects.count()) == (2, 1)
        case = Case.objects.get()
        Case.objects.update(number=f"{case.number[:6]}-0000053")
    event = f"/desk/cases/{case.id}/"

    # Both desks have the event open. Both dispatch it, one with two presses.
    one, other = at_desk("S001").opens(event), at_desk("S009").opens(event)
    for desk in (one, other):
        desk.fills(desk.form("accept_dispatch"), condition="松动、车压异响", lead="区市政局")
    one.page.locator("#step-accept_dispatch form button").last.dblclick()
    one.page.locator(".gw-alert.is-good, .gw-alert.is-warn").first.wait_for()
    _is_told(other, "accept_dispatch", by="街道员1")
    assert (one.opens(event).state(), other.state()) == ("待签收", "待签收")
    assert axe_faults(other.page) == []
    look()

    # The department takes it up. One desk joins the second phone while the other notes a call:
    # what was typed is still there, and is sent once.
    works = at_desk("M001").opens(event)
    works.takes("acknowledge")
    look()
    for desk in (one, other):
        desk.opens(event)
    call = "反映人说晚上更响"
    other.fills(other.form("contact"), reached="接通", words=call)
    one.takes("confirm_join")
    look()
    _is_told(other, "contact", by="街道员1")
    form = other.form("contact")
    assert form.locator("[name=words]").input_value() == call
    other.fills(form, reached="接通")
    other.presses(form)
    look()

    # The department reports the result while a desk corrects the place: the desk is told.
    other.opens(event)
    other.fills(other.form("correct"), words="其实在下一个路口", urgent="紧急")
    works.opens(event)
    works.fills(works.form("dispose"), internal="换胶圈", reply="井盖已固定", photos="green")
    works.page.locator("#step-dispose form button:not([type=button])").last.dblclick()
    works.page.locator(".gw-alert.is-good, .gw-alert.is-warn").first.wait_for()
    _is_told(other, "correct", by="市政员")
    look()

    # Both find the result good; the first phone answers twice.
    for desk in (one, other):
        desk.opens(event).form("pass_to_callback")
    one.presses(one.page.locator("#step-pass_to_callback"))
    _is_told(other, "pass_to_callback", by="街道员1")
    look()
    first.opens("/track/mine/")
    first.page.locator("#answer label", has_text="解决了").first.click()
    first.page.locator("#answer form button").last.dblclick()
    first.page.locator("main", has_text="已办结").wait_for()
    look()

    # What is left is what one clean run would have left.
    assert (one.opens(event).state(), other.opens(event).state()) == ("已办结", "已办结")
    for each in (first, second):
        each.opens("/track/mine/").sees("已办结", "井盖已固定")
    assert steps.taken == list(STEPS)
    with space.entered():
        run_jobs()
        verbs = Counter(Entry.objects.values_list("verb", flat=True))
        assert {verb: verbs[verb] for verb in ONCE} == dict.fromkeys(ONCE, 1)
        assert Assignment.objects.filter(case=case.id, role="lead").count() == 1
        assert {each.key: each.cases for each in broken_invariants() if each.cases} == {}
        told = Counter(
            InboxItem.objects.values_list("entry_id", "key", "organisation_id", "post_id")
        )
        assert told and set(told.values()) == {1}
        dispatched = Entry.objects.get(verb="case.dispatched")
        assert json.loads(dispatched.canonical)["details"]["lead"] == str(town.org("mun"))


def _is_told(desk: Screen, key: str, *, by: str) -> None:
    """The form was made from an older look: nothing is done; it says who was faster, and when."""
    form: Any = desk.page.locator(f"#step-{key}")
    desk.presses(form)
    said = desk.page.locator(".gw-alert.is-warn").first.inner_text()
    assert by in said and "已经处理过" in said, said
