"""`guoji live record` writes what `guoji verify --at` reads, and the words apart from it."""

import json

import pytest

from tests.builders import LOT, a_harvest
from tests.live.broadcasting import AT_MS, CODE, Broadcast, a_room
from traceability.cli.main import main
from traceability.ledger.capture import capture
from traceability.ledger.publish import publish
from traceability.live.room import Desk, Offer, Phase
from traceability.own_policy import log_signer
from traceability.store.high_water import HighWaterFile
from traceability.telemetry.clock import iso

ROOM = a_room(offers=(Offer("AK2M9Q", LOT, "桃"),), desk=Desk("AK2M9Q"))


@pytest.fixture
def home(settings, store, monkeypatch):
    """In which a room was on air, which said one thing."""
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))
    capture([a_harvest(0, lot=LOT)], ROOM.party, store.events, 1)
    on = Broadcast(store.rooms._engine)
    on.traces[LOT] = "verified"
    on.make(ROOM)
    on.phase(Phase.ON_AIR)
    on.after(0).teller.look()
    on.after(2).say("今早现摘")
    on.after(3).phase(Phase.ENDED)
    on.after(0).teller.look()
    mark = HighWaterFile(settings.high_water_file)
    publish(store.log, store.checkpoints, mark, log_signer(settings), [])
    return on


def test_the_record_and_its_words_are_written_and_read_back(home, tmp_path, capsys):
    record, said = tmp_path / "record.json", tmp_path / "said.json"
    at = iso(AT_MS + 2_000)

    assert main(["live", "record", CODE.lower(), "-o", str(record), "--said", str(said)]) == 0
    assert said.stat().st_mode & 0o077 == 0
    assert main(["verify", str(record), "--at", at, "--disclosure", str(said), "--json"]) == 2

    found = json.loads(capsys.readouterr().out)["on_air"]
    assert [each["text"] for each in found["at"]["said"]] == ["今早现摘"]
    assert "今早" not in record.read_text()
    assert main(["live", "record", CODE, "--at", at]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == "guoji-proof/1"


def test_a_room_without_a_record_is_told_as_what_it_is(home, capsys):
    home.make(a_room("THER00"))

    assert main(["live", "record", "THER00"]) == 65
    assert "room THER00 has not been on air" in capsys.readouterr().err
