"""What occurs in events is listed, and has its events."""

from urllib.parse import quote

import pytest

from tests.api.asking import all_pages, events_of, next_of, over, sample_events
from tests.builders import ITEM


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with over(sample_events(), tmp_path_factory.mktemp("store")) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("bizSteps", {"commissioning", "shipping", "https://words.example/blanching"}),
        ("epcs", {ITEM}),
        ("dispositions", {"in_transit"}),
        ("bizLocations", set()),
        (
            "eventTypes",
            {
                "ObjectEvent",
                "AggregationEvent",
                "TransactionEvent",
                "TransformationEvent",
                "AssociationEvent",
            },
        ),
    ],
)
def test_what_occurs_is_listed(client, name, members):
    answer = client.get(f"/{name}")

    assert answer.json()["type"] == "Collection"
    assert set(answer.json()["member"]) == members
    assert len(answer.json()["member"]) == len(members)


def test_a_list_has_pages(client):
    path, found = "/bizSteps?perPage=2", []
    while path:
        answer = client.get(path)
        found.append(answer.json()["member"])
        path = next_of(answer)

    assert [len(page) for page in found] == [2, 1]


def test_a_resource_says_that_it_has_events_and_gives_them(client):
    word = quote("https://words.example/blanching", safe="")

    assert client.get(f"/bizSteps/{word}").json()["member"] == ["events"]
    assert [each["eventID"] for each in events_of(client.get(f"/bizSteps/{word}/events"))] == ["urn:uuid:7"]


def test_events_of_a_resource_are_filtered_further_and_paged(client):
    pages = all_pages(client, f"/epcs/{quote(ITEM, safe='')}/events?EQ_bizStep=shipping&perPage=2")

    assert [len(page) for page in pages] == [2, 2, 1]


def test_the_parameter_of_a_resource_beside_it_is_one_more_condition(client):
    assert events_of(client.get("/bizSteps/shipping/events?EQ_bizStep=holding")) == []


def test_a_thing_is_found_by_every_spelling_of_it(client):
    assert len(events_of(client.get("/epcs/urn:epc:id:sgtin:9521234.000002.A000000000000001/events"))) == 6
