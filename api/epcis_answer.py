"""How the query interface answers: events as they were captured, lists of what occurs, and headers."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

import orjson
from fastapi.responses import Response

from api.epcis_request import VERSION, Asked
from traceability.epcis.shared_context import in_shared_context
from traceability.epcis.vocabulary import GUOJI_NAMESPACE, GUOJI_PREFIX, STANDARD_CONTEXT
from traceability.ledger.ports import StoredEvent

VERSIONS = {"GS1-EPCIS-Version": VERSION, "GS1-CBV-Version": VERSION}
EXTENSIONS = {"GS1-Extensions": f"{GUOJI_PREFIX}={GUOJI_NAMESPACE}"}
_DISCOVERY = {
    **VERSIONS,
    **{f"GS1-{name}-{end}": VERSION for name in ("EPCIS", "CBV") for end in ("Min", "Max")},
    **EXTENSIONS,
    "GS1-EPC-Format": "Never_Translates",
    "GS1-CBV-XML-Format": "Never_Translates",
    "GS1-Vendor-Version": version("guoji"),
    "Allow": "OPTIONS, GET, HEAD",
}


def discovery(more: Mapping[str, str] = MappingProxyType({})) -> Response:
    return Response(status_code=204, headers={**_DISCOVERY, **more})


def document(events: Sequence[StoredEvent], asked: Asked, next_page: str | None = None) -> Response:
    """An EPCISQueryDocument."""
    bodies, common = in_shared_context([each.event for each in events])
    recorded = [_recorded(body, each) for body, each in zip(bodies, events, strict=True)]
    content = {
        "@context": common,
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": _time(datetime.now(UTC)),
        "epcisBody": {
            "queryResults": {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": recorded}}
        },
    }
    return as_json(content, asked, next_page)


def collection(members: Sequence[str], asked: Asked, next_page: str | None = None) -> Response:
    content = {"@context": STANDARD_CONTEXT, "type": "Collection", "member": members}
    return as_json(content, asked, next_page)


def as_json(content: object, asked: Asked, next_page: str | None = None) -> Response:
    headers = {**VERSIONS, **EXTENSIONS, "GS1-EPC-Format": "Never_Translates"}
    # What a token opens belongs in no cache on the way.
    headers["Cache-Control"] = "no-store"
    if next_page is not None:
        headers["Link"] = f'<{next_page}>; rel="next"'
        headers["GS1-Next-Page-Token-Expires"] = _time(datetime.fromtimestamp(asked.paging.expires_s, UTC))
    return Response(orjson.dumps(content), 200, headers, asked.media)


def _recorded(body: Mapping[str, Any], stored: StoredEvent) -> dict[str, Any]:
    return {**body, "recordTime": _time(datetime.fromtimestamp(stored.captured_at_ms / 1000, UTC))}


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
