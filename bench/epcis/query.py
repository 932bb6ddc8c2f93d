"""Measures a page of 30 events by each kind of parameter, beside a bare SELECT of 30 bodies by one index.

    python -m bench.epcis.query [--events 100000 1000000] [--database URL] [--rounds 30]

The database of `--database` is empty, or one that this script filled. Without it each size has a SQLite file.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, text

from traceability.epcis.event import Event
from traceability.epcis.query.parse import parse_query
from traceability.epcis.vocabulary import BIZ_STEPS, STANDARD_CONTEXT
from traceability.gs1 import digital_link
from traceability.ledger.capture import capture
from traceability.store.events import EventTable
from traceability.store.migrate import migrate
from traceability.store.schema import open_engine
from traceability.store.search import EventSearch

GOAL_MS = 20
PAGE = 30
AT_ONCE = 1_000
START = datetime(2026, 1, 1, tzinfo=UTC)
PLACES = [digital_link.place("9521234000013", f"PLOT-{number}") for number in range(100)]
LOTS = [digital_link.lot("09521234000013", f"F{number}") for number in range(1_000)]
QUESTIONS = {
    "no parameter": [],
    "EQ_action (every event)": [("EQ_action", "OBSERVE")],
    "EQ_bizStep (one in 41)": [("EQ_bizStep", "shipping")],
    "EQ_readPoint (one in 100)": [("EQ_readPoint", PLACES[7])],
    "MATCH_epcClass (one in 1000)": [("MATCH_epcClass", LOTS[7])],
    "MATCH_epc (one)": [("MATCH_epc", digital_link.item("09521234000020", "A777"))],
    "MATCH_epc (a pattern, every event)": [("MATCH_epc", "urn:epc:idpat:sgtin:9521234.000002.*")],
    "EQ_bizStep and EQ_readPoint": [("EQ_bizStep", "shipping"), ("EQ_readPoint", PLACES[7])],
    "EQ_bizStep of 4": [("EQ_bizStep", "shipping|receiving|packing|storing")],
    "GE_eventTime": [("GE_eventTime", (START + timedelta(hours=1)).isoformat())],
    "EQ_bizStep, newest first": [("EQ_bizStep", "shipping"), ("orderBy", "eventTime")],
    "EQ_action, newest first": [("EQ_action", "OBSERVE"), ("orderBy", "eventTime")],
    "EQ_readPoint, newest first": [("EQ_readPoint", PLACES[7]), ("orderBy", "eventTime")],
    "EQ_bizStep and GE_eventTime": [
        ("EQ_bizStep", "shipping"),
        ("GE_eventTime", (START + timedelta(hours=20)).isoformat()),
    ],
    "EQ_bizStep, EQ_readPoint and MATCH_epcClass": [
        ("EQ_bizStep", "shipping"),
        ("EQ_readPoint", PLACES[7]),
        ("MATCH_epcClass", LOTS[7]),
    ],
    "EQ_disposition (no event)": [("EQ_disposition", "recalled")],
}
NOT_INDEXED = {
    "GE_quantity_KGM (one in 50)": [("GE_quantity_KGM", "49")],
    "GE_quantity (no event)": [("GE_quantity", "1e9")],
}
"""Each event that has the field is read, up to a limit; the goal is not for these."""


def main() -> int:
    args = _arguments()
    slowest = 0.0
    for count in args.events:
        with tempfile.TemporaryDirectory() as folder:
            engine = open_engine(args.database or f"sqlite:///{Path(folder) / 'store.db'}", create=True)
            migrate(engine)
            _fill(engine, count)
            slowest = max(slowest, _measure(engine, args.rounds))
            engine.dispose()
    return 0 if slowest < GOAL_MS else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--database", help="the URL of a database; then only one size")
    parser.add_argument("--rounds", type=int, default=30)
    return parser.parse_args()


def _fill(engine: Engine, count: int) -> None:
    with engine.connect() as connection:
        if connection.execute(text("SELECT count(*) FROM event")).scalar_one():
            return
    table, events = EventTable(engine), _events(count)
    for first in range(0, count, AT_ONCE):
        some = list(islice(events, AT_ONCE))
        capture(some, "9521234000006", table, first)
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE bare (word BIGINT NOT NULL, id BIGINT NOT NULL, body TEXT NOT NULL)")
        )
        connection.execute(text("INSERT INTO bare SELECT id % 41, id, body FROM event"))
        connection.execute(text("CREATE INDEX ix_bare ON bare (word, id)"))


def _events(count: int) -> Iterator[Event]:
    steps = sorted(BIZ_STEPS)
    for number in range(count):
        body = {
            "type": "ObjectEvent",
            "eventTime": (START + timedelta(seconds=number)).isoformat(timespec="milliseconds"),
            "eventTimeZoneOffset": "+00:00",
            "action": "OBSERVE",
            "bizStep": steps[number % len(steps)],
            "disposition": "in_transit",
            "readPoint": {"id": PLACES[number % len(PLACES)]},
            "epcList": [digital_link.item("09521234000020", f"A{number}")],
            "quantityList": [{"epcClass": LOTS[number % len(LOTS)], "quantity": number % 50, "uom": "KGM"}],
        }
        yield Event(body, [STANDARD_CONTEXT])


def _measure(engine: Engine, rounds: int) -> float:
    """Print a table; the slowest in milliseconds by the clock."""
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM event")).scalar_one()
    load = os.getloadavg()[0]
    print(f"\n{engine.dialect.name}, {count:,} events, median of {rounds}, load {load:.1f}\n")
    print("| asked | ms by the clock | ms of processor time | times a bare SELECT | events |")
    print("|---|---|---|---|---|")
    bare = _median_ms(lambda: _bare(engine), rounds)
    print(f"| a bare SELECT of 30 by one index | {bare.clock:.2f} | {bare.processor:.2f} | 1.0 | 30 |")
    slowest, finds = 0.0, EventSearch(engine)
    for name, pairs in (QUESTIONS | NOT_INDEXED).items():
        query = parse_query(pairs, {})
        found = len(finds.find(query, None, PAGE).events)
        took = _median_ms(partial(finds.find, query, None, PAGE), rounds)
        slowest = max(slowest, took.clock) if name in QUESTIONS else slowest
        times = took.processor / bare.processor
        print(f"| {name} | {took.clock:.2f} | {took.processor:.2f} | {times:.1f} | {found} |")
    return slowest


def _bare(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT body FROM bare WHERE word = 7 ORDER BY id LIMIT 30")).all()


class Took(NamedTuple):
    clock: float
    processor: float
    """Of this process; what a database in another one needs is in the clock alone."""


def _median_ms(ask: Callable[[], object], rounds: int) -> Took:
    clocks, processors = [], []
    for _ in range(rounds):
        clock, processor = time.perf_counter(), time.process_time()
        ask()
        clocks.append((time.perf_counter() - clock) * 1000)
        processors.append((time.process_time() - processor) * 1000)
    return Took(statistics.median(clocks), statistics.median(processors))


if __name__ == "__main__":
    sys.exit(main())
