"""What a server that is none, or a hostile one, does to our connection: a clear reason, and nothing else."""

import json
import socket
import threading
from contextlib import contextmanager, suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iot_gateway.logins import Address
from iot_gateway.nats import Connection, Message, nats_address, publication, split
from traceability.errors import InvalidInput, Unavailable

HOST = "127.0.0.1"
INFO = b'INFO {"max_payload": 1048576}\r\n'


@contextmanager
def a_server(*lines, then=b""):
    """Sends the first line at once, each further one after something has come, `then` once it is told to."""
    listening = socket.create_server((HOST, 0))
    go_on, heard = threading.Event(), []

    def serve():
        with suppress(ConnectionError), listening.accept()[0] as peer:
            for number, line in enumerate(lines):
                if number:
                    heard.append(peer.recv(65_536))
                peer.sendall(line)
            go_on.wait(60)
            peer.sendall(then)
            while more := peer.recv(65_536):
                heard.append(more)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Address(HOST, listening.getsockname()[1], "@gateway", "secret"), go_on, heard
    finally:
        go_on.set()
        thread.join()
        listening.close()


@contextmanager
def connected(then):
    with a_server(INFO, b"PONG\r\n", then=then) as (address, go_on, heard):
        connection = Connection(address)
        go_on.set()
        try:
            yield connection, heard
        finally:
            connection.close()


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], "does not speak NATS"),
        ([b"INFO [1]\r\n", b"-ERR 'Authorization Violation'\r\n"], "Authorization Violation"),
        ([b'INFO {"tls_required": true}\r\n'], "wants TLS"),
        ([b"INFO \xff\r\n"], "does not speak NATS"),
        ([b"INFO " + b"[" * 50_000 + b"\r\n"], "does not speak NATS"),
        ([b"INFO {" + b" " * 200_000], "does not speak NATS"),
        ([b'INFO {"max_payload": null}\r\n'], "max_payload is None, want at most 67108864"),
        ([b'INFO {"max_payload": "x"}\r\n'], "max_payload is x"),
        ([b'INFO {"max_payload": 1e400}\r\n'], "max_payload is inf"),
        ([b'INFO {"max_payload": -1}\r\n'], "max_payload is -1"),
        ([b'INFO {"max_payload": 67108865}\r\n'], "max_payload is 67108865"),
        ([INFO, b"x" * 100_000], "a line of over 65536 bytes"),
        ([INFO, b"MSG a 1 x\r\n"], "'x' in the place of a number"),
        ([b""], "closed the connection|does not speak NATS"),
    ],
)
def test_what_is_no_server_for_us_is_said_in_words(lines, reason):
    with a_server(*lines) as (address, go_on, _):
        go_on.set()
        with pytest.raises(Unavailable, match=f"NATS at {HOST}:{address.port}: .*({reason})"):
            Connection(address)


def test_a_port_that_nobody_listens_on_is_said_in_words():
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(Unavailable, match="refused"):
        Connection(Address(HOST, port, "@gateway", "secret"))


def test_a_ping_is_answered_and_a_lost_connection_is_said():
    with connected(b"PING\r\n") as (connection, heard):
        assert connection.read(5) == []
        connection.close()
        with pytest.raises(Unavailable):
            connection.read(1)

    assert b"PONG\r\n" in b"".join(heard)


_SUBJECT = st.text("abc.$\x0b迹", min_size=1, max_size=9)
_MESSAGE = st.builds(
    Message,
    _SUBJECT,
    st.sampled_from([b"", b"$JS.ACK.1"]),
    st.sampled_from([b"", b"NATS/1.0 408 Request Timeout\r\n\r\n"]),
    st.binary(max_size=40),
)


def _sent(message):
    words = [message.subject.encode(), b"1"] + [message.reply] * bool(message.reply)
    sizes = [b"%d" % len(message.header)] * bool(message.header)
    sizes.append(b"%d" % len(message.header + message.payload))
    verb = b"HMSG" if message.header else b"MSG"
    return b" ".join([verb, *words, *sizes]) + b"\r\n" + message.header + message.payload + b"\r\n"


@given(messages=st.lists(_MESSAGE, max_size=5), cuts=st.lists(st.integers(0, 400), max_size=5))
def test_messages_come_out_as_they_went_in_however_the_network_cuts_them(messages, cuts):
    sent = b"+OK\r\n" + b"".join(map(_sent, messages)) + b"PING\r\n"
    received, rest = [], b""

    places = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    for first, last in pairwise(places):
        frames, rest = split(rest + sent[first:last])
        received += frames

    assert received == [b"+OK", *messages, b"PING"]
    assert rest == b""


@given(
    st.lists(st.sampled_from([b"MSG", b"HMSG", b" ", b"\r\n", b"1", b"-1", b"9" * 30, b"\xff"])).map(b"".join)
)
def test_noise_is_refused_or_waited_with(noise):
    with suppress(InvalidInput):
        _, rest = split(noise)
        assert noise.endswith(rest)


@pytest.mark.parametrize("url", ["", "mqtt://host", "nats://", "nats:host", "host:4222"])
def test_a_url_of_another_kind_is_refused(url):
    with pytest.raises(InvalidInput, match="is not like nats://host:port"):
        nats_address(url, "@gateway", "secret")


def test_a_url_without_a_port_means_the_usual_one():
    assert nats_address("nats://host", "u", "p") == Address("host", 4222, "u", "p")
    assert nats_address("tls://host:1", "u", "p").tls


def test_a_publication_says_its_length():
    assert publication(b"a.b", b"\r\n", b"c") == b"PUB a.b c 2\r\n\r\n\r\n"
    assert json.loads(publication(b"a", b"{}").split(b"\r\n")[1]) == {}
