"""What `guoji simulate` says: how far it is while it runs, and what the receipts said in the end."""

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING

from traceability.cli.program import BAD_INPUT
from traceability.cli.terminal import printable
from traceability.errors import InvalidInput
from traceability.telemetry.authenticate import NOT_SIGNED

if TYPE_CHECKING:
    from iot_gateway.simulate.fleet import Fleet
    from iot_gateway.simulate.sender import Number, Sender
    from iot_gateway.simulate.stream import Message

EVERY_S = 5.0
MOST_LINES = 20
"""Of one kind; the rest is counted."""


class Progress:
    """A line now and then, for as long as it runs."""

    def __init__(self, fleet: "Fleet") -> None:
        self._fleet = fleet
        self._said_at_s = time.monotonic()
        self._sent = 0

    def look(self) -> None:
        now_s = time.monotonic()
        if now_s - self._said_at_s < EVERY_S:
            return
        fleet, a_second = self._fleet, (self._fleet.sent - self._sent) / (now_s - self._said_at_s)
        self._said_at_s, self._sent = now_s, fleet.sent
        line = (
            f"{fleet.sent} sent, {fleet.receipted} with a receipt, {fleet.kept} kept, {a_second:.0f} a second"
        )
        print(f"{line}; {printable(fleet.trouble)}" if fleet.trouble else line, file=sys.stderr)


class Truth:
    """The file that is told what was done. Each line is there before the next message leaves."""

    def __init__(self, file: Path | None, run: Mapping[str, object]) -> None:
        self._file: IO[str] | None = None if file is None else _new(file)
        self._write(json.dumps(run))

    def left(self, alias: str, message: "Message", payload: bytes) -> None:
        from iot_gateway.simulate.truth import told

        for line in told(alias, message, payload):
            self._write(line)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _write(self, line: str) -> None:
        if self._file is not None:
            self._file.write(f"{line}\n")
            self._file.flush()


def _new(file: Path) -> IO[str]:
    """Raises `InvalidInput` if it is there: what an earlier run was told is not lost by mistake."""
    try:
        return file.open("x", encoding="utf-8")
    except FileExistsError as error:
        raise InvalidInput(f"{file} is there already: name another file, or remove it") from error


def keep_receipts(senders: "Mapping[str, Sender]", folder: Path, epoch: int) -> None:
    """Write each one that comes to ALIAS.EPOCH.N.receipt in `folder`, the first with N = 1."""
    folder.mkdir(parents=True, exist_ok=True)
    for alias, sender in senders.items():
        sender.on_receipt = _Kept(folder, f"{alias}.{epoch}").keep


class _Kept:
    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._count = 0

    def keep(self, receipt: bytes) -> None:
        self._count += 1
        (self._folder / f"{self._name}.{self._count}.receipt").write_bytes(receipt)


def summary(fleet: "Fleet") -> int:
    """Print what the receipts said; the exit code."""
    who = next(iter(fleet.senders)) if len(fleet.senders) == 1 else f"{len(fleet.senders)} devices"
    not_held = {alias: sender.not_held for alias, sender in fleet.senders.items() if sender.not_held}
    stored = fleet.receipted - sum(map(len, not_held.values()))
    print(f"{who}: {stored} of {fleet.sent} readings are stored; their receipts say so")
    kept = [f"{alias}: {each.kept} have no receipt" for alias, each in fleet.senders.items() if each.kept]
    refused = [line for alias, numbers in not_held.items() for line in _lines(alias, numbers)]
    trouble = [fleet.trouble] if kept and fleet.trouble else []
    for lines in (refused, _hints(refused), kept, trouble):
        _print_some(lines)
    return BAD_INPUT if refused or kept else 0


def _lines(alias: str, not_held: "Mapping[Number, str]") -> list[str]:
    return [f"{alias}: reading {number} is {became}" for (_, number), became in sorted(not_held.items())]


def _hints(refused: list[str]) -> list[str]:
    if not any(NOT_SIGNED in line for line in refused):
        return []
    return ["to sign, give --sign FILE: the private key that `guoji device add --new-key` printed"]


def _print_some(lines: list[str]) -> None:
    for line in lines[:MOST_LINES]:
        print(printable(line), file=sys.stderr)
    if len(lines) > MOST_LINES:
        print(f"and {len(lines) - MOST_LINES} more", file=sys.stderr)
