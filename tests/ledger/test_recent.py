"""A trace is made once for many who ask, and again as soon as something was recorded."""

import threading
from dataclasses import dataclass, field

import pytest

from traceability.errors import Unknown
from traceability.ledger.recent import FRESH_FOR_S, MOST, RecentTraces


@dataclass
class World:
    revision: str = "1"
    now_s: float = 100.0
    made: list[str] = field(default_factory=list)

    def make(self, subject: str):
        if subject == "unknown":
            raise Unknown("we hold no event for unknown")
        self.made.append(subject)
        return f"{subject} at {self.revision}"

    def recent(self) -> RecentTraces:
        return RecentTraces(self.make, lambda: self.revision, lambda: self.now_s)


def test_as_long_as_nothing_is_recorded_a_trace_is_made_once():
    world = World()
    recent = world.recent()

    for _ in range(5):
        recent.of("lot")
        world.now_s += 10 * FRESH_FOR_S

    assert world.made == ["lot"]


def test_what_was_recorded_is_seen_at_the_latest_when_the_trace_is_no_longer_fresh():
    world = World()
    recent = world.recent()
    recent.of("lot")

    world.revision = "2"
    at_once = recent.of("lot")
    world.now_s += FRESH_FOR_S
    later = recent.of("lot")

    assert (at_once, later) == ("lot at 1", "lot at 2")


def test_what_is_recorded_while_a_trace_is_made_is_not_missed():
    world = World()

    def make(subject: str):
        seen = world.revision
        world.revision = "2"
        return seen

    recent = RecentTraces(make, lambda: world.revision, lambda: world.now_s)
    recent.of("lot")
    world.now_s += FRESH_FOR_S

    assert recent.of("lot") == "2"


def test_a_crowd_waits_for_one_trace_instead_of_making_many():
    world, gate = World(), threading.Event()

    def make(subject: str):
        gate.wait(5)
        return world.make(subject)

    recent = RecentTraces(make, lambda: world.revision, lambda: world.now_s)
    crowd = [threading.Thread(target=recent.of, args=("lot",)) for _ in range(8)]
    for each in crowd:
        each.start()
    gate.set()
    for each in crowd:
        each.join()

    assert world.made == ["lot"]


def test_only_so_many_subjects_are_kept():
    world = World()
    recent = world.recent()

    for number in range(MOST + 1):
        recent.of(f"lot {number}")
    recent.of("lot 0")

    assert world.made.count("lot 0") == 2


def test_an_unknown_subject_stays_unknown_each_time():
    recent = World().recent()

    for _ in range(2):
        with pytest.raises(Unknown):
            recent.of("unknown")
