"""What the use cases of a live room ask of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from traceability.epcis.event import Event
from traceability.ledger.ports import StoredEvent
from traceability.live.record import NewRecord, Record
from traceability.live.room import Offer, Room
from traceability.live.waiting import Waiting
from traceability.proof.personal import Disclosure


class RoomStore(Protocol):
    """Rooms, and who may command them."""

    def create(self, room: Room, key_digest: bytes) -> None:
        """`key_digest`: SHA-256 of the host key. Raises `NameTaken` if a code of it is given out already."""

    def room(self, code: str) -> Room:
        """Raises `Unknown`."""

    def rooms(self, party: str | None, at_most: int) -> Sequence[Room]:
        """The newest of all, or of one party (GLN); the newest first."""

    def count(self, party: str | None) -> int:
        """How many rooms there are of that party, or of all."""

    def ended_unshown(self) -> Sequence[str]:
        """Codes of those that ended, and whose overlays were sent nothing since."""

    def not_ended(self) -> Sequence[Room]: ...

    def versions(self) -> Mapping[str, int]:
        """By code, of those that have not ended. Cheap: asked many times a second."""

    def key_digest(self, code: str) -> bytes:
        """Raises `Unknown`."""

    def replace_key(self, code: str, key_digest: bytes) -> None:
        """From now on the key before opens nothing. Raises `Unknown`."""

    def change(self, room: Room, records: Sequence[NewRecord] = ()) -> Room:
        """Keep `room` with `version` one higher, and its `records` after those that are there: one commit.

        Raises `RoomConflict`, and keeps nothing, unless the stored version is still `room.version`;
        `NameTaken` if the code of a new offer is given out already. Where the phase changes, what was
        recorded before is forgotten in the same commit, unless it was on air: nothing of a rehearsal is kept.
        """

    def waiting(self, code: str) -> Sequence[Waiting]:
        """Struck claims that are neither settled nor corrected, in the order of their warnings.

        However many records there are: whoever says a lot does not talk them away.
        """

    def of_offer(self, code: str) -> tuple[Room, Offer]:
        """By the short code that viewers type. Raises `Unknown`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the overlays of a room are sent."""

    number: int
    """Grows by one with each."""
    at_ms: int
    state: bytes
    """JSON."""


class AirStore(Protocol):
    """What was shown and said in rooms."""

    def show(
        self,
        of: Room,
        at_ms: int,
        state: bytes,
        lasting: Mapping[str, Any] | None,
        same_as: int | None = None,
    ) -> int:
        """Replace what the overlays of a room are sent; the number of that.

        `lasting`, as JSON gives it back, is kept as a record in the same commit, before any overlay has it,
        unless the newest record of what was shown says the same, no record is `STILL_AFTER_MS` old, and the
        state before is not `GREY_AFTER_MS` old; None: nothing is recorded. `same_as`: the number of a state
        that was shown with the same `lasting`; while it is the newest, nobody looks.
        Raises `RoomConflict`, and keeps nothing, unless the stored version of the room is that of `of`.
        """

    def shown_since(self, seen: Mapping[str, int]) -> Mapping[str, Shown]:
        """By room code, those of `seen` that have a higher number now. One cheap query."""

    def records(self, code: str, after: int = 0, at_most: int = 10_000) -> Sequence[Record]:
        """In their order, those with a number above `after`. A text that was said is None once erased."""

    def newest(self, code: str, at_most: int = 500) -> Sequence[Record]:
        """The last ones, in their order. Cheap, however many there are: asked at each line that is said."""

    def last_told(self, code: str) -> Event | None:
        """The event that tells the newest of those that are told; None if there is none. Cheap."""

    def untold(self) -> Sequence[str]:
        """Codes of rooms, on air or ended, that have records which stand in no event yet."""

    def keep_told(
        self, code: str, after: int, up_to: int, event: StoredEvent, disclosures: Sequence[Disclosure]
    ) -> None:
        """Mark the records above `after`, up to `up_to`, as told by `event`; keep it, queued for the log.

        `disclosures`: of the texts of the `SAID` ones among them, in their order, each text the value of its
        own. They are kept in the same commit; from then on the texts stand nowhere else, so whatever erases
        personal data erases them (ledger/erase.py). Raises `RoomConflict`, and keeps nothing, unless `after`
        is the number of the newest that is told.
        """

    def said_before(self, before_ms: int, at_most: int = 1_000) -> Sequence[str]:
        """Commitments to what was said before this time and is not erased yet, the oldest first."""

    def said_at_ms(self, commitments: Sequence[str]) -> Mapping[str, int]:
        """Those of them that are of what was said on air, each with when that was recorded."""

    def forget_untold(self, before_ms: int) -> int:
        """Erase what was said before this time and stands in no event; how many sentences.

        The records stay, with None for their texts, and may still be told.
        """


class Visits(Protocol):
    """How many viewers came by an offer's short code, in whole minutes since 1970."""

    def came(self, counts: Mapping[tuple[str, int], int]) -> None:
        """Add to the counts by offer code and minute: one commit."""

    def by_minute(self, offers: Sequence[str], since_minute: int) -> Mapping[int, int]:
        """Of all these offers together, by minute; those without any are left out."""
