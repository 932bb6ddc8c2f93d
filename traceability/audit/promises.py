"""What the receipts in a folder promise, by device and epoch; and the payloads that lie beside them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from traceability.audit.finding import Found, Kind
from traceability.errors import CheckFailed, InvalidInput
from traceability.log.note import MAX_BYTES, NoteVerifier
from traceability.telemetry.receipt import Receipt, open_receipt
from traceability.telemetry.runs import Accounted, Run, Status

_PAYLOAD = re.compile(r"([A-Za-z0-9_-]{1,32})\.(\d{1,16})\.(\d{1,16})\.payload")

Epoch = tuple[str, int]
"""A device's alias and its epoch: within it a number means one reading."""


@dataclass(frozen=True, slots=True)
class Promised:
    """One run of a receipt whose time is up: every number in it is held, or was named as quarantined."""

    run: Run
    receipt: str
    """The file's name."""


@dataclass(slots=True)
class Promises:
    """Of one device in one epoch."""

    due: list[Promised] = field(default_factory=list)
    """By the first number of the run, then by the last."""
    quarantined: dict[int, Accounted] = field(default_factory=dict)
    """Numbers that some receipt names as quarantined, due or not."""
    payloads: dict[int, bytes] = field(default_factory=dict)
    """SHA-256 of what the device says it sent, by number."""
    stands: dict[int, bytes] = field(default_factory=dict)
    """SHA-256 of what stands at a number, where something else came later."""
    conflicts: defaultdict[int, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    """Digests of all that came under such a number, as receipts say."""


@dataclass(slots=True)
class ReadPromises:
    epochs: dict[Epoch, Promises]
    receipts: int
    """How many receipts were read."""
    not_due: int
    """How many of them promise something for later."""


def read_promises(folder: Path, gateways: Sequence[NoteVerifier], now_ms: int, found: Found) -> ReadPromises:
    """Read `*.receipt`, and payloads at `<alias>.<epoch>.<number>.payload`.

    A receipt that no gateway of the trust policy signed is found. Raises `InvalidInput` for a file of another
    name: a receipt that is passed over by mistake would promise nothing.
    """
    read = ReadPromises(defaultdict(Promises), 0, 0)
    for file in sorted(folder.iterdir()):
        payload = _PAYLOAD.fullmatch(file.name)
        if payload is not None:
            alias, epoch, number = payload.groups()
            read.epochs[alias, int(epoch)].payloads[int(number)] = sha256(_content(file)).digest()
        elif file.suffix == ".receipt":
            try:
                receipt = open_receipt(_content(file), gateways)
            except (InvalidInput, CheckFailed) as error:
                found.untrue(Kind.RECEIPT, file.name, error)
                continue
            read.receipts += 1
            read.not_due += receipt.in_log_by_ms > now_ms
            _take(read, receipt, file.name, now_ms)
        else:
            raise InvalidInput(f"{file.name} is neither a *.receipt nor an <alias>.<epoch>.<number>.payload")
    for promises in read.epochs.values():
        promises.due.sort(key=lambda promised: (promised.run.first, promised.run.last))
    return read


def _take(read: ReadPromises, receipt: Receipt, name: str, now_ms: int) -> None:
    if receipt.runs is None:
        return
    promises = read.epochs[receipt.device, receipt.runs.epoch]
    for each in receipt.quarantined:
        promises.quarantined[each.sequence] = Accounted(each.sequence, Status.QUARANTINED, each.digest)
    for conflict in receipt.conflicts:
        promises.stands[conflict.sequence] = conflict.stands
        promises.conflicts[conflict.sequence] |= {conflict.stands, conflict.came}
        if conflict.status is Status.QUARANTINED:
            first = Accounted(conflict.sequence, conflict.status, conflict.stands)
            promises.quarantined[conflict.sequence] = first
    if receipt.in_log_by_ms <= now_ms:
        promises.due += [Promised(run, name) for run in receipt.runs.all if run.last >= run.first]


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"cannot read {file}: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise InvalidInput(f"{file} has more than {MAX_BYTES} bytes")
    return data
