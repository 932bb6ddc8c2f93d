"""The durable half of the log: which entry has which index, the tiles, and the newest signed checkpoint."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from traceability.errors import CheckpointConflict, Unknown
from traceability.log import tiles
from traceability.log.map_pages import NamePages
from traceability.log.merkle import HASH_BYTES, leaf_hash
from traceability.log.name_map import MapEntry
from traceability.store.events import event, pending
from traceability.store.map_pages import read_pages, write_pages
from traceability.store.schema import metadata

log_entry = Table(
    "log_entry",
    metadata,
    # The primary key is what makes a second sequencer lose: an index is handed out once.
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", ForeignKey(event.c.id), unique=True),
    # Of an entry without an event: of the map, or of an event that was lost and is known as an entry only.
    Column("entry", LargeBinary),
    Column("names", LargeBinary),
)

tile = Table(
    "tile",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

checkpoint = Table(
    "checkpoint",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("note", Text, nullable=False),
)


class LogTable:
    """Entries and tiles. Indexes are dense, and never handed out twice."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def integrate(self, at_most: int, successor: bytes | None = None) -> None:
        try:
            with self._engine.begin() as connection:
                _integrate(connection, at_most, successor)
        except IntegrityError as error:
            raise CheckpointConflict("another sequencer gave out these indexes first") from error

    def size(self) -> int:
        with self._engine.connect() as connection:
            return size_of_log(connection)

    def index_of(self, key: str) -> int | None:
        statement = select(log_entry.c.index).join(event).where(event.c.key == key)
        with self._engine.connect() as connection:
            return connection.execute(statement).scalar_one_or_none()

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        with self._engine.connect() as connection:
            return read_tile(connection, level, index, width)

    def entries(self, start: int, end: int) -> list[bytes]:
        return self._each(func.coalesce(log_entry.c.entry, event.c.entry), start, end)

    def names(self, start: int, end: int) -> list[bytes]:
        return self._each(func.coalesce(log_entry.c.names, event.c.names, b""), start, end)

    def _each(self, column: ColumnElement[bytes], start: int, end: int) -> list[bytes]:
        statement = (
            select(log_entry.c.index, event.c.id.is_(None) & log_entry.c.entry.is_(None), column)
            .select_from(log_entry.outerjoin(event))
            .where(log_entry.c.index >= start, log_entry.c.index < end)
            .order_by(log_entry.c.index)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(statement).all()
        lost = [index for index, is_lost, _ in rows if is_lost]
        if lost:
            raise Unknown(f"entry {lost[0]} is lost: its event is not in our store")
        return [value for *_, value in rows]


class CheckpointTable:
    """The newest signed checkpoint of one log. Whoever can roll this row back can fork the log."""

    def __init__(self, engine: Engine, origin: str) -> None:
        self._engine = engine
        self._origin = origin

    def newest(self) -> str | None:
        statement = select(checkpoint.c.note).where(checkpoint.c.origin == self._origin)
        with self._engine.connect() as connection:
            return connection.execute(statement).scalar_one_or_none()

    def replace(self, old: str | None, new: str) -> None:
        moved_on = f"the checkpoint of {self._origin} has moved on: another publisher is running"
        try:
            with self._engine.begin() as connection:
                if old is None:
                    connection.execute(insert(checkpoint).values(origin=self._origin, note=new))
                    return
                swap = update(checkpoint).where(checkpoint.c.origin == self._origin, checkpoint.c.note == old)
                if connection.execute(swap.values(note=new)).rowcount != 1:
                    raise CheckpointConflict(moved_on)
        except IntegrityError as error:
            raise CheckpointConflict(moved_on) from error


@dataclass(frozen=True, slots=True)
class NewEntry:
    entry: bytes
    names: bytes = b""
    """Its name hashes."""
    event_id: int | None = None
    """Of the event that the entry is of, if that is here."""


queue = (
    select(event.c.entry, event.c.names, pending.c.event_id)
    .select_from(pending.join(event))
    # By the queue's own order: by the event's, SQLite would read all events that ever were before these.
    .order_by(pending.c.event_id)
)


def _integrate(connection: Connection, at_most: int, successor: bytes | None) -> None:
    of_log = [] if successor is None else [NewEntry(successor)]
    new = [*of_log, *(NewEntry(*row) for row in connection.execute(queue.limit(at_most)))]
    if not new:
        return
    size = size_of_log(connection)
    index = size + len(new)
    leaves = [leaf_hash(each.entry) for each in new]
    root = grow_map(connection, index, [(leaf, each.names) for leaf, each in zip(leaves, new, strict=True)])
    entry = MapEntry(index, root).to_bytes()
    append(connection, size, [*new, NewEntry(entry)], [*leaves, leaf_hash(entry)])


def grow_map(connection: Connection, index: int, named: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Take each leaf hash into the map under the names beside it; the root that the map entry `index` has."""
    pages = NamePages(lambda paths: read_pages(connection, paths, index))
    write_pages(connection, pages.add(named), index)
    return pages.root()


def append(connection: Connection, size: int, new: Sequence[NewEntry], leaves: Sequence[bytes]) -> None:
    """Give `new` the indexes from `size` on, take their events from the queue, let tiles grow by `leaves`."""
    connection.execute(insert(log_entry), [_row(index, each) for index, each in enumerate(new, size)])
    taken = [{"taken": each.event_id} for each in new if each.event_id is not None]
    if taken:
        connection.execute(delete(pending).where(pending.c.event_id == bindparam("taken")), taken)

    def read(level: int, index: int, width: int) -> bytes:
        return read_tile(connection, level, index, width)

    for (level, index), hashes in tiles.extend(size, leaves, read).items():
        _write_tile(connection, level, index, hashes)


def _row(index: int, new: NewEntry) -> dict[str, object]:
    if new.event_id is not None:
        return {"index": index, "event_id": new.event_id, "entry": None, "names": None}
    return {"index": index, "event_id": None, "entry": new.entry, "names": new.names or None}


def size_of_log(connection: Connection) -> int:
    size: int = connection.execute(select(func.coalesce(func.max(log_entry.c.index) + 1, 0))).scalar_one()
    return size


def read_tile(connection: Connection, level: int, index: int, width: int) -> bytes:
    """The first `width` hashes of a tile. Raises `Unknown` if it holds fewer."""
    statement = select(tile.c.hashes).where(tile.c.level == level, tile.c.index == index)
    hashes: bytes = connection.execute(statement).scalar_one_or_none() or b""
    if len(hashes) < width * HASH_BYTES:
        held = len(hashes) // HASH_BYTES
        raise Unknown(f"tile {index} of level {level} holds {held} hashes, {width} were asked for")
    return hashes[: width * HASH_BYTES]


def _write_tile(connection: Connection, level: int, index: int, hashes: bytes) -> None:
    at = (tile.c.level == level) & (tile.c.index == index)
    if connection.execute(update(tile).where(at).values(hashes=hashes)).rowcount == 0:
        connection.execute(insert(tile).values(level=level, index=index, hashes=hashes))
