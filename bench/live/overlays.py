"""Measures how soon overlays have what the director shows, and what one of them costs.

    python -m bench.live.overlays [--listeners 1000] [--states 60] [--crowd 10000] [--workers 2]

A real `guoji serve`, a real store, and as many real connections, held by a process of their own. This process
plays the director: it shows a state about twice a second. Late is from the commit in the store until the
bytes are with the listener, both by the clock of the machine. First one worker, beside other ways to send the
same; then a crowd through several workers. Prints the tables of docs/benchmarks/live.md.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

import orjson

from bench.live.usual import ROOM
from bench.scan.processes import memory_mib, processor_s
from tests.system.running import GUOJI
from traceability.live.ports import AirStore
from traceability.live.room import Phase, Room
from traceability.own_store import open_store
from traceability.ports import take_port
from traceability.settings import Settings
from traceability.upkeep.installation import make

SHOWN_ROOM = Room(ROOM, "urn:uuid:0", "9521234000013", "果农", "桃", "zh-CN", 0, Phase.ON_AIR)

PAUSE_S = 0.4, 0.6
SETTLED_S = 2.0
FIRST = 100
"""Listeners who come and leave before memory is looked at: what every server loads once is no listener's."""
GOAL_MS, GOAL_KIB = 100, 20
COLUMNS = (
    "listeners", "states", "heard of all", "half of all, ms", "99 of 100, ms", "worst, ms",
    "processor a state and listener, µs", "KiB a listener",
)  # fmt: skip
USUAL = [sys.executable, "-m", "bench.live.usual"]


@dataclass(frozen=True, slots=True)
class Side:
    name: str
    command: list[str]
    path: str
    options: tuple[str, ...] = ()


OURS = Side("Guoji", [*GUOJI, "serve"], f"/live/{ROOM}/events")
OTHERS = (
    Side("StreamingResponse", USUAL, "/events"),
    Side("WebSocket", USUAL, "/socket", ("--websocket",)),
)


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one side."""

    listeners: int
    states: int
    late_ms: list[float]
    worked_us: float
    """Of processor time, for each state and listener."""
    kib: float
    """Of memory, for each listener."""

    @property
    def p99_ms(self) -> float:
        return quantiles(self.late_ms, n=100)[98]


def main() -> int:
    args = _arguments()
    reached = compare(args.listeners, args.states)
    if args.crowd:
        _head(f"{args.workers} workers")
        run(OURS, args.crowd, args.workers, args.states)
    print(f"\nload of the machine in the end: {os.getloadavg()[0]:.1f}")
    return 0 if reached else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--listeners", type=int, default=1_000)
    parser.add_argument("--states", type=int, default=60)
    parser.add_argument("--crowd", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def compare(listeners: int, states: int) -> bool:
    """Whether all heard all, within the goals."""
    _head("one worker")
    ours, *others = (run(side, listeners, 1, states) for side in (OURS, *OTHERS))
    for side, other in zip(OTHERS, others, strict=True):
        late, memory = ours.p99_ms / other.p99_ms, ours.kib / other.kib
        print(f"\nours to {side.name}: 99 of 100 {late:.2f}, memory {memory:.2f}", flush=True)
    is_whole = len(ours.late_ms) == listeners * states
    return is_whole and ours.p99_ms < GOAL_MS and ours.kib < GOAL_KIB


def _head(what: str) -> None:
    print(f"\nload of the machine before: {os.getloadavg()[0]:.1f}\n")
    print(f"| {what} | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}", flush=True)


def run(side: Side, listeners: int, workers: int, states: int) -> Came:
    with TemporaryDirectory() as folder:
        environment = installed(Path(folder), workers)
        air = open_store(Settings.read(environment)).air
        show(air, 1)
        with serving(side.command, environment) as server:
            with listening(environment, side, FIRST):
                time.sleep(SETTLED_S)
            before_mib = memory_mib(server)
            with listening(environment, side, listeners) as heard:
                time.sleep(SETTLED_S)
                grown_mib = memory_mib(server) - before_mib
                worked_s = processor_s(server)
                shown = {number: show(air, number) for number in range(2, states + 2)}
                heard.wait_for(states + 1)
                worked_s = processor_s(server) - worked_s
    late_ms = [
        (at_ns - shown[number]) / 1e6
        for number, all_at_ns in heard.at_ns.items()
        if number in shown
        for at_ns in all_at_ns
    ]
    came = Came(listeners, states, late_ms, worked_s * 1e6 / states / listeners, grown_mib * 1024 / listeners)
    _print(side.name, came)
    return came


def installed(folder: Path, workers: int) -> Mapping[str, str]:
    ours = {"HOME": str(folder / "home"), "HTTP_PORT": str(take_port()), "HTTP_WORKERS": str(workers)}
    environment = {**os.environ, **{f"GUOJI_{name}": value for name, value in ours.items()}}
    settings = Settings.read(environment)
    make(settings)
    open_store(settings).rooms.create(SHOWN_ROOM, bytes(32))
    return environment


def show(air: AirStore, number: int) -> int:
    """As the director does; when it was committed, in nanoseconds."""
    if number > 1:
        time.sleep(random.uniform(*PAUSE_S))
    state = {"number": number, "room": ROOM, "product": {"facts": ["x" * 100] * 12}}
    air.show(SHOWN_ROOM, 0, orjson.dumps(state), None)
    return time.monotonic_ns()


@contextmanager
def serving(command: list[str], environment: Mapping[str, str]) -> Iterator[int]:
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    try:
        while True:
            try:
                urlopen(f"http://127.0.0.1:{environment['GUOJI_HTTP_PORT']}/healthz", timeout=1).close()
                break
            except URLError:
                if process.poll() is not None:
                    raise
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


@dataclass(slots=True)
class Heard:
    """What a crowd of listeners has heard: all of it once they have left."""

    process: "subprocess.Popen[str]"
    at_ns: dict[int, list[int]] = field(default_factory=dict)
    """By the number of a state, when each had it."""
    lost: int = 0
    """Listeners that were cut off."""

    def wait_for(self, number: int) -> None:
        """Until all who are left have heard this state."""
        assert self.process.stdin
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        self.hear("all heard")

    def hear(self, wanted: str) -> None:
        assert self.process.stdout
        if (said := self.process.stdout.readline().strip()) != wanted:
            raise RuntimeError(f"listeners say {said!r}, want {wanted!r}")


@contextmanager
def listening(environment: Mapping[str, str], side: Side, count: int) -> Iterator[Heard]:
    command = [sys.executable, "-m", "bench.live.listeners", environment["GUOJI_HTTP_PORT"], side.path]
    with subprocess.Popen(
        [*command, str(count), *side.options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        heard = Heard(process)
        try:
            heard.hear("all listen")
            yield heard
        finally:
            said, _ = process.communicate()
        told = json.loads(said)
        heard.lost = told["lost"]
        heard.at_ns = {int(number): at_ns for number, at_ns in told["at_ns"].items()}


def _print(name: str, came: Came) -> None:
    cuts = quantiles(came.late_ms, n=100)
    share = f"{len(came.late_ms) / came.listeners / came.states:.2%}"
    found = [f"{cuts[49]:.1f}", f"{cuts[98]:.1f}", f"{max(came.late_ms):.1f}"]
    found += [f"{came.worked_us:.1f}", f"{came.kib:.1f}"]
    print(f"| {name} | {came.listeners:,} | {came.states} | {share} | {' | '.join(found)} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
