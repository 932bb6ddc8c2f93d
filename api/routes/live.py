"""Live rooms for programs: make and list them, and command one with its host key or a token of its party."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from api.asked import Asked, read_asked
from api.deps import BodyDep, SiteDep, WriterDep
from api.farm_page import NEVER_KEPT
from api.live_access import OpenedDep, StudioDep, check_unlimited
from api.present.live_room import links_json, offer_json, room_json
from traceability.ledger.grant import ADMIN
from traceability.live.room import Room

router = APIRouter(prefix="/live")


class AskedRoom(Asked):
    host: str
    title: str
    lang: str


class AskedOffer(Asked):
    lot: str
    name: str


class AskedPlace(Asked):
    place: int


class AskedPoint(Asked):
    offer: str
    text: str


class AskedPoints(Asked):
    offer: str
    points: list[int]


class AskedShow(Asked):
    offer: str | None


class AskedCards(Asked):
    cards: dict[str, bool]


@router.post("")
def make(grant: WriterDep, site: SiteDep, studio: StudioDep, body: BodyDep) -> JSONResponse:
    """The only answer that has the host key."""
    asked = read_asked(AskedRoom, body)
    check_unlimited(grant)
    room, key = studio.rooms.make(grant.submitter, asked.host, asked.title, asked.lang)
    links = links_json(room, site.public_url, key)
    return _json({**room_json(room, site.public_url), "host_key": key, "links": links}, 201)


@router.get("/rooms")
def listed(grant: WriterDep, site: SiteDep, studio: StudioDep) -> JSONResponse:
    """The newest first: those of the token's party; of an administrator without one, all."""
    listed = studio.rooms.listed(None if grant.role == ADMIN and grant.party is None else grant.submitter)
    return _json({"rooms": [room_json(each, site.public_url) for each in listed.rooms], "more": listed.more})


@router.get("/{room}/desk")
def desk(opened: OpenedDep, site: SiteDep) -> JSONResponse:
    return _json(room_json(opened.room, site.public_url))


@router.post("/{room}/offers")
def add_offer(opened: OpenedDep, site: SiteDep, body: BodyDep) -> JSONResponse:
    asked = read_asked(AskedOffer, body)
    _, offer = opened.studio.rooms.add_offer(opened.room.code, asked.lot, asked.name)
    return _json(offer_json(offer, site.public_url), 201)


@router.put("/{room}/offers/{offer}/place")
def move_offer(opened: OpenedDep, site: SiteDep, offer: str, body: BodyDep) -> JSONResponse:
    place = read_asked(AskedPlace, body).place
    return _room(opened.studio.rooms.move_offer(opened.room.code, offer, place), site)


@router.delete("/{room}/offers/{offer}")
def remove_offer(opened: OpenedDep, offer: str) -> Response:
    opened.studio.rooms.remove_offer(opened.room.code, offer)
    return Response(status_code=204)


@router.post("/{room}/points")
def add_point(opened: OpenedDep, site: SiteDep, body: BodyDep) -> JSONResponse:
    asked = read_asked(AskedPoint, body)
    room = opened.studio.rooms.add_point(opened.room.code, asked.offer, asked.text)
    return _json(offer_json(room.offer(asked.offer), site.public_url), 201)


@router.put("/{room}/points")
def show_points(opened: OpenedDep, site: SiteDep, body: BodyDep) -> JSONResponse:
    """These and no others; those that the records do not bear stay off, and `blocked` says why."""
    asked, studio = read_asked(AskedPoints, body), opened.studio
    put = studio.rooms.show_points(opened.room.code, asked.offer, asked.points, studio.warnings)
    blocked = [each.body for each in put.blocked.values()]
    return _json({**room_json(put.room, site.public_url), "blocked": blocked})


@router.delete("/{room}/points/{offer}/{number:int}")
def remove_point(opened: OpenedDep, offer: str, number: int) -> Response:
    opened.studio.rooms.remove_point(opened.room.code, offer, number)
    return Response(status_code=204)


@router.post("/{room}/show")
def show(opened: OpenedDep, site: SiteDep, body: BodyDep) -> JSONResponse:
    asked = read_asked(AskedShow, body)
    return _room(opened.studio.rooms.show(opened.room.code, asked.offer), site)


@router.post("/{room}/next")
def show_next(opened: OpenedDep, site: SiteDep) -> JSONResponse:
    return _room(opened.studio.rooms.show_next(opened.room.code), site)


@router.post("/{room}/cards")
def show_cards(opened: OpenedDep, site: SiteDep, body: BodyDep) -> JSONResponse:
    asked = read_asked(AskedCards, body)
    return _room(opened.studio.rooms.show_cards(opened.room.code, asked.cards), site)


@router.post("/{room}/rehearse")
def rehearse(opened: OpenedDep, site: SiteDep) -> JSONResponse:
    return _room(opened.studio.rooms.rehearse(opened.room.code), site)


@router.post("/{room}/end-rehearsal")
def end_rehearsal(opened: OpenedDep) -> JSONResponse:
    """Its report, which is given this once: nothing else is kept of it."""
    report = opened.studio.reports.of(opened.room.code)
    opened.studio.rooms.end_rehearsal(opened.room.code)
    return _json(report)


@router.post("/{room}/go-on-air")
def go_on_air(opened: OpenedDep, site: SiteDep) -> JSONResponse:
    return _room(opened.studio.rooms.go_on_air(opened.room.code), site)


@router.post("/{room}/end")
def end(opened: OpenedDep, site: SiteDep) -> JSONResponse:
    return _room(opened.studio.rooms.end(opened.room.code), site)


def _room(room: Room, site: SiteDep) -> JSONResponse:
    return _json(room_json(room, site.public_url))


def _json(body: dict[str, Any], status: int = 200) -> JSONResponse:
    return JSONResponse(body, status, NEVER_KEPT)
