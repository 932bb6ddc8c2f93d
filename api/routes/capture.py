"""POST of EPCIS events by partners who hold a token."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.deps import LARGEST_BODY, BodyDep, LedgerDep, WriterDep

router = APIRouter()

_HEADERS = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "GS1-EPC-Format": "Always_GS1_Digital_Link",
    "GS1-EPCIS-Capture-File-Size-Limit": str(LARGEST_BODY),
}


@router.post("/capture", status_code=202)
def capture(grant: WriterDep, body: BodyDep, ledger: LedgerDep) -> JSONResponse:
    captured = ledger.capture(body, grant)
    answer = [{"key": c.key, "event_hash": c.event_hash, "duplicate": c.duplicate} for c in captured]
    return JSONResponse({"captured": answer}, 202, _HEADERS)
