"""Farms in a real store, with devices in every state, for tests and pictures of the farmer's page."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import httpx

from iot_gateway.simulate.encode import encode_message
from traceability.alerts.look import look
from traceability.alerts.rule import Rule
from traceability.epcis.event import Event
from traceability.gs1 import digital_link
from traceability.ledger.capture import capture
from traceability.ledger.grant import Grant
from traceability.ledger.record import Accepted, Rejected
from traceability.ledger.seal import CONTEXT, seal
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Authenticated, Reading
from traceability.wiring import farm, ledger

PARTY, OTHER_PARTY = "9521234000013", "9521234000006"
GTIN = "09521234000020"
FIELD = digital_link.place(PARTY, "FIELD-3")
MINUTE_MS = 60_000
WARM = Rule(
    name="too warm",
    devices=("*",),
    metric="air_temperature",
    low=0,
    high=4,
    after_ms=0,
    settle_ms=0,
)


class Phone(httpx.Client):
    """A browser that follows no redirect by itself."""

    def __init__(self, address):
        super().__init__(base_url=address, trust_env=False, headers={"Accept": "text/html"})

    def sign_in(self, token):
        return self.post("/farm/sign-in?lang=en", data={"token": token})

    def form_key(self):
        return re.search(r'name="form_key" value="(\w+)"', self.get("/farm?lang=en").text)[1]

    def submit(self, path, **fields):
        """As a form of ours does."""
        return self.post(f"{path}?lang=en", data={"form_key": self.form_key(), **fields})


class Farming:
    """Two farms in one installation. Their clock stands at `now` until a test moves it."""

    def __init__(self, settings, store):
        self.store = store
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.farm = replace(farm(settings, store), now=lambda: self.now)
        self.ledger = ledger(settings, store)
        self.sent = {}

    @property
    def now_ms(self):
        return round(self.now.timestamp() * 1000)

    def token(self, party=PARTY, role="farm", name="Li's phone"):
        return self.store.tokens.issue(name, Grant(role, party))

    def has(self, alias, zh="", en="", party=PARTY, place=FIELD, **fields):
        names = {language: name for language, name in (("zh", zh), ("en", en)) if name}
        giai = digital_link.device(f"9521234{alias.upper()}")
        self.store.devices.keep(Device(alias, giai, party, names, place, **{"cold_chain": False, **fields}))

    def send(self, alias, ago_min, signed=False, numbers=1, **values):
        """A message of a device so many minutes ago, `numbers` after its last one."""
        number = self.sent[alias] = self.sent.get(alias, 0) + numbers
        at_ms = self.now_ms - round(ago_min * MINUTE_MS)
        payload = encode_message(alias, 1, number, at_ms, values)
        how = Authenticated.SIGNED if signed else Authenticated.BROKER
        reading = Reading(alias, 1, number, at_ms, how, payload)
        self.store.arrivals.record([Accepted(reading, sha256(payload).digest(), at_ms, at_ms)])

    def sends(self, alias, until_min=1, every_min=5, count=12, **values):
        for step in range(count, -1, -1):
            self.send(alias, until_min + step * every_min, **values)

    def puts_aside(self, alias, reason, ago_min=10, payload=b"x"):
        topic, at_ms = f"guoji/v1/{alias}/readings", self.now_ms - ago_min * MINUTE_MS
        digest = sha256(payload).digest()
        self.store.arrivals.record([Rejected(topic, alias, None, at_ms, payload, digest, reason)])

    def seal(self):
        seal(self.store.sealing, self.now_ms, 0.001, "https://guoji.example")

    def watch(self, *rules):
        look(self.store.alert_watches, rules or (WARM,), self.now_ms)

    def captured_harvest(self, lot="F3-261120", days_ago=2, party=PARTY, gtin=GTIN, **fields):
        at = self.now - timedelta(days=days_ago)
        name = {"guoji:zh": "红颜草莓", "guoji:en": "Benihoppe strawberries"}
        body = {
            "type": "ObjectEvent",
            "eventTime": at.isoformat(timespec="milliseconds"),
            "eventTimeZoneOffset": "+08:00",
            "action": "ADD",
            "bizStep": "commissioning",
            "quantityList": [{"epcClass": digital_link.lot(gtin, lot), "quantity": 31.5, "uom": "KGM"}],
            "readPoint": {"id": FIELD, "guoji:name": {"guoji:zh": "三号地", "guoji:en": "Field 3"}},
            "ilmd": {"guoji:name": name, "guoji:growingSince": "2026-09-01T00:00:00.000Z"},
            "guoji:party": {"guoji:name": {"guoji:zh": "示范草莓园", "guoji:en": "Demo Strawberry Farm"}},
        }
        [kept] = capture([Event(body | fields, CONTEXT)], party, self.store.events, self.now_ms)
        return kept.key


def a_full_farm(farming):
    """A device in each state, an alert that is open and one that is past, harvests."""
    farming.captured_harvest()
    cold = digital_link.place(PARTY, "COLD-1")
    farming.has("cold-1", "一号冷库", "Cold store 1", place=cold, cold_chain=True)
    farming.has("station-3", "三号地气象站", "Station in field 3")
    farming.has("soil-3", "三号地土壤探头", "Soil probe in field 3")
    farming.has(
        "soil-4", "四号地土壤探头", "Soil probe in field 4", place=digital_link.place(PARTY, "FIELD-4")
    )
    farming.has("truck-1", "冷藏车记录仪", "Logger of the truck", cold_chain=True)
    farming.sends("cold-1", until_min=3 * 60, count=3, air_temperature=8.5)
    farming.watch()
    farming.sends("cold-1", until_min=2 * 60, count=3, air_temperature=3.0)
    farming.watch()
    farming.sends("cold-1", until_min=2, air_temperature=7.8, battery=31.0)
    farming.watch()
    farming.sends("station-3", air_temperature=21.4, relative_humidity=63.0, battery=86.0)
    farming.sends("soil-3", until_min=140, soil_moisture=0.27)
    farming.send("truck-1", 12, air_temperature=2.4)
    farming.send("truck-1", 7, numbers=4, air_temperature=-72.0)
    farming.send("truck-1", 2, air_temperature=2.6)
    farming.puts_aside("truck-1", "truck-1 must sign what it sends, and this is not signed")
    farming.seal()
    return farming
