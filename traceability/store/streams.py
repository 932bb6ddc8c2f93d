"""How far the numbers of one device and epoch are accounted for, as the store knows it."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Row,
    Table,
    literal,
    null,
    select,
    union_all,
)

from traceability.store.readings import quarantine, reading, stream
from traceability.store.schema import AT_ONCE, upsert
from traceability.telemetry.runs import Accounted, Run, Runs, Status, no_runs

Stream = tuple[str, int]
"""Alias and epoch."""


class Standing(NamedTuple):
    """What stands under a number."""

    one: Accounted
    reason: str | None
    """Why it is in quarantine; None if it is held."""


def load_runs(connection: Connection, keys: Collection[Stream]) -> dict[Stream, Runs]:
    """What is known of each of `keys`, also if nothing is."""
    # All epochs of all devices among them: a few rows too many, and a plain look-up in the primary key.
    held = select(stream).where(
        stream.c.device.in_({device for device, _ in keys}), stream.c.epoch.in_({epoch for _, epoch in keys})
    )
    known = {(row.device, row.epoch): row.runs for row in connection.execute(held)}
    return {key: _from_json(key[1], known[key]) if key in known else no_runs(key[1]) for key in keys}


def keep_runs(connection: Connection, runs: Mapping[Stream, Runs]) -> None:
    rows = [
        {"device": device, "epoch": epoch, "runs": _to_json(each)} for (device, epoch), each in runs.items()
    ]
    upsert(connection, stream, rows)


def standing(connection: Connection, key: Stream, numbers: Collection[int]) -> dict[int, Standing]:
    """What the store holds under `numbers`, by number."""
    asked = list(numbers)
    found = {}
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        among = {table: table.c.sequence.in_(some) for table in (reading, quarantine)}
        for row in connection.execute(_rows(key, among)):
            found[row.sequence] = Standing(_accounted(row), row.reason)
    return found


def stored_from(connection: Connection, key: Stream, first: int) -> Iterator[Accounted]:
    """The numbers first, first + 1, ... as far as the store holds them without a hole."""
    onward = {table: table.c.sequence >= first for table in (reading, quarantine)}
    statement = _rows(key, onward).order_by("sequence").execution_options(yield_per=1_000)
    with connection.execute(statement) as rows:
        for row in rows:
            if row.sequence != first:
                return
            yield _accounted(row)
            first += 1


def _rows(key: Stream, wanted: dict[Table, Any]) -> CompoundSelect[Any]:
    held, refused = reading.c, quarantine.c
    return union_all(
        select(
            held.sequence,
            literal(Status.HELD.value).label("status"),
            held.digest,
            null().label("reason"),
        ).where(held.device == key[0], held.epoch == key[1], wanted[reading]),
        select(refused.sequence, literal(Status.QUARANTINED.value), refused.digest, refused.reason).where(
            refused.device == key[0], refused.epoch == key[1], wanted[quarantine]
        ),
    )


def _accounted(row: Row[Any]) -> Accounted:
    return Accounted(row.sequence, Status(row.status), row.digest)


def _to_json(runs: Runs) -> str:
    spans = [[run.first, run.last, run.chain.hex()] for run in runs.all]
    return json.dumps({"runs": spans, "forgotten_through": runs.forgotten_through})


def _from_json(epoch: int, text: str) -> Runs:
    held = json.loads(text)
    runs = tuple(Run(first, last, bytes.fromhex(chain)) for first, last, chain in held["runs"])
    return Runs(epoch, runs, held["forgotten_through"])
