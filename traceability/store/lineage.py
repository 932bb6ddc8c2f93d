"""What a trace is walked over: what each event says of goods, in a narrow row beside it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from traceability.log.name_map import name_hash
from traceability.proof.records import Record
from traceability.proof.told import Told, Words, microseconds, words_of, write
from traceability.store.bulk import insert_all
from traceability.store.schema import AT_ONCE, metadata

told = Table(
    "told",
    metadata,
    # No foreign key: it would cost more than the row. fsck says whether the event is there.
    Column(
        "event_id",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("key", String(64), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("submitter", String(13), nullable=False),
    Column("captured_at_ms", BigInteger, nullable=False),
    # The same of an event and of the declaration of its own submitter that it was wrong.
    Column("name", LargeBinary(16), nullable=False),
    Column("is_declaration", Boolean, nullable=False),
    Column("leads_on", Boolean, nullable=False),
    Column("is_stored", Boolean, nullable=False),
    Column("places", Text, nullable=False),
    Column("words", Text, nullable=False),
)

kin = Table(
    "kin",
    metadata,
    # As in `mention`, for what events are looked up by that no entry commits to.
    Column("name", LargeBinary(32), primary_key=True),
    Column("event_id", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

Row = tuple[int, str, int, str, int, bytes, bool, bool, bool, str, str]


def tell_events(connection: Connection, events: Iterable[tuple[int, Record]]) -> None:
    """Keep what new events say, by their numbers, within the transaction that keeps them."""
    rows: list[Row] = []
    names: list[tuple[bytes, int]] = []
    for number, each in events:
        words = words_of(each.event)
        rows.append(told_row(number, each, words))
        names += [(name, number) for name in kin_names(words)]
    insert_all(connection, told, rows)
    insert_all(connection, kin, names)


def told_row(number: int, record: Record, words: Words) -> Row:
    return (
        number,
        record.key,
        microseconds(record.event.event_time),
        record.submitter,
        record.captured_at_ms,
        sha256("\n".join(record.name).encode()).digest()[:16],
        "errorDeclaration" in record.event.body,
        words.leads_on,
        words.is_stored,
        words.places,
        write(words),
    )


def kin_names(words: Words) -> list[bytes]:
    return sorted(map(name_hash, words.further))


def read_told(connection: Connection, identifiers: Iterable[str]) -> Mapping[str, Sequence[Told]]:
    """As `Telling` of the proof floor says; one query for `AT_ONCE` of them."""
    named = {name_hash(each): each for each in identifiers}
    names, found = list(named), defaultdict[str, list[Told]](list)
    known: dict[int, Told] = {}
    for start in range(0, len(names), AT_ONCE):
        for row in _rows(connection, names[start : start + AT_ONCE]):
            each = known.get(row[1])
            if each is None:
                each = known[row[1]] = Told(*row[2:])
            found[named[row[0]]].append(each)
    return found


def _rows(connection: Connection, names: list[bytes]) -> Sequence[Any]:
    """Written out, since putting together a statement with thousands of values takes longer than it runs."""
    is_sqlite = connection.dialect.name == "sqlite"
    among = f"IN ({', '.join('?' * len(names))})" if is_sqlite else "= ANY(%s)"
    columns = ", ".join(f"told.{column.name}" for column in told.columns)
    statement = " UNION ALL ".join(
        f"SELECT {by}.name, {columns} FROM {by} JOIN told USING (event_id) WHERE {by}.name {among}"  # noqa: S608 - our own names
        for by in ("mention", "kin")
    )
    values = tuple(names) * 2 if is_sqlite else (names, names)
    # The driver's own rows: these are thousands, and are read once.
    return connection.exec_driver_sql(statement, values).cursor.fetchall()
