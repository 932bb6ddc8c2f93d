"""Which events concern which party, as it was registered when they came in."""

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import BigInteger, Column, Connection, Select, String, Table, select

from traceability.epcis.event import Event
from traceability.ledger.readers import readers_of
from traceability.store.bulk import insert_all
from traceability.store.parties import registered
from traceability.store.schema import metadata

reader = Table(
    "reader",
    metadata,
    # Hands out the events of a party in the order of their numbers.
    Column("gln", String(13), primary_key=True),
    # No foreign key, as for terms: it would cost more than the row.
    Column("event_id", BigInteger, primary_key=True),
    sqlite_with_rowid=False,
)


class Submitted(Protocol):
    @property
    def event(self) -> Event: ...
    @property
    def submitter(self) -> str: ...


def keep_readers(connection: Connection, events: Iterable[tuple[int, Submitted]]) -> None:
    """Note whom new events concern, by their numbers, within the transaction that keeps them."""
    parties = registered(connection)
    rows = [
        (gln, number)
        for number, each in events
        for gln in sorted(readers_of(each.event, each.submitter, parties))
    ]
    insert_all(connection, reader, rows)


def read_by(gln: str) -> Select[tuple[int]]:
    """The numbers of the events that concern a party."""
    return select(reader.c.event_id).where(reader.c.gln == gln)
