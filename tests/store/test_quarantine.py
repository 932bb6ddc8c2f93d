"""Quarantined bytes go after a time; what is counted, named and answered for stays."""

from hashlib import sha256

import pytest

from traceability.ledger.record import Rejected
from traceability.store import quarantine
from traceability.store.arrivals import ArrivalTable
from traceability.store.counts import Counts
from traceability.store.devices import DeviceTable
from traceability.store.quarantine import QuarantineTable
from traceability.store.readings import ReadingTable
from traceability.telemetry.device import Device

SECRET = b"call 13812345678"


def a_rejection(received_at_ms, number=None, payload=SECRET):
    topic, reason = "guoji/v1/cold-7/readings", "not JSON"
    digest = sha256(payload).digest()
    return Rejected(topic, "cold-7", number, received_at_ms, payload, digest, reason)


@pytest.fixture
def arrivals(engine):
    giai, place = "https://id.gs1.org/8004/9521321COLD7", "https://id.gs1.org/414/9521321000032"
    DeviceTable(engine).keep(Device("cold-7", giai, "9521321000018", {}, place, cold_chain=True))
    return ArrivalTable(engine)


def test_bytes_go_at_their_time_and_what_is_known_of_them_stays(engine, arrivals):
    arrivals.record([a_rejection(1_000, (9, 1)), a_rejection(1_000), a_rejection(2_000, (9, 2))])
    counts = Counts(engine, "")
    before = counts.all(), counts.quarantine_reasons()

    assert QuarantineTable(engine).drop_payloads(2_000) == 2
    assert QuarantineTable(engine).drop_payloads(2_000) == 0

    newest, *old = ReadingTable(engine).quarantined(9)
    assert newest.payload == SECRET
    for each in old:
        assert (each.payload, each.size, each.digest) == (b"", len(SECRET), sha256(SECRET).digest())
        assert (each.topic, each.reason) == ("guoji/v1/cold-7/readings", "not JSON")
    assert (counts.all(), counts.quarantine_reasons()) == before


def test_a_message_whose_bytes_are_gone_is_still_known_when_it_comes_again(engine, arrivals):
    [first] = arrivals.record([a_rejection(1_000, (9, 1))])
    arrivals.record([a_rejection(1_000)])
    QuarantineTable(engine).drop_payloads(2_000)

    [again] = arrivals.record([a_rejection(3_000, (9, 1)), a_rejection(3_000)])

    assert again == first
    assert Counts(engine, "").all()["quarantined"] == 2
    assert {each.payload for each in ReadingTable(engine).quarantined(9)} == {b""}


def test_more_than_one_commit_holds_are_all_dropped(engine, arrivals, monkeypatch):
    monkeypatch.setattr(quarantine, "AT_ONCE", 3)
    arrivals.record([a_rejection(1_000, (9, number)) for number in range(1, 9)])

    assert QuarantineTable(engine).drop_payloads(2_000) == 8
