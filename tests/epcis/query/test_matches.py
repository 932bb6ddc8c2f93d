"""An event answers a query by what stands in it, however either of them spells it (EPCIS 2.0, 8.2.7.1)."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builders import CASE, FIELD, FIELD_LOT, ITEM, LOGGER, LOT, SHOP, a_harvest, a_pack_out, an_event
from traceability.epcis.context import effective_context
from traceability.epcis.document import events_in
from traceability.epcis.event import Event
from traceability.epcis.query.matches import matches
from traceability.epcis.query.parse import parse_query
from traceability.epcis.query.query import Query
from traceability.epcis.query.terms import lookups, terms

EXAMPLES = Path(__file__).parents[2] / "vectors/epcis/query"
EXT = {
    "ext1": "https://ns.ext.de/epcis/",
    "example": "http://ns.example.com/epcis/",
    "guoji": "https://ns.guoji.example/epcis/",
}


@dataclass(frozen=True)
class Kept:
    event: Event
    event_hash: str = "ni:///sha-256;00?ver=CBV2.0"
    captured_at_ms: int = 1_795_000_000_000


def answers(event, *pairs):
    """Whether it matches; an index that holds its terms must not be in the way."""
    query, kept = parse_query(pairs, EXT), Kept(event)
    found, known = matches(kept, query), terms(kept)
    assert not found or all(known & wanted for wanted in lookups(query))
    return found


SIGHTING = an_event(
    action="OBSERVE",
    bizStep="shipping",
    disposition="in_transit",
    persistentDisposition={"set": ["completeness_verified"], "unset": ["recalled"]},
    bizLocation={"id": SHOP},
    epcList=[ITEM, "urn:epc:id:sscc:9521234.0000000001"],
    bizTransactionList=[{"type": "po", "bizTransaction": "urn:example:po:1"}, {"bizTransaction": "urn:x:2"}],
    sourceList=[{"type": "owning_party", "source": "urn:epc:id:pgln:9521234.00000"}],
    destinationList=[{"type": "location", "destination": SHOP}],
    eventID="urn:uuid:1",
)
SENSED = an_event(
    action="OBSERVE",
    sensorElementList=[
        {
            "sensorMetadata": {
                "startTime": "2026-11-20T06:00:00Z",
                "deviceID": LOGGER,
                "bizRules": "https://x.example/r",
            },
            "sensorReport": [
                {
                    "type": "Temperature",
                    "minValue": 1.5,
                    "maxValue": 9,
                    "uom": "CEL",
                    "percRank": 5,
                    "percValue": 3,
                },
                {"type": "https://x.example/door", "booleanValue": False, "stringValue": "shut"},
            ],
        }
    ],
)
DECLARED = an_event(
    action="ADD",
    errorDeclaration={
        "declarationTime": "2026-11-21T00:00:00Z",
        "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:uuid:2"],
    },
)
EXTENDED = an_event(
    action="ADD",
    ilmd={"guoji:harvested": "2026-11-20", "guoji:box": {"guoji:size": 7}},
    **{
        "guoji:weight": 12,
        "guoji:seen": "2026-11-20T06:00:00+08:00",
        "guoji:sure": True,
        "guoji:tag": ["a", "b"],
    },
)
HARVEST, PACK_OUT = a_harvest(kg=30), a_pack_out(1)


@pytest.mark.parametrize(
    ("event", "name", "value", "found"),
    [
        (SIGHTING, "eventType", "ObjectEvent", True),
        (SIGHTING, "eventType", "AggregationEvent|ObjectEvent", True),
        (SIGHTING, "eventType", "AggregationEvent", False),
        (SIGHTING, "EQ_action", "ADD|DELETE", False),
        (SIGHTING, "EQ_bizStep", "urn:epcglobal:cbv:bizstep:shipping", True),
        (SIGHTING, "EQ_disposition", "in_transit", True),
        (SIGHTING, "EQ_persistentDisposition_set", "completeness_verified", True),
        (SIGHTING, "EQ_persistentDisposition_set", "recalled", False),
        (SIGHTING, "EQ_persistentDisposition_unset", "recalled", True),
        (SIGHTING, "EQ_readPoint", FIELD, True),
        (SIGHTING, "WD_readPoint", FIELD, True),
        (SIGHTING, "EQ_bizLocation", FIELD, False),
        (SIGHTING, "WD_bizLocation", SHOP, True),
        (SIGHTING, "EQ_bizTransaction_po", "urn:example:po:1", True),
        (SIGHTING, "EQ_bizTransaction_urn:epcglobal:cbv:btt:po", "urn:example:po:1", True),
        (SIGHTING, "EQ_bizTransaction_desadv", "urn:example:po:1", False),
        (SIGHTING, "EQ_source_owning_party", "https://id.gs1.org/417/9521234000006", True),
        (SIGHTING, "EQ_destination_location", SHOP, True),
        (SIGHTING, "EQ_destination_owning_party", SHOP, False),
        (SIGHTING, "EQ_eventID", "urn:uuid:1", True),
        (SIGHTING, "EQ_eventID", "ni:///sha-256;00?ver=CBV2.0", False),
        (HARVEST, "EQ_eventID", "ni:///sha-256;00?ver=CBV2.0", True),
        (SIGHTING, "MATCH_epc", ITEM, True),
        (SIGHTING, "MATCH_epc", CASE, True),
        (SIGHTING, "MATCH_epc", "urn:epc:idpat:sgtin:9521234.000002.*", True),
        (SIGHTING, "MATCH_epc", "urn:epc:idpat:sgtin:9521234.000003.*", False),
        (SIGHTING, "MATCH_epc", "https://id.gs1.org/01/09521234000020", False),
        (SIGHTING, "MATCH_anyEPC", ITEM, True),
        (SIGHTING, "MATCH_parentID", ITEM, False),
        (SIGHTING, "MATCH_inputEPC", ITEM, False),
        (HARVEST, "MATCH_epcClass", FIELD_LOT, True),
        (HARVEST, "MATCH_anyEPCClass", FIELD_LOT, True),
        (HARVEST, "MATCH_epc", FIELD_LOT, False),
        (PACK_OUT, "MATCH_inputEPCClass", FIELD_LOT, True),
        (PACK_OUT, "MATCH_outputEPCClass", FIELD_LOT, False),
        (PACK_OUT, "MATCH_outputEPCClass", LOT, True),
        (PACK_OUT, "MATCH_epcClass", LOT, False),
        (PACK_OUT, "EQ_action", "ADD|OBSERVE|DELETE", False),
        (HARVEST, "EQ_quantity", "3|30", True),
        (HARVEST, "EQ_quantity_KGM", "30.0", True),
        (HARVEST, "EQ_quantity_GRM", "30", False),
        (HARVEST, "GE_quantity", "30", True),
        (HARVEST, "GT_quantity", "30", False),
        (HARVEST, "LE_quantity_KGM", "30", True),
        (HARVEST, "LT_quantity", "30", False),
        (SIGHTING, "LT_quantity", "30", False),
        (SIGHTING, "GE_eventTime", "2026-11-20T14:00:00+08:00", True),
        (SIGHTING, "LT_eventTime", "2026-11-20T14:00:00+08:00", False),
        (SIGHTING, "GE_recordTime", "2020-01-01T00:00:00Z", True),
        (SIGHTING, "LT_recordTime", "2020-01-01T00:00:00Z", False),
        (SENSED, "EXISTS_sensorElementList", "true", True),
        (SIGHTING, "EXISTS_sensorElementList", "true", False),
        (SENSED, "EQ_type", "Temperature", True),
        (SENSED, "EQ_type", "gs1:Temperature", True),
        (SENSED, "EQ_type", "https://x.example/door", True),
        (SENSED, "EQ_type", "Pressure", False),
        (SENSED, "EQ_deviceID", LOGGER, True),
        (SENSED, "EQ_bizRules", "https://x.example/r", True),
        (SENSED, "EQ_booleanValue", "false", True),
        (SENSED, "EQ_booleanValue", "true", False),
        (SENSED, "EQ_stringValue", "shut", True),
        (SENSED, "GE_maxValue_CEL", "8", True),
        (SENSED, "GE_maxValue_FAH", "8", False),
        (SENSED, "GE_value_CEL", "-300", False),
        (SENSED, "LT_percValue_CEL", "4", True),
        (SENSED, "GE_percRank", "6", False),
        (SENSED, "GE_startTime", "2026-11-20T06:00:00Z", True),
        (SENSED, "LT_endTime", "2030-11-20T06:00:00Z", False),
        (DECLARED, "EXISTS_errorDeclaration", "true", True),
        (HARVEST, "EXISTS_errorDeclaration", "true", False),
        (HARVEST, "EXISTS_errorDeclaration", "false", True),
        (DECLARED, "EQ_errorReason", "incorrect_data", True),
        (DECLARED, "EQ_errorReason", "did_not_occur", False),
        (DECLARED, "EQ_correctiveEventID", "urn:uuid:2", True),
        (DECLARED, "GE_errorDeclarationTime", "2026-11-21T00:00:00Z", True),
        (DECLARED, "LT_errorDeclaration_Time", "2026-11-21T00:00:00Z", False),
        (EXTENDED, "EQ_guoji:weight", "12.0", True),
        (EXTENDED, "EQ_guoji:weight", "13", False),
        (EXTENDED, "EQ_ext1:weight", "12", False),
        (EXTENDED, "GE_guoji:weight", "12", True),
        (EXTENDED, "LT_guoji:weight", "12", False),
        (EXTENDED, "GE_guoji:seen", "2026-11-19T22:00:00Z", True),
        (EXTENDED, "GT_guoji:seen", "2026-11-19T22:00:00Z", False),
        (EXTENDED, "GE_guoji:tag", "1", False),
        (EXTENDED, "EQ_guoji:sure", "true", True),
        (EXTENDED, "EQ_guoji:tag", "b", True),
        (EXTENDED, "EXISTS_guoji:weight", "true", True),
        (EXTENDED, "EXISTS_guoji:size", "true", False),
        (EXTENDED, "EXISTS_INNER_guoji:size", "true", False),
        (EXTENDED, "EQ_ILMD_guoji:harvested", "2026-11-20", True),
        (EXTENDED, "EXISTS_ILMD_guoji:box", "", True),
        (EXTENDED, "EQ_ILMD_guoji:box", "x", False),
        (EXTENDED, "EQ_INNER_ILMD_guoji:size", "7", True),
        (EXTENDED, "EQ_ILMD_guoji:size", "7", False),
    ],
)
def test_an_event_answers(event, name, value, found):
    assert answers(event, (name, value)) is found


def test_several_conditions_must_all_hold():
    assert answers(SIGHTING, ("EQ_bizStep", "shipping"), ("EQ_action", "OBSERVE"))
    assert not answers(SIGHTING, ("EQ_bizStep", "shipping"), ("EQ_action", "ADD"))


def test_every_event_answers_a_query_without_conditions():
    assert all(matches(Kept(each), Query()) for each in (SIGHTING, PACK_OUT, EXTENDED))


def examples():
    for file in sorted(EXAMPLES.glob("*.json")):
        document = json.loads(file.read_text("utf-8"))
        for number, body in enumerate(events_in(document)):
            event = Event(body, effective_context(document, body))
            yield pytest.param(event, id=f"{file.stem}-{number}")


@pytest.mark.parametrize("event", list(examples()))
def test_an_example_of_a_partner_is_found_by_its_words_things_and_extensions(event):
    body = event.body
    prefixes = {
        prefix: uri for item in event.context if isinstance(item, dict) for prefix, uri in item.items()
    }
    asked = [("eventType", body["type"]), ("GE_eventTime", body["eventTime"])]
    asked += [
        (f"EQ_{name}", body[name]) for name in ("action", "bizStep", "disposition", "eventID") if name in body
    ]
    asked += [(f"EQ_{name}", body[name]["id"]) for name in ("readPoint", "bizLocation") if name in body]
    asked += [("MATCH_epc", "|".join(body["epcList"]))] if body.get("epcList") else []
    asked += [
        (f"EXISTS_{name}", "true") for name in body if ":" in name and name.partition(":")[0] in prefixes
    ]
    for each in body.get("bizTransactionList", []):
        if "type" in each:
            asked.append((f"EQ_bizTransaction_{each['type']}", each["bizTransaction"]))

    for name, value in dict(asked).items():
        assert matches(Kept(event), parse_query([(name, value)], prefixes)), name
    assert not matches(Kept(event), parse_query([("EQ_bizStep", "void_shipping")], {}))
    assert CASE not in str(body)
    assert not matches(Kept(event), parse_query([("MATCH_anyEPC", CASE)], {}))
