"""GET of what a live room showed and said on air: its record for everybody, its words for whoever may."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.deps import WHOLE, LedgerDep, Site, SiteDep, bearer_of
from api.farm_page import NEVER_KEPT
from api.front import KeptAnswer
from api.live_access import StudioDep, opened_by
from api.page_cache import Rendered
from traceability.epcis.values import read_time
from traceability.errors import InvalidInput, NotAuthorised
from traceability.ledger.grant import ADMIN, Grant
from traceability.live import short_code
from traceability.live.on_air_record import check_was_on_air, event_at, said_in
from traceability.live.room import Room
from traceability.live.studio import Studio

router = APIRouter(prefix="/live")

_NOT_LONG = {"Cache-Control": "no-cache"}
_KEPT = {**_NOT_LONG, "Vary": "Accept-Encoding"}


def _room(room: str, studio: StudioDep) -> Room:
    found = studio.rooms.store.room(short_code.read(room))
    check_was_on_air(found)
    return found


def _readable(room: str, request: Request, site: SiteDep, studio: StudioDep) -> Room:
    """For those who command it, and for administrators."""
    secret = bearer_of(request)
    if _is_operator(secret, site):
        return _room(room, studio)
    found = opened_by(secret, room, site).room
    check_was_on_air(found)
    return found


def _is_operator(secret: str, site: Site) -> bool:
    try:
        return site.ledger.authorise(secret).role == ADMIN
    except NotAuthorised:
        return False


RoomDep = Annotated[Room, Depends(_room)]
ReadableDep = Annotated[Room, Depends(_readable)]
AtQuery = Annotated[str, Query()]


@router.api_route("/{room}/record", methods=WHOLE)
def record(found: RoomDep, studio: StudioDep, site: SiteDep, ledger: LedgerDep, at: AtQuery = "") -> Response:
    """All of it, kept like a page; with `at` the proof of the one event that tells of that moment."""
    if at:
        key = _key_at(found, studio, at)
        return Response(ledger.proof(key), headers=_file(f"on-air-{found.code}-{key[:12]}", _NOT_LONG))

    def render() -> Rendered:
        content, standing = ledger.room_proof(found.urn)
        return Rendered(content, _file(f"on-air-{found.code}", _KEPT), standing)

    standing = ledger.watch([found.urn])
    return KeptAnswer(site.kept.of((found.urn, "proof"), render), {}, standing)


@router.api_route("/{room}/record/said", methods=WHOLE)
def said(found: ReadableDep, studio: StudioDep, ledger: LedgerDep, at: AtQuery = "") -> Response:
    """The words, as `guoji verify --disclosure` takes them beside the file of `record` with the same `at`."""
    proof = ledger.proof(_key_at(found, studio, at)) if at else ledger.room_proof(found.urn)[0]
    # Who may read them was asked of the room.
    content = said_in(proof, lambda commitment: ledger.disclosure(commitment, Grant(ADMIN, None)).disclosure)
    return Response(content, headers=_file(f"said-{found.code}", NEVER_KEPT))


def _key_at(room: Room, studio: Studio, at: str) -> str:
    # A plus sign that nobody escaped is a blank in a query.
    moment = read_time(at.replace(" ", "+"))
    if moment is None:
        raise InvalidInput(f"at is {at[:40]!r}, want a time with its zone, such as 2026-11-22T20:31:07+08:00")
    return event_at(room, studio.air, moment)


def _file(name: str, headers: dict[str, str]) -> dict[str, str]:
    disposition = f'attachment; filename="{name}.json"'
    return {**headers, "Content-Type": "application/json", "Content-Disposition": disposition}
