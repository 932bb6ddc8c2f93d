"""The tables of readings and of what could not become one, and what is asked of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)

from traceability.store.devices import device, device_state
from traceability.store.schema import metadata
from traceability.telemetry.reading import Authenticated, Reading

reading = Table(
    "reading",
    metadata,
    Column("device", ForeignKey(device.c.alias), primary_key=True),
    # Counts what a device sends as it comes; batches are closed by it, so a late reading reopens none.
    Column("arrival", BigInteger, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("authenticated", SmallInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("taken_from_ms", BigInteger, nullable=False),
    Column("taken_to_ms", BigInteger, nullable=False),
    # Keeps a number from being stored twice; serves the look-up of replays and the closing of gaps.
    UniqueConstraint("device", "epoch", "sequence"),
    # Serves `between` and `newest`.
    Index("ix_reading_device_taken_to_ms", "device", "taken_to_ms"),
)

conflict = Table(
    "conflict",
    metadata,
    Column("device", ForeignKey(device.c.alias), primary_key=True),
    Column("arrival", BigInteger, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    UniqueConstraint("device", "epoch", "sequence", "digest"),
)

quarantine = Table(
    "quarantine",
    metadata,
    # SQLite counts by itself only an INTEGER; 2**63 of them are enough there too.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    # No foreign key: what nobody registered is quarantined too.
    Column("device", String(32)),
    Column("epoch", BigInteger),
    Column("sequence", BigInteger),
    Column("topic", Text, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    # At most `arrivals.MAX_KEPT_BYTES`, and none after a time; `size` and `digest` are of the whole.
    Column("payload", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    UniqueConstraint("device", "epoch", "sequence"),
    # Without a number, the same bytes sent again are the same trouble and not a second one.
    Index(
        "uq_quarantine_unnumbered",
        "topic",
        "digest",
        unique=True,
        sqlite_where=text("sequence IS NULL"),
        postgresql_where=text("sequence IS NULL"),
    ),
    # Serves `QuarantineTable.drop_payloads`.
    Index(
        "ix_quarantine_with_payload",
        "received_at_ms",
        sqlite_where=text("length(payload) > 0"),
        postgresql_where=text("length(payload) > 0"),
    ),
    # Serves `FarmTable.put_aside`.
    Index("ix_quarantine_device_received_at_ms", "device", "received_at_ms"),
)

stream = Table(
    "stream",
    metadata,
    Column("device", ForeignKey(device.c.alias), primary_key=True),
    Column("epoch", BigInteger, primary_key=True, autoincrement=False),
    # `telemetry.runs.Runs` as JSON: what the next receipt will state.
    Column("runs", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class QuarantinedMessage:
    """A message in quarantine. Topic, reason and payload are hostile."""

    device: str | None
    topic: str
    received_at_ms: int
    reason: str
    payload: bytes
    """Its first bytes, if it was longer than is kept; empty once they are dropped."""
    size: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Counts:
    devices: int
    readings: int
    conflicts: int
    quarantined: int


class ReadingTable:
    """Readings as evidence: what is here never changes. `arrivals.py` puts it here."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def between(self, alias: str, from_ms: int, to_ms: int) -> Iterator[Reading]:
        """The readings of a device that hold anything taken in [from_ms, to_ms], by time.

        Those of one time by number, and not as they came: what comes late must tell the same.
        """
        overlaps = (reading.c.taken_to_ms >= from_ms) & (reading.c.taken_from_ms <= to_ms)
        statement = (
            select(reading)
            .where(reading.c.device == alias, overlaps)
            .order_by(reading.c.taken_to_ms, reading.c.epoch, reading.c.sequence)
        )
        with self._engine.connect() as connection:
            yield from map(as_reading, connection.execute(statement))

    def newest(self, alias: str) -> Reading | None:
        """The reading that was taken last."""
        statement = (
            select(reading)
            .where(reading.c.device == alias)
            .order_by(reading.c.taken_to_ms.desc(), reading.c.arrival.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(statement).first()
        return None if row is None else as_reading(row)

    def quarantined(self, limit: int) -> list[QuarantinedMessage]:
        """Newest first."""
        statement = select(quarantine).order_by(quarantine.c.id.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [
                QuarantinedMessage(
                    row.device,
                    row.topic,
                    row.received_at_ms,
                    row.reason,
                    row.payload,
                    row.size,
                    row.digest,
                )
                for row in connection.execute(statement)
            ]

    def counts(self) -> Counts:
        with self._engine.connect() as connection:
            # Every arrival is a reading or one of the few conflicts: no need to count millions of rows.
            arrivals = func.coalesce(func.sum(device_state.c.next_arrival - 1), 0)
            devices, arrived = connection.execute(
                select(func.count(), arrivals).select_from(device_state)
            ).one()
            conflicts = connection.execute(select(func.count()).select_from(conflict)).scalar_one()
            quarantined = connection.execute(select(func.count()).select_from(quarantine)).scalar_one()
        return Counts(devices, int(arrived) - conflicts, conflicts, quarantined)


def as_reading(row: Row[tuple[object, ...]]) -> Reading:
    return Reading(
        device=row.device,
        epoch=row.epoch,
        sequence=row.sequence,
        received_at_ms=row.received_at_ms,
        authenticated=Authenticated(row.authenticated),
        payload=row.payload,
    )
