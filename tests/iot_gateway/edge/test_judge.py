import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.edge.judge import MAX_KNOWN, judge, states
from traceability.telemetry.receipt import Conflict, Quarantined, Receipt, RefusedPayload
from traceability.telemetry.runs import Accounted, Run, Status, advance, no_runs


def digest(number, content=0):
    return bytes([content]) * 24 + number.to_bytes(8, "big")


def held(*numbers):
    return [Accounted(number, Status.HELD, digest(number)) for number in numbers]


class Gateway:
    """What it has of one epoch, and the receipts that it signs."""

    def __init__(self):
        self.runs, self._stored = no_runs(9), {}

    def takes(self, *arrived):
        for one in arrived:
            self._stored.setdefault(one.sequence, one)
        self.runs = advance(self.runs, arrived, self._load)
        return self.receipt()

    def receipt(self, **more):
        return Receipt("cold-7", 0, 0, self.runs, **more)

    def _load(self, number):
        while number in self._stored:
            yield self._stored[number]
            number += 1


def waiting(*ones):
    return lambda first, last: [one for one in ones if first <= one.sequence <= last]


def proven(verdict):
    return {number for numbers in verdict.proven for number in numbers}


def test_a_run_is_proven_by_what_waits_and_by_nothing_less():
    receipt = Gateway().takes(*held(1, 2, 3))

    assert proven(judge(receipt, (), waiting(*held(1, 2, 3)))) == {1, 2, 3}
    assert proven(judge(receipt, (), waiting(*held(1, 3)))) == set()
    assert proven(judge(receipt, (), waiting(*held(1, 2)))) == set()
    assert proven(judge(receipt, (), waiting(*held(1, 2), Accounted(3, Status.HELD, digest(3, 1))))) == set()


def test_the_next_receipt_is_judged_from_the_one_before():
    gateway = Gateway()
    first = judge(gateway.takes(*held(1, 2)), (), waiting(*held(1, 2)))

    second = judge(gateway.takes(*held(3)), first.known, waiting(*held(3)))

    assert proven(second) == {3}
    assert [(run.first, run.last) for run in second.known] == [(1, 3)]


def test_a_box_that_comes_in_the_middle_of_an_epoch_goes_on_from_the_gateways_word():
    gateway = Gateway()
    gateway.takes(*held(1, 2, 3))

    first = judge(gateway.takes(*held(4)), (), waiting(*held(4)))
    second = judge(gateway.takes(*held(5, 6)), first.known, waiting(*held(4, 5, 6)))

    assert (proven(first), proven(second)) == (set(), {5, 6})


def test_a_run_above_a_hole_is_proven_from_its_own_beginning():
    assert proven(judge(Gateway().takes(*held(1, 7, 8)), (), waiting(*held(1, 7, 8)))) == {1, 7, 8}


def test_what_is_quarantined_or_in_conflict_is_named_and_the_run_goes_through_it():
    gateway = Gateway()
    spoilt, other = Accounted(2, Status.QUARANTINED, digest(2)), digest(3, 1)
    gateway.takes(*held(1), spoilt, Accounted(3, Status.HELD, other), *held(4))
    receipt = gateway.receipt(
        quarantined=(Quarantined(2, digest(2), "nonsense"),),
        conflicts=(Conflict(3, other, Status.HELD, digest(3)),),
    )

    verdict = judge(receipt, (), waiting(*held(1, 2, 3, 4)))

    assert proven(verdict) == {1, 2, 3, 4}
    assert verdict.standing(2, digest(2)) == spoilt
    assert verdict.standing(3, digest(3)) == Accounted(3, Status.HELD, other)
    assert verdict.standing(4, digest(4)) == held(4)[0]


def test_a_number_that_is_quarantined_with_other_content_proves_nothing_of_ours():
    gateway = Gateway()
    gateway.takes(Accounted(1, Status.QUARANTINED, digest(1, 1)))
    receipt = gateway.receipt(quarantined=(Quarantined(1, digest(1, 1), "nonsense"),))

    verdict = judge(receipt, (), waiting(*held(1)))

    assert proven(verdict) == set()
    assert digest(1) not in verdict.named[1]


def test_an_older_receipt_that_comes_late_changes_nothing():
    gateway = Gateway()
    old = gateway.takes(*held(1))
    new = judge(gateway.takes(*held(2)), (), waiting(*held(1, 2)))

    late = judge(old, new.known, waiting(*held(3)))

    assert (proven(late), late.known) == (set(), new.known)


def test_a_receipt_for_messages_without_a_number_refuses_them_and_leaves_the_rest():
    known = (Run(1, 4, bytes(32)),)

    verdict = judge(
        Receipt("cold-7", 0, 0, None, refused=(RefusedPayload(b"x" * 32, "no"),)), known, waiting()
    )

    assert (verdict.refused, verdict.known, verdict.proven) == ((b"x" * 32,), known, ())


def test_what_is_known_stays_bounded_and_keeps_the_first_run():
    known = tuple(Run(first, first, bytes(32)) for first in range(1, 2 * MAX_KNOWN, 2))

    verdict = judge(Gateway().takes(*held(10_000)), known, waiting())

    assert len(verdict.known) == MAX_KNOWN
    assert (verdict.known[0].first, verdict.known[-1].first) == (1, 10_000)


@pytest.mark.parametrize(
    ("number", "stated"), [((9, 2), True), ((9, 3), False), ((8, 2), False), (None, False)]
)
def test_a_receipt_states_a_number_of_its_epoch(number, stated):
    assert states(Gateway().takes(*held(1, 2)), number) is stated
    assert not states(Receipt("cold-7", 0, 0, None), (9, 1))


@given(order=st.permutations(range(1, 13)), seed=st.integers(0, 2**32))
def test_in_whatever_order_numbers_arrive_all_are_proven_while_the_settled_are_remembered(order, seed):
    gateway, chance, known, settled = Gateway(), random.Random(seed), (), set()
    while order:
        arrived, order = order[:3], order[chance.randint(1, 3) :]
        receipt = gateway.takes(*held(*arrived))
        verdict = judge(receipt, known, waiting(*held(*range(1, 13))))
        known, settled = verdict.known, settled | proven(verdict)
        assert proven(verdict) <= {
            number for run in gateway.runs.all for number in range(run.first, run.last + 1)
        }

    assert settled == set(range(1, 13))
