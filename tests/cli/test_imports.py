"""A partner's sheet goes in by `guoji import`: shown first, all or nothing, and the same sheet but once."""

import io
import json
import sys

import pytest
from sqlalchemy import func, select

from tests.imports.sheets import PARTY, a_csv, a_row
from traceability.cli.import_map import KINDS
from traceability.cli.main import main
from traceability.epcis.document import read_document
from traceability.imports import importer as importer_module
from traceability.imports.kinds import kinds
from traceability.ledger.grant import Grant
from traceability.own_store import open_store
from traceability.sheets.read import read_cells
from traceability.store.events import event
from traceability.store.schema import open_engine
from traceability.wiring import importer, ledger

SHEET = ("--kind", "harvest", "--party", PARTY)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def guoji(settings, monkeypatch, capsys):
    """Run `guoji` in the home of `settings`: exit code, standard output, standard error."""
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))

    def run(*words, given=""):
        monkeypatch.setattr(sys, "stdin", Terminal(given))
        code = main([str(word) for word in words])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def sheet(tmp_path):
    def written(*rows, name="sheet.csv", kind="harvest"):
        file = tmp_path / name
        file.write_bytes(a_csv(kind, *rows))
        return file

    return written


def events_kept(settings):
    with open_engine(settings.database_url).connect() as connection:
        return connection.scalar(select(func.count()).select_from(event))


def test_the_kinds_of_the_command_are_those_that_are_described():
    assert tuple(kinds()) == KINDS


def test_a_sheet_is_shown_and_kept_only_when_somebody_says_yes(guoji, sheet, settings):
    file = sheet(a_row("harvest"), a_row("harvest", lot="HY2", amount="1.2"))

    code, printed, _ = guoji("import", "sheet", file, *SHEET, given="no\n")

    assert (code, events_kept(settings)) == (65, 0)
    assert "2 rows become 2 events; here already: 0\n  creating_class_instance: 2\n" in printed
    assert "  quantityList: 30 KGM\n" in printed
    assert "note: times without a time zone, taken as +08:00: 2\n" in printed
    assert printed.endswith("Capture these events? Type yes: nothing was kept\n")

    code, printed, _ = guoji("import", "sheet", file, *SHEET, given="yes\n")

    assert (code, events_kept(settings)) == (0, 2)
    assert "captured: 2 new events, job " in printed


def test_the_same_sheet_again_is_told_and_kept_but_once(guoji, sheet, settings):
    file = sheet(a_row("harvest"), a_row("harvest", lot="HY2"))
    guoji("import", "sheet", file, *SHEET, "--yes")
    more = sheet(a_row("harvest", lot="HY3"), a_row("harvest", lot="HY2"), a_row("harvest"), name="more.csv")

    code, printed, _ = guoji("import", "sheet", more, *SHEET, "--yes")

    assert code == 0
    assert "3 rows become 3 events; here already: 2\n" in printed
    assert "captured: 1 new event, job " in printed
    assert events_kept(settings) == 3


def test_a_sheet_that_is_here_whole_captures_nothing_and_asks_nobody(guoji, sheet, settings):
    guoji("import", "sheet", sheet(a_row("harvest")), *SHEET, "--yes")

    code, printed, _ = guoji("import", "sheet", sheet(a_row("harvest")), *SHEET)

    assert (code, events_kept(settings)) == (0, 1)
    assert printed.endswith("nothing is new; all of it was captured before\n")


@pytest.mark.parametrize("command", [("sheet",), ("map",)])
def test_the_end_of_input_is_a_no(guoji, sheet, settings, command):
    code, printed, _ = guoji("import", *command, sheet(a_row("harvest")), *SHEET, given="")

    assert (code, events_kept(settings)) == (65, 0)
    assert "Type yes: \nnothing was " in printed


def test_where_nobody_sits_nobody_is_asked(guoji, sheet, settings, monkeypatch):
    monkeypatch.setattr(Terminal, "isatty", lambda _: False)

    code, _, said = guoji("import", "sheet", sheet(a_row("harvest")), *SHEET, given="yes\n")

    assert (code, events_kept(settings)) == (65, 0)
    assert "nobody can be asked here, want --yes" in said


def test_the_sender_is_called_by_its_registered_name(guoji, sheet):
    guoji("party", "add", PARTY, "--name", "红果果\x1b合作社")

    _, printed, _ = guoji("import", "sheet", sheet(a_row("harvest")), *SHEET, "--yes")

    assert printed.startswith(f"party {PARTY}, registered as 红果果")
    assert "\x1b" not in printed


def test_one_wrong_cell_keeps_nothing_and_is_named_by_file_and_place(guoji, sheet, settings):
    file = sheet(a_row("harvest"), a_row("harvest", lot="HY2", amount="\x1b[2J"))

    code, printed, _ = guoji("import", "sheet", file, *SHEET, "--yes")

    assert (code, events_kept(settings)) == (65, 0)
    assert printed.startswith(f"{file}: faults: 1; nothing was kept\n  row 3, column C (数量): found '")
    assert "\x1b" not in printed


def test_what_wrong_cells_want_is_said_in_chinese_on_demand(guoji, sheet):
    twice = sheet(a_row("harvest", amount="x"), a_row("harvest", lot="HY2"), a_row("harvest", lot="HY2"))

    _, printed, _ = guoji("import", "sheet", twice, *SHEET, "--lang", "zh")

    assert "\n  C2（数量）“x”：请填" in printed
    assert "\n  第 4 行：与第 3 行相同" in printed


def test_of_many_faults_two_hundred_are_told_and_the_rest_counted(guoji, sheet):
    file = sheet(*[a_row("harvest", amount=f"x{at}") for at in range(203)])

    _, printed, _ = guoji("import", "sheet", file, *SHEET)

    assert printed.count("\n  row ") == 200
    assert printed.endswith("  and 3 more\n")


def test_what_another_party_owns_is_refused_before_anything_is_kept(guoji, sheet, settings):
    guoji("party", "add", "9521234000037", "--name", "somebody else", "--prefix", "9521234")

    code, printed, _ = guoji("import", "sheet", sheet(a_row("harvest")), *SHEET, "--yes")

    assert (code, events_kept(settings)) == (65, 0)
    assert "row 2: " in printed
    assert "9521234000037" in printed


def test_an_import_is_one_job_of_the_party(guoji, sheet, settings):
    guoji("import", "sheet", sheet(a_row("harvest"), a_row("harvest", lot="HY2")), *SHEET, "--yes")

    [job] = ledger(settings).jobs.jobs(PARTY, None, 10)

    assert (job.party, job.behaviour, job.running, job.errors) == (PARTY, "rollback", False, ())


def test_what_is_captured_is_what_the_plan_showed(sheet, settings, store):
    ours, grant = importer(settings, store), Grant("capture", PARTY)
    shown = ours.plan("harvest", read_cells(sheet(a_row("harvest")).read_bytes()), grant)

    ours.record(shown, grant)

    again = ours.plan("harvest", read_cells(sheet(a_row("harvest")).read_bytes()), grant)
    assert ours.here(again, grant) == 1
    assert read_document(again.document) == list(shown.events)
    lot = "https://id.gs1.org/01/09521234000020/10/HY1"
    assert [dict(each.event.body) for each in open_store(settings).events.mentioning([lot])] == [
        dict(shown.events[0].body)
    ]


@pytest.mark.parametrize("zone", ["Beijing", "8", ""])
def test_a_zone_that_is_none_is_refused(guoji, sheet, zone):
    code, _, said = guoji("import", "sheet", sheet(a_row("harvest")), *SHEET, "--zone", zone)

    assert code == 65
    assert "want an offset such as +08:00" in said


@pytest.mark.parametrize("name", ["harvest.xlsx", "harvest.csv"])
def test_a_template_is_written(guoji, tmp_path, name):
    code, printed, _ = guoji("import", "template", "harvest", "-o", tmp_path / name)

    assert (code, printed) == (0, f"{tmp_path / name}: written\n")
    assert (tmp_path / name).read_bytes()[:2] in (b"PK", b"\xef\xbb")


def test_a_template_does_not_write_over_a_sheet_unless_told_to(guoji, tmp_path):
    filled = tmp_path / "harvest.csv"
    filled.write_text("filled in")

    code, _, said = guoji("import", "template", "harvest", "-o", filled)

    assert (code, filled.read_text()) == (65, "filled in")
    assert "is there already, want another name or --force" in said
    assert guoji("import", "template", "harvest", "-o", filled, "--force")[0] == 0
    assert filled.read_text() != "filled in"


def test_a_template_of_another_form_is_refused(guoji, tmp_path):
    code, _, said = guoji("import", "template", "harvest", "-o", tmp_path / "x.pdf")

    assert code == 65
    assert "x.pdf ends in .pdf, want .xlsx or .csv" in said


MEANS = ("--means", "货=lot", "--means", "重=amount")
OWN = "货,条码,重,单位,时间,地点,天气\nHY1,9521234000020,28.8,kg,2026-11-20 6:30,9521234000013,晴\n"


def test_a_partners_own_headings_are_confirmed_once_and_then_known(guoji, tmp_path, settings):
    file = tmp_path / "own.csv"
    file.write_text(OWN)
    assert guoji("import", "sheet", file, *SHEET, "--yes")[0] == 65

    code, printed, _ = guoji("import", "map", file, *SHEET, *MEANS, given="yes\n")

    assert code == 0
    assert "  货: lot\n  条码: gtin\n  重: amount\n" in printed
    assert "  天气: not read\n" in printed
    code, printed, _ = guoji("import", "sheet", file, *SHEET, "--yes")
    assert (code, events_kept(settings)) == (0, 1)
    assert "note: columns that are not read: 天气\n" in printed


def test_what_a_heading_means_is_not_forgotten_when_a_sheet_with_other_headings_comes(guoji, sheet, tmp_path):
    file = tmp_path / "own.csv"
    file.write_text(OWN)
    guoji("import", "map", file, *SHEET, *MEANS, "--yes")
    guoji("import", "sheet", sheet(a_row("harvest")), *SHEET, "--yes")

    code, printed, _ = guoji("import", "sheet", file, *SHEET, "--yes")

    assert (code, "the heading 批次号 is gone" in printed) == (0, False)


def test_a_mapping_is_of_one_party_and_one_kind(guoji, tmp_path):
    file = tmp_path / "own.csv"
    file.write_text(OWN)
    guoji("import", "map", file, *SHEET, *MEANS, "--yes")

    assert guoji("import", "sheet", file, "--kind", "harvest", "--party", "9521234000037", "--yes")[0] == 65
    assert guoji("import", "sheet", file, "--kind", "leaving", "--party", PARTY, "--yes")[0] == 65


def test_a_heading_that_was_renamed_since_is_named(guoji, tmp_path):
    file = tmp_path / "own.csv"
    file.write_text(OWN)
    guoji("import", "map", file, *SHEET, *MEANS, "--yes")
    file.write_text(OWN.replace("货,", "货物,"))

    code, printed, _ = guoji("import", "sheet", file, *SHEET, "--yes")

    assert code == 65
    assert "found no column for 批次号 (Lot), which was 货 before" in printed
    assert guoji("import", "map", file, *SHEET, "--means", "货物=lot", "--yes")[0] == 0
    code, printed, _ = guoji("import", "sheet", file, *SHEET, "--yes")
    assert (code, "is gone" in printed) == (0, False)


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        ("货", "is no HEADING=COLUMN"),
        ("=lot", "is no HEADING=COLUMN"),
        ("货=price", "no column is called 'price', want one of gtin, lot"),
    ],
)
def test_a_mapping_that_says_nothing_is_refused(guoji, tmp_path, pair, says):
    file = tmp_path / "own.csv"
    file.write_text(OWN)

    code, _, said = guoji("import", "map", file, *SHEET, "--means", pair, "--yes")

    assert (code, says in said) == (65, True)


def test_a_mapping_that_leaves_a_column_open_is_not_remembered(guoji, tmp_path):
    file = tmp_path / "own.csv"
    file.write_text(OWN)

    code, printed, _ = guoji("import", "map", file, *SHEET, "--means", "货=lot", "--yes")

    assert code == 65
    assert "found no column for 数量 (Quantity)" in printed
    assert printed.endswith(
        "nothing was remembered; say what the headings mean with --means HEADING=COLUMN\n"
    )


@pytest.mark.parametrize(("name", "begins"), [("wrong.xlsx", b"PK"), ("wrong.csv", b"\xef\xbb\xbf")])
def test_wrong_cells_are_written_to_a_file_on_demand(guoji, sheet, tmp_path, name, begins):
    code, printed, _ = guoji(
        "import", "sheet", sheet(a_row("harvest", amount="x")), *SHEET, "--errors", tmp_path / name
    )

    assert code == 65
    assert printed.endswith(f"{tmp_path / name}: written\n")
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_no_file_is_written_where_nothing_is_wrong_or_of_another_form(guoji, sheet, tmp_path):
    sound = sheet(a_row("harvest"))

    assert guoji("import", "sheet", sound, *SHEET, "--yes", "--errors", tmp_path / "x.csv")[0] == 0
    assert guoji("import", "sheet", sound, *SHEET, "--yes", "--errors", tmp_path / "x.pdf")[0] == 65
    assert not list(tmp_path.glob("x.*"))


def test_rows_that_were_changed_since_they_were_imported_are_told(guoji, sheet):
    guoji("import", "sheet", sheet(a_row("harvest"), a_row("harvest", lot="HY2")), *SHEET, "--yes")
    changed = sheet(a_row("harvest", amount="30"), a_row("harvest", lot="HY2"), name="changed.csv")

    _, printed, _ = guoji("import", "sheet", changed, *SHEET, given="no\n")

    assert "careful: of the same goods, time and place something else is recorded in 1 event;" in printed
    assert printed.count("https://id.gs1.org/01/09521234000020/10/HY1\n") == 2
    assert "careful" not in guoji("import", "sheet", sheet(a_row("harvest")), *SHEET, given="no\n")[1]


def test_what_another_party_said_of_the_goods_is_no_reason_to_be_careful(guoji, sheet):
    guoji("import", "sheet", sheet(a_row("harvest")), *SHEET, "--yes")
    theirs = sheet(a_row("harvest", amount="30"), name="theirs.csv")

    _, printed, _ = guoji(
        "import", "sheet", theirs, "--kind", "harvest", "--party", "9521234000037", given="no\n"
    )

    assert "careful" not in printed


def test_a_pallet_that_got_a_row_since_it_was_imported_is_told(guoji, sheet):
    pallet = ("--kind", "packing", "--party", PARTY)
    guoji("import", "sheet", sheet(a_row("packing"), kind="packing"), *pallet, "--yes")
    more = sheet(a_row("packing"), a_row("packing", lot="HY2"), kind="packing")

    assert "is recorded in 1 event;" in guoji("import", "sheet", more, *pallet, given="no\n")[1]


def test_what_was_declared_wrong_may_be_sent_anew(guoji, sheet, settings, store):
    ours, grant = importer(settings, store), Grant("capture", PARTY)
    first = ours.plan("harvest", read_cells(sheet(a_row("harvest")).read_bytes()), grant)
    ours.record(first, grant)
    ours.jobs.capture_one(_declared_wrong(first), grant)

    again = ours.plan("harvest", read_cells(sheet(a_row("harvest", amount="30")).read_bytes()), grant)

    assert ours.resembling(again, grant) == []


def _declared_wrong(planned):
    [event] = planned.events
    declaration = {"declarationTime": "2026-11-21T00:00:00.000Z", "reason": "incorrect_data"}
    return json.dumps({"@context": event.context, **event.body, "errorDeclaration": declaration}).encode()


def test_of_too_many_goods_it_is_said_that_nobody_looked(guoji, sheet, monkeypatch):
    monkeypatch.setattr(importer_module, "MOST_GOODS", 1)

    _, printed, _ = guoji(
        "import", "sheet", sheet(a_row("harvest"), a_row("harvest", lot="HY2")), *SHEET, "--yes"
    )

    assert "note: too many goods to tell" in printed
