"""What of one device is under way: how much at once, when to send it again, and what to ask for alone."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

ANSWER_WITHIN_S = 10.0
"""After this without a receipt, a message is sent again."""
LONGEST_WAIT_S = 300.0
"""Between two tries of one message: each waits twice as long as the one before."""
MAX_BYTES = 512 * 1024
"""Under way at once, unless one message alone is larger."""
TRIES_TOGETHER = 3
"""What has no answer after so many is sent alone: it may be what ends the connection each time."""


@dataclass(slots=True)
class _UnderWay:
    size: int
    sent_at_s: float
    tries: int = 1
    doubted: bool = False

    @property
    def alone(self) -> bool:
        return self.doubted or self.tries >= TRIES_TOGETHER

    def awaited(self, now_s: float) -> bool:
        return now_s < self.sent_at_s + ANSWER_WITHIN_S

    def due(self, now_s: float) -> bool:
        return now_s >= self.sent_at_s + min(ANSWER_WITHIN_S * 2.0 ** (self.tries - 1), LONGEST_WAIT_S)


class Window:
    """By id. It reads no clock."""

    def __init__(self) -> None:
        self._sent: dict[int, _UnderWay] = {}
        self.lone: int | None = None
        """What was sent alone, and nothing since: the next receipt answers it."""

    def __contains__(self, id_: int) -> bool:
        return id_ in self._sent

    def count(self, after: int, through: float) -> int:
        return sum(after < id_ <= through for id_ in self._sent)

    def room_bytes(self) -> int:
        return MAX_BYTES - sum(each.size for each in self._sent.values())

    def sent(self, id_: int, size: int, now_s: float) -> None:
        before = self._sent.get(id_) or _UnderWay(size, now_s, tries=0)
        self.lone = id_ if before.alone else None
        self._sent[id_] = _UnderWay(size, now_s, before.tries + 1, before.doubted)

    def settled(self, ids: Iterable[int]) -> None:
        for id_ in ids:
            self._sent.pop(id_, None)
            if id_ == self.lone:
                self.lone = None

    def doubt(self, id_: int) -> None:
        """A receipt says that its number is accounted for, and nothing proves that its bytes are."""
        if not self._sent[id_].doubted:
            self._sent[id_] = _UnderWay(self._sent[id_].size, -math.inf, tries=0, doubted=True)

    def again(self, now_s: float) -> list[int]:
        """What to send once more, oldest first; one that goes alone waits until nothing else is awaited."""
        due = sorted(id_ for id_, each in self._sent.items() if each.due(now_s))
        alone = [id_ for id_ in due if self._sent[id_].alone]
        awaited = [each for each in self._sent.values() if each.awaited(now_s)]
        if alone:
            return [] if awaited else alone[:1]
        return [] if any(each.alone for each in awaited) else due

    def takes_new(self, now_s: float) -> bool:
        return not any(
            each.alone and (each.due(now_s) or each.awaited(now_s)) for each in self._sent.values()
        )
