"""Of which products all serials are made here: asked at every scan, so it is remembered for a moment."""

import time
from collections.abc import Callable
from math import inf

FRESH_S = 5


class Gtins:
    """Only that a product is ours is remembered: from its first codes on, no forged one may pass."""

    def __init__(
        self, beside_others: Callable[[str], bool | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`beside_others` as `CodeStore` has it."""
        self._beside_others, self._clock = beside_others, clock
        self._until: dict[str, float] = {}
        """By GTIN of ours."""

    def are_all_ours(self, gtin: str) -> bool:
        """Whether codes were issued for it, and nobody said that others make some, too."""
        if self._clock() >= self._until.get(gtin, -inf):
            if self._beside_others(gtin) is not False:
                return False
            self._until[gtin] = self._clock() + FRESH_S
        return True
