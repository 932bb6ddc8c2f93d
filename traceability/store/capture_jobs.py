"""Capture jobs: what became of a document, kept in the same commits as its events."""

from collections.abc import Sequence

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Engine,
    Index,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    select,
)

from traceability.errors import Unknown
from traceability.ledger.capture_jobs import Job, first_id
from traceability.ledger.ports import Captured, StoredEvent
from traceability.store.events import keep_events
from traceability.store.schema import metadata, upsert

capture_job = Table(
    "capture_job",
    metadata,
    Column("id", String(28), primary_key=True),
    Column("party", String(13), nullable=False),
    Column("behaviour", String(8), nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("committed_at_ms", BigInteger, nullable=False),
    Column("running", Boolean, nullable=False),
    Column("errors", Text, nullable=False),
    # Serves the pages of a party's jobs.
    Index("ix_capture_job_party_id", "party", "id"),
)


class JobTable:
    """Each job is one row, replaced with every commit of its events."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, job: Job, events: Sequence[StoredEvent]) -> tuple[Captured, ...]:
        """Keep what is known of a job, and its `events`, in one durable commit."""
        row = {
            "id": job.id,
            "party": job.party,
            "behaviour": job.behaviour,
            "created_at_ms": job.created_at_ms,
            "committed_at_ms": job.committed_at_ms,
            "running": job.running,
            "errors": orjson.dumps(job.errors).decode(),
        }
        return keep_events(self._engine, events, lambda connection: upsert(connection, capture_job, [row]))

    def job(self, job_id: str) -> Job:
        with self._engine.connect() as connection:
            row = connection.execute(select(capture_job).where(capture_job.c.id == job_id)).mappings().first()
        if row is None:
            raise Unknown(f"no capture job has the ID {job_id[:80]!r}")
        return _job(row)

    def jobs(self, party: str | None, before: str | None, at_most: int) -> list[Job]:
        """Newest first."""
        asked = select(capture_job).order_by(capture_job.c.id.desc()).limit(at_most)
        if party is not None:
            asked = asked.where(capture_job.c.party == party)
        if before is not None:
            asked = asked.where(capture_job.c.id < before)
        with self._engine.connect() as connection:
            return [_job(row) for row in connection.execute(asked).mappings()]

    def drop(self, before_ms: int) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(capture_job).where(capture_job.c.id < first_id(before_ms)))


def _job(row: RowMapping) -> Job:
    return Job(**{**row, "errors": tuple(orjson.loads(row["errors"]))})
