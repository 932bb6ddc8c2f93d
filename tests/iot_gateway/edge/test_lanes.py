import pytest

from iot_gateway.edge.kept import KeptFile
from iot_gateway.edge.lanes import LANE, Lanes
from iot_gateway.edge.message import Message
from iot_gateway.edge.window import ANSWER_WITHIN_S
from tests.iot_gateway.edge.conftest import a_payload
from traceability.telemetry.receipt import Receipt
from traceability.telemetry.runs import Accounted, Status, advance, no_runs


def a_message(number):
    return Message.of("guoji/v1/cold-7/readings", a_payload("cold-7", number))


class Uplink:
    """Takes what it is given, until it is lost."""

    def __init__(self):
        self.got, self.is_lost = [], False

    def __call__(self, kept):
        if not self.is_lost:
            self.got.append(kept.message.number[1])
        return not self.is_lost


class Centre:
    def __init__(self, lanes, kept):
        self._lanes, self._kept, self._runs, self._now_ms = lanes, kept, no_runs(9), 0

    def takes(self, *numbers):
        arrived = [Accounted(number, Status.HELD, a_message(number).digest) for number in numbers]
        self._runs = advance(self._runs, arrived, lambda _first: ())

    def answers(self):
        self._now_ms += 1
        receipt = Receipt("cold-7", self._now_ms, self._now_ms, self._runs)
        self.brings(receipt)
        return receipt

    def brings(self, receipt):
        self._lanes.settled(self._kept.settle([self._lanes.answer(receipt, b"note")]))
        self._lanes.doubt(receipt)


@pytest.fixture
def kept(tmp_path):
    kept = KeptFile(tmp_path / "edge.db", 10**9)
    yield kept
    kept.close()


@pytest.fixture
def lanes(kept):
    return Lanes("cold-7", kept)


@pytest.fixture
def centre(lanes, kept):
    return Centre(lanes, kept)


def keep(kept, *numbers):
    kept.keep([a_message(number) for number in numbers], 5)


def test_a_backlog_goes_oldest_first_and_only_so_much_of_it_is_under_way(kept, lanes):
    keep(kept, *range(1, 201))
    lanes.begin()
    uplink = Uplink()

    lanes.send(0, uplink)
    lanes.send(1, uplink)

    assert uplink.got == list(range(1, LANE + 1))
    assert lanes.backlog() == 200


def test_what_comes_after_the_uplink_does_not_wait_for_the_backlog(kept, lanes, centre):
    keep(kept, *range(1, 201))
    lanes.begin()
    uplink = Uplink()
    lanes.send(0, uplink)
    keep(kept, 201, 202)

    lanes.send(1, uplink)
    assert uplink.got[LANE:] == [201, 202]
    centre.takes(*range(1, 11))
    centre.answers()
    lanes.send(2, uplink)

    assert uplink.got[LANE + 2 :] == list(range(LANE + 1, LANE + 11))


def test_what_an_uplink_does_not_take_goes_over_the_next_one(kept, lanes):
    keep(kept, 1, 2)
    lanes.begin()
    lost, next_one = Uplink(), Uplink()
    lost.is_lost = True

    lanes.send(0, lost)
    lanes.begin()
    lanes.send(1, next_one)

    assert next_one.got == [1, 2]


def test_what_is_under_way_when_the_uplink_is_lost_goes_again_when_it_is_due_and_not_twice_before(
    kept, lanes
):
    keep(kept, 1, 2)
    lanes.begin()
    uplink = Uplink()
    lanes.send(0, uplink)

    lanes.begin()
    lanes.send(1, uplink)
    assert uplink.got == [1, 2]
    lanes.send(ANSWER_WITHIN_S, uplink)

    assert uplink.got == [1, 2, 1, 2]


def test_what_a_receipt_states_and_nothing_proves_is_asked_for_alone_and_freed_by_the_answer(
    kept, lanes, centre
):
    keep(kept, 4, 5)
    lanes.begin()
    uplink = Uplink()
    lanes.send(0, uplink)
    centre.takes(1, 2, 3, 4, 5)

    centre.answers()
    keep(kept, 6)
    asked = []
    for now_s in (1, 2, 3):
        lanes.send(now_s, uplink)
        asked.append(uplink.got[-1])
        centre.answers()

    assert asked == [4, 5, 6]
    assert kept.count_all() == 1  # number 6, which the centre does not have


def test_while_one_is_asked_for_alone_a_receipt_that_does_not_state_it_frees_nothing(kept, lanes, centre):
    keep(kept, 4)
    lanes.begin()
    uplink = Uplink()
    lanes.send(0, uplink)
    centre.takes(1, 2, 3, 4)
    centre.answers()
    lanes.send(1, uplink)

    other = Receipt("cold-7", 0, 0, no_runs(8))
    assert lanes.answer(other, b"note").lone_id is None
    assert kept.count_all() == 1


def test_an_older_receipt_that_comes_again_does_not_free_what_was_asked_for_alone_after_it(
    kept, lanes, centre
):
    keep(kept, 4)
    lanes.begin()
    uplink = Uplink()
    lanes.send(0, uplink)
    centre.takes(1, 2, 3, 4)
    older, newest = centre.answers(), centre.answers()
    lanes.send(1, uplink)
    assert uplink.got == [4, 4]

    for again in (older, newest):
        centre.brings(again)
        assert kept.count_all() == 1
    centre.answers()

    assert kept.count_all() == 0
