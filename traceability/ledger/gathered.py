"""Gathers what belongs to the trace of one subject, before anything is said of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from traceability.errors import Unknown
from traceability.ledger.attachments import Attachment
from traceability.ledger.contradictions import Contradiction, contradictions
from traceability.ledger.curves import milliseconds
from traceability.ledger.footing import Footing
from traceability.ledger.lineage import Lineage, in_order, lineage
from traceability.ledger.ports import EventStore, StoredEvent
from traceability.ledger.recalled import Found, RecallReader
from traceability.log.name_map import name_hash
from traceability.proof.history import remembering
from traceability.proof.looks import is_look
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Reading


class ReadingHistory(Protocol):
    """What the store knows of devices and their readings."""

    def device_with(self, giai: str) -> Device | None: ...

    def readings_between(self, alias: str, from_ms: int, to_ms: int) -> Iterator[Reading]:
        """The readings that hold a measurement taken in this time, in any order."""

    def batch_events_between(self, alias: str, from_ms: int, to_ms: int) -> Sequence[str]:
        """The keys of the events of all batches that hold such a reading."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured while devices were attached."""

    attached: tuple[tuple[Attachment, Device], ...] = ()
    batches: tuple[StoredEvent, ...] = ()
    """Events of the batches that hold readings which apply."""


Measuring = Callable[[tuple[Attachment, ...], Footing], Measured]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What belongs to one subject, before anything is said of it."""

    goods: list[StoredEvent]
    """Events of the goods themselves, by event time."""
    line: Lineage
    measured: Measured
    contradictions: tuple[Contradiction, ...]
    recalls: Found

    @property
    def held(self) -> list[StoredEvent]:
        """Events of the goods by parties that held them at some time."""
        return [each for each in self.goods if each.key not in self.line.claimed]

    @property
    def claims(self) -> frozenset[str]:
        """Keys of the others. A laboratory holds nothing of what it looks at: that is no claim."""
        looks = (each.key for each in self.goods if is_look(each.event, self.line.goods))
        return self.line.claimed.difference(looks)

    @property
    def all(self) -> list[StoredEvent]:
        """Each once, by event time."""
        each_once = {each.key: each for each in (*self.goods, *self.measured.batches, *self.recalls.events)}
        return sorted(each_once.values(), key=lambda each: (each.event.event_time, each.key))


def gather(
    subject: str, events: EventStore, measuring: Measuring, recalls: RecallReader, footing: Footing
) -> Gathered:
    """Look up all that the trace of `subject` (canonical Digital Link) is made from, noting it in `footing`.

    Raises `Unknown`.
    """
    telling = remembering(footing.hearing(events.telling))
    line = lineage(subject, telling)
    if not line.told:
        raise Unknown(f"we hold no event for {subject}")
    goods = in_order(line.shown, events)
    attachments = tuple(line.attachments)
    found = measuring(attachments, footing) if attachments else Measured()
    # What a cut history lacks may be just beyond the cut.
    odd = () if line.is_cut else tuple(contradictions(subject, line.goods, line.counting))
    reaching = recalls.reaching(subject, telling, events)
    footing.names.update(map(name_hash, reaching.names))
    return Gathered(goods, line, found, odd, reaching)


def measured(
    attachments: tuple[Attachment, ...], events: EventStore, history: ReadingHistory, footing: Footing
) -> Measured:
    known = [(each, history.device_with(each.device)) for each in attachments]
    # Whoever owns a device says on what it was; others could borrow or cut away its readings.
    attached = tuple(
        (each, device) for each, device in known if device is not None and device.party == each.fitted_by
    )
    keys: dict[str, None] = {}
    for each, device in attached:
        moments = milliseconds(each.span)
        footing.shows(device.alias, moments)
        keys |= dict.fromkeys(history.batch_events_between(device.alias, *moments))
    return Measured(attached, tuple(events.by_keys(list(keys))))
