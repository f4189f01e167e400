"""Whatever is typed into addresses and forms, the answer is an answer and never a fault."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.cases import walking
from tests.cases.walking import MONDAY, CaseTown, case_of, case_town
from tests.web.signing import client_of

from gridward.cases.models import Case
from gridward.core import clock

ODD = [
    "",
    " ",
    "\0",
    "a\r\nb: c",
    "²",
    "-1",
    "9" * 40,
    "1e999",
    "nan,nan",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "龙" * 3000,
    "𓀀" * 40,
]

ADDRESSES = {
    None: (
        "/track/?number={}",
        "/place/found/?lng={}&lat={}",
        "/map/areas.json?near={}",
        "/map/picture.svg?window={}&pin={}",
    ),
    "S001": (
        "/desk/cases/?q={}",
        "/desk/cases/?after={}",
        "/desk/cases/?q=井盖&after={}",
        "/desk/cases/?state={}&area={}&mine={}&order={}",
    ),
}


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


@pytest.mark.parametrize("number", [None, "S001"])
def test_no_odd_address_is_a_fault(town: CaseTown, number: str | None) -> None:
    from urllib.parse import quote

    with clock.frozen(MONDAY):
        walking.submit()
        client = client_of(town, number) if number else Client()
        client.raise_request_exception = False
        faults = [
            (address, odd[:20])
            for address in ADDRESSES[number]
            for odd in ODD
            if client.get(address.replace("{}", quote(odd))).status_code >= 500
        ]

    assert faults == []


def test_no_odd_report_is_a_fault_and_nothing_of_it_is_drawn_as_code(town: CaseTown) -> None:
    client = Client()
    client.raise_request_exception = False
    names = ("client_id", "words", "place_words", "lng", "lat", "datum", "area", "matter", "phone")
    names += ("window", "staged", "pick.x", "pick.y", "notice_version")
    faults = []
    for name in names:
        for odd in ODD:
            answer = client.post("/report/", {"words": "路灯不亮", "phone": "x", name: odd})
            page = answer.content.decode()
            if answer.status_code >= 500 or "<script>alert" in page:
                faults.append((name, odd[:20], answer.status_code))

    assert faults == []


def test_no_odd_step_is_a_fault_and_a_refused_one_changes_nothing(town: CaseTown) -> None:
    with clock.frozen(MONDAY):
        case = case_of(walking.submit())
        desk = client_of(town, "S001")
        desk.raise_request_exception = False
        faults = []
        for key in ("accept_dispatch", "ask_info", "merge", "hand_over", "decline", "nothing"):
            for odd in ODD:
                typed = dict.fromkeys(
                    ("condition", "lead", "area", "master", "level", "reason", "version"), odd
                )
                answer = desk.post(f"/desk/cases/{case.id}/step/{key}/", typed)
                if answer.status_code >= 500:
                    faults.append((key, odd[:20]))

    assert faults == []
    assert (Case.objects.get(id=case.id).state, Case.objects.get(id=case.id).version) == (
        "submitted",
        case.version,
    )


def test_no_odd_answer_of_a_reporter_is_a_fault(town: CaseTown) -> None:
    receipt = walking.submit()
    client = Client()
    client.post("/track/", {"number": receipt.number, "code": receipt.code})
    client.raise_request_exception = False
    faults = []
    for verb in ("info", "answer", "rate", "redo", "withdraw-not", "forget"):
        for odd in ODD:
            typed = dict.fromkeys(("case", "version", "words", "rating", "answer"), odd)
            if client.post(f"/track/mine/{verb}/", typed).status_code >= 500:
                faults.append((verb, odd[:20]))

    assert faults == []
    assert case_of(receipt).state == "submitted"
