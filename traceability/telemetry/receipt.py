"""Receipts: what the gateway signs about a device's readings, and what the device may free on their word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from traceability.errors import InvalidInput
from traceability.log.note import NoteSigner, NoteVerifier, open_note
from traceability.log.text import decimal, hash_from_base64, to_base64
from traceability.telemetry.clock import from_iso, iso
from traceability.telemetry.device import check_alias
from traceability.telemetry.runs import START, Accounted, Run, Runs, Status, chained

MAX_LISTED = 500
"""Lines of each kind in one receipt. What found no room is answered when it is sent again."""
MAX_REASON_BYTES = 200
"""As UTF-8, so that a full receipt fits into a note whatever letters a device sends."""

_TITLE = "guoji/receipt/v1"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A number whose payload can never become a reading. It counts as accounted for."""

    sequence: int
    digest: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A number that came again with other content. Both are kept; the first one stands."""

    sequence: int
    stands: bytes
    """Digest of what came first."""
    status: Status
    """What became of the first one."""
    came: bytes


@dataclass(frozen=True, slots=True)
class RefusedPayload:
    """A payload in which no number could be read, or of which nobody knows who sent it."""

    digest: bytes
    """SHA-256 of all of it."""
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    device: str
    received_at_ms: int
    in_log_by_ms: int
    """By then the held readings will stand in the log."""
    runs: Runs | None
    """None if no number could be read in anything that this receipt answers."""
    quarantined: tuple[Quarantined, ...] = ()
    """Those among the numbers that this receipt answers, not all there ever were."""
    conflicts: tuple[Conflict, ...] = ()
    refused: tuple[RefusedPayload, ...] = ()


def sign_receipt(receipt: Receipt, signer: NoteSigner) -> bytes:
    """The receipt as a signed note (C2SP signed-note)."""
    return signer.sign(to_text(receipt)).encode()


def open_receipt(note: bytes, gateways: Sequence[NoteVerifier]) -> Receipt:
    """Raises `InvalidInput` if malformed, `CheckFailed` if none of `gateways` signed it."""
    try:
        text, _ = open_note(note.decode(), gateways)
    except UnicodeDecodeError as error:
        raise InvalidInput(f"receipt is not UTF-8: {error.reason} at byte {error.start}") from error
    return parse_text(text)


def to_text(receipt: Receipt) -> str:
    lines = [
        _TITLE,
        f"device {receipt.device}",
        f"received-at {iso(receipt.received_at_ms)}",
        f"in-log-by {iso(receipt.in_log_by_ms)}",
    ]
    if receipt.runs is not None:
        through, *above = receipt.runs.all
        lines += [f"epoch {receipt.runs.epoch}", f"through {through.last} {to_base64(through.chain)}"]
        lines += [f"range {run.first} {run.last} {to_base64(run.chain)}" for run in above[-MAX_LISTED:]]
    lines += [
        f"quarantined {each.sequence} {to_base64(each.digest)} {clean(each.reason)}"
        for each in receipt.quarantined[:MAX_LISTED]
    ]
    lines += [
        f"conflict {each.sequence} {each.status.value} {to_base64(each.stands)} {to_base64(each.came)}"
        for each in receipt.conflicts[:MAX_LISTED]
    ]
    lines += [
        f"refused {to_base64(each.digest)} {clean(each.reason)}" for each in receipt.refused[:MAX_LISTED]
    ]
    return "\n".join([*lines, ""])


def clean(reason: str) -> str:
    """`reason` as one printable line of at most 200 bytes: parts of it come from the device."""
    line = reason[:MAX_REASON_BYTES] or "?"
    if not line.isprintable():
        line = "".join(letter if letter.isprintable() else "?" for letter in line)
    return line.encode()[:MAX_REASON_BYTES].decode(errors="ignore")


def parse_text(text: str) -> Receipt:
    """The inverse of `to_text`. Raises `InvalidInput`, also for another spelling of the same receipt."""
    fields: dict[str, list[list[str]]] = {}
    title, *lines = text.removesuffix("\n").split("\n")
    for line in lines:
        name, *values = line.split(" ")
        fields.setdefault(name, []).append(values)
    try:
        receipt = _from_fields(fields)
    except (ValueError, KeyError, IndexError) as error:
        raise InvalidInput(f"receipt is malformed: {error}") from error
    if title != _TITLE or to_text(receipt) != text:
        raise InvalidInput(f"receipt is not spelt as {_TITLE} writes it")
    return receipt


def _from_fields(fields: Mapping[str, list[list[str]]]) -> Receipt:
    alias = fields["device"][0][0]
    check_alias(alias)
    return Receipt(
        device=alias,
        received_at_ms=from_iso(fields["received-at"][0][0]),
        in_log_by_ms=from_iso(fields["in-log-by"][0][0]),
        runs=_runs(fields) if "epoch" in fields else None,
        quarantined=tuple(
            Quarantined(decimal(number, "number"), _digest(digest), " ".join(reason))
            for number, digest, *reason in fields.get("quarantined", [])
        ),
        conflicts=tuple(
            Conflict(decimal(number, "number"), _digest(stands), Status(int(status)), _digest(came))
            for number, status, stands, came in fields.get("conflict", [])
        ),
        refused=tuple(
            RefusedPayload(_digest(digest), " ".join(reason)) for digest, *reason in fields.get("refused", [])
        ),
    )


def _runs(fields: Mapping[str, list[list[str]]]) -> Runs:
    [through, chain] = fields["through"][0]
    runs = [Run(1, decimal(through, "through"), hash_from_base64(chain, "chain"))]
    for first, last, chain in fields.get("range", []):
        run = Run(decimal(first, "first"), decimal(last, "last"), hash_from_base64(chain, "chain"))
        if not runs[-1].last + 1 < run.first <= run.last:
            raise InvalidInput(f"receipt has the range {first} to {last} after {runs[-1].last}")
        runs.append(run)
    return Runs(decimal(fields["epoch"][0][0], "epoch"), tuple(runs))


def _digest(text: str) -> bytes:
    return hash_from_base64(text, "digest")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a device must remember of its epoch to judge receipts, long after it has freed the payloads."""

    epoch: int
    through: int
    """Every number up to here is accounted for."""
    chain: bytes
    digests: Mapping[int, bytes]
    """`content_digest` of every number above `through` that was ever sent."""
    named: Mapping[int, Accounted] = field(default_factory=dict)
    """What stands at a number above `through`, where a receipt has named it: a later one may not again."""
    signed: Mapping[int, bytes] = field(default_factory=dict)
    """SHA-256 of the payload, where that is not its digest: a receipt refuses bytes, not contents."""
    abandoned: Mapping[int, bytes] = field(default_factory=dict)
    """`content_digest` of the message that gave up a number above `through`."""


def nothing_sent(epoch: int) -> Sent:
    return Sent(epoch, 0, START, {})


def covers(receipt: Receipt, sent: Sent) -> tuple[frozenset[int], Sent]:
    """The numbers whose payloads may be freed, and what to remember from now on.

    A number is covered if the receipt names the digest of its payload as quarantined, as a conflict or as
    refused, or if its run's digest comes out of the very payloads that were sent and of what receipts have
    named so far. A run whose digest does not come out frees nothing.
    """
    refused = {each.digest for each in receipt.refused}
    covered = {
        number for number, digest in sent.digests.items() if sent.signed.get(number, digest) in refused
    }
    if receipt.runs is None or receipt.runs.epoch != sent.epoch:
        return frozenset(covered), sent
    named = _named(receipt, sent)
    covered |= named.keys()
    sent = replace(sent, named={**sent.named, **named})
    held = {number: Accounted(number, Status.HELD, digest) for number, digest in sent.digests.items()}
    known = {**held, **sent.named}
    through, *above = receipt.runs.all
    for run in above:
        if _reproduces(Run(run.first, run.first - 1, START), run, known):
            covered |= set(range(run.first, run.last + 1)) & sent.digests.keys()
    if _reproduces(Run(1, sent.through, sent.chain), through, known):
        covered |= {number for number in sent.digests if number <= through.last}
        digests = {number: digest for number, digest in sent.digests.items() if number > through.last}
        kept = {number: one for number, one in sent.named.items() if number > through.last}
        signed = {number: digest for number, digest in sent.signed.items() if number > through.last}
        given_up = {number: digest for number, digest in sent.abandoned.items() if number > through.last}
        sent = Sent(sent.epoch, through.last, through.chain, digests, kept, signed, given_up)
    return frozenset(covered), sent


def _named(receipt: Receipt, sent: Sent) -> dict[int, Accounted]:
    """What stands at each number that the receipt names with the digest that we sent or gave it up under."""
    digests = sent.digests
    named = {
        each.sequence: Accounted(each.sequence, Status.QUARANTINED, each.digest)
        for each in receipt.quarantined
        if each.digest in (digests.get(each.sequence), sent.abandoned.get(each.sequence))
    }
    for each in receipt.conflicts:
        if digests.get(each.sequence) in (each.came, each.stands):
            named[each.sequence] = Accounted(each.sequence, each.status, each.stands)
    return named


def _reproduces(run: Run, stated: Run, known: Mapping[int, Accounted]) -> bool:
    if stated.last < run.last or any(number not in known for number in range(run.last + 1, stated.last + 1)):
        return False
    chain = run.chain
    for number in range(run.last + 1, stated.last + 1):
        chain = chained(chain, known[number])
    return chain == stated.chain
