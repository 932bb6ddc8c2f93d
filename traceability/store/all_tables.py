"""Every table, so that one look at `metadata` sees the whole schema."""

from traceability.store import anchors, devices, events, log, readings, tokens
from traceability.store.schema import metadata

__all__ = ["anchors", "devices", "events", "log", "metadata", "readings", "tokens"]
