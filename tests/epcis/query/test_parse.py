"""What is not understood in a query is refused by name; all names of the standard are understood."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.epcis.query.parse import parse_query
from traceability.epcis.query.query import Condition, Query
from traceability.errors import BadQuery

OFFICIAL = json.loads((Path(__file__).parents[2] / "vectors/epcis/query-interface.json").read_text())
PREFIXES = {"ext1": "https://ns.ext.de/epcis/"}
PAGING = {"perPage", "nextPageToken"}
VALUES = {
    "eventType": "ObjectEvent",
    "EQ_action": "ADD",
    "EQ_type": "Temperature",
    "EQ_booleanValue": "true",
    "orderBy": "eventTime",
    "orderDirection": "ASC",
    "EQ_errorReason": "did_not_occur",
    "eventCountLimit": "5",
    "maxEventCount": "5",
}


def parse(*pairs, prefixes=PREFIXES):
    return parse_query(pairs, prefixes)


def value_for(name):
    if name in VALUES:
        return VALUES[name]
    if "bizStep" in name:
        return "shipping"
    if "isposition" in name:
        return "recalled"
    if name.startswith("EXISTS"):
        return "true"
    if re.search("Time$|_time$", name):
        return "2022-06-30T00:15:47.000-05:00"
    if re.match("EQ_(ext|quantity|value)|G|L", name):
        return "5"
    return "urn:example:thing"


def official_names():
    named = {name for path in OFFICIAL["paths"].values() for name in path["get"]["query"]}
    return sorted((named | set(OFFICIAL["queryNames"])) - PAGING)


@pytest.mark.parametrize("name", official_names())
def test_every_parameter_of_the_openapi_and_the_query_schema_is_understood(name):
    pairs = [(name, value_for(name))]
    if name == "eventCountLimit":
        pairs.append(("orderBy", "eventTime"))

    parse(*pairs)


@pytest.mark.parametrize(
    "pattern", [each for each in OFFICIAL["queryPatterns"] if not re.search("HASATTR|EQ_ATTR", each)]
)
def test_every_flexible_name_of_the_query_schema_is_understood(pattern):
    name = pattern.strip("^$").replace("[a-z][a-zA-Z0-9]*\\:\\w+", "ext1:some")
    name = name.replace("[A-Z0-9]{2,4}", "CEL").replace("[a-z][a-zA-Z0-9_]+", "po")

    parse((name, value_for(name)))


def test_a_condition_on_attributes_of_master_data_is_refused_since_we_hold_none():
    with pytest.raises(BadQuery, match="HASATTR_ext1:some is no parameter"):
        parse(("HASATTR_ext1:some", "x"))


def test_an_unknown_parameter_is_refused_and_the_nearest_one_named():
    with pytest.raises(BadQuery, match=r"^EQ_bizstep is no parameter of a query; is EQ_bizStep meant\?"):
        parse(("EQ_bizstep", "shipping"))


def test_a_parameter_whose_prefix_nobody_declared_is_refused():
    with pytest.raises(BadQuery, match="want the header GS1-Extensions: foo=NAMESPACE"):
        parse(("EQ_foo:bar", "x"))


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("EQ_bizStep", "shiping", r"want a word of the standard .*; is shipping meant\?"),
        ("EQ_action", "SEEN", "want ADD or DELETE or OBSERVE"),
        ("EQ_action", "urn:x:y", "want ADD or DELETE or OBSERVE"),
        ("GE_eventTime", "yesterday", "want an RFC 3339 time"),
        ("GE_eventTime", "2026-11-20T06:00:00", "time with its zone"),
        ("GE_eventTime", "2022-06-30T00:15:47.000 05:00", "a \\+ in it written %2B"),
        ("GE_eventTime", "0001-01-01T00:00:00+14:00", "want an RFC 3339 time"),
        ("EQ_quantity", "many", "want a number"),
        ("EQ_quantity", "nan", "want a number"),
        ("EQ_quantity", "1e999", "want a number"),
        ("EQ_quantity", "5|", "a value"),
        ("EQ_readPoint", "here", "want a URI"),
        ("EQ_booleanValue", "yes", "want true or false"),
        ("EXISTS_errorDeclaration", "1", "want true or false"),
        ("orderBy", "ext1:some", "want eventTime or recordTime"),
        ("orderDirection", "UP", "want ASC or DESC"),
        ("maxEventCount", "0", "want a whole number from 1 to 1000000"),
        ("maxEventCount", "٣", "want a whole number"),
        ("GE_ext1:some", "abc", "a number, or a time"),
        ("MATCH_epc", "urn:epc:idpat:sgtin:4012345.*.*", "only the serial number"),
    ],
)
def test_a_malformed_value_says_what_was_found_and_wanted(name, value, wanted):
    with pytest.raises(BadQuery, match=f"^{name} is .*{wanted}"):
        parse((name, value))


def test_a_limit_without_an_order_is_refused():
    with pytest.raises(BadQuery, match="eventCountLimit says nothing without orderBy"):
        parse(("eventCountLimit", "5"))


def test_two_limits_are_refused():
    with pytest.raises(BadQuery, match="both"):
        parse(("orderBy", "eventTime"), ("eventCountLimit", "5"), ("maxEventCount", "5"))


def test_a_parameter_that_is_there_twice_is_refused():
    with pytest.raises(BadQuery, match="EQ_bizStep is there 2 times"):
        parse(("EQ_bizStep", "shipping"), ("EQ_bizStep", "receiving"))


def test_more_values_than_a_query_may_have_are_refused():
    with pytest.raises(BadQuery, match="201 values, want at most 200"):
        parse(("EQ_quantity", "|".join(str(number) for number in range(201))))


@pytest.mark.parametrize(
    "spelling",
    [
        "shipping",
        "urn:epcglobal:cbv:bizstep:shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "cbv:BizStep-shipping",
    ],
)
def test_all_spellings_of_a_word_are_one(spelling):
    assert parse(("EQ_bizStep", spelling)).conditions == (Condition("EQ", ("bizStep",), ("shipping",)),)


def test_a_word_of_ones_own_is_asked_for_by_prefix_or_in_full():
    by_prefix = parse(("EQ_bizStep", "ext1:blanching"))

    assert by_prefix == parse(("EQ_bizStep", "https://ns.ext.de/epcis/blanching"))


def test_an_epc_urn_and_its_digital_link_are_one():
    urn = parse(("MATCH_epc", "urn:epc:id:sgtin:9521234.000002.A1"))

    assert urn == parse(("MATCH_epc", "https://example.com/01/09521234000020/21/A1"))


def test_times_of_all_zones_are_one():
    [condition] = parse(("GE_eventTime", "2026-11-20T14:00:00+08:00")).conditions

    assert condition == Condition("GE", ("eventTime",), (datetime(2026, 11, 20, 6, tzinfo=UTC),))


def test_a_question_for_what_is_there_that_says_false_asks_nothing():
    assert parse(("EXISTS_errorDeclaration", "false")) == Query()


@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=4))
def test_any_parameters_give_a_query_or_a_refusal(pairs):
    with suppress(BadQuery):
        parse(*pairs)


@given(st.sampled_from(official_names()), st.text(max_size=40))
def test_any_value_of_any_parameter_gives_a_query_or_a_refusal(name, value):
    with suppress(BadQuery):
        parse((name, value))
