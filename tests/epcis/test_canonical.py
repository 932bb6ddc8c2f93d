"""The log commits to one spelling of an event and its @context."""

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

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


texts = st.text(max_size=8) | st.text('"\\/,:[0e.\x00\x7f\ue000\U0001f34e', max_size=8)
numbers = st.integers(1 - 2**53, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | texts | numbers,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(texts, values, max_size=4))
@example({"a": 1.0, "b": [1e16, 2.5e-7], "c": [[-0.0]]})
@example({"\ue000": 1, "\U0001f34e": 2})
@example({"time": "14:00:00.000Z", "list": ",1.0", '":1.0': ["[1.0"]})
def test_the_quick_way_writes_what_rfc_8785_does(event):
    assert canonical_bytes(event, []) == rfc8785.dumps({"@context": [], "event": event})
