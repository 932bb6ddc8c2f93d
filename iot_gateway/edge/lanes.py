"""What of one device goes up next: of an old backlog, and of what comes in meanwhile."""

from collections.abc import Callable

from iot_gateway.edge.judge import states
from iot_gateway.edge.kept import Kept, KeptFile
from iot_gateway.edge.settle import Answer
from iot_gateway.edge.window import Window
from traceability.telemetry.receipt import Receipt

LANE = 64
"""Messages under way at once in each of the two lanes, so that a week's backlog floods nobody."""
_NEWEST = 2**63 - 1


class Lanes:
    """Two lanes, each oldest first, neither waiting for the other. Times are of a monotonic clock."""

    def __init__(self, device: str, kept: KeptFile) -> None:
        self._device = device
        self._kept = kept
        self._window = Window()
        self._numbers: dict[int, tuple[int, int] | None] = {}
        """Epoch and sequence of what is under way, by id."""
        self._border = 0
        """Id of the last message in the backlog."""
        self._backlog_sent, self._new_sent = 0, 0
        """Ids up to which each lane has sent."""

    def begin(self) -> None:
        """The uplink is there: all that is kept now is the backlog."""
        self._border = self._new_sent = self._kept.newest_id(self._device)
        self._backlog_sent = 0

    def backlog(self) -> int:
        """Messages in it that have no receipt yet."""
        return self._kept.count(self._device, self._border)

    def send(self, now_s: float, send: Callable[[Kept], bool]) -> None:
        """Hand over what is due, as long as `send` takes it."""
        for id_ in self._window.again(now_s):
            for each in self._kept.between(self._device, id_ - 1, id_, 1, 0):
                self._hand_over(each, now_s, send)
        if self._window.takes_new(now_s):
            self._backlog_sent = self._fill(self._backlog_sent, 0, self._border, now_s, send)
            self._new_sent = self._fill(self._new_sent, self._border, _NEWEST, now_s, send)

    def answer(self, receipt: Receipt, note: bytes) -> Answer:
        """The receipt, with what was asked for alone if it states that, and is newer than all before it.

        An old receipt says nothing of what was sent later, and anybody on the way could bring it again.
        """
        lone = self._window.lone
        number = self._numbers.get(lone) if lone is not None else None
        meant = states(receipt, number) and receipt.received_at_ms > self._kept.newest_receipt_ms(
            self._device
        )
        return Answer(receipt, note, lone if meant else None)

    def settled(self, ids: frozenset[int]) -> None:
        self._window.settled(ids)
        self._numbers = {id_: number for id_, number in self._numbers.items() if id_ not in ids}

    def doubt(self, receipt: Receipt) -> None:
        """Ask alone for what is still under way, though the receipt states its number."""
        for id_, number in self._numbers.items():
            if states(receipt, number):
                self._window.doubt(id_)

    def _fill(
        self, sent: int, lane_after: int, lane_through: int, now_s: float, send: Callable[[Kept], bool]
    ) -> int:
        """Send what a lane has next and has room for; the id up to which it has sent, before and after."""
        room = LANE - self._window.count(lane_after, lane_through)
        room_bytes = self._window.room_bytes()
        if sent >= lane_through or room <= 0 or room_bytes <= 0:
            return sent
        for each in self._kept.between(self._device, sent, lane_through, room, room_bytes):
            if each.id not in self._window and not self._hand_over(each, now_s, send):
                return sent
            sent = each.id
        return sent

    def _hand_over(self, each: Kept, now_s: float, send: Callable[[Kept], bool]) -> bool:
        taken = send(each)
        if taken:
            self._window.sent(each.id, len(each.message.payload), now_s)
            self._numbers[each.id] = each.message.number
        return taken
