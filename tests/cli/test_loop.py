"""A role's loop says each trouble once, and ends between two steps."""

import threading

import pytest
import structlog

from traceability.cli.loop import every, seldom, until_true
from traceability.errors import ChainUnavailable


def lines_of(*troubles):
    """What is logged when one step after the other meets these troubles; None is a step that works."""
    stop, coming = threading.Event(), list(troubles)

    def step():
        trouble = coming.pop(0)
        if not coming:
            stop.set()
        if trouble is not None:
            raise ChainUnavailable(trouble)

    with structlog.testing.capture_logs() as lines:
        every(0, step, stop, structlog.get_logger())
    return [line.get("reason", line["event"]) for line in lines]


def test_a_reason_is_said_once_until_things_work_again():
    assert lines_of("away", "away", None, "away") == ["away", "going on", "away"]


def test_another_reason_is_said_too_and_each_of_two_that_alternate_once():
    assert lines_of("away", "no money", "away", "no money") == ["away", "no money"]


def test_a_step_that_works_says_nothing():
    assert lines_of(None, None) == []


def test_what_is_asked_until_it_is_true_is_asked_no_more_after_that():
    answers = iter([False, True])
    asked = until_true(lambda: next(answers), 0)

    for _ in range(5):
        asked()

    assert list(answers) == []


def test_what_is_not_true_yet_is_not_asked_again_at_once():
    answers = iter([False, True])
    asked = until_true(lambda: next(answers), 60)

    for _ in range(5):
        asked()

    assert list(answers) == [True]


def test_what_is_done_seldom_is_done_at_once_and_then_not_before_its_time():
    done = []
    hourly, always = seldom(3600, lambda: done.append("hourly")), seldom(0, lambda: done.append("always"))

    for _ in range(3):
        hourly()
        always()

    assert done == ["hourly", "always", "always", "always"]


def test_what_is_done_seldom_and_failed_is_tried_again_at_the_next_step():
    tries = []

    def fail():
        tries.append(1)
        raise ChainUnavailable("away")

    hourly = seldom(3600, fail)
    for _ in range(2):
        with pytest.raises(ChainUnavailable):
            hourly()

    assert len(tries) == 2
