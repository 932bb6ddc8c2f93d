"""Make the trace of a lot, item or logistic unit from what is stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from traceability.errors import Unknown
from traceability.ledger import extensions
from traceability.ledger.curves import curves_of, milliseconds
from traceability.ledger.lineage import Attachment, lineage
from traceability.ledger.own_word import OwnWord
from traceability.ledger.ports import EventStore, StoredEvent
from traceability.ledger.trace import Curve, Grade, LabResult, Trace, TracedEvent
from traceability.proof.verdict import of_trace
from traceability.telemetry.device import Device
from traceability.telemetry.findings import Finding, from_event
from traceability.telemetry.reading import Reading


class ReadingHistory(Protocol):
    """What the store knows of devices and their readings."""

    def device_with(self, giai: str) -> Device | None: ...

    def readings_between(self, alias: str, from_ms: int, to_ms: int) -> Iterator[Reading]:
        """The readings that hold a measurement taken in this time, in any order."""

    def batch_events_between(self, alias: str, from_ms: int, to_ms: int) -> Sequence[str]:
        """The keys of the events of all batches that hold such a reading."""


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What belongs to one subject, before anything is said of it."""

    goods: tuple[StoredEvent, ...]
    """Events of the goods themselves, by event time."""
    attached: tuple[tuple[Attachment, Device], ...]
    batches: tuple[StoredEvent, ...]
    """Events of the batches that hold readings which apply."""


@dataclass(frozen=True, slots=True)
class TraceReader:
    events: EventStore
    history: ReadingHistory
    own_word: OwnWord
    chain_label: str | None

    def read(self, subject: str, now: datetime) -> Trace:
        """Raises `Unknown` if nothing is known of `subject` (a canonical Digital Link)."""
        found = self._gather(subject)
        goods = found.goods
        harvest = next((each.event for each in goods if each.event.is_harvest), None)
        curves = [curve for pair in found.attached for curve in self._curves(*pair, _storage_range(goods))]
        traced = self._traced(_by_time([*goods, *found.batches]), {each.key for each in found.batches})
        return Trace(
            subject=subject,
            product=_product(goods),
            origin={} if harvest is None else extensions.place_name(harvest),
            harvested_at=None if harvest is None else harvest.event_time,
            verdict=of_trace([each.verdict for each in traced]),
            events=tuple(traced),
            curves=tuple(sorted(curves, key=_order)),
            lab_results=tuple(result for each in goods for result in _lab_results(each)),
            findings=tuple(finding for each in found.batches for finding in _findings(each)),
            staged=_different([*(each.staged for each in traced), *(curve.staged for curve in curves)]),
            chain_label=self.chain_label,
            made_at=now,
        )

    def all_events(self, subject: str) -> list[StoredEvent]:
        """Every event of the trace, batches included, by event time. Raises `Unknown`."""
        found = self._gather(subject)
        return _by_time([*found.goods, *found.batches])

    def _gather(self, subject: str) -> _Gathered:
        line = lineage(subject, self.events.mentioning)
        if not line.events:
            raise Unknown(f"we hold no event for {subject}")
        known = [(each, self.history.device_with(each.device)) for each in line.attachments]
        attached = tuple((each, device) for each, device in known if device is not None)
        keys: dict[str, None] = {}
        for each, device in attached:
            keys |= dict.fromkeys(self.history.batch_events_between(device.alias, *milliseconds(each.span)))
        return _Gathered(line.events, attached, tuple(self.events.by_keys(list(keys))))

    def _curves(
        self, attachment: Attachment, device: Device, storage_range: tuple[float, float] | None
    ) -> Iterator[Curve]:
        readings = self.history.readings_between(device.alias, *milliseconds(attachment.span))
        return curves_of(attachment, device, readings, storage_range)

    def _traced(self, stored: Sequence[StoredEvent], batches: Set[str]) -> list[TracedEvent]:
        voided = {
            (each.event_hash, each.submitter) for each in stored if "errorDeclaration" in each.event.body
        }
        return [
            TracedEvent(
                key=each.key,
                event=each.event,
                submitter=each.submitter,
                captured_at=datetime.fromtimestamp(each.captured_at_ms / 1000, UTC),
                grade=Grade.DEVICE if each.key in batches else Grade.IMPORTED,
                verdict=self.own_word.on(each),
                staged=extensions.staged(each.event),
                voided=(each.event_hash, each.submitter) in voided,
            )
            for each in stored
        ]


def _order(curve: Curve) -> tuple[bool, int, str]:
    """Cold chain first, then as the goods went."""
    return not curve.cold_chain, curve.points[0].taken_at_ms, curve.metric


def _product(goods: Sequence[StoredEvent]) -> Mapping[str, str]:
    """The name that the goods were last given where they came into being."""
    names = [extensions.texts(extensions.master_data(each.event).get("guoji:name")) for each in goods]
    return next((name for name in reversed(names) if name), {})


def _storage_range(goods: Sequence[StoredEvent]) -> tuple[float, float] | None:
    ranges = [extensions.storage_range(each.event) for each in goods]
    return next((stated for stated in reversed(ranges) if stated is not None), None)


def _lab_results(stored: StoredEvent) -> Iterator[LabResult]:
    event = stored.event
    for analyte, value, unit, limit in extensions.lab_results(event):
        yield LabResult(
            analyte=analyte,
            value=value,
            unit=unit,
            limit=limit,
            tested_at=event.event_time,
            laboratory=extensions.party_name(event),
            staged=extensions.staged(event),
        )


def _findings(batch: StoredEvent) -> list[Finding]:
    stated = batch.event.body.get("guoji:findings")
    return [from_event(each) for each in stated] if isinstance(stated, list) else []


def _different(staged: Iterable[Mapping[str, str] | None]) -> tuple[Mapping[str, str], ...]:
    different = {tuple(sorted(each.items())): each for each in staged if each is not None}
    return tuple(different.values())


def _by_time(stored: Iterable[StoredEvent]) -> list[StoredEvent]:
    return sorted(stored, key=lambda each: (each.event.event_time, each.key))
