"""Frees on the disk what a receipt settles, and remembers what the next receipt is judged from."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from iot_gateway.edge.judge import Verdict, judge
from iot_gateway.edge.message import Message
from traceability.telemetry import topics
from traceability.telemetry.receipt import Receipt
from traceability.telemetry.runs import Accounted, Run, Status

MAX_EPOCHS = 4
"""Of a device, that are remembered. Of an older one, the gateway's next word is taken anew."""
MAX_SETTLED = 10_000
"""Numbers of an epoch of which it is remembered what stands there: for one that comes late, or again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A receipt whose signature was checked."""

    receipt: Receipt
    note: bytes
    lone_id: int | None
    """What was sent alone before it came, if the receipt states its number: freed too (see `Window`)."""


@dataclass(frozen=True, slots=True)
class Freed:
    ids: frozenset[int]
    payload_bytes: int


def settle(database: sqlite3.Connection, answer: Answer) -> Freed:
    """Within a transaction."""
    receipt, device = answer.receipt, answer.receipt.device
    epoch = -1 if receipt.runs is None else receipt.runs.epoch
    known = _known(database, device, epoch)
    verdict = judge(receipt, known, lambda first, last: _sent(database, device, epoch, first, last))
    # What is proven goes first: of a number with two contents it is the first, until that is gone.
    numbered = _free_proven(database, device, epoch, verdict)
    numbered += _free_named(database, device, epoch, verdict)
    if answer.lone_id is not None:
        numbered += _free(database, "id = ?", answer.lone_id)
    refused = _free_refused(database, device, verdict)
    if receipt.runs is not None:
        _remember(database, device, epoch, verdict, numbered)
        _know(database, device, epoch, verdict.known, answer.note)
        _forget(database, device, epoch, receipt.runs.highest)
    not_held = len(refused) + sum(
        digest in verdict.named.get(number, ()) for _, _, number, digest in numbered
    )
    freed = numbered + refused
    _count(database, receipt, len(freed) - not_held, not_held)
    return Freed(frozenset(id_ for id_, *_ in freed), sum(size for _, size, *_ in freed))


def settled_receipt(database: sqlite3.Connection, message: Message) -> bytes | None:
    """The newest receipt of its epoch, if that is the answer to a message which came again; else None."""
    if message.number is None:
        return None
    found = database.execute(
        "SELECT note FROM settled JOIN receipt USING (device, epoch) "
        "WHERE device = ? AND epoch = ? AND number = ? AND digest = ? AND status = ?",
        (message.device, *message.number, message.digest, Status.HELD),
    ).fetchone()
    return None if found is None else bytes(found[0])


_Rows = list[tuple[int, int, int, bytes]]
"""Id, bytes of the payload, number, digest."""


def _free(database: sqlite3.Connection, which: str, *values: object) -> _Rows:
    return database.execute(
        f"DELETE FROM kept WHERE {which} RETURNING id, length(payload), number, digest",  # noqa: S608 - our own words
        values,
    ).fetchall()


def _free_proven(database: sqlite3.Connection, device: str, epoch: int, verdict: Verdict) -> _Rows:
    which = (
        "id IN (SELECT min(id) FROM kept WHERE device = ? AND epoch = ? AND number BETWEEN ? AND ? "
        "GROUP BY number) AND NOT EXISTS (SELECT 1 FROM settled WHERE settled.device = kept.device AND "
        "settled.epoch = kept.epoch AND settled.number = kept.number AND settled.digest != kept.digest)"
    )
    freed: _Rows = []
    for numbers in verdict.proven:
        freed += _free(database, which, device, epoch, numbers[0], numbers[-1])
    return freed


def _free_named(database: sqlite3.Connection, device: str, epoch: int, verdict: Verdict) -> _Rows:
    which = "device = ? AND epoch = ? AND number = ? AND digest = ?"
    freed: _Rows = []
    for number, digests in verdict.named.items():
        for digest in digests:
            freed += _free(database, which, device, epoch, number, digest)
    return freed


def _free_refused(database: sqlite3.Connection, device: str, verdict: Verdict) -> _Rows:
    # A receipt does not say which topic it refuses a payload on. Of one that was sent on two topics, that
    # on the wrong one goes first: it is refused for sure.
    which = "id = (SELECT id FROM kept WHERE device = ? AND whole = ? ORDER BY topic = ?, id LIMIT 1)"
    freed: _Rows = []
    for whole in verdict.refused:
        freed += _free(database, which, device, whole, topics.readings(device))
    return freed


def _sent(
    database: sqlite3.Connection, device: str, epoch: int, first: int, last: int
) -> Iterator[Accounted]:
    rows = database.execute(
        "SELECT number, status, digest, 0 AS id FROM settled "
        "WHERE device = :device AND epoch = :epoch AND number BETWEEN :first AND :last "
        "UNION ALL SELECT number, :held, digest, id FROM kept "
        "WHERE device = :device AND epoch = :epoch AND number BETWEEN :first AND :last ORDER BY number, id",
        {"device": device, "epoch": epoch, "first": first, "last": last, "held": Status.HELD},
    )
    return (Accounted(number, Status(status), digest) for number, status, digest, _ in rows)


def _known(database: sqlite3.Connection, device: str, epoch: int) -> tuple[Run, ...]:
    rows = database.execute(
        "SELECT first, last, chain FROM known WHERE device = ? AND epoch = ? ORDER BY first", (device, epoch)
    )
    return tuple(Run(*row) for row in rows)


def _remember(database: sqlite3.Connection, device: str, epoch: int, verdict: Verdict, freed: _Rows) -> None:
    stands = [verdict.standing(number, digest) for _, _, number, digest in freed]
    database.executemany(
        "INSERT OR IGNORE INTO settled VALUES (?, ?, ?, ?, ?)",
        [(device, epoch, one.sequence, one.status, one.digest) for one in stands],
    )


def _know(database: sqlite3.Connection, device: str, epoch: int, known: Sequence[Run], note: bytes) -> None:
    database.execute("DELETE FROM known WHERE device = ? AND epoch = ?", (device, epoch))
    rows = [(device, epoch, run.first, run.last, run.chain) for run in known]
    database.executemany("INSERT INTO known VALUES (?, ?, ?, ?, ?)", rows)
    database.execute("INSERT OR REPLACE INTO receipt VALUES (?, ?, ?)", (device, epoch, note))


def _forget(database: sqlite3.Connection, device: str, epoch: int, highest: int) -> None:
    database.execute(
        "DELETE FROM settled WHERE device = ? AND epoch = ? AND number <= ?",
        (device, epoch, highest - MAX_SETTLED),
    )
    newest_first = "SELECT epoch FROM receipt WHERE device = ? ORDER BY rowid DESC"
    for (old,) in database.execute(newest_first, [device]).fetchall()[MAX_EPOCHS:]:
        for table in ("settled", "known", "receipt"):
            database.execute(f"DELETE FROM {table} WHERE device = ? AND epoch = ?", (device, old))  # noqa: S608


def _count(database: sqlite3.Connection, receipt: Receipt, held: int, not_held: int) -> None:
    database.execute(
        "INSERT INTO standing (device, receipt_at_ms, held, not_held) VALUES (?, ?, ?, ?) ON CONFLICT DO "
        "UPDATE SET receipt_at_ms = max(coalesce(receipt_at_ms, 0), excluded.receipt_at_ms), "
        "held = held + excluded.held, not_held = not_held + excluded.not_held",
        (receipt.device, receipt.received_at_ms, held, not_held),
    )
