"""What the overlay of a live room shows at one moment: the lot that is on, and what its host put there."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from api.present.overlay import OverlayState, overlay_state
from api.qr import QrCode, qr_code
from api.words import Words, languages
from traceability.ledger.trace import Trace
from traceability.live.addresses import short_url
from traceability.live.director import Scene
from traceability.live.room import CARDS, Offer, Phase, Room

_AGES = {"age", "at_ms", "taken_at_ms", "stale_after_ms"}
"""What of a temperature changes by itself, or with the pace of its device."""


class RoomScenes:
    """Makes scenes in the language of each room. `origin`: of the pages, without a slash at its end."""

    def __init__(self, origin: str) -> None:
        self._words = languages()
        self._origin = origin

    def __call__(self, room: Room, trace: Trace | None, now_ms: int) -> Scene:
        words, product = self._words[room.lang], None
        if trace is not None and room.phase is not Phase.ENDED:
            since_made_ms = now_ms - round(trace.made_at.timestamp() * 1000)
            product = overlay_state(trace, words, since_made_ms)
        offer = None if room.current is None else self._offer(room.current)
        state = {
            "room": room.code,
            "phase": room.phase.value,
            "lang": room.lang,
            "mark": _mark(room, trace, words),
            "offer": offer,
            "product": None if product is None else asdict(product),
            "points": _points(room),
            "cards": {card: card not in room.desk.hidden for card in CARDS},
            "correction": _correction(room, now_ms),
        }
        lasting = state | {"product": None if product is None else _without_ages(product)}
        return Scene(state | self._drawn(offer) | {"at_ms": now_ms}, lasting)

    def _offer(self, offer: Offer) -> dict[str, str]:
        return {"code": offer.code, "subject": offer.subject, "url": short_url(self._origin, offer.code)}

    def _drawn(self, offer: Mapping[str, str] | None) -> dict[str, Any]:
        """What follows from the offer."""
        if offer is None:
            return {"code": "", "address": "", "qr": None}
        code = _code_of(offer["url"])
        address = offer["url"].partition("://")[2].rpartition("/")[0].lower()
        return {
            "code": offer["code"],
            "address": address,
            "qr": {"modules": code.modules, "strokes": code.strokes},
        }


@lru_cache(256)
def _code_of(url: str) -> QrCode:
    return qr_code(url)


def _mark(room: Room, trace: Trace | None, words: Words) -> str:
    """What viewers must not take for a broadcast, or for records."""
    match room.phase:
        case Phase.REHEARSAL:
            return words.say("Rehearsal, not on air")
        case Phase.READY:
            return words.say("Not on air yet") if room.current else ""
        case Phase.ON_AIR if room.current is not None and trace is None:
            return words.say("The records cannot be read just now")
    return ""


def _points(room: Room) -> list[str]:
    points = () if room.current is None else room.current.points
    return [each.text for each in points if each.number in room.desk.points]


def _correction(room: Room, now_ms: int) -> str:
    shown = room.desk.correction
    # The last state of a room that ended stays as it is.
    return shown.text if shown and (room.phase is Phase.ENDED or shown.stands(now_ms)) else ""


def _without_ages(product: OverlayState) -> Mapping[str, Any]:
    whole = asdict(product)
    return whole | {"cold": {name: value for name, value in whole["cold"].items() if name not in _AGES}}
