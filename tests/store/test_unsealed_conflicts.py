"""A conflict is told at once, also when all readings were sealed before it came; then by its batch alone."""

from hashlib import sha256

import pytest

from iot_gateway.simulate.encode import encode_message
from tests.builders import FARM
from traceability.ledger.record import Accepted
from traceability.ledger.seal import seal
from traceability.store.arrivals import ArrivalTable
from traceability.store.devices import DeviceTable
from traceability.store.farm import FarmTable
from traceability.store.sealing import SealTable
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Authenticated, Reading

NOW_MS = 1_800_000_000_000


@pytest.fixture
def farm(engine):
    for alias in ("cold-1", "cold-2"):
        giai, place = f"https://id.gs1.org/8004/9521234{alias}", "https://id.gs1.org/414/9521234000013"
        DeviceTable(engine).keep(Device(alias, giai, FARM, {}, place, cold_chain=True))
    return FarmTable(engine)


def send(engine, number, celsius, alias="cold-1", at_ms=NOW_MS):
    payload = encode_message(alias, 1, number, NOW_MS, {"air_temperature": celsius})
    reading = Reading(alias, 1, number, at_ms, Authenticated.BROKER, payload)
    ArrivalTable(engine).record([Accepted(reading, sha256(payload).digest(), NOW_MS, NOW_MS)])


def told(farm, *aliases, since_ms=NOW_MS):
    asked = aliases or ["cold-1", "cold-2"]
    found = [*farm.findings(asked, since_ms, 9), *farm.unsealed_conflicts(asked, since_ms)]
    return [(each.device, each.kind, each.count, each.detail) for each in found]


def test_a_conflict_after_all_was_sealed_is_told_before_the_next_reading_and_not_twice_after_it(engine, farm):
    send(engine, 1, 4)
    send(engine, 1, 4, alias="cold-2")
    seal(SealTable(engine), NOW_MS, 0, "https://guoji.example")
    assert told(farm) == []

    send(engine, 1, 5)
    send(engine, 1, 6)
    seal(SealTable(engine), NOW_MS, 0, "https://guoji.example")
    assert told(farm) == [("cold-1", "conflict", 2, "numbers from 1 to 1")]
    assert told(farm, "cold-2") == told(farm, since_ms=NOW_MS + 1) == []

    send(engine, 2, 4)
    seal(SealTable(engine), NOW_MS, 0, "https://guoji.example")
    assert told(farm) == [("cold-1", "conflict", 2, "1 numbers from 1 to 1")]


def test_of_a_device_of_which_nothing_is_sealed_conflicts_are_told_too(engine, farm):
    send(engine, 3, 4)
    send(engine, 3, 5)

    assert told(farm) == [("cold-1", "conflict", 1, "numbers from 3 to 3")]
