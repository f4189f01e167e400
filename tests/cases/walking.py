"""Walk cases through the real actions: no test stands on a state that nobody could reach."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from PIL import Image
from tests.town import ACTOR, LONG_AGO, Town, compiled, make_town

from gridward.access import queries as access_queries
from gridward.access.rules import Viewer
from gridward.cases import actions, queries
from gridward.cases.actions import Channel, Contact, Place, Receipt, Settled, Told
from gridward.cases.models import Case
from gridward.catalog import actions as catalog
from gridward.core import clock
from gridward.tasks import queries as tasks
from gridward.vault import actions as vault

MONDAY = datetime(2026, 11, 9, 1, 0, tzinfo=UTC)  # Monday 09:00 in the town
HERE = Place(lng=113.1030, lat=22.6170)  # in the first street
WORDS = "路口三个井盖松了，车一过就响，晚上吵得睡不着"
RATTLING = "manhole.rattling"


@dataclass
class CaseTown:
    """The town and who is who in it."""

    town: Town

    def viewer(self, number: str) -> Viewer:
        return self.town.viewer(number)

    def org(self, key: str) -> uuid.UUID:
        return self.town.organisations[key]

    def desk_of(self, case: Case) -> Viewer:
        """Somebody at the desk of the case."""
        found = next(k for k, v in self.town.organisations.items() if v == case.desk_id)
        return self.viewer({"district": "D001"}.get(found, "S00" + found[-1]))


def case_town() -> CaseTown:
    """The small town, with the real packs on top of its own edition."""
    with clock.frozen(LONG_AGO):
        town = make_town()
        catalog.make_edition(compiled("base", "urban-grid"), actor=ACTOR, at=LONG_AGO)
    access_queries.forget() if hasattr(access_queries, "forget") else None
    return CaseTown(town)


def photo(colour: str = "teal") -> bytes:
    """A small JPEG."""
    made = io.BytesIO()
    Image.new("RGB", (32, 24), colour).save(made, "JPEG")
    return made.getvalue()


def staged(token: str = "test") -> uuid.UUID:
    """A staged photo's id."""
    return vault.stage_upload(io.BytesIO(photo()), "photo.jpg", token).id


def submit(
    *,
    at: datetime = MONDAY,
    words: str = WORDS,
    place: Place = HERE,
    matter: str = "manhole",
    contact: Contact | None = None,
    channel: Channel | None = None,
    client_id: str | None = None,
    photos: Sequence[uuid.UUID] = (),
) -> Receipt:
    """A resident reports rattling manhole covers."""
    return actions.submit_report(
        [Told(words=words, place=place, matter=matter, photos=photos)],
        contact=contact if contact is not None else Contact(phone="13800138000", name="何来"),
        channel=channel,
        client_id=client_id,
        at=at,
    )


def case_of(receipt: Receipt) -> Case:
    return Case.objects.get(id=receipt.cases[0])


def walk(town: CaseTown, to: str, *, at: datetime = MONDAY, contact: bool = True) -> Case:
    """A case brought to state `to` by the real actions, an hour a step."""
    receipt = submit(at=at, contact=Contact(phone="13800138000") if contact else Contact())
    case = case_of(receipt)
    hour = timedelta(hours=1)
    desk, handler = town.viewer("S001"), town.viewer("M001")
    if to == "submitted":
        return case
    if to in ("pre_verifying", "verified"):
        case = actions.send_to_verify(case.id, by=desk, version=case.version, at=at + hour / 12)
        return case if to == "pre_verifying" else verify(case, at=at + hour / 6)
    if to == "self_handled":
        return settle(town, case, at=at + hour / 6)
    if to == "forced":
        return force_close(town, case, at=at + hour / 6)
    case = actions.accept_and_dispatch(
        case.id,
        by=desk,
        version=case.version,
        condition=RATTLING,
        lead=town.org("mun"),
        at=at + hour / 4,
    )
    if to == "dispatched":
        return case
    case = actions.acknowledge_case(case.id, by=handler, version=case.version, at=at + hour / 2)
    if to == "handling":
        return case
    if to == "returned":
        return actions.return_case(
            case.id,
            by=handler,
            version=case.version,
            words="井盖上是污水公司的字",
            suggested=town.org("urb"),
            after_look=True,
            photos=[staged()],
            at=at + hour,
        )
    case = actions.dispose_case(
        case.id,
        by=handler,
        version=case.version,
        internal="更换胶垫三个",
        reply="三个井盖已更换胶垫并固定",
        photos=[staged()],
        at=at + 2 * hour,
    )
    if to == "disposed":
        return case
    if case.check_on_site or to == "closure_checking":
        case = actions.send_to_check(case.id, by=desk, version=case.version, at=at + 2.2 * hour)
        if to == "closure_checking":
            return case
        case = check(town, case, at=at + 2.5 * hour)
    case = actions.pass_check(case.id, by=desk, version=case.version, at=at + 2.7 * hour)
    if to == "callback_pending" or not contact:
        return case
    report = case.reports.get()
    case = actions.log_call(
        case.id,
        report.id,
        by=desk,
        version=case.version,
        reached=True,
        answer="solved",
        rating=5,
        at=at + 3 * hour,
    )
    assert case.state == "closed"
    if to == "archived":
        assert actions.archive_closed(now=at + timedelta(days=40))
        return Case.objects.get(id=case.id)
    return case


def verify(case: Case, *, at: datetime, result: str = "confirmed") -> Case:
    """The asked grid worker says whether it is as reported."""
    card = tasks.open_task_about(case.id, "pre_verification")
    assert card is not None and card.assignee_id is not None
    return actions.answer_verification(
        card.id,
        by=access_queries.viewer_of_post(card.assignee_id),
        version=card.version,
        result=result,
        words="" if result == "confirmed" else "没有看到",
        at=at,
    )


def settle(town: CaseTown, case: Case, *, at: datetime, condition: str = RATTLING) -> Case:
    """Whoever is on duty at the community of the place settled it on the spot."""
    numbers = ("C001", "C002", "C003", "C004")
    cadre = next(v for v in map(town.viewer, numbers) if v.area_id in case.chain)
    settled = Settled(
        condition, "垫了胶圈", "井盖已垫胶圈，不再响", photos=[staged()], before=[staged()]
    )
    return actions.settle_on_spot(case.id, by=cadre, version=case.version, settled=settled, at=at)


def force_close(town: CaseTown, case: Case, *, at: datetime) -> Case:
    """The duty chief proposes, a leader of the district confirms an hour later."""
    case = actions.propose_force_close(
        case.id,
        by=town.viewer("D002"),
        version=case.version,
        words="由新建工程一并解决",
        reply="该路段将整体改造",
        at=at,
    )
    proposal = queries.open_proposal(case.id, at)
    assert proposal is not None
    return actions.confirm_force_close(
        case.id,
        proposal.id,
        by=town.viewer("D003"),
        version=case.version,
        at=at + timedelta(hours=1),
    )


def check(town: CaseTown, case: Case, *, at: datetime, result: str = "passed") -> Case:
    """The asked grid worker looks on site."""
    card = tasks.open_task_about(case.id, "closure_check")
    assert card is not None and card.assignee_id is not None
    worker = access_queries.viewer_of_post(card.assignee_id)
    return actions.answer_check(
        card.id,
        by=worker,
        version=card.version,
        result=result,
        words="" if result == "passed" else "还在响",
        at=at,
    )


__all__ = ["queries"]
