"""Measures how many events a second are captured, durably, beside a bare loop that inserts the same rows.

    python bench/epcis/capture.py [--events 10000] [--large 0]

One process. Each document of 500 events is parsed, validated, hashed and kept in one commit, with all rows
that events are found by. The bare loop inserts those very rows, made beforehand, and commits as often. Rates
by processor time count this process alone; a commit that waits for a disk, or for PostgreSQL in processes of
its own, is in the rate by the clock. `--large` captures one document of that many events as well, and says
how long that took and how much memory. Prints the table of docs/benchmarks/capture.md.
"""

import argparse
import json
import os
import resource
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import Engine, Table, insert, select

sys.path.insert(0, str(Path(__file__).parents[1] / "ingest"))
from databases import DATABASES

from traceability.epcis.vocabulary import STANDARD_CONTEXT
from traceability.ledger.capture_jobs import CaptureJobs
from traceability.ledger.grant import Grant
from traceability.ledger.permission import Permission
from traceability.store.all_tables import metadata
from traceability.store.capture_jobs import JobTable
from traceability.store.events import EventTable
from traceability.store.migrate import migrate
from traceability.store.parties import PartyTable
from traceability.store.schema import open_engine

PARTY = "9521234000013"
GRANT = Grant("capture", PARTY)
A_DOCUMENT = 500
GOAL_PER_S, GOAL_RATIO = 3_000, 0.25
TABLES = [
    metadata.tables[name]
    for name in ("event", "mention", "pending", "moment", "term", "occurring", "told", "kin")
]
HEAD = (
    "| store | events | captured/s of processor time | by the clock | bare rows/s of processor time "
    "| by the clock | ratio by processor time | by the clock |\n|---|---|---|---|---|---|---|---|"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=0, help="events of one large document")
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n\n{HEAD}")
    reached = [measure(name, args.events) for name in DATABASES]
    if args.large:
        measure_large(args.large)
    return 0 if all(reached) else 1


def measure(name: str, count: int) -> bool:
    documents = [document(range(start, start + A_DOCUMENT)) for start in range(0, count, A_DOCUMENT)]
    with DATABASES[name]() as new:
        engine, bare = migrated(new()), migrated(new())
        jobs = jobs_of(engine)
        captured = rates(count, lambda: [jobs.capture(each, GRANT, "rollback") for each in documents])
        portions = portions_of(engine)
        inserted = rates(count, lambda: insert_bare(bare, portions))
        engine.dispose()
        bare.dispose()
    ratios = [ours / theirs for ours, theirs in zip(captured, inserted, strict=True)]
    numbers = [f"{rate:,.0f}" for rate in (*captured, *inserted)] + [f"{ratio:.2f}" for ratio in ratios]
    print(f"| {name} | {count:,} | {' | '.join(numbers)} |", flush=True)
    return captured[0] >= GOAL_PER_S and ratios[0] >= GOAL_RATIO


def migrated(url: str) -> Engine:
    engine = open_engine(url, create=True)
    migrate(engine)
    return engine


def jobs_of(engine: Engine) -> CaptureJobs:
    events = EventTable(engine)
    permission = Permission(PartyTable(engine).register, events)
    return CaptureJobs(JobTable(engine), events, permission, lambda: time.time_ns() // 1_000_000)


def rates(count: int, work: Callable[[], object]) -> tuple[float, float]:
    """Events a second of this process's processor time, and by the clock."""
    busy, begun = time.process_time(), time.perf_counter()
    work()
    return count / (time.process_time() - busy), count / (time.perf_counter() - begun)


def document(numbers: Sequence[int]) -> bytes:
    """Arrivals of a pallet, as partners send them: each of a pallet of its own, at one of forty places."""
    return json.dumps(
        {
            "@context": [STANDARD_CONTEXT],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-11-20T06:00:00.000Z",
            "epcisBody": {"eventList": [an_arrival(number) for number in numbers]},
        }
    ).encode()


def an_arrival(number: int) -> dict[str, object]:
    place = f"https://id.gs1.org/414/9521234000013/254/{number % 40}"
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{uuid.UUID(int=number)}",
        "eventTime": f"2026-11-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "epcList": [f"https://id.gs1.org/00/09521234{number:09}{check_digit(f'09521234{number:09}')}"],
        "action": "OBSERVE",
        "bizStep": "receiving",
        "disposition": "in_progress",
        "readPoint": {"id": place},
        "bizLocation": {"id": place},
    }


def check_digit(digits: str) -> int:
    weighed = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -weighed % 10


Portion = list[tuple[Table, list[dict[str, object]]]]


def portions_of(engine: Engine) -> list[Portion]:
    """All rows of an installation, in as many portions as there were documents."""
    with engine.connect() as connection:
        tables = {
            table: [dict(row) for row in connection.execute(select(table)).mappings()] for table in TABLES
        }
    count = -(-len(tables[TABLES[0]]) // A_DOCUMENT)
    return [list(share(tables, part, count)) for part in range(count)]


def share(
    tables: dict[Table, list[dict[str, object]]], part: int, count: int
) -> Iterator[tuple[Table, list[dict[str, object]]]]:
    for table, rows in tables.items():
        yield table, rows[len(rows) * part // count : len(rows) * (part + 1) // count]


def insert_bare(engine: Engine, portions: Sequence[Portion]) -> None:
    for portion in portions:
        with engine.begin() as connection:
            for table, rows in portion:
                if rows:
                    connection.execute(insert(table), rows)


def measure_large(count: int) -> None:
    body = document(range(count))
    with DATABASES["SQLite"]() as new:
        engine = migrated(new())
        jobs = jobs_of(engine)
        begun = time.perf_counter()
        jobs.capture(body, GRANT, "rollback")
        took_s = time.perf_counter() - begun
        engine.dispose()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(
        f"\nOne document of {count:,} events ({len(body) / 1e6:.0f} MB) on SQLite, all or nothing: "
        f"{took_s:.0f} s; at most {peak_mb:,.0f} MB of memory for all of the above"
    )


if __name__ == "__main__":
    raise SystemExit(main())
