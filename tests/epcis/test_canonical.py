"""The log commits to one spelling of an event and its @context."""

import pytest

from traceability.epcis.canonical import canonical_bytes
from traceability.errors import InvalidInput


def test_members_are_named_and_sorted_as_formats_md_says():
    event = {"type": "ObjectEvent", "b": 1.0, "a": "苹果"}

    assert canonical_bytes(event, ("https://a.example", {"x": "urn:x"})) == (
        '{"@context":["https://a.example",{"x":"urn:x"}],'
        '"event":{"a":"苹果","b":1,"type":"ObjectEvent"}}'.encode()
    )


@pytest.mark.parametrize("value", [float("nan"), 2**53, "\ud800"])
def test_what_has_no_canonical_spelling_is_refused(value):
    with pytest.raises(InvalidInput, match="cannot be written as canonical JSON"):
        canonical_bytes({"a": value}, [])
