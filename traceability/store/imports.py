"""What the import of sheets asks of the store: which events a party has sent before."""

from collections.abc import Collection

from sqlalchemy import Engine, select

from traceability.store.events import event
from traceability.store.schema import AT_ONCE


class ImportTable:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def here(self, submitter: str, digests: Collection[bytes]) -> set[bytes]:
        """Those of `digests` (`StoredEvent.content_digest`) that a party (GLN) has sent before."""
        asked = list(digests)
        # Found by the unique index of submitter and content_digest.
        found = select(event.c.content_digest).where(event.c.submitter == submitter)
        with self._engine.connect() as connection:
            return {
                digest
                for start in range(0, len(asked), AT_ONCE)
                for digest in connection.scalars(
                    found.where(event.c.content_digest.in_(asked[start : start + AT_ONCE]))
                )
            }
