"""Live feeds: one computation for all listeners, no more of them than we can serve, and none that dies."""

import asyncio
from contextlib import nullcontext

import httpx
import pytest

from api import live as module
from api.live import Live
from api.problems import Busy
from tests.api.samples import PATH, SUBJECT, a_trace
from tests.api.serving import SampleLedger, served
from traceability.errors import Unavailable


def test_however_many_listen_a_state_is_computed_once_a_period():
    computed = []

    def compute(subject):
        computed.append(subject)
        return {"en": str(len(computed)).encode()}

    async def listen(live):
        return [state async for state in _take(live.states("x", "en"), 3)]

    async def everybody():
        live = Live(compute, every_s=0.01)
        return await asyncio.gather(*(listen(live) for _ in range(50)))

    heard = asyncio.run(everybody())

    assert all(states == sorted(states) and len(set(states)) == 3 for states in heard)
    assert len(computed) < 20


def test_nothing_is_computed_when_nobody_listens():
    computed = []

    async def listen_and_leave():
        live = Live(lambda subject: computed.append(subject) or {"en": b""}, every_s=0.01)
        states = live.states("x", "en")
        await anext(states)
        await states.aclose()
        before = len(computed)
        await asyncio.sleep(0.1)
        return before

    assert asyncio.run(listen_and_leave()) == len(computed)


@pytest.mark.parametrize("failure", [Unavailable("store is away"), ZeroDivisionError("of the store")])
def test_a_failure_costs_one_state_and_not_the_stream(failure, caplog):
    answers = [failure, {"en": b"back"}]

    def compute(subject):
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def listen():
        states = Live(compute, every_s=0.01).states("x", "en")
        state = await anext(states)
        await states.aclose()
        return state

    assert asyncio.run(listen()) == b"back"
    assert str(failure) in caplog.text


@pytest.mark.parametrize(
    ("most", "newcomer", "has_room"),
    [
        ({"MOST_FEEDS": 1}, "x", True),
        ({"MOST_FEEDS": 1}, "y", False),
        ({"MOST_FEEDS": 2}, "y", True),
        ({"MOST_LISTENERS": 1}, "x", False),
        ({"MOST_LISTENERS": 2}, "y", True),
    ],
)
def test_no_more_subjects_and_listeners_than_we_can_serve(monkeypatch, most, newcomer, has_room):
    for name, value in most.items():
        monkeypatch.setattr(module, name, value)

    async def listen():
        live = Live(lambda subject: {"en": subject.encode()}, every_s=0.01)
        first = live.states("x", "en")
        await anext(first)
        with nullcontext() if has_room else pytest.raises(Busy):
            live.make_sure_of_room(newcomer)
        heard = [state async for state in _take(live.states(newcomer, "en"), 1)]
        await first.aclose()
        live.make_sure_of_room(newcomer)
        return heard

    assert asyncio.run(listen()) == ([newcomer.encode()] if has_room else [])


def test_a_listener_too_many_is_told_to_come_back(monkeypatch):
    monkeypatch.setattr(module, "MOST_LISTENERS", 0)
    with served(SampleLedger({SUBJECT: a_trace()})) as address:
        answer = httpx.get(f"{address}/overlay{PATH}/events", trust_env=False)

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert answer.json()["detail"].startswith("as many overlays are on air")


async def _take(states, count):
    async for state in states:
        yield state
        count -= 1
        if not count:
            return
