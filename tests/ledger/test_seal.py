"""A window becomes one batch and one event, both or neither, and a sealed batch never changes."""

from dataclasses import replace

import pytest

from iot_gateway.simulate.encode import encode_message
from tests.builders import FARM, FIELD, STATION
from tests.fakes import Crash, FakeEvents, FakeSealStore
from traceability.ledger.seal import MOST_READINGS, MOST_WINDOWS, seal
from traceability.telemetry.batch_event import check_batch
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Authenticated, Reading
from traceability.telemetry.thresholds import THRESHOLDS, parse_thresholds

NOW_MS = 1_790_000_000_000
WINDOW_S = 60
OLD_MS = NOW_MS - WINDOW_S * 1000
STAGED = {"en": "replayed", "zh": "回放"}


def a_reading(sequence, received_at_ms=OLD_MS, epoch=9, celsius=None):
    values = {"air_temperature": sequence if celsius is None else celsius}
    payload = encode_message("cold-7", epoch, sequence, OLD_MS + sequence, values)
    return Reading("cold-7", epoch, sequence, received_at_ms, Authenticated.BROKER, payload)


@pytest.fixture
def store():
    device = Device("cold-7", STATION, FARM, {}, FIELD, cold_chain=True, staged=STAGED)
    return FakeSealStore(device, FakeEvents())


def sealed(store, now_ms=NOW_MS):
    return seal(store, now_ms, WINDOW_S, "https://guoji.example")


def check(store):
    """Each batch is what its event says, follows the one before, and no reading is in two."""
    events = {each.event.body["guoji:batchRoot"]: each for each in store.events.kept.values()}
    previous, numbers = None, []
    for _, batch in store.batches:
        body = events.pop(batch.root.hex()).event.body
        check_batch(batch.leaves, body)
        assert body.get("guoji:previousBatchRoot") == previous
        previous = batch.root.hex()
        numbers += [(each.epoch, each.sequence) for each in batch.readings]
    assert not events
    assert len(set(numbers)) == len(numbers)
    return numbers


def test_a_window_stays_open_until_its_oldest_reading_is_as_old_as_told(store):
    store.arrived = [a_reading(1), a_reading(2, received_at_ms=NOW_MS)]

    assert sealed(store, NOW_MS - 1) == 0
    assert sealed(store, NOW_MS) == 1
    assert check(store) == [(9, 1), (9, 2)]


def test_a_full_window_is_closed_at_once_and_no_batch_grows_beyond_it(store):
    store.arrived = [a_reading(number + 1, received_at_ms=NOW_MS) for number in range(MOST_READINGS + 1)]

    assert sealed(store) == 1
    assert len(check(store)) == MOST_READINGS


def test_a_device_with_a_new_epoch_in_each_message_has_only_some_of_them_closed_in_one_round(store):
    store.arrived = [a_reading(1, epoch=epoch) for epoch in range(MOST_WINDOWS + 3)]

    assert sealed(store) == MOST_WINDOWS
    assert sealed(store) == 3
    assert check(store) == [(epoch, 1) for epoch in range(MOST_WINDOWS + 3)]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_leaves_each_reading_in_one_batch_and_each_batch_with_one_event(store, moment):
    store.arrived = [a_reading(1), a_reading(2)]
    store.fail = moment

    with pytest.raises(Crash):
        sealed(store)
    sealed(store)

    assert check(store) == [(9, 1), (9, 2)]


def test_of_two_sealers_the_slower_one_keeps_nothing(store):
    store.arrived = [a_reading(1)]
    store.meanwhile = lambda: sealed(store)

    assert sealed(store) == 0

    assert check(store) == [(9, 1)]


def test_a_sealer_that_is_overtaken_at_one_device_goes_on_with_the_others(store):
    store.others = [replace(store.device, alias=f"cold-{number}") for number in range(8, 18)]
    store.arrived = [a_reading(1)]
    store.meanwhile = lambda: sealed(store)
    asked = []
    store.unsealed = lambda alias, at_most: (
        asked.append(alias) or FakeSealStore.unsealed(store, alias, at_most)
    )

    sealed(store)

    assert set(asked) == set(store.devices())
    assert check(store) == [(9, 1)]


def test_late_readings_make_a_later_batch_and_leave_the_sealed_one_alone(store):
    store.arrived = [a_reading(1), a_reading(3)]
    sealed(store)
    [first] = store.events.kept.values()

    store.arrived.append(a_reading(2))
    sealed(store)

    late = list(store.events.kept.values())[1]
    assert check(store) == [(9, 1), (9, 3), (9, 2)]
    assert [finding["guoji:detail"] for finding in first.event.body["guoji:findings"]] == ["numbers 2 to 2"]
    assert (first.event.body["guoji:expectedCount"], late.event.body["guoji:expectedCount"]) == (3, 1)


def test_a_new_epoch_begins_a_new_batch_that_says_so(store):
    store.arrived = [a_reading(1), a_reading(1, epoch=10)]

    assert sealed(store) == 2
    assert check(store) == [(9, 1), (10, 1)]
    kinds = [each["guoji:kind"] for each in store.events.queue[1].event.body["guoji:findings"]]
    assert "new_epoch" in kinds


def test_the_event_is_captured_for_whoever_answers_for_the_device_and_says_what_is_staged(store):
    store.arrived = [a_reading(1)]

    sealed(store)

    [stored] = store.events.kept.values()
    assert (stored.submitter, stored.captured_at_ms) == (FARM, NOW_MS)
    assert stored.event.body["guoji:staged"] == {"guoji:en": "replayed", "guoji:zh": "回放"}
    metadata = stored.event.body["sensorElementList"][0]["sensorMetadata"]
    assert metadata["rawData"] == f"https://guoji.example/batch/{stored.event.body['guoji:batchRoot']}"


def as_of(alias, reading):
    return replace(reading, device=alias, payload=reading.payload.replace(b"cold-7", alias.encode()))


def findings(store):
    *_, newest = store.events.kept.values()
    return newest.event.body.get("guoji:findings", [])


def test_findings_look_back_beyond_the_batch(store):
    store.arrived = [a_reading(number) for number in range(1, 20)]
    sealed(store)
    store.arrived.append(a_reading(20, celsius=64))
    sealed(store)

    assert [finding["guoji:kind"] for finding in findings(store)] == ["jump"]


@pytest.mark.parametrize("place", [FIELD, STATION])
def test_a_device_that_stands_is_compared_with_those_at_its_place(store, place):
    store.device = replace(store.device, cold_chain=False)
    store.others = [replace(store.device, alias="west-2", place=place)]
    store.arrived = [a_reading(number, celsius=4) for number in range(1, 7)]
    store.measured_by_others = [as_of("west-2", a_reading(number, celsius=30)) for number in range(1, 4)]

    sealed(store)

    kinds = [finding["guoji:kind"] for finding in findings(store)]
    assert kinds == (["neighbour"] if place == FIELD else [])


def test_a_device_is_not_its_own_neighbour(store):
    store.device = replace(store.device, cold_chain=False)
    store.arrived = [a_reading(number, celsius=4) for number in range(1, 7)]
    store.measured_by_others = [a_reading(number, celsius=30) for number in range(1, 7)]

    sealed(store)

    assert findings(store) == []


def test_a_device_that_travels_is_not_compared_with_others_of_its_place(store):
    store.others = [replace(store.device, alias="cold-8", cold_chain=False)]
    store.arrived = [a_reading(number, celsius=4) for number in range(1, 7)]
    store.measured_by_others = [as_of("cold-8", a_reading(number, celsius=30)) for number in range(1, 7)]

    sealed(store)

    assert findings(store) == []


def test_a_site_may_have_limits_of_its_own(store):
    store.arrived = [a_reading(1, celsius=40)]
    cooler = parse_thresholds(f'[site."{FIELD}".air_temperature]\nhigh = 35', THRESHOLDS)

    seal(store, NOW_MS, WINDOW_S, "https://guoji.example", cooler)

    assert [finding["guoji:kind"] for finding in findings(store)] == ["impossible_value"]
