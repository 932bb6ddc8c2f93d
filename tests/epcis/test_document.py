"""Documents are read whole, validated against EPCIS 2.0.1, and refused with pointers."""

import json
from pathlib import Path

import pytest

from traceability.epcis.document import read_document, read_each
from traceability.epcis.event import Event
from traceability.epcis.validate import Fault
from traceability.errors import CaptureTooLarge, InvalidInput, NotAuthorised

VECTORS = Path(__file__).parents[1] / "vectors" / "epcis"
SINCE_REMOVED_MEASUREMENTS = {
    "SensorData_with_combined_events.json",
    "TransactionEvent_with_userExtensions.json",
}
VALID = [
    file
    for folder in ("valid", "query", "guoji")
    for file in sorted((VECTORS / folder).glob("*.json"))
    if file.name not in SINCE_REMOVED_MEASUREMENTS
]


def name(file):
    return f"{file.parent.name}/{file.stem}"


def a_document(*events, **fields):
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-08-15T14:00:00Z",
        "epcisBody": {"eventList": list(events)},
    } | fields


def an_event(**fields):
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-08-15T14:00:00.000+02:00",
        "eventTimeZoneOffset": "+02:00",
        "epcList": ["https://id.gs1.org/00/095213210000000018"],
        "action": "OBSERVE",
    } | fields


def read(document):
    return read_document(json.dumps(document).encode())


@pytest.mark.parametrize("file", VALID, ids=name)
def test_valid_documents_give_their_events_as_received(file):
    document = json.loads(file.read_bytes())
    body = document.get("epcisBody", {})
    listed = body.get("eventList") or body.get("queryResults", {}).get("resultsBody", {}).get("eventList")

    events = read_document(file.read_bytes())

    assert [event.body for event in events] == (listed or [document])
    assert all(event.hash().uri and event.identifiers() for event in events)


@pytest.mark.parametrize("file", sorted((VECTORS / "invalid").glob("*.json")), ids=name)
def test_invalid_documents_are_refused(file):
    with pytest.raises(InvalidInput):
        read_document(file.read_bytes())


@pytest.mark.parametrize("file", sorted(SINCE_REMOVED_MEASUREMENTS))
def test_measurement_types_that_2_0_1_removed_are_refused(file):
    with pytest.raises(InvalidInput, match="want a GS1 measurement type or a URI of your own"):
        read_document((VECTORS / "valid" / file).read_bytes())


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (
            an_event(bizStep="transforming"),
            '/eventList/0/bizStep: found "transforming", want a CBV business step or a URI of your own',
        ),
        (an_event(action=None), "/epcisBody/eventList/0/action: found null, which is not"),
        (
            an_event(eventTime="22-07-2026"),
            '/epcisBody/eventList/0/eventTime: found "22-07-2026", which is not',
        ),
        (
            an_event(quantityList=[{"epcClass": "urn:a:b", "a/b~c": 1}]),
            "/epcisBody/eventList/0/quantityList/0: Additional properties are not allowed ('a/b~c'",
        ),
        (an_event(ilmd={"urn:x": 1}), "ilmd only with action ADD"),
        (
            an_event(action="ADD", ilmd={"x": 1}),
            "found the name 'x', want one of the standard or prefix:name",
        ),
        ({"type": "ObjectEvent"}, '/epcisBody/eventList/0: "eventTime" is a required property'),
        (an_event(type="https://x.example/Own", epcList=5), None),
        (5, "/epcisBody/eventList/0: found 5, which is not"),
    ],
)
def test_a_refusal_says_where_what_was_found_and_what_was_wanted(event, message):
    if message is None:
        assert read(a_document(event))[0].identifiers() == []
        return

    with pytest.raises(InvalidInput) as refusal:
        read(a_document(event))

    assert message in str(refusal.value)


def test_a_pointer_escapes_slash_and_tilde():
    assert Fault(("a/b", 0, "~c"), "wrong").pointer == "/a~1b/0/~0c"


def test_many_faults_are_counted_after_the_tenth():
    with pytest.raises(InvalidInput, match=r"; and 20 more$"):
        read(a_document(*[an_event(action="CREATE")] * 15))


def test_each_event_of_a_document_is_judged_alone():
    document = a_document(an_event(), an_event(action="CREATE"), an_event(**{"nope:a": 1}), an_event())

    judged = read_each(json.dumps(document).encode())

    assert [isinstance(one, Event) for one in judged] == [True, False, False, True]
    assert {fault.pointer for fault in judged[1]} == {
        "/epcisBody/eventList/1/action",
        "/epcisBody/eventList/1",
    }
    assert str(judged[2][0]) == "/epcisBody/eventList/2: @context does not declare the prefix of 'nope:a'"


def test_a_wrong_event_is_named_by_its_place_however_many_stand_before_it():
    events = [an_event() for _ in range(250)]
    for place in (0, 99, 100, 249):
        events[place] = an_event(action="CREATE")

    judged = read_each(json.dumps(a_document(*events)).encode())

    wrong = [place for place, each in enumerate(judged) if not isinstance(each, Event)]
    assert wrong == [0, 99, 100, 249]
    assert [judged[place][0].path[2] for place in wrong] == wrong


def test_too_many_events_are_refused_before_any_is_judged():
    document = json.dumps(a_document(5, 5, 5)).encode()

    assert len(read_each(document, at_most=3)) == 3
    with pytest.raises(CaptureTooLarge, match="found 3 events, want at most 2 at a time"):
        read_each(document, at_most=2)


def test_what_else_makes_an_event_wrong_is_told_with_its_place():
    wrong = Fault(("action",), "we want none")

    with pytest.raises(InvalidInput, match="/epcisBody/eventList/0/action: we want none"):
        read_document(json.dumps(a_document(an_event())).encode(), lambda events: [[wrong] for _ in events])


def test_only_where_all_is_sound_is_it_said_who_may_not():
    refused = Fault((), "it is of party 5", is_refusal=True)

    def also(events):
        return [[refused] for _ in events]

    with pytest.raises(NotAuthorised, match="/epcisBody/eventList/0: it is of party 5"):
        read_document(json.dumps(a_document(an_event())).encode(), also)
    with pytest.raises(InvalidInput) as raised:
        read_document(json.dumps(a_document(an_event(), 5)).encode(), also)
    assert not isinstance(raised.value, NotAuthorised)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "found a JSON list, want an EPCIS document or event"),
        ({}, '"type" is a required property'),
        ({"type": 5}, "found 5"),
        (a_document(epcisBody={}), '/epcisBody: "eventList" is a required property'),
        (a_document(epcisBody={"eventList": 5}), "/epcisBody/eventList: found 5"),
        (a_document(epcisBody=5), "/epcisBody: found 5"),
        (an_event(), '"@context" is a required property'),
    ],
)
def test_a_document_at_fault_outside_its_events_is_refused_whole(document, problem):
    with pytest.raises(InvalidInput, match=problem):
        read(document)


def test_a_document_without_events_has_none():
    assert read(a_document()) == []


def test_an_event_has_the_context_of_its_document_and_its_own():
    own = {"x": "https://x.example/"}

    (event,) = read(a_document(an_event(**{"@context": own, "x:a": 1})))

    assert event.context == [*a_document()["@context"], own]
    assert event.hash().prehash.endswith("{https://x.example/}a=1")
