"""Traces that were just made, so that a crowd scanning one code costs little more than one shopper."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from traceability.ledger.trace import Trace

FRESH_FOR_S = 1.0
"""A trace this young is given again without asking whether anything has come since."""
MOST = 64
"""Subjects kept; the one that was asked for longest ago goes first."""


@dataclass(slots=True)
class _Kept:
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while the trace is made: the others wait for it and do not make their own."""
    trace: Trace | None = None
    revision: str = ""
    looked_at_s: float = 0.0


class RecentTraces:
    """`make` gives the trace of a subject, `revision` another text whenever anything has changed."""

    def __init__(
        self, make: Callable[[str], Trace], revision: Callable[[], str], clock_s: Callable[[], float]
    ) -> None:
        self._make = make
        self._revision = revision
        self._clock_s = clock_s
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, subject: str) -> Trace:
        """At most `FRESH_FOR_S` old, or nothing was recorded since. Raises what `make` raises."""
        with self._lock:
            kept = self._kept.setdefault(subject, _Kept())
            self._kept.move_to_end(subject)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        with kept.lock:
            if kept.trace is None or self._clock_s() - kept.looked_at_s >= FRESH_FOR_S:
                # Asked before the trace is made: what comes meanwhile makes another revision, and is seen.
                revision = self._revision()
                if kept.trace is None or revision != kept.revision:
                    kept.trace, kept.revision = self._make(subject), revision
                kept.looked_at_s = self._clock_s()
            return kept.trace
