"""What a box keeps on its disk until a receipt settles it."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from iot_gateway.edge.database import TABLES, Database
from iot_gateway.edge.message import Message
from iot_gateway.edge.settle import Answer, settle, settled_receipt
from traceability.errors import Unavailable
from traceability.ledger.record import SignedReceipt

BESIDE_PAYLOAD_BYTES = 400
"""About what a message takes on the disk beside its payload."""


@dataclass(frozen=True, slots=True)
class Kept:
    id: int
    """Grows with each message that is kept."""
    message: Message


@dataclass(frozen=True, slots=True)
class Standing:
    """How one device stands at this box."""

    device: str
    kept: int
    oldest_at_ms: int | None
    """When the oldest of those was kept, by the box's clock."""
    receipt_at_ms: int | None = None
    """When the newest receipt was signed, by the gateway's clock."""
    held: int = 0
    """What receipts have settled since this file was made: held by the gateway."""
    not_held: int = 0
    """The same: quarantined, in conflict or refused."""
    uplink: str = "not tried yet"


class KeptFile:
    """Every method raises like `Database`."""

    def __init__(self, file: Path, budget_bytes: int, devices: Collection[str] | None = None) -> None:
        """`devices`: those in the bundle, None for all. No receipt comes for what is here of others, so it
        does not spend the budget, which it would for good.
        """
        self._database = Database(file)
        self._budget_bytes = budget_bytes
        with self._database.reading() as database:
            question = "SELECT device, sum(length(payload) + ?) FROM kept GROUP BY device"
            rows = database.execute(question, [BESIDE_PAYLOAD_BYTES])
            self._bytes = sum(size for device, size in rows if devices is None or device in devices)

    def close(self) -> None:
        self._database.close()

    def keep(self, messages: Iterable[Message], now_ms: int) -> list[SignedReceipt]:
        """Keep all of `messages` in one durable commit; what is kept already, only once.

        What was settled not long ago is not kept: gives the receipts that answer it.
        Raises `Unavailable` too while the budget is spent.
        """
        if self._bytes >= self._budget_bytes:
            raise Unavailable(
                f"{self._bytes:,} bytes are kept, setting edge_budget_mb allows {self._budget_bytes:,}; "
                "nothing more is acknowledged until receipts free some"
            )
        added, answers = 0, {}
        with self._database.writing() as database:
            for each in messages:
                note = settled_receipt(database, each)
                if note is None:
                    added += _insert(database, each, now_ms)
                else:
                    answers[note] = SignedReceipt(each.device, note)
        self._bytes += added
        return list(answers.values())

    def between(self, device: str, after: int, through: int, most: int, most_bytes: int) -> list[Kept]:
        """Those with an id above `after` and up to `through`, oldest first, as far as both limits go.

        One at least, if there is any, however large. Raises `Refused` for a message that is not as it was.
        """
        found: list[Kept] = []
        with self._database.reading() as database:
            rows = database.execute(
                "SELECT id, topic, epoch, number, whole, payload FROM kept "
                "WHERE device = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?",
                (device, after, through, most),
            )
            for id_, topic, epoch, number, whole, payload in rows:
                most_bytes -= len(payload)
                if found and most_bytes < 0:
                    break
                message = Message(device, topic, payload, None if number is None else (epoch, number))
                if message.whole != whole:
                    raise self._database.damaged(f"message {id_} of {device} is not what was kept")
                found.append(Kept(id_, message))
        return found

    def newest_id(self, device: str) -> int:
        """0 if nothing of it is kept."""
        with self._database.reading() as database:
            question = "SELECT coalesce(max(id), 0) FROM kept WHERE device = ?"
            [(newest,)] = database.execute(question, [device])
        return int(newest)

    def newest_receipt_ms(self, device: str) -> int:
        """When it was signed, by the gateway's clock; before all of them if there was none."""
        with self._database.reading() as database:
            question = "SELECT max(receipt_at_ms) FROM standing WHERE device = ?"
            [(newest,)] = database.execute(question, [device])
        return -1 if newest is None else int(newest)

    def count(self, device: str, through: int) -> int:
        """How many of a device are kept with an id up to `through`."""
        with self._database.reading() as database:
            question = "SELECT count(*) FROM kept WHERE device = ? AND id <= ?"
            [(count,)] = database.execute(question, [device, through])
        return int(count)

    def count_all(self) -> int:
        with self._database.reading() as database:
            [(count,)] = database.execute("SELECT count(*) FROM kept")
        return int(count)

    def settle(self, answers: Sequence[Answer]) -> frozenset[int]:
        """Free what receipts settle, all in one durable commit; the ids of it."""
        with self._database.writing() as database:
            freed = [settle(database, answer) for answer in answers]
        ids = frozenset(id_ for each in freed for id_ in each.ids)
        self._bytes -= sum(each.payload_bytes for each in freed) + BESIDE_PAYLOAD_BYTES * len(ids)
        return ids

    def drop(self, device: str) -> None:
        """Throw away all that is kept and known of a device."""
        with self._database.writing() as database:
            for table in TABLES:
                database.execute(f"DELETE FROM {table} WHERE device = ?", (device,))  # noqa: S608 - our own words

    def say_uplink(self, device: str, state: str) -> None:
        """For `standings` to show, also to another process."""
        with self._database.writing() as database:
            database.execute(
                "INSERT INTO standing (device, uplink) VALUES (?, ?) "
                "ON CONFLICT DO UPDATE SET uplink = excluded.uplink",
                (device, state),
            )

    def standings(self) -> dict[str, Standing]:
        """By alias: all devices of which anything is kept or known."""
        with self._database.reading() as database:
            rows = database.execute(
                "SELECT device, count(kept.id), min(kept_at_ms), receipt_at_ms, "
                "coalesce(held, 0), coalesce(not_held, 0), coalesce(uplink, 'not tried yet') "
                "FROM (SELECT device FROM kept UNION SELECT device FROM standing) "
                "LEFT JOIN kept USING (device) LEFT JOIN standing USING (device) GROUP BY device"
            )
            return {row[0]: Standing(*row) for row in rows}


def _insert(database: sqlite3.Connection, message: Message, now_ms: int) -> int:
    """Bytes that this takes; 0 if it is there."""
    epoch, number = message.number or (None, None)
    digest, whole, payload = message.digest, message.whole, message.payload
    done = database.execute(
        "INSERT INTO kept (device, topic, epoch, number, digest, whole, kept_at_ms, payload) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (device, whole, topic) DO NOTHING",
        (message.device, message.topic, epoch, number, digest, whole, now_ms, payload),
    )
    return done.rowcount * (BESIDE_PAYLOAD_BYTES + len(payload))
