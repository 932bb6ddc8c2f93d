"""How far the numbers of one device and epoch are accounted for, as the store knows it."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Row,
    Table,
    insert,
    literal,
    null,
    select,
    union_all,
    update,
)

from traceability.store.readings import quarantine, reading, stream
from traceability.telemetry.runs import Accounted, Run, Runs, Status, no_runs

Stream = tuple[str, int]
"""Alias and epoch."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands under a number."""

    one: Accounted
    reason: str | None
    """Why it is in quarantine; None if it is held."""


def load_runs(connection: Connection, key: Stream) -> Runs:
    held = select(stream.c.runs).where(stream.c.device == key[0], stream.c.epoch == key[1])
    text = connection.execute(held).scalar_one_or_none()
    if text is None:
        runs = no_runs(key[1])
        connection.execute(insert(stream).values(device=key[0], epoch=key[1], runs=_to_json(runs)))
        return runs
    return _from_json(key[1], text)


def keep_runs(connection: Connection, key: Stream, runs: Runs) -> None:
    row = update(stream).where(stream.c.device == key[0], stream.c.epoch == key[1])
    connection.execute(row.values(runs=_to_json(runs)))


def standing(connection: Connection, key: Stream, numbers: Collection[int]) -> dict[int, Standing]:
    """What the store holds under `numbers`, by number."""
    if not numbers:
        return {}
    among = {table: table.c.sequence.in_(numbers) for table in (reading, quarantine)}
    return {
        row.sequence: Standing(_accounted(row), row.reason) for row in connection.execute(_rows(key, among))
    }


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
