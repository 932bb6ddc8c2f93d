"""What many traces are made from alike: made once, and given to each while it stands."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeVar

from traceability.ledger.follow import Follower, Standing
from traceability.ledger.footing import Footing

T = TypeVar("T")


class Sharing(Protocol):
    def of(self, key: Hashable, footing: Footing, make: Callable[[Footing], T]) -> T:
        """What `make` gives for `key`; `footing`, that of the whole, takes in what it was made from."""


class _Unshared:
    def of(self, key: Hashable, footing: Footing, make: Callable[[Footing], T]) -> T:
        return make(footing)


UNSHARED = _Unshared()
"""For a single trace."""


class Shared:
    def __init__(self, follower: Follower, most: int) -> None:
        """Keeps `most`; what was asked for longest ago goes first."""
        self._follower = follower
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Any, Standing]] = OrderedDict()
        self._lock = threading.Lock()
        # Two may share one: then the second waits for the first, which takes the processor anyway.
        self._makes = [threading.Lock() for _ in range(64)]

    def of(self, key: Hashable, footing: Footing, make: Callable[[Footing], T]) -> T:
        with self._makes[hash(key) % len(self._makes)]:
            value, standing = self._kept.get(key) or self._follower.made(make)
            if not self._follower.spares(standing):
                value, standing = self._follower.made(make)
        with self._lock:
            self._kept[key] = value, standing
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        footing.join(standing.footing)
        made: T = value
        return made
