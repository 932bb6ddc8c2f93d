"""A query as a JSON object is the query that the same parameters of a request are."""

import pytest

from traceability.epcis.query.definition import read_definition
from traceability.epcis.query.parse import parse_query
from traceability.errors import BadQuery

EXT = {"ex": "https://ex.example/epcis/"}
SAME = [
    ({"EQ_bizStep": ["shipping", "receiving"]}, [("EQ_bizStep", "shipping|receiving")]),
    ({"GE_eventTime": "2026-08-15T14:00:00Z"}, [("GE_eventTime", "2026-08-15T14:00:00Z")]),
    ({"EQ_quantity": [1, 2.5]}, [("EQ_quantity", "1|2.5")]),
    ({"LT_value_CEL": -2.5}, [("LT_value_CEL", "-2.5")]),
    ({"EQ_booleanValue": False}, [("EQ_booleanValue", "false")]),
    ({"EXISTS_errorDeclaration": None}, [("EXISTS_errorDeclaration", "true")]),
    ({"EXISTS_errorDeclaration": 1}, [("EXISTS_errorDeclaration", "true")]),
    ({"EXISTS_ex:size": False}, [("EXISTS_ex:size", "false")]),
    ({"EQ_ex:size": ["S", "M"]}, [("EQ_ex:size", "S|M")]),
    ({"EQ_ex:size": 5}, [("EQ_ex:size", "5")]),
    ({"GT_ILMD_ex:size": 5}, [("GT_ILMD_ex:size", "5")]),
    (
        {"orderBy": "eventTime", "orderDirection": "ASC", "eventCountLimit": 5},
        [("orderBy", "eventTime"), ("orderDirection", "ASC"), ("eventCountLimit", "5")],
    ),
    ({}, []),
]


@pytest.mark.parametrize(("definition", "pairs"), SAME, ids=lambda each: str(each)[:40])
def test_an_object_is_the_query_of_the_same_parameters(definition, pairs):
    assert read_definition(definition, EXT) == parse_query(pairs, EXT)


def test_its_context_declares_prefixes():
    context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld", {"own": EXT["ex"]}]

    found = read_definition({"@context": context, "EQ_own:size": ["S"]}, {})

    assert found == parse_query([("EQ_ex:size", "S")], EXT)


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ([], "query is a list"),
        ({"EQ_bizStep": "shipping"}, "want a list of values"),
        ({"EQ_bizStep": []}, "want a list of values"),
        ({"EQ_bizStep": ["shipping|packing"]}, 'want one without "|"'),
        ({"EQ_bizStep": [["shipping"]]}, "want a text, a number"),
        ({"EQ_bizSteps": ["shipping"]}, "is EQ_bizStep meant"),
        ({"GE_eventTime": ["2026-08-15T14:00:00Z"]}, "want a text, a number"),
        ({"GE_eventTime": None}, "want a text, a number"),
        ({"EXISTS_errorDeclaration": 0}, "want true or false"),
        ({"EQ_quantity": [True]}, "want a number"),
        ({"@context": "https://elsewhere.example/"}, "not one we can resolve"),
        ({"@context": 5}, "@context holds a int"),
        ({"EQ_nope:size": ["S"]}, "nothing says what the prefix 'nope' means"),
        ({"eventCountLimit": 5}, "says nothing without orderBy"),
        ({"orderBy": "eventTime", "eventCountLimit": 5.5}, "want a whole number"),
    ],
    ids=str,
)
def test_what_is_not_understood_is_refused_by_name(definition, words):
    with pytest.raises(BadQuery, match=words):
        read_definition(definition, {})
