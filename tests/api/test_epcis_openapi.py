"""What we serve is described; it differs from the official description only where a table says so and why."""

import json
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from hashlib import sha256

import pytest
from fastapi.routing import iter_route_contexts

from api.app import create_app
from api.epcis_openapi import document
from api.epcis_openapi.difference import LEFT_OUT, Difference
from api.epcis_openapi.differences import DIFFERENCES
from api.epcis_openapi.document import apply, described, official, operations
from tests.api.serving import PUBLIC_URL, SampleLedger
from traceability.epcis.query.parameters import FIXED, ORDERING

OFFICIAL_SHA256 = "8337ba1531e35f51840dcc93bbce20e61dcf4b08247df297d74215321adb0063"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}


def places(value, at=()):
    """Every member of a document by its path; a list counts as one."""
    if isinstance(value, Mapping) and value:
        for name, member in value.items():
            yield from places(member, (*at, name))
    else:
        yield at, value


def changed(one, other):
    one, other = dict(places(one)), dict(places(other))
    return {at for at in one.keys() | other.keys() if one.get(at, LEFT_OUT) != other.get(at, LEFT_OUT)}


def is_listed(place):
    return any(
        all(fnmatchcase(name, pattern) for name, pattern in zip(place, each.at, strict=False))
        and len(place) >= len(each.at)
        for each in DIFFERENCES
    )


def test_the_official_document_is_as_gs1_published_it():
    assert sha256(document._OFFICIAL.read_bytes()).hexdigest() == OFFICIAL_SHA256


def test_no_difference_from_the_official_document_is_unlisted(partner):
    served = partner.get("/openapi.json", headers={"Authorization": ""}).json()
    told = served.pop("x-differences")

    assert [place for place in changed(official(), served) if not is_listed(place)] == []
    assert [each["why"] for each in told] == [each.why for each in DIFFERENCES]


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda each: "/".join(each.at))
def test_a_listed_difference_is_one_and_has_a_reason(difference):
    others = [each for each in DIFFERENCES if each is not difference]

    assert described() != {**described(others), "x-differences": described()["x-differences"]}
    assert len(difference.why) > 20


def test_a_difference_is_made_at_each_place_that_it_names():
    some = {"a": {"x": {"m": 1, "n": 2}, "y": {"m": 3}}, "b": {"x": {"m": 4}}}

    apply(some, Difference(("a", "*", "m"), LEFT_OUT, ""))
    apply(some, Difference(("*", "x", "o"), 5, ""))

    assert some == {"a": {"x": {"n": 2, "o": 5}, "y": {}}, "b": {"x": {"m": 4, "o": 5}}}


def test_every_reference_leads_somewhere():
    served = described()

    for at, value in places(served):
        if at[-1] == "$ref":
            node = served
            for name in value.removeprefix("#/").split("/"):
                node = node[name]
            assert node


def as_described(path):
    """The path of a route as the document spells it."""
    path = path.removeprefix("/epcis").replace(":path}", "}") or "/"
    names = {"eventTypes": "eventType", "events": "eventID", "capture": "captureID", "queries": "queryName"}
    top = path.split("/")[1]
    if top == "nextPageToken":
        return path
    given = re.sub(r"\{\w+\}", f"{{{names.get(top, top.removesuffix('s'))}}}", path, count=1)
    return given.replace("{subscription_id}", "{subscriptionID}")


def test_what_is_described_is_what_is_there():
    app = create_app(SampleLedger(), PUBLIC_URL)
    routes = [each for each in iter_route_contexts(app.routes) if each.path.startswith("/epcis")]

    there = {(as_described(each.path), method.lower()) for each in routes for method in each.methods}

    # HEAD is GET without a body wherever there is GET, and so OpenAPI leaves it out.
    gets = {path for path, method in there if method == "get"}
    assert gets == {path for path, method in there if method == "head"}
    told = {(path, method) for path, method, _ in operations(described()) if method in METHODS}
    assert there - {(path, "head") for path in gets} == told


def parameters_of(served, path, operation):
    listed = [*served["paths"][path].get("parameters", []), *operation.get("parameters", [])]
    names = [each.get("$ref", "").rpartition("/")[2] for each in listed]
    found = [
        served["components"]["parameters"][name] if name else each
        for name, each in zip(names, listed, strict=True)
    ]
    return {each["name"] for each in found if each["in"] == "query"}


def test_every_parameter_that_is_described_is_understood():
    served = described()

    for path, method, operation in operations(served):
        for name in parameters_of(served, path, operation) - {"perPage", "nextPageToken"}:
            assert name in FIXED or name in ORDERING, (path, method)


def test_the_document_is_json_that_any_tool_reads(partner):
    answer = partner.get("/openapi.json")

    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.content)["openapi"] == "3.0.3"
