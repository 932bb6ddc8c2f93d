"""Asks the chain for phones that cannot reach it: few at a time, and each question once in a while."""

import json
import threading
import time
from collections.abc import Callable
from typing import Final

from api.chain_call import ChainCall
from api.problems import Busy

KEPT_S: Final = 2.0
MOST_KEPT: Final = 1000
MOST_AT_ONCE: Final = 8


class ChainRelay:
    """Remembers an answer for `KEPT_S`: a crowd that looks at one lot is one question."""

    def __init__(self, ask: Callable[..., object], clock_s: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock_s = clock_s
        self._kept: dict[str, tuple[float, object]] = {}
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)

    def answer(self, call: ChainCall) -> object:
        """The `result`, whatever it is. Raises `ChainUnavailable`, or `Busy` if too many ask at once."""
        question = json.dumps([call.method, call.params])
        asked_at_s, answer = self._kept.get(question, (float("-inf"), None))
        if self._clock_s() - asked_at_s < KEPT_S:
            return answer
        if not self._free.acquire(blocking=False):
            raise Busy(f"the chain is being asked {MOST_AT_ONCE} questions at once; try again")
        try:
            answer = self._ask(call.method, *call.params)
        finally:
            self._free.release()
        if len(self._kept) >= MOST_KEPT:
            self._kept = {}
        self._kept[question] = self._clock_s(), answer
        return answer
