"""On each kind of database: what commits late is not passed over, and two notifiers share the work."""

import threading
from itertools import count

import pytest
from sqlalchemy import func, select

from tests.builders import FARM, a_harvest
from tests.ledger.subscribing import World
from traceability.errors import InvalidInput, NoSuchName, Unknown
from traceability.ledger.capture import as_stored
from traceability.store import notices
from traceability.store.events import event, insert_events
from traceability.store.migrate import migrate
from traceability.store.notices import NoticeTable
from traceability.store.schema import open_engine
from traceability.store.subscription_tables import delivery, subscription


@pytest.fixture
def world(engine):
    return World(engine)


def test_what_answers_is_found_kept_and_sent(world):
    world.add_query("heavy", {"GE_quantity_KGM": 2})
    world.subscribe("heavy")
    world.subscribe("heavy", schedule={"second": "0/1"}, reportIfEmpty=True)
    world.capture(1, 2, 3)
    world.publish()
    world.now_ms += 2_000
    world.look()
    while world.deliver():
        pass

    assert world.receiver.kilograms == [2, 3, 2, 3]


@pytest.mark.slow
def test_an_event_that_commits_after_a_later_one_is_sent_all_the_same(new_postgresql):
    """A cursor over the numbers of events would pass it over: it has the lower one."""
    engine = open_engine(new_postgresql(), create=True)
    migrate(engine)
    world = World(engine)
    world.capture(9)  # the words that all of them have are there, so that nobody waits for them
    world.publish()
    world.subscribe()
    with engine.begin() as slow:
        late = as_stored(a_harvest(kg=1), FARM, world.tick(), bytes(16))
        insert_events(slow, [late])
        world.capture(2)
        world.publish()
        world.settle()
        assert world.receiver.kilograms == [2]
    world.publish()
    world.settle()

    assert world.receiver.kilograms == [2, 1]
    with engine.connect() as connection:
        numbers = dict(connection.execute(select(event.c.key, event.c.id)).all())
    assert numbers[late.key] == sorted(numbers.values())[1]
    engine.dispose()


def test_of_several_couriers_each_delivery_goes_to_one(world, monkeypatch):
    monkeypatch.setattr(notices, "MOST_OF_AN_OWNER", 4)
    for number in range(4):
        world.subscribe(dest=f"https://partner.example/{number}")
    world.capture(1)
    world.publish()
    world.look()
    claimed, asked = [], count()

    def claim():
        while next(asked) < 40:
            found = NoticeTable(world.engine).claim(world.now_ms, world.now_ms + 60_000)
            claimed.extend([] if found is None else [found.id])

    couriers = [threading.Thread(target=claim) for _ in range(3)]
    for each in couriers:
        each.start()
    for each in couriers:
        each.join()

    assert len(claimed) == len(set(claimed)) == 4


def test_a_deleted_subscription_takes_its_deliveries_along(world):
    made, kept = world.subscribe(), world.subscribe()
    world.capture(1)
    world.publish()
    world.look()
    world.subscriptions.store.remove(made.query, made.id)
    world.settle()

    assert [key for _, key, _ in world.receiver.came] == [f"{kept.id}-1"]
    with pytest.raises(Unknown, match="all has no subscription"):
        world.subscriptions.store.remove(made.query, made.id)


def test_a_deleted_query_takes_its_subscriptions_along(world):
    made = world.subscribe()
    world.capture(1)
    world.publish()
    world.look()
    world.queries.store.remove(FARM, "all")
    world.settle()

    with world.engine.connect() as connection:
        for table in (subscription, delivery):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
    with pytest.raises(NoSuchName, match="deleted in this moment"):
        world.subscriptions.store.add(made, None, 5)


def test_an_owner_has_so_many_and_no_more(world):
    made = world.subscribe()

    with pytest.raises(InvalidInput, match="you have 1 subscriptions"):
        world.subscriptions.store.add(made, None, 1)


def test_they_are_listed_oldest_first_and_shown_as_they_were_made(world):
    made = [
        world.subscribe(signatureToken="a secret of the partner"),
        world.subscribe(schedule={"hour": "1"}, reportIfEmpty=True, initialRecordTime="2026-01-01T00:00:00Z"),
    ]
    query = made[0].query
    store = world.subscriptions.store

    assert list(store.of(query, "", 5)) == made
    assert list(store.of(query, made[0].id, 5)) == made[1:]
    assert store.one(query, made[1].id) == made[1]


def test_there_is_nothing_to_try_again_where_nothing_is_dead(world):
    for delivery_id in ("", "x", "x-y", "x-1", "x-" + "9" * 40, "x-٣"):
        with pytest.raises(Unknown, match="no dead delivery"):
            world.subscriptions.store.again(delivery_id, 5)
