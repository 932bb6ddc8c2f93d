"""The `NameMap` of the ledger: which entries name a thing, and the proof that there are no others."""

from sqlalchemy import Engine, Select, func, select

from traceability.log.map_pages import NamePages
from traceability.log.name_map import MapProof, nothing
from traceability.store.events import event, mention
from traceability.store.log import log_entry, size_of_log
from traceability.store.map_pages import read_pages


class NameMapTable:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def prove(self, key: bytes, index: int) -> MapProof:
        with self._engine.connect() as connection:
            return NamePages(lambda paths: read_pages(connection, paths, index)).prove(key)[1]

    def lost(self, key: bytes) -> int:
        with self._engine.connect() as connection:
            # The map first: what the log takes in meanwhile must not look lost.
            size = size_of_log(connection)
            pages = NamePages(lambda paths: read_pages(connection, paths, size))
            named = pages.leaves([key]).get(key, nothing(key)).count
            here = connection.execute(_events_naming(key).with_only_columns(func.count())).scalar_one()
        return max(named - here, 0)

    def entries_of(self, key: bytes, index: int) -> list[bytes]:
        statement = _events_naming(key).where(log_entry.c.index < index).order_by(log_entry.c.index)
        with self._engine.connect() as connection:
            return [bytes.fromhex(found) for found in connection.execute(statement).scalars()]


def _events_naming(key: bytes) -> Select[str]:
    """The keys of the events here that are in the log and in which the name stands."""
    return (
        select(event.c.key)
        .join(mention, mention.c.event_id == event.c.id)
        .join(log_entry, log_entry.c.event_id == event.c.id)
        .where(mention.c.name == key)
    )
