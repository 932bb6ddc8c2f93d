"""The answer to a query as an EPCISQueryDocument, each event as it was captured."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from traceability.epcis.query.query import Recorded
from traceability.epcis.shared_context import in_shared_context

SIMPLE = "SimpleEventQuery"
"""What a query without a name of its own is called."""


def query_document(
    events: Sequence[Recorded], created_at: datetime, query_name: str, subscription_id: str | None = None
) -> dict[str, Any]:
    """Events of any documents, under the context that they share; recordTime is when we captured each."""
    bodies, common = in_shared_context([each.event for each in events])
    recorded = [_recorded(body, each) for body, each in zip(bodies, events, strict=True)]
    subscription = {} if subscription_id is None else {"subscriptionID": subscription_id}
    results = {"queryName": query_name, **subscription, "resultsBody": {"eventList": recorded}}
    return {
        "@context": common,
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": as_time(created_at),
        "epcisBody": {"queryResults": results},
    }


def as_time(moment: datetime) -> str:
    """RFC 3339 in UTC, with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _recorded(body: Mapping[str, Any], stored: Recorded) -> dict[str, Any]:
    return {**body, "recordTime": as_time(datetime.fromtimestamp(stored.captured_at_ms / 1000, UTC))}
