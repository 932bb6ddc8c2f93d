"""Listeners: each gets the newest state, none waits for another, no more of them than we can serve."""

import asyncio
from contextlib import ExitStack
from functools import partial

import httpx
import pytest

from api import event_front, event_stream
from api import live as module
from api.event_front import Places
from api.event_stream import Feed, Listener
from api.live import Live
from api.problems import Busy
from api.room_relay import RoomRelay
from tests.api.listening import ROOM, FakeAir, Line, listening
from tests.api.samples import PATH, SUBJECT, a_trace
from tests.api.serving import SampleLedger, served
from traceability.errors import Unavailable
from traceability.live.room import Phase


def test_however_many_listen_a_state_is_computed_once_a_period():
    computed = []

    def compute():
        computed.append(1)
        return str(len(computed)).encode()

    async def everybody():
        live, lines = Live(every_s=0.01), [Line() for _ in range(50)]
        with ExitStack() as open_:
            for line in lines:
                open_.enter_context(listening(partial(live.heard_by, "x", compute), line))
            return [await line.heard(3) for line in lines]

    heard = asyncio.run(everybody())

    assert all(each[number] == str(number) for each in heard for number in each)
    assert len(computed) < 20


def test_nothing_is_computed_when_nobody_listens():
    computed = []

    async def listen_and_leave():
        live, line = Live(every_s=0.01), Line()
        with listening(partial(live.heard_by, "x", lambda: computed.append(1) or b""), line) as task:
            await line.heard(1)
        await task
        before = len(computed)
        await asyncio.sleep(0.05)
        return before, live.is_heard("x")

    assert asyncio.run(listen_and_leave()) == (len(computed), False)


@pytest.mark.parametrize("failure", [Unavailable("store is away"), ZeroDivisionError("of the store")])
def test_a_failure_costs_one_state_and_not_the_stream(failure, caplog):
    answers = [failure, b"back", b"later"]

    def compute():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def listen():
        live, line = Live(every_s=0.01), Line()
        with listening(partial(live.heard_by, "x", compute), line):
            return await line.heard(1)

    assert asyncio.run(listen())[1] == "back"
    assert str(failure) in caplog.text


def test_a_listener_that_does_not_read_misses_states_and_holds_up_nobody():
    async def listen():
        feed, slow, quick = Feed(0), Line(), Line()
        tasks = [asyncio.create_task(_stay(feed, line)) for line in (slow, quick)]
        await asyncio.sleep(0)
        slow.reads.clear()
        for number in range(1, 100):
            feed.tell(number, b"{}", 0)
            await asyncio.sleep(0)
        slow.reads.set()
        await slow.heard(2)
        for line in (slow, quick):
            line.hang_up()
        await asyncio.gather(*tasks)
        return list(slow.events), list(quick.events)

    slow, quick = asyncio.run(listen())

    assert slow == [1, 99]
    assert quick == list(range(1, 100))


def test_the_head_goes_before_all_else_and_a_state_with_line_breaks_is_one_event():
    async def listen():
        feed, line = Feed(0), Line(reads_at_once=False)
        feed.tell(7, b'{\n"a": 1}', 0)
        task = asyncio.create_task(_stay(feed, line))
        for _ in range(5):
            await asyncio.sleep(0)
        assert len(line.sent) == 1
        line.reads.set()
        await line.heard(1)
        line.hang_up()
        await task
        return line

    line = asyncio.run(listen())

    assert [each["type"].rpartition(".")[2] for each in line.sent] == ["start", "body", "body"]
    assert line.sent[1]["body"].startswith(b"retry: ")
    assert line.events == {7: '{\n"a": 1}'}


def test_silence_is_broken_by_a_comment_that_takes_no_state_from_a_slow_listener():
    async def listen():
        feed, idle, slow = Feed(0), Line(), Line()
        tasks = [asyncio.create_task(_stay(feed, line)) for line in (idle, slow)]
        await asyncio.sleep(0)
        slow.reads.clear()
        feed.tell(1, b"{}", 0)
        feed.tell(2, b"{}", 0)
        await idle.heard(1)
        for now_s in (1, event_stream.SILENT_AT_MOST_S + 1, event_stream.SILENT_AT_MOST_S + 2):
            feed.remind(now_s)
            await asyncio.sleep(0.001)
        slow.reads.set()
        for line in (idle, slow):
            line.hang_up()
        await asyncio.gather(*tasks)
        return [[each.get("body") for each in line.sent].count(b":\n\n") for line in (idle, slow)]

    assert asyncio.run(listen()) == [1, 0]


def test_a_server_that_ends_cancels_the_wait_for_a_listener_and_that_is_no_fault():
    async def cancelled():
        raise asyncio.CancelledError

    async def listen():
        feed, line = Feed(0), Line()
        line.receive = cancelled
        await _stay(feed, line)
        return len(feed)

    assert asyncio.run(listen()) == 0


def test_those_who_were_cut_off_together_do_not_come_back_together():
    async def listen():
        lines = [Line() for _ in range(50)]
        feed = Feed(0)
        for line in lines:
            line.hang_up()
            await _stay(feed, line)
        return {line.sent[1]["body"] for line in lines}

    assert len(asyncio.run(listen())) > 25


@pytest.mark.parametrize(("most", "newcomer", "is_let_in"), [(1, "x", True), (1, "y", False), (2, "y", True)])
def test_no_more_is_computed_than_we_can_serve(monkeypatch, most, newcomer, is_let_in):
    monkeypatch.setattr(module, "MOST_FEEDS", most)

    async def listen():
        live, first, second = Live(every_s=0.01), Line(), Line()
        with listening(partial(live.heard_by, "x", lambda: b"{}"), first):
            await first.heard(1)
            with listening(partial(live.heard_by, newcomer, lambda: b"{}"), second) as task:
                try:
                    async with asyncio.timeout(5):
                        await asyncio.wait(
                            [task, asyncio.create_task(second.heard(1))],
                            return_when=asyncio.FIRST_COMPLETED,
                        )
                finally:
                    second.hang_up()
            await task
        return second.events

    if is_let_in:
        assert asyncio.run(listen())
    else:
        with pytest.raises(Busy, match="as many feeds"):
            asyncio.run(listen())


def test_no_network_takes_the_places_of_all():
    places = Places(4)
    with ExitStack() as open_:
        for _ in range(2):
            open_.enter_context(places.taken_by("192.0.2.0/24"))
        with pytest.raises(Busy, match="one network"):
            open_.enter_context(places.taken_by("192.0.2.0/24"))
        for network in ("198.51.100.0/24", "203.0.113.0/24"):
            open_.enter_context(places.taken_by(network))
        with pytest.raises(Busy, match="as many overlays"):
            open_.enter_context(places.taken_by("10.0.0.0/24"))
    for _ in range(2):
        with places.taken_by("192.0.2.0/24"):
            pass


def test_a_listener_too_many_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(event_front, "MOST_LISTENERS", 0)
    with served(SampleLedger({SUBJECT: a_trace()})) as address:
        answer = httpx.get(f"{address}/overlay{PATH}/events", trust_env=False)

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.text.startswith("as many overlays are on air")


def test_one_look_finds_the_news_of_all_rooms_and_ends_with_the_last_listener():
    air = FakeAir("AAAAAA", "BBBBBB")

    async def listen():
        relay, lines = RoomRelay(air, air, every_s=0.001), {code: Line() for code in sorted(air.codes)}
        with ExitStack() as open_:
            tasks = [
                open_.enter_context(listening(partial(relay.heard_by, code), line))
                for code, line in lines.items()
            ]
            for number in (1, 2):
                for code in lines:
                    air.show(code, code.encode())
                for line in lines.values():
                    await line.heard(number)
        await asyncio.gather(*tasks)
        looks = len(air.looks)
        await asyncio.sleep(0.02)
        return [line.events for line in lines.values()], looks

    heard, looks = asyncio.run(listen())

    assert heard == [{1: "AAAAAA", 2: "AAAAAA"}, {1: "BBBBBB", 2: "BBBBBB"}]
    assert len(air.looks) <= looks + 1
    assert all(each.keys() == air.codes for each in air.looks[1:])


@pytest.mark.parametrize("failure", [Unavailable("store is away"), ZeroDivisionError("of the store")])
def test_listeners_stay_while_the_store_is_away_and_hear_on_when_it_is_back(monkeypatch, failure, caplog):
    monkeypatch.setattr("api.room_relay.AGAIN_AFTER_S", 0.001)
    air = FakeAir()
    air.show(ROOM, b"before")

    async def listen():
        relay, line = RoomRelay(air, air, every_s=0.001), Line()
        with listening(partial(relay.heard_by, ROOM), line) as task:
            await line.heard(1)
            air.failure = failure
            air.show(ROOM, b"meanwhile")
            asked = len(air.looks)
            while len(air.looks) < asked + 5:
                await asyncio.sleep(0.001)
            assert not task.done()
            air.failure = None
            return await line.heard(2)

    assert asyncio.run(listen()) == {1: "before", 2: "meanwhile"}
    assert caplog.text.count("rooms are silent") == 1


@pytest.fixture
def air():
    return FakeAir()


@pytest.fixture
def site(air):
    with (
        served(SampleLedger(), room_relay=RoomRelay(air, air)) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        yield client


def test_what_a_room_shows_comes_as_events_with_the_headers_of_all_answers(air, site):
    air.show(ROOM, b'{"phase":"on_air"}')
    # Whatever it is that a listener says it has heard.
    said = {"Last-Event-ID": "9" * 30_000}
    with site.stream("GET", f"/live/{ROOM.lower()}/events", headers=said) as answer:
        lines = answer.iter_lines()
        heard = [next(lines) for _ in range(4)]
        air.show(ROOM, b"{}")
        heard += [next(lines) for _ in range(3)]

    assert heard[0].startswith("retry: ")
    assert heard[1:] == ["", "id: 1", 'data: {"phase":"on_air"}', "", "id: 2", "data: {}"]
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_an_address_that_is_written_otherwise_leads_to_the_same_events(air, site):
    air.show(ROOM, b"{}")

    with site.stream("GET", f"/live/{ROOM}%2fevent%73") as answer:
        assert answer.headers["content-type"] == "text/event-stream"


def test_there_are_no_events_of_a_room_that_is_not_there(site):
    assert site.get("/live/N00000/events").status_code == 404
    assert site.get("/live/%00/events").status_code == 404


def test_whoever_listens_to_a_room_that_has_ended_hears_its_last_state_and_is_sent_away_for_good(air, site):
    air.phase = Phase.ENDED
    nothing = site.get(f"/live/{ROOM}/events")
    air.show(ROOM, b"{}")
    first = site.get(f"/live/{ROOM}/events")
    again = site.get(f"/live/{ROOM}/events", headers={"Last-Event-ID": "1"})

    assert nothing.status_code == 204
    assert (first.status_code, first.text) == (200, "id: 1\ndata: {}\n\n")
    assert again.status_code == 204


async def _stay(feed, line):
    listener = Listener(line.send)
    feed.add(listener)
    await listener.stay(line.receive)
    feed.remove(listener)
