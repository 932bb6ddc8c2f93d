import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway.edge import forward
from iot_gateway.edge.kept import KeptFile
from iot_gateway.edge.message import Message
from iot_gateway.logins import Address
from tests.iot_gateway.edge.conftest import a_payload, wait_until
from traceability.errors import Unavailable
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.telemetry.receipt import Receipt, sign_receipt
from traceability.telemetry.runs import Accounted, Status, advance, no_runs

MESSAGE = Message.of("guoji/v1/cold-7/readings", a_payload("cold-7", 1))
RECEIPT = Receipt(
    "cold-7", 0, 0, advance(no_runs(9), [Accounted(1, Status.HELD, MESSAGE.digest)], lambda _first: ())
)


class FakeUplink:
    """There at once; what it was given stands in `sent`."""

    sent: list[bytes]
    lost = None

    def __init__(self, address, on_receipt):
        self.is_there = threading.Event()
        self.is_there.set()

    def send(self, topic, payload):
        self.sent.append(payload)
        return True

    def close(self):
        pass


@pytest.fixture
def kept(tmp_path):
    kept = KeptFile(tmp_path / "edge.db", 10**9)
    kept.keep([MESSAGE], 5)
    yield kept
    kept.close()


@pytest.fixture
def start(kept, signer, log, monkeypatch):
    """Runs a forwarder, which hands receipts to `answer`, on a thread; ended after the test."""
    FakeUplink.sent = []
    monkeypatch.setattr(forward, "Uplink", FakeUplink)
    stop, threads = threading.Event(), []

    def start(answer):
        addresses = {"cold-7": Address("127.0.0.1", 1, "cold-7", "secret")}
        made = forward.Forwarder(addresses, [NoteVerifier.of(signer)], kept, answer, log)
        threads.append(threading.Thread(target=made.run, args=[stop]))
        threads[0].start()
        wait_until(lambda: FakeUplink.sent)
        return made

    yield start
    stop.set()
    for thread in threads:
        thread.join()


def test_a_receipt_frees_what_it_covers_and_is_handed_down_as_it_came(start, kept, signer):
    answered = []
    forwarder = start(answered.extend)
    note = sign_receipt(RECEIPT, signer)

    forwarder.take_note("cold-7", note)
    wait_until(lambda: answered)

    assert [(each.device, each.note) for each in answered] == [("cold-7", note)]
    assert kept.count_all() == 0
    assert FakeUplink.sent == [MESSAGE.payload]


def test_receipts_are_handed_down_only_after_what_they_cover_is_freed_for_good(start, kept, signer):
    found = []
    forwarder = start(lambda _receipts: found.append(kept.count_all()))

    forwarder.take_note("cold-7", sign_receipt(RECEIPT, signer))
    wait_until(lambda: found)

    assert found == [0]


def test_nothing_is_freed_nor_handed_down_on_the_word_of_another(start, kept, signer, capsys):
    answered = []
    forwarder = start(answered.extend)
    stranger = NoteSigner(signer.name, Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)))
    for_another = Receipt("cold-8", 0, 0, RECEIPT.runs)

    forwarder.take_note("cold-7", sign_receipt(RECEIPT, stranger))
    forwarder.take_note("cold-7", sign_receipt(RECEIPT, stranger))
    forwarder.take_note("cold-7", sign_receipt(for_another, signer))
    forwarder.take_note("cold-7", b"\xff no note")
    wait_until(lambda: kept.standings()["cold-7"].uplink == forward.UNKNOWN_KEY)

    assert (kept.count_all(), answered) == (1, [])
    assert capsys.readouterr().out.count("receipt by an unknown key") == 1


def test_a_file_that_is_away_for_a_moment_is_said_once_and_nothing_is_lost(
    start, kept, signer, capsys, monkeypatch
):
    answered, settle, failures = [], kept.settle, [Unavailable("disk is full")]

    def settle_later(answers):
        if failures:
            raise failures.pop()
        return settle(answers)

    monkeypatch.setattr(kept, "settle", settle_later)
    forwarder = start(answered.extend)
    forwarder.take_note("cold-7", sign_receipt(RECEIPT, signer))
    wait_until(lambda: not failures)

    assert kept.count_all() == 1
    forwarder.take_note("cold-7", sign_receipt(RECEIPT, signer))
    wait_until(lambda: answered)
    assert kept.count_all() == 0
    assert capsys.readouterr().out.count("cannot forward now") == 1
