"""What was harvested at places: asked by their names."""

from collections.abc import Iterable

from sqlalchemy import Engine, select

from traceability.ledger.ports import StoredEvent
from traceability.log.name_map import name_hash
from traceability.store.events import event, mention, read_events


class PlotTable:
    """The `Plots` of the ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def harvests_at(self, places: Iterable[str], at_most: int) -> list[StoredEvent]:
        # By the primary keys of both: most events of a place are of batches of readings, and are passed over.
        there = mention.c.name.in_([name_hash(place) for place in places])
        found = select(event.c.id).join(mention, mention.c.event_id == event.c.id).where(there)
        newest = found.where(event.c.is_harvest).distinct().order_by(event.c.id.desc()).limit(at_most)
        with self._engine.connect() as connection:
            held = read_events(connection, connection.execute(newest).scalars().all())
        return list(held.values())
