"""Take messages in: readings into the store, the rest into quarantine, a signed answer to every device."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import NamedTuple, Protocol

from traceability.errors import ClockBehind, InvalidInput
from traceability.log.note import NoteSigner
from traceability.telemetry import topics
from traceability.telemetry.authenticate import Authentic, authenticate
from traceability.telemetry.clock import iso
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Reading
from traceability.telemetry.receipt import Conflict, Quarantined, Receipt, RefusedPayload, sign_receipt
from traceability.telemetry.runs import Runs
from traceability.telemetry.senml import open_pack

MAX_AHEAD_MS = 5 * 60_000
"""How far a device's clock may be ahead of ours. Behind it may be by years: a device sends when it can."""
MAX_BACK_MS = 60_000
"""How far our own clock may go back when it is set right."""
MOST_GIVEN_UP = 5_000
"""Numbers in one commit, about: a few messages may give up many."""


class Delivery(NamedTuple):
    """A message as the broker handed it over."""

    topic: str
    payload: bytes


class Accepted(NamedTuple):
    reading: Reading
    digest: bytes
    """As `Authentic` has it."""
    taken_from_ms: int
    taken_to_ms: int
    abandoned: range = range(0)
    """Numbers that it gives up."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that can never become a reading, or a number that its device has given up."""

    topic: str
    device: str | None
    """Alias; None if the topic names no device."""
    number: tuple[int, int] | None
    """Epoch and sequence; None if they cannot be read, or it is not known that the device sent them."""
    received_at_ms: int
    payload: bytes
    digest: bytes
    """As `Authentic` has it if there is a number, else SHA-256 of the payload."""
    reason: str
    is_abandoned: bool = False
    """No message: changes nothing where the number is accounted for already."""
    is_ahead: bool = False
    """Taken too long after it arrived, by our clock."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the store made of the numbered messages of one device and epoch."""

    device: str
    runs: Runs
    quarantined: tuple[Quarantined, ...]
    conflicts: tuple[Conflict, ...]


class ReadingStore(Protocol):
    """Keeps readings for good, and what could not become one."""

    def devices(self, aliases: Collection[str]) -> Mapping[str, Device]:
        """Those of `aliases` that are registered."""

    def newest_received_ms(self) -> int:
        """When, by our clock of then, a device was last heard of, about; 0 if never."""

    def record(self, arrivals: Sequence[Accepted | Rejected]) -> Sequence[Outcome]:
        """Keep all of `arrivals` in one durable commit; raises `Unavailable` if anything was not kept.

        The same number with the same digest is kept once. With another digest it is kept as a conflict, and
        the first one stands; an abandoned number is then not kept. One outcome for each device and epoch that
        has a number among `arrivals`.
        """


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    device: str
    note: bytes


def record(
    deliveries: Sequence[Delivery], store: ReadingStore, signer: NoteSigner, now_ms: int, promise_s: float
) -> list[SignedReceipt]:
    """Judge and keep `deliveries`, and answer for them. Only when this returns may the broker forget them.

    If it raises `Unavailable`, some may be kept already; then all are to be judged again. One such
    is `ClockBehind`.
    `promise_s`: the receipts say that the readings will be in the log by `now_ms` plus this.
    """
    aliases = {topic: topics.alias_in(topic) for topic in {delivery.topic for delivery in deliveries}}
    devices = store.devices({alias for alias in aliases.values() if alias is not None})
    senders = {topic: _sender(topic, alias, devices) for topic, alias in aliases.items()}
    # All signatures first: one by one, checking them and reading SenML would keep each other out of the
    # processor's cache, and take a tenth longer.
    authentics = [_authentic(each.payload, senders[each.topic], now_ms) for each in deliveries]
    arrivals = [
        _judge(each, aliases[each.topic], authentic, now_ms)
        for each, authentic in zip(deliveries, authentics, strict=True)
    ]
    if any(isinstance(each, Rejected) and each.is_ahead for each in arrivals):
        _check_our_clock(now_ms, store.newest_received_ms())
    in_log_by_ms = now_ms + round(promise_s * 1000)
    receipts = (
        Receipt(each.device, now_ms, in_log_by_ms, each.runs, each.quarantined, each.conflicts)
        for portion in _portions(arrivals)
        for each in store.record(portion)
    )
    of_refused = (
        Receipt(device, now_ms, in_log_by_ms, None, refused=refused)
        for device, refused in _refused_by_device(arrivals).items()
    )
    # Portion by portion: a receipt names what it answers for, which may be far more than the messages were.
    return [
        SignedReceipt(receipt.device, sign_receipt(receipt, signer))
        for receipt in chain(receipts, of_refused)
    ]


def _sender(topic: str, alias: str | None, devices: Mapping[str, Device]) -> Device | str:
    """Who may send on `topic`; else why nobody may."""
    if alias is None or topic != topics.readings(alias):
        return f"{topic[:200]!r} is no topic for readings"
    return devices.get(alias) or f"no device {alias} is registered"


def _authentic(payload: bytes, sender: Device | str, now_ms: int) -> Authentic | InvalidInput:
    """The payload once its sender is known; else why it is not, to be raised where all is judged."""
    if isinstance(sender, str):
        return InvalidInput(sender)
    try:
        return authenticate(payload, sender, now_ms)
    except InvalidInput as refusal:
        return refusal


def _judge(
    delivery: Delivery, alias: str | None, authentic: Authentic | InvalidInput, now_ms: int
) -> Accepted | Rejected:
    number, digest, is_ahead = None, None, False
    try:
        # Before a number is read: a forger who used up numbers would keep the device's own messages out.
        if isinstance(authentic, InvalidInput):
            raise authentic
        assert alias is not None
        pack = open_pack(authentic.senml, alias)
        number, digest = (pack.epoch, pack.sequence), authentic.digest
        message = pack.message()
        moments = [measurement.taken_at_ms for measurement in message.measurements]
        newest_ms = max(moments)
        is_ahead = newest_ms > now_ms + MAX_AHEAD_MS
        if is_ahead:
            ahead_s = (newest_ms - now_ms) / 1000
            raise InvalidInput(f"taken {ahead_s:.0f} s after it arrived, want at most {MAX_AHEAD_MS // 1000}")
    except InvalidInput as refusal:
        digest = digest or sha256(delivery.payload).digest()
        return Rejected(
            delivery.topic, alias, number, now_ms, delivery.payload, digest, str(refusal), is_ahead=is_ahead
        )
    reading = Reading(alias, pack.epoch, pack.sequence, now_ms, authentic.how, delivery.payload)
    return Accepted(reading, digest, min(moments), newest_ms, message.abandoned)


def _check_our_clock(now_ms: int, newest_ms: int) -> None:
    """Before a device is told that its clock is ahead, for good: is it ours that is behind?"""
    if newest_ms > now_ms + MAX_BACK_MS:
        raise ClockBehind(f"our clock says {iso(now_ms)}, but said {iso(newest_ms)} before: set it right")


def _portions(arrivals: list[Accepted | Rejected]) -> Iterator[list[Accepted | Rejected]]:
    """`arrivals` in their order, and after them what they give up: about `MOST_GIVEN_UP` of it at a time."""
    first, given_up = 0, list[Rejected]()
    for place, each in enumerate(arrivals):
        if isinstance(each, Accepted) and each.abandoned:
            given_up += _given_up(each)
            if len(given_up) >= MOST_GIVEN_UP:
                yield [*arrivals[first : place + 1], *given_up]
                first, given_up = place + 1, []
    yield [*arrivals[first:], *given_up]


def _given_up(by: Accepted) -> Iterator[Rejected]:
    """Each number that `by` abandons, with the digest of `by`: nothing else speaks for it."""
    came, reason = by.reading, f"abandoned by the device in number {by.reading.sequence}"
    for number in by.abandoned:
        where, at_ms = topics.readings(came.device), came.received_at_ms
        yield Rejected(
            where, came.device, (came.epoch, number), at_ms, b"", by.digest, reason, is_abandoned=True
        )


def _refused_by_device(arrivals: Sequence[Accepted | Rejected]) -> dict[str, tuple[RefusedPayload, ...]]:
    refused: dict[str, tuple[RefusedPayload, ...]] = {}
    for each in arrivals:
        if isinstance(each, Rejected) and each.number is None and each.device is not None:
            payload = RefusedPayload(each.digest, each.reason)
            refused[each.device] = (*refused.get(each.device, ()), payload)
    return refused
