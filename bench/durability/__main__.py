"""kill -9 of each part under load, again and again: prints what was lost, as docs/benchmarks/durability.md.

python -m bench.durability [--rounds N] [--only WORDS]
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.durability.brokers import WAYS, Way
from bench.durability.device import PACE, SETTLE_WITHIN_S
from bench.durability.faults import FAULTS, kill_under_load
from bench.durability.promises import READINGS, kept_through_a_kill
from bench.durability.scene import Scene, a_scene
from bench.durability.stores import POSTGRESQL, SQLITE, databases

HEAD = f"""\
# What is lost at a kill

    python -m bench.durability --rounds {{rounds}}

printed this page. Broker, gateway and devices are processes of their own. Two devices send {PACE} readings a
second each, one a message, and keep each until a receipt covers it. `kill -9` comes at a random moment,
and what was killed is started again; that is a round. At the end the devices send until receipts cover
everything. A device that was itself killed has lost its buffer, and begins a new epoch: what it had sent
and no receipt covered may be gone.

*Lost* is a reading that a receipt states and the store does not hold byte for byte. *Twice* is one that is
stored, quarantined or in conflict beside itself. *Waiting* is one for which a device that was alive had no
receipt when it gave up after {SETTLE_WITHIN_S} s; it has it still. *Odd* is a run of numbers in a receipt
whose digest does not come out of what is stored. Each receipt was checked with the gateway's key.

## Under load

| by | store | killed | rounds | sent | with receipt | lost | twice | waiting | receipts | odd |
{"|---" * 11}|"""
PROMISES = f"""
## What a broker's acknowledgement is worth

No gateway is there. A device sends {READINGS:,} readings, the broker acknowledges all of them and is killed
at once. It is started again, then the gateway, which is killed while it takes what waits. *Lost by the
broker* is what does not come out of it any more. Then the device sends again what no receipt covers.

| gateway and broker | acknowledged by it | lost by the broker | lost in the end |
|---|---|---|---|"""


def main(rounds: int, only: str) -> int:
    ways = [way for way in WAYS if only in way.name]
    # A round mostly waits: both stores together take little longer than one.
    with ThreadPoolExecutor() as pool:
        of_stores = list(pool.map(lambda store: list(_kills(ways, store, rounds)), (SQLITE, POSTGRESQL)))
    rows = [row for rows in of_stores for row in rows]
    promises = [_promise(way) for way in ways]
    print("\n".join([HEAD.format(rounds=rounds), *map(str, rows), PROMISES, *map(str, promises)]))
    return 1 if any(row.broken for row in (*rows, *promises)) else 0


@dataclass(frozen=True, slots=True)
class _Row:
    cells: tuple[str | int, ...]
    broken: int
    """How many promises were."""

    def __str__(self) -> str:
        return f"| {' | '.join(each if isinstance(each, str) else f'{each:,}' for each in self.cells)} |"


def _kills(ways: Sequence[Way], store: str, rounds: int) -> Iterator[_Row]:
    """A row for each way and fault."""
    with databases(store) as urls:
        for way in ways:
            with _scene(way, DATABASE=next(urls)) as scene:
                scene.start("broker", "gateway")
                for fault in FAULTS:
                    yield _of_fault(scene, store, fault, rounds)


def _of_fault(scene: Scene, store: str, fault: str, rounds: int) -> _Row:
    was = kill_under_load(scene, [fault], rounds)
    counts = rounds, was.sent, was.receipted, was.lost, was.twice + was.unsent, was.unsettled
    counts = *counts, was.receipts, was.odd_chains
    row = _Row((scene.way.name, store, fault, *counts), was.broken)
    print(row, file=sys.stderr, flush=True)
    return row


def _promise(way: Way) -> _Row:
    with _scene(way) as scene:
        scene.start("broker")
        kept = kept_through_a_kill(scene)
    was = kept.account
    lost_by_broker = was.acknowledged - kept.by_broker
    return _Row((way.name, was.acknowledged, lost_by_broker, was.lost + was.unsettled), was.broken)


@contextmanager
def _scene(way: Way, **settings: str) -> Iterator[Scene]:
    with (
        tempfile.TemporaryDirectory(prefix="guoji-durability-") as folder,
        a_scene(Path(folder), way, **settings) as scene,
    ):
        yield scene


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--rounds", type=int, default=50)
    asked.add_argument("--only", default="", help="ways whose name holds these words")
    words = asked.parse_args()
    sys.exit(main(words.rounds, words.only))
