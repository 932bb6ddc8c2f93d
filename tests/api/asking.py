"""Servers whose stores hold some events, and a client that asks for them."""

from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from tests.api.serving import PUBLIC_URL, SampleLedger, served
from tests.builders import FARM, ITEM, SHOP, a_harvest, a_sighting, an_event
from traceability.epcis.validate import schema_faults
from traceability.ledger.capture import capture
from traceability.store.events import EventTable
from traceability.store.migrate import migrate
from traceability.store.schema import open_engine
from traceability.store.search import EventSearch

TOKEN = {"Authorization": "Bearer capture"}
STRANGE = an_event(
    action="ADD", bizStep="https://words.example/blanching", epcList=[ITEM], eventID="urn:uuid:7"
)


@contextmanager
def over(events, folder):
    """A client that holds a token, of a server whose store holds `events`, one a millisecond."""
    engine = open_engine(f"sqlite:///{folder / 'store.db'}", create=True)
    migrate(engine)
    for recorded_at_ms, each in enumerate(events):
        capture([each], FARM, EventTable(engine), recorded_at_ms)
    ledger = SampleLedger()
    ledger.search = EventSearch(engine)
    with (
        served(ledger) as address,
        httpx.Client(base_url=f"{address}/epcis", trust_env=False, headers=TOKEN, timeout=60) as client,
    ):
        yield client
    engine.dispose()


def sample_events():
    """46 of them, in the order of their times but the last."""
    some = [a_harvest(hours=number, kg=number + 1) for number in range(40)]
    seen = [a_sighting(50 + number, ITEM, place=SHOP, disposition="in_transit") for number in range(5)]
    return [*some, *seen, STRANGE]


def events_of(answer):
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert schema_faults(document) == []
    return document["epcisBody"]["queryResults"]["resultsBody"]["eventList"]


def next_of(answer):
    """The path and query of the next page."""
    link = answer.headers.get("link")
    if link is None:
        assert "gs1-next-page-token-expires" not in answer.headers
        return None
    assert answer.headers["gs1-next-page-token-expires"].endswith("Z")
    assert link.startswith(f"<{PUBLIC_URL}/epcis/")
    assert link.endswith('>; rel="next"')
    parts = urlsplit(link.removesuffix('>; rel="next"')[1:])
    return f"{parts.path.removeprefix('/epcis')}?{parts.query}"


def all_pages(client, path):
    found = []
    while path:
        answer = client.get(path)
        found.append(events_of(answer))
        path = next_of(answer)
    return found


def check_refused(answer, status, kind, words=""):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"epcisException:{kind}"
    assert problem["status"] == status
    assert words in problem["detail"]
    assert "link" not in problem["title"], "whoever asks here scanned nothing"
