"""A store with a log, subscribers of one party, and a receiver that remembers what it was sent."""

import json
from dataclasses import dataclass, field

from tests.builders import FARM, a_harvest
from traceability.errors import Unavailable
from traceability.ledger.capture import capture
from traceability.ledger.grant import Grant
from traceability.ledger.named_queries import NamedQueries
from traceability.ledger.notify import deliver, look
from traceability.ledger.subscriptions import Subscriptions
from traceability.store.events import EventTable
from traceability.store.log import LogTable
from traceability.store.log_events import LogEventTable
from traceability.store.named_queries import NamedQueryTable
from traceability.store.notices import NoticeTable
from traceability.store.subscriptions import SubscriptionTable
from traceability.store.tokens import TokenTable

START_MS = 1_790_000_000_000
DEST = "https://partner.example/events"
EVERYTHING = {}


@dataclass
class Receiver:
    came: list = field(default_factory=list)
    """Of each delivery: where it went, its ID and its events' kilograms."""
    answers: list = field(default_factory=list)
    """What comes of the next deliveries: a status, or an error that is raised; 200 when there are none."""

    def __call__(self, dest, secret, key, body):
        results = json.loads(body)["epcisBody"]["queryResults"]
        kilograms = [each["quantityList"][0]["quantity"] for each in results["resultsBody"]["eventList"]]
        self.came.append((dest, key, kilograms))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def kilograms(self):
        return [each for _, _, some in self.came for each in some]


class World:
    """Steps of the log and of the notifier, in whatever order a test wants them."""

    def __init__(self, engine):
        self.engine = engine
        self.now_ms = START_MS
        self.tokens = TokenTable(engine, lambda: self.now_ms)
        self.queries = NamedQueries(NamedQueryTable(engine), self.tick)
        store = SubscriptionTable(engine)
        self.subscriptions = Subscriptions(
            self.queries.store, store, self.tokens, lambda dest: None, self.tick
        )
        self.notices = NoticeTable(engine)
        self.log_events = LogEventTable(engine)
        self.receiver = Receiver()
        self.grant = self.issue("erp", party=FARM)
        self.add_query()

    def tick(self):
        self.now_ms += 1
        return self.now_ms

    def issue(self, name, **fields):
        self.tokens.issue(name, Grant("capture", name=name, **fields))
        return self.tokens.named(name)

    def add_query(self, name="all", definition=EVERYTHING):
        body = json.dumps({"name": name, "query": definition}).encode()
        self.queries.add(body, FARM, {})

    def subscribe(self, name="all", grant=None, **fields):
        controls = {"dest": DEST, **({} if "schedule" in fields else {"stream": True}), **fields}
        return self.subscriptions.add(name, json.dumps(controls).encode(), grant or self.grant)

    def capture(self, *kilograms, party=FARM):
        events = [a_harvest(kg=each) for each in kilograms]
        capture(events, party, EventTable(self.engine), self.tick())

    def publish(self):
        LogTable(self.engine).integrate(1_000)

    def look(self):
        return look(self.notices, self.log_events, self.tokens, self.tick())

    def deliver(self):
        came = deliver(self.notices, self.log_events, self.tokens, self.receiver, self.tick())
        return came and came[1]

    def settle(self):
        """Look and deliver until there is nothing more to do."""
        while self.look() or self.deliver():
            pass


def nobody_there():
    return Unavailable("nobody there")
