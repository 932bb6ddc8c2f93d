"""POST of EPCIS events by partners who hold a token."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from api.deps import Grant, LedgerDep, granted
from api.problems import TooLarge, WrongMedia
from traceability.errors import NotAuthorised

router = APIRouter()

LARGEST_BODY = 2 * 1024 * 1024
_MEDIA = {"application/json", "application/ld+json"}
_HEADERS = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "GS1-EPC-Format": "Always_GS1_Digital_Link",
    "GS1-EPCIS-Capture-File-Size-Limit": str(LARGEST_BODY),
}


async def _body(request: Request) -> bytes:
    """The whole body, read no further than the limit."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in _MEDIA:
        raise WrongMedia(f"content type is {media[:80] or 'missing'}, want {' or '.join(sorted(_MEDIA))}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLarge(f"body is longer than {LARGEST_BODY} bytes")
    return bytes(body)


# The token stands before the body: a stranger's body is never read.
GrantDep = Annotated[Grant, Depends(granted("capture", "admin"))]
BodyDep = Annotated[bytes, Depends(_body)]


@router.post("/capture", status_code=202)
def capture(grant: GrantDep, body: BodyDep, ledger: LedgerDep) -> JSONResponse:
    if grant.party is None:
        raise NotAuthorised("the token names no party to capture for")
    captured = ledger.capture(body, grant.party)
    answer = [{"key": c.key, "event_hash": c.event_hash, "duplicate": c.duplicate} for c in captured]
    return JSONResponse({"captured": answer}, 202, _HEADERS)
