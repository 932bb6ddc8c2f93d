"""The profile refuses what we cannot keep safely, and nothing for being unlike our own events."""

import json
from pathlib import Path

import pytest

from traceability.epcis.profile import profile_faults
from traceability.epcis.vocabulary import GUOJI_NAMESPACE, STANDARD_CONTEXT

OWN = Path(__file__).parents[1] / "vectors" / "epcis" / "guoji"
CONTEXT = [STANDARD_CONTEXT, {"guoji": GUOJI_NAMESPACE, "farm": "https://ns.example.org/farm/"}]
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def pointers(event):
    return [fault.pointer for fault in profile_faults(event, CONTEXT)]


def an_event(**fields):
    return {
        "type": "ObjectEvent",
        "eventTime": "2026-08-15T14:00:00+02:00",
        "epcList": ["urn:x:y"],
        "action": "OBSERVE",
    } | fields


@pytest.mark.parametrize("file", sorted(OWN.glob("*.json")), ids=lambda file: file.stem)
def test_our_own_events_pass(file):
    event = json.loads(file.read_bytes())

    assert profile_faults(event, event["@context"]) == []


@pytest.mark.parametrize(
    ("event", "where"),
    [
        (an_event(**{"farm:phoneNumber": "139"}), "/farm:phoneNumber"),
        (an_event(ilmd={"farm:picker": {"farm:Full_Name": "Li"}}), "/ilmd/farm:picker/farm:Full_Name"),
        (an_event(**{"farm:list": [{}, {"farm:身份证号": "1"}]}), "/farm:list/1/farm:身份证号"),
        (an_event(**{"farm:list": [[{"farm:phone": "1"}]]}), "/farm:list/0/0/farm:phone"),
        (an_event(**{"farm:driver": {"name": {"phone": "1"}}}), "/farm:driver/name/phone"),
        (an_event(**{"farm:note": {"#text": "13812345678"}}), "/farm:note/#text"),
        (an_event(**{"rdfs:comment": ["ask 13812345678"]}), "/rdfs:comment"),
        (
            an_event(readPoint={"id": "urn:x:y", "guoji:mapLink": "http://x.example"}),
            "/readPoint/guoji:mapLink",
        ),
        (an_event(**{"guoji:link": "javascript:alert(1)"}), "/guoji:link"),
        (an_event(**{"guoji:reportUrl": ["https://x.example"]}), "/guoji:reportUrl"),
        (an_event(**{"guoji:batchRoot": DIGEST.upper()}), "/guoji:batchRoot"),
        (an_event(**{"guoji:photo": "photo.jpg"}), "/guoji:photo"),
        (an_event(**{"guoji:readingCount": -1}), "/guoji:readingCount"),
        (an_event(**{"guoji:readingCount": True}), "/guoji:readingCount"),
        *[
            (an_event(**{"guoji:promise": promise}), "/guoji:promise")
            for promise in (
                "不使用禁用农药",
                ["text"],
                {},
                {"guoji:words": []},
                {"guoji:words": "text"},
                {"guoji:words": ["text", 1]},
                {"guoji:words": ["text"], "guoji:grounds": "text"},
                {"guoji:grounds": ["text"]},
            )
        ],
        *[
            (an_event(**{"guoji:labResults": [{"guoji:value": value}]}), "/guoji:labResults/0/guoji:value")
            for value in (1e300, -1.1e9, "11", True, None)
        ],
        *[
            (an_event(**{"guoji:labResults": [{"guoji:limit": limit}]}), "/guoji:labResults/0/guoji:limit")
            for limit in (1e-300, 0, -1, 1.1e9, None)
        ],
        (an_event(ilmd={"guoji:netContent": 0.3}), "/ilmd/guoji:netContent"),
        (an_event(**{"guoji:massBalance": {"guoji:culled": -1}}), "/guoji:massBalance/guoji:culled"),
        (an_event(**{"guoji:massBalance": {"guoji:shrinkage": "1"}}), "/guoji:massBalance/guoji:shrinkage"),
        (
            an_event(ilmd={"guoji:storageRange": {"guoji:low": -1e308, "guoji:high": 0}}),
            "/ilmd/guoji:storageRange/guoji:low",
        ),
        (
            an_event(ilmd={"guoji:storageRange": {"guoji:low": 0, "guoji:high": 1e308}}),
            "/ilmd/guoji:storageRange/guoji:high",
        ),
        (an_event(**{"guoji:findings": ["gap"]}), "/guoji:findings"),
        (an_event(**{"guoji:labResults": {}}), "/guoji:labResults"),
        (an_event(**{"guoji:name": {"guoji:fr": "x"}}), "/guoji:name"),
        (an_event(**{"guoji:staged": {}}), "/guoji:staged"),
        (an_event(**{"farm:email": {"guoji:commitment": "x"}}), "/farm:email/guoji:commitment"),
        (an_event(**{"farm:email": {"guoji:commitment": DIGEST, "farm:a": 1}}), "/farm:email"),
        (an_event(eventTime="2026-08-15T23:59:60Z"), "/eventTime"),
        (an_event(eventTime="1812-08-15T23:59:59Z"), "/eventTime"),
        (
            an_event(sensorElementList=[{"sensorReport": [{"time": "0000-01-01T00:00:00Z"}]}]),
            "/sensorElementList/0/sensorReport/0/time",
        ),
        (an_event(epcList=[]), ""),
        (an_event(epcList=[], sensorElementList=[{}]), ""),
        (an_event(type="AggregationEvent", action="ADD"), ""),
        (an_event(type="TransactionEvent", bizTransactionList=[]), "/bizTransactionList"),
    ],
)
def test_each_reason_to_refuse_is_found_where_it_stands(event, where):
    assert pointers(event) == [where]


def test_a_refusal_says_how_to_commit_and_does_not_repeat_what_is_personal():
    (fault,) = profile_faults(an_event(**{"farm:note": "Li 13812345678"}), CONTEXT)

    assert "`guoji personal commit`" in str(fault)
    assert "13812345678" not in str(fault)


@pytest.mark.parametrize(
    "event",
    [
        an_event(epcList=[], sensorElementList=[{}], readPoint={"id": "urn:x:y"}),
        an_event(type="AggregationEvent"),
        an_event(bizTransactionList=[{"bizTransaction": "http://erp.example/1", "type": "po"}]),
        an_event(**{"farm:link": "http://farm.example", "farm:address": "Orchard road 7"}),
        an_event(**{"farm:email": {"guoji:commitment": DIGEST}}),
        an_event(ilmd={"farm:time": "yesterday", "farm:value": 1e300}),
        an_event(**{"guoji:labResults": [{"guoji:value": -1e9, "guoji:limit": 1e-9}]}),
        an_event(**{"guoji:promise": {"guoji:words": ["不使用禁用农药"]}}),
        an_event(**{"guoji:promise": {"guoji:words": ["a"], "guoji:grounds": ["b"], "guoji:note": 1}}),
    ],
)
def test_events_merely_unlike_ours_pass(event):
    assert pointers(event) == []


@pytest.mark.parametrize("table", [{"guoji": "https://x.example/"}, {"gj": GUOJI_NAMESPACE}])
def test_our_prefix_and_our_namespace_belong_together(table):
    (fault,) = profile_faults(an_event(), [STANDARD_CONTEXT, table])

    assert fault.path == ("@context", next(iter(table)))
