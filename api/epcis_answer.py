"""How the query interface answers: events as they were captured, lists of what occurs, and headers."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from types import MappingProxyType

import orjson
from fastapi.responses import Response

from api.epcis_headers import VERSION
from api.epcis_request import Asked
from traceability.epcis.query.answer import SIMPLE, as_time, query_document
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


def without_body(status: int, headers: Mapping[str, str] = MappingProxyType({})) -> Response:
    return Response(status_code=status, headers={**VERSIONS, **EXTENSIONS, **headers})


def document(
    events: Sequence[StoredEvent], asked: Asked, next_page: str | None = None, query_name: str = SIMPLE
) -> Response:
    """An EPCISQueryDocument."""
    return as_json(query_document(events, datetime.now(UTC), query_name), asked, next_page)


def collection(members: Sequence[str], asked: Asked, next_page: str | None = None) -> Response:
    content = {"@context": STANDARD_CONTEXT, "type": "Collection", "member": members}
    return as_json(content, asked, next_page)


def as_json(content: object, asked: Asked, next_page: str | None = None) -> Response:
    headers = {**VERSIONS, **EXTENSIONS, "GS1-EPC-Format": "Never_Translates"}
    # What a token opens belongs in no cache on the way.
    headers["Cache-Control"] = "no-store"
    if next_page is not None:
        headers["Link"] = f'<{next_page}>; rel="next"'
        headers["GS1-Next-Page-Token-Expires"] = as_time(datetime.fromtimestamp(asked.paging.expires_s, UTC))
    return Response(orjson.dumps(content), 200, headers, asked.media)
