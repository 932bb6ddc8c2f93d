"""A ledger that captures into SQLite, and a partner's client that sends to it."""

import json
from contextlib import contextmanager

import httpx
from sqlalchemy import select

from tests.api.serving import SampleLedger, served
from tests.builders import CONTEXT, a_harvest
from traceability.alerts.partner_post import PartnerPost
from traceability.alerts.webhook import Allowed
from traceability.ledger.capture_jobs import CaptureJobs
from traceability.ledger.grant import Grant
from traceability.ledger.named_queries import NamedQueries
from traceability.ledger.permission import Permission
from traceability.ledger.subscriptions import Subscriptions
from traceability.store.capture_jobs import JobTable
from traceability.store.events import EventTable, event
from traceability.store.migrate import migrate
from traceability.store.named_queries import NamedQueryTable
from traceability.store.parties import PartyTable
from traceability.store.schema import open_engine
from traceability.store.search import EventSearch
from traceability.store.subscriptions import SubscriptionTable
from traceability.store.tokens import TokenTable

GRANTS = {
    "capture": Grant("capture", "9521234000013"),
    "another": Grant("capture", "9521321000001"),
    "admin": Grant("admin", None),
    "read": Grant("read", "9521234000013"),
    "nobody": Grant("capture", None),
}


class CaptureLedger(SampleLedger):
    def __init__(self, engine):
        super().__init__()
        self.engine = engine
        self.now_ms = 1_790_000_000_000
        self.search = EventSearch(engine)
        self.parties = PartyTable(engine)
        self.permission = Permission(self.parties.register, EventTable(engine))
        self.jobs = CaptureJobs(JobTable(engine), EventTable(engine), self.permission, lambda: self.now_ms)
        self.queries = NamedQueries(NamedQueryTable(engine), lambda: self.now_ms)
        self.subscriptions = Subscriptions(
            self.queries.store,
            SubscriptionTable(engine),
            TokenTable(engine),
            PartnerPost(Allowed()).check,
            lambda: self.now_ms,
        )

    def authorise(self, token):
        return GRANTS[token] if token in GRANTS else super().authorise(token)

    def kept(self, after=0):
        """The bodies of all events but the first, in the order in which they were kept."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(event.c.body).order_by(event.c.id).offset(after))
            return [json.loads(body) for (body,) in rows]


@contextmanager
def a_capture_ledger(folder, kind=CaptureLedger):
    engine = open_engine(f"sqlite:///{folder / 'store.db'}", create=True)
    migrate(engine)
    yield kind(engine)
    engine.dispose()


@contextmanager
def partner_of(ledger):
    headers = {"Authorization": "Bearer capture", "Content-Type": "application/json"}
    with (
        served(ledger) as address,
        httpx.Client(base_url=f"{address}/epcis", trust_env=False, headers=headers, timeout=60) as partner,
    ):
        yield partner


def a_document(*bodies, **fields):
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-08-15T14:00:00Z",
        "epcisBody": {"eventList": list(bodies)},
    } | fields


def bodies(count):
    return [dict(a_harvest(kg=number + 1).body) for number in range(count)]


def post(partner, document, behaviour=None, path="/capture", **headers):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    chosen = {"GS1-Capture-Error-Behaviour": behaviour} if behaviour else {}
    return partner.post(path, content=content, headers=chosen | headers)


def job_of(partner, answer, **headers):
    assert (answer.status_code, answer.content) == (202, b""), answer.text
    return partner.get(answer.headers["location"].removeprefix("/epcis"), headers=headers).json()


def refused(answer, status, kind, words=""):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"epcisException:{kind}"
    assert words in answer.json()["detail"]
