"""A kept page is answered as it was the first time, to each who asks alike, and never when it is old."""

import asyncio
import gzip
import threading
from dataclasses import dataclass, field, replace
from itertools import product

import brotli
import pytest

from api.app import create_app
from api.front import AT_ONCE, LONGEST_KNOWN, MOST_KNOWN, SHORT_LINE, Front
from api.page_cache import HOT, PageCache, Rendered
from tests.api.samples import PATH, a_trace
from tests.api.serving import PUBLIC_URL, SampleLedger
from traceability.errors import Unavailable

PAGE = {"accept": "text/html", "accept-language": "zh-CN", "accept-encoding": "br"}
NO_OTHERS = {}
BARE = {"accept_encoding": "identity"}
ITEM = f"{PATH.split('/10/')[0]}/21/A000000000000001"


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Site:
    """The front over the application over sample traces; counts what gets through to the application."""

    def __init__(self, app):
        trace = a_trace()
        self.ledger, self.kept = SampleLedger({trace.subject: trace}), PageCache()
        self.subject, self.through, self.app = trace.subject, 0, app
        app.state.site = replace(app.state.site, ledger=self.ledger, kept=self.kept)
        self.front = Front(self._counted, self.kept)

    async def _counted(self, scope, receive, send):
        self.through += 1
        await self.app(scope, receive, send)

    def ask(self, path=PATH, method="GET", **headers):
        return asyncio.run(asked(self.front, path, method, headers))

    def slowly(self, path=PATH, method="GET", **headers):
        """What a front says that was not asked before, which has to go through the application."""
        return asyncio.run(asked(Front(self.app, self.kept), path, method, headers))


async def asked(app, target, method="GET", headers=NO_OTHERS):
    found = Answer()

    async def send(message):
        if message["type"] == "http.response.start":
            found.status = message["status"]
            found.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            found.body += message.get("body", b"")

    await answer(app, target, send, method, headers)
    return found


async def answer(app, target, send, method="GET", headers=NO_OTHERS):
    path, _, query = target.partition("?")
    sent = PAGE | {name.replace("_", "-"): value for name, value in headers.items()}

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "server": ("guoji.example", 443),
        "client": ("192.0.2.1", 1),
    }
    await app(scope, receive, send)


@pytest.fixture(scope="module")
def app():
    return create_app(SampleLedger(), PUBLIC_URL)


@pytest.fixture
def site(app):
    return Site(app)


@pytest.mark.parametrize("path", [PATH, f"{PATH}?format=json", f"{PATH}?lang=en&type=large"])
def test_each_header_and_byte_is_the_same_the_second_time(site, path):
    site.ask(path)
    for encoding, method in product(
        ["br", "identity", "br;q=0, gzip;q=0.5", "*", "gzip;q=x"], ["GET", "HEAD"]
    ):
        slow = site.slowly(path, method, accept_encoding=encoding)
        known = {"accept_encoding": encoding, "if_none_match": slow.headers["etag"]}

        assert site.ask(path, method, accept_encoding=encoding) == slow
        assert site.ask(path, method, **known) == site.slowly(path, method, **known)
    assert site.through == 1


def test_each_encoding_holds_the_same_page_under_an_etag_of_its_own(site):
    forms = [site.ask(accept_encoding=each) for each in ("br", "gzip", "identity")]

    unpacked = [brotli.decompress(forms[0].body), gzip.decompress(forms[1].body), forms[2].body]
    assert len(set(unpacked)) == 1
    etags = {each.headers["etag"] for each in forms}
    assert len(etags) == 3
    assert not any(each.startswith("W/") for each in etags)
    assert all("Accept-Encoding" in each.headers["vary"] for each in forms)
    assert [each.headers.get("content-encoding") for each in forms] == ["br", "gzip", None]


@pytest.mark.parametrize("weight", ["inf", "1e9", "nan", "-1", "2", "0.0001", ""])
def test_what_is_no_weight_is_none(site, weight):
    """RFC 9110, 12.4.2."""
    answer = site.ask(accept_encoding=f"br;q={weight}, gzip;q=0.5")

    assert answer.headers["content-encoding"] == "gzip"


def test_what_a_reader_has_is_not_sent_again(site):
    first = site.ask()

    for said in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = site.ask(if_none_match=said)
        assert (again.status, again.body) == (304, b"")
        assert "content-security-policy" not in again.headers
    assert site.ask(if_none_match='"other"').status == 200
    assert site.ask(accept_language="en", if_none_match=first.headers["etag"]).status == 200


def test_language_type_size_and_medium_each_have_a_page_of_their_own(site):
    asked_for = [
        {},
        {"accept_language": "en"},
        {"path": f"{PATH}?type=large"},
        {"path": f"{PATH}?format=json"},
        {"accept": "application/json"},
    ]
    answers = [site.ask(**each) for each in (*asked_for, *asked_for)]

    assert len({each.body for each in answers}) == 4  # JSON is the same however it is asked for
    assert site.through == len(asked_for)
    assert site.kept.numbers.renders == 4


def test_a_page_is_made_anew_when_its_trace_has_changed_and_not_before(site):
    first = site.ask()
    site.ledger.traces[site.subject] = replace(a_trace(), lost=1)
    changed = site.ask()

    assert changed.headers["etag"] != first.headers["etag"]
    assert site.ask() == changed
    assert site.through == 2
    metrics = site.ask("/metrics").body.decode()
    for name, number in (("hits", 1), ("misses", 2), ("renders", 2), ("turned_away", 0)):
        assert f"guoji_pages_{name} {number}.0" in metrics


def test_who_answers_is_decided_anew_when_something_above_or_below_came(site):
    """A product stands in for an item that nobody has recorded, until somebody does."""
    product = replace(a_trace(), subject=site.subject.split("/10/")[0])
    site.ledger.traces[product.subject] = product
    stand_in = site.ask(ITEM)
    item = replace(product, subject=f"{product.subject}/21/A000000000000001", lost=3)
    site.ledger.traces[item.subject] = item

    assert stand_in.status == 200
    assert site.ask(ITEM).headers["etag"] != stand_in.headers["etag"]


def test_nothing_but_pages_of_goods_is_kept(site):
    for path in ("/01/1", f"{ITEM}/x", "/", "/trust", f"/overlay{PATH}", f"{PATH}?linkType=linkset"):
        for through in (1, 2):
            site.through = 0
            site.ask(path)
            assert site.through == 1, (path, through)
    assert site.ask(method="POST").status == 405
    site.ledger.away = Unavailable("the store does not answer")
    assert site.ask().status == 503


def test_a_thing_that_is_unknown_is_found_as_soon_as_it_is_there(site):
    trace = site.ledger.traces.pop(site.subject)
    assert site.ask().status == 404
    site.ledger.traces[site.subject] = trace

    assert site.ask().status == 200


def test_hostile_variety_fills_no_memory(site):
    for number in range(3):
        site.ask(f"{PATH}?utm={number}{'x' * LONGEST_KNOWN}")
    assert len(site.front._known) == 0
    site.front._known.update({(b"", b"", b"", str(n).encode()): None for n in range(MOST_KNOWN)})

    site.ask(f"{PATH}?utm=1")

    assert len(site.front._known) == MOST_KNOWN
    assert site.kept.numbers.renders == 1


def test_a_reader_who_is_slow_keeps_nobody_else_waiting(site):
    async def crowd():
        stuck, gate = [], asyncio.Event()

        async def slow_send(message):
            stuck.append(message)
            await gate.wait()

        slow = [asyncio.create_task(answer(site.front, f"{PATH}?{n}", slow_send)) for n in range(AT_ONCE)]
        while len(stuck) < AT_ONCE:
            await asyncio.sleep(0.01)
        found = await asked(site.front, f"{PATH}?another")
        gate.set()
        await asyncio.gather(*slow)
        return found

    assert asyncio.run(crowd()).status == 200


def test_one_slow_page_asked_for_in_many_wordings_leaves_a_turn_for_the_others(site):
    async def crowd():
        gate = asyncio.Event()

        async def slow(scope, receive, send):
            if scope["path"] == PATH:
                await gate.wait()
            await site.app(scope, receive, send)

        front = Front(slow, PageCache())
        many = [asyncio.create_task(asked(front, f"{PATH}?{n}")) for n in range(9)]
        await asyncio.sleep(0)
        another = await asyncio.wait_for(asked(front, "/01/9"), 60)
        gate.set()
        return another.status, {each.status for each in await asyncio.gather(*many)}

    assert asyncio.run(crowd()) == (400, {200})


def test_a_proof_is_made_once_for_all_who_ask_and_anew_when_it_has_changed(site):
    path = f"/proof?subject=https://x.cn{PATH}"

    async def crowd():
        return await asyncio.gather(*(asked(site.front, path, headers=BARE) for _ in range(9)))

    assert {each.body for each in asyncio.run(crowd())} == {b'{"bundle":"%s"}' % site.subject.encode()}
    assert (site.kept.numbers.renders, site.through) == (1, 1)

    site.ledger.bundle = b"{}"

    assert site.ask(path, **BARE).body == b"{}"
    assert site.ask(path, method="HEAD", **BARE).headers["content-length"] == "2"


def test_a_crowd_that_is_too_large_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr("api.front.MOST_WAITING", 9)
    gate = asyncio.Event()

    async def slow(scope, receive, send):
        await gate.wait()

    async def crowd():
        front = Front(slow, PageCache())
        waiting = [asyncio.create_task(asked(front, f"{PATH}?{n}")) for n in range(9)]
        await asyncio.sleep(0)
        turned_away = await asked(front, PATH)
        gate.set()
        await asyncio.gather(*waiting)
        return turned_away

    turned_away = asyncio.run(crowd())

    assert (turned_away.status, turned_away.headers["retry-after"]) == (503, "2")
    assert "请稍后再试" in turned_away.body.decode()


def test_a_crowd_for_one_page_costs_one_rendering(site):
    async def crowd():
        return await asyncio.gather(*(asked(site.front, PATH) for _ in range(5 * AT_ONCE)))

    answers = asyncio.run(crowd())

    assert len({each.body for each in answers}) == 1
    assert (site.kept.numbers.renders, site.ledger.traced, site.through) == (1, 1, 1)


@pytest.mark.parametrize("bears_lag", [True, False])
def test_while_a_page_is_made_anew_others_see_the_last_one_unless_something_was_taken_back(site, bears_lag):
    old = site.ask().body
    site.ledger.traces = {site.subject: a_trace(harvested_at=None)}
    site.ledger.bears_lag = bears_lag
    may_go_on, trace = threading.Event(), site.ledger.trace
    site.ledger.trace = lambda subject: may_go_on.wait(60) and trace(subject)

    async def crowd():
        first = asyncio.create_task(asked(site.front, PATH))
        while not site.front._asking:
            await asyncio.sleep(0)
        others = [asyncio.create_task(asked(site.front, PATH)) for _ in range(9)]
        done, _ = await asyncio.wait(others, timeout=60 if bears_lag else 0.2)
        may_go_on.set()
        return len(done), (await first).body, {(await each).body for each in others}

    done, new, seen = asyncio.run(crowd())

    assert new != old
    assert (done, seen) == ((9, {old}) if bears_lag else (0, {new}))
    assert site.through == 2


@pytest.mark.parametrize("bears_lag", [True, False])
def test_where_a_line_has_formed_news_wait_and_what_was_taken_back_does_not(site, bears_lag):
    old = site.ask().body
    may_go_on, trace = threading.Event(), site.ledger.trace
    site.ledger.traces = {site.subject: a_trace(harvested_at=None)}
    site.ledger.bears_lag = bears_lag
    site.ledger.trace = lambda subject: may_go_on.wait(60) and trace(subject)

    async def crowd():
        lots = [f"/01/09521234000020/10/L{number}" for number in range(SHORT_LINE)]
        line = [asyncio.create_task(asked(site.front, lot)) for lot in lots]
        while len(site.front._asking) < SHORT_LINE:
            await asyncio.sleep(0)
        late = asyncio.create_task(asked(site.front, PATH))
        await asyncio.wait([late], timeout=60 if bears_lag else 0.2)
        is_done = late.done()
        may_go_on.set()
        await asyncio.gather(*line)
        return is_done, (await late).body == old

    assert asyncio.run(crowd()) == (bears_lag, bears_lag)


def test_a_page_that_may_no_longer_be_what_answers_is_given_to_nobody(site):
    site.ask()
    [worded] = site.front._known
    assert site.front._lagging(worded)

    site.ledger.traces["https://id.gs1.org/01/09521234000020"] = a_trace()

    assert site.front._lagging(worded) is None


def test_whoever_comes_alone_never_sees_the_last_page(site):
    old = site.ask().body
    site.ledger.traces = {site.subject: a_trace(harvested_at=None)}
    site.ledger.bears_lag = True

    assert site.ask().body != old


def test_what_a_crowd_cannot_be_given_together_each_is_told(site):
    async def crowd():
        return await asyncio.gather(*(asked(site.front, "/01/9") for _ in range(9)))

    assert {each.status for each in asyncio.run(crowd())} == {400}
    assert site.front._asking == {}


class Stands:
    def holds(self):
        return True

    is_found_to_hold = holds


def rendered(text):
    return lambda: Rendered(text.encode(), {"Content-Type": "text/html"}, Stands())


class LooksFirst(Stands):
    def holds(self):
        return False


def test_a_page_of_which_it_is_not_known_whether_it_stands_is_looked_at_and_not_rendered_anew():
    cache, page = PageCache(), Rendered(b"page", {}, LooksFirst())

    assert cache.of("one", lambda: page) is cache.of("one", lambda: page)


def test_the_pages_that_were_asked_for_longest_ago_make_room():
    size = PageCache().of("any", rendered("page")).size
    cache = PageCache(most_bytes=2 * size)

    for key in ("one", "two"):
        cache.of(key, rendered("page"))
    cache.standing("one")
    cache.of("three", rendered("page"))

    assert [key for key in ("one", "two", "three") if cache.standing(key)] == ["one", "three"]
    assert cache.numbers.bytes == 2 * size


def test_a_hot_page_is_pressed_once_it_has_lived_for_a_while_and_says_the_same():
    cache, done = PageCache(), threading.Event()
    page = cache.of("page", rendered("果" * 999 + "迹" * 500))
    before, press = page.in_("br"), page.press
    pressed = []
    page.press = lambda: (press(), pressed.append(True), done.set())

    for _ in range(HOT):
        cache.answered(page)
    page.settled_at_s = 0
    for _ in range(3):
        cache.answered(page)

    assert done.wait(60)
    cache._pressing.shutdown()
    assert pressed == [True]
    after = page.in_("br")
    assert after.etag != before.etag
    assert brotli.decompress(after.body) == brotli.decompress(before.body)
