"""POST of a question to the chain, for phones that cannot reach it; the answer is this operator's word."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from api import own_chain
from api.chain_call import read_call
from api.deps import LedgerDep, SiteDep, body_of

router = APIRouter()

LARGEST_QUESTION = 1024


async def _question(request: Request) -> bytes:
    return await body_of(request, LARGEST_QUESTION)


@router.post("/chain")
async def ask(site: SiteDep, ledger: LedgerDep, body: Annotated[bytes, Depends(_question)]) -> Response:
    call = read_call(body, own_chain.contract(ledger.trust_policy()))
    result = await run_in_threadpool(site.chain.answer, call)
    answer = {"jsonrpc": "2.0", "id": call.id, "result": result, "via": "the operator"}
    return Response(
        orjson.dumps(answer), headers={"Cache-Control": "no-store"}, media_type="application/json"
    )
