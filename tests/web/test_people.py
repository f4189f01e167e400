"""The security administrator's and the auditor's screens, through the door."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook
from tests.cases.walking import CaseTown, case_town, walk
from tests.town import ACTOR
from tests.web.signing import admit_keepers, client_of, statements

from gridward.access import actions as access
from gridward.access import queries as accounts
from gridward.cases import actions as case_actions
from gridward.cases.models import Case
from gridward.directory import actions, models, queries
from gridward.directory.actions import NewPerson, NewPost
from gridward.journal.models import Entry

PEOPLE, IMPORT, SIGHT, AUDIT = (
    "/desk/people/",
    "/desk/people/import/",
    "/desk/sight/",
    "/desk/audit/",
)


@pytest.fixture
def town(db: None) -> CaseTown:
    found = case_town()
    admit_keepers(found)
    return found


@pytest.fixture
def admin(town: CaseTown) -> Client:
    return client_of(town, "Z001", language="en")


def text(answer: Any) -> str:
    return str(answer.content.decode())


def address(town: CaseTown, number: str) -> str:
    return f"{PEOPLE}{town.town.people[number]}/"


# --- who may enter --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["S001", "D002", "G001", "Z002"])
def test_people_are_managed_by_the_security_administrator_alone(
    town: CaseTown, number: str
) -> None:
    client = client_of(town, number)

    for path in (PEOPLE, IMPORT, address(town, "S001"), "/desk/organisations/"):
        assert client.get(path).status_code == 403
    assert client.post(address(town, "S001") + "do/lock/").status_code == 403
    account = accounts.account_of_person(town.town.people["S001"])
    assert account is not None and account.is_active


def test_the_administrators_begin_where_their_work_is(town: CaseTown) -> None:
    assert client_of(town, "Z001").get("/desk/")["Location"] == PEOPLE
    assert client_of(town, "Z002").get("/desk/")["Location"] == AUDIT


# --- the list -------------------------------------------------------------------------------------


def test_people_are_found_by_name_and_by_the_beginning_of_the_number(
    town: CaseTown, admin: Client
) -> None:
    by_name = text(admin.get(PEOPLE + "?q=市政"))
    by_number = text(admin.get(PEOPLE + "?q=g00"))
    nobody = text(admin.get(PEOPLE + "?q=zzz"))

    assert "M001" in by_name and "S001" not in by_name
    assert all(f"G00{n}" in by_number for n in range(1, 9)) and "M001" not in by_number
    assert "Nobody found" in nobody


def test_the_list_goes_on_page_after_page_and_costs_the_same_for_any_number(
    town: CaseTown, admin: Client
) -> None:
    statements(admin, PEOPLE)  # what is held in memory is there
    few = statements(admin, PEOPLE + "?q=M00")
    where = town.town.organisations["mun"]
    ids = actions.create_people(
        [
            NewPerson(f"M{n:03}", f"办事员{n}", "", "none", (NewPost("department_handler", where),))
            for n in range(100, 170)
        ],
        actor=ACTOR,
    )
    access.open_accounts(ids, actor=ACTOR)

    assert statements(admin, PEOPLE + "?q=M1") == few
    first = text(admin.get(PEOPLE + "?q=M1"))
    link = re.search(r'href="(\?[^"]*after=M149[^"]*)"', first)
    assert link is not None
    second = text(admin.get(PEOPLE + link.group(1).replace("&amp;", "&")))
    shown = re.findall(r'<td class="gw-num">(\w+)</td>', second)
    assert shown == [f"M{n}" for n in range(150, 170)]


# --- one person -----------------------------------------------------------------------------------


def test_a_post_is_given_and_ended_on_the_persons_page(town: CaseTown, admin: Client) -> None:
    there = address(town, "S001")
    organisation = town.town.organisations["district"]

    given = admin.post(there + "do/post/", {"role": "caller", "organisation": organisation})

    assert given.status_code == 303
    person = town.town.people["S001"]
    (post,) = [h for h in queries.posts_of_person(person) if h.role == "caller"]
    assert admin.post(f"{there}post/{post.post_id}/end/").status_code == 303
    assert [h.role for h in queries.posts_of_person(person)] == ["street_desk"]
    assert "Posts before" in text(admin.get(there))
    last = Entry.objects.filter(verb="post.ended").get()
    assert last.actor_id == str(town.town.posts["Z001"])


def test_an_administrators_post_beside_another_is_refused_with_the_reason(
    town: CaseTown, admin: Client
) -> None:
    before = models.Post.objects.count()

    answer = admin.post(
        address(town, "S001") + "do/post/",
        {"role": "audit_admin", "organisation": town.town.organisations["district"]},
    )

    assert answer.status_code == 409
    assert "three different people" in text(answer)
    assert models.Post.objects.count() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": ""},
        {"organisation": "x"},
        {"area": "nowhere at all"},
        {"begins": "yesterday"},
        {"begins": "2031-05-05", "ends": "2031-05-01"},
        {"ends": "9999-12-31"},
    ],
)
def test_a_post_that_cannot_be_is_refused_and_what_was_typed_stays(
    town: CaseTown, admin: Client, wrong: dict[str, str]
) -> None:
    before = models.Post.objects.count()
    form = {
        "role": "caller",
        "organisation": str(town.town.organisations["district"]),
        "area": "",
        **wrong,
    }

    answer = admin.post(address(town, "S001") + "do/post/", form)

    assert answer.status_code == 422
    assert models.Post.objects.count() == before
    if form["area"]:
        assert 'value="nowhere at all"' in text(answer)


def test_an_invitation_is_shown_once_on_a_slip_and_opens_the_account(
    town: CaseTown, admin: Client
) -> None:
    slip = admin.post(address(town, "M001") + "do/invite/")

    code = re.search(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", text(slip))
    assert code is not None
    assert slip["Cache-Control"] == "no-store, private"
    assert code.group() not in text(admin.get(address(town, "M001")))
    access.accept_invitation(code.group(), "three dogs on the roof")
    account = accounts.account_of_person(town.town.people["M001"])
    assert account is not None and account.has_usable_password()


def test_everybody_of_an_organisation_without_a_password_gets_a_slip(
    town: CaseTown, admin: Client
) -> None:
    station = queries.holder(town.town.posts["G001"]).organisation_id
    people = {h.person_id for h in queries.staff_of(station)}

    slips = text(admin.post(PEOPLE + "invite/", {"organisation": station}))

    assert len(re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", slips)) == len(people)


def test_locking_puts_somebody_out_and_unlocking_lets_them_in(
    town: CaseTown, admin: Client
) -> None:
    worker = client_of(town, "M001")
    assert worker.get("/desk/").status_code == 200

    admin.post(address(town, "M001") + "do/lock/")
    assert worker.get("/desk/").status_code == 302
    admin.post(address(town, "M001") + "do/unlock/")

    assert client_of(town, "M001").get("/desk/").status_code == 200
    own = admin.post(address(town, "Z001") + "do/lock/")
    assert own.status_code == 422


def test_a_lost_phone_is_reset_and_the_entry_says_by_whom(town: CaseTown, admin: Client) -> None:
    from gridward.access import codes, rules
    from gridward.core import clock

    account = town.town.account("M001")
    access.begin_second_factor(account)
    secret = accounts.factor_setup(account).secret
    step = rules.steps_around(clock.now())[0]
    access.confirm_second_factor(account, codes.totp(secret, step))
    assert "Reset the second step" in text(admin.get(address(town, "M001")))

    admin.post(address(town, "M001") + "do/reset/")

    assert not accounts.has_second_factor(account)
    entry = Entry.objects.get(verb="account.factor_dropped")
    assert entry.actor_id == str(town.town.posts["Z001"])
    assert secret not in entry.canonical


def test_one_person_is_added_by_hand_and_a_taken_number_is_refused(
    town: CaseTown, admin: Client
) -> None:
    form = {
        "staff_number": "n100",
        "name": "新来的",
        "phone": "139 1234 5678",
        "worker_kind": "none",
    }
    there = admin.post(PEOPLE + "new/", form)
    again = admin.post(PEOPLE + "new/", form)

    person = queries.person_by_staff_number("N100")
    assert there["Location"] == f"{PEOPLE}{person.id}/"
    assert accounts.account_of_person(person.id) is not None
    assert again.status_code == 409
    assert "13912345678" not in text(admin.get(there["Location"]))
    assert models.Person.objects.filter(staff_number="N100").count() == 1


# --- import ---------------------------------------------------------------------------------------


def csv(*rows: str) -> SimpleUploadedFile:
    head = "工号,姓名,手机号,人员类别,岗位,所属单位,网格"
    return SimpleUploadedFile("人员.csv", "\n".join([head, *rows]).encode())


def test_the_template_has_chinese_headings_and_an_example(town: CaseTown, admin: Client) -> None:
    answer = admin.get(IMPORT + "template.xlsx")

    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:2] == ["工号", "姓名"]
    assert len(rows) > 1


def test_a_file_is_checked_first_and_imported_at_the_second_press(
    town: CaseTown, admin: Client
) -> None:
    before = models.Person.objects.count()
    good = csv(
        "N201,新人甲,13911110001,专职,grid_worker,station-1,", "N202,新人乙,,无,caller,district,"
    )

    checked = admin.post(IMPORT, {"file": good})
    assert models.Person.objects.count() == before
    done = admin.post(IMPORT, {"do": "import"})

    assert "What would be done" in text(checked)
    assert "Imported" in text(done) and "What was done" in text(done)
    assert models.Person.objects.count() == before + 2
    # pressing again finds no file any more, and changes nothing
    again = admin.post(IMPORT, {"do": "import"})
    assert again.status_code == 422
    assert models.Person.objects.count() == before + 2


def test_faults_say_row_column_and_what_was_expected_and_good_rows_go_alone(
    town: CaseTown, admin: Client
) -> None:
    before = models.Person.objects.count()
    file = csv(
        "N301,好的一行,,无,caller,district,",
        "N302,坏岗位,,无,shaman,district,",
        "N303,坏电话,12x,无,caller,district,",
    )

    checked = text(admin.post(IMPORT, {"file": file}))
    refused = admin.post(IMPORT, {"do": "import"})
    assert models.Person.objects.count() == before
    done = admin.post(IMPORT, {"do": "import", "good_rows": "1"})

    rows = re.findall(r'<th scope="row">Row (\d+) · ([^<]+)</th>', checked)
    assert rows == [("3", "岗位"), ("4", "手机号")]
    assert "the key or the title of a role" in checked
    assert "12x" not in checked  # a telephone number is not repeated
    assert refused.status_code == 422
    assert done.status_code == 200
    assert models.Person.objects.count() == before + 1


def test_what_is_no_table_is_refused_with_what_to_do(town: CaseTown, admin: Client) -> None:
    nothing = admin.post(IMPORT, {})
    picture = admin.post(IMPORT, {"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04nonsense")})

    assert nothing.status_code == 422 and "Choose a file" in text(nothing)
    assert picture.status_code == 422 and "CSV" in text(picture)


def test_the_file_that_waits_is_not_readable_on_the_disk(town: CaseTown, admin: Client) -> None:
    from gridward.core import jurisdiction

    admin.post(IMPORT, {"file": csv("N401,等待者,13922220001,无,caller,district,")})

    (kept,) = [p for p in jurisdiction.var_path("people", "x").parent.iterdir() if p.is_file()]
    assert b"13922220001" not in kept.read_bytes()
    assert "等待者".encode() not in kept.read_bytes()
    admin.post(IMPORT, {"do": "import"})
    assert not kept.exists()


# --- organisations --------------------------------------------------------------------------------


def test_organisations_stand_on_their_ground_and_one_is_added_and_closed(
    town: CaseTown, admin: Client
) -> None:
    page = text(admin.get("/desk/organisations/"))
    assert "Street 1" in page and "Municipal works" in page

    form = {"title_zh": "区水务局", "title_en": "Water", "kind": "department", "key": "wat"}
    refused = admin.post("/desk/organisations/", form)
    added = admin.post("/desk/organisations/", {**form, "type_code": "WAT"})
    new = queries.organisation_by_key("wat")
    admin.post(f"/desk/organisations/{new.id}/active/", {"active": "0"})

    assert (refused.status_code, added.status_code) == (422, 303)
    assert not queries.organisation(new.id).active


def test_an_office_number_is_published_and_taken_back_and_the_entry_says_by_whom(
    town: CaseTown, admin: Client
) -> None:
    office = town.town.organisations["mun"]
    page = f"/desk/organisations/{office}/"

    published = admin.post(f"{page}phone/", {"phone": " 0999  700 1234 "})
    shown = text(admin.get(page))
    listed = text(admin.get("/desk/organisations/"))
    again = admin.post(f"{page}phone/", {"phone": "0999 700 1234"})
    admin.post(f"{page}phone/", {"phone": ""})

    assert published.status_code == again.status_code == 303
    assert "0999 700 1234" in shown
    assert "0999 700 1234" in listed
    entries = Entry.objects.filter(verb="organisation.published").order_by("recorded_at", "id")
    assert [entry.details for entry in entries] == [{"phone": True}, {"phone": False}]
    assert {entry.actor_id for entry in entries} == {str(town.town.posts["Z001"])}
    assert "0999 700 1234" not in text(admin.get(page))


def test_what_is_no_number_is_refused_and_what_was_typed_stays(
    town: CaseTown, admin: Client
) -> None:
    office = town.town.organisations["mun"]

    refused = admin.post(f"/desk/organisations/{office}/phone/", {"phone": "ask the porter"})

    assert refused.status_code == 422
    assert 'value="ask the porter"' in text(refused)
    assert "Write the office" in text(refused)
    assert models.Organisation.objects.get(id=office).public_phone == ""
    assert not Entry.objects.filter(verb="organisation.published").exists()


@pytest.mark.parametrize("number", ["S001", "D002", "G001", "Z002"])
def test_nobody_else_opens_an_organisation_or_publishes_its_number(
    town: CaseTown, number: str
) -> None:
    client = client_of(town, number)
    page = f"/desk/organisations/{town.town.organisations['mun']}/"

    assert client.get(page).status_code == 403
    assert client.post(f"{page}phone/", {"phone": "0999 700 1234"}).status_code == 403
    assert not Entry.objects.filter(verb="organisation.published").exists()


def test_an_organisation_shows_who_works_there(town: CaseTown, admin: Client) -> None:
    page = text(admin.get(f"/desk/organisations/{town.town.organisations['mun']}/"))

    assert "M001" in page
    assert admin.get(f"/desk/organisations/{uuid.uuid4()}/").status_code == 404


# --- who may see what -----------------------------------------------------------------------------


@pytest.mark.parametrize("asker", ["Z001", "Z002"])
def test_why_somebody_may_see_an_event_is_told_without_the_event(
    town: CaseTown, asker: str
) -> None:
    case = walk(town, "dispatched")
    client = client_of(town, asker, language="en")

    yes = text(client.post(SIGHT, {"who": "S001", "number": case.number}))
    no = text(client.post(SIGHT, {"who": "S002", "number": case.number}))
    lead = text(client.post(SIGHT, {"who": "M001", "number": case.number}))

    assert "街道员1 may see this event" in yes and "lies on its ground" in yes
    assert "街道员2 may not see this event" in no and "does not lie on its ground" in no
    assert "has or had a part" in lead
    for page in (yes, no, lead):
        assert "井盖" not in page
    assert Entry.objects.filter(verb="sight.asked").count() == 3


def test_a_restricted_event_answers_neither_and_looks_like_none(town: CaseTown) -> None:
    case = walk(town, "dispatched")
    Case.objects.filter(id=case.id).update(sensitivity=3)
    client = client_of(town, "Z001", language="en")

    hidden = client.post(SIGHT, {"who": "S001", "number": case.number})
    nothing = client.post(SIGHT, {"who": "S001", "number": "999999-9999999"})

    assert (hidden.status_code, nothing.status_code) == (404, 404)

    def bare(answer: Any) -> str:
        found = re.sub(r"\b[A-Za-z0-9]{64}\b", "", text(answer))  # the forms' own tokens
        return found.replace(case.number, "#").replace("999999-9999999", "#")

    assert bare(hidden) == bare(nothing)
    first, second = Entry.objects.filter(verb="sight.asked").order_by("id")
    assert first.details == second.details == {"answered": False}


def test_the_answer_is_what_the_door_does(town: CaseTown) -> None:
    case = walk(town, "dispatched")

    for number in ("S001", "S002", "M001", "U001", "D002", "G001", "G008", "Z001"):
        found = case_actions.ask_sight(number, case.number, actor=ACTOR)
        assert found is not None
        opens = client_of(town, number).get(f"/desk/cases/{case.id}/").status_code == 200
        assert (number, found.sees) == (number, opens)


def test_nobody_without_the_right_asks(town: CaseTown) -> None:
    assert client_of(town, "D002").get(SIGHT).status_code == 403


# --- the audit ------------------------------------------------------------------------------------


def test_the_auditor_sees_administrators_acts_and_sign_ins_of_one_person(
    town: CaseTown, admin: Client
) -> None:
    admin.post(address(town, "M001") + "do/lock/")
    access.record_sign_in(
        town.town.account("S001"), post_id=town.town.posts["S001"], how="password"
    )
    auditor = client_of(town, "Z002", language="en")

    acts = text(auditor.get(AUDIT + "?kind=administered&who=Z001"))
    signed = text(auditor.get(AUDIT + "?kind=signed&who=S001"))
    none = text(auditor.get(AUDIT + "?kind=signed&who=S002"))

    assert "Account locked by an administrator" in acts and "市政员" in acts
    assert "安全管理员甲" in acts
    assert "Signed in" in signed and "with the password" in signed
    assert "Nothing recorded" in none
    # `record_audit_look` notes each look, and whom it was about
    looks = Entry.objects.filter(verb="audit.looked").order_by("id")
    assert [e.details.get("person") for e in looks] == [
        str(town.town.people[number]) for number in ("Z001", "S001", "S002")
    ]


def test_the_audit_goes_on_page_after_page_at_the_same_cost(town: CaseTown) -> None:
    auditor = client_of(town, "Z002", language="en")
    person, post = town.town.account("S001"), town.town.posts["S001"]
    for _ in range(2):
        access.record_sign_in(person, post_id=post, how="password")
    few = statements(auditor, AUDIT + "?kind=signed")
    for _ in range(58):
        access.record_sign_in(person, post_id=post, how="password")

    assert statements(auditor, AUDIT + "?kind=signed") == few
    first = text(auditor.get(AUDIT + "?kind=signed"))
    following = re.search(r'href="(\?[^"]*after=[^"]*)"', first)
    assert following is not None
    second = text(auditor.get(AUDIT + following.group(1).replace("&amp;", "&")))
    assert (first.count("<tr><td"), second.count("<tr><td")) == (50, 10)


@pytest.mark.parametrize("asked", ["who=nobody", "since=someday", "until=9999-99-99"])
def test_what_the_auditor_mistyped_is_named_and_shows_nothing(town: CaseTown, asked: str) -> None:
    answer = client_of(town, "Z002", language="en").get(f"{AUDIT}?kind=signed&{asked}")

    assert answer.status_code == 422
    assert "<tr><td" not in text(answer)


def test_nobody_else_reads_the_audit(town: CaseTown, admin: Client) -> None:
    assert admin.get(AUDIT).status_code == 403


# --- absence and handing over ---------------------------------------------------------------------


def test_the_page_of_an_absence_shows_no_address_as_words(town: CaseTown, admin: Client) -> None:
    page = text(admin.get(f"/account/absence/{town.town.posts['S001']}/"))

    assert page.count(str(town.town.people["S001"])) == 1  # the way back, as an address alone
    assert "gw-page-back" not in page


def test_one_names_a_deputy_who_finds_the_post_and_its_tasks(town: CaseTown) -> None:
    walk(town, "closure_checking")
    from gridward.tasks import queries as tasks

    number = next(
        n for n in sorted(town.town.posts) if n[0] == "G" and tasks.tasks_of(town.viewer(n))
    )
    post = queries.holder(town.town.posts[number])
    mate = next(
        h
        for h in queries.staff_of(post.organisation_id, role="grid_worker")
        if h.person_id != post.person_id
    )
    client = client_of(town, number)

    answer = client.post(
        f"/account/absence/{post.post_id}/",
        {"deputy": mate.person_id, "begins": "2020-01-01", "ends": "2199-01-01"},
    )

    assert answer.status_code == 303
    (stood,) = queries.stand_ins_of(post.post_id)
    deputy = client_of(town, mate.staff_number)
    switched = deputy.post("/account/post/", {"post": stood.post_id})
    assert switched.status_code == 302
    assert [t.id for t in tasks.tasks_of(accounts.viewer_of_post(stood.post_id))] == [
        t.id for t in tasks.tasks_of(town.viewer(number))
    ]
    assert post.own_name in text(deputy.get("/account/"))


def test_nobody_states_anothers_absence(town: CaseTown) -> None:
    answer = client_of(town, "S002").get(f"/account/absence/{town.town.posts['S001']}/")

    assert answer.status_code == 404


def test_all_open_tasks_go_to_a_colleague_at_once(town: CaseTown) -> None:
    from gridward.tasks import actions as task_actions
    from gridward.tasks import errors as task_errors
    from gridward.tasks import queries as tasks

    walk(town, "closure_checking")
    number = next(
        n for n in sorted(town.town.posts) if n[0] == "G" and tasks.tasks_of(town.viewer(n))
    )
    viewer = town.viewer(number)
    mate = tasks.colleagues_of(viewer)[0]

    answer = client_of(town, number, language="en").post("/account/tasks/", {"to": mate.post_id})

    assert answer.status_code == 303
    assert tasks.tasks_of(viewer) == []
    (task,) = tasks.tasks_of(accounts.viewer_of_post(mate.post_id))
    assert task.version == 2
    with pytest.raises(task_errors.NotAColleague):
        task_actions.hand_all_to(viewer, to_post_id=uuid.uuid4())
