"""A period's spreadsheet knows the past of its goods; the commands write and check both kinds of file."""

import pytest

from tests.builders import (
    FARM,
    FIELD_LOT,
    LOT,
    PALLET,
    START,
    a_harvest,
    a_pack_out,
    a_sighting,
    an_event,
    handed_to,
)
from traceability.cli.main import main
from traceability.errors import InvalidInput
from traceability.exports import gather
from traceability.exports.gather import rows_of_period
from traceability.exports.kde import Cte
from traceability.ledger.capture import capture
from traceability.own_store import open_store
from traceability.settings import Settings
from traceability.sheets.read import read_sheet
from traceability.upkeep.installation import make

BUYER, STRANGER = "9521234000013", "9521234000020"
GOODS = [{"epcClass": LOT, "quantity": 28, "uom": "KGM"}]
DAY = ("2026-11-20T08:30Z", "2026-11-20T10:00Z")


def history():
    """Harvest at 6, packing at 7, onto a pallet at 8, shipped at 9 and received at 10."""
    return [
        a_harvest(0, ilmd={"guoji:name": "=HYPERLINK(0)"}),
        a_pack_out(1, ilmd={"guoji:name": "草莓"}),
        an_event("AggregationEvent", 2, action="ADD", parentID=PALLET, childQuantityList=GOODS),
        a_sighting(3, PALLET),
        a_sighting(4, PALLET, "receiving"),
    ]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """An installation that holds the history."""
    folder = tmp_path_factory.mktemp("exports")
    settings = Settings.read({"GUOJI_HOME": str(folder / "home")})
    make(settings, {})
    events = open_store(settings).events
    for number, event in enumerate(history()):
        capture([event], FARM, events, number)
    return folder


@pytest.fixture
def home(installed, monkeypatch):
    monkeypatch.setenv("GUOJI_HOME", str(installed / "home"))
    return installed


@pytest.fixture
def store(home):
    return open_store(Settings.read({"GUOJI_HOME": str(home / "home")}))


def period(store, first, last):
    start, end = (START.replace(hour=6 + hours) for hours in (first, last))
    return rows_of_period(start, end, store.search, store.events)


def test_a_period_shows_what_happened_in_it_of_goods_that_were_packed_before(store):
    (row,) = period(store, 3, 4)

    assert (row.cte, row.tlc, row.quantity, row.product) == (Cte.SHIPPING, LOT, "28", "草莓")
    assert row.tlc_source != ""


def test_the_first_moment_of_a_period_belongs_to_it_and_the_last_does_not(store):
    assert [row.cte.value for row in period(store, 0, 4)] == ["harvesting", "initial packing", "shipping"]
    assert period(store, 5, 9) == []


def test_a_period_leaves_out_what_strangers_say_and_shows_who_was_handed_the_pallet(tmp_path):
    settings = Settings.read({"GUOJI_HOME": str(tmp_path / "home")})
    make(settings, {})
    store = open_store(settings)
    sold = [*history()[:3], a_sighting(3, PALLET, **handed_to(BUYER))]
    seen = an_event(hours=4, action="OBSERVE", bizStep="receiving", quantityList=GOODS)
    claim = an_event(hours=5, action="OBSERVE", bizStep="receiving", quantityList=GOODS)
    told = [*((each, FARM) for each in sold), (seen, BUYER), (claim, STRANGER)]
    for number, (event, party) in enumerate(told):
        capture([event], party, store.events, number)

    assert [row.utc[11:13] for row in period(store, 4, 9)] == ["10"]


def test_a_long_period_is_read_page_by_page(store, monkeypatch):
    whole = period(store, 0, 9)
    monkeypatch.setattr(gather, "_PAGE", 2)

    assert period(store, 0, 9) == whole
    assert len(whole) == 4


def test_a_period_of_too_many_goods_is_refused(store, monkeypatch):
    monkeypatch.setattr(gather, "MOST_GOODS", 1)

    with pytest.raises(InvalidInput, match="more than 1 lots and units"):
        period(store, 0, 9)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_command_writes_the_same_bytes_twice_and_its_check_names_what_is_missing(home, capsys, form):
    files = [home / f"{name}.{form}" for name in "ab"]

    assert [main(["export", "fsma", LOT, "-o", str(file)]) for file in files] == [0, 0]
    said = capsys.readouterr().out
    assert main(["export", "fsma-check", str(files[0])]) == 65

    assert files[0].read_bytes() == files[1].read_bytes()
    assert "rows: 4" in said
    assert "Harvester Phone Number) of 1 x initial packing" in said
    assert "row 3, column S (Harvester Phone Number)" in capsys.readouterr().out
    (harvest,) = [row for row in read_sheet(files[0].read_bytes()) if row[0] == "harvesting"]
    assert (harvest[8], harvest[9]) == (FIELD_LOT, "'=HYPERLINK(0)")


def test_a_file_that_was_filled_in_passes_the_check(home, capsys):
    file = home / "day.csv"
    main(["export", "fsma", "--from", DAY[0], "--to", DAY[1], "-o", str(file)])
    rows = read_sheet(file.read_bytes())
    assert len(rows) == 2
    filled = [[cell or "as on paper" for cell in row] for row in rows]
    file.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in filled), "utf-8")
    capsys.readouterr()

    assert main(["export", "fsma-check", str(file)]) == 0
    assert capsys.readouterr().out == "rows: 1, nothing is missing\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([LOT, "-o", "x.pdf"], "want .xlsx or .csv"),
        (["-o", "x.csv"], "want a lot, or both"),
        ([LOT, "--from", DAY[0], "-o", "x.csv"], "want a lot, or both"),
        ([PALLET, "-o", "x.csv"], "names no lot"),
        (["https://id.gs1.org/01/09521234000020/10/NONE", "-o", "x.csv"], "we hold no event"),
        (["--from", "yesterday", "--to", DAY[1], "-o", "x.csv"], "is no time"),
        (["--from", "2026-11-20", "--to", DAY[1], "-o", "x.csv"], "no time zone"),
    ],
)
def test_what_cannot_be_exported_is_refused_and_writes_nothing(home, monkeypatch, capsys, words, says):
    monkeypatch.chdir(home)

    assert main(["export", "fsma", *words]) == 65
    assert says in capsys.readouterr().err
    assert not (home / "x.csv").exists()


def test_the_command_prints_a_certificate_and_names_what_is_blank(home, store, capsys):
    file = home / "certificate.html"
    promise = {"guoji:words": ["不使用禁用农药"], "guoji:grounds": ["质量安全控制"]}
    event = an_event(hours=5, action="OBSERVE", quantityList=GOODS, **{"guoji:promise": promise})
    assert main(["export", "certificate", LOT, "-o", str(file)]) == 65
    capture([event], FARM, store.events, 99)

    assert main(["export", "certificate", LOT, "-o", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: written; left blank: 产地、承诺主体、联系方式\n"
    assert "不使用禁用农药" in file.read_text("utf-8")
