"""The page for links: a party signs in, adds a link, tries it and removes it; others' codes are refused."""

import re

import httpx
import pytest

from tests.api.serving import PUBLIC_URL, SampleLedger, served
from tests.fakes import FakeLinks
from traceability.ledger.links import Links
from traceability.ledger.parties import Party, Register

PRODUCT = "/01/09521234000020"
ADDED = {
    "code": "(01)09521234000020",
    "description": "<b>Kiwi",
    "type": "gs1:defaultLink",
    "href": "https://farm.example/",
    "title": "果",
}


@pytest.fixture
def client():
    parties = [Party("9521321000001", "Shop", ("9529999",))]
    links = Links(
        FakeLinks(), lambda: Register.of(parties), lambda _: {}, PUBLIC_URL, lambda: 1_795_000_000_123
    )
    with (
        served(SampleLedger(links=links), public_url="http://guoji.example") as address,
        httpx.Client(base_url=address, trust_env=False, follow_redirects=True) as client,
    ):
        client.post("/link/sign-in", data={"token": "capture"})
        yield client


def sent(client, action, **fields):
    key = re.search('name="form_key" value="([^"]+)"', client.get("/link").text)[1]
    files = {name: (None, value) for name, value in {**fields, "form_key": key}.items()}
    return client.post(f"/link/{action}?lang=en", files=files)


def test_a_link_is_added_tried_and_removed(client):
    page = sent(client, "add", **ADDED)

    assert page.status_code == 200
    assert "&lt;b&gt;Kiwi" in page.text
    assert f'href="{PRODUCT}?linkType=linkset&amp;lang=en"' in page.text
    assert client.get(PRODUCT, follow_redirects=False).headers["location"] == "https://farm.example/"
    assert "Kiwi page" in sent(client, "add", **{**ADDED, "type": "gs1:pip", "title": "Kiwi page"}).text
    left = sent(client, "remove", anchor=PRODUCT, type="gs1:pip", href="https://farm.example/")
    assert "Kiwi page" not in left.text
    gone = sent(client, "remove", anchor=PRODUCT, type="gs1:defaultLink", href="https://farm.example/")
    assert "Nothing is registered yet." in gone.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"code": "(01)09529999000002"}, "You may not do this"), ({"type": "gs1:pip"}, "no gs1:defaultLink")],
)
def test_what_cannot_be_registered_is_said_above_the_form_as_it_was_typed(client, fields, said):
    page = sent(client, "add", **{**ADDED, **fields})

    assert page.status_code == 422
    assert said in page.text
    assert 'value="果"' in page.text


@pytest.mark.parametrize(
    ("kind", "field", "typed", "said"),
    [
        ("gs1:defaultLink", "code", "(01)1", "This is no code that we can read"),
        ("gs1:defaultLink", "href", "javascript:alert(1)", "Want an address that begins with https://"),
        ("gs1:defaultLink", "title", "\n", "Want a title"),
        ("gs1:pip", "language", "chinese", "Want two small letters"),
        ("gs1:defaultLink", "language", "zh", "What a scan opens takes no language and no country"),
        ("gs1:defaultLink", "context", "CN", "What a scan opens takes no language and no country"),
        ("gs1:defaultLink", "description", "", "This code has no links yet: say what it is on"),
    ],
)
def test_a_wrong_field_is_told_beside_it_in_the_words_of_the_reader(client, kind, field, typed, said):
    page = sent(client, "add", **{**ADDED, "type": kind, field: typed})

    assert page.status_code == 422
    assert f'id="{field}-error">{said}' in page.text
    assert page.text.count('aria-invalid="true"') == 1
    assert 'role="alert"' in page.text


def test_a_form_of_somebody_else_changes_nothing(client):
    files = {name: (None, value) for name, value in {**ADDED, "form_key": "x"}.items()}

    assert client.post("/link/add", files=files).status_code == 403
    assert client.get("/links", headers={"Authorization": "Bearer capture"}).json() == {"entries": []}
