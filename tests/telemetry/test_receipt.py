import dataclasses
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import CheckFailed, InvalidInput
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.telemetry.reading import MAX_NUMBER
from traceability.telemetry.receipt import (
    MAX_LISTED,
    Conflict,
    Quarantined,
    Receipt,
    RefusedPayload,
    covers,
    nothing_sent,
    open_receipt,
    parse_text,
    sign_receipt,
    to_text,
)
from traceability.telemetry.runs import MAX_RUNS, START, Accounted, Status, advance, chained, no_runs

GATEWAY = NoteSigner("gateway.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def digest_of(number, content="sound"):
    return sha256(f"{number} {content}".encode()).digest()


class Numbers:
    """Plays store and gateway for one epoch."""

    def __init__(self):
        self.held = {}
        self.runs = no_runs(9)

    def take(self, *numbers, status=Status.HELD):
        arrived = [Accounted(number, status, digest_of(number)) for number in numbers]
        for one in arrived:
            self.held.setdefault(one.sequence, one)
        self.runs = advance(self.runs, [self.held[number] for number in numbers], self.load)

    def load(self, first):
        while first in self.held:
            yield self.held[first]
            first += 1

    def receipt(self, **changes):
        return dataclasses.replace(
            Receipt("cold-7", 1_790_000_000_000, 1_790_000_060_000, self.runs), **changes
        )


def sent(*numbers):
    return dataclasses.replace(nothing_sent(9), digests={number: digest_of(number) for number in numbers})


def spans(runs):
    return [(run.first, run.last) for run in runs.all if run.last]


def test_the_chain_is_the_bytes_that_the_format_says():
    want = sha256(
        b"\x01\x13guoji/receipt-chain" + START + (5).to_bytes(8, "big") + b"\x02" + digest_of(5)
    ).digest()

    assert chained(START, Accounted(5, Status.QUARANTINED, digest_of(5))) == want


@given(st.permutations(range(1, 25)), st.sets(st.integers(1, 24)), st.integers(1, 7))
def test_runs_come_out_the_same_in_whatever_order_numbers_arrive(order, lost, group):
    numbers, twin = Numbers(), Numbers()
    arriving = [number for number in order if number not in lost]

    for start in range(0, len(arriving), group):
        numbers.take(*arriving[start : start + group])
    for number in sorted(arriving):
        twin.take(number)

    assert numbers.runs == twin.runs
    assert {n for first, last in spans(numbers.runs) for n in range(first, last + 1)} == set(arriving)


def test_a_number_that_comes_again_changes_nothing():
    numbers = Numbers()
    numbers.take(1, 2, 5)
    before = numbers.runs

    numbers.take(1, 2, 5)

    assert numbers.runs == before


def test_a_device_that_loses_every_second_number_does_not_make_its_state_grow():
    numbers = Numbers()

    for number in range(2, 4 * MAX_RUNS, 2):
        numbers.take(number)

    assert len(numbers.runs.all) <= MAX_RUNS + 1
    assert numbers.runs.highest == 4 * MAX_RUNS - 2
    assert numbers.runs.all[-1].last == 4 * MAX_RUNS - 2


def test_a_forgotten_run_is_found_again_when_its_gap_closes_or_its_number_is_sent_again():
    numbers = Numbers()
    for number in range(2, 4 * MAX_RUNS, 2):
        numbers.take(number)
    assert (2, 2) not in spans(numbers.runs)

    numbers.take(4)
    assert (4, 4) in spans(numbers.runs)

    numbers.take(1)
    assert (1, 2) in spans(numbers.runs)

    numbers.take(3)
    assert (1, 4) in spans(numbers.runs)


@pytest.mark.parametrize("hole", range(1, 9))
def test_a_hole_blocks_nothing_but_itself(hole):
    numbers = Numbers()
    numbers.take(*(number for number in range(1, 9) if number != hole))

    covered, _ = covers(numbers.receipt(), sent(*range(1, 9)))

    assert covered == set(range(1, 9)) - {hole}


def test_a_device_that_freed_its_payloads_can_still_judge_the_next_receipt():
    numbers = Numbers()
    numbers.take(1, 2, 4, 5)
    covered, state = covers(numbers.receipt(), sent(1, 2, 3, 4, 5))
    assert covered == {1, 2, 4, 5}

    numbers.take(3)
    numbers.take(6)
    state = dataclasses.replace(state, digests={**state.digests, 6: digest_of(6)})
    covered, state = covers(numbers.receipt(), state)

    assert {3, 6} <= covered
    assert (state.through, dict(state.digests)) == (6, {})


def test_a_receipt_over_other_payloads_frees_nothing():
    numbers = Numbers()
    numbers.take(1, 2, 3)
    mine = dataclasses.replace(
        sent(1, 2), digests={1: digest_of(1), 2: digest_of(2, "other"), 3: digest_of(3)}
    )

    assert covers(numbers.receipt(), mine) == (frozenset(), mine)


def test_a_receipt_of_another_epoch_frees_nothing():
    numbers = Numbers()
    numbers.take(1)

    assert covers(numbers.receipt(), dataclasses.replace(sent(1), epoch=8))[0] == frozenset()


def test_a_receipt_for_numbers_never_sent_frees_nothing():
    numbers = Numbers()
    numbers.take(1, 2, 3)

    assert covers(numbers.receipt(), sent(1, 2))[0] == frozenset()


def test_a_quarantined_number_is_covered_once_it_is_named():
    numbers = Numbers()
    numbers.take(1)
    numbers.take(2, status=Status.QUARANTINED)
    numbers.take(3)
    unnamed = numbers.receipt()
    named = numbers.receipt(quarantined=(Quarantined(2, digest_of(2), "too warm"),))

    assert covers(unnamed, sent(1, 2, 3))[0] == frozenset()
    assert covers(named, sent(1, 2, 3))[0] == {1, 2, 3}


def test_a_quarantine_of_another_payload_covers_nothing():
    numbers = Numbers()
    numbers.take(1, status=Status.QUARANTINED)
    receipt = numbers.receipt(quarantined=(Quarantined(1, digest_of(1), "too warm"),))

    assert covers(receipt, dataclasses.replace(sent(), digests={1: digest_of(1, "other")}))[0] == frozenset()


def test_a_conflict_covers_the_payload_that_came_second():
    numbers = Numbers()
    numbers.take(1, 2)
    other = digest_of(1, "other")
    receipt = numbers.receipt(conflicts=(Conflict(1, digest_of(1), Status.HELD, other),))

    mine = dataclasses.replace(sent(), digests={1: other, 2: digest_of(2)})

    assert covers(receipt, mine)[0] == {1, 2}


class Exchange:
    """A device that resends what it keeps, and a gateway that answers group by group."""

    def __init__(self, quarantined=(), conflicts=(), refused=()):
        self.quarantined, self.conflicts, self.refused = set(quarantined), set(conflicts), set(refused)
        self.numbers = Numbers()
        for number in sorted(self.conflicts):
            self.numbers.take(number, status=self.status_of(number))
        self.sent, self.kept = nothing_sent(9), set()

    def status_of(self, number):
        return Status.QUARANTINED if number in self.quarantined else Status.HELD

    def ours(self, number):
        return digest_of(number, "other") if number in self.conflicts else digest_of(number)

    def send(self, *group, receipt_is_lost=False):
        self.kept |= set(group) - self.sent.digests.keys()
        self.sent = dataclasses.replace(
            self.sent, digests={**self.sent.digests, **{number: self.ours(number) for number in group}}
        )
        for number in sorted(set(group) - self.refused):
            self.numbers.take(number, status=self.status_of(number))
        if not receipt_is_lost:
            covered, self.sent = covers(parse_text(to_text(self.answer(group))), self.sent)
            self.kept -= covered

    def answer(self, group):
        stands = [self.numbers.held[number] for number in group if number not in self.refused]
        return self.numbers.receipt(
            runs=self.numbers.runs if stands else None,
            quarantined=tuple(
                Quarantined(one.sequence, one.digest, "too warm")
                for one in stands
                if one.status is Status.QUARANTINED
            ),
            conflicts=tuple(
                Conflict(one.sequence, one.digest, one.status, self.ours(one.sequence))
                for one in stands
                if one.sequence in self.conflicts
            ),
            refused=tuple(
                RefusedPayload(self.ours(number), "NaN") for number in group if number in self.refused
            ),
        )

    def resend(self, group_size):
        waiting = sorted(self.kept)
        for start in range(0, len(waiting), group_size):
            self.send(*waiting[start : start + group_size])


def test_more_quarantined_numbers_than_a_receipt_lists_are_freed_by_the_next_ones():
    numbers = range(1, MAX_LISTED + 101)
    exchange = Exchange(quarantined=numbers)

    exchange.send(*numbers)
    assert len(exchange.kept) == 100
    exchange.resend(len(numbers))

    assert exchange.kept == set()
    assert exchange.sent.through == len(numbers)


def test_lost_receipts_over_quarantined_numbers_block_no_good_reading_for_ever():
    exchange = Exchange(quarantined=[1, 2, 3, 4])

    exchange.send(1, 2, receipt_is_lost=True)
    exchange.send(3, 4, receipt_is_lost=True)
    exchange.send(5, 6, 7)
    exchange.resend(2)
    exchange.resend(2)

    assert exchange.kept == set()
    assert exchange.sent == dataclasses.replace(
        nothing_sent(9), through=7, chain=exchange.numbers.runs.all[0].chain
    )


def test_a_conflict_above_a_gap_is_remembered_until_the_gap_closes():
    exchange = Exchange(conflicts=[3])

    exchange.send(1, 3, 4)
    assert exchange.kept == set()
    exchange.send(2)

    assert exchange.kept == set()
    assert exchange.sent.through == 4


@given(st.data())
def test_whatever_receipts_were_lost_resending_in_any_groups_frees_everything(data):
    numbers = st.sets(st.integers(1, 12))
    exchange = Exchange(data.draw(numbers), data.draw(numbers), data.draw(numbers))
    exchange.refused -= exchange.conflicts
    order = data.draw(st.permutations(range(1, 13)))

    for number in order:
        exchange.send(number, receipt_is_lost=data.draw(st.booleans()))
    for _ in range(2):
        for group in data.draw(st.lists(st.sets(st.sampled_from(order), min_size=1), max_size=4)):
            if group & exchange.kept:
                exchange.send(*(group & exchange.kept), receipt_is_lost=data.draw(st.booleans()))
    size = data.draw(st.integers(1, 12))
    exchange.resend(size)
    exchange.resend(size)

    assert exchange.kept == set()
    assert exchange.sent.through == min(exchange.refused, default=13) - 1


def test_a_refused_payload_is_covered_by_its_digest():
    receipt = dataclasses.replace(
        Numbers().receipt(), runs=None, refused=(RefusedPayload(digest_of(1), "NaN"),)
    )

    assert covers(receipt, sent(1, 2))[0] == {1}


def a_full_receipt():
    numbers = Numbers()
    numbers.take(1, 2, 5, 7, 8)
    return numbers.receipt(
        quarantined=(Quarantined(2, digest_of(2), "taken in the future, by 300 s"),),
        conflicts=(Conflict(1, digest_of(1), Status.HELD, digest_of(1, "other")),),
        refused=(RefusedPayload(digest_of(0), "payload is not JSON"),),
    )


def test_a_receipt_reads_back_from_its_signed_note():
    receipt = a_full_receipt()

    assert open_receipt(sign_receipt(receipt, GATEWAY), [NoteVerifier.of(GATEWAY)]) == receipt


def test_the_fullest_receipt_still_fits_into_a_note():
    highest, reason, numbers = MAX_NUMBER - 4 * MAX_LISTED, "\U0001f600" * 200, Numbers()
    numbers.take(*(highest + 2 * position for position in range(MAX_LISTED)))
    full = numbers.receipt(
        quarantined=(Quarantined(highest, digest_of(1), reason),) * (MAX_LISTED + 1),
        conflicts=(Conflict(highest, digest_of(1), Status.HELD, digest_of(2)),) * (MAX_LISTED + 1),
    )
    refused = numbers.receipt(runs=None, refused=(RefusedPayload(digest_of(1), reason),) * (MAX_LISTED + 1))

    for receipt in (full, refused):
        assert open_receipt(sign_receipt(receipt, GATEWAY), [NoteVerifier.of(GATEWAY)])


def test_a_receipt_by_another_key_is_not_believed():
    impostor = NoteSigner(GATEWAY.name, Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)))

    with pytest.raises(CheckFailed):
        open_receipt(sign_receipt(a_full_receipt(), impostor), [NoteVerifier.of(GATEWAY)])


def test_a_receipt_with_one_changed_digit_is_not_believed():
    note = sign_receipt(a_full_receipt(), GATEWAY).replace(b"through 2", b"through 3")

    with pytest.raises(CheckFailed):
        open_receipt(note, [NoteVerifier.of(GATEWAY)])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("guoji/receipt/v1", "guoji/receipt/v2"),
        ("through 2", "through 02"),
        ("through 2", "through x"),
        ("range 5 5", "range 5 4"),
        ("range 5 5", "range 3 5"),
        ("device cold-7", "device cold 7"),
        ("device cold-7\n", ""),
        ("epoch 9\n", ""),
        ("refused ", "pardoned "),
        ("conflict 1 1", "conflict 1 3"),
        ("+00:00", "Z"),
    ],
)
def test_a_misspelt_receipt_is_refused(old, new):
    text = to_text(a_full_receipt())
    assert old in text

    with pytest.raises(InvalidInput):
        parse_text(text.replace(old, new))


@given(st.text())
def test_no_reason_breaks_the_note(reason):
    receipt = dataclasses.replace(a_full_receipt(), refused=(RefusedPayload(digest_of(0), reason),))

    back = open_receipt(sign_receipt(receipt, GATEWAY), [NoteVerifier.of(GATEWAY)])

    assert back.refused[0].digest == digest_of(0)
