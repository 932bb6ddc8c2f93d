"""An installation that runs on a chain of its own: a lot of 2,000 readings and eight events, all anchored."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from demo import cast
from demo.laboratory import inspecting, trusted
from demo.replay import laboratory_sheet
from demo.shapes import (
    CONTEXT,
    Event,
    came_into_being,
    event,
    fitted,
    handed_to,
    kilograms,
    packed,
    seen,
    told,
)
from demo.truck import truck
from iot_gateway.simulate.encode import encode_message
from tests.system.running import Running
from traceability.chain.compile import compile_trace_log
from traceability.epcis.event import Event as EpcisEvent
from traceability.gs1 import digital_link
from traceability.laboratory.sign import LaboratoryKey
from traceability.ledger.grant import Grant
from traceability.ledger.record import Accepted
from traceability.own_chain import PROJECT
from traceability.own_files import documents
from traceability.own_policy import believe_issuer
from traceability.telemetry.reading import Authenticated, Reading
from traceability.upkeep.installation import make

READINGS, EVENTS = 2_000, 8
EVERY_S = 60
LOT = digital_link.lot(cast.PUNNET.gtin, "HY261120")
FIELD_LOT = digital_link.lot(cast.BULK.gtin, "F3-261120")
PALLET = cast.sscc(1)
PATH = urlsplit(LOT).path
ISSUER = "https://lab.guoji.example"


@dataclass(frozen=True, slots=True)
class Scene:
    running: Running
    tokens: dict[str, str]
    """By GLN, with role `capture`."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.running.settings.http_port}"

    def capture(self, party: cast.Party, *bodies: Event) -> None:
        """As the party's own system does."""
        self.running.token = self.tokens[party.gln]
        self.running.capture(*(EpcisEvent(body, CONTEXT) for body in bodies))


@contextmanager
def scene(**given: str) -> Iterator[Scene]:
    """Runs for as long as the block lasts, with these settings beyond those that make everything fast."""
    with TemporaryDirectory() as folder:
        running = Running(Path(folder) / "home", given)
        made = Scene(running, _install(running))
        running.up()
        try:
            running.wait_for("all parts", lambda: running.settings.mqtt_url and running.ready())
            _tell(made)
            _wait_until_anchored(running)
            yield made
        finally:
            running.down()


def _install(running: Running) -> dict[str, str]:
    make(running.settings)
    believe_issuer(running.settings, trusted(_LABORATORY))
    compile_trace_log(PROJECT, running.home / "compiled")
    running.store.devices.keep(cast.LOGGER)
    return {
        party.gln: running.store.tokens.issue(party.name["en"], Grant("capture", party.gln))
        for party in cast.PARTIES
    }


_LABORATORY = LaboratoryKey.make(ISSUER)


def _tell(scene: Scene) -> None:
    """The readings end now; the lot was harvested the morning before they began."""
    began_at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=EVERY_S * READINGS, hours=2)
    sheet = laboratory_sheet()
    documents(scene.running.settings).keep(sheet)
    for party, body in _story(began_at, f"{scene.address}/documents/{sha256(sheet).hexdigest()}", sheet):
        scene.capture(party, body)
    _measure(scene.running, began_at + timedelta(minutes=5))


def _story(began_at: datetime, sheet_url: str, sheet: bytes) -> Iterator[tuple[cast.Party, Event]]:
    farm, house, carrier, shop = cast.FARM, cast.PACKHOUSE, cast.CARRIER, cast.SHOP
    grown = {"guoji:name": told(cast.BULK.name), "guoji:harvestDate": f"{began_at:%Y-%m-%d}"}
    sold = {"guoji:name": told(cast.PUNNET.name), "guoji:variety": told(cast.PUNNET.variety)}
    picked = kilograms(FIELD_LOT, 31.5)
    harvested_at, packed_at = began_at - timedelta(hours=6), began_at - timedelta(hours=3)
    to_house = [{"type": "location", "destination": cast.LINE.link}]
    yield (
        farm,
        came_into_being(
            harvested_at, farm, cast.FIELD, grown, quantityList=[picked], destinationList=to_house
        ),
    )
    yield house, event(
        "TransformationEvent", packed_at, house, cast.LINE, bizStep="commissioning", ilmd=sold,
        inputQuantityList=[picked], outputQuantityList=[kilograms(LOT, 28.8)],
    )  # fmt: skip
    tested_at = began_at - timedelta(hours=2)
    yield cast.LABORATORY, inspecting(tested_at, LOT, sheet_url, sha256(sheet).hexdigest(), _LABORATORY)
    loaded_at = began_at - timedelta(hours=1)
    yield house, packed(loaded_at, house, cast.LINE, PALLET, quantities=[kilograms(LOT, 28.8)])
    yield carrier, fitted(began_at, carrier, cast.DOCK, PALLET, cast.LOGGER)
    yield house, seen(
        began_at + timedelta(minutes=2), house, cast.DOCK, "shipping", "in_transit",
        epcList=[PALLET], destinationList=handed_to(carrier, shop),
    )  # fmt: skip


def _measure(running: Running, began_at: datetime) -> None:
    """What a simulated truck's logger has measured, as a gateway keeps it; two batches come of it."""
    began_ms, now_ms = round(began_at.timestamp() * 1000), round(datetime.now(UTC).timestamp() * 1000)
    alias = cast.LOGGER.alias
    moments = islice(truck(began_ms, now_ms, cast.TRUCK_SEED, EVERY_S), READINGS)
    arrived = []
    for number, moment in enumerate(moments, start=1):
        payload = encode_message(alias, 1, number, moment.taken_at_ms, moment.values)
        reading = Reading(alias, 1, number, now_ms, Authenticated.BROKER, payload)
        arrived.append(Accepted(reading, sha256(payload).digest(), moment.taken_at_ms, moment.taken_at_ms))
    running.store.arrivals.record(arrived)


def _wait_until_anchored(running: Running) -> None:
    def anchored() -> bool:
        counted = running.store.counts.all()
        return counted["events"] >= EVENTS and counted["log_entries_anchored"] == counted["log_entries"]

    running.wait_for("everything to be anchored", anchored, 180)
