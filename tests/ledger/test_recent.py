"""A trace is made once for many who ask, and again as soon as what it was made from has changed."""

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from traceability.errors import Unavailable, Unknown
from traceability.ledger.follow import EVERY_S, LAG_S, LATE_S, MOST_CHANGES, Follower
from traceability.ledger.footing import NOTHING, Change
from traceability.ledger.recent import MOST, RecentTraces
from traceability.log.name_map import name_hash

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def about(name):
    return Change(names=frozenset([name_hash(name)]))


@dataclass
class World:
    """A store to which things come, and traces of which each is made from its subject's name alone."""

    now_s: float = 100.0
    now: datetime = NOW
    came: list[Change] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    looked: threading.Event = field(default_factory=threading.Event)
    away: bool = False

    def since_last(self, _shown):
        self.looked.set()
        if self.away:
            raise Unavailable("database: away")
        return self.came.pop(0) if self.came else NOTHING

    def make(self, subject, footing):
        if subject == "unknown":
            raise Unknown("we hold no event for unknown")
        footing.names.add(name_hash(subject))
        self.made.append(subject)
        return f"{subject} {len(self.made)}"

    def recent(self, make=None):
        follower = Follower(self, lambda: self.now_s, lambda: self.now)
        return RecentTraces(make or self.make, follower)


@pytest.fixture
def world():
    return World()


def test_as_long_as_nothing_comes_a_trace_is_made_once(world):
    recent = world.recent()

    for _ in range(5):
        recent.of("lot")
        world.now_s += LATE_S

    assert world.made == ["lot"]


def test_what_came_is_seen_by_the_next_look_and_touches_what_was_made_from_it_alone(world):
    recent = world.recent()
    recent.of("lot"), recent.of("other")

    world.came.append(about("lot"))
    at_once = recent.of("lot").trace
    world.now_s += LATE_S
    later = recent.of("lot").trace

    assert (at_once, later, recent.of("other").trace) == ("lot 1", "lot 3", "other 2")


def test_what_comes_while_a_trace_is_made_is_not_missed(world):
    def make(subject, footing):
        world.came.append(about(subject))
        return world.make(subject, footing)

    recent = world.recent(make)
    recent.of("lot")
    world.now_s += LATE_S

    assert recent.of("lot").trace == "lot 2"


def test_a_change_that_another_trace_saw_first_is_not_passed_over(world):
    recent = world.recent()
    standing = recent.of("lot").standing
    for name in ("lot", "other"):
        world.came.append(about(name))
        world.now_s += LATE_S
        recent.of("third")

    assert not standing.holds()
    assert not standing.holds()


def test_a_trace_that_missed_more_changes_than_are_remembered_counts_as_touched(world):
    recent = world.recent()
    standing = recent.of("lot").standing
    world.came += [about("other")] * (MOST_CHANGES + 1)
    for _ in range(MOST_CHANGES + 1):
        world.now_s += LATE_S
        recent.of("third")

    assert not standing.holds()


def test_what_ordinary_news_touch_may_be_shown_for_moments_longer(world):
    recent = world.recent()
    standing = recent.of("lot").standing
    world.came.append(about("lot"))
    world.now_s += LATE_S
    recent.of("third")
    seen_at_s = world.now_s

    for _ in range(3):
        assert (standing.holds(), standing.lags()) == (False, True)
    world.now_s = seen_at_s + LAG_S - 0.1
    recent.of("third")
    assert standing.lags()
    world.now_s = seen_at_s + LAG_S
    recent.of("third")
    assert not standing.lags()


def a_warning(name):
    return replace(about(name), warnings=frozenset([name_hash(name)]))


@pytest.mark.parametrize("change", [a_warning("lot"), Change(everything=True)])
def test_what_is_taken_back_is_not_shown_for_a_moment(world, change):
    recent = world.recent()
    standing = recent.of("lot").standing
    for each in (about("lot"), change, about("lot")):
        world.came.append(each)
        world.now_s += LATE_S
        recent.of("third")

    assert (standing.holds(), standing.lags()) == (False, False)


def test_a_warning_about_others_is_none(world):
    recent = world.recent()
    standing = recent.of("lot").standing
    world.came.append(replace(a_warning("other"), names=a_warning("other").names | about("lot").names))
    world.now_s += LATE_S
    recent.of("third")

    assert (standing.holds(), standing.lags()) == (False, True)


def test_a_look_that_is_late_makes_nothing_anew(world):
    standing = world.recent().of("lot").standing
    world.now_s += LATE_S

    assert standing.is_found_to_hold()
    assert standing.holds()


def test_a_trace_does_not_outlive_its_time(world):
    def make(subject, footing):
        footing.ends(world.now + timedelta(minutes=1))
        return world.make(subject, footing)

    recent = world.recent(make)
    recent.of("lot")
    world.now += timedelta(minutes=1)

    assert recent.of("lot").trace == "lot 2"


def test_what_ends_by_itself_is_not_shown_for_a_moment_longer(world):
    def make(subject, footing):
        footing.ends(world.now + timedelta(minutes=1))
        return world.make(subject, footing)

    standing = world.recent(make).of("lot").standing
    assert standing.lags()
    world.now += timedelta(minutes=1)

    assert not standing.lags()


def test_while_the_last_look_is_young_nobody_waits_for_the_next(world):
    standing = world.recent().of("lot").standing
    world.looked.clear()

    assert standing.holds()
    assert not world.looked.is_set()
    world.now_s += EVERY_S

    assert standing.holds()
    assert world.looked.wait(60)


def test_nothing_is_said_to_stand_once_the_store_has_been_away_for_too_long(world):
    recent = world.recent()
    standing = recent.of("lot").standing
    world.away = True
    world.now_s += LATE_S

    assert (standing.holds(), standing.lags()) == (False, False)
    with pytest.raises(Unavailable):
        standing.is_found_to_hold()
    with pytest.raises(Unavailable):
        recent.of("lot")


def test_a_crowd_waits_for_one_trace_instead_of_making_many(world):
    gate = threading.Event()

    def make(subject, footing):
        gate.wait(60)
        return world.make(subject, footing)

    recent = world.recent(make)
    crowd = [threading.Thread(target=recent.of, args=("lot",)) for _ in range(8)]
    for each in crowd:
        each.start()
    gate.set()
    for each in crowd:
        each.join()

    assert world.made == ["lot"]


def test_only_so_many_subjects_are_kept(world):
    recent = world.recent()

    for number in range(MOST + 1):
        recent.of(f"lot {number}")
    recent.of("lot 0")

    assert world.made.count("lot 0") == 2


def test_an_unknown_subject_stays_unknown_each_time(world):
    recent = world.recent()

    for _ in range(2):
        with pytest.raises(Unknown):
            recent.of("unknown")
