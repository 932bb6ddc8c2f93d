"""What the holder of a farm token may do: each method is one use case, and no farm sees another's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from traceability.alerts.acknowledge import acknowledge
from traceability.alerts.alert import Alert
from traceability.epcis.event import Event
from traceability.errors import NotAuthorised, Unknown
from traceability.farm.harvest import Harvest, declared_wrong, entry_id_of, harvest_event
from traceability.farm.known import Known, known
from traceability.farm.overview import LATELY_MS, DeviceState, device_states
from traceability.farm.ports import AlertStore, DeviceStore, HarvestStore
from traceability.ledger.capture import capture
from traceability.ledger.grant import FARM, Grant
from traceability.ledger.permission import Permission
from traceability.ledger.ports import StoredEvent
from traceability.proof.records import standing
from traceability.telemetry.reading import Reading

MOST_ALERTS = 100
MOST_HARVESTS = 200
"""That products and plots are remembered from."""
A_DAY_MS = 86_400_000
MOST_READINGS = 2_000
"""Of one device, drawn on its page."""


class Authority(Protocol):
    def authorise(self, secret: str) -> Grant:
        """Raises `NotAuthorised`."""


@dataclass(frozen=True, slots=True)
class Farmer:
    party: str
    """GLN."""
    name: str
    """Of the token: who acknowledges, in the words of whoever issued it."""
    about: tuple[str, ...] = ()
    """As in `Grant`."""


@dataclass(frozen=True, slots=True)
class Overview:
    devices: tuple[DeviceState, ...]
    """The worst first."""
    alerts: tuple[Alert, ...]
    """Those open, then those of the last days, each newest first."""
    harvests: tuple[StoredEvent, ...]
    """The newest first."""
    voided: frozenset[str]
    """The keys of those that were declared wrong."""
    known: Known
    now: datetime


@dataclass(frozen=True, slots=True)
class Farm:
    authority: Authority
    devices: DeviceStore
    alerts: AlertStore
    events: HarvestStore
    permission: Permission
    now: Callable[[], datetime]

    def sign_in(self, token: str) -> Farmer:
        """Raises `NotAuthorised` unless it is a token for this page."""
        grant = self.authority.authorise(token)
        if grant.role != FARM or grant.party is None:
            raise NotAuthorised(f"the token has role {grant.role}, want {FARM}, with a party")
        return Farmer(grant.party, grant.name, grant.about)

    def overview(self, farmer: Farmer, harvests: int) -> Overview:
        """`harvests`: how many of the last ones."""
        devices = self.devices.devices_of(farmer.party)
        since_ms = self._now_ms() - LATELY_MS
        alerts = self.alerts.of_devices([each.alias for each in devices], since_ms, MOST_ALERTS)
        told = self.events.harvests_of(farmer.party, MOST_HARVESTS)
        recorded = [each for each in told if "errorDeclaration" not in each.event.body][:harvests]
        return Overview(
            tuple(device_states(devices, alerts, self.devices, self._now_ms())),
            tuple(alerts),
            tuple(recorded),
            self._voided(recorded),
            known(standing(told), devices),
            self.now(),
        )

    def device(self, farmer: Farmer, alias: str) -> tuple[DeviceState, Sequence[Reading]]:
        """How a device is, with what it measured within a day. Raises `Unknown` if it is not the farmer's."""
        mine = [each for each in self.devices.devices_of(farmer.party) if each.alias == alias]
        if not mine:
            raise Unknown(f"this farm has no device {alias[:40]!r}")
        alerts = self.alerts.of_devices([alias], self._now_ms() - LATELY_MS, MOST_ALERTS)
        [state] = device_states(mine, alerts, self.devices, self._now_ms())
        return state, self.devices.measured(alias, self._now_ms() - A_DAY_MS, MOST_READINGS)

    def acknowledge(self, farmer: Farmer, number: int, comment: str) -> Alert:
        """The alert as it is now: tapped twice, or after somebody else, it keeps the first word.

        Raises `Unknown` if it is not about a device of the farmer's; else as `alerts.acknowledge`.
        """
        alert = self.alerts.with_number(number)
        if alert.device not in {each.alias for each in self.devices.devices_of(farmer.party)}:
            raise Unknown(f"this farm has no alert {number}")
        if alert.state != "raised":
            return alert
        return acknowledge(self.alerts, number, farmer.name, comment, self._now_ms())

    def known(self, farmer: Farmer) -> Known:
        """What the party has harvested before, and where."""
        harvests = self.events.harvests_of(farmer.party, MOST_HARVESTS)
        return known(standing(harvests), self.devices.devices_of(farmer.party))

    def of_lot(self, farmer: Farmer, link: str) -> list[StoredEvent]:
        """What the farmer's party has harvested of a lot and not declared wrong, oldest first."""
        mine = [each for each in self.events.mentioning([link]) if each.submitter == farmer.party]
        harvests = [each for each in standing(mine) if each.event.is_harvest]
        return sorted(harvests, key=lambda each: each.captured_at_ms)

    def record(self, farmer: Farmer, harvest: Harvest) -> str:
        """Keep a harvest; the key of its event. Sent again, it is the same one.

        Raises `InvalidInput`, or `NotAuthorised` if the product is another party's.
        """
        before = [each for each in self.events.mentioning([harvest.link]) if each.submitter == farmer.party]
        entry_id = harvest.entry_id(farmer.party)
        for each in before:
            if entry_id_of(each.event) == entry_id and "errorDeclaration" not in each.event.body:
                return each.key
        # Two taps at the same moment both come here, with the same event: the store keeps one.
        event = harvest_event(harvest, farmer.party, self.known(farmer).party_name)
        return self._capture(event, farmer)

    def harvest(self, farmer: Farmer, key: str) -> tuple[StoredEvent, bool]:
        """A harvest of the farmer's, and whether it was declared wrong. Raises `Unknown`."""
        stored = self.events.by_key(key)
        is_one = stored.event.is_harvest and "errorDeclaration" not in stored.event.body
        if stored.submitter != farmer.party or not is_one:
            raise Unknown(f"this farm has recorded no harvest {key[:80]!r}")
        return stored, stored.key in self._voided([stored])

    def declare_wrong(self, farmer: Farmer, key: str, reason: str) -> None:
        """Void a harvest of the farmer's; once more changes nothing. Raises `Unknown` or `InvalidInput`."""
        stored, is_wrong = self.harvest(farmer, key)
        declaration = declared_wrong(stored.event, reason, self._now_ms())
        if not is_wrong:
            self._capture(declaration, farmer)

    def _capture(self, event: Event, farmer: Farmer) -> str:
        self.permission.check([event], Grant(FARM, farmer.party, farmer.name, about=farmer.about))
        [captured] = capture([event], farmer.party, self.events, self._now_ms(), typed=True)
        return captured.key

    def _voided(self, recorded: Sequence[StoredEvent]) -> frozenset[str]:
        lots = {lot for each in recorded for lot in each.event.identifiers_by_role()["class"]}
        counting = {each.key for each in standing(self.events.mentioning(lots))}
        return frozenset(each.key for each in recorded if each.key not in counting)

    def _now_ms(self) -> int:
        return int(self.now().timestamp() * 1000)
