"""What a device wrote down of what it sent and was told, so that it outlives a kill -9 of the device."""

import os
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Told:
    """What one device did in one epoch."""

    sent: dict[int, bytes] = field(default_factory=dict)
    """Payload by number."""
    acknowledged: set[int] = field(default_factory=set)
    """By the broker."""


class Journal:
    """Each line is one write to a file that is only ever appended to."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def sent(self, epoch: int, number: int, payload: bytes) -> None:
        self._note("sent", epoch, number, b64encode(payload).decode())

    def acknowledged(self, epoch: int, number: int) -> None:
        self._note("acknowledged", epoch, number)

    def receipt(self, note: bytes) -> None:
        self._note("receipt", b64encode(note).decode())

    def _note(self, *words: object) -> None:
        os.write(self._file, (" ".join(map(str, words)) + "\n").encode())


def read(files: Iterable[Path]) -> tuple[dict[int, Told], list[bytes]]:
    """What stands in the journals of one device: by epoch, and the receipts it was sent.

    A device that was killed at once has none.
    """
    by_epoch: defaultdict[int, Told] = defaultdict(Told)
    receipts = []
    for file in filter(Path.exists, files):
        for line in file.read_text().splitlines():
            match line.split(" "):
                case ["sent", epoch, number, payload]:
                    by_epoch[int(epoch)].sent[int(number)] = b64decode(payload)
                case ["acknowledged", epoch, number]:
                    by_epoch[int(epoch)].acknowledged.add(int(number))
                case ["receipt", note]:
                    receipts.append(b64decode(note))
    return dict(by_epoch), receipts
