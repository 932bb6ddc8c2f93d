"""A short code leads to the lot's page, which says where it was on air, and nothing of other rooms."""

import asyncio
from dataclasses import dataclass, field, replace
from html import unescape

import httpx
import pytest

from api.app import create_app
from api.front import Front
from api.page_cache import PageCache
from tests.api.samples import NOW, PATH, SUBJECT, a_trace, a_traced_event
from tests.api.serving import PUBLIC_URL, SampleLedger, SampleStanding
from tests.live.fake_rooms import FakeRooms
from traceability.errors import Unknown
from traceability.gs1.resolver.link import Link
from traceability.gs1.resolver.registration import Registration
from traceability.gs1.resolver.vocabulary import DEFAULT
from traceability.live.corrected import Corrections
from traceability.live.lot_on_air import showing
from traceability.live.lot_page import LotPages
from traceability.live.record import Kind, Record
from traceability.live.room import Offer, Phase, Room
from traceability.live.viewers import Viewers

HOST = "9521234000099"
AT_MS = round(NOW.timestamp() * 1000)
OFFER = Offer("K7M0Q1", SUBJECT, "strawberries")
ROOM = Room(
    "9HJKMN",
    "urn:uuid:0b0b0b0b-0000-4000-8000-000000000001",
    HOST,
    "<b>小李</b>",
    "今晚 <i>草莓</i>",
    "zh-CN",
    AT_MS,
    Phase.ON_AIR,
    offers=(OFFER,),
)
PAGE = {"accept": "text/html"}
APP = create_app(SampleLedger(), PUBLIC_URL)


def a_showing(room=ROOM, registered="Demo Live Ltd"):
    event = showing(room, OFFER, AT_MS)
    return a_traced_event(dict(event.body), submitter=room.party, registered=registered, staged=None)


@dataclass
class Rooms(FakeRooms):
    counted: dict = field(default_factory=dict)

    def of_offer(self, code):
        for room in self.kept.values():
            for offer in room.offers:
                if offer.code == code:
                    return room, offer
        raise Unknown(f"no live room has an offer {code!r}")

    def came(self, counts):
        self.counted.update(counts)

    def by_minute(self, offers, since_minute):
        return {minute: n for (offer, minute), n in self.counted.items() if offer in offers}


@dataclass
class Watching(SampleLedger):
    """Also tells when an event names a room."""

    named: list = field(default_factory=list)

    def watch(self, names):
        names, before = set(names), len(self.named)
        beyond = super().watch(names)
        return SampleStanding(self, lambda: beyond.is_so() and not names.intersection(self.named[before:]))


class Scene:
    def __init__(self, room=ROOM, shown=True):
        self.rooms = Rooms()
        self.rooms.put(room)
        self.ledger = Watching(
            {SUBJECT: a_trace(events=(*a_trace().events, *([a_showing()] if shown else [])))}
        )
        self.viewers = Viewers(self.rooms, self.rooms, lambda: AT_MS)
        self.kept = PageCache()
        self.lot_pages = LotPages(self.rooms, Corrections(self.rooms))
        APP.state.site = replace(
            APP.state.site,
            ledger=self.ledger,
            kept=self.kept,
            viewers=self.viewers,
            lot_pages=self.lot_pages,
        )
        self.front = Front(APP, self.kept)

    def ask(self, target, method="GET", **headers):
        async def asked():
            transport = httpx.ASGITransport(app=self.front)
            async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL, headers=PAGE) as web:
                return await web.request(method, target, headers=headers)

        return asyncio.run(asked())

    def page(self, query="", lang="en"):
        answer = self.ask(PATH + query, **{"accept-language": lang})
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def change(self, **changes):
        """As a host does; the director tells it in an event."""
        room = self.rooms.put(replace(self.rooms.room(ROOM.code), **changes))
        self.ledger.named.append(room.urn)

    def correct(self, text, event="ab" * 32, found=None):
        records = self.rooms.told[ROOM.code]
        number = len(records)
        records += [
            Record(number + 1, AT_MS, Kind.WARNED, {"level": 3, "offer": OFFER.code, "found": found}, event),
            Record(number + 2, AT_MS + 240_000, Kind.CORRECTED, {"warning": number + 1, "text": text}, event),
        ]
        self.ledger.named.append(ROOM.urn)


@pytest.fixture
def scene():
    return Scene()


@pytest.mark.parametrize("way", ["/s/K7M0Q1", "/S/K7M0Q1", "/s/k7moqi", "/s/k7m-0ql", "/s?code=K7M0Q1"])
def test_a_code_leads_to_the_lot_in_its_room_however_it_is_written(scene, way):
    answer = scene.ask(way)

    assert answer.status_code == 307
    assert answer.headers["location"] == f"{PATH}?room=9HJKMN"
    assert answer.headers["cache-control"] == "no-store"


def test_the_language_of_whoever_typed_it_is_kept(scene):
    location = scene.ask("/s?code=K7M0Q1&lang=en&type=large&next=//evil.example").headers["location"]

    assert location == f"{PATH}?room=9HJKMN&lang=en&type=large"


def test_a_room_that_ended_still_leads_there():
    scene = Scene(replace(ROOM, phase=Phase.ENDED, ended_at_ms=AT_MS))

    assert scene.ask("/s/K7M0Q1").status_code == 307
    assert "This is the lot that was shown there from" in scene.page("?room=9HJKMN")


@pytest.mark.parametrize("code", ["AAAAAA", "K7M0Q", "K7M0QU", "%2e%2e%2f%2e%2e%2f", "<script>", "'; drop"])
def test_a_code_that_is_none_has_a_page_with_a_field_to_type_it_again(scene, code):
    answer = scene.ask(f"/s/{code}", **{"accept-language": "zh-CN"})

    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert 'action="/s"' in answer.text
    assert "直播间" in answer.text
    assert scene.ask(f"/s/{code}", accept="application/json").json()["status"] == 404


def test_the_front_door_has_a_field_for_it(scene):
    assert '<form class="card" action="/s" method="get">' in scene.ask("/").text


@pytest.mark.parametrize(
    ("method", "headers", "count"),
    [
        ("GET", {}, 1),
        ("HEAD", {}, 0),
        ("GET", {"sec-purpose": "prefetch;prerender"}, 0),
        ("GET", {"purpose": "prefetch"}, 0),
        ("GET", {"x-purpose": "preview"}, 0),
    ],
)
def test_only_who_looks_is_counted(scene, method, headers, count):
    assert scene.ask("/s/K7M0Q1", method, **headers).status_code == 307
    scene.viewers.write()

    assert sum(scene.viewers.visits_a_minute(ROOM)) == count


def test_the_page_says_where_the_lot_was_shown_and_whose_room_that_is(scene):
    page = scene.page()

    assert "Shown on air" in page
    assert "<b>A live room</b>" in page
    assert "草莓</i>" not in page, "a stranger writes no title on the page of somebody else's lot"
    assert f"First on air 14 Nov 12:00 · GLN {HOST}, registered here as Demo Live Ltd · on air now" in page
    assert "You come from" not in page
    assert "11月14日 12:00 首次在直播间展示" in scene.page(lang="zh-CN")


def test_a_room_of_whoever_held_the_goods_has_its_title():
    scene = Scene()
    mine = a_showing(replace(ROOM, party="9521234000013"))
    scene.ledger.traces = {SUBJECT: a_trace(events=(*a_trace().events, mine))}

    assert "<b>今晚 &lt;i&gt;草莓&lt;/i&gt;</b>" in scene.ask(PATH).text


def test_whoever_comes_from_the_room_is_told_whose_it_is(scene):
    page = scene.page("?room=9hjkmn")

    assert f"A room of GLN {HOST}, registered here as Demo Live Ltd." in page
    assert "This is the lot shown there since 14 Nov 12:00." in page
    assert "&format=html&room=9HJKMN" in page, "the links to its other forms lead to the same room"


def test_only_whoever_held_the_goods_is_called_by_name_on_the_page_of_them(scene):
    assert "小李" not in scene.page("?room=9HJKMN")
    mine = replace(ROOM, party="9521234000013")
    scene = Scene(mine)
    scene.ledger.traces = {SUBJECT: a_trace(events=(*a_trace().events, a_showing(mine)))}

    assert "You come from the live room of <b>小李</b>" in scene.page("?room=9HJKMN")
    assert "<b>小李</b>" not in scene.ask(f"{PATH}?room=9HJKMN").text
    assert "您来自 <b>小李</b> 的直播间" in scene.page("?room=9HJKMN", "zh-CN")


def test_a_lot_that_is_only_on_the_list_is_not_said_to_have_been_on_air():
    scene = Scene(replace(ROOM, phase=Phase.READY), shown=False)

    assert "This lot is on its list, and was not on air yet." in scene.page("?room=9HJKMN")
    assert "Shown on air" not in scene.page()


@pytest.mark.parametrize("room", ["AAAAAA", "0THER0", "<script>", "K7M0Q1", "..", "9HJKMN9HJKMN", "%00"])
def test_a_room_that_never_showed_the_lot_adds_nothing_and_no_page_to_the_cache(scene, room):
    scene.rooms.put(replace(ROOM, code="0THER0", urn="urn:uuid:2", offers=()))
    plain, pages = scene.page(), len(scene.kept._pages)

    assert scene.page(f"?room={room}") == plain
    assert len(scene.kept._pages) == pages


def test_a_page_from_a_room_is_kept_and_is_not_the_page_of_the_others(scene):
    first, from_room = scene.page(), scene.page("?room=9HJKMN")
    hits = scene.kept.numbers.hits

    assert (scene.page(), scene.page("?room=9HJKMN")) == (first, from_room)
    assert first != from_room
    assert scene.kept.numbers.hits == hits + 2


def test_a_correction_is_on_the_page_of_those_who_come_from_that_room_alone(scene):
    scene.page("?room=9HJKMN")

    scene.correct("更正：<9 月 20 日采摘>")

    page = scene.page("?room=9HJKMN")
    assert "What the host claimed was corrected on air at 12:04." in page
    assert 'On air, in Chinese: <q lang="zh-CN">更正：<9 月 20 日采摘></q>' in page
    assert "<9 月" not in scene.ask(f"{PATH}?room=9HJKMN").text
    assert "corrected on air" not in scene.page()


def test_whoever_reads_another_language_than_the_room_speaks_has_what_the_records_hold_and_the_quotation(
    scene,
):
    scene.correct("更正：9 月 20 日采摘", found={"zh": "采收于 41 天前", "en": "<harvested 41 days ago>"})

    page = scene.page("?room=9HJKMN")
    assert "The records hold: <harvested 41 days ago>." in page
    assert 'On air, in Chinese: <q lang="zh-CN">更正：9 月 20 日采摘</q>' in page
    assert "<harvested" not in scene.ask(f"{PATH}?room=9HJKMN&lang=en").text
    spoken = scene.page("?room=9HJKMN", lang="zh-CN")
    assert '<span lang="zh-CN">更正：9 月 20 日采摘</span>' in spoken
    assert "采收于 41 天前" not in spoken


def test_a_correction_that_no_event_tells_and_one_of_another_lot_are_not_shown(scene):
    scene.correct("about another", "ab" * 32)
    scene.rooms.told[ROOM.code][0].body["offer"] = "000000"
    scene.correct("untold", None)

    assert "corrected on air" not in scene.page("?room=9HJKMN")


def test_the_end_of_a_room_is_seen_at_once_and_its_other_changes_cost_no_page(scene):
    assert "on air now" in scene.page("?room=9HJKMN")
    renders = scene.kept.numbers.renders

    scene.change(version=7)
    assert "on air now" in scene.page("?room=9HJKMN")
    assert scene.kept.numbers.renders == renders

    scene.change(phase=Phase.ENDED, ended_at_ms=AT_MS)
    assert "on air now" not in scene.page("?room=9HJKMN")
    assert "ended" in scene.page()


def test_a_registered_page_does_not_stand_between_a_viewer_and_what_was_shown(scene, monkeypatch):
    elsewhere = Registration(SUBJECT, "", (Link(DEFAULT, "https://brand.example/", "The brand"),))
    monkeypatch.setattr(type(scene.ledger.links), "registered", lambda *_: {SUBJECT: elsewhere})

    assert scene.ask(PATH).status_code == 307
    assert f"A room of GLN {HOST}" in scene.page("?room=9HJKMN")


def test_programs_are_told_of_each_showing(scene):
    told = scene.ask(f"{PATH}?format=json&room=9HJKMN").json()["on_air"]

    assert told == [
        {
            "key": told[0]["key"],
            "at": "2026-11-14T04:00:00Z",
            "lot": SUBJECT,
            "room": ROOM.urn,
            "room_code": "9HJKMN",
            "offer_code": "K7M0Q1",
            "title": "今晚 <i>草莓</i>",
            "party": HOST,
            "by_holder": False,
        }
    ]
