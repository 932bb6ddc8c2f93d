"""A forged item code: 404 in both languages and for programs, before ledger or cache are asked."""

import httpx
import pytest

from tests.api.samples import PATH, a_trace
from tests.api.serving import SampleLedger, served
from traceability.errors import NeverActivated, NotIssued
from traceability.gs1 import serials
from traceability.ledger.issued import Issued

KEY = bytes(range(32))
GTIN = "09521234000020"
SERIAL = serials.issue(KEY, GTIN, b"abcde")
FORGED = f"/01/{GTIN}/21/{SERIAL[:-1]}{'0' if SERIAL[-1] != '0' else '1'}"


@pytest.fixture(scope="module")
def client():
    """Of a server whose store would be missed if anybody asked it."""
    ledger = SampleLedger(away=NeverActivated("this code was never put on goods"))
    with (
        served(ledger, check_issued=Issued(KEY, lambda _: True, lambda _: None).check) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("lang", "title"), [("en", "This code was not issued by us"), ("zh-CN", "不是我们发出")]
)
def test_a_shopper_is_told_what_to_do(client, lang, title):
    page = client.get(f"{FORGED}?lang={lang}", headers={"Accept": "text/html"})

    assert page.status_code == 404
    assert title in page.text
    assert "12315" in page.text


@pytest.mark.parametrize(
    "path",
    [f"{FORGED}?format=json", f"/overlay{FORGED}", f"/overlay{FORGED}/events", f"/proof?subject=https://x.cn{FORGED}",
     f"/codes/proof?subject=https://x.cn{FORGED}"],
)  # fmt: skip
def test_every_route_that_names_an_item_refuses_it_alike(client, path):
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.json() == {
        "type": "epcisException:NoSuchResourceException",
        "title": "This code was not issued by us",
        "status": 404,
        "detail": "this code was not issued by us",
    }


def test_a_code_in_small_letters_leads_to_the_one_that_is_printed(client):
    page = client.get(f"/01/{GTIN}/21/{SERIAL.lower()}?lang=en", headers={"Accept": "text/html"})

    assert page.status_code == 404
    assert "This code is printed otherwise" in page.text
    assert f'href="/01/{GTIN}/21/{SERIAL}"' in page.text


@pytest.mark.parametrize(
    "typed", [SERIAL.lower(), "-".join([SERIAL[:4], SERIAL[4:]]), f"{SERIAL[:8]} {SERIAL[8:]}"]
)
def test_a_code_is_understood_as_it_is_typed_from_a_label(client, typed):
    answer = client.get("/", params={"code": f"(01){GTIN}(21){typed}", "lang": "en"})

    assert answer.headers["location"] == f"/01/{GTIN}/21/{SERIAL}?lang=en"


def test_codes_that_are_first_issued_while_a_forged_one_is_looked_up_have_it_refused():
    trace, asked = a_trace(), []

    def check(_link):
        asked.append(_link)
        if len(asked) > 1:
            raise NotIssued("this code was not issued by us")

    with served(SampleLedger({trace.subject: trace}), check_issued=check) as address:
        assert httpx.get(f"{address}{PATH}/21/FORGED", trust_env=False).status_code == 404


def test_an_issued_code_that_was_never_activated_has_a_page_of_its_own(client):
    page = client.get(f"/01/{GTIN}/21/{SERIAL}?lang=en", headers={"Accept": "text/html"})

    assert page.status_code == 404
    assert "This code was never put on goods" in page.text
