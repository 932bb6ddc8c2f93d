"""A store with something of everything in it, and what tests do to it."""

from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import text

from iot_gateway.simulate.encode import encode_message
from tests.builders import FARM, FIELD, LOGGER, a_harvest
from traceability.ledger.capture import capture
from traceability.ledger.personal import Erasure, Kept
from traceability.ledger.ports import Anchor
from traceability.ledger.publish import publish
from traceability.ledger.record import Accepted, Rejected
from traceability.ledger.seal import seal
from traceability.own_files import documents, erasure_journal
from traceability.own_policy import log_signer
from traceability.own_store import open_store
from traceability.proof.personal import Disclosure
from traceability.store.high_water import HighWaterFile
from traceability.store.schema import open_engine
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Authenticated, Reading
from traceability.upkeep.fsck import fsck
from traceability.upkeep.installation import make

EVENTS = 300
"""More than one tile."""
TRACTOR = Device("logger-1", LOGGER, FARM, {}, FIELD, cold_chain=True)
PERSONAL = Disclosure("guoji:driverName", b"s" * 16, "Zhang San")
NOW_MS = 1_800_000_000_000


def unwatched(what, total, items):
    yield from items


def watching(counts):
    def watch(what, total, items):
        counts[what] = 0
        for item in items:
            counts[what] += 1
            yield item

    return watch


def found(settings, from_index=0, told=None):
    tell = (lambda line: None) if told is None else told.append
    return [str(each) for each in fsck(settings, unwatched, tell, from_index)]


def a_reading(sequence, value):
    payload = encode_message("logger-1", 9, sequence, NOW_MS + sequence, {"air_temperature": value})
    read = Reading("logger-1", 9, sequence, NOW_MS + sequence, Authenticated.BROKER, payload)
    return Accepted(read, sha256(payload).digest(), NOW_MS + sequence, NOW_MS + sequence)


def an_abandoned(sequence, by):
    topic, number = "guoji/v1/logger-1/readings", (9, sequence)
    return Rejected(topic, "logger-1", number, NOW_MS, b"", by.digest, "given up", is_abandoned=True)


def sign(settings, store):
    mark = HighWaterFile(settings.high_water_file)
    return publish(store.log, store.checkpoints, mark, log_signer(settings))


def anchor(store, checkpoint):
    note = store.checkpoints.newest()
    at, tx_hash = datetime(2026, 11, 22, tzinfo=UTC), f"0x{checkpoint.size:064x}"
    made = Anchor(
        tx_hash, 0, checkpoint.size, checkpoint.root, note, b"", at, "final", 7, "0x" + "ab" * 32, at
    )
    store.anchors.keep(made)


def fill(settings, store):
    """Something of everything that a store can hold."""
    taken = capture([a_harvest(kg=number + 1) for number in range(EVENTS)], FARM, store.events, 5)
    anchor(store, sign(settings, store))
    store.devices.keep(TRACTOR)
    rejected = Rejected(
        "guoji/v1/logger-1/readings", "logger-1", (9, 3), 5, b"warm", sha256(b"warm").digest(), "x"
    )
    store.arrivals.record([a_reading(1, 4), a_reading(2, 5), rejected])
    store.arrivals.record([a_reading(2, 6)])
    seal(store.sealing, NOW_MS * 2, 1, "https://guoji.example")
    sign(settings, store)
    store.arrivals.record([a_reading(5, 4), an_abandoned(7, by=a_reading(5, 4))])
    capture([a_harvest(kg=1_000)], FARM, store.events, 6)
    documents(settings).keep(b"a laboratory sheet")
    kept = store.personal
    kept.keep([Kept(PERSONAL, taken[0].key, FARM, 5)])
    erased = Erasure("ab" * 32, 7, "asked for")
    erasure_journal(settings).append([erased])
    kept.erase([erased])


def made_and_filled(settings):
    make(settings)
    store = open_store(settings)
    fill(settings, store)
    store.close()


def change(settings, *statements, **values):
    engine = open_engine(settings.database_url)
    with engine.begin() as connection:
        for statement in statements:
            if engine.dialect.name == "postgresql":
                statement = statement.replace("BLOB", "BYTEA")
            wanted = {name: value for name, value in values.items() if f":{name}" in statement}
            assert connection.execute(text(statement), wanted).rowcount >= 1
    engine.dispose()
