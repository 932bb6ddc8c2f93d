"""What the ledger asks of the world: a port's docstring is the contract that `store/` and `chain/` keep."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from traceability.epcis.event import Event
from traceability.log.name_map import MapProof
from traceability.proof.told import Told


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it was captured, with the entry that the log commits to."""

    event: Event
    entry: bytes
    key: str
    """Hex leaf hash of the entry, by which the event is known everywhere."""
    names: bytes
    """The hashes of the names that stand in the event, as `name_hashes` joins them."""
    event_hash: str
    """`ni:` URI (CBV 2.0): an alias for outsiders, not unique."""
    content_digest: bytes
    """SHA-256 of the canonical bytes. With the submitter it says whether this is a duplicate."""
    submitter: str
    captured_at_ms: int

    @property
    def name(self) -> tuple[str, str]:
        """What an event has in common with the error declaration of its own submitter that voids it."""
        return self.event_hash, self.submitter


@dataclass(frozen=True, slots=True)
class Captured:
    """The answer to a capture: where the event stands, and whether it already stood there."""

    key: str
    event_hash: str
    duplicate: bool


class EventStore(Protocol):
    """Keeps events and hands them to the log exactly once."""

    def insert(self, events: Sequence[StoredEvent]) -> tuple[Captured, ...]:
        """Keep all of `events` in one durable commit and queue them for the log.

        A duplicate (same submitter, same content) is not kept again: its answer names the first one.
        """

    def by_key(self, key: str) -> StoredEvent:
        """Raises `Unknown`."""

    def by_keys(self, keys: Sequence[str]) -> list[StoredEvent]:
        """Those of `keys` that are here, in no order."""

    def mentioning(self, identifiers: Iterable[str]) -> list[StoredEvent]:
        """All events in which one of the canonical identifiers stands, in no order, each once."""

    def telling(self, identifiers: Iterable[str]) -> Mapping[str, Sequence[Told]]:
        """What events say, by what they are found by: as `Telling` has it, without their bodies."""

    def holds(self, identifier: str) -> bool:
        """Whether `telling` finds any event by it."""


class Log(Protocol):
    """The durable half of the log: entries with their indexes, tiles, and the map of names."""

    def integrate(self, at_most: int, successor: bytes | None = None) -> None:
        """Give queued events the next indexes, and let the map of names and the tiles grow.

        All in one durable commit. The entry `successor`, if there is one, comes before those of the events, a
        map entry after them; without any of these nothing happens.
        Raises `CheckpointConflict` if another sequencer was faster; nothing is then changed.
        """

    def size(self) -> int:
        """How many entries have an index."""

    def index_of(self, key: str) -> int | None:
        """The index of an entry; None while it waits in the queue."""

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        """`width` hashes of 32 bytes each. Raises `Unknown` if the tile does not hold that many."""

    def entries(self, start: int, end: int) -> list[bytes]:
        """The entries with indexes in [start, end). Raises `Unknown` for one that went with its event."""

    def names(self, start: int, end: int) -> list[bytes]:
        """The name hashes of the same entries; none for an entry that is not of an event.

        Raises `Unknown` as `entries` does.
        """


class NameMap(Protocol):
    """The map of names as it was under the map entry `index`."""

    def prove(self, key: bytes, index: int) -> MapProof:
        """What the map holds of the name with this hash, or that it holds nothing.

        It does not fit the map entry if that is neither recent nor under an anchor.
        """

    def entries_of(self, key: bytes, index: int) -> list[bytes]:
        """The leaf hashes of the entries before `index` in which the name stands, in the order of the log."""

    def lost(self, key: bytes) -> int:
        """How many entries the name stands in whose events are not here, though the log holds them."""


class CheckpointStore(Protocol):
    """Holds the newest signed checkpoint. Trusted: whoever can roll it back can fork the log."""

    def newest(self) -> str | None:
        """The signed note, or None before the first."""

    def replace(self, old: str | None, new: str) -> None:
        """Swap `old` for `new`, durably, only if `old` is still the one held.

        Raises `CheckpointConflict` if not.
        """


class HighWaterMark(Protocol):
    """Holds the newest checkpoint that we signed, outside the store and its backups."""

    def newest(self) -> str | None:
        """The signed note, or None before the first."""

    def replace(self, old: str | None, new: str) -> None:
        """Swap `old` for `new`, durably, only if `old` is still the one held.

        Raises `CheckpointConflict` if not.
        """


AnchorState = Literal["sent", "mined", "final", "reverted"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """One attempt to have the contract hold a checkpoint."""

    tx_hash: str
    old_size: int
    size: int
    root: bytes
    note: str
    """The signed checkpoint of that size, served with every proof that uses this anchor."""
    raw: bytes
    """The signed transaction: sending it twice has the effect of sending it once."""
    sent_at: datetime
    """When it was sent first, or when the chain threw it out of the block that had held it."""
    state: AnchorState = "sent"
    """Where the chain had it when last asked: in no block, in one, in one that stays; or it failed in one."""
    block_number: int | None = None
    block_hash: str | None = None
    block_time: datetime | None = None


class AnchorStore(Protocol):
    """Remembers every anchor from before it is sent."""

    def keep(self, anchor: Anchor) -> None:
        """Insert it, or replace the one with the same transaction hash, durably."""

    def open(self) -> list[Anchor]:
        """Those that are not final and could still be: no final one is larger than their `old_size`."""

    def last_final(self) -> Anchor | None:
        """The final anchor of the largest tree."""

    def covering(self, index: int) -> Anchor | None:
        """The final anchor of the smallest tree that holds entry `index`.

        The same answer for ever, on a chain that keeps what it called final.
        """


@dataclass(frozen=True, slots=True)
class Held:
    """The newest checkpoint that the contract holds of our log; size 0 if it holds none."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """An append, ready to be sent. Sending it twice has the effect of sending it once."""

    tx_hash: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Mined:
    reverted: bool
    block_number: int
    block_hash: str
    block_time: datetime
    final: bool


class Contract(Protocol):
    """Our log in the `TraceLog` contract. Every method raises `ChainUnavailable` while the chain is away."""

    def held(self) -> Held:
        """Raises `Refused` if there is no such contract on this chain."""

    def sign_append(
        self, old_size: int, size: int, root: bytes, proof: list[bytes], instead_of: bytes | None = None
    ) -> Signed:
        """An append that the contract would take now, paying what the chain asks for now.

        It pays more than `instead_of`, a raw one that waits in vain, and takes its nonce if that is still
        free: the chain then takes one of the two. Raises `Unavailable` or `Refused` in the contract's words.
        """

    def send(self, raw: bytes) -> None:
        """Hand it to the chain. That the chain has it already, or can no longer use it, is not an error."""

    def mined(self, tx_hash: str) -> Mined | None:
        """None while no block of the chain as it is now holds this transaction."""

    def why_reverted(self, tx_hash: str) -> str:
        """Why the contract refused a mined transaction, as far as the chain still knows; raises nothing."""

    def has_block(self, number: int, block_hash: str) -> bool:
        """Whether this is the chain's block of that number; `ChainUnavailable` if the chain is shorter."""
