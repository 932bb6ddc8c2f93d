"""Whatever a broker hands over is kept as what it is and answered, and what was taken in can be sealed."""

import json
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from tests.fuzz.hostile import ALIAS, DEVICE, NOW_MS, hostile
from traceability.epcis.validate import schema_faults
from traceability.ledger.record import Delivery, record
from traceability.ledger.seal import seal
from traceability.log.note import NoteSigner, NoteVerifier
from traceability.store.arrivals import ArrivalTable
from traceability.store.device_keys import DeviceKeyTable
from traceability.store.devices import DeviceTable
from traceability.store.events import event
from traceability.store.migrate import migrate
from traceability.store.readings import conflict, quarantine, reading
from traceability.store.schema import open_engine
from traceability.store.sealing import SealTable
from traceability.telemetry.authenticate import content_digest, message_in
from traceability.telemetry.receipt import open_receipt
from traceability.telemetry.topics import alias_in

pytestmark = pytest.mark.slow

GATEWAY = NoteSigner("gateway.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))
A_STORE, AT_ONCE = 1_000, 50
"""Messages that one store takes in, and at once."""


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request, rounds, tmp_path):
    """Of new stores: one in `make test`, and in `make soak` twenty, so 40,000 messages in both kinds."""
    count = 1 if rounds == 3 else 400 * rounds // A_STORE
    if request.param == "sqlite":
        return [f"sqlite:///{tmp_path / f'{number}.db'}" for number in range(count)]
    make_database = request.getfixturevalue("new_postgresql")
    return [make_database() for _ in range(count)]


def test_every_message_is_kept_and_answered_and_what_was_taken_in_is_sealed(urls):
    for number, url in enumerate(urls):
        engine = open_engine(url, create=True)
        migrate(engine)
        DeviceTable(engine).keep(DEVICE)
        for key in DEVICE.keys:
            DeviceKeyTable(engine).add(ALIAS, key)
        first = 10_000_000 + number * A_STORE  # other messages than those of `test_decode`
        for seed in range(first, first + A_STORE, AT_ONCE):
            assert_taken_in([hostile(each) for each in range(seed, seed + AT_ONCE)], engine, seed)
        assert_sealed(engine)
        engine.dispose()


def assert_taken_in(messages, engine, seed):
    deliveries = [Delivery(each.topic, each.payload) for each in messages]

    receipts = record(deliveries, ArrivalTable(engine), GATEWAY, NOW_MS, 90)

    kept = {row.digest for row in rows(engine, reading.c.digest)}
    kept |= {row.digest for row in rows(engine, conflict.c.digest)}
    refused = rows(engine, quarantine.c.digest, quarantine.c.reason)
    assert all(row.reason for row in refused)
    kept |= {row.digest for row in refused}
    for each in messages:
        digests = {content_digest(each.payload, ALIAS), sha256(each.payload).digest()}
        assert digests & kept, f"a message from seed {seed} on is lost"
    answered = {open_receipt(each.note, [NoteVerifier.of(GATEWAY)]).device for each in receipts}
    assert answered == {alias_in(each.topic) for each in messages} - {None}


def assert_sealed(engine):
    table = SealTable(engine)
    while seal(table, NOW_MS + 60_000, 60, "https://guoji.example"):
        pass

    assert table.unsealed(ALIAS, 1) is None
    events = [json.loads(row.body) | {"@context": json.loads(row.context)} for row in rows(engine, event)]
    assert [fault for each in events for fault in schema_faults(each)] == []
    json.dumps(events, allow_nan=False)
    held = table.measured(ALIAS, 0, 2 * NOW_MS, A_STORE)
    assert all(message_in(each).measurements for each in held)
    assert sum(each["guoji:readingCount"] for each in events) == len(held) > A_STORE / 20


def rows(engine, *columns):
    with engine.connect() as connection:
        return connection.execute(select(*columns)).all()
