"""Two installations that start in the same second do not meet on one port."""

import socket
import subprocess
import sys

import pytest

from traceability import ports
from traceability.errors import Refused
from traceability.ports import take_port

TAKES_ONE_AND_WAITS = """
import sys
from traceability.ports import take_port
print(take_port("127.0.0.1", int(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other():
    """Another process that was given a port; the port."""
    command = [sys.executable, "-c", TAKES_ONE_AND_WAITS, "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process, int(process.stdout.readline())
        process.kill()


def test_a_port_that_another_was_given_is_refused_though_nobody_listens_there_yet(other):
    _, port = other

    with pytest.raises(Refused, match=f"port {port} on 127.0.0.1: another installation here was given it"):
        take_port(wanted=port)


def test_a_killed_process_gives_its_port_back(other):
    process, port = other
    process.kill()
    process.wait()

    assert take_port(wanted=port) == port


def test_a_port_of_ours_is_given_to_us_again_and_to_nobody_who_asks_for_any(monkeypatch):
    port, another = take_port(), 1
    free = iter([port, port, another])
    monkeypatch.setattr(ports, "free_port", lambda host, wanted: wanted or next(free))

    assert take_port(wanted=port) == port
    assert take_port() == another


def test_a_port_where_somebody_listens_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(Refused, match=f"port {port} on 127.0.0.1: Address already in use"):
            take_port(wanted=port)


def test_a_port_is_promised_to_nobody_else_while_it_is(other):
    process, port = other
    with pytest.raises(Refused, match="another installation here was given it"):
        ports.promise(port)

    process.kill()
    process.wait()

    ports.promise(port).close()
