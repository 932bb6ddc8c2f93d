"""Each path has the statuses, the parameters and the headers that the official document gives it."""

from urllib.parse import quote

import pytest

from tests.api.asking import STRANGE, over
from tests.api.official import DOCUMENT, headers, query_parameters, statuses
from tests.builders import ITEM, SHOP, a_sighting

PATHS = [
    path for path in DOCUMENT["paths"] if path.startswith(("/e", "/biz", "/readPoints", "/dispositions"))
]
PLACES = {
    "eventID": "urn:uuid:7",
    "eventType": "ObjectEvent",
    "epc": ITEM,
    "bizStep": "shipping",
    "bizLocation": SHOP,
    "readPoint": SHOP,
    "disposition": "in_transit",
}


def an_address(path, text=None):
    for name, value in PLACES.items():
        path = path.replace(f"{{{name}}}", quote(text or value, safe=""))
    return path


@pytest.fixture(scope="module")
def placed(tmp_path_factory):
    """Every resource of `PLACES` occurs here."""
    sighting = a_sighting(1, ITEM, place=SHOP, disposition="in_transit", bizLocation={"id": SHOP})
    with over([STRANGE, sighting], tmp_path_factory.mktemp("placed")) as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
def test_every_status_of_the_standard_is_given(placed, path):
    address, wanted = an_address(path), statuses(path)
    answers = [
        placed.get(address),
        placed.get(address, headers={"Authorization": ""}),
        placed.get(address, headers={"Authorization": "Bearer farm"}),
        placed.get(address, headers={"Accept": "application/xml"}),
        placed.get(address, params={"EQ_nothing": "1"}),
        placed.get(address, params={"EQ_bizStep": "shipping|" * 2000}),
        placed.get(an_address(path, "https://example.org/not/here")),
    ]

    given = {str(each.status_code) for each in answers}
    # 500 is what nobody can ask for; the standard names no 400 of some lists, and no 414.
    assert wanted - {"500"} <= given
    assert given - wanted <= {"400", "414"}


@pytest.mark.parametrize("path", [path for path in PATHS if path.endswith("events")])
def test_every_parameter_of_the_standard_is_taken_where_it_stands(placed, path):
    told = {name: placed.get(an_address(path), params={name: ""}).text for name in query_parameters(path)}

    assert not [name for name, text in told.items() if "is no parameter" in text]


@pytest.mark.parametrize("path", PATHS)
def test_whoever_asks_for_the_options_is_told_what_is_spoken_here(placed, path):
    answer = placed.options(an_address(path), headers={"Authorization": ""})

    assert (answer.status_code, answer.content) == (204, b"")
    assert headers(path, "options", "204") <= set(answer.headers)
    assert answer.headers["allow"] == "OPTIONS, GET, HEAD" + (", POST" if path == "/events" else "")
