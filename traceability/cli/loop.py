"""Run one role's step again and again until told to stop."""

import signal
import threading
import time
from collections.abc import Callable

import structlog

from traceability.errors import Unavailable

LONGEST_WAIT_S = 30


def until_told_to_stop() -> threading.Event:
    """An event that SIGTERM and SIGINT set, so that a role ends between two steps and not within one."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def until_true(ask: Callable[[], bool], seconds: float) -> Callable[[], None]:
    """A function that calls `ask`, at most every so many seconds, until it has been true once."""
    due_at_s: float | None = time.monotonic()

    def call() -> None:
        nonlocal due_at_s
        if due_at_s is not None and time.monotonic() >= due_at_s:
            due_at_s = None if ask() else time.monotonic() + seconds

    return call


def seldom(seconds: float, step: Callable[[], object]) -> Callable[[], None]:
    """A function that calls `step`, but at most every so many seconds."""
    due_at_s = time.monotonic()

    def call() -> None:
        nonlocal due_at_s
        if time.monotonic() >= due_at_s:
            step()
            due_at_s = time.monotonic() + seconds

    return call


def every(
    seconds: float,
    step: Callable[[], object],
    stop: threading.Event,
    log: structlog.typing.FilteringBoundLogger,
    longest_wait_s: float = LONGEST_WAIT_S,
) -> None:
    """Call `step` every so many seconds. What it needs may be away: tried again with back-off.

    Each reason is said once until things work again.
    """
    failures, said = 0, set[str]()
    while not stop.is_set():
        try:
            step()
        except Unavailable as reason:
            if str(reason) not in said:
                log.warning("waiting", reason=str(reason))
            said.add(str(reason))
            failures += 1
        else:
            if failures:
                log.info("going on", after_tries=failures)
            failures, said = 0, set()
        stop.wait(min(seconds * 2 ** min(failures, 16), max(seconds, longest_wait_s)))
