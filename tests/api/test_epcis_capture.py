"""Capture as the standard has it: all of a document or none, or its sound events, and what became of it."""

import json
import random
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from api.deps import LARGEST_BODY
from api.routes import epcis_capture
from tests.api.serving import PUBLIC_URL, SampleGrant, SampleLedger, served
from tests.builders import CONTEXT, a_harvest
from traceability.epcis.document import read_document
from traceability.epcis.parse import MAX_BYTES
from traceability.errors import InvalidInput
from traceability.ledger.capture_jobs import MOST_EVENTS, CaptureJobs
from traceability.store.capture_jobs import JobTable
from traceability.store.events import EventTable, event
from traceability.store.migrate import migrate
from traceability.store.schema import open_engine
from traceability.store.search import EventSearch

OFFICIAL = json.loads((Path(__file__).parents[1] / "vectors/epcis/capture-interface.json").read_text())
INVALID = sorted((Path(__file__).parents[1] / "vectors/epcis/invalid").glob("*.json"))
GRANTS = {
    "capture": SampleGrant("capture", "9521234000013"),
    "another": SampleGrant("capture", "9521321000001"),
    "admin": SampleGrant("admin", None),
    "read": SampleGrant("read", "9521234000013"),
    "nobody": SampleGrant("capture", None),
}


class CaptureLedger(SampleLedger):
    def __init__(self, engine):
        super().__init__()
        self.engine = engine
        self.now_ms = 1_790_000_000_000
        self.search = EventSearch(engine)
        self.jobs = CaptureJobs(JobTable(engine), EventTable(engine), lambda: self.now_ms)

    def authorise(self, token):
        return GRANTS[token] if token in GRANTS else super().authorise(token)

    def kept(self, after=0):
        """The bodies of all events but the first, in the order in which they were kept."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(event.c.body).order_by(event.c.id).offset(after))
            return [json.loads(body) for (body,) in rows]


@pytest.fixture
def ledger(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}", create=True)
    migrate(engine)
    yield CaptureLedger(engine)
    engine.dispose()


@contextmanager
def client_of(ledger):
    headers = {"Authorization": "Bearer capture", "Content-Type": "application/json"}
    with (
        served(ledger) as address,
        httpx.Client(base_url=f"{address}/epcis", trust_env=False, headers=headers, timeout=60) as client,
    ):
        yield client


@pytest.fixture
def client(ledger):
    with client_of(ledger) as client:
        yield client


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


def post(client, document, behaviour=None, path="/capture", **headers):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    chosen = {"GS1-Capture-Error-Behaviour": behaviour} if behaviour else {}
    return client.post(path, content=content, headers=chosen | headers)


def job_of(client, answer, **headers):
    assert (answer.status_code, answer.content) == (202, b""), answer.text
    return client.get(answer.headers["location"].removeprefix("/epcis"), headers=headers).json()


def refused(answer, status, kind, words=""):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"epcisException:{kind}"
    assert words in answer.json()["detail"]


def test_the_answers_have_the_headers_and_members_of_the_standard(client):
    posted = post(client, a_document(*bodies(1)))
    alone = post(client, {"@context": CONTEXT, **bodies(2)[1]}, path="/events")
    path = posted.headers["location"].removeprefix("/epcis")

    answers = {
        ("/capture", "options", "204"): client.options("/capture"),
        ("/capture", "post", "202"): posted,
        ("/capture/{captureID}", "options", "204"): client.options(path),
        ("/capture/{captureID}", "get", "200"): client.get(path),
        ("/events", "post", "201"): alone,
    }
    for (place, method, status), answer in answers.items():
        assert answer.status_code == int(status)
        assert {name.lower() for name in OFFICIAL["paths"][place][method][status]} <= set(answer.headers)
    # Errors stand in the job itself, however many.
    assert set(client.get(path).json()) == set(OFFICIAL["CaptureJob"]) - {"errorFile"}


def test_a_document_is_captured_and_its_job_says_so(client, ledger):
    answer = post(client, a_document(*bodies(3)))

    job = job_of(client, answer)
    assert answer.headers["gs1-epcis-capture-limit"] == str(MOST_EVENTS)
    assert answer.headers["gs1-epcis-capture-file-size-limit"] == str(MAX_BYTES)
    assert job == {
        "captureID": answer.headers["location"].rpartition("/")[2],
        "createdAt": "2026-09-21T14:13:20.000+00:00",
        "finishedAt": "2026-09-21T14:13:20.000+00:00",
        "running": False,
        "success": True,
        "captureErrorBehaviour": "rollback",
        "errors": [],
    }
    assert ledger.kept() == bodies(3)


def test_one_wrong_event_keeps_the_whole_document_out_unless_the_sender_says_proceed(client, ledger):
    wrong = bodies(3)[1] | {"action": "CREATE"}
    document = a_document(bodies(1)[0], wrong, bodies(3)[2])

    refused(post(client, document), 400, "ValidationException", "/epcisBody/eventList/1/action")
    assert ledger.kept() == []
    assert client.get("/capture").json() == []

    job = job_of(client, post(client, document, "proceed"))
    assert (job["running"], job["success"], job["captureErrorBehaviour"]) == (False, False, "proceed")
    [error] = job["errors"]
    assert error["type"] == "epcisException:ValidationException"
    assert error["detail"].startswith("/epcisBody/eventList/1/action: found")
    assert ledger.kept() == [bodies(1)[0], bodies(3)[2]]


def test_an_event_that_claims_what_only_this_system_may_is_wrong_at_its_place(client, ledger):
    claim = bodies(1)[0] | {"guoji:batchRoot": "ab" * 32}

    job = job_of(client, post(client, a_document(bodies(2)[1], claim), "proceed"))

    assert job["errors"][0]["detail"].startswith("/epcisBody/eventList/1/guoji:batchRoot: only this system")
    assert ledger.kept() == [bodies(2)[1]]


def test_a_document_without_a_sound_event_is_a_job_that_kept_nothing(client, ledger):
    job = job_of(client, post(client, a_document(5), "proceed"))

    assert not job["success"]
    assert ledger.kept() == []
    assert job_of(client, post(client, a_document()))["success"]


@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_a_document_that_is_sent_again_succeeds_and_is_kept_once(client, ledger, behaviour):
    for _ in range(2):
        assert job_of(client, post(client, a_document(*bodies(2)), behaviour))["success"]

    assert ledger.kept() == bodies(2)


@pytest.mark.parametrize("path", ["/capture", "/events"])
@pytest.mark.parametrize(
    ("given", "status", "kind"),
    [
        ({"Authorization": "Bearer forged"}, 401, "SecurityException"),
        ({"Authorization": "Bearer read"}, 403, "SecurityException"),
        ({"Authorization": "Bearer nobody"}, 403, "SecurityException"),
        ({"Content-Type": "application/xml"}, 415, "UnsupportedMediaTypeException"),
    ],
)
def test_what_may_not_be_captured_is_refused_with_its_reason(client, ledger, path, given, status, kind):
    content = a_document(*bodies(1)) if path == "/capture" else bodies(1)[0] | {"@context": CONTEXT}

    refused(post(client, content, path=path, **given), status, kind)
    assert ledger.kept() == []


def test_xml_is_refused_with_what_is_read_here(client):
    answer = post(client, b"<epcis/>", **{"Content-Type": "application/xml"})

    refused(answer, 415, "UnsupportedMediaTypeException", "application/xml, want application/json or")


def test_an_unknown_way_to_treat_errors_is_refused(client):
    answer = post(client, a_document(*bodies(1)), "retry")

    refused(answer, 400, "ValidationException", "is 'retry', want rollback or proceed")


def test_more_events_than_the_limit_are_refused_before_they_are_judged(client, ledger):
    answer = post(client, a_document(*[5] * (MOST_EVENTS + 1)))

    refused(answer, 413, "CaptureLimitExceededException", "found 100001 events, want at most 100000")


def test_a_body_beyond_the_size_limit_is_refused(client, monkeypatch):
    monkeypatch.setattr(epcis_capture, "MAX_BYTES", 1_000)

    refused(post(client, b" " * 1_001), 413, "CaptureLimitExceededException", "longer than 1000 bytes")


def test_of_large_documents_one_at_a_time_is_captured(client):
    large = json.dumps(a_document(*bodies(1))).encode() + b" " * LARGEST_BODY
    with epcis_capture._LARGE_ONE:
        refused(post(client, large), 503, "ImplementationException", "another large document")
        assert post(client, a_document(*bodies(2))).status_code == 202

    assert post(client, large).status_code == 202


# jobs


def test_a_job_is_seen_by_its_submitter_and_the_administrator_alone(client):
    posted = post(client, a_document(*bodies(1)))
    path = posted.headers["location"].removeprefix("/epcis")

    seen = {name: client.get(path, headers={"Authorization": f"Bearer {name}"}) for name in GRANTS}
    listed = {
        name: len(client.get("/capture", headers={"Authorization": f"Bearer {name}"}).json())
        for name in ("capture", "another", "admin")
    }

    assert {name: answer.status_code for name, answer in seen.items()} == {
        "capture": 200,
        "another": 404,
        "admin": 200,
        "read": 403,
        "nobody": 403,
    }
    assert listed == {"capture": 1, "another": 0, "admin": 1}
    refused(client.get("/capture/0"), 404, "NoSuchResourceException", "no capture job has the ID '0'")


def test_jobs_are_listed_newest_first_a_page_at_a_time(client, ledger):
    ids = []
    for body in bodies(5):
        ledger.now_ms += 1
        ids.append(job_of(client, post(client, a_document(body)))["captureID"])

    pages, path = [], "/capture?perPage=2"
    while path:
        answer = client.get(path)
        pages.append([each["captureID"] for each in answer.json()])
        link = answer.headers.get("link", "").removesuffix('>; rel="next"')
        path = link.removeprefix(f"<{PUBLIC_URL}/epcis")

    assert pages == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]
    refused(client.get("/capture?GE_eventTime=1"), 400, "QueryParameterException", "GE_eventTime")


def test_jobs_are_forgotten_after_thirty_days_and_their_events_are_not(client, ledger):
    first = post(client, a_document(*bodies(1))).headers["location"].removeprefix("/epcis")
    ledger.now_ms += 30 * 86_400_000
    post(client, a_document(bodies(2)[1]))
    assert client.get(first).status_code == 200

    ledger.now_ms += 1
    post(client, a_document(bodies(3)[2]))

    assert client.get(first).status_code == 404
    assert len(ledger.kept()) == 3


# one event


def test_one_event_is_captured_at_once_and_is_where_the_answer_says(client, ledger):
    for own in ({}, {"eventID": "urn:uuid:6f1c1f2e-0000-4000-8000-000000000001"}):
        alone = {"@context": CONTEXT, **bodies(1)[0], **own}

        answer = post(client, alone, path="/events")

        assert (answer.status_code, answer.content) == (201, b"")
        found = client.get(answer.headers["location"].removeprefix("/epcis")).json()
        [got] = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert {name: got[name] for name in {**bodies(1)[0], **own}} == {**bodies(1)[0], **own}


def test_an_event_that_is_here_is_named_and_a_declaration_against_it_is_another(client, ledger):
    alone = {"@context": CONTEXT, **bodies(1)[0]}
    first = post(client, alone, path="/events")

    again = post(client, alone, path="/events")
    refused(again, 409, "ResourceAlreadyExistsException", "captured before")
    assert again.headers["location"] == first.headers["location"]

    wrong = {"errorDeclaration": {"declarationTime": "2026-11-20T07:00:00Z", "reason": "incorrect_data"}}
    assert post(client, alone | wrong, path="/events").status_code == 201
    assert post(client, alone, path="/events", Authorization="Bearer another").status_code == 201


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (a_document(*bodies(1)), "found an EPCISDocument, want one event by itself"),
        ([], "found a JSON list"),
        ({"@context": CONTEXT, **bodies(1)[0], "action": "CREATE"}, "/action: found"),
        ({"@context": CONTEXT, **bodies(1)[0], "guoji:epoch": "1"}, "/guoji:epoch: only this system"),
    ],
)
def test_what_is_no_sound_event_by_itself_is_refused(client, ledger, content, words):
    refused(post(client, content, path="/events"), 400, "ValidationException", words)
    assert ledger.kept() == []


# bad input


@pytest.mark.parametrize("file", INVALID, ids=lambda file: file.stem)
def test_invalid_documents_are_refused_with_a_pointer_or_give_their_sound_events(client, ledger, file):
    content = file.read_bytes()

    refused(post(client, content), 400, "ValidationException")
    assert post(client, content).json()["detail"].startswith(("/", "the document:"))
    assert ledger.kept() == []

    answer = post(client, content, "proceed")
    assert answer.status_code in (202, 400)
    assert ledger.kept() == sound_alone(json.loads(content))


@pytest.mark.slow
def test_any_mutation_is_refused_with_a_pointer_or_gives_exactly_its_sound_events(tmp_path, rounds):
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}", create=True)
    migrate(engine)
    ledger = CaptureLedger(engine)
    outcomes = set()
    with client_of(ledger) as client:
        for seed in range(100 if rounds <= 3 else 1_000):
            outcomes.add(check_mutation(client, ledger, seed))
    engine.dispose()
    assert outcomes == {(202, 202), (400, 202), (400, 400)}


def check_mutation(client, ledger, seed):
    chance = random.Random(seed)
    events = ({**body, "eventID": f"urn:x:{seed}-{number}"} for number, body in enumerate(bodies(3)))
    document = deepcopy(a_document(*events))  # parts of it are other tests' too
    for _ in range(chance.randint(1, 3)):
        mutate(document, chance)
    ledger.now_ms += 1
    before, sound = len(ledger.kept()), sound_alone(document)

    strict = post(client, document)
    assert strict.status_code in (202, 400), (seed, strict.text)
    if strict.status_code == 400:
        assert strict.json()["detail"].startswith(("/", "the document:", "found")), (seed, strict.text)
    kept = ledger.kept(before)
    assert kept == (once(sound) if strict.status_code == 202 else []), seed

    lenient = post(client, document, "proceed")
    assert lenient.status_code in (202, 400), (seed, lenient.text)
    assert ledger.kept(before) == once(sound), seed
    return strict.status_code, lenient.status_code


def once(events):
    return [each for place, each in enumerate(events) if each not in events[:place]]


STRANGE = [
    None,
    True,
    0,
    -1,
    1e300,
    "",
    "x",
    "urn:a:b",
    [],
    {},
    [[]],
    {"x": 1},
    "2026-11-20T07:00:00Z",
    "\u0000",
]


def mutate(document, chance):
    """Change, drop, add or move one member, anywhere."""
    places = list(containers(document))
    place = chance.choice(places)
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    act = chance.choice(["change", "drop", "add"])
    if act == "add" or not keys:
        strange = deepcopy(chance.choice(STRANGE))
        if isinstance(place, dict):
            place[chance.choice(["x", "guoji:x", "nope:y", "action", "ilmd", "type", "epcList"])] = strange
        else:
            place.insert(chance.randint(0, len(place)), strange)
    elif act == "drop":
        del place[chance.choice(keys)]
    else:
        place[chance.choice(keys)] = deepcopy(chance.choice(STRANGE))


def containers(value):
    if isinstance(value, dict | list):
        yield value
        for member in value.values() if isinstance(value, dict) else value:
            yield from containers(member)


def sound_alone(document):
    """Those events of a document that are accepted in the same document by themselves."""
    body = document.get("epcisBody") if isinstance(document, dict) else None
    listed = body.get("eventList") if isinstance(body, dict) else None
    found = []
    for each in listed if isinstance(listed, list) else []:
        alone = json.dumps(document | {"epcisBody": body | {"eventList": [each]}}).encode()
        try:
            [read] = read_document(alone)
        except InvalidInput:
            continue
        found.append(read.body)
    return found
