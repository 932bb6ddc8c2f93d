import json
from dataclasses import replace
from hashlib import sha256
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import NoResultFound

from traceability.errors import BatchConflict, Unknown
from traceability.ledger.record import Accepted, Rejected
from traceability.store.arrivals import ArrivalTable
from traceability.store.batches import BatchTable, keep_batch
from traceability.store.devices import DeviceTable
from traceability.store.readings import Counts, ReadingTable
from traceability.store.sealing import SealTable
from traceability.telemetry.batch import NO_BATCH, build_batch
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Authenticated, Reading
from traceability.telemetry.receipt import Conflict, Quarantined
from traceability.telemetry.runs import Status

MINUTE_MS = 60_000


def a_device(alias="cold-7", **changes):
    described = {
        "giai": f"https://id.gs1.org/8004/9521321{alias}",
        "party": "9521321000018",
        "name": {"zh": "冷藏车", "en": "Truck"},
        "place": "https://id.gs1.org/414/9521321000032",
        "cold_chain": True,
        "staged": None,
    }
    return Device(alias=alias, **described | changes)


def an_arrival(sequence, epoch=9, alias="cold-7", celsius=4.0):
    taken_at_ms = sequence * MINUTE_MS
    payload = json.dumps([sequence, celsius]).encode()
    reading = Reading(alias, epoch, sequence, taken_at_ms + 100, Authenticated.BROKER, payload)
    return Accepted(reading, sha256(payload).digest(), taken_at_ms, taken_at_ms)


def a_rejection(payload=b"warm", number=None, alias="cold-7", reason="not JSON"):
    topic = f"guoji/v1/{alias}/readings"
    return Rejected(topic, alias, number, 1_000, payload, sha256(payload).digest(), reason)


@pytest.fixture
def store(engine):
    DeviceTable(engine).keep(a_device())
    DeviceTable(engine).keep(a_device("cold-8"))
    return ArrivalTable(engine)


def spans(outcome):
    return [(run.first, run.last) for run in outcome.runs.all if run.last]


def test_a_device_reads_back_and_its_description_may_change(engine):
    devices = DeviceTable(engine)
    devices.keep(a_device())
    devices.keep(a_device(staged={"en": "simulated"}))

    assert devices.all() == {"cold-7": a_device(staged={"en": "simulated"})}
    assert ArrivalTable(engine).devices(["cold-7", "cold-9"]) == devices.all()


def test_the_newest_of_what_came_last_from_each_device_tells_when_anything_came(engine, store):
    assert store.newest_received_ms() == 0

    store.record([an_arrival(7), an_arrival(3), an_arrival(5, alias="cold-8")])

    assert store.newest_received_ms() == an_arrival(5).reading.received_at_ms


def test_readings_read_back_by_the_time_they_were_taken(engine, store):
    store.record([an_arrival(3), an_arrival(1)])
    store.record([an_arrival(2)])
    readings = ReadingTable(engine)

    between = list(readings.between("cold-7", 2 * MINUTE_MS, 3 * MINUTE_MS))

    assert between == [an_arrival(2).reading, an_arrival(3).reading]
    assert readings.newest("cold-7") == an_arrival(3).reading
    assert readings.newest("cold-8") is None


def test_a_number_that_comes_again_is_kept_once_and_answered_again(engine, store):
    [before] = store.record([an_arrival(1), an_arrival(1), an_arrival(2)])

    [after] = store.record([an_arrival(2), an_arrival(1)])

    assert after == before
    assert spans(after) == [(1, 2)]
    assert ReadingTable(engine).counts() == Counts(devices=2, readings=2, conflicts=0, quarantined=0)


def test_what_is_signed_a_second_time_is_no_conflict(engine, store):
    first = an_arrival(1)
    again = first._replace(reading=replace(first.reading, payload=b"the same under another signature"))

    [before] = store.record([first])
    [after] = store.record([again])

    assert after == before
    assert ReadingTable(engine).counts() == Counts(devices=2, readings=1, conflicts=0, quarantined=0)


@pytest.mark.parametrize("together", [True, False])
def test_a_number_with_other_content_is_kept_as_a_conflict_and_the_first_stands(engine, store, together):
    first, second = an_arrival(1), an_arrival(1, celsius=5)
    groups = [[first, second]] if together else [[first], [second]]

    *_, [outcome] = [store.record(group) for group in groups]
    [again] = store.record([second, second])

    assert outcome.conflicts == (Conflict(1, first.digest, Status.HELD, second.digest),)
    assert again.runs == outcome.runs
    assert set(again.conflicts) == set(outcome.conflicts)
    assert list(ReadingTable(engine).between("cold-7", 0, MINUTE_MS)) == [first.reading]
    assert ReadingTable(engine).counts() == Counts(devices=2, readings=1, conflicts=1, quarantined=0)
    assert BatchTable(engine).unsealed("cold-7", 10).conflicts == (1,)


def test_a_quarantined_number_counts_as_accounted_for_and_says_why_each_time(engine, store):
    [outcome] = store.record(
        [an_arrival(1), a_rejection(b"x", (9, 2), reason="from the future"), an_arrival(3)]
    )
    [again] = store.record([a_rejection(b"x", (9, 2), reason="from the future")])

    assert spans(outcome) == [(1, 3)]
    assert outcome.quarantined == (Quarantined(2, sha256(b"x").digest(), "from the future"),)
    assert again == outcome
    assert ReadingTable(engine).counts().quarantined == 1


def test_what_has_no_number_is_quarantined_once_with_its_first_bytes(engine, store):
    huge = b"\x00" * 200_000

    assert store.record([a_rejection(huge), a_rejection(huge), a_rejection(b"y", alias="nobody")]) == []
    store.record([a_rejection(huge)])

    nobody, large = ReadingTable(engine).quarantined(10)
    assert (nobody.device, nobody.payload) == ("nobody", b"y")
    assert (large.size, len(large.payload), large.digest) == (200_000, 65_536, sha256(huge).digest())


def test_devices_and_epochs_are_counted_apart(store):
    outcomes = store.record([an_arrival(1), an_arrival(1, epoch=10), an_arrival(5, alias="cold-8")])

    assert [(each.device, each.runs.epoch, spans(each)) for each in outcomes] == [
        ("cold-7", 9, [(1, 1)]),
        ("cold-7", 10, [(1, 1)]),
        ("cold-8", 9, [(5, 5)]),
    ]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(1, 16)), st.integers(1, 6), st.integers(1, 10**6))
def test_gaps_close_from_the_store_in_whatever_order_numbers_come(store, order, group, epoch):
    for start in range(0, len(order), group):
        outcomes = store.record([an_arrival(number, epoch) for number in order[start : start + group]])
    in_order = [store.record([an_arrival(number, epoch + 10**7)]) for number in range(1, 16)][-1]

    assert spans(outcomes[0]) == [(1, 15)]
    assert outcomes[0].runs.all == in_order[0].runs.all


def test_a_failed_group_leaves_nothing(engine, store):
    with pytest.raises(NoResultFound):
        store.record([an_arrival(1), an_arrival(1, alias="cold-9")])

    assert ReadingTable(engine).counts().readings == 0


def test_gateways_that_write_at_the_same_time_keep_everything_once(engine, store):
    def write(numbers):
        for number in numbers:
            store.record([an_arrival(number), an_arrival(number, alias="cold-8")])

    threads = [Thread(target=write, args=(range(1, 31),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ReadingTable(engine).counts() == Counts(devices=2, readings=60, conflicts=0, quarantined=0)
    [outcome] = store.record([an_arrival(31)])
    assert spans(outcome) == [(1, 31)]


def seal(engine, window, key):
    sealed = build_batch(window.readings, window.previous_root)
    with engine.begin() as connection:
        keep_batch(connection, window, sealed, key)
    return sealed


def test_a_window_holds_what_no_batch_holds(engine, store):
    batches = BatchTable(engine)
    assert batches.unsealed("cold-7", 10) is None
    store.record([an_arrival(4), an_arrival(2), an_arrival(6)])

    window = batches.unsealed("cold-7", 2)
    first = seal(engine, window, "a")
    store.record([an_arrival(3)])
    late = batches.unsealed("cold-7", 10)

    assert [each.sequence for each in window.readings] == [4, 2]
    assert (window.number, window.previous_root, window.sealed_through) == (1, NO_BATCH, 0)
    assert [each.sequence for each in late.readings] == [6, 3]
    assert (late.number, late.previous_root, late.sealed_through) == (2, first.root, 4)
    assert late.previous_epoch == 9


def test_a_window_ends_where_the_epoch_changes(engine, store):
    store.record([an_arrival(1), an_arrival(2)])
    store.record([an_arrival(1, epoch=10)])
    batches = BatchTable(engine)

    window = batches.unsealed("cold-7", 10)
    seal(engine, window, "a")
    following = batches.unsealed("cold-7", 10)

    assert [each.sequence for each in window.readings] == [1, 2]
    assert (following.epoch, following.previous_epoch, following.sealed_through) == (10, 9, 0)


def test_a_sealed_batch_never_changes(engine, store):
    store.record([an_arrival(2), an_arrival(1)])
    batches = BatchTable(engine)
    sealed = seal(engine, batches.unsealed("cold-7", 10), "a")

    store.record([an_arrival(3), an_arrival(1)])

    assert batches.leaves(sealed.root) == list(sealed.leaves)
    with pytest.raises(Unknown, match="00"):
        batches.leaves(bytes(32))


def test_a_window_is_sealed_once(engine, store):
    store.record([an_arrival(1)])
    window = BatchTable(engine).unsealed("cold-7", 10)
    seal(engine, window, "a")

    with pytest.raises(BatchConflict, match="another sealer"):
        seal(engine, window, "b")


def test_a_conflict_stands_in_the_window_in_which_it_came(engine, store):
    batches = BatchTable(engine)
    store.record([an_arrival(1)])
    seal(engine, batches.unsealed("cold-7", 10), "a")

    store.record([an_arrival(1, celsius=9)])
    assert batches.unsealed("cold-7", 10) is None
    store.record([an_arrival(2)])

    assert batches.unsealed("cold-7", 10).conflicts == (1,)


def test_a_conflict_after_the_last_reading_is_sealed_with_it_and_only_once(engine, store):
    batches = BatchTable(engine)
    store.record([an_arrival(1), an_arrival(2)])
    store.record([an_arrival(1, celsius=9)])

    assert batches.unsealed("cold-7", 1).conflicts == ()
    window = batches.unsealed("cold-7", 2)
    seal(engine, window, "a")
    store.record([an_arrival(3)])

    assert window.conflicts == (1,)
    following = batches.unsealed("cold-7", 10)
    assert (following.conflicts, [each.sequence for each in following.readings]) == ((), [3])


def test_a_conflict_after_a_new_epoch_began_belongs_to_that_epochs_window(engine, store):
    batches = BatchTable(engine)
    store.record([an_arrival(1)])
    store.record([an_arrival(1, epoch=10)])
    store.record([an_arrival(1, celsius=9)])

    window = batches.unsealed("cold-7", 10)
    seal(engine, window, "a")

    assert window.conflicts == ()
    assert batches.unsealed("cold-7", 10).conflicts == (1,)


def test_earlier_readings_are_those_that_came_so_many_arrivals_before(engine, store):
    batches = BatchTable(engine)
    store.record([an_arrival(number) for number in (5, 1, 2, 3)])
    store.record([an_arrival(1, celsius=9), an_arrival(1, alias="cold-8")])
    seal(engine, batches.unsealed("cold-7", 4), "a")
    store.record([an_arrival(4)])
    window = batches.unsealed("cold-7", 10)

    assert [each.sequence for each in batches.earlier(window, (1, 2, 3, 5, 9))] == [5, 2, 3]
    assert SealTable(engine).measured("cold-7", 0, MINUTE_MS * 10, at_most=2) == [
        an_arrival(1).reading,
        an_arrival(2).reading,
    ]
