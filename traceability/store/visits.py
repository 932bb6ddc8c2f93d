"""How many viewers came to each offer, in whole minutes."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects import postgresql, sqlite

from traceability.store.room_tables import visit


class VisitTable:
    """The `Visits` of live rooms."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def came(self, counts: Mapping[tuple[str, int], int]) -> None:
        if not counts:
            return
        rows = [
            {"offer_code": offer, "minute": minute, "count": count}
            # In one order, so that two who count at once do not wait for each other in a ring.
            for (offer, minute), count in sorted(counts.items())
        ]
        with self._engine.begin() as connection:
            dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
            new = dialect.insert(visit)
            more = {"count": visit.c.count + new.excluded["count"]}
            connection.execute(new.on_conflict_do_update(index_elements=visit.primary_key, set_=more), rows)

    def by_minute(self, offers: Sequence[str], since_minute: int) -> Mapping[int, int]:
        # By the primary key; a room has few offers.
        statement = (
            select(visit.c.minute, func.sum(visit.c.count))
            .where(visit.c.offer_code.in_(offers), visit.c.minute >= since_minute)
            .group_by(visit.c.minute)
        )
        with self._engine.connect() as connection:
            return {minute: int(count) for minute, count in connection.execute(statement)}
