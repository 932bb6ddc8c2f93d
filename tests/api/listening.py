"""Who listens to server-sent events: a line in memory, whose reader may be slow, and a store of rooms."""

import asyncio
from contextlib import contextmanager

from api.event_stream import stream
from traceability.errors import Unknown
from traceability.live.ports import Shown
from traceability.live.room import Phase, Room

ROOM = "R00M00"


class Line:
    """An open answer. What is sent waits until it is read, if it is read by hand."""

    def __init__(self, reads_at_once=True):
        self.sent = []
        self._hung_up = asyncio.Event()
        self.reads = asyncio.Event()
        if reads_at_once:
            self.reads.set()

    async def send(self, message):
        self.sent.append(message)
        await self.reads.wait()

    async def receive(self):
        await self._hung_up.wait()
        return {"type": "http.disconnect"}

    def hang_up(self):
        self._hung_up.set()

    @property
    def events(self):
        """What came with an id, by it."""
        bodies = [each.get("body", b"").decode() for each in self.sent]
        found = [each.removeprefix("id: ").split("\ndata: ") for each in bodies if each.startswith("id")]
        return {int(number): "\n".join(data).removesuffix("\n\n") for number, *data in found}

    async def heard(self, count):
        while len(self.events) < count:
            await asyncio.sleep(0.001)
        return self.events


@contextmanager
def listening(hearing, line):
    """A task that streams to `line`; it ends by itself when the line has hung up."""
    yield asyncio.create_task(stream(hearing, line.receive, line.send))
    line.hang_up()


class FakeAir:
    """Rooms and what they show; `failure` is raised by every look."""

    def __init__(self, *codes, phase=Phase.ON_AIR):
        self.codes, self.phase = set(codes or [ROOM]), phase
        self.shown, self.failure, self.looks = {}, None, []

    def show(self, code, state):
        number = self.shown[code].number + 1 if code in self.shown else 1
        self.shown[code] = Shown(number, 0, state)

    def shown_since(self, seen):
        self.looks.append(dict(seen))
        if self.failure is not None:
            raise self.failure
        return {code: each for code, each in self.shown.items() if each.number > seen.get(code, each.number)}

    def room(self, code):
        if code not in self.codes:
            raise Unknown(f"there is no live room {code!r}")
        return Room(code, "urn:uuid:0", "9521234000013", "果农", "桃", "zh-CN", 0, self.phase)
