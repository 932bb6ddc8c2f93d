"""POST and GET of what opens the commitments in events: beside the event, never in it."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.deps import BodyDep, LedgerDep, WriterDep
from traceability.errors import NotAuthorised
from traceability.proof.personal import disclosure_json

router = APIRouter(prefix="/personal")

_NEVER_KEPT = {"Cache-Control": "no-store"}


@router.post("")
def hand_in(
    grant: WriterDep, body: BodyDep, ledger: LedgerDep, event: Annotated[str, Query()]
) -> JSONResponse:
    if grant.party is None:
        raise NotAuthorised("the token names no party to hand anything in for")
    return JSONResponse({"kept": ledger.hand_in(body, event, grant.party)}, headers=_NEVER_KEPT)


@router.get("/{commitment}")
def show(grant: WriterDep, commitment: str, ledger: LedgerDep) -> JSONResponse:
    kept = ledger.disclosure(commitment, grant)
    about = {"event": kept.event_key, "submitter": kept.submitter, "kept_at_ms": kept.kept_at_ms}
    return JSONResponse({**disclosure_json(kept.disclosure), **about}, headers=_NEVER_KEPT)
