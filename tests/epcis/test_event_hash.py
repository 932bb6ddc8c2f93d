"""The event hash agrees with the tools of the trade, and refuses what it cannot read."""

import json
import random
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.epcis import VERSIONS, event_hash
from traceability.epcis.vocabulary import STANDARD_CONTEXT
from traceability.errors import InvalidInput

VECTORS = Path(__file__).parents[1] / "vectors" / "epcis"
CONTEXT = [STANDARD_CONTEXT, {"farm": "https://ns.example.org/farm/"}]


def lines(name):
    return [json.loads(line) for line in (VECTORS / name).read_text().splitlines()]


def an_event(**fields):
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-08-15T14:00:00.000+02:00",
        "eventTimeZoneOffset": "+02:00",
        "epcList": ["https://id.gs1.org/00/095213210000000018"],
        "action": "OBSERVE",
    } | fields


def prehash(version="CBV2.0", context=CONTEXT, **fields):
    return event_hash(an_event(**fields), context, version).prehash


EXPECTED = [
    pytest.param(case["event"], case["context"], version, expected, id=f"{case['name']} {version}")
    for case in lines("events.jsonl")
    for version, expected in case["expected"].items()
]


@pytest.mark.parametrize(("event", "context", "version", "expected"), EXPECTED)
def test_each_event_has_the_prehash_and_hash_of_the_reference(event, context, version, expected):
    if "error" in expected:
        with pytest.raises(InvalidInput, match=r"1\.9\.3"):
            event_hash(event, context, version)
        return

    hashed = event_hash(event, context, version)

    assert hashed.prehash == expected["prehash"]
    assert hashed.uri == expected["hash"]


@pytest.mark.parametrize("case", lines("relations.jsonl"), ids=lambda case: case["name"])
def test_two_events_share_a_hash_only_where_the_reference_says_so(case):
    first = event_hash(case["event_a"], case["context_a"])
    second = event_hash(case["event_b"], case["context_b"])

    assert (first == second) == (case["expect"] == "same")


def shuffled(value, order):
    if isinstance(value, dict):
        names = list(value)
        order.shuffle(names)
        return {name: shuffled(value[name], order) for name in names}
    return [shuffled(item, order) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("event", "context", "version", "expected"), EXPECTED)
def test_the_order_of_keys_does_not_matter(event, context, version, expected):
    if "error" not in expected:
        hashed = event_hash(shuffled(event, random.Random(7)), context, version)

        assert hashed.prehash == expected["prehash"]


def test_a_list_of_objects_with_extensions_is_ordered_by_its_raw_members():
    reports = [
        {"type": "Temperature", "value": 2, "farm:a": "y"},
        {"type": "Temperature", "value": 10, "farm:b": "z"},
    ]

    written = prehash(sensorElementList=[{"sensorReport": reports}])

    assert written.endswith(
        "sensorElementsensorReport{https://ns.example.org/farm/}b=z"
        "sensorReport{https://ns.example.org/farm/}a=y"
    )


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("CBV2.0", "readPointid=https://x.example/1readPoint{https://ns.example.org/farm/}a=1"),
        ("CBV2.1", "readPointid=https://x.example/1{https://ns.example.org/farm/}a=1"),
        ("pypi-1.9.3", "readPointid=https://x.example/1{https://ns.example.org/farm/}a=1"),
    ],
)
def test_an_extension_inside_a_field_stands_where_the_version_wants_it(version, expected):
    assert prehash(version, readPoint={"id": "https://x.example/1", "farm:a": 1}).endswith(expected)


def test_a_bare_name_that_is_not_in_the_order_is_not_hashed():
    reports = [{"type": "Temperature", "value": 1, "bizRules": "https://x.example/r"}]

    assert "bizRules" not in prehash(sensorElementList=[{"sensorReport": reports}])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], ""),
        ({}, "=§a"),
        ("", "=§a"),
        (None, "=§a=None"),
        ([[2, 1]], "=§a=1=2"),
        ({"#text": "x", "farm:b": [True, "y"]}, "=§a=x§b=true§b=y"),
    ],
)
def test_odd_extension_values_are_written_as_the_reference_writes_them(value, expected):
    written = prehash(**{"farm:a": value}).partition("action=OBSERVE")[2]

    assert written == expected.removeprefix("=").replace("§", "{https://ns.example.org/farm/}")


@pytest.mark.parametrize(
    ("context", "problem"),
    [
        ([STANDARD_CONTEXT, "https://x.example/own.jsonld"], "not one we can resolve"),
        ([{"farm": "https://ns.example.org/farm/"}], "names no EPCIS context"),
        ([STANDARD_CONTEXT, {"farm": 5}], "prefix 'farm' means 5"),
        ([STANDARD_CONTEXT], "does not declare the prefix of 'farm:a'"),
    ],
)
def test_a_context_that_cannot_be_resolved_is_refused(context, problem):
    with pytest.raises(InvalidInput, match=problem):
        prehash(context=context, **{"farm:a": 1})


def test_a_prefix_may_be_declared_by_a_term_definition():
    context = [STANDARD_CONTEXT, {"@version": 1.1, "farm": {"@id": "https://ns.example.org/farm/"}}]

    assert prehash(context=context, **{"farm:a": 1}) == prehash(**{"farm:a": 1})


def test_one_document_leaves_no_prefix_behind_for_the_next():
    prehash(context=[*CONTEXT, {"left": "https://ns.example.org/left/"}], **{"left:a": 1})

    with pytest.raises(InvalidInput, match="left:a"):
        prehash(**{"left:a": 1})


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"type": 5}, "type 5"),
        ({"bizStep": {"a": 1}}, "bizStep holds a dict"),
        ({"farm:a": "\ud800"}, "surrogate"),
        ({"farm:a": "1E-999999999"}, "too small"),
        ({"eventTime": "2026-08-15T14:00:00"}, "no time zone"),
        ({"eventTime": "0001-01-01T00:00:00+14:00"}, "leaves the years"),
    ],
)
def test_what_the_rules_cannot_read_is_refused_by_name(fields, problem):
    with pytest.raises(InvalidInput, match=problem):
        prehash(**fields)


def test_an_unknown_version_is_refused_with_those_we_know():
    with pytest.raises(InvalidInput, match=r"'CBV3', want CBV2\.0, CBV2\.1, pypi-1\.9\.3"):
        prehash("CBV3")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    [
        "eventTime",
        "epcList",
        "quantityList",
        "readPoint",
        "bizTransactionList",
        "sensorElementList",
        "bizStep",
        "ilmd",
        "farm:x",
    ]
)


@given(st.dictionaries(names, json_values), st.sampled_from(VERSIONS))
def test_whatever_stands_in_an_event_gives_a_hash_or_a_clear_refusal(fields, version):
    with suppress(InvalidInput):
        assert event_hash({"type": "ObjectEvent"} | fields, CONTEXT, version).uri.startswith("ni:///sha-256;")
