"""Captured events, the identifiers that stand in them, and the queue of those the log has not taken."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

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
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError

from traceability.errors import Unknown
from traceability.ledger.ports import Captured, StoredEvent
from traceability.log.name_map import name_hash, split_hashes
from traceability.proof.told import Told
from traceability.store.bulk import insert_all
from traceability.store.event_rows import event_row, stored_event
from traceability.store.lineage import kin, read_told, tell_events
from traceability.store.readers import keep_readers
from traceability.store.schema import AT_ONCE, metadata
from traceability.store.terms import index_events

event = Table(
    "event",
    metadata,
    # SQLite counts by itself only an INTEGER; 2**63 of them are enough there too.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("body", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("event_hash", String(100), nullable=False, index=True),
    Column("content_digest", LargeBinary(32), nullable=False),
    Column("submitter", String(13), nullable=False),
    Column("captured_at_ms", BigInteger, nullable=False),
    Column("entry", LargeBinary, nullable=False),
    # The hashes of its names, ascending: what the entry's names digest is of.
    Column("names", LargeBinary, nullable=False),
    Column("is_harvest", Boolean, nullable=False),
    UniqueConstraint("submitter", "content_digest"),
    # Serves `harvests_of`: a party's batches are events too, and far more.
    Index(
        "ix_event_harvest",
        "submitter",
        "id",
        sqlite_where=text("is_harvest = 1"),
        postgresql_where=text("is_harvest"),
    ),
)

mention = Table(
    "mention",
    metadata,
    # Serves `mentioning`: all events of a lot, whatever the store holds besides.
    Column("name", LargeBinary(32), primary_key=True),
    Column("event_id", ForeignKey(event.c.id), primary_key=True),
)

pending = Table(
    "pending",
    metadata,
    # Filled with the event and emptied with its index, each in one commit: a queue that a crash cannot tear.
    Column("event_id", ForeignKey(event.c.id), primary_key=True),
)


_GROUP = 500
"""Events that are inserted with the same few statements."""
_RACES = 3
_TURN = 0x6576656E74
"""Names our lock among the advisory ones of a PostgreSQL database."""
_Content = tuple[str, bytes]
"""Submitter and content digest: two events that have both in common are one."""


class EventTable:
    """Insert-only. An event that is here is in the log or queued for it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def insert(self, events: Sequence[StoredEvent]) -> tuple[Captured, ...]:
        return keep_events(self._engine, events)

    def by_key(self, key: str) -> StoredEvent:
        with self._engine.connect() as connection:
            row = connection.execute(select(event).where(event.c.key == key)).mappings().first()
        if row is None:
            raise Unknown(f"no event has the key {key[:80]!r}")
        return stored_event(row)

    def by_keys(self, keys: Sequence[str]) -> list[StoredEvent]:
        with self._engine.connect() as connection:
            return [
                stored_event(row)
                for start in range(0, len(keys), AT_ONCE)
                for row in connection.execute(
                    select(event).where(event.c.key.in_(keys[start : start + AT_ONCE]))
                ).mappings()
            ]

    def mentioning(self, identifiers: Iterable[str]) -> list[StoredEvent]:
        names = [name_hash(identifier) for identifier in identifiers]
        found: dict[int, StoredEvent] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(names), AT_ONCE):
                some = mention.c.name.in_(names[start : start + AT_ONCE])
                theirs = select(event).where(event.c.id.in_(select(mention.c.event_id).where(some)))
                found.update((row["id"], stored_event(row)) for row in connection.execute(theirs).mappings())
        return list(found.values())

    def telling(self, identifiers: Iterable[str]) -> Mapping[str, Sequence[Told]]:
        with self._engine.connect() as connection:
            return read_told(connection, identifiers)

    def holds(self, identifier: str) -> bool:
        name = name_hash(identifier)
        with self._engine.connect() as connection:
            return any(
                connection.execute(select(each.c.event_id).where(each.c.name == name).limit(1)).first()
                for each in (mention, kin)
            )

    def submitters_of(self, event_hashes: Collection[str]) -> dict[str, set[str]]:
        """Which parties (GLN) captured events with these hashes, by hash; a hash not held is not there."""
        found: dict[str, set[str]] = {}
        hashes = list(event_hashes)
        columns = select(event.c.event_hash, event.c.submitter).distinct()
        with self._engine.connect() as connection:
            for start in range(0, len(hashes), AT_ONCE):
                some = event.c.event_hash.in_(hashes[start : start + AT_ONCE])
                for uri, submitter in connection.execute(columns.where(some)):
                    found.setdefault(uri, set()).add(submitter)
        return found

    def harvests_of(self, party: str, at_most: int) -> list[StoredEvent]:
        """The harvests that a party (GLN) captured, newest first; declarations that one was wrong too."""
        mine = select(event).where(event.c.submitter == party, event.c.is_harvest)
        with self._engine.connect() as connection:
            rows = connection.execute(mine.order_by(event.c.id.desc()).limit(at_most)).mappings()
            return [stored_event(row) for row in rows]


def keep_events(
    engine: Engine,
    events: Sequence[StoredEvent],
    and_more: Callable[[Connection], None] = lambda _connection: None,
) -> tuple[Captured, ...]:
    """Keep `events`, and what `and_more` writes, in one durable commit. `EventStore.insert` says the rest."""

    def keep() -> tuple[Captured, ...]:
        with engine.begin() as connection:
            captured = insert_events(connection, events)
            and_more(connection)
            return captured

    for _ in range(_RACES):
        # Where somebody sent the same event at the same moment and was faster, it is a duplicate next time.
        with suppress(IntegrityError):
            return keep()
    return keep()


def insert_events(connection: Connection, events: Sequence[StoredEvent]) -> tuple[Captured, ...]:
    """Keep `events` within the caller's transaction. `EventStore.insert` says the rest."""
    _wait_for_turn(connection, alone=len(events) > _GROUP)
    groups = (events[start : start + _GROUP] for start in range(0, len(events), _GROUP))
    return tuple(captured for group in groups for captured in _insert_group(connection, group))


def read_events(connection: Connection, numbers: Sequence[int]) -> dict[int, StoredEvent]:
    """Some events, at most `AT_ONCE`, by their numbers."""
    rows = connection.execute(select(event).where(event.c.id.in_(numbers))).mappings()
    return {row["id"]: stored_event(row) for row in rows}


def _wait_for_turn(connection: Connection, alone: bool) -> None:
    """One group takes its locks in an order that is the same for all; several groups want nobody beside them.

    SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
        connection.execute(select(lock(_TURN)))


def _insert_group(connection: Connection, group: Sequence[StoredEvent]) -> Iterator[Captured]:
    held = _held(connection, group)
    new: dict[_Content, StoredEvent] = {}
    for each in group:
        if _content(each) not in held:
            new.setdefault(_content(each), each)
    _insert_new(connection, list(new.values()))
    for each in group:
        first = new.get(_content(each))
        if first is None:
            yield held[_content(each)]
        else:
            yield Captured(first.key, first.event_hash, duplicate=first is not each)


def _content(of: StoredEvent) -> _Content:
    return of.submitter, of.content_digest


def _held(connection: Connection, group: Sequence[StoredEvent]) -> dict[_Content, Captured]:
    """The answers to those of `group` that the store holds, by content."""
    columns = (event.c.submitter, event.c.content_digest, event.c.key, event.c.event_hash)
    asked = select(*columns).where(
        event.c.submitter.in_({each.submitter for each in group}),
        event.c.content_digest.in_([each.content_digest for each in group]),
    )
    rows = connection.execute(asked)
    return {(party, digest): Captured(key, uri, duplicate=True) for party, digest, key, uri in rows}


def _insert_new(connection: Connection, new: Sequence[StoredEvent]) -> None:
    """Events of which none is here yet, with all that is found by them."""
    if not new:
        return
    numbered = list(zip(_numbers(connection, len(new)), new, strict=True))
    insert_all(connection, event, [event_row(number, each) for number, each in numbered])
    names = [(name, number) for number, each in numbered for name in split_hashes(each.names)]
    insert_all(connection, mention, names)
    insert_all(connection, pending, [(number,) for number, _ in numbered])
    index_events(connection, numbered)
    keep_readers(connection, numbered)
    tell_events(connection, numbered)


def _numbers(connection: Connection, count: int) -> Sequence[int]:
    """Numbers that no event has, ascending: those that the database would give to the next ones."""
    if connection.dialect.name == "sqlite":
        newest = connection.execute(select(func.coalesce(func.max(event.c.id), 0))).scalar_one()
        return range(newest + 1, newest + 1 + count)
    drawn = func.nextval(func.pg_get_serial_sequence(event.name, "id"))
    return connection.execute(select(drawn).select_from(func.generate_series(1, count))).scalars().all()
