"""Play devices: each message leaves when it is due, until all are receipted or nobody wants more."""

import heapq
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from iot_gateway.simulate.fleet import Fleet
from iot_gateway.simulate.sender import MAX_KEPT
from iot_gateway.simulate.stream import Message

LONGEST_TURN_S = 0.1
AT_ONCE = 100
"""Messages that leave before receipts are looked at again."""
FULL_WAIT_S = 0.02
"""How long a device with a full buffer waits; meanwhile the others go on."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When a message is due."""

    from_ms: int
    """True time of the first one."""
    speed: float
    """How many seconds of the messages' time pass in one."""
    started_s: float = field(default_factory=time.monotonic)

    def due_s(self, message: Message) -> float:
        return self.started_s + (message.at_ms - self.from_ms) / 1000 / self.speed


def play(
    fleet: Fleet,
    streams: Mapping[str, Iterator[Message]],
    pace: Pace,
    stop: threading.Event,
    left: Callable[[str, Message, bytes], None],
    look: Callable[[], None],
) -> None:
    """Return when all of `streams` (by alias) were sent, or at `stop`.

    `left` is told each message that has left, or got lost, with its bytes; `look` is called again and again.
    """
    waiting = [(pace.due_s(message), alias, message) for alias, message in _firsts(streams)]
    heapq.heapify(waiting)
    while waiting and not stop.is_set():
        for _ in range(AT_ONCE):
            if not waiting or waiting[0][0] > time.monotonic():
                break
            _, alias, message = heapq.heappop(waiting)
            sender = fleet.senders[alias]
            if sender.kept >= MAX_KEPT:
                heapq.heappush(waiting, (time.monotonic() + FULL_WAIT_S, alias, message))
                continue
            left(alias, message, sender.send(message))
            following = next(streams[alias], None)
            if following is not None:
                heapq.heappush(waiting, (pace.due_s(following), alias, following))
        idle_s = waiting[0][0] - time.monotonic() if waiting else 0
        fleet.turn(min(max(idle_s, 0), LONGEST_TURN_S))
        look()


def settle(
    fleet: Fleet, within_s: float, look: Callable[[], None], stop: threading.Event | None = None
) -> None:
    """Return when receipts cover everything, `within_s` is over, or at `stop`."""
    give_up_at_s = time.monotonic() + within_s
    while fleet.kept and time.monotonic() < give_up_at_s and not (stop and stop.is_set()):
        fleet.turn(LONGEST_TURN_S)
        look()


def _firsts(streams: Mapping[str, Iterator[Message]]) -> Iterator[tuple[str, Message]]:
    for alias, stream in streams.items():
        message = next(stream, None)
        if message is not None:
            yield alias, message
