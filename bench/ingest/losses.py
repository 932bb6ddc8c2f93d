"""What a consumer that was killed and came back has lost of what devices were told is safe."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from subprocess import Popen

from bench.ingest.drain import Place, wait_until_ready
from bench.ingest.publisher import published
from bench.ingest.traffic import DEVICES, Traffic, write_traffic

QUIET_S = 5
"""Nothing more is stored for so long: it has taken all that the broker had."""


@dataclass(frozen=True, slots=True)
class Losses:
    acknowledged: int
    """By the broker, to the devices."""
    killed_at: int
    """So many were stored when the consumer was killed."""
    lost: int
    twice: int
    """Stored once more than they were sent."""


def lost_at_a_kill(
    place: Place,
    traffic: Traffic,
    consumer: Callable[[], AbstractContextManager["Popen[bytes]"]],
    held: Callable[[], int],
    different: Callable[[], int],
) -> Losses:
    """`different`: how many messages are held, each counted once however often it is."""
    files = write_traffic(place.folder, traffic, DEVICES, place.passwords)
    with consumer() as process:
        wait_until_ready(place, held)
        before = different()
        with published(place.publisher, place.port, files) as sent:
            while held() < before + sent.acknowledged // 4:
                time.sleep(0.005)
            process.kill()
    killed_at = different() - before
    with consumer():
        _wait_until_quiet(held, killed_at + before)
    kept = different() - before
    return Losses(sent.acknowledged, killed_at, sent.acknowledged - kept, held() - different())


def _wait_until_quiet(held: Callable[[], int], at_first: int) -> None:
    give_up_at_s = time.monotonic() + 300
    last, since_s = at_first, time.monotonic() + 30  # it has to start first
    while time.monotonic() < min(since_s + QUIET_S, give_up_at_s):
        time.sleep(0.2)
        if (now := held()) != last:
            last, since_s = now, time.monotonic()
