"""What the store holds, in numbers."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Engine, Table, func, select, text

from traceability.live.room import Phase
from traceability.store.anchors import anchor
from traceability.store.batches import batch
from traceability.store.events import event, pending
from traceability.store.log import log_entry
from traceability.store.personal import disclosure, erasure
from traceability.store.readings import ReadingTable, quarantine
from traceability.store.room_tables import air, room
from traceability.store.scans import scan_counts


class Counts:
    """Counters for people and machines."""

    def __init__(self, engine: Engine, contract: str) -> None:
        """`contract`: what is anchored in another one does not count, for its chain is gone."""
        self._engine = engine
        self._ours = anchor.c.contract == contract
        self._readings = ReadingTable(engine)

    def all(self) -> Mapping[str, int]:
        held = self._readings.counts()
        with self._engine.connect() as connection:

            def count(table: Table, *where: ColumnElement[bool]) -> int:
                statement = select(func.count()).select_from(table).where(*where)
                return connection.execute(statement).scalar_one()

            final = self._ours & (anchor.c.state == "final")
            anchored = select(func.coalesce(func.max(anchor.c.size), 0)).where(final)
            # What the final ones have passed by can never be mined.
            under_way = (
                self._ours
                & anchor.c.state.in_(["sent", "mined"])
                & (anchor.c.old_size >= anchored.scalar_subquery())
            )
            has_untold = air.c.records > air.c.told, room.c.phase.in_([Phase.ON_AIR, Phase.ENDED])
            waiting = select(func.coalesce(func.sum(air.c.records - air.c.told), 0))
            untold = waiting.select_from(air.join(room)).where(*has_untold)
            return {
                "devices": held.devices,
                "readings": held.readings,
                "conflicts": held.conflicts,
                "quarantined": held.quarantined,
                "personal_values": count(disclosure),
                "erasures": count(erasure),
                "batches": count(batch),
                "events": count(event),
                "events_waiting_for_the_log": count(pending),
                "log_entries": count(log_entry),
                "anchors_final": count(anchor, final),
                "anchors_under_way": count(anchor, under_way),
                "log_entries_anchored": connection.execute(anchored).scalar_one(),
                **scan_counts(connection),
                "rooms_on_air": count(room, room.c.phase == Phase.ON_AIR),
                # PostgreSQL sums up to a number of any length.
                "room_records_waiting_for_an_event": int(connection.execute(untold).scalar_one()),
            }

    def quarantine_reasons(self) -> Mapping[str, int]:
        """How many messages are in quarantine for each reason, most frequent first. Reasons are hostile."""
        many = func.count().label("many")
        statement = select(quarantine.c.reason, many).group_by(quarantine.c.reason).order_by(many.desc())
        with self._engine.connect() as connection:
            return {row.reason: row.many for row in connection.execute(statement.limit(50))}

    def check(self) -> None:
        """Raises `Unavailable` if the database does not answer."""
        with self._engine.connect() as connection:
            connection.execute(text("SELECT 1"))
