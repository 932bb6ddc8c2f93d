"""What lies in quarantine loses its bytes after a time: they may hold anything, personal data too."""

from sqlalchemy import Engine, func, select, update

from traceability.store.readings import quarantine

AT_ONCE = 1_000
"""Messages in one commit, so that no gateway waits long for its own."""


class QuarantineTable:
    """Reason, topic, size and digest stay: counts and receipts remain true, and a replay is still known."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def drop_payloads(self, received_before_ms: int) -> int:
        """Drop the bytes of every message that came before this time; of how many."""
        # Served by the partial index on `received_at_ms`, which holds those that have bytes.
        due = (
            select(quarantine.c.id)
            .where(quarantine.c.received_at_ms < received_before_ms, func.length(quarantine.c.payload) > 0)
            .limit(AT_ONCE)
        )
        dropped = 0
        while True:
            with self._engine.begin() as connection:
                some = connection.execute(
                    update(quarantine).where(quarantine.c.id.in_(due)).values(payload=b"")
                ).rowcount
            dropped += some
            if some < AT_ONCE:
                return dropped
