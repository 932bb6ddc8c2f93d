"""What the import of sheets asks of the store: how a party names its columns, and what it has sent before."""

from collections.abc import Collection, Mapping

import orjson
from sqlalchemy import Column, Engine, String, Table, Text, select

from traceability.store.events import event
from traceability.store.schema import AT_ONCE, metadata, upsert

import_mapping = Table(
    "import_mapping",
    metadata,
    Column("party", String(13), primary_key=True),
    Column("kind", String(20), primary_key=True),
    # JSON: by heading, plainly written, what it holds.
    Column("headings", Text, nullable=False),
)


class ImportTable:
    """One mapping for each party and kind of sheet: the one that it confirmed last."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def mapping(self, party: str, kind: str) -> Mapping[str, str]:
        """By heading the column that it means, "" for none; empty for a party that never confirmed one."""
        asked = select(import_mapping.c.headings).where(
            import_mapping.c.party == party, import_mapping.c.kind == kind
        )
        with self._engine.connect() as connection:
            headings = connection.scalar(asked)
        return {} if headings is None else dict(orjson.loads(headings))

    def keep_mapping(self, party: str, kind: str, headings: Mapping[str, str]) -> None:
        row = {"party": party, "kind": kind, "headings": orjson.dumps(headings).decode()}
        with self._engine.begin() as connection:
            upsert(connection, import_mapping, [row])

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
