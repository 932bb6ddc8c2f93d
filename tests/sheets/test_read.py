"""A table is read as the program that saved it showed it; no file breaks the reader or fills the memory."""

# ruff: noqa: DTZ001 (a cell knows no time zone)

import io
import zipfile
from contextlib import suppress
from datetime import date, datetime
from itertools import zip_longest

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from python_calamine import load_workbook

from traceability.errors import InvalidInput
from traceability.sheets import cell as cell_module
from traceability.sheets.cell import Cell, column_name
from traceability.sheets.read import read_cells, read_sheet
from traceability.sheets.write import neutral, to_csv, to_xlsx

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
MOMENT = datetime(2026, 11, 20, 6, 30, 15)


def an_xlsx(sheet, strings="<sst/>"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", sheet)
        parts.writestr("xl/sharedStrings.xml", strings)
    return file.getvalue()


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def a_book(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def test_numbers_and_texts_come_as_the_file_writes_them():
    [row] = read_cells(saved(a_book(["草莓", 9521234000020, 0.1, "0952", None, "x"]))).rows

    assert row == [
        Cell("草莓"),
        Cell("9521234000020", "number"),
        Cell("0.1", "number"),
        Cell("0952"),
        Cell(""),
        Cell("x"),
    ]


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
def test_dates_are_read_from_either_epoch_and_a_day_has_no_hour(epoch):
    book = openpyxl.Workbook()
    book.epoch = epoch
    book.active.append([MOMENT, date(2026, 11, 20), datetime(2026, 11, 20)])

    [row] = read_cells(saved(book)).rows

    assert [each.text for each in row] == [
        "2026-11-20T06:30:15.000",
        "2026-11-20",
        "2026-11-20T00:00:00.000",
    ]
    assert {each.kind for each in row} == {"date"}


@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        ('yyyy"年"m"月"d"日"', "date"),
        ("[$-804]yyyy/m/d h:mm", "date"),
        ("[h]:mm", "date"),
        ('0.00" days"', "number"),
        ("[Red]0.00", "number"),
        ("#,##0.00_ ;[Red]-#,##0.00", "number"),
        ("General", "number"),
    ],
)
def test_a_number_is_a_date_if_it_is_shown_as_one(shown, kind):
    book = a_book([46_000.5])
    book.active["A1"].number_format = shown

    assert read_cells(saved(book)).rows[0][0].kind == kind


def test_a_formula_without_its_result_and_an_error_are_told_apart_from_text():
    [row] = read_cells(saved(a_book(["=1+1", "#N/A"]))).rows

    assert [each.kind for each in row] == ["formula", "error"]


def test_a_formula_with_its_result_is_its_result():
    row = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>'

    assert read_cells(an_xlsx(f"<s {NS}>{row}</s>")).rows == [[Cell("2", "number")]]


def test_the_first_sheet_that_is_not_hidden_is_read():
    book = a_book(["hidden"])
    book.active.sheet_state = "hidden"
    book.create_sheet("采收").append(["shown"])
    book.active = 1

    sheet = read_cells(saved(book))

    assert (sheet.name, sheet.rows) == ("采收", [[Cell("shown")]])


def test_how_a_word_is_pronounced_is_no_part_of_it():
    strings = f"<sst {NS}><si><t>東京</t><rPh sb='0' eb='2'><t>トウキョウ</t></rPh></si></sst>"
    row = '<row><c t="s"><v>0</v></c></row>'

    assert read_sheet(an_xlsx(f"<s {NS}>{row}</s>", strings)) == [["東京"]]


def test_rows_and_cells_that_a_program_left_out_are_empty():
    row = '<row r="3"><c r="B3" t="inlineStr"><is><t>x</t></is></c></row>'

    assert read_sheet(an_xlsx(f"<s {NS}>{row}</s>")) == [[], [], ["", "x"]]


values = st.one_of(
    st.floats(-1e15, 1e15).map(lambda value: round(value, 4)),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
    st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1)).map(lambda at: at.replace(microsecond=0)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(values, min_size=2, max_size=3), min_size=1, max_size=4))
def test_calamine_finds_the_same_cells(rows):
    data = saved(a_book(*[[f"'{each}" if isinstance(each, str) else each for each in row] for row in rows]))
    foreign = load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)

    ours = read_cells(data).rows

    for mine, theirs in zip(ours, foreign, strict=True):
        for each, other in zip(mine, theirs, strict=False):
            assert _alike(each, other)


def _alike(mine, theirs):
    if isinstance(theirs, datetime | date):
        read = datetime.fromisoformat(mine.text)
        return abs(read - datetime.fromisoformat(theirs.isoformat())).total_seconds() < 1
    return float(mine.text) == theirs if isinstance(theirs, float) else mine.text == theirs


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=3), min_size=1, max_size=5))
def test_what_we_write_is_read_back_in_both_forms(table):
    written = [[neutral(text) for text in row] for row in table]

    from_csv, from_xlsx = read_sheet(to_csv(table)), read_sheet(to_xlsx(table))

    assert from_csv == written
    for found, row in zip_longest(from_xlsx, written, fillvalue=[]):
        assert [*found, *[""] * (len(row) - len(found))] == row


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("gb18030", "GB18030"),
        ("gbk", "GB18030"),
        ("utf-16", "UTF-16"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_way_that_excel_saves_it(encoding, named, delimiter):
    sheet = read_cells(f'商品{delimiter}数量\r\n"草;莓,"{delimiter}28.8\r\n'.encode(encoding))

    assert sheet.encoding == named
    assert [[each.text for each in row] for row in sheet.rows] == [["商品", "数量"], ["草;莓,", "28.8"]]


def test_what_stands_in_quotes_separates_no_columns():
    assert read_sheet(b'";;",b\r\nc,d\r\n') == [[";;", "b"], ["c", "d"]]


def test_rows_that_come_twice_or_backwards_stand_below_each_other_and_a_cell_without_a_row_nowhere():
    rows = "".join(f'<row r="{at}"><c><v>{at}</v></c></row>' for at in (2, 1, 0))

    assert read_sheet(an_xlsx(f"<s><c><v>9</v></c>{rows}</s>")) == [[], ["2"], ["1"], ["0"]]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff\x00", "not UTF-8 and not GB18030"),
        (b"\xff\xfe\x00", "not UTF-16"),
        (b'"a', "not CSV"),
        (b",\n" * 20 + b"," * 300, "301 columns"),
        (b"\n" * 200_001, "200001 rows"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "want .xlsx without password"),
        (b"PK", "not an XLSX"),
        (an_xlsx("<x"), "broken XML"),
        (an_xlsx(f"{BOMB}<x>&b;</x>"), "document type"),
        (an_xlsx(f"{BOMB}<x>&b;</x>".encode("utf-16")), "document type"),
        (an_xlsx(f'<s {NS}><row><c r="ZZZ1"/></row></s>'), "18278 columns"),
        (an_xlsx(f'<s {NS}><row r="1048576"/></s>'), "1048576 rows"),
        (an_xlsx(f'<s {NS}><row><c t="s"><v>7</v></c></row></s>'), "names text 7"),
        (an_xlsx(f'<s {NS}><row><c t="s"><v>-1</v></c></row></s>'), "names text -1"),
        (an_xlsx(f"<s {NS}><row><c>{'<x/>' * 100_001}</c></row></s>"), "100000 elements"),
        (an_xlsx("<s>" + '<row><c r="GR1"/></row>' * 20_001 + "</s>"), "4000000 cells"),
        (an_xlsx(f"<s>{'<x>' * 51}{'</x>' * 51}</s>"), "50 elements within each other"),
        (an_xlsx("<s/>", f"<sst>{'<x>' * 51}{'</x>' * 51}</sst>"), "50 elements within each other"),
    ],
)
def test_a_hostile_file_is_refused_in_words(data, says):
    with pytest.raises(InvalidInput, match=says):
        read_sheet(data)


@pytest.mark.parametrize(("most", "says"), [(60, "spreadsheet has"), (900, "sheet1.xml has 1016 bytes")])
def test_a_file_too_large_packed_or_unpacked_is_refused(monkeypatch, most, says):
    monkeypatch.setattr(cell_module, "MOST_BYTES", most)

    with pytest.raises(InvalidInput, match=says):
        read_sheet(an_xlsx("<sheet>" + " " * 1_001 + "</sheet>"))


def test_all_parts_together_are_unpacked_to_so_many_bytes_and_no_more(monkeypatch):
    data = an_xlsx(f"<sheet>{' ' * 500}</sheet>", f"<sst>{' ' * 500}</sst>")
    monkeypatch.setattr(cell_module, "MOST_BYTES", 1_026)
    read_cells(data)
    monkeypatch.setattr(cell_module, "MOST_BYTES", 1_025)

    with pytest.raises(InvalidInput, match=r"sheet1.xml has 515 bytes, want at most 514: 1025 for all parts"):
        read_cells(data)


@pytest.mark.parametrize("empty", ["<si/>", "<si><t/></si>", "<x/>"])
def test_all_parts_together_have_four_elements_for_each_cell_that_is_taken_and_no_more(empty):
    """A few kilobytes of them fill a processor for minutes."""
    each = empty.count("<") - empty.count("</")
    fits = an_xlsx("<s><row><c/></row></s>", f"<sst>{empty * (36 // each)}</sst>")
    more = an_xlsx("<s><row><c/></row></s>", f"<sst>{empty * (36 // each)}<x/></sst>")

    assert read_cells(fits, 10).rows == [[Cell("")]]
    with pytest.raises(InvalidInput, match="XLSX file has more than 40 elements"):
        read_cells(more, 10)


def test_of_cells_as_many_are_taken_as_the_reader_has_time_for():
    row = "<row><c><v>1</v></c><c><v>2</v></c></row>"

    for data in (b"1,2\n1,2\n", an_xlsx(f"<s>{row * 2}</s>")):
        assert len(read_cells(data, 4).rows) == 2
        with pytest.raises(InvalidInput, match="more than 3 cells"):
            read_cells(data, 3)


@given(st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reader(data):
    for each in (data, b"PK" + data, an_xlsx(data)):
        with suppress(InvalidInput):
            read_sheet(each)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5_000), st.integers(0, 255))
def test_one_changed_byte_breaks_no_reader(at, byte):
    data = bytearray(to_xlsx([["名称", "数量"], ["草莓", "28.8"]], [1]))
    data[at % len(data)] = byte
    with suppress(InvalidInput):
        read_sheet(bytes(data))


@pytest.mark.parametrize("begins", [b"%PDF-1.7", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0"])
def test_a_document_or_a_picture_is_no_table(begins):
    with pytest.raises(InvalidInput, match="which is no table"):
        read_sheet(begins + bytes(100))


def test_columns_are_named_as_spreadsheet_programs_do():
    assert [column_name(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
