"""A live room over a real store, served to a browser, and signed in to by its host."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from api.live_goods import LiveGoods
from api.room_relay import RoomRelay
from api.room_scene import RoomScenes
from tests.api.samples import SUBJECT, a_trace
from tests.api.serving import SampleLedger, served
from tests.live.broadcasting import AtOnce
from traceability.live.director import Director
from traceability.live.judged_late import LateJudge
from traceability.live.line import Line
from traceability.live.studio import Studio
from traceability.live.viewers import Viewers
from traceability.store.air import AirTable
from traceability.store.all_tables import metadata
from traceability.store.rooms import RoomTable
from traceability.store.schema import open_engine
from traceability.store.visits import VisitTable

PARTY = "9521234000013"
"""Of the token "capture"."""
OTHER = "https://id.gs1.org/01/09521234000044/10/A1"
OWN_HOST = "http://guoji.example"
"""Without https: else a browser keeps no cookie of a sign-in over plain HTTP."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def _trouble(_code: str, fault: Exception) -> None:
    raise fault


@dataclass(frozen=True, slots=True)
class Hosting:
    address: str
    studio: Studio
    director: Director
    code: str = ""
    key: str = ""

    def another(self, second: str = "洛川苹果") -> "Hosting":
        """A room with two offers, of which none is on."""
        room, key = self.studio.rooms.make(PARTY, "小禾", "丹东草莓专场", "zh-CN")
        for lot, name in ((SUBJECT, "红颜草莓"), (OTHER, second)):
            self.studio.rooms.add_offer(room.code, lot, name)
        return replace(self, code=room.code, key=key)

    @property
    def url(self) -> str:
        return f"{self.address}/live/{self.code}/control"

    @property
    def room(self):
        return self.studio.rooms.store.room(self.code)

    def say(self, text: str) -> None:
        self.studio.transcript.said(self.code, [Line(text)])


@contextmanager
def hosting(ledger: SampleLedger | None = None) -> Iterator[Hosting]:
    """A room with two offers, of which none is on."""
    ledger = ledger or SampleLedger({SUBJECT: a_trace(), OTHER: a_trace(subject=OTHER)})
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'store.db'}", create=True)
        metadata.create_all(engine)
        rooms, air = RoomTable(engine), AirTable(engine)
        viewers = Viewers(rooms, VisitTable(engine), now_ms)
        facts = LiveGoods(ledger.made).of
        studio = Studio.of(rooms, air, ledger.holds, facts, now_ms)
        relay = RoomRelay(rooms, air)
        director = Director(
            rooms=rooms,
            air=air,
            made=ledger.made,
            compose=RoomScenes(OWN_HOST),
            watch=studio.warnings,
            judge_late=LateJudge(rooms, air, facts, now_ms),
            pool=AtOnce(),
            now_ms=now_ms,
            ticks_ms=now_ms,
            troubled=_trouble,
        )
        with served(ledger, public_url=OWN_HOST, room_relay=relay, studio=studio, viewers=viewers) as address:
            yield Hosting(address, studio, director).another()
        engine.dispose()
