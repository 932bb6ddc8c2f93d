"""`guoji scans` lists items whose scans are odd, the worst first, and marks samples."""

import csv
import time

import pytest

from tests.builders import CONTEXT, FARM, an_event
from traceability.cli.main import main
from traceability.epcis.event import Event
from traceability.gs1.digital_link import item
from traceability.ledger.capture import as_stored
from traceability.ledger.scan import HOUR_MS, Cell, Scan
from traceability.own_store import open_store
from traceability.settings import Settings

GTIN = "09521234000013"
CROWDED, TRAVELLED, FLOODED, QUIET = (item(GTIN, serial) for serial in ("C", "T", "F", "Q"))
NOW_MS = time.time_ns() // 1_000_000 // HOUR_MS * HOUR_MS - HOUR_MS


def a_scan(minute, phone, network, cell=None, posts=1):
    at_ms = NOW_MS + minute * 60_000
    return Scan(at_ms, at_ms, phone.encode(), network.encode(), cell, posts)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Of a store with four items: one in a crowd, one that travelled too, one flooded, one quiet."""
    home = tmp_path_factory.mktemp("scans")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUOJI_HOME", str(home))
        assert main(["init"]) == 0
    store = open_store(Settings.read({"GUOJI_HOME": str(home)}))
    seen = an_event(epcList=[CROWDED, TRAVELLED, FLOODED, QUIET])
    store.events.insert([as_stored(Event(seen.body, CONTEXT), FARM, 1, bytes(16))])
    for minute in range(12):
        store.scans.add(CROWDED, a_scan(minute, f"{minute}", f"{minute}"))
        cell = Cell(39, 116) if minute in (4, 5, 6) else Cell(30, 120)
        store.scans.add(TRAVELLED, a_scan(minute, f"{minute}", f"{minute}", cell))
    store.scans.add(FLOODED, a_scan(0, "one", "one", posts=60))
    store.scans.add(QUIET, a_scan(0, "one", "one"))
    store.close()
    return home


@pytest.fixture
def ask(home, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(home))

    def ask(*words):
        code = main(["scans", *map(str, words)])
        return code, capsys.readouterr()

    return ask


def test_odd_items_are_listed_the_worst_first_with_what_is_odd(ask):
    code, said = ask("list")

    travelled, crowded, flooded = said.out.splitlines()
    assert code == 0
    assert travelled.startswith(TRAVELLED)
    assert "12 networks" in travelled
    assert "cell 30,120" in travelled
    assert crowded.startswith(CROWDED)
    assert flooded.startswith(FLOODED)
    assert "60 times" in flooded


def test_the_list_goes_into_a_spreadsheet_too(ask, tmp_path):
    file = tmp_path / "odd.csv"

    assert ask("list", "-o", file)[0] == 0
    with file.open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = csv.reader(lines)
    assert header == ["item", "scans", "devices", "first", "not kept", "odd"]
    assert [row[0] for row in rows] == [TRAVELLED, CROWDED, FLOODED]


def test_of_another_product_nothing_is_listed(ask):
    assert ask("list", "--gtin", "09520000042424")[1].out == "no item has odd scans within 30 days\n"


def test_a_sample_is_odd_in_nothing_until_it_is_none_any_more(ask):
    ask("sample", CROWDED)
    assert CROWDED not in ask("list")[1].out
    ask("sample", CROWDED, "--end")
    assert CROWDED in ask("list")[1].out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["list", "-o", "odd.xlsx"], "ends in .xlsx, want .csv"),
        (["list", "--gtin", "123"], "GTIN"),
        (["sample", "https://x.cn/01/09521234000013/10/A"], "want an item"),
        (["sample", QUIET, "--end"], "was not marked as a sample"),
    ],
)
def test_what_is_not_right_is_named(ask, words, said):
    code, shown = ask(*words)

    assert code == 65
    assert said in shown.err
