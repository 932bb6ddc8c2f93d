"""Which arrivals of a device stand in which batch: sealed once, never changed."""

from collections.abc import Sequence
from itertools import takewhile

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError

from traceability.errors import BatchConflict, Unknown
from traceability.store.devices import device, device_state
from traceability.store.readings import as_reading, conflict, reading
from traceability.store.schema import metadata
from traceability.telemetry.batch import NO_BATCH, Batch, build_batch
from traceability.telemetry.reading import Reading
from traceability.telemetry.window import Window

batch = Table(
    "batch",
    metadata,
    Column("device", ForeignKey(device.c.alias), primary_key=True),
    # The primary key is what makes a second sealer lose: a window is sealed once.
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("epoch", BigInteger, nullable=False),
    Column("from_arrival", BigInteger, nullable=False),
    Column("to_arrival", BigInteger, nullable=False),
    Column("root", LargeBinary(32), nullable=False, unique=True),
    Column("count", Integer, nullable=False),
    Column("first_sequence", BigInteger, nullable=False),
    Column("last_sequence", BigInteger, nullable=False),
    Column("previous_root", LargeBinary(32), nullable=False),
    # Of its event.
    Column("entry_key", String(64), nullable=False, unique=True),
    Column("has_findings", Boolean, nullable=False),
    # Serves `_sealed_through`.
    Index("ix_batch_device_epoch_last_sequence", "device", "epoch", "last_sequence"),
    # Serves `FarmTable.batches_with_findings`.
    Index(
        "ix_batch_with_findings",
        "device",
        "number",
        sqlite_where=text("has_findings = 1"),
        postgresql_where=text("has_findings"),
    ),
)


class BatchTable:
    """Insert-only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unsealed(self, alias: str, at_most: int) -> Window | None:
        """The device's oldest arrivals that no batch holds, of one epoch, at most `at_most` readings.

        Conflicts that came after the last reading belong to it too.
        """
        with self._engine.connect() as connection:
            last = _last_batch(connection, alias)
            from_arrival = 1 if last is None else last.to_arrival + 1
            # Asked for first: a reading that arrives from now on is of a later window.
            newest = _newest_arrival(connection, alias)
            waiting = _readings_between(connection, alias, from_arrival, newest, at_most + 1)
            rows = list(takewhile(lambda row: row.epoch == waiting[0].epoch, waiting[:at_most]))
            if not rows:
                return None
            to_arrival = newest if len(rows) == len(waiting) else rows[-1].arrival
            return Window(
                device=alias,
                number=1 if last is None else last.number + 1,
                from_arrival=from_arrival,
                to_arrival=to_arrival,
                readings=tuple(as_reading(row) for row in rows),
                conflicts=_conflicts(connection, alias, from_arrival, to_arrival),
                previous_root=NO_BATCH if last is None else last.root,
                previous_epoch=None if last is None else last.epoch,
                sealed_through=_sealed_through(connection, alias, rows[0].epoch),
            )

    def earlier(self, window: Window, ago: Sequence[int]) -> list[Reading]:
        """The device's readings that came so many arrivals before `window`, by arrival."""
        arrivals = [window.from_arrival - each for each in ago if each < window.from_arrival]
        held = (
            select(reading)
            .where(reading.c.device == window.device, reading.c.arrival.in_(arrivals))
            .order_by(reading.c.arrival)
        )
        with self._engine.connect() as connection:
            return [as_reading(row) for row in connection.execute(held)]

    def leaves(self, root: bytes) -> list[bytes]:
        """The batch with this root, leaf by leaf. Raises `Unknown`."""
        with self._engine.connect() as connection:
            row = connection.execute(select(batch).where(batch.c.root == root)).first()
            if row is None:
                raise Unknown(f"no batch has the root {root.hex()}")
            held = select(reading).where(
                reading.c.device == row.device, reading.c.arrival.between(row.from_arrival, row.to_arrival)
            )
            readings = [as_reading(each) for each in connection.execute(held)]
        return list(build_batch(readings, row.previous_root).leaves)


def keep_batch(
    connection: Connection, window: Window, sealed: Batch, entry_key: str, has_findings: bool = False
) -> None:
    """Keep the batch made from `window`, in the transaction that keeps its event.

    Raises `BatchConflict` if another sealer was faster: the transaction must then be given up.
    """
    row = {
        "device": window.device,
        "number": window.number,
        "epoch": window.epoch,
        "from_arrival": window.from_arrival,
        "to_arrival": window.to_arrival,
        "root": sealed.root,
        "count": sealed.header.count,
        "first_sequence": sealed.header.first_sequence,
        "last_sequence": sealed.header.last_sequence,
        "previous_root": sealed.header.previous_root,
        "entry_key": entry_key,
        "has_findings": has_findings,
    }
    try:
        connection.execute(insert(batch).values(row))
    except IntegrityError as error:
        raise BatchConflict(
            f"batch {window.number} of {window.device} was sealed by another sealer"
        ) from error


def _last_batch(connection: Connection, alias: str) -> Row[tuple[object, ...]] | None:
    newest = select(batch).where(batch.c.device == alias).order_by(batch.c.number.desc()).limit(1)
    return connection.execute(newest).first()


def _newest_arrival(connection: Connection, alias: str) -> int:
    next_one = select(device_state.c.next_arrival).where(device_state.c.device == alias)
    arrival: int = connection.execute(next_one).scalar_one()
    return arrival - 1


def _readings_between(
    connection: Connection, alias: str, first: int, last: int, at_most: int
) -> Sequence[Row[tuple[object, ...]]]:
    span = (
        select(reading)
        .where(reading.c.device == alias, reading.c.arrival.between(first, last))
        .order_by(reading.c.arrival)
        .limit(at_most)
    )
    return connection.execute(span).all()


def _conflicts(connection: Connection, alias: str, first: int, last: int) -> tuple[int, ...]:
    # Not their payloads: a device may send any number of them before its next reading.
    held = (
        select(conflict.c.sequence)
        .where(conflict.c.device == alias, conflict.c.arrival.between(first, last))
        .order_by(conflict.c.arrival)
    )
    return tuple(connection.execute(held).scalars())


def _sealed_through(connection: Connection, alias: str, epoch: int) -> int:
    highest = select(func.coalesce(func.max(batch.c.last_sequence), 0)).where(
        batch.c.device == alias, batch.c.epoch == epoch
    )
    through: int = connection.execute(highest).scalar_one()
    return through
