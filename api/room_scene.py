"""What the overlay of a live room shows at one moment: the lot that is on, and what its host put there."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from api.present.overlay import OverlayState, overlay_state
from api.words import languages
from traceability.ledger.trace import Trace
from traceability.live.director import Scene
from traceability.live.room import CARDS, Offer, Room


class RoomScenes:
    """Makes scenes in the language of each room. `origin`: of the pages, without a slash at its end."""

    def __init__(self, origin: str) -> None:
        self._words = languages()
        self._origin = origin

    def __call__(self, room: Room, trace: Trace | None, now_ms: int) -> Scene:
        product = None
        if trace is not None:
            since_made_ms = now_ms - round(trace.made_at.timestamp() * 1000)
            product = overlay_state(trace, self._words[room.lang], since_made_ms)
        state = {
            "room": room.code,
            "phase": room.phase.value,
            "lang": room.lang,
            "offer": None if room.current is None else self._offer(room.current),
            "product": None if product is None else asdict(product),
            "points": _points(room),
            "cards": {card: card not in room.desk.hidden for card in CARDS},
            "correction": _correction(room, now_ms),
        }
        lasting = state | {"product": None if product is None else _without_ages(product)}
        return Scene(state | {"at_ms": now_ms}, lasting)

    def _offer(self, offer: Offer) -> dict[str, str]:
        return {"code": offer.code, "subject": offer.subject, "url": f"{self._origin}/S/{offer.code}".upper()}


def _points(room: Room) -> list[str]:
    points = () if room.current is None else room.current.points
    return [each.text for each in points if each.number in room.desk.points]


def _correction(room: Room, now_ms: int) -> str:
    shown = room.desk.correction
    return "" if shown is None or now_ms >= shown.until_ms else shown.text


def _without_ages(product: OverlayState) -> Mapping[str, Any]:
    whole = asdict(product)
    return whole | {
        "cold": {name: value for name, value in whole["cold"].items() if name not in ("age", "spark")}
    }
