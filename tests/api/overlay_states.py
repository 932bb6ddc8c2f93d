"""What the overlay of a live room is told in every state, and its page in a browser that is told so."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from playwright.sync_api import Page

from api.room_scene import RoomScenes
from tests.api.hosting import PARTY, Hosting
from tests.api.samples import NOW, SUBJECT, a_cabinet, a_trace, a_truck, in_every_state, single_things
from traceability.ledger.trace import Trace
from traceability.live.room import CARDS, Correction, Desk, Offer, Phase, Point, Room

State = dict[str, Any]

NOW_MS = round(NOW.timestamp() * 1000)
HOST = "https://guoji.example"
CANVAS = {"vertical": {"width": 1080, "height": 1920}, "horizontal": {"width": 1920, "height": 1080}}
POINTS = tuple(
    Point(number, f"{number}号卖点：示范草莓园三号地采收" + "，每一步都有记录" * 5) for number in range(1, 7)
)
ROOM = Room(
    "7K2M9Q",
    "urn:uuid:8c1e4a9e-7d3f-4f0f-9d6e-2b5c1a7d9e10",
    "9521234000013",
    "小禾",
    "草莓专场",
    "zh-CN",
    NOW_MS,
    Phase.ON_AIR,
    offers=(Offer("7K3QXA", SUBJECT, "红颜草莓", POINTS),),
    desk=Desk(offer="7K3QXA"),
)
IN_ENGLISH = replace(ROOM, lang="en")
ZH = Correction(7, "更正：本批采收于 11 月 11 日 23:18，" + "请以溯源页为准" * 5, NOW_MS + 20_000)
EN = Correction(7, "Correction: this lot was harvested on 11 November, " + "not today, " * 6, NOW_MS + 20_000)
LONG = {"zh": "红颜草莓特级精选礼盒装" * 12, "en": "Unbreakablelongname" * 10}
FED = """
window.EventSource = function () { this.readyState = 1; this.close = function () {}; window.feed = this; };
EventSource.CLOSED = 2;
"""
TOLD_NOW = """state => {
    const cold = state.product && state.product.cold;
    if (cold) {
        const later = Number(document.documentElement.dataset.now) + performance.now() - cold.at_ms;
        cold.at_ms += later;
        cold.taken_at_ms = cold.taken_at_ms && cold.taken_at_ms + later;
    }
    window.told = { data: JSON.stringify(state) };
    feed.onmessage(told);
}"""
"""Samples are of another day than the page, whose clock only goes on."""


def told(room: Room = ROOM, trace: Trace | None = None) -> State:
    return dict(RoomScenes(HOST)(room, trace or a_trace(), NOW_MS).state)


def with_desk(room: Room = ROOM, **fields: Any) -> Room:
    return replace(room, desk=replace(room.desk, **fields))


def every_state() -> Iterator[tuple[str, State]]:
    for name, trace in (in_every_state() | single_things()).items():
        yield name, told(trace=trace)
        yield f"{name}-en", told(IN_ENGLISH, trace)
    one, crowded = {"points": frozenset({1})}, {"points": frozenset(range(1, 7))}
    yield "stale", told(trace=a_trace(curves=(a_cabinet(age_s=4_000),)))
    yield "journey-over", told(trace=a_trace(curves=(a_truck(),)))
    yield "no-cold-chain-no-laboratory", told(trace=a_trace(curves=(), lab_results=()))
    yield "hostile", told(trace=a_trace(product=LONG, origin=LONG))
    yield "a-point", told(with_desk(**one), a_trace(curves=(a_cabinet(),)))
    yield "points", told(with_desk(**crowded))
    yield "corrected", told(with_desk(correction=ZH))
    yield "rehearsal", told(with_desk(replace(ROOM, phase=Phase.REHEARSAL), correction=ZH, **crowded))
    yield "not-on-air-yet", told(replace(IN_ENGLISH, phase=Phase.READY))
    crowd = with_desk(replace(IN_ENGLISH, phase=Phase.REHEARSAL), correction=EN, **crowded)
    yield "crowded-en", told(crowd, a_trace(product=LONG, origin=LONG))
    for card in CARDS:
        yield f"no-{card}", told(with_desk(hidden=frozenset({card})))
    yield "unreadable", dict(RoomScenes(HOST)(ROOM, None, NOW_MS).state)


def nothing_on() -> dict[str, State]:
    """What leaves the picture of the camera alone."""
    ended = told(replace(ROOM, phase=Phase.ENDED))
    return {"ended": ended, "cleared": dict(RoomScenes(HOST)(with_desk(offer=None), None, NOW_MS).state)}


def rooms_by_language(desk: Hosting) -> dict[str, str]:
    """Code of a room that speaks it."""
    english, _ = desk.studio.rooms.make(PARTY, "Ann", "Strawberries", "en")
    return {"zh-CN": desk.code, "en": english.code}


def opened(page: Page, address: str, code: str, layout: str) -> Page:
    """The overlay on its canvas; it hears only what `tell` tells it."""
    width, height = CANVAS[layout]["width"], CANVAS[layout]["height"]
    page.set_viewport_size({"width": width, "height": height})
    page.add_init_script(FED)
    page.goto(f"{address}/live/{code}/overlay?layout={layout}")
    return page


def tell(page: Page, state: State) -> None:
    page.evaluate(TOLD_NOW, state)
