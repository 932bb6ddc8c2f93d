"""Makes a subject's overlay states, asking for its trace only when that has changed."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from api.deps import Ledger, Made
from api.present.overlay import encoded, overlay_state
from api.words import Words

MOST_KEPT = 256
"""Traces kept at once; far more than anybody shows on air at a time."""


@dataclass(frozen=True, slots=True)
class _Kept:
    made: Made
    at_s: float


class OverlayFeed:
    """Called from many threads; two that find the same change do the same work twice, and agree."""

    def __init__(
        self, ledger: Ledger, languages: Mapping[str, Words], clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._ledger = ledger
        self._languages = languages
        self._clock_s = clock_s
        self._kept: dict[str, _Kept] = {}

    def __call__(self, subject: str, lang: str) -> bytes:
        """Raises what making a trace raises, `Unknown` among it."""
        kept = self._newest(subject)
        since_made_ms = round((self._clock_s() - kept.at_s) * 1000)
        return encoded(overlay_state(kept.made.trace, self._languages[lang], since_made_ms))

    def _newest(self, subject: str) -> _Kept:
        kept = self._kept.get(subject)
        if kept is not None and kept.made.standing.holds():
            return kept
        made = self._ledger.made(subject)
        if kept is None or kept.made is not made:
            kept = _Kept(made, self._clock_s())
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[subject] = kept
        return kept
