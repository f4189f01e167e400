"""What is noted, and how much it costs."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import rfc8785
from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from tests.databases import Space
from tests.jobs import run_jobs
from tests.journal import verbs_for_tests  # noqa: F401

from gridward.core import clock, jurisdiction
from gridward.core.action import action
from gridward.core.ids import new_id
from gridward.journal import actions, queries, rules, subscriptions, verbs
from gridward.journal.actions import ActorRef, note, note_many
from gridward.journal.errors import BadDetails, OutsideAction, UnknownVerb
from gridward.journal.jobs import deliver
from gridward.journal.models import Delivery, Entry

ACTOR = ActorRef("post", UUID("01975b1e-0000-7000-8000-000000000001"))
NOON = datetime(2026, 11, 20, 4, 0, 0, 1, tzinfo=UTC)

heard: list[UUID] = []


def listen(entry_id: UUID) -> None:
    heard.append(entry_id)


def listen_and_fail(entry_id: UUID) -> None:
    raise ValueError("the caller said 13800138000")


@pytest.fixture(autouse=True)
def _nobody_heard() -> Iterator[None]:
    heard.clear()
    yield
    for name in ("test.listener", "test.other", "test.failing"):
        subscriptions.unsubscribe(name)


@action
def change(thing: UUID, *, times: int = 1, **details: Any) -> list[UUID]:
    return [
        note("thing.changed", thing, actor=ACTOR, state=f"s{n}", **details) for n in range(times)
    ]


def statements(call: Any) -> list[str]:
    with CaptureQueriesContext(connections[jurisdiction.current().database]) as seen:
        call()
    return [q["sql"] for q in seen.captured_queries if "SAVEPOINT" not in q["sql"]]


@pytest.mark.django_db
class TestNoting:
    def test_an_entry_holds_who_what_and_when_once(self) -> None:
        thing, place = new_id(), new_id()

        with clock.frozen(NOON):
            (id,) = change(thing, by=place, due=NOON + timedelta(hours=2), urgent=True, count=3)

        line = queries.entry(id)
        assert line is not None
        assert line.verb == "thing.changed"
        assert (line.subject_kind, line.subject_id) == ("thing", str(thing))
        assert (line.actor_kind, line.actor_id) == ("post", str(ACTOR.id))
        assert line.occurred_at == line.recorded_at == NOON
        assert line.details == {
            "state": "s0",
            "by": str(place),
            "due": "2026-11-20T06:00:00.000001Z",
            "urgent": True,
            "count": 3,
        }
        assert line.title == "Changed to s0"

    def test_the_canonical_text_is_rfc_8785_of_every_fact(self) -> None:
        thing = new_id()

        with clock.frozen(NOON):
            (id,) = change(thing)

        row = Entry.objects.get(id=id)
        assert row.canonical.encode() == rfc8785.dumps(json.loads(row.canonical))
        assert row.occurred_at == row.recorded_at == NOON
        assert json.loads(row.canonical) == {
            "actor": ["post", str(ACTOR.id)],
            "at": "2026-11-20T04:00:00.000001Z",
            "cause": str(row.cause),
            "details": {"state": "s0"},
            "id": str(id),
            "recorded": "2026-11-20T04:00:00.000001Z",
            "subject": ["thing", str(thing)],
            "verb": "thing.changed",
        }

    def test_entries_of_one_action_share_a_cause_and_come_out_in_order(self) -> None:
        thing = new_id()

        made = change(thing, times=3)

        lines = queries.timeline([thing])
        assert [line.id for line in lines] == made
        assert len({line.cause for line in lines}) == 1
        assert queries.entries_of_cause(lines[0].cause) == lines

    def test_the_timeline_is_by_when_it_happened_and_keeps_the_newest(self) -> None:
        first, second = new_id(), new_id()

        @action
        def both() -> None:
            note("thing.made", first, actor=ACTOR, at=NOON)
            note("thing.made", second, actor=ACTOR, at=NOON - timedelta(days=1))

        both()

        lines = queries.timeline([first, second])
        assert [line.subject_id for line in lines] == [str(second), str(first)]
        assert [line.subject_id for line in queries.timeline([first, second], limit=1)] == [
            str(first)
        ]
        assert lines[0].is_late

    def test_the_id_may_be_known_before(self) -> None:
        id, thing = new_id(), new_id()

        @action
        def make() -> UUID:
            return note("thing.made", thing, actor=ACTOR, entry_id=id)

        assert make() == id
        assert queries.entry(id) is not None

    def test_note_many_takes_details_for_each(self) -> None:
        things = [new_id(), new_id()]

        @action
        def make() -> list[UUID]:
            return note_many(
                "thing.changed",
                [(things[0], {"state": "a"}), (things[1], {"state": "b"})],
                actor=ACTOR,
            )

        made = make()
        found = queries.entries(made)
        assert [found[id].details["state"] for id in made] == ["a", "b"]

    def test_a_number_may_be_a_subject(self) -> None:
        @action
        def make() -> None:
            note("thing.made", 4407, actor=ActorRef("system", "drawing"))

        make()
        assert [line.subject_id for line in queries.timeline([4407])] == ["4407"]


@pytest.mark.django_db
class TestRefusals:
    @pytest.mark.parametrize(
        ("details", "fault"),
        [
            ({"state": "two words"}, "“state” is not a code"),
            ({"state": "井盖"}, "“state” is not a code"),
            ({}, "“state” is missing"),
            ({"state": "a", "phone": "13800138000"}, "“phone” is not declared"),
            ({"state": "a", "by": "the neighbour"}, "“by” is not an id"),
            ({"state": "a", "due": datetime(2026, 1, 1)}, "“due” is not an aware moment"),
            ({"state": "a", "count": 1.5}, "“count” is not a whole number"),
            ({"state": "a", "count": True}, "“count” is not a whole number"),
            ({"state": "a", "urgent": 1}, "“urgent” is neither true nor false"),
            ({"state": "a", "words": "please mend it"}, "“words” is not a commitment"),
            ({"state": "a", "places": "x"}, "“places” is not a list"),
        ],
    )
    def test_details_of_another_shape_are_refused_without_quoting_them(
        self, details: dict[str, Any], fault: str
    ) -> None:
        thing = new_id()

        @action
        def make() -> None:
            note("thing.changed", thing, actor=ACTOR, **details)

        with pytest.raises(BadDetails) as refusal:
            make()

        assert fault in refusal.value.params["fault"]
        assert "13800138000" not in str(refusal.value)
        assert "mend" not in str(refusal.value)
        assert queries.timeline([thing]) == []

    def test_an_unknown_verb_is_refused(self) -> None:
        @action
        def make() -> None:
            note("thing.lost", new_id(), actor=ACTOR)

        with pytest.raises(UnknownVerb):
            make()

    def test_only_actions_note(self) -> None:
        with pytest.raises(OutsideAction):
            note("thing.made", new_id(), actor=ACTOR)

    def test_a_refused_action_leaves_no_entry_no_delivery_and_no_job(self) -> None:
        subscriptions.subscribe(
            "test.listener", verbs=["thing.changed"], handler=f"{__name__}.listen"
        )
        thing = new_id()

        @action
        def make() -> None:
            note("thing.changed", thing, actor=ACTOR, state="a")
            raise BadDetails(verb="x", fault="y")

        with pytest.raises(BadDetails):
            make()

        assert queries.timeline([thing]) == []
        assert Delivery.objects.count() == 0
        assert run_jobs() == 0

    def test_a_verb_cannot_be_declared_twice_in_two_shapes(self) -> None:
        with pytest.raises(ValueError, match="declared twice"):
            verbs.declare(verbs.Verb("thing.made", subject="person", title="x"))

    def test_an_actor_is_of_a_known_kind(self) -> None:
        with pytest.raises(ValueError, match="kind of actor"):
            ActorRef("somebody", "x")


@pytest.mark.django_db
class TestCost:
    def test_many_entries_without_subscribers_are_one_statement(self) -> None:
        seen = statements(lambda: change(new_id(), times=20))

        assert len(seen) == 1
        assert seen[0].startswith("INSERT INTO")

    def test_with_subscribers_deliveries_and_the_job_are_one_statement_each(self) -> None:
        for name in ("test.listener", "test.other"):
            subscriptions.subscribe(name, verbs=["thing.changed"], handler=f"{__name__}.listen")

        seen = statements(lambda: change(new_id(), times=20))

        assert [sql.split('"')[1] for sql in seen] == [
            "journal_entry",
            "journal_delivery",
            "django_tasks_database_dbtaskresult",
        ]
        assert Delivery.objects.count() == 40

    def test_thousands_of_entries_fit(self) -> None:
        thing = new_id()

        change(thing, times=7000)

        assert len(queries.timeline([thing], limit=8000)) == 7000


@pytest.mark.django_db
class TestKept:
    """Nobody changes what was written, not even the application."""

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE journal_entry SET verb = 'thing.made'",
            "UPDATE journal_entry SET canonical = '{}'",
            "UPDATE journal_entry SET occurred_at = recorded_at",
            "DELETE FROM journal_entry",
            "UPDATE journal_seal SET root = previous",
            "DELETE FROM journal_seal",
        ],
    )
    def test_the_database_refuses(self, statement: str) -> None:
        change(new_id())
        actions.seal_pending()

        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connections["default"].cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_a_seal_once_given_stays_or_is_missed(self) -> None:
        change(new_id())
        actions.seal_pending()

        try:
            with transaction.atomic():
                Entry.objects.update(seal=None, position=None)
        except DatabaseError:
            assert settings.GRIDWARD_TEST_ENGINE == "sqlite"
            assert queries.verify().ok
        else:
            assert settings.GRIDWARD_TEST_ENGINE == "postgres"
            assert queries.verify().counts == {"entry_removed": 1, "root_differs": 1}


class TestSpelling:
    values = st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-rules.LARGEST_NUMBER, rules.LARGEST_NUMBER)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner, max_size=4),
        max_leaves=8,
    )
    names = st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=12)

    @given(st.dictionaries(names, values, max_size=6))
    def test_the_fast_encoder_spells_as_rfc_8785_does(self, value: dict[str, Any]) -> None:
        assert rules.canonical(value).encode() == rfc8785.dumps(value)

    @given(st.datetimes(timezones=st.timezones(no_cache=True)))
    def test_moments_come_back(self, moment: datetime) -> None:
        try:
            utc = moment.astimezone(UTC)
        except OverflowError:
            return
        assert rules.moment_of(rules.moment_text(moment)) == utc
        assert len(rules.moment_text(moment)) == 27


class TestCommitments:
    def test_the_same_words_under_another_salt_commit_to_something_else(self) -> None:
        one = rules.commitment_to("井盖响", b"a" * 16)

        assert len(one) == 43
        assert one == rules.commitment_to("井盖响".encode(), b"a" * 16)
        assert one != rules.commitment_to("井盖响", b"b" * 16)
        assert one != rules.commitment_to("井盖晃", b"a" * 16)

    def test_a_short_salt_is_refused(self) -> None:
        with pytest.raises(ValueError, match="16 bytes"):
            rules.commitment_to("x", b"short")


@pytest.mark.django_db
class TestDeliveries:
    def test_the_subscriber_hears_of_it_once(self) -> None:
        subscriptions.subscribe(
            "test.listener", verbs=["thing.changed"], handler=f"{__name__}.listen"
        )

        made = change(new_id(), times=2)

        assert heard == []
        assert run_jobs() == 1
        assert heard == made
        assert set(Delivery.objects.values_list("state", "attempts")) == {("done", 1)}
        assert run_jobs() == 0

    def test_a_failed_delivery_says_where_but_quotes_nobody(self) -> None:
        subscriptions.subscribe(
            "test.failing", verbs=["thing.changed"], handler=f"{__name__}.listen_and_fail"
        )

        with clock.frozen(NOON):
            change(new_id())
            run_jobs()

        row = Delivery.objects.get()
        assert (row.state, row.attempts) == ("waiting", 1)
        assert row.next_try_at == NOON + timedelta(seconds=30)
        assert row.last_error.startswith("builtins.ValueError at ")
        assert "13800138000" not in row.last_error

    def test_it_is_tried_again_with_growing_pauses_and_then_is_stuck(self) -> None:
        from gridward.journal import ticker

        subscriptions.subscribe(
            "test.failing", verbs=["thing.changed"], handler=f"{__name__}.listen_and_fail"
        )
        moment = NOON
        with clock.frozen(moment):
            change(new_id())
            run_jobs()
        waits = []
        for _ in range(rules.ATTEMPTS):
            row = Delivery.objects.get()
            if row.next_try_at is None:
                break
            waits.append(int((row.next_try_at - moment).total_seconds()))
            with clock.frozen(row.next_try_at - timedelta(seconds=1)):
                assert ticker.retry_due_deliveries() == 0
            moment = row.next_try_at
            with clock.frozen(moment):
                assert ticker.retry_due_deliveries() == 1
                assert run_jobs() == 1

        assert waits == [30, 120, 480, 1920, 7680, 21600, 21600]
        row = Delivery.objects.get()
        assert (row.state, row.attempts) == ("stuck", 8)
        with clock.frozen(moment):
            (stuck,) = queries.stuck_deliveries()
        assert (stuck.id, stuck.subscriber, stuck.verb) == (row.id, "test.failing", "thing.changed")

    def test_what_is_stuck_can_be_sent_again(self) -> None:
        subscriptions.subscribe(
            "test.failing", verbs=["thing.changed"], handler=f"{__name__}.listen_and_fail"
        )
        (entry,) = change(new_id())
        run_jobs()
        Delivery.objects.update(state="stuck", next_try_at=None, attempts=8)
        subscriptions.unsubscribe("test.failing")
        subscriptions.subscribe(
            "test.failing", verbs=["thing.changed"], handler=f"{__name__}.listen"
        )
        row = Delivery.objects.get()

        actions.send_again(row.id, actor=ACTOR)
        run_jobs()

        assert heard == [entry]
        (line,) = queries.timeline([row.id])
        assert line.verb == "delivery.resent"
        assert line.details == {"entry": str(entry), "subscriber": "test.failing", "attempts": 8}
        with pytest.raises(actions.DeliveryDone):
            actions.send_again(row.id, actor=ACTOR)

    def test_a_delivery_whose_job_never_came_is_queued_by_the_ticker_once(self) -> None:
        from django_tasks_db.models import DBTaskResult

        from gridward.journal import ticker

        subscriptions.subscribe(
            "test.listener", verbs=["thing.changed"], handler=f"{__name__}.listen"
        )
        with clock.frozen(NOON):
            change(new_id())
        DBTaskResult.objects.all().delete()

        with clock.frozen(NOON + timedelta(minutes=1)):
            assert ticker.retry_due_deliveries() == 0
        with clock.frozen(NOON + timedelta(minutes=3)):
            assert ticker.retry_due_deliveries() == 1
            assert ticker.retry_due_deliveries() == 0
            assert run_jobs() == 1
        assert len(heard) == 1

    def test_a_killed_workers_delivery_is_free_again_after_its_claim(self) -> None:
        from gridward.journal import ticker

        subscriptions.subscribe(
            "test.listener", verbs=["thing.changed"], handler=f"{__name__}.listen"
        )
        with clock.frozen(NOON):
            change(new_id())
            assert actions.claim_delivery(Delivery.objects.get().id)
            run_jobs()
        assert heard == []

        with clock.frozen(NOON + timedelta(minutes=11)):
            assert ticker.retry_due_deliveries() == 1
            run_jobs()

        assert len(heard) == 1
        assert Delivery.objects.get().attempts == 2

    def test_a_killed_workers_job_is_put_back_and_given_up_after_five_workers(self) -> None:
        from django_tasks_db.models import DBTaskResult

        from gridward.journal import ticker

        subscriptions.subscribe(
            "test.listener", verbs=["thing.changed"], handler=f"{__name__}.listen"
        )
        change(new_id())
        job = DBTaskResult.objects.get()
        job.claim("killed")

        assert ticker.requeue_lost_jobs() == 0
        assert ticker.requeue_lost_jobs(older_than=timedelta(0)) == 1
        assert run_jobs() == 1
        assert len(heard) == 1

        DBTaskResult.objects.update(status="RUNNING", worker_ids=["a"] * 5)
        assert ticker.requeue_lost_jobs(older_than=timedelta(0)) == 0
        assert DBTaskResult.objects.get().status == "FAILED"

    def test_old_jobs_and_arrived_deliveries_are_cleared_but_no_entry(self) -> None:
        from django_tasks_db.models import DBTaskResult

        from gridward.journal import ticker

        subscriptions.subscribe(
            "test.listener", verbs=["thing.changed"], handler=f"{__name__}.listen"
        )
        change(new_id())
        run_jobs()

        assert ticker.clear_finished() == 0
        with clock.frozen(datetime.now(UTC) + timedelta(days=31)):
            assert ticker.clear_finished() == 2
        assert DBTaskResult.objects.count() == Delivery.objects.count() == 0
        assert Entry.objects.count() == 1


@pytest.mark.django_db
class TestGenerationsAndLeases:
    def test_a_generation_grows_and_everybody_reads_it_anew(self) -> None:
        assert queries.generation("catalog") == 0
        assert actions.bump_generation("catalog") == 1
        assert actions.bump_generation("catalog") == 2
        assert queries.generation("catalog") == 2
        assert queries.generation("territory") == 0
        assert queries.generation("never heard of") == 0

    def test_one_statement_answers_for_all_names_within_a_request_and_an_action(self) -> None:
        def ask() -> None:
            for name in ("catalog", "territory", "catalog"):
                queries.generation(name)

        def request() -> None:
            with queries.remembered_generations():
                ask()

        assert len(statements(request)) == 1
        assert len(statements(action(ask))) == 1

    def test_a_change_is_seen_within_the_same_request(self) -> None:
        with queries.remembered_generations():
            assert queries.generation("territory") == 0
            actions.bump_generation("territory")
            assert queries.generation("territory") == 1

    def test_a_lease_has_one_holder_until_it_runs_out_or_is_given_back(self) -> None:
        name = f"lease-{uuid4()}"
        with clock.frozen(NOON):
            assert actions.lease(name, "one", 60)
            assert actions.lease(name, "one", 60)
            assert not actions.lease(name, "two", 60)
        with clock.frozen(NOON + timedelta(seconds=61)):
            assert actions.lease(name, "two", 60)
            assert not actions.lease(name, "one", 60)
            actions.give_back(name, "one")
            assert not actions.lease(name, "one", 60)
            actions.give_back(name, "two")
            assert actions.lease(name, "one", 60)


def test_a_change_waits_for_actions_that_still_work_with_the_old_generation(space: Space) -> None:
    ended: dict[str, float] = {}
    begun = threading.Event()

    @action
    def work() -> int:
        number = queries.generation("catalog")
        begun.set()
        time.sleep(0.4)
        ended["work"] = time.monotonic()
        return number

    def amend() -> int:
        begun.wait(5)
        number = actions.bump_generation("catalog")
        ended["amend"] = time.monotonic()
        return number

    worked, amended = space.at_once(work, amend)

    assert (worked, amended) == (0, 1)
    assert ended["amend"] > ended["work"]


def test_two_workers_deliver_once(space: Space) -> None:
    subscriptions.subscribe("test.listener", verbs=["thing.changed"], handler=f"{__name__}.listen")
    change(new_id(), times=5)
    cause = Delivery.objects.values_list("cause", flat=True)[0]

    results = space.at_once(
        lambda: deliver.call(space.key, str(cause)), lambda: deliver.call(space.key, str(cause))
    )

    assert sum(results) == 5
    assert len(heard) == len(set(heard)) == 5
