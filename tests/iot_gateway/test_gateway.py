import threading

import pytest
import structlog

from iot_gateway.gateway import Batch, run
from traceability.errors import ClockBehind, Unavailable
from traceability.ledger.record import Delivery
from traceability.telemetry.device import Device

PLACE = "https://id.gs1.org/414/9521321000032"
DEVICE = Device("cold-7", "https://id.gs1.org/8004/9521321C7", "9521321000018", {}, PLACE, cold_chain=True)


class Crash(Exception):
    """Stands for kill -9."""


class Journal:
    """Inbox and store in one, so that the order of what happens to them can be seen."""

    def __init__(self, fail_at=None, error=Crash, times=1):
        self.happened = []
        self._fail_at, self._error, self._times = fail_at, error, times

    def _note(self, what):
        if what == self._fail_at and self._times:
            self._times -= 1
            raise self._error(f"{what} failed")
        self.happened.append(what)

    def batches(self, at_most, wait_s, stop):
        yield Batch([Delivery("guoji/v1/cold-7/readings", b"not SenML")], lambda: self._note("acknowledge"))

    def devices(self, aliases):
        return {"cold-7": DEVICE}

    def record(self, arrivals):
        self._note("store")
        return []

    def answer(self, receipts):
        assert [receipt.device for receipt in receipts] == ["cold-7"]
        self._note("answer")


def test_a_message_is_stored_then_acknowledged_then_answered(signer, log):
    journal = Journal()

    run(journal, journal, signer, 60, threading.Event(), log)

    assert journal.happened == ["store", "acknowledge", "answer"]


@pytest.mark.parametrize(("fail_at", "happened"), [("store", []), ("acknowledge", ["store"])])
def test_a_crash_never_acknowledges_what_is_not_stored_nor_answers_what_is_not_acknowledged(
    signer, log, fail_at, happened
):
    journal = Journal(fail_at)

    with pytest.raises(Crash):
        run(journal, journal, signer, 60, threading.Event(), log)

    assert journal.happened == happened


def test_a_store_that_is_away_holds_the_acknowledgement_back_until_it_is_there(signer, log):
    journal = Journal("store", Unavailable, times=2)

    run(journal, journal, signer, 60, threading.Event(), log)

    assert journal.happened == ["store", "acknowledge", "answer"]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (Unavailable, ["store is away, trying again", "store is there again"]),
        (ClockBehind, ["our clock is behind, trying again", "our clock is right again"]),
    ],
)
def test_what_a_gateway_waits_for_is_told_once_and_its_end_too(signer, log, error, says):
    with structlog.testing.capture_logs() as told:
        run(journal := Journal("store", error, times=2), journal, signer, 60, threading.Event(), log)

    assert [line["event"] for line in told] == says


def test_a_gateway_that_waits_for_the_store_still_stops_when_told(signer, log):
    journal, stop = Journal("store", Unavailable, times=10**6), threading.Event()
    threading.Timer(0.3, stop.set).start()

    run(journal, journal, signer, 60, stop, log)

    assert journal.happened == []
