"""A room with two offers, whose traces are those of the claims' tests, and a clock that is set by hand."""

import json
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from tests.live.fake_rooms import FakeRooms
from traceability.claims.read_facts import read_facts
from traceability.errors import Unavailable
from traceability.live.answers import Warnings
from traceability.live.judged_late import LateJudge
from traceability.live.line import Line
from traceability.live.room import Desk, Offer, Phase, Point, Room
from traceability.live.said import Transcript

TRACES = Path(__file__).parent.parent / "claims" / "traces"
AT = datetime(2026, 11, 22, 20, 31, 7, tzinfo=timezone(timedelta(hours=8)))
AT_MS = round(AT.timestamp() * 1000)
CODE = "7K2M9Q"
APPLES, BARE = "https://id.gs1.org/01/09521234000044/10/A1", "https://id.gs1.org/01/09521234000051/10/B1"
TRUE_POINT, TALK, FALSE_POINT = Point(1, "产地是陕西洛川"), Point(2, "又脆又甜"), Point(3, "今早刚摘的苹果")
OFFERS = (
    Offer("APPLE1", APPLES, "红富士", (TRUE_POINT, TALK, FALSE_POINT)),
    Offer("BARE01", BARE, "嘎啦"),
)


def a_trace(name):
    return json.loads((TRACES / f"{name}.json").read_text("utf-8"))


def recalled(document):
    recall = {
        "key": "ee" * 32,
        "holds": True,
        "entitled": True,
        "at": "2026-11-22T12:00:00Z",
        "released_at": None,
    }
    return deepcopy(document) | {"recalls": [recall]}


def a_room(phase=Phase.ON_AIR, desk=None, lang="zh-CN"):
    desk = desk or Desk(offer="APPLE1")
    urn = "urn:uuid:3f2b1c00-0000-4000-8000-000000000007"
    return Room(
        CODE, urn, "9521234000013", "小李", "今晚苹果", lang, AT_MS - 60_000, phase, offers=OFFERS, desk=desk
    )


@dataclass
class Scene:
    room: Room = field(default_factory=a_room)
    now_ms: int = AT_MS

    def __post_init__(self):
        self.traces = {APPLES: a_trace("apples"), BARE: a_trace("bare")}
        self.rooms = FakeRooms()
        self.rooms.put(self.room)
        ports = (self.rooms, self.rooms, self.facts, lambda: self.now_ms)
        self.transcript, self.warnings = Transcript(*ports), Warnings(*ports)
        self.late, self.judged_up_to = LateJudge(*ports), None

    def facts(self, subject):
        if subject not in self.traces:
            raise Unavailable("the records do not answer")
        return read_facts(self.traces[subject])

    def say(self, *texts, **how):
        return self.transcript.said(CODE, [Line(text, **how) for text in texts])

    def answer(self, warning, answer="corrected", by="host"):
        return self.warnings.answer(CODE, warning, answer, by)

    def after(self, seconds):
        self.now_ms += round(seconds * 1000)
        return self

    def judge_late(self):
        """What the director does at each turn."""
        self.judged_up_to = self.late(self.now, self.judged_up_to)

    def look(self):
        """What the director does each second."""
        return self.warnings.time_out(self.warnings.recheck(self.now))

    @property
    def now(self):
        return self.rooms.room(CODE)

    def put_on(self, *points):
        self.rooms.put(replace(self.now, desk=replace(self.now.desk, points=frozenset(points))))

    @property
    def records(self):
        return self.rooms.records(CODE)

    def told(self, kind):
        return [each for each in self.records if each.kind is kind]
