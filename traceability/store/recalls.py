"""Recalls and releases among all events: found by the goods they name, kept together with their notices."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Engine, exists, select

from traceability.alerts.alert import Notice
from traceability.ledger.ports import Captured, StoredEvent
from traceability.log.name_map import name_hash
from traceability.store.alerts import put_out
from traceability.store.events import keep_events, mention, read_events
from traceability.store.schema import AT_ONCE
from traceability.store.terms import digest, term

RECALLING = [digest(f"persistentDisposition_{part}=recalled") for part in ("set", "unset")]
"""By what recalls and releases are found among the terms of events."""


class RecallTable:
    """A view of the events, where nothing is kept but events and what is to be told of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, identifiers: Iterable[str]) -> list[StoredEvent]:
        names = [name_hash(identifier) for identifier in identifiers]
        # Looked up for each event that mentions one of them, by the primary key of `term`: recalls are few,
        # and what was made of one lot may be much.
        is_about = exists().where(term.c.digest.in_(RECALLING), term.c.event_id == mention.c.event_id)
        numbers: set[int] = set()
        with self._engine.connect() as connection:
            for start in range(0, len(names), AT_ONCE):
                named = mention.c.name.in_(names[start : start + AT_ONCE])
                numbers |= set(
                    connection.execute(select(mention.c.event_id).where(named, is_about)).scalars()
                )
        return self._events(numbers)

    def all(self) -> list[StoredEvent]:
        """Every recall and release, oldest first."""
        with self._engine.connect() as connection:
            found = connection.execute(select(term.c.event_id).where(term.c.digest.in_(RECALLING)))
            return self._events(set(found.scalars()))

    def keep(
        self, events: Sequence[StoredEvent], notices: Sequence[Notice], now_ms: int
    ) -> tuple[Captured, ...]:
        """Record a recall with its holds, or their end, and put its notices into the outbox.

        One durable commit: after a crash either nothing is recalled and nobody is told, or all of it is
        recorded and everybody will be.
        """
        return keep_events(self._engine, events, lambda connection: put_out(connection, notices, now_ms))

    def _events(self, numbers: set[int]) -> list[StoredEvent]:
        ordered = sorted(numbers)
        with self._engine.connect() as connection:
            return [
                held[number]
                for start in range(0, len(ordered), AT_ONCE)
                for held in [read_events(connection, ordered[start : start + AT_ONCE])]
                for number in sorted(held)
            ]
