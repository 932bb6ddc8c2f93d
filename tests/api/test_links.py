"""Links for programs: a party registers where its own codes lead, and whoever reads sees since when."""

import json

import httpx
import pytest

from tests.api.asking import TOKEN
from tests.api.serving import PUBLIC_URL, SampleLedger, served
from tests.fakes import FakeLinks
from traceability.ledger.links import Links
from traceability.ledger.parties import Party, Register

PRODUCT = "/01/09521234000020"
LOT = f"{PRODUCT}/10/A%2FB"
ENTRY = {
    "description": "金果",
    "links": {"gs1:defaultLink": [{"href": "https://farm.example/", "title": "果"}]},
}
OTHERS = "/01/09529999000002"


@pytest.fixture
def client():
    parties = [Party("9521234000013", "Farm", ("9521234",)), Party("9521321000001", "Shop", ("9529999",))]
    links = Links(
        FakeLinks(), lambda: Register.of(parties), lambda _: {}, PUBLIC_URL, lambda: 1_795_000_000_123
    )
    with (
        served(SampleLedger(links=links)) as address,
        httpx.Client(base_url=address, trust_env=False, headers=TOKEN) as client,
    ):
        yield client


def test_links_are_put_read_with_their_history_and_deleted(client):
    assert client.put(f"/links{PRODUCT}", json=ENTRY).json() == {"anchor": PRODUCT, **ENTRY}
    assert client.put(f"/links{LOT}", json={"anchor": LOT, **ENTRY}).status_code == 200
    assert [each["anchor"] for each in client.get("/links").json()["entries"]] == [PRODUCT, LOT]
    assert client.get(LOT).headers["location"] == "https://farm.example/"

    assert client.delete(f"/links{LOT}").status_code == 204
    told = client.get(f"/links{LOT}").json()

    assert told["entry"] is None
    assert told["history"] == [
        {"at": "2026-11-18T11:06:40.123Z", "by": "9521234000013", "entry": {"anchor": LOT, **ENTRY}},
        {"at": "2026-11-18T11:06:40.123Z", "by": "9521234000013", "entry": None},
    ]


def test_a_whole_file_is_registered_or_nothing_of_it(client):
    file = {"entries": [{"anchor": PRODUCT, **ENTRY}, {"anchor": OTHERS, **ENTRY}]}

    refused = client.post("/links", json=file)

    assert refused.status_code == 403
    assert "is of party 9521321000001" in refused.json()["detail"]
    assert client.get("/links").json() == {"entries": []}
    assert client.post("/links", json={"entries": file["entries"][:1]}).json() == {"registered": [PRODUCT]}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("PUT", f"/links{LOT}", ENTRY, 400, "has no gs1:defaultLink"),
        ("PUT", f"/links{PRODUCT}", {"anchor": OTHERS, **ENTRY}, 400, "want what the address is about"),
        ("PUT", f"/links{PRODUCT}", {"links": {}}, 400, "description is missing"),
        ("PUT", f"/links{PRODUCT}", [], 400, "no object"),
        ("PUT", "/links/01/1", ENTRY, 400, "has 1 characters"),
        ("PUT", f"/links{PRODUCT}/21/A/10/B", ENTRY, 400, "not a key and its qualifiers"),
        ("POST", "/links", {"entries": [{"anchor": PRODUCT}]}, 400, "entry 1"),
        ("DELETE", f"/links{PRODUCT}", None, 404, "no links are registered"),
        ("GET", f"/links{PRODUCT}", None, 404, "ever registered"),
    ],
)
def test_what_cannot_be_registered_is_refused_with_what_is_wrong(client, method, path, body, status, said):
    content = None if body is None else json.dumps(body)
    answer = client.request(method, path, content=content, headers={"Content-Type": "application/json"})

    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text
    assert "link" not in answer.json()["title"], "whoever asks here scanned nothing"


def test_whoever_only_reads_registers_nothing(client):
    reader = {"Authorization": "Bearer read"}
    assert client.put(f"/links{PRODUCT}", json=ENTRY, headers=reader).status_code == 403
    assert client.get("/links", headers=reader).status_code == 200
    assert client.get("/links", headers={"Authorization": "Bearer x"}).status_code == 401
