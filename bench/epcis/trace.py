"""Measures the walk of one lot's trace, depth 12, in stores of several sizes, and what is then said of it.

    python -m bench.epcis.trace [--store 100000 1000000] [--events 10000] [--rounds 9] [--database URL]

The database of `--database` must be empty; without it each size has a SQLite file of its own. Only the
tables that a walk reads are filled: capture has a measurement of its own.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, text

from traceability.epcis.event import Event
from traceability.epcis.vocabulary import STANDARD_CONTEXT
from traceability.gs1 import digital_link
from traceability.gs1.keys import check_digit
from traceability.ledger.contradictions import contradictions
from traceability.ledger.descent import descent
from traceability.ledger.lineage import in_order, lineage
from traceability.ledger.ports import StoredEvent
from traceability.log.name_map import name_hash, name_hashes, split_hashes
from traceability.proof.balance import balance
from traceability.proof.told import read
from traceability.store.bulk import insert_all
from traceability.store.events import EventTable, mention
from traceability.store.events import event as event_table
from traceability.store.lineage import tell_events
from traceability.store.migrate import migrate
from traceability.store.schema import open_engine

GOAL_MS = 50
DEPTH = 12
A_LOT = 13
"""Events of one lot: made, packed, shipped, received, unpacked, and seen in between."""
START = datetime(2026, 1, 1, tzinfo=UTC)
PARTIES = ["9521234000013", "9521234000020"]
PLACES = [digital_link.place(gln, "HALL-1") for gln in PARTIES]
SUBJECT = digital_link.lot("09521234000020", "L0-0")
Body = dict[str, Any]


def main() -> int:
    args = _arguments()
    slowest = 0.0
    for size in args.store:
        with tempfile.TemporaryDirectory() as folder:
            engine = open_engine(args.database or f"sqlite:///{Path(folder) / 'store.db'}", create=True)
            migrate(engine)
            began = time.perf_counter()
            _fill(engine, size, args.events)
            print(f"\n{size:,} events on {engine.dialect.name}, kept in {time.perf_counter() - began:.0f} s")
            slowest = max(slowest, _measure(EventTable(engine), args.rounds))
            _measure_recursive(engine, args.rounds)
            engine.dispose()
    return 0 if slowest < GOAL_MS else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=int, nargs="+", default=[100_000])
    parser.add_argument("--events", type=int, default=10_000, help="of the trace")
    parser.add_argument("--database", help="the URL of an empty database; then only one size")
    parser.add_argument("--rounds", type=int, default=9)
    return parser.parse_args()


def _fill(engine: Engine, size: int, of_trace: int) -> None:
    """The events of the trace lie far apart in the store, as those of many months do."""
    ours, others = list(_history(of_trace)), _strangers()
    between = max(size // len(ours) - 1, 0)
    mixed = (each for one in ours for each in (*islice(others, between), one))
    numbered = enumerate(mixed, start=1)
    while some := [_stored(number, by, body) for number, (by, body) in islice(numbered, 5_000)]:
        with engine.begin() as connection:
            insert_all(connection, event_table, [_row(each) for each in some])
            names = [(name, each.captured_at_ms) for each in some for name in split_hashes(each.names)]
            insert_all(connection, mention, names)
            tell_events(connection, [(each.captured_at_ms, each) for each in some])


def _stored(number: int, by: str, body: Body) -> StoredEvent:
    """Its number is also the time of its capture."""
    digest, event = sha256(number.to_bytes(8)).digest(), Event(body, [STANDARD_CONTEXT])
    names = name_hashes(each.identifier for each in event.identifiers())
    uri = f"ni:///sha-256;{digest.hex()}?ver=CBV2.0"
    return StoredEvent(event, digest, digest.hex(), names, uri, digest, by, number)


def _row(new: StoredEvent) -> tuple[object, ...]:
    """In the order of the table's columns."""
    body, context = orjson.dumps(new.event.body).decode(), orjson.dumps(new.event.context).decode()
    hashes = (new.event_hash, new.content_digest)
    number = new.captured_at_ms
    return (number, new.key, body, context, *hashes, new.submitter, number, new.entry, new.names, False)


def _history(events: int) -> Iterator[tuple[str, Body]]:
    """One lot, made over `DEPTH` steps, each of lots of the step before: together so many events."""
    wide = max(events // A_LOT // (DEPTH - 1), 1)
    rows = [1, *[wide] * (DEPTH - 1)]
    for row in reversed(range(DEPTH)):
        below = rows[row + 1] if row + 1 < DEPTH else 0
        for number in range(rows[row]):
            # Each lot of the step below goes into one of this row, or all into the last one.
            share = range(number * below // rows[row], (number + 1) * below // rows[row])
            sources = [_lot(f"L{row + 1}-{each}") for each in share]
            yield from _life(_lot(f"L{row}-{number}"), sources, DEPTH - row, row * 10_000 + number)


def _strangers() -> Iterator[tuple[str, Body]]:
    for number in range(sys.maxsize):
        yield from _life(_lot(f"X{number}"), [_lot(f"Y{number}")], number % DEPTH, 1_000_000 + number)


def _life(lot: str, sources: list[str], day: int, serial: int) -> Iterator[tuple[str, Body]]:
    """What one lot goes through from one party to the other, which then makes the next one of it."""
    maker, buyer = PARTIES[day % 2], PARTIES[(day + 1) % 2]
    case = digital_link.sscc(_checked(f"09521234{serial:09d}"))
    goods = {"quantityList": [_amount(lot, 100)]}
    to_buyer = [{"type": "possessing_party", "destination": digital_link.party(buyer)}]
    packed = {"parentID": case, "childQuantityList": [_amount(lot, 50)]}
    if sources:
        taken = [_amount(each, 100) for each in sources]
        made = {"inputQuantityList": taken, "outputQuantityList": [_amount(lot, 100)]}
        yield maker, _body("TransformationEvent", maker, day, 0, bizStep="commissioning", **made)
    else:
        yield maker, _body("ObjectEvent", maker, day, 0, action="ADD", bizStep="commissioning", **goods)
    yield maker, _body("AggregationEvent", maker, day, 1, action="ADD", bizStep="packing", **packed)
    sent = {"bizStep": "shipping", "destinationList": to_buyer, **goods}
    yield maker, _body("ObjectEvent", maker, day, 2, action="OBSERVE", **sent)
    for minute in range(3, A_LOT - 1):
        step = "receiving" if minute == 3 else "storing"
        yield buyer, _body("ObjectEvent", buyer, day, minute, action="OBSERVE", bizStep=step, **goods)
    yield buyer, _body("AggregationEvent", buyer, day, A_LOT, action="DELETE", bizStep="unpacking", **packed)


def _body(kind: str, by: str, day: int, minute: int, **fields: object) -> Body:
    at = START + timedelta(days=day, minutes=minute)
    place = {"id": PLACES[PARTIES.index(by)]}
    when = {"eventTime": at.isoformat(timespec="milliseconds"), "eventTimeZoneOffset": "+00:00"}
    return {"type": kind, **when, "readPoint": place, **fields}


def _lot(number: str) -> str:
    return digital_link.lot("09521234000020", number)


def _amount(lot: str, kilograms: int) -> Body:
    return {"epcClass": lot, "quantity": kilograms, "uom": "KGM"}


def _checked(digits: str) -> str:
    return digits + check_digit(digits)


def _measure(table: EventTable, rounds: int) -> float:
    """Print the times; that of the lineage in milliseconds."""
    line = lineage(SUBJECT, table.telling)
    below = _lot(f"L{DEPTH - 1}-0")
    print(f"  the lineage has {len(line.told):,} events of {len(line.goods):,} goods, cut: {line.is_cut}")
    print(f"  the descent of one lot at its bottom has {len(descent(below, table.telling).told):,} events")
    took_ms = _median_ms("lineage: which events, in order", rounds, lambda: lineage(SUBJECT, table.telling))
    _median_ms("descent of one lot", rounds, lambda: descent(below, table.telling))
    events = in_order(line.told, table)
    _median_ms("the events themselves", rounds, lambda: in_order(line.told, table))
    _median_ms("balance", rounds, lambda: balance(events, SUBJECT))
    _median_ms("contradictions", rounds, lambda: contradictions(SUBJECT, line.goods, line.counting))
    _median_ms("all of these, anew", rounds, lambda: _all(table))
    return took_ms


def _measure_recursive(engine: Engine, rounds: int) -> None:
    """What one recursive query would take that knows nothing of time, of who held goods, or of containers."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE edge (made BLOB NOT NULL, source BLOB NOT NULL)".replace(
                    "BLOB", "BLOB" if engine.dialect.name == "sqlite" else "BYTEA"
                )
            )
        )
        turned = text("SELECT words FROM told WHERE words LIKE '%TransformationEvent%'")
        roles = [read(words).roles for words in connection.execute(turned).scalars()]
        pairs = {(made, source) for each in roles for made in each["output"] for source in each["input"]}
        rows = [{"made": name_hash(made), "source": name_hash(source)} for made, source in pairs]
        connection.execute(text("INSERT INTO edge VALUES (:made, :source)"), rows)
        connection.execute(text("CREATE INDEX ix_edge ON edge (made, source)"))
    asked = text(
        "WITH RECURSIVE goods (name) AS (SELECT :subject UNION SELECT source FROM edge JOIN goods "
        "ON made = goods.name) SELECT DISTINCT told.event_id, at_us, key FROM goods "
        "JOIN mention ON mention.name = goods.name JOIN told ON told.event_id = mention.event_id "
        "ORDER BY at_us, key"
    )

    def ask() -> None:
        with engine.connect() as connection:
            connection.execute(asked, {"subject": name_hash(SUBJECT)}).all()

    _median_ms("one recursive query, far less", rounds, ask)


def _all(table: EventTable) -> None:
    line = lineage(SUBJECT, table.telling)
    balance(in_order(line.told, table), SUBJECT)
    contradictions(SUBJECT, line.goods, line.counting)


def _median_ms(what: str, rounds: int, ask: Callable[[], object]) -> float:
    clock, processor = [], []
    for _ in range(rounds):
        began, worked = time.perf_counter(), time.process_time()
        ask()
        clock.append((time.perf_counter() - began) * 1000)
        processor.append((time.process_time() - worked) * 1000)
    took_ms, worked_ms = statistics.median(clock), statistics.median(processor)
    print(f"  {what:34} {took_ms:8.1f} ms, of the processor {worked_ms:8.1f}")
    return took_ms


if __name__ == "__main__":
    sys.exit(main())
