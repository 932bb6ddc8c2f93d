"""`guoji labels` issues codes only for labels that can be made, and prints them again without new ones."""

import csv
import io
import time

import pytest

from tests.builders import CONTEXT, FARM, LOT, a_harvest, a_pack_out
from tests.printed import drawn, read
from traceability.cli.main import main
from traceability.epcis.event import Event
from traceability.gs1 import serials
from traceability.labels import files
from traceability.ledger.capture import as_stored
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.wiring import codes

GTIN = LOT.split("/")[4]
SHOP = "9521234000020"


@pytest.fixture
def home(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GUOJI_PARTY", FARM)
    monkeypatch.setenv("GUOJI_PUBLIC_URL", "https://guoji.example")
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    store, now_ms = opened(), int(time.time() * 1000)
    harvested = a_harvest(0), a_pack_out(3)  # 28 kg
    stored = [as_stored(Event(each.body, CONTEXT), FARM, now_ms, bytes(16)) for each in harvested]
    store.events.insert(stored)
    store.close()
    capsys.readouterr()
    return tmp_path


def opened():
    return open_store(settings())


def settings():
    return Settings.read({"GUOJI_HOME": "home", "GUOJI_PARTY": FARM})


def labels(*more, lot=LOT, count="3"):
    return main(["labels", "--lot", lot, "--count", count, "--each", "0.5", *more])


def sets():
    store = opened()
    try:
        return codes(settings(), store).sets()
    finally:
        store.close()


def table(file):
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))


def test_labels_carry_codes_that_were_issued_and_are_printed_again_without_new_ones(
    home, capsys, monkeypatch
):
    monkeypatch.setenv("GUOJI_SCRATCH_CODES", "true")
    assert labels("--format", "csv", "-o", "labels.csv") == 0
    said = capsys.readouterr()
    assert main(["labels", "--set", "1", "--from", "2", "-o", "again.pdf"]) == 0

    rows = table(home / "labels.csv")
    assert [each.count for each in sets()] == [3]
    assert "set 1: issued 3 codes" in said.out
    assert "guoji codes activate 1" in said.out
    assert said.err == ""
    assert (home / "labels.csv").stat().st_mode & 0o777 == 0o600
    key = (home / "home" / "keys" / "serials.key").read_bytes()
    for row in rows:
        serials.check(key, GTIN, row["serial"])
        assert row["scratch"] == serials.scratch_code(key, GTIN, row["serial"])
        assert row["uri"] == f"HTTPS://GUOJI.EXAMPLE/01/{GTIN}/21/{row['serial']}"
    pages = drawn((home / "again.pdf").read_bytes())
    assert [read(page) for page in pages] == [[row["uri"]] for row in rows[1:]]


def test_whoever_issues_codes_for_a_lot_of_another_party_is_told(home, capsys):
    assert labels("--as", SHOP, "--format", "csv", "-o", "labels.csv") == 0

    said = capsys.readouterr()
    assert f"in the name of party {SHOP}, root" in said.out
    assert f"guoji codes activate 1 --as {SHOP}" in said.out
    assert f"{FARM} made this lot" in said.err


IMPOSSIBLE = {
    "there.pdf is there already, want another name or --force": ["-o", "there.pdf"],
    "want 14.7 mm": ["-o", "labels.pdf", "--layout", "20x10"],
    "name that font (--printer-font E:SIMSUN.TTF)": ["-o", "labels.zpl", "--format", "zpl"],
    "could not be displayed": ["-o", "labels.pdf", "--name", "果\u0378"],
    "want a file to write: -o FILE": [],
    "56 are left, asked were 99": ["-o", "labels.csv", "--format", "csv"],
}


def test_no_code_is_issued_for_labels_that_cannot_be_made(home, capsys):
    (home / "there.pdf").write_bytes(b"there")

    for says, more in IMPOSSIBLE.items():
        assert labels(*more, count="99") == 65
        assert says in capsys.readouterr().err

    assert sets() == []
    assert [each.name for each in home.iterdir() if each.name != "home"] == ["there.pdf"]


def test_codes_whose_labels_could_not_be_written_are_told_and_not_lost(home, capsys, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        assert labels("--format", "csv", "-o", "labels.csv") == 65
    said = capsys.readouterr()
    assert main(["labels", "--set", "1", "--format", "csv", "-o", "labels.csv"]) == 0

    assert "set 1: issued 3 codes" in said.out
    assert "free some space" in said.err
    assert len(table(home / "labels.csv")) == 3
    assert len(sets()) == 1


def test_of_withdrawn_codes_no_label_is_printed_and_the_others_keep_their_numbers(home, capsys):
    assert labels("--format", "csv", "-o", "labels.csv") == 0
    store = opened()
    issued = codes(settings(), store)
    issued.withdraw(1, FARM, [issued.store.codes(1)[1].serial])
    store.close()

    assert main(["labels", "--set", "1", "--format", "csv", "-o", "again.csv"]) == 0
    assert main(["labels", "--set", "1", "--from", "4", "--format", "csv", "-o", "none.csv"]) == 65
    assert main(["labels", "--set", "1", "--count", "4", "-o", "none.pdf"]) == 65

    assert [row["number"] for row in table(home / "again.csv")] == ["1", "3"]
    assert "set 1 has labels 1 to 3" in capsys.readouterr().err


def test_codes_that_no_phone_reaches_and_large_codes_are_told_before_they_are_printed(
    home, capsys, monkeypatch
):
    monkeypatch.setenv("GUOJI_PUBLIC_URL", "http://trace.cooperative.example")

    assert labels("--format", "csv", "-o", "labels.csv") == 0

    said = capsys.readouterr().err
    assert "the code needs version 4, 16.2 mm" in said
    assert "set GUOJI_PUBLIC_URL" in said


def test_one_code_is_shown_in_the_terminal_and_none_is_issued(home, capsys):
    assert main(["labels", "--show", "(01)" + GTIN + "(10)HY1"]) == 0

    said = capsys.readouterr().out
    assert said.splitlines()[-1] == f"HTTPS://GUOJI.EXAMPLE/01/{GTIN}/10/HY1"
    assert len(said.splitlines()) > 15
    assert sets() == []
