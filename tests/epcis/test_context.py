"""The @context that holds for an event is the document's, then its own."""

import pytest

from traceability.epcis.context import effective_context, prefixes
from traceability.epcis.vocabulary import CONTEXT_VOC, STANDARD_CONTEXT
from traceability.errors import InvalidInput


@pytest.mark.parametrize(
    ("of_document", "of_event", "expected"),
    [
        ("https://a.example", None, ["https://a.example"]),
        (["https://a.example"], {"x": "urn:x"}, ["https://a.example", {"x": "urn:x"}]),
        ([{"x": "urn:x"}, {"x": "urn:y"}], {"x": "urn:x"}, [{"x": "urn:x"}, {"x": "urn:y"}, {"x": "urn:x"}]),
        (None, "https://a.example", ["https://a.example"]),
    ],
)
def test_contexts_are_merged_in_order(of_document, of_event, expected):
    assert effective_context({"@context": of_document}, {"@context": of_event}) == expected


def test_a_single_event_brings_its_own_context():
    assert effective_context({"type": "ObjectEvent", "@context": STANDARD_CONTEXT}) == [STANDARD_CONTEXT]


def test_a_context_that_is_no_context_is_refused():
    with pytest.raises(InvalidInput, match="holds a int, want URLs and objects"):
        effective_context({"@context": [5]})


@pytest.mark.parametrize("url", CONTEXT_VOC)
def test_every_published_epcis_context_is_known(url):
    assert prefixes([url, {"a": "urn:a"}, {"a": "urn:b"}]) == {"a": "urn:b"}
