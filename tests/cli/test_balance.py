"""`guoji balance` adds up what a store holds of a lot and of all that was made from it."""

import json

import pytest

from tests.builders import CONTEXT, FARM, FIELD, FIELD_LOT, OTHER_LOT, a_harvest, a_pack_out, an_event
from traceability.cli.main import main
from traceability.epcis.event import Event
from traceability.gs1.digital_link import item
from traceability.ledger.capture import as_stored
from traceability.ledger.grant import Grant
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.wiring import ledger


@pytest.fixture
def home(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(tmp_path))
    assert main(["init"]) == 0
    capsys.readouterr()
    return tmp_path


def held(home, *events):
    store = open_store(Settings.read({"GUOJI_HOME": str(home)}))
    bodies = [Event(event.body, CONTEXT) for event in events]
    store.events.insert([as_stored(event, FARM, n, n.to_bytes(16)) for n, event in enumerate(bodies)])
    store.close()


def test_a_lot_that_adds_up_is_one_line(home, capsys):
    held(home, a_harvest(0), a_pack_out(3))

    assert main(["balance", FIELD_LOT]) == 0
    assert capsys.readouterr().out == (
        "Balance, by 2 events of this store: 30 kg harvested, 2 kg lost in processing, 28 kg left\n"
    )


def test_what_two_lots_took_together_is_told_with_the_events(home, capsys):
    held(home, a_harvest(0, kg=40), a_pack_out(3), a_pack_out(4, made=OTHER_LOT))

    assert main(["balance", FIELD_LOT, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["is"] == "over-drawn"
    assert [(over["lot"], over["had"], over["drew"]) for over in told["over_drawn"]] == [
        (FIELD_LOT, "40", "60")
    ]
    assert len(told["over_drawn"][0]["events"]) == 3


def test_a_plot_that_gave_more_than_it_bears_is_told(home, capsys):
    (home / "cold-chain.toml").write_text('[gtin]\n09521234000013 = "apple"\n')
    place = {"id": FIELD, "guoji:area": {"guoji:value": 1, "guoji:uom": "MTK"}}
    held(home, a_harvest(0, kg=30, readPoint=place))

    assert main(["balance", FIELD_LOT]) == 0
    _, told = capsys.readouterr().out.splitlines()
    assert told.startswith(
        f"More than the plot can bear: {FIELD_LOT}: 30 kg of apple were picked on {FIELD} within a season, "
        "0 ha can bear 20 kg (events "
    )
    assert main(["balance", FIELD_LOT, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["over_yields"][0]["hectares"] == "0.0001"


@pytest.mark.parametrize(("setting", "errors"), [("true", 1), ("false", 0)])
def test_codes_beyond_the_harvest_are_refused_where_the_setting_says_so(home, setting, errors):
    held(home, a_harvest(0, kg=30))
    ours = ledger(Settings.read({"GUOJI_HOME": str(home), "GUOJI_REFUSE_OVER_ISSUE": setting}))
    content = {"guoji:value": 10, "guoji:uom": "KGM"}
    bodies = []
    for lot, first in ((OTHER_LOT, 10), (FIELD_LOT, 20)):
        codes = [item("09521234000013", f"A0000000000000{number}") for number in range(first, first + 4)]
        labels = {"guoji:lot": lot, "guoji:netContent": content}
        bodies.append({**an_event(hours=5, action="ADD", epcList=codes).body, "ilmd": labels})

    document = {"@context": CONTEXT, "type": "EPCISDocument", "schemaVersion": "2.0"}
    document |= {"creationDate": "2026-11-20T00:00:00Z", "epcisBody": {"eventList": bodies}}

    job = ours.jobs.capture(json.dumps(document).encode(), Grant("capture", FARM), "proceed")

    assert len(job.errors) == errors
    assert all(
        "/epcisBody/eventList/1/ilmd/guoji:lot: found codes with which 40 KGM" in each for each in job.errors
    )


def test_a_lot_that_nobody_knows_is_refused(home, capsys):
    assert main(["balance", FIELD_LOT]) == 65
    assert "we hold no event for" in capsys.readouterr().err
