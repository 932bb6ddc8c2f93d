"""Every table, so that one look at `metadata` sees the whole schema."""

from traceability.store import (
    alert_tables,
    anchors,
    batches,
    calibrations,
    capture_jobs,
    device_keys,
    devices,
    events,
    log,
    map_pages,
    parties,
    personal,
    readings,
    streams,
    subscription_tables,
    terms,
    tokens,
)
from traceability.store.schema import metadata

__all__ = [
    "alert_tables",
    "anchors",
    "batches",
    "calibrations",
    "capture_jobs",
    "device_keys",
    "devices",
    "events",
    "log",
    "map_pages",
    "metadata",
    "parties",
    "personal",
    "readings",
    "streams",
    "subscription_tables",
    "terms",
    "tokens",
]
