"""A live room in JSON, as its host and its party read it."""

from dataclasses import asdict
from typing import Any

from traceability.live.addresses import LAYOUTS, control_url, overlay_url, short_url
from traceability.live.room import CARDS, Offer, Room
from traceability.telemetry.clock import iso


def room_json(room: Room, public_url: str) -> dict[str, Any]:
    """Times are RFC 3339 in UTC, null for what has not been."""
    return {
        "room": room.code,
        "urn": room.urn,
        "party": room.party,
        "host": room.host,
        "title": room.title,
        "lang": room.lang,
        "phase": room.phase.value,
        "made_at": _time(room.made_at_ms),
        "on_air_at": _time(room.on_air_at_ms),
        "ended_at": _time(room.ended_at_ms),
        "version": room.version,
        "offers": [offer_json(each, public_url) for each in room.offers],
        "desk": {
            "offer": room.desk.offer,
            "next": None if room.following is None else room.following.code,
            "points": sorted(room.desk.points),
            "cards": {name: name not in room.desk.hidden for name in CARDS},
            "correction": None if room.desk.correction is None else asdict(room.desk.correction),
        },
        "links": links_json(room, public_url),
    }


def offer_json(offer: Offer, public_url: str) -> dict[str, Any]:
    return {
        "offer": offer.code,
        "lot": offer.subject,
        "name": offer.name,
        "link": short_url(public_url, offer.code),
        "points": [asdict(each) for each in offer.points],
    }


def links_json(room: Room, public_url: str, host_key: str = "") -> dict[str, str]:
    overlays = {f"overlay_{layout}": overlay_url(public_url, room.code, layout) for layout in LAYOUTS}
    return {**overlays, "control": control_url(public_url, room.code, host_key)}


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso(at_ms)
