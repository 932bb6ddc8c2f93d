"""What events are found by when somebody queries them: their terms, their times, and the words that occur."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from traceability.epcis.query.fields import fields_of
from traceability.epcis.query.names import ANY_SERIAL
from traceability.epcis.query.query import Recorded, Value
from traceability.epcis.query.terms import terms_of
from traceability.ledger.search import Kind
from traceability.store.bulk import Values, insert_all
from traceability.store.schema import insert_missing, metadata

term = Table(
    "term",
    metadata,
    # Serves every lookup, and hands out the events of a term in the order of their numbers.
    Column("digest", LargeBinary(16), primary_key=True),
    # No foreign key: it would cost more than the row. fsck says whether the event is there.
    Column("event_id", BigInteger, primary_key=True),
    sqlite_with_rowid=False,
)

moment = Table(
    "moment",
    metadata,
    Column(
        "event_id",
        BigInteger().with_variant(Integer, "sqlite"),
        ForeignKey("event.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("happened_at_us", BigInteger, nullable=False),
    Column("recorded_at_us", BigInteger, nullable=False),
    # Serve queries for a time, or in the order of time.
    Index("ix_moment_happened_at_us", "happened_at_us", "event_id"),
    Index("ix_moment_recorded_at_us", "recorded_at_us", "event_id"),
)

occurring = Table(
    "occurring",
    metadata,
    # The value itself may be longer than PostgreSQL lets a key be.
    Column("kind", String(11), primary_key=True),
    Column("digest", LargeBinary(16), primary_key=True),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

LISTED: dict[Kind, tuple[str, ...]] = {
    "eventType": ("eventType",),
    "epc": ("epc", "parentID", "inputEPC", "outputEPC"),
    "bizStep": ("bizStep",),
    "bizLocation": ("bizLocation",),
    "readPoint": ("readPoint",),
    "disposition": ("disposition",),
}
"""The fields whose values are listed as one kind."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def index_events(connection: Connection, events: Iterable[tuple[int, Recorded]]) -> None:
    """Make new events findable, by their numbers, within the transaction that keeps them."""
    rows: list[tuple[bytes, int]] = []
    times: list[Values] = []
    listed: dict[tuple[str, bytes], str] = {}
    for number, each in events:
        fields = fields_of(each)
        rows += [(digest(name), number) for name in terms_of(fields)]
        times.append((number, *times_of(fields)))
        listed.update(((kind, digest(value)), value) for kind, value in listed_values(fields))
    insert_all(connection, moment, times)
    insert_all(connection, term, rows)
    # In one order for all: two writers who wait for each other's values would wait for ever.
    words = [{"kind": kind, "digest": key, "value": listed[kind, key]} for kind, key in sorted(listed)]
    insert_missing(connection, occurring, words)


def digest(text: str) -> bytes:
    """Two texts of one digest cost a look at an event too many, and nothing else."""
    return sha256(text.encode()).digest()[:16]


def times_of(fields: dict[str, set[Value]]) -> tuple[int, int]:
    """When it happened and when it was recorded, as `moment` has them."""
    [happened], [recorded] = fields["eventTime"], fields["recordTime"]
    return microseconds(happened), microseconds(recorded)


def listed_values(fields: dict[str, set[Value]]) -> Iterator[tuple[Kind, str]]:
    """What an event adds to the lists of what occurs, with its kind."""
    for kind, names in LISTED.items():
        for name in names:
            for value in fields.get(name, ()):
                # A class that stands for its items is looked up, but it is no thing.
                if isinstance(value, str) and not value.endswith(ANY_SERIAL):
                    yield kind, value


def microseconds(of: Value) -> int:
    """Since 1970."""
    if not isinstance(of, datetime):
        raise TypeError(f"{of!r} is no time")
    return (of - _EPOCH) // timedelta(microseconds=1)
