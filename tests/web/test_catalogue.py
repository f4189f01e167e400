"""The catalogue as managers read it, and decisions as they take them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.test import Client
from tests.cases.walking import CaseTown, case_town
from tests.town import ACTOR, LONG_AGO
from tests.web.signing import client_of, statements

from gridward.access import actions as access
from gridward.catalog.definitions import Settings
from gridward.catalog.models import Decision, Edition
from gridward.catalog.queries import catalogue
from gridward.catalog.worktime import Limit, Unit
from gridward.core import clock
from gridward.directory import actions as directory
from gridward.directory import queries as people
from gridward.directory.actions import NewPerson, NewPost
from gridward.web.ui.icons import ICONS
from gridward.web.workbench import catalogue_words as say

AUTUMN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PAGES = (
    "/desk/catalogue/",
    "/desk/catalogue/matters/manhole/",
    "/desk/catalogue/matters/staff_conduct/",
    "/desk/catalogue/matters/mental_care/",
    "/desk/catalogue/admitted/",
    "/desk/catalogue/process/",
    "/desk/catalogue/roles/",
    "/desk/catalogue/rules/",
    "/desk/catalogue/calendars/",
    "/desk/catalogue/editions/",
    "/desk/catalogue/difference/",
)


@pytest.fixture
def town(db: None) -> CaseTown:
    return case_town()


@pytest.fixture
def manager(town: CaseTown) -> Client:
    """The system administrator, who may load packs and decide."""
    post = NewPost("system_admin", town.org("district"), None)
    (person,) = directory.create_people(
        [NewPerson("A001", "系统员", "", "none", (post,))], actor=ACTOR, at=LONG_AGO
    )
    access.open_accounts([person], actor=ACTOR, at=LONG_AGO)
    town.town.people["A001"] = person
    town.town.posts["A001"] = people.posts_of_person(person)[0].post_id
    return client_of(town, "A001")


def words_of(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return unescape(answer.content.decode())


def plain(page: str) -> str:
    """What a reader sees of the content: no tags, no runs of blanks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.split('id="main"')[1]).split())


# --- reading ----------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_of_the_catalogue_reads_without_keys(
    town: CaseTown, address: str, language: str
) -> None:
    page = plain(words_of(client_of(town, "S001", language=language), address))

    assert not re.search(r"\b[a-z]+_[a-z_]+\b", page), re.findall(r"\b[a-z]+_[a-z_]+\b", page)
    assert not re.search(r"\bcase\.[a-z]+|\bmanhole\.", page)
    assert "None" not in page


def test_the_list_is_found_by_what_people_say(town: CaseTown) -> None:
    desk = client_of(town, "S001")

    assert "127个事项" in plain(words_of(desk, "/desk/catalogue/")).replace(" ", "")
    found = plain(words_of(desk, "/desk/catalogue/?q=走鬼"))
    assert "占道经营、店外经营" in found
    assert "井盖" not in found
    assert "没有" in plain(words_of(desk, "/desk/catalogue/?q=飞碟"))


def test_a_matter_says_limits_proof_who_and_why(town: CaseTown) -> None:
    page = plain(words_of(client_of(town, "D003"), "/desk/catalogue/matters/manhole/"))

    for said in (
        "缺失、移位，有坠落危险",
        "2小时，昼夜连续计时",
        "2个工作日",
        "井盖已复位或补装，无坠落危险",
        "市政设施管理所",
        "缺失井盖须立即围挡，由执法队协助看守",
        "C01",
    ):
        assert said in page


def test_a_matter_that_is_not_there_is_a_page_that_says_so(town: CaseTown) -> None:
    assert client_of(town, "S001").get("/desk/catalogue/matters/dragon/").status_code == 404


def test_the_admitted_work_can_be_narrowed(town: CaseTown) -> None:
    desk = client_of(town, "S001")

    every = words_of(desk, "/desk/catalogue/admitted/")
    second = words_of(desk, "/desk/catalogue/admitted/?batch=2")
    expired = words_of(desk, "/desk/catalogue/admitted/?state=temporary")

    def codes(page: str) -> list[str]:
        return re.findall(r'<th scope="row">([A-Z]\d\d) ', page)

    assert len([code for code in codes(every) if code[0] != "X"]) == 65
    assert len(codes(second)) == 27
    assert codes(expired) == ["X04"]
    assert "已过期" in expired
    assert "样例" in every


def test_the_process_is_drawn_with_every_state(town: CaseTown) -> None:
    page = words_of(client_of(town, "S001"), "/desk/catalogue/process/")
    states = catalogue().process("event").states

    assert page.count('class="gw-process-box') == len(states)
    assert "待签收" in page.split("</svg>")[0] + page
    assert "style=" not in page.split("gw-process")[1]


def test_the_process_says_what_a_step_asks_for_and_what_follows(town: CaseTown) -> None:
    page = plain(words_of(client_of(town, "M001"), "/desk/catalogue/process/"))

    assert "前提" in page
    assert "承办过的人不核查自己办的" in page
    assert "选定的单位成为主办，时限起算" in page


def test_a_calendar_shows_days_off_and_make_up_days(town: CaseTown) -> None:
    with clock.frozen(AUTUMN):
        desk = client_of(town, "S001")
        page = words_of(desk, "/desk/catalogue/calendars/?year=2026")

    assert page.count('class="is-off"') == 33
    assert page.count('class="is-makeup"') == 6
    assert "2026-" not in plain(page)


def test_managers_are_warned_of_a_year_without_a_calendar_from_november(
    town: CaseTown, manager: Client
) -> None:
    with clock.frozen(datetime(2026, 10, 31, 1, 0, tzinfo=UTC)):
        before = words_of(client_of(town, "A001"), "/desk/catalogue/")
    with clock.frozen(datetime(2026, 11, 1, 1, 0, tzinfo=UTC)):
        warned = words_of(client_of(town, "A001"), "/desk/catalogue/")
        others = words_of(client_of(town, "D003"), "/desk/catalogue/")

    assert "2027年的放假安排还没有录入" not in before
    assert "2027年的放假安排还没有录入" in warned
    assert "/desk/catalogue/decisions/year/?calendar=cn-mainland&year=2027" in warned
    assert "2027年的放假安排还没有录入" in others
    assert "/desk/catalogue/decisions/" not in others


def test_a_list_of_matters_costs_the_same_however_long(town: CaseTown) -> None:
    desk = client_of(town, "S001")

    assert statements(desk, "/desk/catalogue/?q=井盖") == statements(desk, "/desk/catalogue/")


# --- deciding ---------------------------------------------------------------------------------


LIMIT = {
    "condition": "manhole.rattling",
    "limit_amount": "1",
    "limit_unit": "working_day",
    "promise_amount": "4",
    "promise_unit": "working_day",
    "ground": "2026年第8次办公会",
}


def decide(client: Client, kind: str, do: str = "decide", **said: str) -> tuple[int, str]:
    edition = str(catalogue().number)
    answer = client.post(
        f"/desk/catalogue/decisions/{kind}/", {"edition": edition, "do": do} | said
    )
    return answer.status_code, unescape(answer.content.decode())


def test_only_the_system_administrator_decides(town: CaseTown) -> None:
    for number in ("S001", "D002", "D003", "M001"):
        client = client_of(town, number)

        assert client.get("/desk/catalogue/decisions/").status_code == 403
        assert decide(client, "limit", **LIMIT)[0] == 403
    assert Decision.objects.count() == 0


def test_what_would_change_is_shown_before_anything_does(manager: Client) -> None:
    status, page = decide(manager, "limit", "look", **LIMIT)

    assert status == 200
    said = plain(page)
    assert "井盖松动异响、破损、缺失 · 松动、车压异响" in said
    assert "2个工作日" in said
    assert "1个工作日" in said
    assert Decision.objects.count() == 0
    assert catalogue().condition("manhole.rattling").limit == Limit(2, Unit.WORKING_DAY)


def test_a_limit_is_decided_and_stands_in_the_editions(manager: Client) -> None:
    before = catalogue().number

    assert decide(manager, "limit", **LIMIT)[0] == 303

    now = catalogue()
    assert now.number == before + 1
    assert now.condition("manhole.rattling").limit == Limit(1, Unit.WORKING_DAY)
    assert now.condition("manhole.rattling").promise == Limit(4, Unit.WORKING_DAY)
    editions = plain(words_of(manager, "/desk/catalogue/editions/"))
    assert "系统员" in editions
    assert "2026年第8次办公会" in editions
    difference = f"/desk/catalogue/difference/?before={before}&after={before + 1}"
    assert "1个工作日" in plain(words_of(manager, difference))
    assert "2026年第8次办公会" in plain(words_of(manager, "/desk/catalogue/decisions/"))


def test_a_second_press_decides_nothing_twice(manager: Client) -> None:
    edition = str(catalogue().number)
    sent = {"edition": edition, "do": "decide"} | LIMIT

    first = manager.post("/desk/catalogue/decisions/limit/", sent)
    second = manager.post("/desk/catalogue/decisions/limit/", sent)

    assert (first.status_code, second.status_code) == (303, 409)
    assert Decision.objects.count() == 1
    assert Edition.objects.count() == int(edition) + 1


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("limit", {"limit_amount": "soon"}),
        ("limit", {"limit_amount": "0"}),
        ("limit", {"limit_unit": "fortnight"}),
        ("limit", {"condition": "dragon"}),
        ("limit", {"ground": ""}),
        ("lead", {"matter": "staff_conduct"}),
        ("lead", {"lead": "NOBODY"}),
        ("lead", {"help": "MUN"}),
        ("lead", {"because_en": ""}),
        ("lead", {"area_kind": "moon"}),
        ("day", {"day": "soon"}),
        ("day", {"works": ""}),
        ("day", {"calendar": "nowhere"}),
        ("year", {"holidays": ""}),
        ("year", {"holidays": "2026-01-01"}),
        ("year", {"year": "next"}),
        ("year", {"holidays": "2027-13-01"}),
        ("year", {"holidays": "2027-02-12..2027-02-05"}),
        ("year", {"workdays": "2027-02-05"}),
        ("year", {"calendar": "nowhere"}),
        ("setting", {"name": "ratings"}),
        ("setting", {"value": "many"}),
        ("setting", {"value": "0"}),
        ("setting", {"value": "999"}),
        ("setting", {"name": "return_fraction", "value": "120"}),
        ("setting", {"name": "warn_fraction", "value": "100"}),
        ("limit", {"limit_unit": "working_day", "limit_amount": "99999999"}),
    ],
)
def test_what_cannot_be_decided_says_what_to_do_and_changes_nothing(
    manager: Client, kind: str, wrong: dict[str, str]
) -> None:
    status, page = decide(manager, kind, **(RIGHT[kind] | wrong))

    assert status == 422
    assert 'role="alert"' in page
    alert = page.partition('role="alert"')[2].partition("</div></div>")[0].partition("<p>")[2]
    assert not set(re.findall(r"[A-Za-z]{2,}", alert.partition("</p>")[0])) - set(wrong.values())
    assert Decision.objects.count() == 0
    assert catalogue().number == Edition.objects.count()


RIGHT: dict[str, dict[str, str]] = {
    "limit": LIMIT,
    "lead": {
        "matter": "street_lamp",
        "area_kind": "park",
        "lead": "MUN",
        "help": "PRK",
        "because_zh": "园区路灯已移交市政",
        "because_en": "Lamps in parks were handed to municipal works",
        "ground": "交接书",
    },
    "day": {"calendar": "cn-mainland", "day": "2026-11-23", "works": "0", "ground": "台风停工"},
    "year": {
        "calendar": "cn-mainland",
        "year": "2027",
        "holidays": "2027-01-01..2027-01-03\n2027-02-05",
        "workdays": "2027-02-06",
        "ground": "年度通知",
    },
    "setting": {"name": "photos_max", "value": "6", "ground": "办公会"},
}


def test_a_responsibility_is_decided_for_one_kind_of_ground(manager: Client) -> None:
    assert decide(manager, "lead", **RIGHT["lead"])[0] == 303

    book = catalogue()
    rule = book.candidates("street_lamp", None, "park")[0]
    assert (rule.lead, rule.help, str(rule.level)) == ("MUN", ("PRK",), "district")
    assert book.candidates("street_lamp", None, "rural")[0].lead == "VCM"


def test_a_day_and_a_year_are_decided(manager: Client) -> None:
    assert decide(manager, "day", **RIGHT["day"])[0] == 303
    assert decide(manager, "year", **RIGHT["year"])[0] == 303

    calendar = catalogue().calendar("cn-mainland")
    days = calendar.days
    assert 2027 in calendar.years
    assert [works for day, works in sorted(days.items()) if day.year == 2027] == [
        False, False, False, False, True,
    ]  # fmt: skip
    assert days[datetime(2026, 11, 23, tzinfo=UTC).date()] is False
    page = words_of(manager, "/desk/catalogue/calendars/?year=2027")
    assert (page.count('class="is-off"'), page.count('class="is-makeup"')) == (4, 1)


@pytest.mark.parametrize(
    ("name", "said", "held"),
    [
        ("photos_max", {"value": "6"}, 6),
        ("return_fraction", {"value": "50"}, 0.5),
        ("public_page", {"value": "1"}, True),
        ("duty_phone", {"value": "0999-1111111"}, "0999-1111111"),
    ],
)
def test_a_rule_is_decided(manager: Client, name: str, said: dict[str, str], held: object) -> None:
    assert decide(manager, "setting", name=name, ground="办公会", **said)[0] == 303

    assert getattr(catalogue().settings, name) == held


def test_both_times_of_a_stage_are_decided(manager: Client) -> None:
    sent = {
        "name": "accept",
        "normal_amount": "1",
        "normal_unit": "working_hour",
        "urgent_amount": "10",
        "urgent_unit": "urgent_minute",
        "ground": "办公会",
    }

    assert decide(manager, "setting", **sent)[0] == 303

    accept = catalogue().settings.accept
    assert (accept.normal, accept.urgent) == (
        Limit(1, Unit.WORKING_HOUR),
        Limit(10, Unit.URGENT_MINUTE),
    )


@pytest.mark.parametrize("kind", ["limit", "lead", "day", "year", "setting"])
def test_going_back_keeps_what_was_typed(manager: Client, kind: str) -> None:
    status, page = decide(manager, kind, "back", **RIGHT[kind])

    assert status == 200
    assert RIGHT[kind]["ground"] in page
    assert Decision.objects.count() == 0


# --- words ------------------------------------------------------------------------------------


def test_every_setting_has_a_name() -> None:
    assert set(Settings.model_fields) - set(say.SETTINGS) == set()


def test_every_group_has_an_icon_that_can_be_drawn(town: CaseTown) -> None:
    assert {group.icon for group in catalogue().groups.values()} <= set(ICONS)


# --- the residents' page ----------------------------------------------------------------------


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_residents_read_what_they_may_report_without_codes(language: str) -> None:
    page = words_of(Client(headers={"accept-language": language}), "/catalogue/")
    said = plain(page)

    assert not re.search(r"\b[A-Z]\d\d\b", said)
    assert not re.search(r"\b[a-z]+_[a-z_]+\b", said)
    for hidden in ("家庭暴力", "Family violence", "需要专业照护的人"):
        assert hidden not in said
    shown = [e for e in catalogue().matters.values() if not e.is_restricted]
    assert page.count("?matter=") == len(shown)


@pytest.mark.usefixtures("town")
def test_residents_find_a_matter_by_their_own_words_and_go_on_to_report_it() -> None:
    client = Client(headers={"accept-language": "zh-CN"})

    page = words_of(client, "/catalogue/?q=灯不亮")
    form = words_of(client, "/report/?matter=street_lamp")

    assert "/report/?matter=street_lamp" in page
    assert "?matter=manhole" not in page
    assert re.search(r'value="street_lamp"\s+selected', form)
    assert "/catalogue/" in form
    assert "没有" in plain(words_of(client, "/catalogue/?q=飞碟"))


@pytest.mark.usefixtures("town")
def test_a_restricted_or_unknown_matter_is_not_chosen_from_an_address() -> None:
    client = Client(headers={"accept-language": "zh-CN"})

    for key in ("family_violence", "dragon"):
        assert f'value="{key}"' not in words_of(client, f"/report/?matter={key}")
