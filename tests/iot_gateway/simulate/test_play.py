"""Who plays devices sends each message when it is due, and one that is held up holds up nobody else."""

import threading
from types import SimpleNamespace

from iot_gateway.simulate.moment import Moment
from iot_gateway.simulate.play import Pace, play, settle
from iot_gateway.simulate.sender import MAX_KEPT
from iot_gateway.simulate.stream import Message


class FakeFleet:
    """Devices whose receipts come when the test says so."""

    def __init__(self, *aliases):
        self.senders = {alias: SimpleNamespace(kept=0, send=self._sender(alias)) for alias in aliases}
        self.sent = []
        self.turns = 0

    @property
    def kept(self):
        return sum(each.kept for each in self.senders.values())

    def turn(self, wait_s):
        assert wait_s >= 0
        self.turns += 1

    def _sender(self, alias):
        def send(message):
            self.sent.append((alias, message.number))
            self.senders[alias].kept += 1
            return b"payload"

        return send


def messages(count, first_ms=0, every_ms=1_000):
    return iter(Message(first_ms + at * every_ms, (Moment(0, {}),), number=at + 1) for at in range(count))


def played(fleet, streams, speed=1e9, stop=None, look=lambda: None):
    left = []
    play(fleet, streams, Pace(0, speed), stop or threading.Event(), lambda *each: left.append(each), look)
    return left


def test_messages_of_all_devices_leave_in_the_order_in_which_they_are_due():
    fleet = FakeFleet("a", "b")

    left = played(fleet, {"a": messages(3), "b": messages(3, first_ms=500)})

    assert fleet.sent == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 3), ("b", 3)]
    assert [(alias, message.number, payload) for alias, message, payload in left][:2] == [
        ("a", 1, b"payload"),
        ("b", 1, b"payload"),
    ]


def test_a_device_with_a_full_buffer_waits_for_receipts_while_the_others_go_on():
    fleet = FakeFleet("full", "other")
    fleet.senders["full"].kept = MAX_KEPT

    def look():
        if len(fleet.sent) == 50:
            fleet.senders["full"].kept = 0

    played(fleet, {"full": messages(1), "other": messages(50)}, look=look)

    assert fleet.sent == [("other", number) for number in range(1, 51)] + [("full", 1)]


def test_nothing_more_leaves_once_told_to_stop():
    fleet, stop = FakeFleet("a"), threading.Event()

    played(fleet, {"a": messages(10**9, every_ms=0)}, stop=stop, look=stop.set)

    assert 0 < len(fleet.sent) < 1_000
    assert fleet.turns == 1


def test_who_settles_waits_for_receipts_but_not_for_ever():
    fleet = FakeFleet("a")
    fleet.senders["a"].kept = 1

    settle(fleet, 0.01, lambda: None)
    assert fleet.kept == 1

    settle(fleet, 60, lambda: setattr(fleet.senders["a"], "kept", 0))
    assert fleet.kept == 0


def test_who_is_told_to_stop_waits_no_longer_for_receipts():
    fleet, stop = FakeFleet("a"), threading.Event()
    fleet.senders["a"].kept = 1

    settle(fleet, 60, stop.set, stop)

    assert fleet.turns == 1
