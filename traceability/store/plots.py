"""What parties harvested at places: asked by the names of both."""

from collections.abc import Iterable

from sqlalchemy import Engine, exists, select

from traceability.ledger.ports import StoredEvent
from traceability.log.name_map import name_hash
from traceability.store.events import event, mention, read_events


class PlotTable:
    """The `Plots` of the ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def harvests_at(self, places: Iterable[str], parties: Iterable[str], at_most: int) -> list[StoredEvent]:
        # Served by `ix_event_harvest`: of a place with a weather station most events are batches of readings.
        theirs = event.c.submitter.in_(list(parties)), event.c.is_harvest
        here = mention.c.event_id == event.c.id, mention.c.name.in_([name_hash(place) for place in places])
        newest = select(event.c.id).where(*theirs, exists().where(*here)).order_by(event.c.id.desc())
        with self._engine.connect() as connection:
            held = read_events(connection, connection.execute(newest.limit(at_most)).scalars().all())
        return list(held.values())
