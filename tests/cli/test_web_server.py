"""The socket of the web server: whoever reads nothing is cut off, and a port is shared only on purpose."""

import errno
import socket
from contextlib import suppress

import pytest

from traceability.cli import web_server
from traceability.cli.web_server import UNSENT_BYTES, listening
from traceability.errors import Refused


def test_a_connection_that_takes_nothing_is_closed_and_little_waits_for_it(monkeypatch):
    monkeypatch.setattr(web_server, "UNREAD_FOR_MS", 300)
    with listening("127.0.0.1", 0) as server, socket.socket() as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        silent.connect(server.getsockname())
        server.setblocking(True)
        line, _ = server.accept()
        with line:
            line.setblocking(False)
            sent = 0
            with suppress(BlockingIOError):
                while sent < 1_000_000:
                    sent += line.send(bytes(1_000))
            line.settimeout(30)
            with pytest.raises(OSError, match="timed out") as cut_off:
                line.sendall(bytes(1_000_000))

    assert sent < 4 * UNSENT_BYTES
    assert cut_off.value.errno == errno.ETIMEDOUT


def test_a_port_is_shared_by_those_who_all_say_so():
    with listening("127.0.0.1", 0, shares_port=True) as first:
        port = first.getsockname()[1]
        with listening("127.0.0.1", port, shares_port=True):
            pass
        with pytest.raises(Refused, match=f"port {port} on 127.0.0.1"):
            listening("127.0.0.1", port)
