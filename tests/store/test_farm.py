"""What the farmer's page asks: right for each device, in as many statements for hundreds as for one."""

import json
from hashlib import sha256

import pytest
from sqlalchemy import event, text

from iot_gateway.simulate.encode import encode_message
from tests.builders import FARM, a_harvest, an_event
from traceability.alerts.alert import Acknowledgement
from traceability.errors import Unknown
from traceability.farm.overview import device_states
from traceability.farm.ports import Arrived, PutAside
from traceability.ledger.capture import capture
from traceability.ledger.record import Accepted, Rejected
from traceability.ledger.seal import seal
from traceability.store.alert_tables import alert
from traceability.store.alerts import AlertTable
from traceability.store.arrivals import ArrivalTable
from traceability.store.devices import DeviceTable
from traceability.store.events import EventTable
from traceability.store.farm import FarmTable
from traceability.store.sealing import SealTable
from traceability.telemetry.device import Device
from traceability.telemetry.findings import Kind
from traceability.telemetry.reading import Authenticated, Reading

NOW_MS = 1_800_000_000_000
MINUTE_MS = 60_000
OTHER = "9521234000013"


@pytest.fixture
def farm(engine):
    register(engine, "cold-1", "cold-2")
    register(engine, "theirs", party=OTHER)
    return FarmTable(engine)


def register(engine, *aliases, party=FARM):
    for alias in aliases:
        giai = f"https://id.gs1.org/8004/9521234{alias}"
        place = "https://id.gs1.org/414/9521234000013"
        DeviceTable(engine).keep(Device(alias, giai, party, {}, place, cold_chain=True))


def send(engine, alias, number, ago_min, epoch=1, taken_ago_min=None, celsius=4.0):
    received_at_ms = NOW_MS - ago_min * MINUTE_MS
    taken_at_ms = received_at_ms if taken_ago_min is None else NOW_MS - taken_ago_min * MINUTE_MS
    payload = encode_message(alias, epoch, number, taken_at_ms, {"air_temperature": celsius})
    reading = Reading(alias, epoch, number, received_at_ms, Authenticated.BROKER, payload)
    digest = sha256(payload).digest()
    ArrivalTable(engine).record([Accepted(reading, digest, taken_at_ms, taken_at_ms)])


def reject(engine, alias, reason, ago_min, payload):
    topic, at_ms = f"guoji/v1/{alias}/readings", NOW_MS - ago_min * MINUTE_MS
    digest = sha256(payload).digest()
    ArrivalTable(engine).record([Rejected(topic, alias, None, at_ms, payload, digest, reason)])


def raise_alert(engine, alias, ago_min, resolved=False, rule="warm"):
    row = {"device": alias, "rule": rule, "limits": "air_temperature to 4", "since_ms": 1}
    row |= {"raised_at_ms": NOW_MS - ago_min * MINUTE_MS, "resolved_at_ms": NOW_MS if resolved else None}
    with engine.begin() as connection:
        return connection.execute(alert.insert().values(row).returning(alert.c.id)).scalar_one()


def test_a_party_has_its_own_devices(farm):
    assert [device.alias for device in farm.devices_of(FARM)] == ["cold-1", "cold-2"]
    assert farm.devices_of("9521321000001") == []


def test_the_newest_reading_is_the_one_taken_last_however_late_it_came(engine, farm):
    send(engine, "cold-1", 1, ago_min=30, celsius=3)
    send(engine, "cold-1", 2, ago_min=1, taken_ago_min=500, celsius=9)
    send(engine, "theirs", 1, ago_min=1)

    newest = farm.newest(["cold-1", "cold-2"])

    assert {alias: reading.sequence for alias, reading in newest.items()} == {"cold-1": 1}


def test_the_last_messages_are_those_that_came_last_oldest_first(engine, farm):
    for number in range(1, 6):
        send(engine, "cold-1", number, ago_min=10 - number, taken_ago_min=100 - number)
    send(engine, "cold-2", 1, ago_min=3)

    lately = farm.lately(["cold-1", "cold-2", "theirs"], 2)

    assert lately["cold-1"] == [
        Arrived(NOW_MS - ago * MINUTE_MS, NOW_MS - taken * MINUTE_MS) for ago, taken in ((6, 96), (5, 95))
    ]
    assert len(lately["cold-2"]) == 1
    assert "theirs" not in lately


def test_what_is_missing_is_told_of_the_epoch_that_is_asked_for(engine, farm):
    for epoch, number in ((1, 5), (2, 1), (2, 4)):
        send(engine, "cold-1", number, ago_min=20 - epoch * 5 - number, epoch=epoch)

    runs = farm.runs([("cold-1", 2)])

    assert [(run.first, run.last) for run in runs["cold-1"].all] == [(1, 1), (4, 4)]


def test_findings_are_of_the_last_batches_that_have_any_and_of_the_last_days(engine, farm):
    for number in (3, 7, 12, 13):
        send(engine, "cold-1", number, ago_min=30 - number)
        seal(SealTable(engine), NOW_MS - (30 - number) * MINUTE_MS + 1, 0.001, "https://guoji.example")

    def gaps(since_min, batches):
        found = farm.findings(["cold-1", "theirs"], NOW_MS - since_min * MINUTE_MS, batches)
        return [(each.kind, each.count) for each in found]

    assert gaps(60, 12) == [(Kind.GAP, 2), (Kind.GAP, 3), (Kind.GAP, 4)]
    assert gaps(60, 2) == [(Kind.GAP, 3), (Kind.GAP, 4)]
    assert gaps(20, 12) == [(Kind.GAP, 4)]
    assert farm.findings(["cold-2"], 0, 12) == []


def test_what_was_put_aside_is_counted_by_device_and_reason(engine, farm):
    for number in range(3):
        reject(engine, "cold-1", "not JSON", ago_min=9 - number, payload=b"%d" % number)
    reject(engine, "cold-1", "not signed", ago_min=2, payload=b"y")
    reject(engine, "cold-1", "long ago", ago_min=100, payload=b"z")
    reject(engine, "theirs", "not JSON", ago_min=1, payload=b"x")

    assert farm.put_aside(["cold-1", "cold-2"], NOW_MS - 20 * MINUTE_MS, 50) == [
        PutAside("cold-1", "not signed", 1, NOW_MS - 2 * MINUTE_MS),
        PutAside("cold-1", "not JSON", 3, NOW_MS - 7 * MINUTE_MS),
    ]
    assert farm.put_aside(["cold-1"], 0, 1) == [PutAside("cold-1", "not signed", 1, NOW_MS - 2 * MINUTE_MS)]


def test_what_a_device_measured_is_the_newest_of_it(engine, farm):
    for number in range(1, 6):
        send(engine, "cold-1", number, ago_min=60 - number * 10)

    newest = farm.measured("cold-1", NOW_MS - 35 * MINUTE_MS, 2)

    assert [reading.sequence for reading in newest] == [5, 4]


def test_open_alerts_come_before_past_ones_and_old_past_ones_not_at_all(engine, farm):
    old = raise_alert(engine, "cold-1", ago_min=90)
    past = raise_alert(engine, "cold-2", ago_min=5, resolved=True)
    raise_alert(engine, "cold-2", ago_min=500, resolved=True)
    new = raise_alert(engine, "cold-2", ago_min=1)
    raise_alert(engine, "theirs", ago_min=1)
    alerts = AlertTable(engine)

    found = alerts.of_devices(["cold-1", "cold-2"], NOW_MS - 60 * MINUTE_MS, 9)

    assert [each.number for each in found] == [new, old, past]
    assert len(alerts.of_devices(["cold-1", "cold-2"], 0, 2)) == 2


def test_an_alert_is_found_by_its_number(engine, farm):
    number = raise_alert(engine, "cold-1", ago_min=1)
    alerts = AlertTable(engine)
    alerts.acknowledge(number, Acknowledgement(5, "Li", "seen"))

    assert alerts.with_number(number).state == "acknowledged"
    with pytest.raises(Unknown, match="no alert 99"):
        alerts.with_number(99)


def test_a_partys_harvests_are_found_newest_first_among_all_its_events(engine):
    events = EventTable(engine)
    capture([a_harvest(kg=1), an_event(action="OBSERVE", epcList=["urn:x:1"])], FARM, events, 5)
    capture([a_harvest(kg=2)], FARM, events, 6)
    capture([a_harvest(kg=3)], OTHER, events, 7)

    found = [each.event.body["quantityList"][0]["quantity"] for each in events.harvests_of(FARM, 9)]

    assert found == [2, 1]
    assert len(events.harvests_of(FARM, 1)) == 1


def statements(engine, ask):
    """The questions that `ask` puts to the database, with their values."""
    asked = []

    def note(_connection, _cursor, statement, values, *_):
        if statement.lstrip().startswith("SELECT"):
            asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    ask()
    event.remove(engine, "before_cursor_execute", note)
    return asked


def test_a_page_of_many_devices_asks_no_more_than_one_of_a_few(engine, farm):
    def page():
        devices = farm.devices_of(FARM)
        alerts = AlertTable(engine).of_devices([each.alias for each in devices], 0, 100)
        return device_states(devices, alerts, farm, NOW_MS)

    few = len(statements(engine, page))
    register(engine, *(f"soil-{number}" for number in range(120)))
    for number in range(40):
        send(engine, f"soil-{number}", 3, ago_min=5)

    assert len(statements(engine, page)) == few
    assert len(page()) == 122


@pytest.mark.parametrize(
    ("ask", "served"),
    [
        (lambda farm: farm.newest(["cold-1"]), "ix_reading_device_taken_to_ms"),
        (lambda farm: farm.lately(["cold-1"], 9), "SEARCH reading USING INDEX"),
        (lambda farm: farm.findings(["cold-1"], 0, 9), "ix_batch_with_findings"),
        (lambda farm: farm.put_aside(["cold-1"], 0, 9), "ix_quarantine_device_received_at_ms"),
        (lambda farm: farm.measured("cold-1", 0, 9), "ix_reading_device_taken_to_ms"),
        (lambda farm: EventTable(farm._engine).harvests_of(FARM, 9), "ix_event_harvest"),
        (lambda farm: AlertTable(farm._engine).of_devices(["cold-1"], 0, 9), "ix_alert_device_raised_at_ms"),
    ],
)
def test_each_question_is_answered_from_an_index(engine, farm, ask, served):
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's plan follows from its statistics")

    questions = statements(engine, lambda: ask(farm))
    with engine.connect() as connection:
        plans = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", values).all()
            for asked, values in questions
        ]

    told = json.dumps([row.detail for plan in plans for row in plan])
    assert served in told
    for table in ("reading", "batch", "event", "quarantine", "alert"):
        assert f"SCAN {table}" not in told


def test_what_was_there_before_the_columns_is_marked_by_the_migration(empty_engine):
    from traceability.store.migrate import upgrade

    with empty_engine.begin() as connection:
        upgrade(connection, "0005")
        for number, body in enumerate((dict(a_harvest().body), {"type": "ObjectEvent"}), start=1):
            row = {"id": number, "key": f"{number:064}", "body": json.dumps(body, separators=(",", ":"))}
            row |= {"context": "[]", "event_hash": "ni", "submitter": FARM, "captured_at_ms": 5}
            row |= {"content_digest": b"%032d" % number, "entry": b"", "names": b""}
            columns = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO event ({columns}) VALUES ({values})"), row)
        upgrade(connection, "0006")

        marked = connection.execute(text("SELECT is_harvest FROM event ORDER BY id")).scalars().all()

    assert [bool(each) for each in marked] == [True, False]
