"""What answers a named query reaches its subscriber: in order, at least once, whatever crashes."""

from itertools import count

import pytest

from tests.builders import FARM
from tests.fakes import Crash
from tests.ledger.subscribing import DEST, World, nobody_there
from traceability.errors import Unavailable
from traceability.ledger import notify
from traceability.ledger.notify import LEASE_MS, LONGEST_WAIT_MS, MOST_OF_AN_OWNER, MOST_TRIES
from traceability.store import log_events
from traceability.store.migrate import migrate
from traceability.store.schema import open_engine

DAY_MS = 86_400_000
OTHER = "9521321000001"


@pytest.fixture
def world(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}", create=True)
    migrate(engine)
    yield World(engine)
    engine.dispose()


def test_a_stream_gets_what_the_log_takes_from_then_on_once_and_in_its_order(world):
    world.capture(1, 2)
    world.publish()
    world.subscribe()

    for some in ([3, 4], [5]):
        world.capture(*some)
        world.publish()
        world.settle()

    assert [some for _, _, some in world.receiver.came] == [[3, 4], [5]]


def test_what_was_captured_before_and_taken_by_the_log_after_is_sent_too(world):
    world.capture(1)
    world.subscribe()
    world.publish()
    world.settle()

    assert world.receiver.kilograms == [1]


def test_only_what_answers_the_query_is_sent(world):
    world.add_query("heavy", {"GE_quantity_KGM": 10, "EQ_bizStep": ["commissioning"]})
    world.subscribe("heavy")
    world.capture(9, 10, 11)
    world.publish()
    world.settle()

    assert world.receiver.kilograms == [10, 11]


def test_an_initial_record_time_brings_what_was_captured_since_then(world):
    for kilograms in (1, 2, 3):
        world.capture(kilograms)
        since_ms = world.now_ms
    world.capture(4)
    world.publish()
    world.subscribe(initialRecordTime=notify.datetime.fromtimestamp(since_ms / 1000, notify.UTC).isoformat())
    world.settle()

    assert world.receiver.kilograms == [3, 4]


def test_many_events_come_in_several_deliveries_one_at_a_time(world, monkeypatch):
    monkeypatch.setattr(log_events, "WINDOW", 7)
    world.subscribe()
    world.capture(*range(1, 251))
    world.publish()

    assert world.look() == 1
    assert world.look() == 0  # the first is not delivered yet
    world.settle()

    assert world.receiver.kilograms == list(range(1, 251))
    assert len({key for _, key, _ in world.receiver.came}) == len(world.receiver.came)


def test_large_events_are_sent_fewer_at_a_time(world, monkeypatch):
    monkeypatch.setattr(log_events, "MOST_BYTES", 10)
    world.subscribe()
    world.capture(1, 2)
    world.publish()
    world.settle()

    assert [some for _, _, some in world.receiver.came] == [[1], [2]]


def test_a_receiver_that_finds_it_too_large_is_sent_smaller_parts(world):
    world.subscribe()
    world.capture(1, 2, 3, 4)
    world.publish()
    world.receiver.answers = [413, 413]
    world.settle()

    assert [some for _, _, some in world.receiver.came] == [[1, 2, 3, 4], [1, 2], [1], [2], [3], [4]]
    assert len({key for _, key, _ in world.receiver.came}) == 6


# schedules


def test_a_schedule_is_told_at_its_time_what_came_since_the_last_one(world):
    world.subscribe(schedule={"hour": "1"})
    world.capture(1)
    world.publish()
    world.settle()
    assert world.receiver.came == []

    for some in ([], [2, 3], []):
        world.now_ms += DAY_MS
        world.settle()
        if some:
            world.capture(*some)
            world.publish()
            world.settle()

    assert [some for _, _, some in world.receiver.came] == [[1], [2, 3]]


def test_an_empty_run_is_reported_if_asked_for_and_only_then(world):
    world.subscribe(schedule={"hour": "1"})
    world.subscribe(schedule={"hour": "1"}, reportIfEmpty=True, dest="https://other.example/")

    for _ in range(2):
        world.now_ms += DAY_MS
        world.settle()

    assert [(dest, some) for dest, _, some in world.receiver.came] == [("https://other.example/", [])] * 2


def test_a_run_of_many_windows_ends_where_the_log_ended_when_it_began(world, monkeypatch):
    monkeypatch.setattr(log_events, "WINDOW", 2)
    world.subscribe(schedule={"hour": "1"}, reportIfEmpty=True)
    world.capture(*range(1, 6))
    world.publish()
    world.now_ms += DAY_MS
    world.look()
    world.capture(6)
    world.publish()
    world.settle()
    assert world.receiver.kilograms == [1, 2, 3, 4, 5]

    world.now_ms += DAY_MS
    world.settle()
    assert world.receiver.kilograms == [1, 2, 3, 4, 5, 6]


def test_a_run_that_found_something_early_reports_no_emptiness_at_its_end(world, monkeypatch):
    monkeypatch.setattr(log_events, "WINDOW", 2)
    world.add_query("heavy", {"GE_quantity_KGM": 10})
    world.subscribe("heavy", schedule={"hour": "1"}, reportIfEmpty=True)
    world.capture(10, 1, 2, 3)
    world.publish()
    world.now_ms += DAY_MS
    world.settle()

    while world.look() or world.notices.due(world.log_events.size(), world.now_ms):
        world.settle()
    assert [some for _, _, some in world.receiver.came] == [[10]]


def test_a_schedules_run_that_was_too_large_goes_on_in_smaller_parts(world):
    world.subscribe(schedule={"hour": "1"}, reportIfEmpty=True)
    world.capture(1, 2, 3)
    world.publish()
    world.now_ms += DAY_MS
    world.receiver.answers = [413]
    world.settle()

    assert [some for _, _, some in world.receiver.came] == [[1, 2, 3], [1], [2], [3]]


# who is gone


def test_a_failed_delivery_is_tried_again_with_growing_waits_under_the_same_id(world):
    world.subscribe()
    world.capture(1)
    world.publish()
    world.look()
    world.receiver.answers = [500, nobody_there(), 302]

    waits = []
    while len(world.receiver.came) < 4:
        before_ms = world.now_ms
        while world.deliver() is None:
            world.now_ms += 250
        waits.append(world.now_ms - before_ms)

    assert len({key for _, key, _ in world.receiver.came}) == 1
    assert waits[1] >= 1_000
    assert waits[2] >= 2_000
    assert waits[3] >= 4_000
    assert world.deliver() is None


def test_one_that_is_never_taken_is_given_up_after_days_kept_and_can_be_tried_again(world):
    world.subscribe()
    world.capture(1)
    world.publish()
    world.look()
    began_ms = world.now_ms
    world.receiver.answers = [500] * MOST_TRIES
    said = [world.deliver()]
    while not said[-1].endswith("given up"):
        world.now_ms += LONGEST_WAIT_MS
        said.append(world.deliver())

    assert len(said) == MOST_TRIES
    assert world.now_ms - began_ms > 2 * DAY_MS
    [dead] = world.subscriptions.store.dead()
    assert (dead.id, dead.dest, dead.tries) == (world.receiver.came[0][1], DEST, MOST_TRIES)
    assert "answered 500" in dead.trouble
    world.subscriptions.store.again(dead.id, world.now_ms)
    assert (world.deliver(), world.subscriptions.store.dead()) == ("sent", [])
    assert world.receiver.came[0] == world.receiver.came[-1]


def test_after_one_that_was_given_up_the_next_ones_come(world, monkeypatch):
    monkeypatch.setattr(notify, "MOST_TRIES", 1)
    world.subscribe()
    world.capture(1)
    world.publish()
    world.receiver.answers = [500]
    world.settle()
    world.capture(2)
    world.publish()
    world.settle()

    assert world.receiver.kilograms == [1, 2]
    assert [(each.dead, each.waiting) for each in world.subscriptions.store.listed()] == [(1, 0)]


def test_a_later_delivery_never_overtakes_an_earlier_one(world):
    world.subscribe()
    world.capture(1)
    world.publish()
    world.receiver.answers = [500]
    world.settle()
    world.capture(2)
    world.publish()
    world.settle()
    assert world.receiver.kilograms == [1]

    world.now_ms += 1_000
    world.settle()
    assert world.receiver.kilograms == [1, 1, 2]


def test_one_that_is_tried_anew_is_not_overtaken_either(world, monkeypatch):
    world.subscribe()
    world.capture(1)
    world.publish()
    world.receiver.answers = [500, 500]
    with monkeypatch.context() as patch:
        patch.setattr(notify, "MOST_TRIES", 1)
        world.settle()
    world.capture(2)
    world.publish()
    world.look()
    [dead] = world.subscriptions.store.dead()
    world.subscriptions.store.again(dead.id, world.now_ms)

    assert world.deliver().endswith("again in 1 s")
    assert world.deliver() is None
    assert world.receiver.kilograms == [1, 1]


def test_a_subscriber_that_is_gone_holds_up_no_other(world):
    gone = "https://gone.example/"
    world.subscribe(dest=gone)
    world.subscribe()
    real = world.receiver

    def post(dest, *rest):
        if dest == gone:
            raise nobody_there()
        return real(dest, *rest)

    world.receiver = post
    for kilograms in range(1, 6):
        world.capture(kilograms)
        world.publish()
        world.settle()

    assert real.kilograms == [1, 2, 3, 4, 5]
    assert [each.waiting for each in world.subscriptions.store.listed()] == [1, 0]


# who may read


def test_a_revoked_token_ends_its_subscriptions_and_says_so(world):
    gone = world.subscribe()
    other = world.subscribe(grant=world.issue("other", party=FARM))
    world.capture(1)
    world.publish()
    world.look()
    world.tokens.revoke("erp", world.now_ms)
    world.settle()

    assert [key for _, key, _ in world.receiver.came] == [f"{other.id}-1"]
    stopped = {
        each.subscription.id: each.trouble for each in world.subscriptions.store.listed() if each.stopped
    }
    assert list(stopped) == [gone.id]
    assert "revoked" in stopped[gone.id]
    world.capture(2)
    world.publish()
    due = world.notices.due(world.log_events.size(), world.now_ms)
    assert [each.subscription.id for each in due] == [other.id]
    world.settle()
    assert [key for _, key, _ in world.receiver.came] == [f"{other.id}-1", f"{other.id}-2"]


def test_who_reads_its_own_alone_is_sent_its_own_alone(world):
    world.subscribe(grant=world.issue("own", party=FARM, reads="own"))
    world.capture(1, party="9521321000001")
    world.publish()
    assert world.look() == 0
    world.capture(2)
    world.publish()
    world.settle()

    assert world.receiver.kilograms == [2]


def test_what_may_not_be_read_any_more_is_not_sent_any_more(world):
    """What was found is kept by number, and looked up when it is sent."""
    world.subscribe()
    world.capture(1, party="9521321000001")
    world.capture(2)
    world.publish()
    world.look()
    world.tokens.change("erp", notify.replace(world.grant, reads="own"))
    world.settle()

    assert world.receiver.kilograms == [2]


# crashes


def test_the_slower_one_of_two_looks_keeps_nothing(world):
    world.subscribe()
    world.capture(1)
    world.publish()
    [before] = world.notices.due(world.log_events.size(), world.now_ms)
    world.look()

    with pytest.raises(Unavailable, match="somebody else has looked"):
        world.notices.keep([notify.Looked(before, notify.replace(before, version=1, next_index=9), None)])

    world.settle()
    assert world.receiver.kilograms == [1]


STEPS = ["due", "answers", "keep", "claim", "events", "sent", "failed"]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_loses_nothing_and_repeats_only_under_the_same_id(world, step, moment):
    world.subscribe()
    for some in ([1, 2], [3]):
        world.capture(*some)
        world.publish()
        world.receiver.answers = [500] if step == "failed" else []
        with crashing(world, step, moment), pytest.raises(Crash):
            world.settle()
        for _ in range(2):
            world.now_ms += LEASE_MS
            world.settle()

    sent = {}
    for _, key, kilograms in world.receiver.came:
        assert sent.setdefault(key, kilograms) == kilograms
    assert [each for some in sent.values() for each in some] == [1, 2, 3]
    assert [each.waiting for each in world.subscriptions.store.listed()] == [0]


class crashing:
    """The first call of a step, within the block, crashes before or after its effect."""

    def __init__(self, world, step, moment):
        self.part = world.log_events if step in ("answers", "events") else world.notices
        self.step, self.moment, self.calls = step, moment, count()

    def __enter__(self):
        real = getattr(self.part, self.step)

        def call(*given):
            if next(self.calls):
                return real(*given)
            if self.moment == "after":
                real(*given)
            raise Crash

        setattr(self.part, self.step, call)

    def __exit__(self, *_):
        delattr(self.part, self.step)


def test_receivers_of_one_owner_that_never_answer_hold_up_nobody_else(world):
    for _ in range(5):
        world.subscribe()
    world.queries.add(b'{"name": "ours", "query": {}}', OTHER, {})
    world.subscribe("ours", world.issue("other", party=OTHER))
    world.capture(1)
    world.publish()
    world.look()

    def claimed():
        return list(iter(lambda: world.notices.claim(world.tick(), world.now_ms + LEASE_MS), None))

    under_way = claimed()
    failed, sent = [each for each in under_way if each.subscription.query.owner == FARM]

    assert {each.subscription.query.owner for each in under_way} == {FARM, OTHER}
    assert len(under_way) == MOST_OF_AN_OWNER + 1
    world.notices.failed(failed, "nobody there", world.now_ms + LEASE_MS)
    world.notices.sent(sent, world.tick())
    assert [each.subscription.query.owner for each in claimed()] == [FARM] * MOST_OF_AN_OWNER
    world.now_ms += 2 * LEASE_MS
    assert len(claimed()) == MOST_OF_AN_OWNER + 1
