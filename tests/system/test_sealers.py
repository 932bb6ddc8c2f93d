"""Several `guoji seal` at once over one database: each reading stands in one batch, without a gap."""

import os
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select

from iot_gateway.simulate.encode import encode_message
from traceability.ledger.record import Delivery, record
from traceability.own_policy import gateway_signer
from traceability.own_store import open_store
from traceability.settings import PREFIX, Settings
from traceability.store.batches import batch
from traceability.store.events import event
from traceability.store.schema import open_engine
from traceability.telemetry import topics
from traceability.telemetry.device import Device
from traceability.upkeep.installation import make

SEALERS, EACH = 3, 3
MOST_GROUPS = 400
ALIASES = [f"field-{number}" for number in range(20)]


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request, tmp_path):
    given = {"GUOJI_HOME": str(tmp_path / "home"), "GUOJI_SEAL_EVERY_S": "0.05"}
    if request.param == "postgresql":
        given["GUOJI_DATABASE"] = request.getfixturevalue("new_postgresql")()
    make(Settings.read(given))
    foreign = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**foreign, **given}


@pytest.fixture
def sealers(environment, tmp_path):
    """Start them; gives the files of what they say."""
    logs = [tmp_path / f"sealer-{number}.log" for number in range(SEALERS)]
    processes = []
    for log in logs:
        with log.open("wb") as output:
            command = [sys.executable, "-m", "traceability.cli.main", "seal"]
            processes.append(subprocess.Popen(command, env=environment, stdout=output, stderr=output))
    yield logs
    for process in processes:
        process.terminate()
        process.wait(60)


def test_sealers_that_run_at_once_seal_each_reading_once_and_do_not_complain(environment, sealers):
    settings = Settings.read(environment)
    store, signer = open_store(settings), gateway_signer(settings)
    for alias in ALIASES:
        giai, place = f"https://id.gs1.org/8004/9521321{alias}", "https://id.gs1.org/414/9521321000032"
        store.devices.keep(Device(alias, giai, "9521321000018", {}, place, cold_chain=False))

    groups = 0
    while not all(b"sealed" in log.read_bytes() for log in sealers):
        assert groups < MOST_GROUPS
        now_ms = time.time_ns() // 1_000_000
        deliveries = [
            Delivery(topics.readings(alias), encode_message(alias, 9, number, now_ms, {"battery": 80}))
            for alias in ALIASES
            for number in range(groups * EACH + 1, (groups + 1) * EACH + 1)
        ]
        record(deliveries, store.arrivals, signer, now_ms, 60)
        groups += 1
        time.sleep(0.1)
    store.close()

    engine = open_engine(settings.database_url)
    wait_until_sealed(engine, groups * EACH)
    with engine.connect() as connection:
        batches = connection.execute(select(batch).order_by(batch.c.device, batch.c.number)).all()
        keys = list(connection.execute(select(event.c.key)).scalars())
    engine.dispose()
    for alias in ALIASES:
        mine = [each for each in batches if each.device == alias]
        assert [each.number for each in mine] == list(range(1, len(mine) + 1))
        assert [each.from_arrival for each in mine] == [1, *(each.to_arrival + 1 for each in mine[:-1])]
        assert [each.previous_root for each in mine[1:]] == [each.root for each in mine[:-1]]
        assert sum(each.count for each in mine) == groups * EACH
    assert sorted(keys) == sorted(each.entry_key for each in batches)
    said = [log.read_text() for log in sealers]
    assert not any(word in each for each in said for word in ("Traceback", "waiting", "warning", "error"))


def wait_until_sealed(engine, count):
    """Until batches hold so many readings of each device."""
    give_up_at_s = time.monotonic() + 60
    by_device = select(func.sum(batch.c.count)).group_by(batch.c.device)
    while True:
        with engine.connect() as connection:
            sealed = list(connection.execute(by_device).scalars())
        if len(sealed) == len(ALIASES) and all(each >= count for each in sealed):
            return
        assert time.monotonic() < give_up_at_s, sealed
        time.sleep(0.1)
