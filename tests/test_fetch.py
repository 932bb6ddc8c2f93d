"""A server that drips holds nobody for longer than was given it, wherever in its answer it drips."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from urllib.request import Request

import pytest

from traceability import fetch as module
from traceability.chain.rpc import RpcChain
from traceability.errors import ChainUnavailable, Unavailable
from traceability.fetch import fetch

WITHIN_S = 0.4
AT_MOST = 1000


@contextmanager
def answering(answer):
    """A server that gives each connection to `answer`."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=alone, args=[connection]).start()

        def alone(connection):
            with connection, suppress(OSError):
                answer(connection)

        threading.Thread(target=serve).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def dripping(first, drop=b"x"):
    def answer(connection):
        connection.recv(1 << 16)
        connection.sendall(first)
        while True:  # until whoever asked has hung up
            time.sleep(0.05)
            connection.sendall(drop)

    return answer


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"", b"H"),
        (HEAD, b"x"),
        (HEAD, b"a: b\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (HEAD + b"\r\n", b"x"),
        (HEAD + b"Content-Length: 900\r\n\r\n", b"x"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1", b"0"),
    ],
)
def test_whatever_drips_is_left_when_time_is_up(first, drop):
    with (
        answering(dripping(first, drop)) as url,
        pytest.raises(Unavailable, match=r"not whole within 0\.4 s"),
    ):
        fetch(Request(url), WITHIN_S, AT_MOST)


def test_headers_that_drip_do_not_hold_who_asks_a_chain():
    with (
        answering(dripping(HEAD)) as url,
        pytest.raises(ChainUnavailable, match=r"eth_chainId: not whole within 0\.4 s"),
    ):
        RpcChain(url, timeout_s=WITHIN_S).chain_id()


def test_a_handshake_that_drips_is_left_too():
    hello = b"\x16\x03\x03\x40\x00"  # a TLS record that never ends
    with (
        answering(dripping(hello, b"\x02")) as url,
        pytest.raises(Unavailable, match=r"not whole within 0\.4 s"),
    ):
        fetch(Request(url.replace("http:", "https:")), WITHIN_S, AT_MOST)


def test_all_addresses_of_a_host_share_one_time(monkeypatch):
    asked = []

    def slow(address, timeout):
        asked.append(timeout)
        time.sleep(0.15)
        raise OSError("no route")

    monkeypatch.setattr(module.socket, "create_connection", slow)
    monkeypatch.setattr(
        module.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (f"10.0.0.{n}", 80)) for n in range(50)]
    )

    with pytest.raises(Unavailable, match=r"not whole within 0\.4 s"):
        fetch(Request("http://many.example"), WITHIN_S, AT_MOST)

    assert len(asked) <= 4
    assert asked == sorted(asked, reverse=True)


def redirecting(to):
    def answer(connection):
        asked = connection.recv(1 << 16)
        if asked.startswith(b"GET /there"):
            connection.sendall(HEAD + b"Content-Length: 2\r\n\r\nok")
        else:
            connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())

    return answer


def test_a_redirection_is_followed_only_where_that_is_allowed():
    with answering(redirecting("/there")) as url:
        assert fetch(Request(url), 5, AT_MOST, elsewhere=True) == b"ok"
        with pytest.raises(Unavailable, match="the server answers 302"):
            fetch(Request(url), 5, AT_MOST)


def test_only_the_address_that_was_looked_at_is_asked_past_every_proxy(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with answering(redirecting("/there")) as url:
        named = url.replace("127.0.0.1", "nobody.invalid")

        assert fetch(Request(f"{named}/there"), 5, AT_MOST, address="127.0.0.1") == b"ok"


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/plain,x"])
def test_nobody_is_led_out_of_the_web(to):
    with answering(redirecting(to)) as url, pytest.raises(Unavailable):
        fetch(Request(url), 5, AT_MOST, elsewhere=True)


def test_a_certificate_that_nobody_vouches_for_is_not_believed():
    assert module._tls().verify_mode is ssl.CERT_REQUIRED
    assert module._tls().check_hostname
