"""What devices sent is as it came, counted without a hole, and as their receipts say."""

from collections.abc import Iterator
from hashlib import sha256
from heapq import merge
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select

from traceability.store.devices import device_state
from traceability.store.fsck.difference import Difference, compare
from traceability.store.fsck.view import View
from traceability.store.readings import conflict, quarantine, reading, stream
from traceability.store.streams import load_runs, stored_from
from traceability.telemetry.authenticate import content_digest
from traceability.telemetry.runs import Run, chained


def check_readings(view: View) -> Iterator[Difference]:
    readings, conflicts = (
        view.rows(
            select(table.c.device, table.c.arrival, table.c.payload, table.c.digest).order_by(
                table.c.device, table.c.arrival
            )
        )
        for table in (reading, conflict)
    )
    arrivals = merge(readings, conflicts, key=lambda row: (row.device, row.arrival))
    total = view.count(reading) + view.count(conflict)
    next_arrival = {row.device: row.next_arrival for row in view.rows(select(device_state))}
    for alias, rows in groupby(view.watch("readings", total, arrivals), key=lambda row: row.device):
        expected = 1
        for row in rows:
            where = f"arrival {row.arrival} of {alias}"
            if row.arrival != expected:
                yield from compare(
                    f"the arrival that follows {expected - 1} of {alias}", row.arrival, expected
                )
            expected = row.arrival + 1
            yield from compare(f"{where}: its digest", row.digest, content_digest(row.payload, alias))
        yield from compare(f"the next arrival of {alias}", next_arrival.pop(alias, None), expected)
    for alias, number in next_arrival.items():
        yield from compare(f"the next arrival of {alias}, of which nothing came,", number, 1)


def check_quarantine(view: View) -> Iterator[Difference]:
    rows = view.rows(select(quarantine).order_by(quarantine.c.id))
    for row in view.watch("messages in quarantine", view.count(quarantine), rows):
        numbered = row.sequence is not None
        if numbered and not row.size and not row.payload:
            continue  # abandoned: the digest is of the message that says so
        if len(row.payload) == row.size:  # otherwise it was cut, or dropped after its time
            digest = content_digest(row.payload, row.device) if numbered else sha256(row.payload).digest()
            yield from compare(f"message {row.id} in quarantine: its digest", row.digest, digest)
        elif len(row.payload) > row.size:
            yield from compare(f"message {row.id} in quarantine: its size", row.size, len(row.payload))


def check_receipts(view: View) -> Iterator[Difference]:
    """The numbers that receipts state are those that the store holds."""
    rows = view.rows(select(stream).order_by(stream.c.device, stream.c.epoch))
    for row in view.watch("streams of receipts", view.count(stream), rows):
        yield from _check_stream(view, row)


def _check_stream(view: View, row: Row[Any]) -> Iterator[Difference]:
    key, where = (row.device, row.epoch), f"the receipts of {row.device} in epoch {row.epoch}"
    try:
        runs = load_runs(view.connection, [key])[key]
    except (ValueError, LookupError, TypeError) as error:
        yield Difference(where, f"unreadable ({error})", "runs of numbers")
        return
    for run in runs.all:
        recomputed = Run(run.first, run.first - 1, bytes(len(run.chain)))
        for one in stored_from(view.connection, key, run.first):
            recomputed = Run(run.first, one.sequence, chained(recomputed.chain, one))
        yield from compare(f"{where}: the last number from {run.first} on", run.last, recomputed.last)
        if run.last == recomputed.last:
            yield from compare(
                f"{where}: the chain from {run.first} to {run.last}", run.chain, recomputed.chain
            )
