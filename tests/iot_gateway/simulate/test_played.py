"""Through a real broker, gateway, store and sealer: what the simulator tells is what the system finds."""

import heapq
import re
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby, islice
from types import SimpleNamespace

import pytest
import structlog

from iot_gateway import gateway
from iot_gateway.broker import start_broker
from iot_gateway.certificates import keep_server_certificate, open_authority
from iot_gateway.jetstream import JetStreamInbox
from iot_gateway.logins import GATEWAY, PASSWORDS, Address, make_passwords
from iot_gateway.simulate.faults import FAULTS, NOTHING, REFUSED, Asked, faulty
from iot_gateway.simulate.fleet import Fleet
from iot_gateway.simulate.models import orchard
from iot_gateway.simulate.play import Pace, play, settle
from iot_gateway.simulate.sender import Sender
from iot_gateway.simulate.source import modelled
from iot_gateway.simulate.stream import Way
from iot_gateway.simulate.voice import Voice
from tests.builders import FARM
from tests.iot_gateway.at_work import a_gateway
from traceability.gs1 import digital_link
from traceability.ledger.seal import seal
from traceability.own_policy import gateway_signer, own_gateways
from traceability.store.readings import ReadingTable
from traceability.store.schema import open_engine
from traceability.telemetry.device import Device, DeviceKey
from traceability.telemetry.findings import Kind, from_event
from traceability.telemetry.private_key import DeviceSigner
from traceability.telemetry.public_key import Algorithm

pytestmark = pytest.mark.slow

HOST, NOW = "127.0.0.1", datetime.now(UTC)
SEED, EPOCH, FROM_MS = 5, 1_790_000_000, 1_790_000_000_000
EVERY_MS, SAMPLES, SEALED_EACH = 600_000, 150, 40
ASKED = {
    "impossible": Asked("impossible", 0.01),
    "stuck": Asked("stuck", 0.01, 7 * 3_600_000),
    "silence": Asked("silence", 0.02, 3_600_000),
    "offset": Asked("offset", 10_000),
    "drift": Asked("drift", -500),
    "replay": Asked("replay", 0.03),
    "out-of-order": Asked("out-of-order", 0.03),
    "reboot": Asked("reboot", 0.02),
    "gap": Asked("gap", 0.05, 1),
    "conflict": Asked("conflict", 0.03),
    "forged": Asked("forged", 0.03),
    "garbage": Asked("garbage", 0.03),
    "flood": Asked("flood", 0.02, 40),
}
ALIASES = (*ASKED, "sound", "signing")
"""A device for each fault, named like it, and two that are sound; `forged` and `signing` sign."""


@pytest.fixture
def clock(monkeypatch):
    """What the gateway takes for the time."""
    clock = SimpleNamespace(now_ms=FROM_MS)
    monkeypatch.setattr(gateway, "time", SimpleNamespace(time_ns=lambda: clock.now_ms * 1_000_000))
    return clock


@pytest.fixture
def installation(request, settings, store, tmp_path):
    """A running broker at which all devices may log in; it speaks TLS if the test says so."""
    for alias in ALIASES:
        giai, place = digital_link.device(f"9521321{alias}"), digital_link.place("9521321000001", alias)
        store.devices.keep(Device(alias, giai, FARM, {}, place, cold_chain=False))
    signers = {alias: DeviceSigner.make(Algorithm.EdDSA) for alias in ("forged", "signing")}
    for alias, signer in signers.items():
        store.device_keys.add(alias, DeviceKey(signer.public, 0))
    passwords = make_passwords(settings.keys / PASSWORDS, [GATEWAY, *ALIASES])
    certificate, ca = None, None
    if getattr(request, "param", "") == "tls":
        certificate, authority = tmp_path / "broker.pem", open_authority(settings.key_ring, "farm", NOW)
        keep_server_certificate(certificate, authority, [], NOW)
        ca = authority.file
    broker = start_broker(tmp_path / "broker", passwords, certificate=certificate)
    user = settings.gateway_user
    yield SimpleNamespace(
        settings=settings,
        signers=signers,
        address_of=lambda alias: Address(HOST, broker.port, alias, passwords[alias], ca is not None, ca),
        gateway=Address(HOST, broker.native_port, user, passwords[user]),
    )
    broker.stop()


def at_work(installation, store):
    inbox = JetStreamInbox(installation.gateway, structlog.get_logger())
    return a_gateway(inbox, store.arrivals, gateway_signer(installation.settings))


@contextmanager
def a_fleet(installation, aliases=ALIASES):
    gateways, signers = own_gateways(installation.settings), installation.signers
    voices = [Voice(alias, SEED, signers.get(alias)) for alias in aliases]
    fleet = Fleet(
        {each.alias: Sender(installation.address_of(each.alias), gateways, each) for each in voices}
    )
    try:
        yield fleet
    finally:
        fleet.close()


def the_streams():
    return {
        alias: list(
            faulty(
                islice(modelled(orchard, SEED, alias, FROM_MS, EVERY_MS), SAMPLES),
                alias,
                [ASKED[alias]] if alias in ASKED else [],
                SEED,
                EPOCH,
                1,
            )
        )
        for alias in ALIASES
    }


def play_in_step(fleet, streams, store, clock):
    """Send what is due at a time, have it receipted, and only then let the clock go on; seal now and then."""
    payloads = {}
    by_time = heapq.merge(
        *(
            [(each.at_ms, alias, at, each) for at, each in enumerate(stream)]
            for alias, stream in streams.items()
        )
    )
    for tick, (at_ms, due) in enumerate(groupby(by_time, key=lambda each: each[0]), 1):
        clock.now_ms = at_ms + 200
        for _, alias, at, message in due:
            payloads[alias, at] = fleet.senders[alias].send(message)
        settle(fleet, 60, lambda: None)
        if tick % SEALED_EACH == 0:
            seal(store.sealing, clock.now_ms, 0, "https://guoji.example")
    seal(store.sealing, clock.now_ms, 0, "https://guoji.example")
    return payloads


def found(store, alias):
    events = store.events.by_keys(store.history.batch_events_between(alias, 0, 10**14))
    return [from_event(each) for event in events for each in event.event.body.get("guoji:findings", [])]


def test_every_fault_that_is_told_is_found_and_nothing_else_is(installation, store, clock):
    streams = the_streams()
    marked = {alias: [each for each in stream if each.faults] for alias, stream in streams.items()}

    with at_work(installation, store), a_fleet(installation) as fleet:
        payloads = play_in_step(fleet, streams, store, clock)

        assert fleet.kept == 0
        assert {alias: each.not_held for alias, each in fleet.senders.items() if each.not_held} == {}

    for alias, stream in streams.items():
        held = [(each.epoch, each.number) for each in stream if each.way is Way.KEPT]
        stored = [(each.epoch, each.sequence) for each in store.history.readings_between(alias, 0, 10**14)]
        assert sorted(stored) == held, alias
        check_findings(alias, marked[alias], found(store, alias))
    refused = [
        payloads[alias, at]
        for alias, stream in streams.items()
        for at, each in enumerate(stream)
        if each.way in (Way.FORGED, Way.GARBAGE)
    ]
    quarantined = ReadingTable(open_engine(installation.settings.database_url)).quarantined(10_000)
    assert Counter(each.payload for each in quarantined) == Counter(refused)


def check_findings(alias, told, findings):
    """The findings are those that the fault which `alias` is named after brings about, as often as `told`."""
    kinds = Counter()
    for each in findings:
        kinds[each.kind] += each.count
    if alias not in FAULTS:
        assert (told, findings) == ([], [])
        return
    fault = FAULTS[alias]
    assert told, f"the seed {SEED} has no {alias}"
    assert set(kinds) <= {fault.found, *fault.also}, alias
    if fault.found in (REFUSED, NOTHING):
        assert findings == []
    elif alias in ("offset", "drift", "stuck"):
        assert kinds[fault.found] > 0, alias
    else:
        assert kinds[fault.found] == len(told), alias
    if alias == "gap":
        assert numbers_in(findings) == {each.number for each in told}


def numbers_in(findings):
    spans = [map(int, re.findall(r"\d+", each.detail)) for each in findings if each.kind is Kind.GAP]
    return {number for first, last in spans for number in range(first, last + 1)}


@pytest.mark.parametrize("installation", ["plain", "tls"], indirect=True)
def test_a_flood_of_one_device_takes_no_receipt_from_the_others_and_each_reading_is_stored_once(
    installation, store
):
    now_ms, aliases = time.time_ns() // 1_000_000, ("flood", "sound", "signing", "gap")
    flood = [Asked("flood", 1, 300, "flood")]
    streams = {
        alias: faulty(
            islice(modelled(orchard, SEED, alias, now_ms - 20_000, 1_000), 20), alias, flood, SEED, EPOCH, 1
        )
        for alias in aliases
    }

    with at_work(installation, store), a_fleet(installation, aliases) as fleet:
        play(fleet, streams, Pace(now_ms - 20_000, 1e6), threading.Event(), lambda *_: None, lambda: None)
        settle(fleet, 120, lambda: None)

        assert {alias: each.kept for alias, each in fleet.senders.items()} == dict.fromkeys(aliases, 0)

    for alias in aliases:
        stored = [each.sequence for each in store.history.readings_between(alias, 0, 10**14)]
        assert stored == list(range(1, 21))
    assert store.counts.all()["conflicts"] == 0


def test_a_fleet_says_that_its_broker_is_away_and_goes_on_when_it_is_there(installation, store):
    with a_fleet(installation, ["sound"]) as fleet:
        sender = fleet.senders["sound"]
        sender.address = replace(sender.address, port=1)
        [message] = faulty(
            islice(modelled(orchard, SEED, "sound", FROM_MS, EVERY_MS), 1), "sound", [], SEED, EPOCH, 1
        )
        sender.send(message)
        settle(fleet, 1, lambda: None)
        assert "127.0.0.1:1: Connection refused" in fleet.trouble

        sender.address = installation.address_of("sound")
        with at_work(installation, store):
            settle(fleet, 60, lambda: None)

        for _ in range(20):
            fleet.turn(0.05)
        assert (fleet.kept, fleet.trouble) == (0, None)
