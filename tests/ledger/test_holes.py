"""A hole at any position, of any kind, blocks nothing but itself: the rest is receipted, freed and sealed."""

import json
from itertools import combinations, count, groupby

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from iot_gateway.buffer import Buffer
from iot_gateway.simulate.encode import encode_message
from traceability.ledger.record import MOST_GIVEN_UP, Delivery, record
from traceability.ledger.seal import seal
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.telemetry.device import Device
from traceability.telemetry.receipt import open_receipt
from traceability.telemetry.senml import MAX_ABANDONED

NUMBERS = range(1, 7)
NOW_MS = 1_790_000_000_000
LATER_MS = NOW_MS + 10**6
SIGNER = NoteSigner("guoji.example/gateway", Ed25519PrivateKey.from_private_bytes(bytes(32)))
ALIAS = "cold-7"


class Exchange:
    """One epoch of a device that keeps what no receipt covers, and the store behind its gateway."""

    def __init__(self, store, epoch):
        self.store, self.buffer = store, Buffer(ALIAS, epoch)
        self.receipts = []

    def measure(self, ahead_ms=0, abandoned=()):
        number, values = self.buffer.next_number, {"battery": self.buffer.next_number}
        payload = encode_message(ALIAS, self.buffer.epoch, number, NOW_MS + ahead_ms, values)
        payload = giving_up(payload, abandoned) if abandoned else payload
        self.buffer.keep(payload, abandoned)
        return payload

    def deliver(self, *payloads):
        """As one group; the device hears the answer."""
        deliveries = [Delivery(f"guoji/v1/{ALIAS}/readings", payload) for payload in payloads]
        for answer in record(deliveries, self.store.arrivals, SIGNER, NOW_MS, 60):
            self.receipts.append(open_receipt(answer.note, [NoteVerifier.of(SIGNER)]))
            self.buffer.free(self.receipts[-1])

    @property
    def kept(self):
        return set(self.buffer.payloads)

    def stated(self):
        """The runs of the newest receipt, without the empty one."""
        return [(run.first, run.last) for run in self.receipts[-1].runs.all if run.last]

    def seal(self):
        """The batches that are closed now."""
        sealing = RecordingSeals(self.store.sealing)
        seal(sealing, LATER_MS, 1, "https://guoji.example")
        self.found = sealing.found
        return sealing.batches

    def leaves_of(self, batch):
        return tuple(self.store.history.batch_leaves(batch.root.hex()))


def giving_up(payload, numbers):
    ends = {"abandoned_first": numbers[0], "abandoned_last": numbers[-1]}
    records = [{"n": name, "u": "count", "v": number} for name, number in ends.items()]
    return json.dumps([*json.loads(payload), *records]).encode()


class RecordingSeals:
    """A `SealStore` that tells what it kept."""

    def __init__(self, store):
        self._store, self.batches = store, []
        self.found = {}
        """Count by kind, of what is about numbers missing."""

    def __getattr__(self, name):
        return getattr(self._store, name)

    def keep_sealed(self, window, batch, event):
        self._store.keep_sealed(window, batch, event)
        self.batches.append(batch)
        for each in event.event.body.get("guoji:findings", []):
            if each["guoji:kind"] in ("gap", "abandoned"):
                self.found[each["guoji:kind"]] = each["guoji:count"]


@pytest.fixture
def epochs(store):
    place, giai = "https://id.gs1.org/414/9521321000032", "https://id.gs1.org/8004/9521321C7"
    store.devices.keep(Device(ALIAS, giai, "9521321000018", {}, place, cold_chain=True))
    return count(1)


def runs_of(numbers):
    """Consecutive ones together: what a compact receipt says."""
    grouped = groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0])
    spans = [[number for _, number in pairs] for _, pairs in grouped]
    return [(span[0], span[-1]) for span in spans]


def in_pairs(payloads):
    return [payloads[start : start + 2] for start in range(0, len(payloads), 2)]


def numbers_in(batches):
    return [[reading.sequence for reading in batch.readings] for batch in batches]


@pytest.mark.parametrize("size", range(len(NUMBERS) + 1))
def test_what_is_lost_on_the_way_blocks_nothing_and_joins_when_it_comes(store, epochs, size):
    for lost in combinations(NUMBERS, size):
        exchange = Exchange(store, next(epochs))
        payloads = {number: exchange.measure() for number in NUMBERS}
        arriving = [number for number in NUMBERS if number not in lost]

        for group in in_pairs(arriving):
            exchange.deliver(*(payloads[number] for number in group))
        first = exchange.seal()

        assert exchange.kept == set(lost)
        assert numbers_in(first) == ([arriving] if arriving else [])
        assert not arriving or exchange.stated() == runs_of(arriving)
        before = [exchange.leaves_of(batch) for batch in first]

        for group in in_pairs(lost[::-1]):
            exchange.deliver(*(exchange.buffer.payloads[number] for number in group))
        late = exchange.seal()

        assert exchange.kept == set()
        assert exchange.stated() == [(1, len(NUMBERS))]
        assert numbers_in(late) == ([list(lost)] if lost else [])
        assert [exchange.leaves_of(batch) for batch in first] == before


@pytest.mark.parametrize("size", range(1, len(NUMBERS) + 1))
def test_what_is_quarantined_counts_as_accounted_for_and_a_sound_one_that_comes_later_is_a_conflict(
    store, epochs, size
):
    for bad in combinations(NUMBERS, size):
        exchange = Exchange(store, next(epochs))
        payloads = [exchange.measure(ahead_ms=10**7 if number in bad else 0) for number in NUMBERS]

        for group in in_pairs(payloads):
            exchange.deliver(*group)

        assert exchange.kept == set()
        assert exchange.stated() == [(1, len(NUMBERS))]
        sound = [number for number in NUMBERS if number not in bad]
        assert numbers_in(exchange.seal()) == ([sound] if sound else [])

        again = encode_message(ALIAS, exchange.buffer.epoch, bad[0], NOW_MS, {"battery": 1})
        exchange.deliver(again)

        [conflict] = exchange.receipts[-1].conflicts
        assert (conflict.sequence, exchange.stated()) == (bad[0], [(1, len(NUMBERS))])


@pytest.mark.parametrize("size", range(1, len(NUMBERS)))
@pytest.mark.parametrize("seen", ["nothing", "their first"])
def test_what_the_device_abandons_blocks_nothing_and_is_a_finding_and_no_gap(store, epochs, size, seen):
    for first in range(1, len(NUMBERS) - size + 1):
        exchange, gone = Exchange(store, next(epochs)), list(range(first, first + size))
        payloads = {number: exchange.measure() for number in range(1, gone[-1] + 1)}
        said = exchange.measure(abandoned=gone)
        assert exchange.kept == set(range(1, first)) | {gone[-1] + 1}
        held = [*range(1, first), *gone[: seen == "their first"]]

        for number in held:  # what came before its receipt was lost stays held
            exchange.deliver(payloads[number])
        exchange.deliver(said)
        exchange.deliver(said)

        assert exchange.kept == set()
        assert exchange.stated() == [(1, gone[-1] + 1)]
        assert not exchange.receipts[-1].conflicts
        assert numbers_in(exchange.seal()) == [[*held, gone[-1] + 1]]
        assert exchange.found == {"abandoned": size}

        exchange.deliver(payloads[gone[-1]])

        stands = [each.sequence for each in exchange.receipts[-1].conflicts]
        assert stands == ([] if gone[-1] in held else [gone[-1]])
        assert exchange.stated() == [(1, gone[-1] + 1)]


@pytest.mark.parametrize(
    "bad", [{"abandoned_first": 1}, {"abandoned_first": 2, "abandoned_last": 1}, {"abandoned_last": 5}]
)
def test_a_range_that_cannot_be_abandoned_is_quarantined_under_its_own_number(store, epochs, bad):
    exchange = Exchange(store, next(epochs))
    records = [{"n": name, "u": "count", "v": number} for name, number in bad.items()]
    sound = json.loads(encode_message(ALIAS, exchange.buffer.epoch, 1, NOW_MS, {"battery": 1}))

    exchange.deliver(json.dumps([*sound, *records]).encode())

    [refused] = exchange.receipts[-1].quarantined
    assert refused.sequence == 1
    assert refused.reason.startswith("abandons ")


def test_what_many_messages_give_up_is_kept_some_thousands_at_a_time(store, epochs, monkeypatch):
    exchange, keep, sizes = Exchange(store, next(epochs)), store.arrivals.record, []
    monkeypatch.setattr(store.arrivals, "record", lambda some: sizes.append(len(some)) or keep(some))
    said = [saying_to_give_up(exchange.buffer.epoch, number) for number in range(1_001, 12_012, 1_001)]

    for _ in range(2):  # its receipts are lost, and it sends all again
        exchange.deliver(*said)

        assert exchange.stated() == [(1, 11_011)]
        assert max(sizes) <= MOST_GIVEN_UP + MAX_ABANDONED
    assert store.counts.all()["quarantined"] == len(said) * MAX_ABANDONED


def saying_to_give_up(epoch, number):
    """A message that gives up as many as may be, of which none was ever sent."""
    payload = encode_message(ALIAS, epoch, number, NOW_MS, {"battery": 1})
    return giving_up(payload, range(number - MAX_ABANDONED, number))


def test_a_receipt_stays_small_and_cumulative_whatever_is_missing(store, epochs):
    exchange = Exchange(store, next(epochs))
    payloads = {number: exchange.measure() for number in range(1, 101)}

    stated = set()
    for number in range(2, 101, 2):
        exchange.deliver(payloads[number])
        now = {each for first, last in exchange.stated() for each in range(first, last + 1)}
        assert stated < now
        stated = now
    exchange.deliver(*(payloads[number] for number in range(1, 101, 2)))

    assert exchange.stated() == [(1, 100)]
