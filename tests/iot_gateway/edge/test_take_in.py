import threading

import pytest

from iot_gateway.edge.message import Message
from iot_gateway.edge.take_in import take_in
from iot_gateway.gateway import Batch
from tests.iot_gateway.edge.conftest import a_payload
from traceability.errors import Unavailable
from traceability.ledger.record import Delivery, SignedReceipt
from traceability.log.note import NoteVerifier
from traceability.telemetry.receipt import Receipt, sign_receipt
from traceability.telemetry.runs import no_runs

READINGS = "guoji/v1/cold-7/readings"


class Crash(Exception):
    """Stands for kill -9."""


class Journal:
    """Inbox, file and devices in one, so that the order of what happens to them can be seen."""

    def __init__(self, *deliveries, fail_at=None, error=Crash, times=1):
        self.happened, self.kept = [], []
        self._deliveries = deliveries or (Delivery(READINGS, a_payload("cold-7", 1)),)
        self._fail_at, self._error, self._times = fail_at, error, times

    def _note(self, what):
        if what == self._fail_at and self._times:
            self._times -= 1
            raise self._error(f"{what} failed")
        self.happened.append(what)

    def batches(self, at_most, wait_s, stop):
        yield Batch(self._deliveries, lambda: self._note("acknowledge"))

    def keep(self, messages, now_ms):
        self._note("keep")
        self.kept += messages
        return [SignedReceipt("cold-7", b"note")]

    def answer(self, receipts):
        self._note("answer")


@pytest.fixture
def run(signer, log):
    def run(journal, stop=None):
        stop = stop or threading.Event()
        take_in(journal, journal, [NoteVerifier.of(signer)], journal.answer, stop, log)

    return run


def test_a_message_is_kept_then_acknowledged_then_answered(run):
    journal = Journal()

    run(journal)

    assert journal.happened == ["keep", "acknowledge", "answer"]
    assert journal.kept == [Message.of(READINGS, a_payload("cold-7", 1))]


@pytest.mark.parametrize(("fail_at", "happened"), [("keep", []), ("acknowledge", ["keep"])])
def test_a_crash_never_acknowledges_what_is_not_kept(run, fail_at, happened):
    journal = Journal(fail_at=fail_at)

    with pytest.raises(Crash):
        run(journal)

    assert journal.happened == happened


def test_while_nothing_can_be_kept_nothing_is_acknowledged_and_then_all_is(run):
    journal = Journal(fail_at="keep", error=Unavailable, times=2)

    run(journal)

    assert journal.happened == ["keep", "acknowledge", "answer"]


def test_a_box_that_is_told_to_stop_acknowledges_nothing_that_it_could_not_keep(run):
    journal, stop = Journal(fail_at="keep", error=Unavailable, times=10**9), threading.Event()
    threading.Timer(0.3, stop.set).start()

    run(journal, stop)

    assert journal.happened == []


def test_what_no_device_can_send_on_and_what_we_handed_down_ourselves_is_not_kept(run, signer):
    receipt = sign_receipt(Receipt("cold-7", 0, 0, no_runs(9)), signer)
    journal = Journal(
        Delivery("guoji/v1", b"of nobody"),
        Delivery("guoji/v1/cold-7/receipts", receipt),
        Delivery("guoji/v1/cold-8/receipts", receipt),
        Delivery("guoji/v1/cold-7/receipts", b"no receipt"),
    )

    run(journal)

    assert [(each.topic, each.number) for each in journal.kept] == [
        ("guoji/v1/cold-8/receipts", None),
        ("guoji/v1/cold-7/receipts", None),
    ]
