"""What is kept of issued codes, and what the ledger asks of the store that keeps it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from traceability.gs1 import digital_link
from traceability.ledger.ports import StoredEvent


@dataclass(frozen=True, slots=True)
class NewSet:
    """Codes that were drawn for a lot, before they are kept."""

    gtin: str
    """14 digits."""
    lot: str
    """Canonical Digital Link (01 with 10)."""
    party: str
    """GLN of the issuer."""
    root: bytes
    secret: bytes = field(repr=False)
    """Of the salts: who has it can test guesses against published hashes."""
    each: str | None
    """What one item holds, as it was written; None where items are counted as pieces."""
    uom: str | None
    """UNECE Rec 20, of `each`."""
    beside_others: bool
    """Whether others make serials of this GTIN, too."""
    issued_at_ms: int


@dataclass(frozen=True, slots=True)
class KeptSet:
    number: int
    """By which people name it."""
    new: NewSet
    count: int
    event_key: str
    """Of the event that commits to the root."""
    withdrawn: int = 0
    """How many of its codes were withdrawn."""

    @property
    def lot(self) -> str:
        return self.new.lot

    def item(self, serial: str) -> str:
        """The canonical Digital Link of one of its items: no character of a serial of ours is escaped."""
        return f"{digital_link.CANONICAL_STEM}/01/{self.new.gtin}/21/{serial}"


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a set."""

    of: KeptSet
    index: int
    """From 0."""
    serial: str
    withdrawn_at_ms: int | None

    @property
    def item(self) -> str:
        return self.of.item(self.serial)

    def was_out(self, at_ms: int) -> bool:
        """Whether it was issued by then, and not withdrawn yet."""
        withdrawn = self.withdrawn_at_ms is not None and self.withdrawn_at_ms <= at_ms
        return self.of.new.issued_at_ms <= at_ms and not withdrawn


class CodeStore(Protocol):
    """Keeps codes for ever: none is handed out twice, also of sets that were withdrawn."""

    def beside_others(self, gtin: str) -> bool | None:
        """Whether others make serials of a product, too; None if no codes were issued for it."""

    def names_serials_of(self, gtin: str) -> bool:
        """Whether any event names an item of this GTIN."""

    def issued(self, gtin: str, serials: Collection[str]) -> Mapping[str, bool]:
        """Those that were issued before, and whether they were withdrawn."""

    def keep(
        self,
        new: NewSet,
        serials: Sequence[str],
        tiles: Mapping[tuple[int, int], bytes],
        event: StoredEvent,
        most: int | None,
    ) -> KeptSet:
        """Keep a set with all its codes and the event that commits to it, in one durable commit.

        `most`: how many codes of the lot may be out with these; None is no limit. Nobody else issues codes
        between counting and the commit. Raises `InvalidInput` if there would be more, `Unavailable` if
        another issue was given one of the serials at this moment; nothing is kept then.
        """

    def out(self, lot: str) -> int:
        """How many codes of a lot were issued and not withdrawn."""

    def sets(self) -> list[KeptSet]:
        """All, oldest first."""

    def set(self, number: int) -> KeptSet:
        """Raises `Unknown`."""

    def codes(self, number: int) -> list[Code]:
        """Those of a set, in their order. Raises `Unknown`."""

    def find(self, gtin: str, serial: str) -> Code | None: ...

    def read_tile(self, number: int, level: int, index: int, width: int) -> bytes:
        """`width` hashes of the tree over a set. Raises `Unknown` if the tile does not hold that many."""

    def withdraw(self, number: int, serials: Collection[str], now_ms: int) -> int:
        """Mark some codes of a set for good; how many were not withdrawn yet."""
