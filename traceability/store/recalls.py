"""Finds the recalls and releases of goods among all events."""

from collections.abc import Iterable

from sqlalchemy import Engine, exists, select

from traceability.ledger.ports import StoredEvent
from traceability.log.name_map import name_hash
from traceability.store.events import mention, read_events
from traceability.store.schema import AT_ONCE
from traceability.store.terms import digest, term

_LASTING = [digest(f"persistentDisposition_{part}=recalled") for part in ("set", "unset")]


class RecallTable:
    """A view of the events; it keeps nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, identifiers: Iterable[str]) -> list[StoredEvent]:
        names = [name_hash(identifier) for identifier in identifiers]
        # Looked up for each event that mentions one of them, by the primary key of `term`: recalls are few,
        # and what was made of one lot may be much.
        is_about = exists().where(term.c.digest.in_(_LASTING), term.c.event_id == mention.c.event_id)
        numbers: set[int] = set()
        with self._engine.connect() as connection:
            for start in range(0, len(names), AT_ONCE):
                named = mention.c.name.in_(names[start : start + AT_ONCE])
                numbers |= set(
                    connection.execute(select(mention.c.event_id).where(named, is_about)).scalars()
                )
            return list(read_events(connection, sorted(numbers)).values())

    def all(self) -> list[StoredEvent]:
        """Every recall and release, oldest first."""
        ids = select(term.c.event_id).where(term.c.digest.in_(_LASTING)).distinct()
        with self._engine.connect() as connection:
            numbers = sorted(connection.execute(ids).scalars())
            held = read_events(connection, numbers)
        return [held[number] for number in numbers]
