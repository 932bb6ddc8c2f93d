"""The EPCIS document of a trace is sound, the same each time, and taken in elsewhere with the same hashes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema_rs
import pytest

import traceability.epcis
from demo.shapes import CONTEXT
from demo.story import tell
from tests.builders import CONTEXT as OURS
from tests.builders import FARM, LOT, START, a_harvest, a_pack_out, an_event
from tests.fakes import FakeEvents
from traceability.cli.main import main
from traceability.epcis.document import read_document
from traceability.epcis.event import Event
from traceability.errors import InvalidInput, Refused
from traceability.exports.epcis_document import epcis_document
from traceability.ledger.capture import capture
from traceability.ledger.grant import Grant
from traceability.ledger.lineage import in_order, lineage
from traceability.settings import Settings
from traceability.upkeep.installation import make
from traceability.wiring import ledger

PARTNER = {"partner": "https://partner.example/"}


def captured(*told):
    """A store with events, each with who tells it."""
    store = FakeEvents()
    for event, party in told:
        capture([event], party, store, 1000 + len(store.kept))
    return list(store.kept.values())


@pytest.fixture(scope="module")
def story():
    told = tell(datetime(2026, 11, 22, 4, tzinfo=UTC), "https://x.example", ["A1", "A2"])
    store = FakeEvents()
    for each in told.submissions:
        capture([Event(each.event, CONTEXT)], each.submitter, store, 5)
    return in_order(lineage(told.lot.link, store.telling).told, store)


def test_captured_elsewhere_the_demonstration_has_the_same_hashes(story):
    events = read_document(epcis_document(story))
    elsewhere = captured(*((event, FARM) for event in events))

    assert sorted(each.event_hash for each in elsewhere) == sorted(each.event_hash for each in story)
    assert {each.content_digest for each in elsewhere} == {each.content_digest for each in story}
    assert (
        epcis_document(elsewhere).partition(b"epcisBody")[2]
        == epcis_document(story).partition(b"epcisBody")[2]
    )


def test_the_official_schema_takes_it(story):
    (schema,) = Path(traceability.epcis.__file__).parent.rglob("*schema*.json")
    validator = jsonschema_rs.validator_for(json.loads(schema.read_text("utf-8")))

    assert validator.is_valid(json.loads(epcis_document(story)))


def test_the_order_of_the_records_changes_nothing(story):
    assert epcis_document(story) == epcis_document(story[::-1])


def test_events_under_other_contexts_keep_theirs():
    own = a_pack_out(1).body | {"@context": [*OURS, PARTNER], "partner:line": "3"}
    events = captured((a_harvest(0), FARM), (Event(own, [*OURS, PARTNER]), FARM))
    read = read_document(epcis_document(events))

    assert [event.hash().uri for event in read] == [each.event_hash for each in events]
    assert [event.body.get("partner:line") for event in read] == [None, "3"]


def test_batches_of_readings_are_left_out():
    batch = an_event(action="OBSERVE", **{"guoji:batchRoot": "00" * 32})
    (harvest,) = captured((a_harvest(0), FARM))
    sealed = type(harvest)(batch, b"", "k", b"", "ni:", b"", FARM, 9_999)

    assert epcis_document([harvest, sealed]) == epcis_document([harvest])
    with pytest.raises(InvalidInput, match="no event"):
        epcis_document([sealed])


def test_a_document_in_which_an_event_would_get_another_hash_is_not_given_out():
    (harvest,) = captured((a_harvest(0), FARM))
    other = type(harvest)(a_harvest(1), b"", "k", b"", harvest.event_hash, b"", FARM, 1)

    with pytest.raises(Refused, match="event k would have the hash"):
        epcis_document([other])


def test_the_command_writes_what_a_fresh_installation_captures(tmp_path, monkeypatch, capsys):
    file = tmp_path / "trace.json"
    for home in ("one", "two"):
        monkeypatch.setenv("GUOJI_HOME", str(tmp_path / home))
        settings = Settings.read({"GUOJI_HOME": str(tmp_path / home)})
        make(settings, {})
        ours = ledger(settings)
        if home == "one":
            capture([a_harvest(0), a_pack_out(1)], FARM, ours.events, round(START.timestamp() * 1000))
            assert main(["export", "epcis", LOT, "-o", str(file)]) == 0
        else:
            ours.capture(file.read_bytes(), Grant("capture", FARM))
        trace = ours.traces.all_events(LOT)
        assert [each.event_hash for each in trace] == [a_harvest(0).hash().uri, a_pack_out(1).hash().uri]
    assert capsys.readouterr().out == f"{file}: written\n"
