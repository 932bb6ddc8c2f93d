"""A lock file that one process holds for as long as it lives, and that others may ask about."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO

from traceability.errors import Refused

_ASKED_WITHIN_S = 1.0
"""Who asks whether it is held holds it for an instant; that must not refuse whoever comes to stay."""


@dataclass(frozen=True, slots=True)
class OneAtATime:
    file: Path
    """In a folder that is there; it stays when the lock is given back."""
    refusal: str
    """What is told whoever finds it held."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises `Refused` if somebody else holds it; whatever ends the process gives it back."""
        with self.file.open("w") as lock:
            give_up_at_s = time.monotonic() + _ASKED_WITHIN_S
            while not _is_ours(lock):
                if time.monotonic() > give_up_at_s:
                    raise Refused(self.refusal)
                time.sleep(0.01)
            yield

    def is_held(self) -> bool:
        if not self.file.exists():
            return False
        with self.file.open("r+") as lock:
            return not _is_ours(lock)


def _is_ours(lock: IO[str]) -> bool:
    """From now until it is closed, if nobody else has it."""
    try:
        flock(lock, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True
