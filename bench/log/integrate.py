"""Measures how fast queued entries are taken into the log, durably, beside a bare insert of the same rows.

SQLite with synchronous=FULL, one process, commits of 5,000 as the publisher makes them. The bare loop writes
the same rows of indexes and takes the same ones from the queue, and nothing else. At each step it prints how
fast the entries since the step before went, by the clock and by the time that a processor worked for us, and
how much memory the process has then. Prints the tables of docs/benchmarks/log.md.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from sqlalchemy import Engine, bindparam, delete, insert

from traceability.ledger.publish import ENTRIES_A_COMMIT
from traceability.log.merkle import leaf_hash
from traceability.log.name_map import name_hashes
from traceability.proof.entry import make_entry
from traceability.store import log
from traceability.store.all_tables import metadata
from traceability.store.events import event, pending
from traceability.store.schema import open_engine

SUBMITTER = "9521234000006"
HEAD = "| entries | entries/s by the clock | of processor time | memory |\n|---|---|---|---|"
Names = Callable[[int], Iterable[str]]
Take = Callable[[Engine, int], None]


def realistic(number: int) -> Iterable[str]:
    """A hundred events a lot, 500 devices, 200 places; each third event names an item that is new."""
    yield from (f"lot {number // 100}", f"device {number % 500}", f"place {number % 200}")
    if number % 3 == 0:
        yield f"item {number}"


def worst(number: int) -> Iterable[str]:
    """Three items that are new."""
    return (f"item {number} {place}" for place in range(3))


def bare(engine: Engine, size: int) -> None:
    taken = range(size + 1, size + 1 + ENTRIES_A_COMMIT)
    with engine.begin() as connection:
        connection.execute(insert(log.log_entry), [{"index": each, "event_id": each} for each in taken])
        gone = delete(pending).where(pending.c.event_id == bindparam("taken"))
        connection.execute(gone, [{"taken": each} for each in taken])


def with_map(engine: Engine, _size: int) -> None:
    log.LogTable(engine).integrate(ENTRIES_A_COMMIT)


def without_map(engine: Engine, size: int) -> None:
    grow_map, log.grow_map = log.grow_map, lambda *_: bytes(32)
    try:
        with_map(engine, size)
    finally:
        log.grow_map = grow_map


WAYS: dict[str, tuple[Take, Names, int]] = {
    "a bare insert of the same rows": (bare, realistic, 0),
    "map left out": (without_map, realistic, 20_000),
    "map included, realistic names": (with_map, realistic, 5_000),
    "map included, three new names each": (with_map, worst, 0),
}


def main() -> int:
    args = _arguments()
    steps = [step for step in (10**4, 10**5, 3 * 10**5, 10**6, 3 * 10**6, 10**7) if step < args.size]
    for what, (take, names, goal) in WAYS.items():
        if args.only in what:
            wanted = f" (goal: at least {goal:,} entries/s)" if goal else ""
            print(f"\n{what}{wanted}\n\n{HEAD}")
            with tempfile.TemporaryDirectory(dir=args.folder) as folder:
                _run(Path(folder), take, names, [0, *steps, args.size])
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=1_000_000, help="entries in all (default 1000000)")
    parser.add_argument("--only", default="", help="only the ways whose name has this in it")
    parser.add_argument("--folder", help="where the databases are made (default: where temporary files are)")
    return parser.parse_args()


def _run(folder: Path, take: Take, names: Names, steps: list[int]) -> None:
    engine = open_engine(f"sqlite:///{folder / 'bench.db'}", create=True)
    metadata.create_all(engine)
    done = 0
    for before, step in pairwise(steps):
        took_s = worked_s = 0.0
        while done < step:
            _queue(engine, done, names)
            start_s, start_work_s = time.perf_counter(), time.process_time()
            take(engine, done)
            took_s += time.perf_counter() - start_s
            worked_s += time.process_time() - start_work_s
            done += ENTRIES_A_COMMIT
        pace, worked = (f"{(done - before) / seconds:,.0f}" for seconds in (took_s, worked_s))
        print(f"| {done:,} | {pace} | {worked} | {_memory_mib()} MiB |", flush=True)
    engine.dispose()


def _queue(engine: Engine, first: int, names: Names) -> None:
    rows = [_row(number, names) for number in range(first + 1, first + 1 + ENTRIES_A_COMMIT)]
    with engine.begin() as connection:
        connection.execute(insert(event), rows)
        connection.execute(insert(pending), [{"event_id": row["id"]} for row in rows])


def _row(number: int, names: Names) -> dict[str, object]:
    digest, hashes = sha256(number.to_bytes(8)).digest(), name_hashes(names(number))
    entry = make_entry(digest[:16], digest, "", hashes, SUBMITTER, number).to_bytes()
    return {
        "id": number,
        "key": leaf_hash(entry).hex(),
        "body": "{}",
        "context": "[]",
        "event_hash": f"ni:///sha-256;{digest.hex()}?ver=CBV2.0",
        "content_digest": digest,
        "is_harvest": False,
        "submitter": SUBMITTER,
        "captured_at_ms": number,
        "entry": entry,
        "names": hashes,
    }


def _memory_mib() -> int:
    """What the process has in memory now, not the most that it had."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    raise OSError("/proc/self/status names no VmRSS")


if __name__ == "__main__":
    sys.exit(main())
