"""Ten neighbours, one noise: joined, told apart, called back, and redone until it is quiet."""

from __future__ import annotations

from uuid import UUID

from tests.cases.walking import CaseTown
from tests.journeys.stories.telling import Resident, Staff, Story, photos

WORDS = "工地半夜还在打桩，吵得睡不着"
NEARBY = ("113.103200", "22.617200")
DONE = {"internal": "责令停工", "reply": "夜间施工已停止"}
STEPS = (
    "submit",  # the first, then eight who say that it is the same, and one who does not
    "submit", "merge", "confirm_join", "confirm_join", "confirm_join", "confirm_join",
    "confirm_join", "confirm_join", "confirm_join", "refuse_join", "part",
    "accept_dispatch", "hurry", "details", "leave", "withdraw", "acknowledge", "dispose",
    "pass_to_callback", "log_call", "not_solved",
    "acknowledge", "dispose", "pass_to_callback", "not_solved_again", "rule",
    "acknowledge", "dispose", "pass_to_callback", "log_call", "log_call", "callback_close",
    "reopen",
    "acknowledge", "dispose", "pass_to_callback", "log_call", "log_call", "callback_close",
)  # fmt: skip


def test_ten_neighbours_are_one_event_and_everybody_is_asked(town: CaseTown) -> None:
    story = Story(town, begins="11-09 22:00")

    # 22:00. The first reports; seven more and a passer-by press “same problem, count me in”.
    first = story.resident()
    noise = first.reports(WORDS, matter="site_noise", phone="13800138010")
    story.not_drawn(noise)
    neighbours = [_joins(story, number) for number in range(1, 9)]
    stranger = neighbours.pop()
    stranger.tracks()
    stranger.sees("您选择了和邻居反映的是同一个问题")

    # The tenth says that it is another; the desk thinks not, joins it, and finds that it was.
    tenth = story.resident()
    assert _asked_near(tenth) == UUID(int=0)
    tenth.is_pictured("5-is-it-the-same")
    other = tenth.answers_near(same=False)
    story.it_is("22:12")
    desk = story.staff("S001").opens_case(other)
    number = story.case(noise).number
    desk.takes("merge", near=number)
    for _ in neighbours:
        desk.opens_case(noise)
        waiting = desk.page.form("confirm_join").controls["report"].options
        desk.takes("confirm_join", report=next(iter(waiting)))
    desk.opens_case(noise).is_pictured("5-the-desk-decides", wide=True)
    desk.takes("refuse_join")
    desk.opens_case(other).takes("part", words="是另一处工地")
    assert story.state(other) == "submitted"
    assert story.case(noise).reports.count() == 8

    # 22:15. One dispatch for all; whoever waits may remind, add, and leave.
    story.it_is("22:15")
    desk = story.staff("S001").opens_case(noise)
    desk.takes("accept_dispatch", condition="site_noise.site", lead="区城管局")
    for each in (first, *neighbours[:2]):
        each.tracks()
        each.sees("已派单", "区城管局")
    story.it_is("22:40")
    first.takes("hurry")
    first.tracks()
    assert not first.page.offers("hurry")
    neighbours[0].takes("details", words="刚才又开始了", photos=photos("navy"))
    neighbours[1].takes("withdraw")
    tenth.takes("withdraw")
    assert (story.state(noise), story.state(other)) == ("dispatched", "closed")

    # 23:00. The team comes; the desk calls the next morning, and one says no.
    story.it_is("23:00")
    _settles(story, noise)
    story.it_is("11-10 09:00")
    desk = story.staff("S001").opens_case(noise)
    assert len(_waiting(desk)) == 3
    desk.takes("log_call", report="13800138010", outcome="没有解决")
    assert (story.state(noise), story.case(noise).round) == ("dispatched", 2)
    first.tracks()
    first.sees("已派单")

    # Once more no, now by the page: it goes up to the duty chief, whose word binds.
    story.it_is("11-10 10:00")
    _settles(story, noise)
    first.takes("answer", answer="没有解决")
    assert (story.state(noise), story.case(noise).round) == ("to_rule", 3)
    chief = story.staff("D002").opens_case(noise)
    chief.takes("rule", lead="区城管局", words="驻场看守三晚")
    _settles(story, noise)

    # Everybody who left a number is asked; the last answer closes it.
    story.it_is("11-11 09:00")
    first.takes("answer", answer="解决了", rating="满意")
    _everybody_says_yes(story, noise)
    neighbours[0].tracks()
    neighbours[0].sees("已办结", "夜间施工已停止")

    # Thursday night. It is back; the first asks to redo, once.
    story.it_is("11-12 22:30")
    first.takes("redo", words="又开始打桩")
    _settles(story, noise)
    story.it_is("11-13 09:00")
    first.takes("answer", answer="解决了")
    _everybody_says_yes(story, noise)
    first.tracks()
    assert not first.page.offers("redo")

    story.ends(*STEPS)


def _asked_near(neighbour: Resident, **given: str) -> UUID:
    return neighbour.reports(
        WORDS, here=False, lng=NEARBY[0], lat=NEARBY[1], matter="site_noise", **given
    )


def _joins(story: Story, number: int) -> Resident:
    """A neighbour who says that it is the same; the first few leave a number."""
    neighbour = story.resident()
    phone = {"phone": f"1380013801{number}"} if number <= 3 else {}
    assert _asked_near(neighbour, **phone) == UUID(int=0)
    neighbour.answers_near(same=True)
    return neighbour


def _settles(story: Story, noise: UUID) -> None:
    """The team takes it up and reports; the desk finds it good and goes on to the call-back."""
    team = story.staff("U001").opens_case(noise)
    team.takes("acknowledge")
    team.takes("dispose", **DONE)
    story.staff("S001").opens_case(noise).takes("pass_to_callback")


def _waiting(desk: Staff) -> list[str]:
    return [each for each in desk.page.form("log_call").controls["report"].options if each]


def _everybody_says_yes(story: Story, noise: UUID) -> None:
    desk = story.staff("S001").opens_case(noise)
    while desk.page.offers("log_call"):
        desk.takes("log_call", report=_waiting(desk)[0], outcome="解决了", rating="满意")
