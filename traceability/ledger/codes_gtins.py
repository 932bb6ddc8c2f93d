"""Of which products all serials are made here: asked at every scan, so it is remembered for a moment."""

import time
from collections.abc import Callable, Mapping

FRESH_S = 5


class Gtins:
    """A product whose first codes another process issues is known `FRESH_S` later: none is refused before."""

    def __init__(
        self, read: Callable[[], Mapping[str, bool]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read, self._clock = read, clock
        self._known: Mapping[str, bool] = {}
        self._until = float("-inf")

    def are_all_ours(self, gtin: str) -> bool:
        """Whether codes were issued for it, and nobody said that others make some, too."""
        if self._clock() >= self._until:
            self._known, self._until = self._read(), self._clock() + FRESH_S
        return self._known.get(gtin) is False

    def forget(self) -> None:
        self._until = float("-inf")
