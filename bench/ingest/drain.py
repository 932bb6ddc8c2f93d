"""How fast a consumer takes in what devices publish."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.ingest.publisher import published
from bench.ingest.traffic import DEVICES, WARM_UP, Traffic, write_traffic

LOOK_EVERY_S = 0.02
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
READY_WITHIN_S, DRAINED_WITHIN_S = 60, 300


@dataclass(frozen=True, slots=True)
class Place:
    """Where the devices of a run find their broker."""

    publisher: Path
    port: int
    passwords: Mapping[str, str]
    folder: Path


@dataclass(frozen=True, slots=True)
class Speed:
    """Messages a second."""

    by_the_clock: float
    of_processor: float
    """Of the consumer's processor time alone: says what one core can do, however busy the machine is."""


def wait_until_ready(place: Place, held: Callable[[], int]) -> int:
    """Return once a message that was published now is held; how many are."""
    give_up_at_s = time.monotonic() + READY_WITHIN_S
    number = 0
    while held() == 0:
        if time.monotonic() > give_up_at_s:
            raise TimeoutError(f"nothing was stored within {READY_WITHIN_S} s")
        number += 1
        single = Traffic(1, 1, _an_hour_ago_ms())
        files = write_traffic(place.folder, single, [WARM_UP], place.passwords, number)
        with published(place.publisher, place.port, files):
            time.sleep(0.2)
    time.sleep(0.5)
    return held()


def drain(place: Place, traffic: Traffic, held: Callable[[], int], pid: int) -> Speed:
    """From the first message that leaves a device until the last is held for good by the process `pid`."""
    files = write_traffic(place.folder, traffic, DEVICES, place.passwords)
    before, worked_s = wait_until_ready(place, held), processor_s(pid)
    with published(place.publisher, place.port, files) as sent:
        give_up_at_s = time.monotonic() + DRAINED_WITHIN_S
        while held() < before + sent.acknowledged:
            if time.monotonic() > give_up_at_s:
                raise TimeoutError(f"{held() - before} of {sent.acknowledged} stored, {DRAINED_WITHIN_S} s")
            time.sleep(LOOK_EVERY_S)
        took_s = (time.monotonic_ns() - sent.from_ns) / 1e9
        worked_s = max(processor_s(pid) - worked_s, _TICK_S)
    return Speed(sent.acknowledged / took_s, sent.acknowledged / worked_s)


def processor_s(pid: int) -> float:
    """What a process has used of processors so far, in its own code and in the system's for it."""
    # After the name, which may hold blanks: the 14th and 15th field of proc(5).
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def _an_hour_ago_ms() -> int:
    return (int(time.time()) - 3600) * 1000
