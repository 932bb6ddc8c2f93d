"""The resolver's scenarios over real HTTP, goods that we hold, and what a hostile query comes to."""

import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path

import httpx
import jsonschema_rs
import pytest

from tests.api.samples import PATH, a_notice, a_trace
from tests.api.serving import SampleLedger, served
from traceability.errors import CodeWithdrawn, NeverActivated
from traceability.gs1.key_paths import KEYS
from traceability.gs1.resolver.registration import read_file, read_registration

VECTORS = Path(__file__).parents[1] / "vectors" / "gs1"
FIXTURE = (VECTORS / "resolver_fixture.json").read_bytes()
SCENARIOS = [json.loads(line) for line in (VECTORS / "resolver_scenarios.jsonl").read_text().splitlines()]
SCHEMA = jsonschema_rs.validator_for(json.loads((VECTORS / "gs1-linkset-schema.json").read_text()))
ROOT = json.loads(FIXTURE)["resolverRoot"]
KIWI = "/01/09520123456788"
PRODUCT = "/01/09521234000020"
AWAY = {"gs1:defaultLink": [{"href": "https://farm.example/", "title": "Kiwi"}]}
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def ledger():
    trace = a_trace()
    ledger = SampleLedger({trace.subject: trace})
    ledger.links.put(read_file(FIXTURE))
    return ledger


@pytest.fixture(scope="module")
def client(ledger):
    with (
        served(ledger, public_url=ROOT) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        yield client


def registering(*entries):
    """A sample ledger that holds a lot for which these links are registered."""
    trace = a_trace()
    ledger = SampleLedger({trace.subject: trace})
    ledger.links.put([read_registration({"description": "Kiwi", **entry}) for entry in entries])
    return ledger


def without_link_type(location):
    address, _, query = location.partition("?")
    left = [each for each in query.split("&") if each and not each.startswith("linkType=")]
    return f"{address}?{'&'.join(left)}" if left else address


def addresses(linkset):
    return {
        link["href"]
        for each in linkset["linkset"]
        for several in each.values()
        if isinstance(several, list)
        for link in several
    }


@pytest.mark.parametrize(
    "scenario", SCENARIOS, ids=[f"{each['category']}-{each['id']}" for each in SCENARIOS]
)
def test_a_scenario_of_the_standard_is_answered_as_it_says(client, scenario):
    wanted = scenario["expect"]
    headers = {"Accept": "*/*", **scenario["headers"]}

    answer = client.request(scenario["method"], scenario["path"], headers=headers)

    statuses = [wanted["status"]] if "status" in wanted else wanted["status_any"]
    assert answer.status_code in [wanted.get("status_preferred", status) for status in statuses]
    assert answer.status_code not in wanted.get("never", ())
    location = answer.headers.get("location", "")
    if "location" in wanted:
        bare = wanted.get("ignore_linkType_in_location")
        told = [without_link_type(each) if bare else each for each in (location, wanted["location"])]
        assert told[0] == told[1]
    if "location_any" in wanted and location:
        assert without_link_type(location) in wanted["location_any"]
    for name in wanted.get("headers_present", ()):
        assert name in answer.headers
    for media in filter(None, [wanted.get("content_type"), *wanted.get("content_type_any", ())][:1]):
        assert answer.headers["content-type"].startswith(media)
    if "allow" in wanted:
        assert set(wanted["allow"]) <= set(answer.headers["allow"].split(", "))
    if "body_links" in wanted:
        assert set(wanted["body_links"]) <= addresses(answer.json())
    if "schema" in wanted:
        SCHEMA.validate(answer.json())
        assert {each["anchor"] for each in answer.json()["linkset"]} == set(wanted["anchors"])
        assert wanted["link_header_rel"] in answer.headers["link"]


def test_goods_that_we_hold_have_their_page_at_their_own_address_in_one_step(client):
    page = client.get(f"{PATH}?utm_source=douyin&lang=en", headers=HTML)

    assert page.status_code == 200
    assert "Verified" in page.text
    assert page.headers["link"].startswith(f'<{ROOT}{PATH}?linkType=linkset>; rel="linkset"')


def test_a_linkset_of_goods_that_we_hold_leads_to_all_that_is_told_of_them(client):
    answer = client.get(PATH, headers={"Accept": "application/linkset+json"})

    SCHEMA.validate(answer.json())
    [told] = answer.json()["linkset"]
    voc = "https://ref.gs1.org/voc/"
    assert told["anchor"] == ROOT + PATH
    english = client.get(PATH, headers={"Accept": "application/linkset+json", "Accept-Language": "en"}).json()
    assert english["linkset"][0]["itemDescription"].isascii() != told["itemDescription"].isascii()
    assert [each.get("hreflang") for each in told[f"{voc}traceability"]] == [
        ["zh-CN", "zh"],
        ["en"],
        None,
        None,
    ]
    assert set(told) == {"anchor", "itemDescription"} | {
        voc + name for name in ("defaultLink", "traceability", "recallStatus", "epcis", "registryEntry")
    }
    for address in addresses(answer.json()):
        if "/epcis/" not in address:
            assert client.get(address.removeprefix(ROOT)).status_code == 200


def test_a_registered_default_outranks_our_page_which_stays_reachable():
    ledger = registering({"anchor": PRODUCT, "links": AWAY}, {"anchor": PATH, "links": AWAY})
    with served(ledger) as address, httpx.Client(base_url=address, trust_env=False) as client:
        away = client.get(PATH)
        ours = client.get(f"{PATH}?linkType=gs1:traceability&x=1", headers={**HTML, "Accept-Language": "en"})
        page = client.get(ours.headers["location"].removeprefix("https://guoji.example"), headers=HTML)
        linkset = client.get(f"{PATH}?linkType=linkset").json()["linkset"]

    assert (away.status_code, away.headers["location"]) == (307, "https://farm.example/")
    assert (
        ours.headers["location"]
        == f"https://guoji.example{PATH}?format=html&lang=en&linkType=gs1:traceability&x=1"
    )
    assert (page.status_code, page.headers["content-language"]) == (200, "en")
    assert '<a href="?lang=zh-CN&amp;format=html"' in page.text
    assert [len(each["https://ref.gs1.org/voc/defaultLink"]) for each in linkset] == [1, 1]


def test_a_recall_is_seen_before_any_registered_page_and_a_link_that_is_asked_for_by_type_is_followed():
    ledger = registering(*({"anchor": each, "links": AWAY} for each in (PRODUCT, PATH, f"{PRODUCT}/21/7")))
    trace = a_trace(recalls=(a_notice(),))
    ledger.traces[trace.subject] = trace
    with served(ledger) as address, httpx.Client(base_url=address, trust_env=False) as client:
        scanned = [client.get(path, headers=HTML) for path in (PATH, f"{PATH}/21/7")]
        asked = client.get(f"{PATH}?linkType=gs1:defaultLink", headers=HTML)
        ended = a_trace(recalls=(a_notice(released_at=trace.made_at),))
        ledger.traces[trace.subject] = ended
        ours = [client.get(f"{PATH}?format=html", headers=HTML).status_code for _ in range(2)]
        after = client.get(PATH, headers=HTML)

    assert [(each.status_code, "data-recalled" in each.text) for each in scanned] == [(200, True)] * 2
    assert all('<a href="https://farm.example/" rel="noreferrer">' in each.text for each in scanned)
    assert ours == [200, 200]
    assert (asked.status_code, asked.headers["location"]) == (
        307,
        "https://farm.example/?linkType=gs1:defaultLink",
    )
    assert after.status_code == 307


def test_our_page_of_a_lot_outranks_the_default_of_its_product():
    with (
        served(registering({"anchor": PRODUCT, "links": AWAY})) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        asked = (PATH, f"{PATH}/21/UNKNOWN", f"{PRODUCT}/22/V{PATH.removeprefix(PRODUCT)}", PRODUCT)
        answers = [client.get(path).status_code for path in asked]

    assert answers == [200, 200, 200, 307]


@dataclass
class WithLabels(SampleLedger):
    """Made codes of which none is on goods."""

    unused: Exception | None = None

    def holds(self, subject):
        if "/21/" in subject:
            raise self.unused
        return super().holds(subject)


@pytest.mark.parametrize(("status", "error"), [(404, NeverActivated), (410, CodeWithdrawn)])
def test_a_code_that_is_on_no_goods_is_not_answered_by_its_lot_or_product(status, error):
    trace = a_trace()
    ledger = WithLabels({trace.subject: trace}, unused=error("on no goods"))
    ledger.links.put([read_registration({"anchor": PRODUCT, "description": "Kiwi", "links": AWAY})])
    with served(ledger) as address, httpx.Client(base_url=address, trust_env=False) as client:
        answers = [client.get(f"{path}/21/7") for path in (PATH, PRODUCT)]

    assert [answer.status_code for answer in answers] == [status, status]
    assert answers[0].json()["detail"] == "on no goods"


def test_every_primary_key_is_a_path_and_the_description_file_lists_it(client):
    told = client.get("/.well-known/gs1resolver").json()

    assert told["resolverRoot"] == ROOT
    assert told["supportedLinkType"] == [{"namespace": "https://ref.gs1.org/voc/", "prefix": "gs1:"}]
    assert tuple(told["supportedPrimaryKeys"]) == KEYS
    for key in KEYS:
        assert client.get(f"/{key}/1").status_code == 400, key
        assert client.options(f"/{key}/1").status_code == 204, key


def test_an_rfid_tag_is_answered_as_its_plain_link_which_the_answer_names():
    tag = json.loads((VECTORS / "epc_binary.jsonl").read_text().splitlines()[0])
    path = f"/01/{tag['gtin']}"
    with (
        served(registering({"anchor": path, "links": AWAY}), public_url=ROOT) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        answer = client.get(f"/eh{tag['hex']}")
        linkset = client.get(f"/eh{tag['hex']}?linkType=linkset").json()

    assert (answer.status_code, answer.headers["location"]) == (307, "https://farm.example/")
    assert f'<{tag["uncompressed"]}>; rel="http://www.w3.org/2002/07/owl#sameAs"' in answer.headers["link"]
    assert [each["anchor"] for each in linkset["linkset"]] == [ROOT + path]


@pytest.mark.parametrize(("link_type", "status"), [("linkset", 200), ("gs1:certificationInfo", 300)])
def test_lists_of_links_name_their_linkset_as_every_answer_does(client, link_type, status):
    answer = client.get(f"{KIWI}?linkType={link_type}", headers=HTML)

    assert answer.status_code == status
    own, context = answer.headers["link"].split(", ")
    assert own.startswith(f'<{ROOT}{KIWI}?linkType=linkset>; rel="linkset"')
    assert "linkset-context" in context


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/linkset+json", 200),
        ("application/linkset+json, */*;q=0.5", 200),
        ("text/html, application/linkset+json;q=0.1", 307),
        ("application/linkset+json;q=0", 307),
    ],
)
def test_a_linkset_is_given_by_accept_unless_a_page_is_wanted_more(client, accept, status):
    assert client.get(KIWI, headers={"Accept": accept}).status_code == status


def test_linksets_come_as_a_page_with_json_ld_and_as_json_ld(client):
    page = client.get(f"{KIWI}?linkType=all&lang=en", headers=HTML)
    data = client.get(f"{KIWI}?linkType=linkset", headers={"Accept": "application/ld+json"})

    embedded = page.text.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert page.headers["content-type"].startswith("text/html")
    assert json.loads(embedded) == data.json()
    assert data.json()["@context"] == "https://ref.gs1.org/standards/resolver/linkset-context"
    assert "承诺达标合格证" in page.text
    assert '<a href="?lang=zh-CN&amp;linkType=all"' in page.text


def test_a_context_that_no_link_is_for_goes_along(client):
    answer = client.get(f"{KIWI}?linkType=gs1:recallStatus&context=CN")

    assert (
        answer.headers["location"] == "https://api.example.cn/recall?v=1&linkType=gs1:recallStatus&context=CN"
    )


def test_a_choice_is_a_page_for_a_reader(client):
    page = client.get(f"{KIWI}?linkType=gs1:certificationInfo&lang=en", headers=HTML)

    assert page.status_code == 300
    assert "Which do you mean?" in page.text
    assert 'href="https://www.example.cn/c/1.pdf"' in page.text


@pytest.mark.parametrize(
    "query", ['q="><script>', "q=\u6784", "q=a b", "q=%0d%0aSet-Cookie:a", "to=javascript:alert(1)", "q=%"]
)
def test_no_hostile_query_reaches_a_target_unencoded(client, query):
    # As bytes: no client would send some of these.
    with socket.create_connection((client.base_url.host, client.base_url.port), 5) as connection:
        connection.sendall(f"GET {KIWI}?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))

    status, head = answer.split(b"\r\n", 1)[0].split()[1], answer.partition(b"\r\n\r\n")[0]
    assert status in (b"307", b"400")
    location = next(
        (line[10:] for line in head.split(b"\r\n") if line.lower().startswith(b"location: ")), b""
    )
    assert (location == b"") == (status == b"400")
    assert not location or location.startswith(b"https://www.example.cn/p/kiwi?")
    assert not set(location) & set(b' "<>\r\n')
    assert location.isascii()


def test_head_and_get_agree(client):
    for path in (KIWI, PATH, f"{KIWI}?linkType=linkset", "/414/9520000000219"):
        assert client.head(path).status_code == client.get(path).status_code


def test_what_stands_before_the_key_or_only_in_another_tongue_is_refused(client):
    for path in (f"{KIWI}{KIWI}", "/8006/095201234567880101/21/X", f"{KIWI}/21/A/10/B"):
        assert client.get(path).status_code in (400, 404), path


def test_each_check_of_the_standard_stands_in_the_docs_with_a_test_that_there_is():
    root = Path(__file__).parents[2]
    rows = re.findall(r"^\| (RC[0-9]{2}) .*$", (root / "docs/resolver.md").read_text("utf-8"), re.MULTILINE)
    named = set(re.findall(r"`(test_\w+)`", (root / "docs/resolver.md").read_text("utf-8")))
    files = ("api/test_resolver.py", "api/test_scan.py", "gs1/test_resolver_rules.py", "ledger/test_links.py")
    tests = "".join((root / "tests" / file).read_text("utf-8") for file in files)

    checks = json.loads((VECTORS / "resolver_conformance_checks.json").read_text())["checks"]
    assert rows == [check["id"] for check in checks]
    assert [name for name in sorted(named) if f"def {name}(" not in tests] == []
