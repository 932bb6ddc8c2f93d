"""How much may wait in memory for the store: whoever brings more waits until something has left."""

import threading


class Room:
    """Between one thread that brings messages and one that takes them away."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._held_bytes = 0
        self._closed = False
        self._changed = threading.Condition()

    def enter(self, size: int) -> None:
        """Return once some room is left, even if less than `size`; at once after `close`."""
        with self._changed:
            while self._held_bytes >= self._most_bytes and not self._closed:
                self._changed.wait()
            self._held_bytes += size

    def leave(self, size: int) -> None:
        with self._changed:
            self._held_bytes -= size
            self._changed.notify_all()

    def close(self) -> None:
        """From now on nobody waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
