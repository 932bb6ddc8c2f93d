"""The `NameMap` of the ledger: which entries name a thing, and the proof that there are no others."""

from sqlalchemy import Engine, select

from traceability.log.map_pages import NamePages
from traceability.log.name_map import MapProof
from traceability.store.events import event, mention
from traceability.store.log import log_entry
from traceability.store.map_pages import read_pages


class NameMapTable:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def prove(self, key: bytes, index: int) -> MapProof:
        with self._engine.connect() as connection:
            return NamePages(lambda paths: read_pages(connection, paths, index)).prove(key)[1]

    def entries_of(self, key: bytes, index: int) -> list[bytes]:
        statement = (
            select(event.c.key)
            .join(mention, mention.c.event_id == event.c.id)
            .join(log_entry, log_entry.c.event_id == event.c.id)
            .where(mention.c.name == key, log_entry.c.index < index)
            .order_by(log_entry.c.index)
        )
        with self._engine.connect() as connection:
            return [bytes.fromhex(found) for found in connection.execute(statement).scalars()]
