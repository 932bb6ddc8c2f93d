"""Links for programs of brand owners: register where codes lead, one code at a time or a whole file."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.deps import BodyDep, LedgerDep, ReaderDep, WriterDep
from api.farm_page import NEVER_KEPT
from traceability.errors import InvalidInput
from traceability.gs1.resolver.registration import anchor_of, entry_json, read_file, read_registration
from traceability.ledger.links import Change

router = APIRouter(prefix="/links")


@router.get("")
def listed(grant: ReaderDep, ledger: LedgerDep) -> JSONResponse:
    return _json(
        {
            "entries": [
                entry_json(each.registration) for each in ledger.links.listed(grant) if each.registration
            ]
        }
    )


@router.post("")
def load(grant: WriterDep, body: BodyDep, ledger: LedgerDep) -> JSONResponse:
    entries = read_file(body)
    ledger.links.put(entries, grant)
    return _json({"registered": [each.path for each in entries]}, 201)


@router.get("/{anchor:path}")
def one(_: ReaderDep, request: Request, ledger: LedgerDep) -> JSONResponse:
    """With its history: an auditor sees where a code led on a day."""
    changes = ledger.links.history(_anchor(request))
    standing = changes[-1].registration
    entry = None if standing is None else entry_json(standing)
    return _json({"entry": entry, "history": list(map(_change_json, changes))})


@router.put("/{anchor:path}")
def put(grant: WriterDep, request: Request, body: BodyDep, ledger: LedgerDep) -> JSONResponse:
    anchor = _anchor(request)
    said = _object(body)
    registration = read_registration({"anchor": anchor, **said})
    if registration.anchor != anchor:
        raise InvalidInput(f"the body is about {registration.path}, want what the address is about")
    ledger.links.put([registration], grant)
    return _json(entry_json(registration))


@router.delete("/{anchor:path}")
def remove(grant: WriterDep, request: Request, ledger: LedgerDep) -> Response:
    ledger.links.remove(_anchor(request), grant=grant)
    return Response(status_code=204)


def _anchor(request: Request) -> str:
    raw: bytes = request.scope["raw_path"]
    return anchor_of(raw.decode("latin-1").removeprefix("/links"))


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"the body is no JSON: {error}") from error
    if not isinstance(said, dict):
        raise InvalidInput("the body is no object with description and links")
    return said


def _change_json(change: Change) -> dict[str, Any]:
    at = datetime.fromtimestamp(change.at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    entry = None if change.registration is None else entry_json(change.registration)
    return {"at": at.replace("+00:00", "Z"), "by": change.by or None, "entry": entry}


def _json(body: Mapping[str, Any], status: int = 200) -> JSONResponse:
    return JSONResponse(body, status, NEVER_KEPT)
