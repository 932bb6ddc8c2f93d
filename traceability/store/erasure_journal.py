"""Erasures in a file outside the database: one JSON object a line, only ever appended to."""

import fcntl
import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from traceability.errors import Refused
from traceability.ledger.personal import Erasure

_DIGEST = re.compile(r"[0-9a-f]{64}")


class ErasureFile:
    """The `ErasureJournal` of the ledger. Several processes may append at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[Erasure]:
        if not self._path.exists():
            return []
        # What follows the last line break was torn by a crash, before anybody was told of it.
        *whole, _ = self._path.read_bytes().split(b"\n")
        return [self._erasure(line, number) for number, line in enumerate(whole, start=1)]

    def append(self, erasures: Sequence[Erasure]) -> None:
        lines = b"".join(json.dumps(asdict(each)).encode() + b"\n" for each in erasures)
        is_new = not self._path.exists()
        with self._path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.truncate(_end_of_whole_lines(file))
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _sync_folder(self._path.parent)

    def _erasure(self, line: bytes, number: int) -> Erasure:
        with suppress(ValueError):
            match json.loads(line):
                case {"commitment": str(digits), "erased_at_ms": int(at_ms), "reason": str(reason)}:
                    if _DIGEST.fullmatch(digits):
                        return Erasure(digits, at_ms, reason)
        raise Refused(
            f"{self._path} line {number} is no erasure, want an object with commitment, erased_at_ms and "
            "reason: what it erased may be here again; restore the line from a copy"
        )


def _end_of_whole_lines(file: BinaryIO) -> int:
    file.seek(0)
    return file.read().rfind(b"\n") + 1


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
