"""A stranger audits an installation that runs: its log, its chain, its devices' receipts, its events."""

import sqlite3
import time
from contextlib import closing

import pytest

from iot_gateway.simulator import SimulatedDevice
from tests.builders import LOT, a_sighting
from tests.system.running import STORY
from traceability.audit.audit import Audit
from traceability.audit.report import Result
from traceability.audit.source import source_of
from traceability.chain.rpc import RpcChain
from traceability.own_policy import own_gateways, policy_text
from traceability.proof.trust import TrustPolicy


class KeepingDevice(SimulatedDevice):
    """Keeps its receipts in a folder."""

    folder = None

    def _on_message(self, client, data, message):
        (self.folder / f"{time.time_ns()}.receipt").write_bytes(message.payload)
        super()._on_message(client, data, message)


@pytest.fixture(scope="module")
def told(installed, tmp_path_factory):
    """An installation once its story is told, measured and anchored; its receipts are in `receipts`."""
    running = installed()
    running.up()
    running.capture(*STORY)
    KeepingDevice.folder = running.receipts = tmp_path_factory.mktemp("receipts")
    device = KeepingDevice(
        running.address_of("logger-1"), own_gateways(running.settings), 9, resend_after_s=2
    )
    device.open()
    for number in range(40):
        device.send(time.time_ns() // 1_000_000 + number, {"air_temperature": number / 10})
    device.settle(60)
    device.close()
    running.wait_until_anchored()
    return running


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    return tmp_path_factory.mktemp("mirror")


def url(running):
    return f"http://127.0.0.1:{running.settings.http_port}"


def audit(running, mirror, *options):
    trust = ("--trust", str(running.settings.trust_file))
    return running.guoji("audit", url(running), *trust, "--mirror", str(mirror), *options)


def test_an_honest_installation_is_clean_to_the_last_event(told, mirror):
    done = audit(told, mirror, "--events", "--receipts", str(told.receipts))

    assert done.returncode == 0, done.stdout + done.stderr
    size = told.store.log.size()
    assert f"checked entries: {size} of {size}" in done.stdout
    assert f"the contract holds {size} entries" in done.stdout
    assert "result clean" in done.stdout


def test_every_reading_that_has_a_receipt_is_found_once_the_receipts_are_due(told, mirror):
    policy = policy_text(told.settings)
    report = Audit(
        source=source_of(url(told)),
        source_name="",
        policy_text=policy,
        chains=[RpcChain(endpoint) for endpoint in TrustPolicy.parse(policy).endpoints],
        folder=mirror,
        now_ms=lambda: time.time_ns() // 1_000_000 + 10**8,
        progress=lambda *_: None,
        receipts=told.receipts,
    ).run()

    assert report.result is Result.CLEAN, report.lines()
    assert "receipts: 40 readings in batches of their devices" in report.checked


def test_the_next_audit_goes_on_and_an_event_altered_in_the_database_is_named(told, mirror):
    told.capture(a_sighting(6, LOT))
    told.wait_until_anchored()
    assert audit(told, mirror).returncode == 0

    with closing(sqlite3.connect(told.home / "guoji.db")) as database, database:
        database.execute("UPDATE event SET body = replace(body, 'shipping', 'arriving')")
    done = audit(told, mirror, "--events")

    assert done.returncode == 1
    assert "event: event and context hash to" in done.stdout
