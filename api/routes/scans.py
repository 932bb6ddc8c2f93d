"""POST of a scan, or of a scratch code, from an item's page: kept coarsely, and what came before is told."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from api.deps import SiteDep, WordsDep, body_of, granted
from api.present.scans import scan_answer, scratch_answer
from api.scan_visit import (
    LARGEST_BODY,
    OwnPageDep,
    ScanDesk,
    SentScan,
    SentScratch,
    cell_of,
    read_sent,
    visitor_of,
)
from traceability.errors import Unknown
from traceability.ledger.grant import ADMIN, CAPTURE

router = APIRouter(prefix="/scans", dependencies=[OwnPageDep])

_NEVER_KEPT = {"Cache-Control": "no-store"}
_granted = granted(CAPTURE, ADMIN)


def _desk(site: SiteDep) -> ScanDesk:
    if site.scan_desk is None:
        raise Unknown("this server takes no scans")
    return site.scan_desk


DeskDep = Annotated[ScanDesk, Depends(_desk)]


def _party(request: Request, site: SiteDep) -> str | None:
    """GLN of who scans for the trade; None for a shopper, who has no token."""
    return _granted(request, site.ledger).party if "authorization" in request.headers else None


async def _body(request: Request) -> bytes:
    return await body_of(request, LARGEST_BODY)


BodyDep = Annotated[bytes, Depends(_body)]


@router.post("")
def scanned(
    request: Request,
    site: SiteDep,
    words: WordsDep,
    desk: DeskDep,
    party: Annotated[str | None, Depends(_party)],
    body: BodyDep,
) -> JSONResponse:
    sent = read_sent(SentScan, body)
    site.check_issued(sent.item)
    cell = cell_of(request, desk.place_headers, sent.cell)
    # A phone that tells its place has told of this look at the page already.
    verdict = desk.scans.seen(
        sent.item, visitor_of(request, desk.address_header), cell, party, is_new=sent.cell is None
    )
    return JSONResponse(scan_answer(verdict, words), headers=_NEVER_KEPT)


@router.post("/scratch")
def scratched(request: Request, site: SiteDep, words: WordsDep, desk: DeskDep, body: BodyDep) -> JSONResponse:
    sent = read_sent(SentScratch, body)
    site.check_issued(sent.item)
    if not desk.has_scratch_codes:
        raise Unknown("labels of this server have no scratch codes")
    answer = desk.scans.scratch(sent.item, sent.code, visitor_of(request, desk.address_header))
    return JSONResponse(scratch_answer(answer, words), headers=_NEVER_KEPT)
