"""Viewers are led on from memory, and counted by the minute: one commit a second, however many come."""

from dataclasses import dataclass, field, replace

import pytest

from tests.builders import LOT
from traceability.errors import Unavailable, Unknown
from traceability.live import viewers as module
from traceability.live.room import Offer, Room
from traceability.live.viewers import KNOWN_FOR_S, MINUTES, MOST_KNOWN, Viewers, Way

OFFER = Offer("K7M2QX", LOT, "oranges")
ROOM = Room("9HJKMN", "urn:uuid:1", "9521234000037", "host", "title", "en", 0, offers=(OFFER,))
MINUTE_MS = 60_000
WAY = Way("K7M2QX", LOT, "9HJKMN")


@dataclass
class Store:
    """As `RoomStore` and `Visits`, of what viewers need."""

    looks: int = 0
    commits: list = field(default_factory=list)
    is_away: bool = False
    now_ms: int = 1_000 * MINUTE_MS

    def of_offer(self, code):
        self.looks += 1
        if code == "000000":
            raise Unknown("no live room has it")
        return ROOM, replace(OFFER, code=code)

    def came(self, counts):
        if self.is_away:
            raise Unavailable("the store does not answer")
        self.commits.append(dict(counts))

    def by_minute(self, offers, since_minute):
        all_of_them = {}
        for counts in self.commits:
            for (offer, minute), count in counts.items():
                if offer in offers and minute >= since_minute:
                    all_of_them[minute] = all_of_them.get(minute, 0) + count
        return all_of_them


class Timers:
    """As `threading.Timer`, but the hands are moved by the test."""

    def __init__(self):
        self.due = []

    def __call__(self, after_s, run):
        self.due.append(run)
        return self

    def start(self):
        pass

    def ring(self):
        due, self.due = self.due, []
        for each in due:
            each()


@pytest.fixture
def timers(monkeypatch):
    timers = Timers()
    monkeypatch.setattr(module.threading, "Timer", timers)
    return timers


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def viewers(store, timers):
    return Viewers(store, store, lambda: store.now_ms, lambda: store.now_ms / 1000)


def test_a_way_is_looked_up_once_a_minute(viewers, store):
    assert viewers.known("K7M2QX") is None
    assert viewers.way("K7M2QX") == viewers.known("K7M2QX") == WAY

    store.now_ms += KNOWN_FOR_S * 1000

    assert viewers.known("K7M2QX") is None
    assert store.looks == 1


def test_strangers_who_try_codes_fill_no_memory(viewers):
    for number in range(MOST_KNOWN + 1):
        viewers.way(f"{number:06}" if number else "K7M2QX")

    assert viewers.known("K7M2QX") is None
    assert viewers.known(f"{MOST_KNOWN:06}")
    with pytest.raises(Unknown):
        viewers.way("000000")


def test_ten_thousand_visits_are_one_commit(viewers, store, timers):
    for _ in range(10_000):
        viewers.came(WAY)
    assert store.commits == []

    timers.ring()

    assert store.commits == [{("K7M2QX", 1_000): 10_000}]
    assert timers.due == []


def test_visits_while_the_store_is_away_are_counted_when_it_is_back(viewers, store, timers):
    store.is_away = True
    viewers.came(WAY)
    timers.ring()
    store.is_away = False

    viewers.came(WAY)
    timers.ring()

    assert store.commits == [{("K7M2QX", 1_000): 2}]


def test_the_host_sees_the_last_minutes_up_to_the_running_one(viewers, store, timers):
    for minutes_ago in (MINUTES, MINUTES - 1, 1, 1, 0):
        store.now_ms = (1_000 - minutes_ago) * MINUTE_MS
        viewers.came(WAY)
    viewers.came(Way("000001", LOT, "0AAAAA"))
    timers.ring()

    assert viewers.visits_a_minute(ROOM) == (1, *[0] * (MINUTES - 3), 2, 1)
