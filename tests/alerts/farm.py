"""Devices that send into a real store, and the alerting that watches them."""

from hashlib import sha256

from sqlalchemy import func, select

from iot_gateway.simulate.encode import encode_moments
from iot_gateway.simulate.moment import Moment
from traceability.alerts.look import look
from traceability.alerts.rule import Rule
from traceability.alerts.tell import Audience, tell
from traceability.ledger.record import Accepted
from traceability.store.alert_tables import alert_notice
from traceability.store.alert_watches import AlertWatchTable
from traceability.store.alerts import AlertTable
from traceability.store.arrivals import ArrivalTable
from traceability.store.devices import DeviceTable
from traceability.telemetry.device import Device
from traceability.telemetry.reading import Authenticated, Reading

NOW = 1_800_000_000_000
SECOND = 1_000
WARM = Rule(
    name="too warm",
    metric="air_temperature",
    high=4,
    hysteresis=0.5,
    after_ms=0,
    settle_ms=0,
    escalate_after_ms=600 * SECOND,
)
SILENT = Rule(name="silent", after_ms=60 * SECOND, settle_ms=0)
US = Audience(("ops",), ("boss",))


class Farm:
    def __init__(self, engine, rules=(WARM, SILENT)):
        self.engine, self.rules, self.now = engine, rules, NOW
        self.watches, self.alerts = AlertWatchTable(engine), AlertTable(engine)
        self.sent = {}

    def has(self, *aliases):
        for alias in aliases:
            place = "https://id.gs1.org/414/9521321000032"
            giai = f"https://id.gs1.org/8004/9521321{alias}"
            DeviceTable(self.engine).keep(Device(alias, giai, "9521321000018", {}, place, cold_chain=True))

    def send(self, alias, *values, metric="air_temperature"):
        for value in values:
            self.now += SECOND
            self.send_array(alias, [Moment(self.now, {metric: value})])

    def send_array(self, alias, moments):
        """In one message, that arrives now."""
        number = self.sent[alias] = self.sent.get(alias, 0) + 1
        payload = encode_moments(alias, 1, number, moments)
        reading = Reading(alias, 1, number, self.now, Authenticated.BROKER, payload)
        times = [moment.taken_at_ms for moment in moments]
        accepted = Accepted(reading, sha256(payload).digest(), min(times), max(times))
        ArrivalTable(self.engine).record([accepted])

    def look(self):
        return look(self.watches, self.rules, self.now) + self.alerts.escalate(self.now)

    def tell(self):
        return tell(self.alerts, US, self.now)

    def notices(self):
        with self.engine.connect() as connection:
            return [
                (row.target, row.subject)
                for row in connection.execute(select(alert_notice).order_by(alert_notice.c.due_at_ms))
            ]

    def count(self, table):
        with self.engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()
