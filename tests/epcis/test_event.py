"""An event knows what it speaks of, whichever spelling it uses."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.epcis.epc import escape_all, escape_few
from traceability.epcis.event import ROLES, Event, Mention, _canonical, canonical
from traceability.epcis.links import PLAIN, canonical_link
from traceability.epcis.vocabulary import STANDARD_CONTEXT
from traceability.errors import InvalidInput


def an_event(**fields):
    body = {"type": "ObjectEvent", "eventTime": "2026-08-15T14:00:00+02:00", "action": "OBSERVE"} | fields
    return Event(body, [STANDARD_CONTEXT])


def link(n):
    return f"https://id.gs1.org/8004/9521321X{n}"


@pytest.mark.parametrize(
    ("fields", "role", "number"),
    [
        ({"epcList": [link(1), link(2)]}, "epc", 2),
        ({"quantityList": [{"epcClass": link(1), "quantity": 1}]}, "class", 1),
        ({"parentID": link(1)}, "parent", 1),
        ({"childEPCs": [link(1)], "childQuantityList": [{"epcClass": link(2)}]}, "child", 2),
        ({"inputEPCList": [link(1)], "inputQuantityList": [{"epcClass": link(2)}]}, "input", 2),
        ({"outputEPCList": [link(1)], "outputQuantityList": [{"epcClass": link(2)}]}, "output", 2),
        ({"readPoint": {"id": link(1)}, "bizLocation": {"id": link(2)}}, "place", 2),
        ({"bizTransactionList": [{"type": "upevt", "bizTransaction": link(1)}]}, "transaction", 1),
        ({"sourceList": [{"type": "location", "source": link(1)}]}, "source", 1),
        ({"destinationList": [{"type": "location", "destination": link(1)}]}, "destination", 1),
        (
            {
                "sensorElementList": [
                    {"sensorMetadata": {"deviceID": link(1)}, "sensorReport": [{"type": "Mass"}]},
                    {"sensorReport": [{"type": "Mass", "deviceID": link(2)}]},
                ]
            },
            "device",
            2,
        ),
    ],
)
def test_each_field_is_mentioned_in_its_role(fields, role, number):
    event = an_event(**fields)

    assert event.identifiers() == [Mention(link(n), role) for n in range(1, number + 1)]
    assert event.identifiers_by_role() == {each: [] for each in ROLES} | {
        role: [link(n) for n in range(1, number + 1)]
    }


def test_spellings_of_one_thing_are_one_mention():
    item = "https://id.gs1.org/01/09521321012004/21/A1"

    event = an_event(
        epcList=[
            item,
            "https://shop.example/gtin/9521321012004/21/A1?x=y",
            "urn:epc:id:sgtin:9521321.001200.A1",
        ]
    )

    assert event.identifiers() == [Mention(item, "epc")]


def test_a_broken_identifier_stays_as_it_stands():
    no_gsin = "urn:epc:id:gsin:4012345.222333444x"

    assert canonical(no_gsin) == no_gsin
    assert canonical("https://shop.example/01/09521321012005") == "https://shop.example/01/09521321012005"


def test_a_uri_that_is_no_gs1_key_stays_as_it_stands():
    assert canonical("https://erp.example/po/7") == "https://erp.example/po/7"
    assert canonical("ni:///sha-256;00?ver=CBV2.0") == "ni:///sha-256;00?ver=CBV2.0"


def test_event_time_has_its_zone():
    assert an_event().event_time == datetime(2026, 8, 15, 12, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="want an RFC 3339 time"):
        _ = an_event(eventTime="yesterday").event_time


def test_an_event_type_of_somebody_s_own_is_not_read():
    assert an_event(type="https://x.example/Own", epcList=5).identifiers() == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"bizStep": "creating_class_instance"}, True),
        ({"action": "OBSERVE"}, False),
        ({"type": "TransformationEvent"}, False),
        ({"quantityList": []}, False),
        ({"bizStep": "packing"}, False),
    ],
)
def test_a_harvest_is_where_quantities_first_come_into_being(fields, expected):
    harvest = {"action": "ADD", "bizStep": "commissioning", "quantityList": [{"epcClass": link(1)}]}

    assert an_event(**harvest | fields).is_harvest is expected


@pytest.mark.parametrize(
    "spelled",
    [
        "commissioning",
        "urn:epcglobal:cbv:bizstep:commissioning",
        "https://ref.gs1.org/cbv/BizStep-commissioning",
        "https://ns.gs1.org/cbv/BizStep-commissioning",
        "cbv:BizStep-commissioning",
        "step:commissioning",
    ],
)
def test_a_step_is_one_word_however_it_is_spelled(spelled):
    declared = {"step": "https://ref.gs1.org/cbv/BizStep-"}
    goods = {"action": "ADD", "quantityList": [{"epcClass": link(1)}]}
    event = an_event(bizStep=spelled, **goods)
    event = Event(event.body, [*event.context, declared])

    assert event.step == "commissioning"
    assert event.is_harvest


def test_a_step_of_ones_own_is_no_word_of_the_standard():
    assert an_event(bizStep="https://mine.example/BizStep-commissioning").step.startswith("https://mine")
    assert an_event().step is None


@given(st.from_regex(PLAIN, fullmatch=True))
def test_every_long_way_leaves_a_plain_link_as_it_is(link):
    assert _canonical(link) == canonical(link) == link
    # A fragment is dropped, and what has one is not plain.
    assert canonical_link(f"{link}#", escape_all) == canonical_link(f"{link}#", escape_few) == link
