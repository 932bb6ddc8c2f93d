"""One thread moves the bytes of many devices: it reads all that came, and writes what is waiting."""

import socket

import pytest

from iot_gateway.simulate.fleet import Fleet


class FakeSocket:
    """Of which TLS has read so many packets ahead."""

    def __init__(self, ahead):
        self.ahead = ahead
        self._ours, self._theirs = socket.socketpair()

    def fileno(self):
        return self._ours.fileno()

    def pending(self):
        return self.ahead

    def arrive(self):
        self._theirs.send(b"x")

    def take(self):
        self._ours.recv(1)

    def close(self):
        self._ours.close()
        self._theirs.close()


class FakeClient:
    """A connected client with one packet at the socket, and more behind it in TLS."""

    def __init__(self, ahead):
        self.sock = FakeSocket(ahead)
        self.read = self.written = 0

    def socket(self):
        return self.sock

    def is_connected(self):
        return True

    def loop_read(self):
        if self.read:
            self.sock.ahead -= 1
        else:
            self.sock.take()
        self.read += 1

    def loop_write(self):
        self.written += 1
        self.on_socket_unregister_write(self, None, self.sock)

    def loop_misc(self):
        pass


class FakeSender:
    rejected = None

    def __init__(self, ahead=0):
        self.client = FakeClient(ahead)

    def resend(self):
        pass


@pytest.fixture
def sender():
    sender = FakeSender(ahead=2)
    yield sender
    sender.client.sock.close()


def a_fleet(sender):
    fleet = Fleet({"a": sender})
    sender.client.on_socket_open(sender.client, None, sender.client.sock)
    return fleet


def test_what_tls_has_read_already_does_not_wait_for_more_to_arrive(sender):
    fleet = a_fleet(sender)
    sender.client.sock.arrive()

    fleet.turn(1)

    assert sender.client.read == 3


def test_what_waits_to_be_written_is_written_once(sender):
    fleet = a_fleet(sender)
    sender.client.on_socket_register_write(sender.client, None, sender.client.sock)

    fleet.turn(1)
    fleet.turn(0)

    assert (sender.client.written, sender.client.read) == (1, 0)


def test_a_socket_that_was_closed_is_not_looked_at_any_more(sender):
    fleet = a_fleet(sender)
    sender.client.sock.arrive()

    sender.client.on_socket_close(sender.client, None, sender.client.sock)
    fleet.turn(0)

    assert sender.client.read == 0


def test_whom_the_broker_rejects_is_named(sender):
    fleet = a_fleet(sender)
    sender.rejected = "Not authorized"

    fleet.turn(0)

    assert fleet.trouble.startswith(
        "the broker refuses a: Not authorized; if it is your own, write its files"
    )
