"""Codes as people read them: the file that a printer takes, a line for each set, what became of one code."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from traceability.disk import writing
from traceability.errors import InvalidInput, Unknown

if TYPE_CHECKING:
    from traceability.ledger.codes import CodeStatus
    from traceability.ledger.codes_store import KeptSet


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where a file goes, and what is said about it: never into the file."""

    file: Path | None
    said: TextIO

    @classmethod
    def to(cls, file: Path | None) -> "Outlet":
        """Raises `InvalidInput` where it cannot be written, before any code is issued for it."""
        if file is None:
            return cls(None, sys.stderr)
        if file.exists() or not file.parent.is_dir():
            what = "is there already" if file.exists() else "lies in no folder"
            raise InvalidInput(f"{file} {what}, want the name of a new file")
        return cls(file, sys.stdout)

    def write(self, content: bytes) -> None:
        """Codes are as good as goods: only their owner reads the file."""
        if self.file is None:
            sys.stdout.buffer.write(content)
            sys.stdout.flush()
            return
        with writing(self.file):
            self.file.touch(mode=0o600, exist_ok=False)
            self.file.write_bytes(content)

    def say(self, line: str) -> None:
        print(line, file=self.said, flush=True)


def told(count: int) -> str:
    return f"{count:,} code{'' if count == 1 else 's'}"


def file_of(kept: "KeptSet", serials: Sequence[str]) -> bytes:
    """CSV with a head: the serial, and the canonical Digital Link of its item."""
    return "".join(["serial,item\n", *(f"{each},{kept.item(each)}\n" for each in serials)]).encode()


def serials_in(file: Path) -> set[str]:
    """Those that a file names, by serial or by link, one a line; also in the file that `issue` wrote."""
    from traceability.gs1 import digital_link

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot read {file}: {error}") from error
    named = set()
    for line in text.splitlines():
        first = line.partition(",")[0].strip()
        if "/" in first:
            first = dict(digital_link.parse(first).path).get("21", "")
        if first and first != "serial":
            named.add(first)
    return named


def line_of(kept: "KeptSet") -> str:
    from traceability.telemetry.clock import iso

    new = kept.new
    withdrawn = f", {kept.withdrawn:,} withdrawn" if kept.withdrawn else ""
    holds = f", {new.each} {new.uom} each" if new.each else ""
    return (
        f"{kept.number}  {iso(new.issued_at_ms)}  {new.lot}  {told(kept.count)}{holds}{withdrawn}  "
        f"by {new.party}  event {kept.event_key}"
    )


def stand_of(status: "CodeStatus | None") -> str:
    """Raises `Unknown` for a code that was not issued here."""
    from traceability.telemetry.clock import iso

    if status is None:
        raise Unknown("no such code was issued here")
    code, active = status.code, status.activation
    issued = f"number {code.index + 1} of set {code.of.number}, issued for {code.of.lot}"
    if active is not None:
        return f"{issued}: active since {active.at.isoformat()}, by {active.party}, event {active.key}"
    if code.withdrawn_at_ms is not None:
        return f"{issued}: withdrawn {iso(code.withdrawn_at_ms)}"
    return f"{issued}: not active yet"
