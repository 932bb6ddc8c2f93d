"""Recalls for programs: call goods back, see what is recalled and who has it, end a recall with evidence."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.asked import read_asked
from api.deps import BodyDep, WriterDep
from api.farm_page import NEVER_KEPT
from api.present.recall_json import drill_json, recall_json, whole_json
from api.recall_request import AskedRecall, AskedRelease, RecallerDep
from traceability.ledger.grant import Grant
from traceability.recaller import Recaller

router = APIRouter(prefix="/recalls")


@router.get("")
def listed(grant: WriterDep, recaller: RecallerDep) -> JSONResponse:
    return JSONResponse({"recalls": list(map(recall_json, recaller.listed(grant)))}, headers=NEVER_KEPT)


@router.post("")
def recall(grant: WriterDep, recaller: RecallerDep, body: BodyDep) -> JSONResponse:
    asked = read_asked(AskedRecall, body)
    planned = recaller.propose(asked.order(grant.submitter, recaller.now()), grant)
    if asked.mock:
        return JSONResponse(drill_json(planned), headers=NEVER_KEPT)
    key = recaller.record(planned)[0].key
    return _whole(recaller, key, grant, 201)


@router.get("/{key}")
def one(key: str, grant: WriterDep, recaller: RecallerDep) -> JSONResponse:
    return _whole(recaller, key, grant)


@router.post("/{key}/release")
def release(key: str, grant: WriterDep, recaller: RecallerDep, body: BodyDep) -> JSONResponse:
    asked, found = read_asked(AskedRelease, body), recaller.one(key, grant)
    planned = recaller.propose_end(found, asked.reasons, asked.events, asked.documents, grant)
    recaller.record(planned)
    return _whole(recaller, key, grant)


def _whole(recaller: Recaller, key: str, grant: Grant, status: int = 200) -> JSONResponse:
    found = recaller.one(key, grant)
    answer = whole_json(found, recaller.touched(found), recaller.targets())
    return JSONResponse(answer, status, {"Location": f"/recalls/{key}"} if status == 201 else NEVER_KEPT)
