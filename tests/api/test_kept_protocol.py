"""A kept page is answered on the wire as uvicorn would send it; whatever is unusual is left to uvicorn."""

import asyncio
from functools import partial

import pytest
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from api.app import create_app
from api.front import Front
from api.kept_protocol import MOST_FIELDS, MOST_HEAD_BYTES, KeptProtocol
from tests.api.samples import PATH, a_trace
from tests.api.serving import PUBLIC_URL, SampleLedger

FIELDS = "Host: x.cn\r\nAccept: text/html\r\nAccept-Language: zh-CN\r\nAccept-Encoding: br\r\n"


def get(path=PATH, more="", version="1.1", method="GET"):
    return f"{method} {path} HTTP/{version}\r\n{FIELDS}{more}\r\n".encode()


class Line(asyncio.Transport):
    """What a client sees of its connection."""

    def __init__(self):
        super().__init__()
        self.sent, self.is_closed, self.writes = bytearray(), False, 0

    def write(self, data):
        assert not self.is_closed
        self.sent += data
        self.writes += 1

    def close(self):
        self.is_closed = True

    def is_closing(self):
        return self.is_closed

    def pause_reading(self):
        pass

    resume_reading = pause_reading


class Served:
    """One application, on connections that are made by hand; counts what gets through to it."""

    def __init__(self, protocol=None):
        trace = a_trace()
        self.app = create_app(SampleLedger({trace.subject: trace}), PUBLIC_URL)
        self.front, self.through = Front(self.app, self.app.state.site.kept), 0
        self.protocol = protocol or partial(KeptProtocol, self.front)
        self.config = uvicorn.Config(
            self._counted, ws="none", interface="asgi3", log_config=None, access_log=False
        )

    async def _counted(self, scope, receive, send):
        self.through += 1
        await self.front(scope, receive, send)

    def connect(self):
        state = ServerState()
        state.default_headers = [(b"date", b"Mon, 23 Nov 2026 02:00:00 GMT")]
        connection, line = self.protocol(config=self.config, server_state=state, app_state={}), Line()
        connection.connection_made(line)
        return connection, line

    async def hear(self, connection, line, *packets):
        for packet in packets:
            if not line.is_closed:
                connection.data_received(packet)
        while connection.tasks:
            await asyncio.wait(connection.tasks)
            await asyncio.sleep(0)
        return line

    def talk(self, *packets):
        """What is said to these packets, each after the other without waiting."""

        async def talk():
            return await self.hear(*self.connect(), *packets)

        return asyncio.run(talk())


@pytest.fixture(scope="module")
def served():
    """Its page is at hand."""
    made = Served()
    made.talk(get())
    return made


@pytest.fixture(scope="module")
def slowly():
    """The same where each request goes through the application."""
    made = Served(HttpToolsProtocol)
    made.talk(get())
    return made


def etag(served):
    head = served.talk(get()).sent.partition(b"\r\n\r\n")[0].decode()
    return next(line.partition(": ")[2] for line in head.split("\r\n") if line.startswith("etag"))


UNUSUAL = {
    "HEAD": [get(method="HEAD")],
    "HTTP/1.0": [get(version="1.0")],
    "HTTP/1.0 that stays": [get(version="1.0", more="Connection: keep-alive\r\n")],
    "close": [get(more="Connection: close\r\n")],
    "close, said second": [get(more="Connection: keep-alive\r\nConnection: close\r\n")],
    "upgrade": [get(more="Connection: upgrade\r\nUpgrade: h2c\r\n")],
    "a body": [get(more="Content-Length: 3\r\n") + b"abc" + get("/healthz")],
    "a body in chunks": [
        get(more="Transfer-Encoding: chunked\r\n") + b"3\r\nabc\r\n0\r\nA: b\r\n\r\n" + get()
    ],
    "a body that hides a request": [
        get(more="Content-Length: 6\r\nTransfer-Encoding: chunked\r\n") + b"0\r\n\r\n" + get("/metrics")
    ],
    "two lengths": [get(more="Content-Length: 3\r\nContent-Length: 4\r\n") + b"abc" + get()],
    "Expect": [get(more="Expect: 100-continue\r\n")],
    "a folded field": [get(more="X: a\r\n b\r\n")],
    "a blank in a name": [get(more="X : a\r\n")],
    "no colon": [get(more="nonsense\r\n")],
    "line feeds alone": [get().replace(b"\r\n", b"\n")],
    "absolute form": [get(f"http://x.cn{PATH}")],
    "a fragment": [get(f"{PATH}#x")],
    "an empty query": [get(f"{PATH}?")],
    "encoded": [get(PATH.replace("HY", "%48Y"))],
    "no HTTP": [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    "POST": [get(method="POST", more="Content-Length: 0\r\n")],
}
USUAL = {
    "a page": [get()],
    "names in capitals": [get().replace(b"Accept", b"ACCEPT")],
    "stays": [get(more="Connection: keep-alive\r\n")],
    "more fields": [get(more="User-Agent: x\r\nCookie: a=b\r\nDNT: 1\r\n")],
    "a field twice": [get(more="Accept-Language: en\r\nAccept-Encoding: identity\r\n")],
    "pipelined": [get() + get() + get()],
    "in pieces": [get()[:20], get()[20:150], get()[150:] + get()[:9], get()[9:]],
    "byte by byte": [bytes([byte]) for byte in get()],
    "empty lines before": [b"\r\n" + get()],
}


@pytest.mark.parametrize("packets", [*UNUSUAL.values(), *USUAL.values()], ids=[*UNUSUAL, *USUAL])
def test_each_byte_is_as_uvicorn_sends_it(served, slowly, packets):
    ours, uvicorns = served.talk(*packets), slowly.talk(*packets)

    assert (ours.sent, ours.is_closed) == (uvicorns.sent, uvicorns.is_closed)
    assert ours.sent


@pytest.mark.parametrize("packets", USUAL.values(), ids=USUAL)
def test_what_is_at_hand_reaches_no_application_and_counts(served, packets):
    asked, through = b"".join(packets).count(b"GET"), served.through
    hits = served.app.state.site.kept.numbers.hits

    assert served.talk(*packets).writes == asked
    assert served.app.state.site.kept.numbers.hits == hits + asked
    assert served.through == through


def test_what_a_reader_has_is_not_sent_again(served, slowly):
    for said in (etag(served), f'"other", W/{etag(served)}', "*"):
        packet = get(more=f"If-None-Match: {said}\r\n")
        assert served.talk(packet).sent.startswith(b"HTTP/1.1 304 Not Modified\r\n")
        assert served.talk(packet).sent == slowly.talk(packet).sent


def test_answers_come_in_the_order_of_the_questions(served, slowly):
    packets = [get("/healthz") + get() + get("/01/1"), get()]

    assert served.talk(*packets).sent == slowly.talk(*packets).sent
    assert served.talk(*packets).sent.count(b"HTTP/1.1 ") == 4


def test_a_page_that_no_longer_stands_is_not_at_hand():
    served = Served()
    served.talk(get())
    first = served.talk(get()).sent
    [subject] = served.app.state.site.ledger.traces
    served.app.state.site.ledger.traces[subject] = a_trace(harvested_at=None)

    assert served.talk(get()).sent != first
    assert served.through == 2


def test_who_takes_nothing_is_sent_nothing_more_at_once(served):
    async def asked():
        connection, line = served.connect()
        connection.data_received(get())
        connection.pause_writing()
        connection.data_received(get() + get())
        for _ in range(9):
            await asyncio.sleep(0)
        stuck = line.writes
        connection.resume_writing()
        await served.hear(connection, line)
        return stuck, line.sent.count(b"HTTP/1.1 200 OK")

    assert asyncio.run(asked()) == (1, 3)


def test_a_head_without_an_end_is_refused_and_long_packets_are_not(served):
    endless = [b"GET / HTTP/1.1\r\nX: ", *[b"x" * 1000] * (MOST_HEAD_BYTES // 1000 + 1)]
    many = get(more="".join(f"X{number}: x\r\n" for number in range(MOST_FIELDS)))

    for packets in (endless, [many], [many + get("/healthz")]):
        refused = served.talk(*packets)
        assert refused.sent.startswith(b"HTTP/1.1 431 ")
        assert (refused.is_closed, refused.writes) == (True, 1)
    asked = 2 * MOST_HEAD_BYTES // len(get())
    long = served.talk(get() * asked + get()[:9], get()[9:])
    assert (long.is_closed, long.writes) == (False, asked + 1)


def test_fields_that_follow_a_body_are_not_collected(served):
    async def fields():
        connection, line = served.connect()
        chunked = get(more="Transfer-Encoding: chunked\r\n")
        await served.hear(connection, line, chunked, b"0\r\n", *[b"X: x\r\n"] * 9, b"\r\n")
        return len(connection._fields), line.is_closed

    assert asyncio.run(fields()) == (get().count(b": ") + 1, False)


def test_what_trails_a_body_without_an_end_is_cut_off_and_a_long_body_is_not(served):
    post = get("/healthz", "Transfer-Encoding: chunked\r\n", method="POST")
    large = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    trailing = [b"0\r\nX: ", *[b"x" * 1000] * (MOST_HEAD_BYTES // 1000 + 1)]

    assert served.talk(post, *trailing).is_closed
    assert not served.talk(post, *[large] * 5, b"0\r\n\r\n").is_closed


def test_a_refusal_is_never_taken_for_the_answer_to_what_was_asked_before(served):
    refused = served.talk(get("/healthz") + get(more="X: x\r\n" * (MOST_FIELDS + 1)))

    assert (refused.is_closed, b"431" in refused.sent) == (True, False)


def test_nothing_is_done_for_who_was_refused(served):
    through = served.through
    served.talk(get(more="X: x\r\n" * (MOST_FIELDS + 1)) + get("/healthz"))

    assert served.through == through


def test_a_connection_is_closed_when_nothing_was_asked_and_nothing_is_being_answered(served):
    async def idle(*before):
        connection, line = served.connect()
        for packet in before:
            connection.data_received(packet)
        connection.close_if_idle()
        early = line.is_closed
        connection.close_if_idle()
        late = line.is_closed
        await served.hear(connection, line)
        return early, late

    assert asyncio.run(idle()) == (False, True)
    assert asyncio.run(idle(get())) == (False, True)
    assert asyncio.run(idle(get()[:9])) == (False, True)
    assert asyncio.run(idle(get("/healthz"))) == (False, False)
