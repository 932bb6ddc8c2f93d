"""How each device of a farm is: what it said last, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from traceability.alerts.alert import Alert
from traceability.farm.ports import Arrived, DeviceStore, PutAside
from traceability.telemetry.authenticate import message_in
from traceability.telemetry.device import Device
from traceability.telemetry.find.silences import overdue
from traceability.telemetry.findings import Finding, joined
from traceability.telemetry.reading import Authenticated, Reading
from traceability.telemetry.runs import Runs
from traceability.telemetry.senml import Measurement

LATELY_MS = 3 * 86_400_000
"""Findings, messages put aside and resolved alerts are told for three days."""
PACE_OF = 24
"""Messages that a device's pace is taken from."""
BATCHES_EACH = 12
"""With findings, of each device: one trouble is told by batch after batch."""
MOST_PUT_ASIDE = 500
SILENT_AT_LEAST_MS = 5 * 60_000
"""Nobody walks to a field for a shorter silence."""


class _OfDevice(Protocol):
    @property
    def device(self) -> str: ...


_Told = TypeVar("_Told", bound=_OfDevice)


@dataclass(frozen=True, slots=True)
class DeviceState:
    device: Device
    values: tuple[Measurement, ...]
    """The newest of each metric in the message that was taken last."""
    heard_at_ms: int | None
    """When its last message came; None if none ever did."""
    signed: bool
    """Whether its last message carries its own signature."""
    silence: Finding | None
    missing: int
    """Numbers that have not arrived, of its present epoch."""
    findings: tuple[Finding, ...]
    put_aside: tuple[PutAside, ...]
    alerts: tuple[Alert, ...]
    """Those open."""

    @property
    def urgency(self) -> int:
        """0 is worst: an alert that nobody looks after, silence, never heard, something odd, all well."""
        troubles = (
            any(each.acknowledged is None for each in self.alerts),
            self.silence,
            self.heard_at_ms is None,
            self.alerts or self.put_aside or self.findings or self.missing,
        )
        return next((rank for rank, trouble in enumerate(troubles) if trouble), len(troubles))


def device_states(
    devices: Collection[Device], alerts: Iterable[Alert], store: DeviceStore, now_ms: int
) -> list[DeviceState]:
    """Of each of `devices`, the worst first. As many questions to the store for one as for hundreds."""
    aliases = [device.alias for device in devices]
    newest = store.newest(aliases)
    lately = store.lately(aliases, PACE_OF)
    runs = store.runs([(alias, reading.epoch) for alias, reading in newest.items()])
    sealed = store.findings(aliases, now_ms - LATELY_MS, BATCHES_EACH)
    findings = _by_device([*sealed, *store.unsealed_conflicts(aliases, now_ms - LATELY_MS)])
    put_aside = _by_device(store.put_aside(aliases, now_ms - LATELY_MS, MOST_PUT_ASIDE))
    still_open = _by_device(each for each in alerts if each.resolved_at_ms is None)
    states = [
        DeviceState(
            device=device,
            values=_values(newest.get(device.alias)),
            heard_at_ms=arrived[-1].received_at_ms if (arrived := lately.get(device.alias)) else None,
            signed=device.alias in newest and newest[device.alias].authenticated is Authenticated.SIGNED,
            silence=silence(device.alias, arrived or (), now_ms),
            missing=missing(runs[device.alias]) if device.alias in runs else 0,
            findings=joined(findings.get(device.alias, ())),
            put_aside=tuple(put_aside.get(device.alias, ())),
            alerts=tuple(still_open.get(device.alias, ())),
        )
        for device in devices
    ]
    return sorted(states, key=lambda state: (state.urgency, state.device.alias))


def silence(alias: str, arrived: Sequence[Arrived], now_ms: int) -> Finding | None:
    """The silence that lasts, by the slower of two paces: at which it sends, and at which it measures.

    A buffer that is replayed at once is no pace to go by, nor is the time of one reading in an array.
    """
    received = [each.received_at_ms for each in arrived]
    if not received or now_ms - received[-1] < SILENT_AT_LEAST_MS:
        return None
    taken = sorted(each.taken_at_ms for each in arrived)
    found = overdue(alias, received, now_ms)
    shifted = [each - taken[-1] + received[-1] for each in taken]
    return found if overdue(alias, shifted, now_ms) is not None else None


def missing(runs: Runs) -> int:
    """How many numbers lie between those that are accounted for, as far as runs are remembered."""
    remembered = [run for run in runs.all if run.first > runs.forgotten_through]
    known = [runs.forgotten_through, *(end for run in remembered for end in (run.first, run.last))]
    ends = zip(known[::2], known[1::2], strict=False)
    return sum(first - last - 1 for last, first in ends)


def _values(newest: Reading | None) -> tuple[Measurement, ...]:
    if newest is None:
        return ()
    latest: dict[str, Measurement] = {}
    for each in sorted(message_in(newest).measurements, key=lambda each: each.taken_at_ms):
        latest[each.metric] = each
    return tuple(latest.values())


def _by_device(told: Iterable[_Told]) -> Mapping[str, Sequence[_Told]]:
    of: defaultdict[str, list[_Told]] = defaultdict(list)
    for each in told:
        of[each.device].append(each)
    return of
