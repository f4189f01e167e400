"""A restricted matter: 110 first, a few who know, a reason before it is opened."""

from __future__ import annotations

from tests.cases.walking import CaseTown
from tests.journeys.stories.telling import Story, photos

STEPS = ("submit", "accept_dispatch", "acknowledge", "dispose", "pass_close", "archive")
UNAWARE = ("D001", "S001", "S002", "M001", "U001", "C001", "G001")


def test_few_know_of_it_and_nothing_leaks(town: CaseTown) -> None:
    story = Story(town, begins="11-09 21:00")
    story.joined_by("P001", "protection_desk", "district")
    story.organisation("police", "department", "派出所", "PSB")
    story.joined_by("K001", "department_handler", "police")

    # 21:00. The way for children and violence at home says 110 first, and asks for little.
    resident = story.resident()
    resident.opens("/report/")
    resident.follows("/report/protection/")
    resident.sees("110")
    resident.is_pictured("7-the-other-way")
    quarrel = resident.reports_protected(
        matter="家庭暴力",
        when="今晚",
        place="北门三栋",
        area="第1社区",
        alerted="报警",
        reach="不要联系",
    )
    assert story.case(quarrel).sensitivity == 2
    resident.tracks()
    resident.does_not_see("北门三栋", 'type="file"')

    # Nobody else learns that there is anything: no list, no search, no page, no notice.
    story.it_is("21:02")
    number = story.case(quarrel).number
    for each in UNAWARE:
        staff = story.staff(each)
        assert staff.asks_for(f"/desk/cases/{quarrel}/") == 404
        staff.opens(f"/desk/cases/?q={number}")
        staff.does_not_see(f"/desk/cases/{quarrel}/", "北门三栋")

    # The officer opens it with a reason that is kept, and brings in the police station alone.
    officer = story.staff("P001")
    officer.opens("/desk/")
    officer.does_not_see("北门三栋")
    officer.opens_case(quarrel)
    officer.does_not_see("北门三栋")
    officer.is_pictured("7-a-reason-first", wide=True)
    officer.gives_reason("值班受理，核对是否已报警")
    officer.sees("北门三栋", "110")
    officer.is_not_offered("pre_verify", "self_handle", "merge")
    officer.takes("accept_dispatch", condition="family_violence.risk", lead="派出所")
    story.it_is("21:10")
    police = story.staff("K001")
    police.opens_case(quarrel)
    police.gives_reason("出警前核对地点")
    police.takes("acknowledge")
    police.is_refused(
        "dispose", says="不", internal="已出警", reply="已处理", photos=photos("black")
    )
    police.opens_case(quarrel).takes("dispose", internal="已出警", reply="已依法处理")
    story.it_is("21:25")
    officer.opens_case(quarrel).takes("pass_close")
    resident.tracks()
    resident.does_not_see("已出警", "北门三栋", "派出所民警")

    # Nobody was told by message; after thirty days it is put away, and still few find it.
    story.time_passes(days=40)
    assert story.state(quarrel) == "archived"
    assert story.messages() == []
    for each in UNAWARE:
        assert story.staff(each).asks_for(f"/desk/cases/{quarrel}/") == 404

    story.ends(*STEPS)
