"""Measures how long it takes to find all that a recalled lot touches, in stores of several sizes.

    python -m bench.epcis.recall [--store 100000 1000000] [--items 10000] [--rounds 5]

Every lot of the store is harvested, packed out, labelled, cased, palleted, shipped, received and half sold.
Events are kept without being hashed or signed: capture has a measurement of its own.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count, islice
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from traceability.epcis.event import Event
from traceability.epcis.vocabulary import STANDARD_CONTEXT
from traceability.gs1 import digital_link
from traceability.gs1.keys import check_digit
from traceability.ledger.ports import StoredEvent
from traceability.ledger.recalled import RecallReader
from traceability.ledger.recalling import look
from traceability.log.name_map import name_hashes
from traceability.store.events import EventTable, insert_events
from traceability.store.migrate import migrate
from traceability.store.parties import PartyTable
from traceability.store.recalls import RecallTable
from traceability.store.schema import open_engine

GOAL_S = 1.0
START = datetime(2026, 1, 1, tzinfo=UTC)
FARM, SHOP = "9521234000013", "9521234000020"
AN_EVENT, A_PALLET = 50, 20
"""Items of one case, which one event labels; cases of one pallet."""
Body = dict[str, Any]


def main() -> int:
    args = _arguments()
    slowest = 0.0
    for size in args.store:
        with tempfile.TemporaryDirectory() as folder:
            engine = open_engine(f"sqlite:///{Path(folder) / 'store.db'}", create=True)
            migrate(engine)
            _fill(engine, size, args.items)
            slowest = max(slowest, _measure(engine, size, args.rounds))
            engine.dispose()
    return 0 if slowest < GOAL_S else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", type=int, nargs="+", default=[100_000])
    parser.add_argument("--items", type=int, default=10_000, help="of the recalled lot")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _fill(engine: Engine, size: int, items: int) -> None:
    """The recalled lot first, then others of a hundredth of its items, until the store has `size` events."""
    told = (each for lot in count() for each in _life(lot, items if lot == 0 else max(items // 100, 1)))
    numbered = enumerate(islice(told, size))
    while some := [_stored(number, by, body) for number, (by, body) in islice(numbered, 5_000)]:
        with engine.begin() as connection:
            insert_events(connection, some)


def _stored(number: int, by: str, body: Body) -> StoredEvent:
    digest, event = sha256(number.to_bytes(8)).digest(), Event(body, [STANDARD_CONTEXT])
    names = name_hashes(each.identifier for each in event.identifiers())
    uri = f"ni:///sha-256;{digest.hex()}?ver=CBV2.0"
    return StoredEvent(event, digest, digest.hex(), names, uri, digest, by, number)


def _life(number: int, items: int) -> Iterator[tuple[str, Body]]:
    field, packed = _lot("09521234000013", f"F{number}"), _lot("09521234000020", f"P{number}")
    weight = {"quantity": items, "uom": "KGM"}
    yield FARM, _body(0, "ObjectEvent", "commissioning", action="ADD", quantityList=[field | weight])
    made = {"inputQuantityList": [field | weight], "outputQuantityList": [packed | weight]}
    yield FARM, _body(1, "TransformationEvent", "commissioning", **made)
    ilmd = {"guoji:lot": packed["epcClass"]}
    for case in range(-(-items // AN_EVENT)):
        inside = [_item(number, n) for n in range(case * AN_EVENT, min((case + 1) * AN_EVENT, items))]
        box = _unit(number, case + 1)
        yield FARM, _body(2, "ObjectEvent", "commissioning", action="ADD", epcList=inside, ilmd=ilmd)
        yield FARM, _body(3, "AggregationEvent", "packing", action="ADD", parentID=box, childEPCs=inside)
        pallet = _unit(number, 50_000 + case // A_PALLET)
        yield FARM, _body(4, "AggregationEvent", "packing", action="ADD", parentID=pallet, childEPCs=[box])
        if case % A_PALLET == 0:
            to = [{"type": "possessing_party", "destination": digital_link.party(SHOP)}]
            yield FARM, _body(5, "ObjectEvent", "shipping", epcList=[pallet], destinationList=to)
            yield SHOP, _body(6, "ObjectEvent", "receiving", epcList=[pallet])
        yield SHOP, _body(7, "ObjectEvent", "retail_selling", epcList=inside[::2])


def _body(hours: int, kind: str, step: str, **fields: object) -> Body:
    at = (START + timedelta(hours=hours)).isoformat(timespec="milliseconds")
    action = {"action": "OBSERVE"} if kind == "ObjectEvent" else {}
    return {
        "type": kind,
        "eventTime": at,
        "eventTimeZoneOffset": "+00:00",
        "bizStep": step,
        **action,
        **fields,
    }


def _lot(gtin: str, number: str) -> Body:
    return {"epcClass": digital_link.lot(gtin, number)}


def _item(lot: int, number: int) -> str:
    return digital_link.item("09521234000020", f"{lot:08d}{number:08d}")


def _unit(lot: int, number: int) -> str:
    digits = f"{number % 10}9521234{lot % 10_000:04d}{number:05d}"
    return digital_link.sscc(digits + check_digit(digits))


def _measure(engine: Engine, size: int, rounds: int) -> float:
    """Print the times; that of the processor in seconds, for others may use the machine too."""
    events, reader = EventTable(engine), RecallReader(RecallTable(engine), PartyTable(engine))
    subject = _lot("09521234000013", "F0")["epcClass"]
    clock, processor = [], []
    for _ in range(rounds):
        began, worked = time.perf_counter(), time.process_time()
        touched = look(subject, events, reader).touched
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - worked)
    print(
        f"{size:,} events: {len(touched.reached):,} goods by {touched.events:,}, cut: {touched.is_cut}: "
        f"{statistics.median(clock):.3f} s, of the processor {statistics.median(processor):.3f}"
    )
    return statistics.median(processor)


if __name__ == "__main__":
    sys.exit(main())
